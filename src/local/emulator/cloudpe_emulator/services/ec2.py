"""EC2: read-backs of flow logs, interface endpoints and outbound rules."""

import re

from ministack.services import ec2

from ..patch import wraps
from ..xml import element, elements

_DEFAULT_FORMAT = (
    "${version} ${account-id} ${interface-id} ${srcaddr} ${dstaddr} ${srcport} ${dstport} "
    "${protocol} ${packets} ${bytes} ${start} ${end} ${action} ${log-status}"
)


@wraps(ec2, "_create_flow_logs")
def create_flow_logs(original, params):
    """Gap: MiniStack forgets a flow log's role, interval, format and tags. Without this every plan replaces the flow
    log.
    """
    before = set(ec2._flow_logs.keys())
    response = original(params)
    for key in set(ec2._flow_logs.keys()) - before:
        flow_log = ec2._flow_logs[key]
        _, _, group = (flow_log.get("LogDestination") or "").partition(":log-group:")
        flow_log["_read_back"] = {
            "deliverLogsPermissionArn": ec2._p(params, "DeliverLogsPermissionArn"),
            "maxAggregationInterval": ec2._p(params, "MaxAggregationInterval") or "600",
            "logFormat": ec2._p(params, "LogFormat") or _DEFAULT_FORMAT,
            "logGroupName": group.partition(":")[0],
        }
        # The resource type in a tag specification is not the one that MiniStack reads.
        ec2._parse_tag_specs(params, "vpc-flow-log", key)
    return response


@wraps(ec2, "_describe_flow_logs")
def describe_flow_logs(original, params):
    status, headers, body = original(params)

    def complete(match):
        flow_log = ec2._flow_logs.get(match.group(1)) or {}
        return match.group(0) + elements(flow_log.get("_read_back") or {})

    return status, headers, re.sub(r"<flowLogId>([^<]+)</flowLogId>", complete, body.decode()).encode()


@wraps(ec2, "_create_vpc_endpoint")
def create_vpc_endpoint(original, params):
    """Gap: MiniStack forgets an interface endpoint's security groups and private DNS. Without this every plan changes
    it.
    """
    before = set(ec2._vpc_endpoints.keys())
    response = original(params)
    for key in set(ec2._vpc_endpoints.keys()) - before:
        endpoint = ec2._vpc_endpoints[key]
        default = "true" if endpoint["VpcEndpointType"] == "Interface" else "false"
        endpoint["_private_dns"] = ec2._p(params, "PrivateDnsEnabled") or default
        endpoint["_groups"] = ec2._parse_member_list(params, "SecurityGroupId")
        return ec2._xml(200, "CreateVpcEndpointResponse", ec2._vpce_fields_xml(endpoint, tag="vpcEndpoint"))
    return response


@wraps(ec2, "_vpce_fields_xml")
def vpce_fields_xml(original, endpoint, tag="item"):
    groups = (elements({"groupId": group, "groupName": group}) for group in endpoint.get("_groups") or [])
    read_back = elements({"privateDnsEnabled": endpoint.get("_private_dns", "false")})
    read_back += element("groupSet", "".join(element("item", group) for group in groups))
    head, _, _ = original(endpoint, tag).rpartition(f"</{tag}>")
    return f"{head}{read_back}</{tag}>"


@wraps(ec2, "_authorize_sg_egress")
def authorize_sg_egress(original, params):
    """Gap: a declared "everything outbound" rule meets the one that a new group is born with, whose missing
    description and tags are then read back. Without this every plan changes the rule. The declared rule takes the
    place of the other.
    """
    group = ec2._security_groups.get(ec2._p(params, "GroupId"))
    if group:
        declared = ec2._parse_ip_permissions(params, "IpPermissions")
        group["IpPermissionsEgress"] = [
            rule for rule in group["IpPermissionsEgress"] if not any(ec2._rules_match(new, rule) for new in declared)
        ]
    return original(params)
