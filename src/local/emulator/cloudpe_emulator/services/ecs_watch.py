"""ECS: what ends a running task.

Gap: MiniStack watches exits only. Without this a hung container, or one whose target fails its checks, stays. Here an
essential container that ends or becomes unhealthy, a target that fails and a namespace that is gone stop the task, and
its service replaces it.
"""

import contextlib
import time

from docker.errors import APIError
from ministack.services import ecs

from ..patch import wraps
from . import ecs_deployments, ecs_states

# MiniStack looks at every container of every task ten times a second: too much for a small machine.
_INTERVAL = 0.5


def _verdict(essential, state):
    """Why a container's state ends its task, or None."""
    if not essential:
        return None
    if state["Status"] == "exited":
        return "Essential container in task exited", "EssentialContainerExited"
    if ecs_states.health(state) == "unhealthy":
        return "Task failed container health checks", "TaskFailedToStart"
    return None


def _overall(task, states):
    """The task's health: that of its essential containers which have a check."""
    healths = set()
    for container, essential in zip(task["containers"], task["_container_essentials"], strict=True):
        if essential and container["name"] in states:
            healths.add(ecs_states.health(states[container["name"]]))
    healths.discard(None)
    if "unhealthy" in healths:
        return "UNHEALTHY"
    return "HEALTHY" if healths == {"healthy"} else "UNKNOWN"


def _states(client, task):
    """The state of each container; one of which an engine in trouble says nothing is left out."""
    states = {}
    for name, identifier in list(task["_containers"].items()):
        with contextlib.suppress(APIError, OSError):
            states[name] = ecs_states.inspect(client, identifier)
    return states


def _end_of(client, task, states):
    """Why a running task ends now, with which code, and the exit code; or None."""
    names = [container["name"] for container in task["containers"]]
    essentials = dict(zip(names, task["_container_essentials"], strict=True))
    for name, state in states.items():
        if verdict := _verdict(essentials[name], state):
            return *verdict, state.get("ExitCode")
    if ecs_states.inspect(client, task["_pause"])["Status"] == "exited":
        return ecs_states.NAMESPACE_ENDED, "EssentialContainerExited", None
    if failure := ecs_deployments.target_failure(task):
        return failure, "ServiceSchedulerInitiated", None
    return None


@wraps(ecs, "_maybe_mark_stopped")
def watch_task(original, task, docker_client=None):
    if "_containers" not in task:
        return original(task, docker_client)
    arn, client = task["taskArn"], docker_client or ecs._get_docker()
    if (
        ecs_states.stopping.is_set()
        or not client
        or not ecs._task_is_active(arn, task)
        or task.get("lastStatus") != "RUNNING"
    ):
        return None
    if time.monotonic() < task.get("_next_watch", 0):
        return None
    task["_next_watch"] = time.monotonic() + _INTERVAL
    states = _states(client, task)
    for name, state in states.items():
        ecs_states.note(task, name, state)
    try:
        end = _end_of(client, task, states)
    except (APIError, OSError):
        return None
    if end:
        reason, code, exit_code = end
        if ecs._mark_task_stopped(arn, task, reason, code, exit_code=exit_code):
            ecs._cleanup_task_resources(task, client)
            if code == "ServiceSchedulerInitiated":
                # MiniStack counts, and replaces, what ended by itself only.
                ecs._record_service_task_failure(task)
        return None
    task["healthStatus"] = _overall(task, states)
    return None
