"""Application Auto Scaling.

Gap: MiniStack has no such service. Without this `aws_appautoscaling_target` fails with a 400. This is its control
plane: targets, policies and scheduled actions are stored and read back, and a target clamps the service's desired
count to its limits when it is registered. Nothing measures and nothing scales.
"""

import json
import time
import uuid

from ministack.core.responses import AccountRegionScopedDict, get_account_id, get_region, json_response
from ministack.services import ecs

TARGET_PREFIX = "AnyScaleFrontendService."

_targets = AccountRegionScopedDict()
_policies = AccountRegionScopedDict()
_actions = AccountRegionScopedDict()

_KEY = ("ServiceNamespace", "ResourceId", "ScalableDimension")
_NOT_SUSPENDED = {
    "DynamicScalingInSuspended": False,
    "DynamicScalingOutSuspended": False,
    "ScheduledScalingSuspended": False,
}


class Refused(Exception):
    def __init__(self, code, message):
        super().__init__(message)
        self.code = code


def _key(data):
    return tuple(data.get(field) for field in _KEY)


def _selected(store, data, names=None, field=None):
    """The records that match the request's namespace, resource, dimension and names, as far as it has them."""
    return [
        {name: value for name, value in record.items() if not name.startswith("_")}
        for record in store.values()
        if all(not data.get(part) or record[part] == data[part] for part in _KEY)
        and (not names or record[field] in names)
    ]


def _require_target(data):
    if _key(data) not in _targets:
        raise Refused("ObjectNotFoundException", f"No scalable target registered for {'/'.join(map(str, _key(data)))}")


def _clamp(target):
    if target["ServiceNamespace"] != "ecs":
        return
    _, cluster, name = target["ResourceId"].split("/")
    service = ecs._services.get(f"{cluster}/{name}")
    if not service:
        return
    desired = min(max(service["desiredCount"], target["MinCapacity"]), target["MaxCapacity"])
    if desired != service["desiredCount"]:
        ecs._update_service({"cluster": cluster, "service": name, "desiredCount": desired})


def _register_scalable_target(data):
    account, region = get_account_id(), get_region()
    target = _targets.get(_key(data))
    if target is None:
        service = "ecs.application-autoscaling.amazonaws.com"
        role = f"aws-service-role/{service}/AWSServiceRoleForApplicationAutoScaling_ECSService"
        identifier = uuid.uuid4().hex[:28]
        target = {
            **dict(zip(_KEY, _key(data), strict=True)),
            "CreationTime": int(time.time()),
            "RoleARN": f"arn:aws:iam::{account}:role/{role}",
            "SuspendedState": _NOT_SUSPENDED,
            "ScalableTargetARN": f"arn:aws:application-autoscaling:{region}:{account}:scalable-target/{identifier}",
            "_tags": data.get("Tags") or {},
        }
    _targets[_key(data)] = {
        **target,
        **{k: data[k] for k in ("MinCapacity", "MaxCapacity", "SuspendedState") if k in data},
    }
    _clamp(_targets[_key(data)])
    return {"ScalableTargetARN": target["ScalableTargetARN"]}


def _describe_scalable_targets(data):
    return {"ScalableTargets": _selected(_targets, data, data.get("ResourceIds"), "ResourceId")}


def _deregister_scalable_target(data):
    _require_target(data)
    del _targets[_key(data)]
    for store in (_policies, _actions):
        for key in [key for key in list(store) if key[:3] == _key(data)]:
            del store[key]
    return {}


def _arn(kind, key, field):
    namespace, resource, _, name = key
    scope = f"arn:aws:autoscaling:{get_region()}:{get_account_id()}"
    return f"{scope}:{kind}:{uuid.uuid4()}:resource/{namespace}/{resource}:{field}/{name}"


def _put_scaling_policy(data):
    _require_target(data)
    key = (*_key(data), data["PolicyName"])
    fields = (
        *_KEY,
        "PolicyName",
        "PolicyType",
        "TargetTrackingScalingPolicyConfiguration",
        "StepScalingPolicyConfiguration",
    )
    arn = (_policies.get(key) or {}).get("PolicyARN") or _arn("scalingPolicy", key, "policyName")
    _policies[key] = {
        **{field: data[field] for field in fields if field in data},
        "PolicyARN": arn,
        "Alarms": [],
        "CreationTime": int(time.time()),
    }
    return {"PolicyARN": arn, "Alarms": []}


def _describe_scaling_policies(data):
    return {"ScalingPolicies": _selected(_policies, data, data.get("PolicyNames"), "PolicyName")}


def _delete_scaling_policy(data):
    if _policies.pop((*_key(data), data["PolicyName"]), None) is None:
        raise Refused("ObjectNotFoundException", f"No scaling policy {data['PolicyName']}")
    return {}


def _put_scheduled_action(data):
    _require_target(data)
    key = (*_key(data), data["ScheduledActionName"])
    arn = (_actions.get(key) or {}).get("ScheduledActionARN") or _arn("scheduledAction", key, "scheduledActionName")
    _actions[key] = {**data, "ScheduledActionARN": arn, "CreationTime": int(time.time())}
    return {}


def _describe_scheduled_actions(data):
    return {"ScheduledActions": _selected(_actions, data, data.get("ScheduledActionNames"), "ScheduledActionName")}


def _delete_scheduled_action(data):
    if _actions.pop((*_key(data), data["ScheduledActionName"]), None) is None:
        raise Refused("ObjectNotFoundException", f"No scheduled action {data['ScheduledActionName']}")
    return {}


def _tags(data):
    for target in _targets.values():
        if target["ScalableTargetARN"] == data.get("ResourceARN"):
            return target["_tags"]
    raise Refused("ResourceNotFoundException", f"No scalable target {data.get('ResourceARN')}")


def _tag_resource(data):
    _tags(data).update(data.get("Tags") or {})
    return {}


def _untag_resource(data):
    tags = _tags(data)
    for key in data.get("TagKeys") or []:
        tags.pop(key, None)
    return {}


_ACTIONS = {
    "RegisterScalableTarget": _register_scalable_target,
    "DescribeScalableTargets": _describe_scalable_targets,
    "DeregisterScalableTarget": _deregister_scalable_target,
    "PutScalingPolicy": _put_scaling_policy,
    "DescribeScalingPolicies": _describe_scaling_policies,
    "DeleteScalingPolicy": _delete_scaling_policy,
    "PutScheduledAction": _put_scheduled_action,
    "DescribeScheduledActions": _describe_scheduled_actions,
    "DeleteScheduledAction": _delete_scheduled_action,
    "DescribeScalingActivities": lambda _data: {"ScalingActivities": []},
    "ListTagsForResource": lambda data: {"Tags": _tags(data)},
    "TagResource": _tag_resource,
    "UntagResource": _untag_resource,
}


def handle(headers, body):
    """Answers a request in the account and region that are set for it."""
    action = _ACTIONS.get(headers["x-amz-target"].removeprefix(TARGET_PREFIX))
    try:
        if action is None:
            raise Refused("ValidationException", f"unknown action {headers['x-amz-target']}")
        status, headers, body = json_response(action(json.loads(body or b"{}")))
    except Refused as refused:
        status, headers, body = json_response({"__type": refused.code, "message": str(refused)}, 400)
        headers = {**headers, "x-amzn-errortype": refused.code}
    return status, {**headers, "Content-Type": "application/x-amz-json-1.1"}, body
