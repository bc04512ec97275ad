"""Load balancers: the long form of a forward action.

Gap: MiniStack knows `TargetGroupArn` but not `ForwardConfig`. Without this a `forward` block has no target, requests
end in 502, and every plan writes the block again. Weights are honoured; stickiness is stored and read back only.
"""

import random

from ministack.services import alb

from ..patch import wraps
from ..xml import element, elements


def _forward(params, prefix):
    groups = []
    while arn := alb._p(params, f"{prefix}TargetGroups.member.{len(groups) + 1}.TargetGroupArn"):
        weight = alb._p(params, f"{prefix}TargetGroups.member.{len(groups) + 1}.Weight")
        groups.append({"TargetGroupArn": arn, "Weight": weight or "1"})
    stickiness = f"{prefix}TargetGroupStickinessConfig."
    return groups and {
        "groups": groups,
        "stickiness": {
            "Enabled": alb._p(params, stickiness + "Enabled") or "false",
            "DurationSeconds": alb._p(params, stickiness + "DurationSeconds"),
        },
    }


@wraps(alb, "_parse_actions")
def parse_actions(original, params, prefix="DefaultActions"):
    actions = original(params, prefix)
    for number, action in enumerate(actions, 1):
        if forward := _forward(params, f"{prefix}.member.{number}.ForwardConfig."):
            action["_forward"] = forward
            if len(forward["groups"]) == 1:
                action["TargetGroupArn"] = forward["groups"][0]["TargetGroupArn"]
    return actions


@wraps(alb, "_action_xml")
def action_xml(original, action):
    xml = original(action)
    forward = action.get("_forward")
    if not forward:
        return xml
    groups = "".join(element("member", elements(group)) for group in forward["groups"])
    stickiness = element("TargetGroupStickinessConfig", elements(forward["stickiness"]))
    config = element("ForwardConfig", element("TargetGroups", groups) + stickiness)
    return xml.removesuffix("</member>") + config + "</member>"


@wraps(alb, "_execute_action")
async def execute_action(original, action, *args, **kwargs):
    groups = (action.get("_forward") or {}).get("groups") or []
    if len(groups) > 1:
        chosen = random.choices(groups, [int(group["Weight"]) for group in groups])[0]
        action = {**action, "TargetGroupArn": chosen["TargetGroupArn"]}
    return await original(action, *args, **kwargs)
