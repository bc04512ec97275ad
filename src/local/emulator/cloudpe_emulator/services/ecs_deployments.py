"""ECS: when a deployment is done, and what becomes of one that fails."""

import threading
import time

from ministack.core.responses import get_account_id, get_region, request_scope
from ministack.services import ecs

from ..patch import wraps
from . import elbv2_health

_POLL = 0.5
_FREE_FAILURES = 3
_LONGEST_PAUSE = 30


@wraps(ecs, "_make_deployment")
def make_deployment(original, task_definition, desired_count, status="PRIMARY"):
    """Gap: a service's first deployment is called completed before anything runs. Without this the circuit breaker
    never looks at it, and a service that cannot start restarts its task for ever while the apply waits.
    """
    deployment = original(task_definition, desired_count, status)
    if desired_count > 0:
        deployment["rolloutState"] = "IN_PROGRESS"
        deployment["rolloutStateReason"] = "ECS deployment in progress."
    return deployment


def _tasks(service, deployment):
    return [
        task
        for task in list(ecs._tasks.values())
        if task.get("clusterArn") == service.get("clusterArn")
        and task.get("group") == f"service:{service['serviceName']}"
        and task.get("_deployment_id") == deployment.get("id")
        and task.get("lastStatus") == "RUNNING"
    ]


def _unhealthy_group(service, task):
    """The ARN of a target group in which the task's target is not healthy, or None."""
    host = ecs._task_ip(task)
    for balancer in service.get("loadBalancers") or []:
        arn = balancer.get("targetGroupArn")
        if arn and elbv2_health.state(arn, host, balancer.get("containerPort", 80)) != "healthy":
            return arn
    return None


def _has_health_check(task):
    definition = ecs._task_defs.get(ecs._resolve_td_key(task["taskDefinitionArn"])) or {}
    return any(d.get("healthCheck") and d.get("essential", True) for d in definition.get("containerDefinitions", []))


def _is_ready(service, task):
    if task.get("_containers") is None:
        return True
    if _unhealthy_group(service, task):
        return False
    return task.get("healthStatus") == "HEALTHY" or not _has_health_check(task)


def target_failure(task):
    """Why the service scheduler gives a task up: its target failed its checks after the grace period. Or None."""
    service = _service_of(task)
    if not service:
        return None
    age = time.time() - ecs._ts_to_epoch(task["startedAt"])
    if age < float(service.get("healthCheckGracePeriodSeconds") or 0):
        return None
    host = ecs._task_ip(task)
    for balancer in service.get("loadBalancers") or []:
        arn = balancer.get("targetGroupArn")
        if arn and elbv2_health.state(arn, host, balancer.get("containerPort", 80)) == "unhealthy":
            return f"Task failed ELB health checks in (target-group {arn})"
    return None


@wraps(ecs, "_complete_service_deployment")
def complete_service_deployment(original, cluster_name, svc_key, expected_deployment_id=None):
    """Gap: a deployment is done one second after its containers started, healthy or not, and the old tasks are
    stopped. Without this a release that does not answer replaces one that does. Container and target health are
    waited for.
    """
    service = ecs._services.get(svc_key)
    deployment = service and ecs._primary_deployment(service)
    if not deployment or deployment.get("rolloutState") != "IN_PROGRESS":
        return None
    if all(_is_ready(service, task) for task in _tasks(service, deployment)):
        return original(cluster_name, svc_key, expected_deployment_id)
    if deployment.get("_waited_for"):
        return None
    deployment["_waited_for"] = True
    account, region = get_account_id(), get_region()

    def wait():
        with request_scope(account, region):
            while (
                ecs._services.get(svc_key) is service
                and ecs._primary_deployment(service) is deployment
                and deployment.get("rolloutState") == "IN_PROGRESS"
            ):
                if all(_is_ready(service, task) for task in _tasks(service, deployment)):
                    for task in _tasks(service, deployment):
                        ecs._record_service_task_healthy(svc_key, task)
                    original(cluster_name, svc_key, deployment["id"])
                time.sleep(_POLL)
            deployment["_waited_for"] = False

    threading.Thread(target=wait, daemon=True, name="deployment-health").start()
    return None


@wraps(ecs, "_describe_services")
def describe_services(original, data):
    """Gap: a failed deployment stays listed for ever. Without this `wait_for_steady_state` hangs after a rollback,
    since it waits for one deployment. It is dropped when its tasks are gone and its successor is complete.
    """
    for service in list(ecs._services.values()):
        deployments = service.get("deployments") or []
        primary = ecs._primary_deployment(service)
        if primary and primary.get("rolloutState") == "COMPLETED" and len(deployments) > 1:
            service["deployments"] = [
                deployment
                for deployment in deployments
                if deployment is primary
                or deployment.get("rolloutState") != "FAILED"
                or deployment.get("runningCount")
                or deployment.get("pendingCount")
            ]
    return original(data)


def _service_of(task):
    cluster = ecs._cluster_name_from_arn(task.get("clusterArn", ""))
    return ecs._services.get(f"{cluster}/{task.get('group', '').removeprefix('service:')}")


@wraps(ecs, "_record_service_task_failure")
def record_service_task_failure(original, task, digest_resolution_failed=False):
    """Gap: a task that fails is replaced at once, for ever. Without this a service without its database keeps the
    machine busy starting containers. After three failures in a row the next task waits, up to 30 seconds.
    """
    if service := _service_of(task):
        service["_failures"] = service.get("_failures", 0) + 1
    return original(task, digest_resolution_failed=digest_resolution_failed)


@wraps(ecs, "_record_service_task_healthy")
def record_service_task_healthy(original, svc_key, task):
    """Gap: a task counts as a success one second after its containers started. Without this a release whose tasks
    start and then fail their health checks never reaches the circuit breaker's threshold.
    """
    service = _service_of(task)
    if service and not _is_ready(service, task):
        task["_startup_stable"] = True
        return None
    if service:
        service["_failures"] = 0
    return original(svc_key, task)


def wait_for_turn(task):
    """The pause before a task of a service that keeps failing."""
    failures = (_service_of(task) or {}).get("_failures", 0)
    if failures >= _FREE_FAILURES:
        deadline = time.monotonic() + min(_LONGEST_PAUSE, 2.0 ** (failures - _FREE_FAILURES))
        while time.monotonic() < deadline and ecs._task_is_active(task["taskArn"], task):
            time.sleep(_POLL)
