"""ECS: what the parts of a task's life have in common: how a container is, and whether the emulator is stopping."""

import threading

from docker.errors import NotFound

NAMESPACE_ENDED = "its network namespace ended"

# Set when the emulator stops: what its end removes must not be replaced.
stopping = threading.Event()


def inspect(client, identifier):
    """A container's state; one that was removed from outside has ended."""
    try:
        return client.containers.get(identifier).attrs["State"]
    except NotFound:
        return {"Status": "exited", "ExitCode": 137}


def health(state):
    return (state.get("Health") or {}).get("Status")


def note(task, name, state):
    """Writes a container's state into the task's description."""
    for container in task["containers"]:
        if container["name"] == name:
            if state["Status"] == "exited":
                container["lastStatus"] = "STOPPED"
                container["exitCode"] = state["ExitCode"]
            if found := health(state):
                container["healthStatus"] = {"healthy": "HEALTHY", "unhealthy": "UNHEALTHY"}.get(found, "UNKNOWN")
