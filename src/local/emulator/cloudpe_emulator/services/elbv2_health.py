"""Load balancers: health checks, and who gets a request.

Gap: MiniStack calls every target healthy and chooses at random. Without this a task gets requests before its server
listens (502 in every release), and a task that answers no more keeps getting them. Real checks, round robin over the
healthy ones, and over all when none is healthy, as AWS does. Of the load balancing algorithms there is round robin
only.
"""

import concurrent.futures
import http.client
import re
import threading
import time

from ministack.core.responses import request_scope
from ministack.services import alb

from ..patch import wraps

_INTERVAL_WHILE_INITIAL = 1.0
_TARGET = re.compile(
    r"<member><Target><Id>([^<]+)</Id><Port>([^<]+)</Port></Target>.*?</TargetHealth></member>", re.DOTALL
)
_REASONS = {"initial": "Elb.InitialHealthChecking", "unhealthy": "Target.FailedHealthChecks"}


class Check:
    """The state of one target of one target group."""

    def __init__(self):
        self.state = "initial"
        self.successes = 0
        self.failures = 0
        self.due = 0.0

    def record(self, group, success):
        self.successes = self.successes + 1 if success else 0
        self.failures = 0 if success else self.failures + 1
        # One success is enough for a new target.
        if success and (self.state == "initial" or self.successes >= int(group.get("HealthyThresholdCount") or 5)):
            self.state = "healthy"
        elif self.failures >= int(group.get("UnhealthyThresholdCount") or 2):
            self.state = "unhealthy"
        if self.state == "initial":
            self.due = time.monotonic() + _INTERVAL_WHILE_INITIAL


_checks = {}
_turns = {}


def _port(group, target):
    return int(target.get("Port") or group.get("Port") or 80)


def matches(matcher, status):
    """Whether a status is one of `200`, `200,302` or `200-399`."""
    if isinstance(matcher, dict):
        matcher = matcher.get("HttpCode")
    for part in str(matcher or "200").split(","):
        low, _, high = part.strip().partition("-")
        if int(low) <= status <= int(high or low):
            return True
    return False


def _answers(group, host, port):
    wanted = str(group.get("HealthCheckPort") or "traffic-port")
    connection = http.client.HTTPConnection(
        host, int(wanted) if wanted.isdigit() else port, timeout=float(group.get("HealthCheckTimeoutSeconds") or 5)
    )
    try:
        connection.request("GET", group.get("HealthCheckPath") or "/", headers={"User-Agent": "ELB-HealthChecker/2.0"})
        return matches(group.get("Matcher"), connection.getresponse().status)
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()


def check_due(pool):
    """Starts the checks that are due, and forgets targets that are gone."""
    live = set()
    for (account, region, arn), group in list(alb._tgs.all_items()):
        if group.get("TargetType") != "ip":
            continue
        with request_scope(account, region):
            targets = list(alb._targets.get(arn, []))
        for target in targets:
            key = (arn, target["Id"], _port(group, target))
            live.add(key)
            check = _checks.setdefault(key, Check())
            if time.monotonic() >= check.due:
                check.due = time.monotonic() + float(group.get("HealthCheckIntervalSeconds") or 30)
                pool.submit(lambda c=check, g=group, k=key: c.record(g, _answers(g, k[1], k[2])))
    for key in set(_checks) - live:
        _checks.pop(key, None)


def start():
    pool = concurrent.futures.ThreadPoolExecutor(max_workers=8, thread_name_prefix="target-health")

    def loop():
        while True:
            check_due(pool)
            time.sleep(0.5)

    threading.Thread(target=loop, daemon=True, name="target-health").start()


def state(arn, host, port):
    check = _checks.get((arn, host, int(port)))
    return check.state if check else "initial"


@wraps(alb, "_describe_target_health")
def describe_target_health(original, params):
    status, headers, body = original(params)
    arn = alb._p(params, "TargetGroupArn")
    if status != 200 or (alb._tgs.get(arn) or {}).get("TargetType") != "ip":
        return status, headers, body

    def complete(match):
        host, port = match.groups()
        current = state(arn, host, port)
        reason = f"<Reason>{_REASONS[current]}</Reason>" if current in _REASONS else ""
        return (
            f"<member><Target><Id>{host}</Id><Port>{port}</Port></Target><HealthCheckPort>{port}</HealthCheckPort>"
            f"<TargetHealth><State>{current}</State>{reason}</TargetHealth></member>"
        )

    return status, headers, _TARGET.sub(complete, body.decode()).encode()


@wraps(alb, "_forward_to_tg")
async def forward_to_target_group(
    original, arn, method, path, headers, body, query, raw_query_string=None, raw_path=None
):
    group = alb._tgs.get(arn) or {}
    targets = list(alb._targets.get(arn, []))
    if group.get("TargetType") != "ip" or not targets:
        return await original(arn, method, path, headers, body, query, raw_query_string, raw_path)
    pool = [t for t in targets if state(arn, t["Id"], _port(group, t)) == "healthy"] or targets
    turn = _turns[arn] = _turns.get(arn, -1) + 1
    target = pool[turn % len(pool)]
    return await alb._proxy_http_target(target, group, method, raw_path or path, headers, body, query, raw_query_string)
