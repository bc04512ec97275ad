"""ECS: the end of a task.

Gap: MiniStack stops containers one after the other with a time limit of its own, and leaves sidecars and volumes
behind. Without this requests are cut off and every release leaks containers. Here a task leaves its target groups
first, then its containers stop side by side within their `stopTimeout`, then its namespace and volumes go.
"""

import logging
import threading
import time

import docker
from docker.errors import APIError, NotFound
from ministack.core.concurrency import resource_lock
from ministack.services import ecs, ecs_metadata

from .. import settings
from ..patch import wraps

logger = logging.getLogger("cloudpe.ecs")

# Between a task's leaving its target groups and the signal to its containers, for requests that are on their way.
_DRAIN = 1.0


def _stop_and_remove(client, container):
    try:
        client.api.stop(container.id, timeout=int(container.labels.get("cloudpe.stop-timeout", "30")))
    except (APIError, OSError) as error:
        logger.debug("stop of %s: %s", container.name, error)
    try:
        container.remove(v=True, force=True)
    except (APIError, OSError) as error:
        logger.debug("removal of %s: %s", container.name, error)


def _remove_task(task, identifiers):
    """Stops all containers of a task side by side, the namespace last, and removes its volumes."""
    time.sleep(_DRAIN)
    # A stop may take the stopTimeout, which is longer than MiniStack's own client waits.
    client = docker.from_env(timeout=180)
    containers = []
    for identifier in dict.fromkeys(identifiers):
        try:
            containers.append(client.containers.get(identifier))
        except NotFound:
            continue
    inner = [container for container in containers if "cloudpe.pause" not in container.labels]
    threads = [threading.Thread(target=_stop_and_remove, args=(client, container)) for container in inner]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    for container in containers:
        if container not in inner:
            _stop_and_remove(client, container)
    for volume in client.volumes.list(filters={"label": f"com.amazonaws.ecs.task-arn={task['taskArn']}"}):
        volume.remove(force=True)
    client.close()


@wraps(ecs, "_cleanup_task_resources")
def clean_up_task(original, task, docker_client, extra_container=None):
    if task.get("_network_mode") != "awsvpc":
        return original(task, docker_client, extra_container)
    with resource_lock("ecs-task", task.get("taskArn", "")):
        identifiers, tokens = list(task.get("_docker_ids") or []), list(task.get("_metadata_tokens") or [])
        task["_docker_ids"], task["_metadata_tokens"] = [], []
    for token in tokens:
        ecs_metadata.unregister_token(token)
    if extra_container is not None:
        identifiers.append(extra_container.id)
    if identifiers or task.pop("_volumes", None):
        threading.Thread(target=_remove_task, args=(task, identifiers), daemon=True).start()
    return None


def remove_volumes():
    """Removes the task volumes of this emulator: its own at its end, those of a killed predecessor when it starts.

    MiniStack does the same for containers.
    """
    client = docker.from_env(timeout=60)
    for volume in client.volumes.list(filters={"label": f"{settings.LABEL}={settings.NAME}"}):
        try:
            volume.remove(force=True)
        except APIError as error:
            logger.warning("volume %s stays: %s", volume.name, error)
    client.close()
