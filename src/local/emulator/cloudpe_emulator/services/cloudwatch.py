"""CloudWatch: what an alarm was told is what it says.

Gap: MiniStack's DescribeAlarms (query protocol) leaves out period, statistic, dimensions, actions and metric queries,
and PutMetricAlarm drops the queries and the actions for insufficient data. Without this every plan changes every
alarm.
"""

import re

from ministack.services import cloudwatch

from ..patch import wraps
from ..xml import element, elements, escape

_FIELDS = (
    "AlarmDescription", "MetricName", "Namespace", "Statistic", "ExtendedStatistic", "Period", "EvaluationPeriods",
    "DatapointsToAlarm", "Threshold", "ComparisonOperator", "TreatMissingData", "Unit", "StateValue", "StateReason",
)  # fmt: skip
_REPLACED_BY_QUERIES = {"MetricName", "Namespace", "Statistic", "ExtendedStatistic", "Period", "Unit"}
_ALARM = re.compile(r"<member><AlarmName>([^<]*)</AlarmName>(?:(?!</member>).)*?</member>", re.DOTALL)


def _members(params, prefix):
    values = []
    while value := cloudwatch._p(params, f"{prefix}.member.{len(values) + 1}"):
        values.append(value)
    return values


def _dimensions(params, prefix):
    dimensions = []
    while name := cloudwatch._p(params, f"{prefix}.member.{len(dimensions) + 1}.Name"):
        value = cloudwatch._p(params, f"{prefix}.member.{len(dimensions) + 1}.Value")
        dimensions.append({"Name": name, "Value": value})
    return dimensions


def _queries(params):
    queries = []
    while identifier := cloudwatch._p(params, f"Metrics.member.{len(queries) + 1}.Id"):
        prefix = f"Metrics.member.{len(queries) + 1}."
        query = {"Id": identifier}
        for field in ("Expression", "Label", "ReturnData", "Period", "AccountId"):
            if value := cloudwatch._p(params, prefix + field):
                query[field] = value
        if statistic := cloudwatch._p(params, prefix + "MetricStat.Stat"):
            metric = prefix + "MetricStat.Metric."
            query["MetricStat"] = {
                "Metric": {
                    "Namespace": cloudwatch._p(params, metric + "Namespace"),
                    "MetricName": cloudwatch._p(params, metric + "MetricName"),
                    "Dimensions": _dimensions(params, metric + "Dimensions"),
                },
                "Period": cloudwatch._p(params, prefix + "MetricStat.Period"),
                "Stat": statistic,
                "Unit": cloudwatch._p(params, prefix + "MetricStat.Unit"),
            }
        queries.append(query)
    return queries


@wraps(cloudwatch, "_put_metric_alarm")
def put_metric_alarm(original, params, cbor_data, is_cbor, is_json=False):
    response = original(params, cbor_data, is_cbor, is_json)
    structured = is_cbor or is_json
    alarm = cloudwatch._alarms.get(cbor_data.get("AlarmName") if structured else cloudwatch._p(params, "AlarmName"))
    if response[0] != 200 or alarm is None:
        return response
    if not structured:
        alarm["InsufficientDataActions"] = _members(params, "InsufficientDataActions")
    if extended := (cbor_data.get if structured else lambda name: cloudwatch._p(params, name))("ExtendedStatistic"):
        # MiniStack adds its default `Average` beside a percentile.
        alarm["ExtendedStatistic"] = extended
        alarm.pop("Statistic", None)
    if queries := cbor_data.get("Metrics") if structured else _queries(params):
        alarm["Metrics"] = queries
        for field in _REPLACED_BY_QUERIES:
            alarm.pop(field, None)
    return response


def _dimensions_xml(dimensions):
    return element("Dimensions", "".join(element("member", elements(d)) for d in dimensions))


def _query_xml(query):
    xml = elements({k: v for k, v in query.items() if k != "MetricStat"})
    if statistic := query.get("MetricStat"):
        metric = elements({k: statistic["Metric"].get(k) for k in ("Namespace", "MetricName")})
        metric += _dimensions_xml(statistic["Metric"].get("Dimensions") or [])
        rest = elements({k: statistic.get(k) for k in ("Period", "Stat", "Unit")})
        xml += element("MetricStat", element("Metric", metric) + rest)
    return element("member", xml)


def _alarm_xml(alarm):
    xml = elements({field: alarm.get(field) for field in ("AlarmName", "AlarmArn", *_FIELDS)})
    xml += elements({"ActionsEnabled": alarm.get("ActionsEnabled", True)})
    for field in ("AlarmActions", "OKActions", "InsufficientDataActions"):
        xml += element(field, "".join(element("member", escape(action)) for action in alarm.get(field) or []))
    if queries := alarm.get("Metrics"):
        return element("member", xml + element("Metrics", "".join(_query_xml(query) for query in queries)))
    return element("member", xml + _dimensions_xml(alarm.get("Dimensions") or []))


@wraps(cloudwatch, "_describe_alarms")
def describe_alarms(original, params, cbor_data, is_cbor, is_json=False):
    status, headers, body = original(params, cbor_data, is_cbor, is_json)
    if status != 200 or is_cbor or is_json:
        return status, headers, body

    def complete(match):
        alarm = cloudwatch._alarms.get(match.group(1))
        return _alarm_xml(alarm) if alarm else match.group(0)

    return status, headers, _ALARM.sub(complete, body.decode()).encode()
