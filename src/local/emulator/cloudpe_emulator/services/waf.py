"""WAF: logging of a web ACL.

Gap: MiniStack knows no logging configuration. Without this `aws_wafv2_web_acl_logging_configuration` fails with
"Unknown WAF action". It is stored and read back; nothing is logged, since no request passes through a web ACL here.
"""

import json

from ministack.core.responses import AccountRegionScopedDict, json_response
from ministack.services import waf

from ..patch import wraps

_configurations = AccountRegionScopedDict()


def _put(data):
    configuration = data["LoggingConfiguration"]
    _configurations[configuration["ResourceArn"]] = configuration
    return json_response({"LoggingConfiguration": configuration})


def _get(data):
    configuration = _configurations.get(data["ResourceArn"])
    if configuration is None:
        return waf._waf_err("WAFNonexistentItemException", "The web ACL has no logging configuration.")
    return json_response({"LoggingConfiguration": configuration})


def _delete(data):
    _configurations.pop(data["ResourceArn"], None)
    return json_response({})


def _list(_data):
    return json_response({"LoggingConfigurations": list(_configurations.values())})


_ACTIONS = {
    "PutLoggingConfiguration": _put,
    "GetLoggingConfiguration": _get,
    "DeleteLoggingConfiguration": _delete,
    "ListLoggingConfigurations": _list,
}


@wraps(waf, "handle_request")
async def handle_request(original, method, path, headers, body, query_params):
    action = _ACTIONS.get(headers.get("x-amz-target", "").rpartition(".")[2])
    if action:
        return action(json.loads(body))
    return await original(method, path, headers, body, query_params)
