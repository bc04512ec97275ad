"""ECS: a task is one network namespace whose containers start in order.

Gap: MiniStack gives each container a network of its own, starts them all at once, and takes the first one for the
task's address. Without this an agent on localhost is refused, a balancer reaches an init container, and a migration
races the server that it prepares. Here, for `awsvpc` tasks, a pause container holds the namespace, and `dependsOn`
(START, COMPLETE, SUCCESS, HEALTHY) orders the start.

Gap: MiniStack offers the role's credentials at an address that the SDKs refuse, and replaces a declared
`AWS_ENDPOINT_URL`. Without this no SDK works in a task.
"""

import contextlib
import time

import docker.errors
from docker.errors import APIError, NotFound
from ministack.core.concurrency import resource_lock
from ministack.services import ecs

from .. import pause as pause_container
from .. import settings
from ..patch import wraps
from . import ecs_containers, ecs_deployments, ecs_states
from .ecr import is_ours, pullable

_POLL = 0.2


class TaskFailed(Exception):
    """The task cannot start; the text says why."""


def _start_order(definitions):
    by_name = {definition["name"]: definition for definition in definitions}
    ordered = []

    def visit(name, path):
        if name in ordered or name in path or name not in by_name:
            return
        for dependency in by_name[name].get("dependsOn") or []:
            visit(dependency["containerName"], (*path, name))
        ordered.append(name)

    for definition in definitions:
        visit(definition["name"], ())
    return [by_name[name] for name in ordered]


def _with_pullable_images(task_definition, client):
    definitions = []
    for definition in task_definition["containerDefinitions"]:
        definition = {**definition, "image": pullable(definition["image"])}
        if not is_ours(definition["image"]) and _is_local(client, definition["image"]):
            # No registry has to be asked for an image that Docker has: without a network that fails three times,
            # slowly.
            definition["versionConsistency"] = "disabled"
            definition["_local"] = True
        definitions.append(definition)
    return {**task_definition, "containerDefinitions": definitions}


def _is_local(client, image):
    try:
        client.images.get(image)
    except (NotFound, APIError):
        return False
    return True


def _own(task, container):
    """Notes that a container belongs to a task; False when the task was stopped meanwhile."""
    with resource_lock("ecs-task", task["taskArn"]):
        if ecs_states.stopping.is_set() or not ecs._task_is_active(task["taskArn"], task):
            return False
        task.setdefault("_docker_ids", []).append(container.id)
        return True


def _start_pause(client, task, task_definition):
    controls = [control for d in task_definition["containerDefinitions"] for control in d.get("systemControls") or []]
    return client.containers.run(
        settings.image(),
        ["python", "-m", "cloudpe_emulator.pause"],
        detach=True,
        init=True,
        read_only=True,
        user="65534",
        cap_drop=["ALL"],
        environment={"EMULATOR_API": f"http://{settings.address()}:{settings.API_PORT}"},
        name=ecs_containers.container_name(task, "pause"),
        hostname=f"ip-{task['taskArn'].rpartition('/')[2][:8]}",
        network=settings.NETWORK,
        dns=[settings.address()],
        sysctls={
            control["namespace"]: control["value"] for control in controls if control["namespace"].startswith("net.")
        },
        labels={
            **ecs_containers.labels(task, task_definition, "~internal~ecs~pause"),
            "cloudpe.pause": "true",
            "cloudpe.stop-timeout": "1",
        },
    )


def _make_volumes(client, task, task_definition):
    volumes = {}
    for volume in task_definition.get("volumes") or []:
        source = (volume.get("host") or {}).get("sourcePath")
        if not source:
            source = ecs_containers.container_name(task, volume["name"])
            client.volumes.create(source, labels={"com.amazonaws.ecs.task-arn": task["taskArn"]})
        volumes[volume["name"]] = source
    return volumes


def _reached(condition, name, state):
    """Whether a dependency is where its dependant wants it; TaskFailed when it never will be."""
    ended = state["Status"] == "exited"
    if condition == "START":
        return True
    if condition == "HEALTHY":
        if ended or ecs_states.health(state) == "unhealthy":
            raise TaskFailed(f"dependency container {name} is not healthy")
        return ecs_states.health(state) == "healthy"
    if condition == "SUCCESS" and ended and state["ExitCode"] != 0:
        raise TaskFailed(f"dependency container {name} exited with code {state['ExitCode']}")
    return ended


def _wait_for_dependencies(client, task, definition):
    """False when the task was stopped meanwhile."""
    deadline = time.monotonic() + float(definition.get("startTimeout", 120))
    for dependency in definition.get("dependsOn") or []:
        name, condition = dependency["containerName"], dependency["condition"]
        while True:
            if not ecs._task_is_active(task["taskArn"], task):
                return False
            state = ecs_states.inspect(client, task["_containers"][name])
            ecs_states.note(task, name, state)
            if _reached(condition, name, state):
                break
            if time.monotonic() > deadline:
                raise TaskFailed(f"dependency container {name} did not reach {condition} in time")
            time.sleep(_POLL)
    return True


def _environment(task, task_definition, definition, secrets, override):
    """The container's environment and the token of its metadata."""
    declared = {entry["name"]: entry["value"] for entry in definition.get("environment") or []}
    declared.update(secrets)
    declared.update({entry["name"]: entry["value"] for entry in override.get("environment", [])})
    environment = dict(declared)
    token = ecs._register_metadata(
        task["taskArn"], task["clusterArn"], task_definition, definition, task.get("launchType", "FARGATE"),
        environment, False, settings.address(),
    )  # fmt: skip
    # MiniStack points the SDKs at itself; what the task definition says goes first.
    if "AWS_ENDPOINT_URL" in declared:
        environment["AWS_ENDPOINT_URL"] = declared["AWS_ENDPOINT_URL"]
    # The SDKs refuse credentials over HTTP from an address like the emulator's. And, as on AWS, a task without a role
    # has none.
    credentials = environment.pop("AWS_CONTAINER_CREDENTIALS_FULL_URI")
    if task_definition.get("taskRoleArn"):
        _, _, path = credentials.partition("/v2/")
        environment["AWS_CONTAINER_CREDENTIALS_FULL_URI"] = f"http://127.0.0.1:{pause_container.PORT}/v2/{path}"
    else:
        environment.pop("AWS_CONTAINER_AUTHORIZATION_TOKEN")
    return environment, token


def _start_container(client, task, task_definition, definition, deployment, environment, pause, volumes):
    """Pulls the image at the digest that the deployment settled on, and starts the container."""
    name, image = definition["name"], definition["image"]
    digest = ((deployment or {}).get("_image_digests") or {}).get(name)
    pinned = bool(digest) and "@" not in image
    effective = {**definition, "image": f"{ecs._image_repository(image)}@{digest}" if pinned else image}
    if digest:
        for container in task["containers"]:
            if container["name"] == name:
                container["imageDigest"] = digest
    arguments = ecs_containers.arguments(effective, task, task_definition, environment, pause, volumes)
    if ecs_states.inspect(client, pause.id)["Status"] != "running":
        raise TaskFailed(ecs_states.NAMESPACE_ENDED)
    try:
        return ecs._run_docker_container(
            client,
            effective,
            arguments,
            refresh_image=deployment is not None and not definition.get("_local"),
            cache_image=image if pinned else None,
            fallback_image=image if pinned else None,
        )
    except (docker.errors.DockerException, OSError, ecs._ImagePullError):
        # A container that was made but could not be started.
        with contextlib.suppress(docker.errors.DockerException, OSError):
            client.containers.get(arguments["name"]).remove(v=True, force=True)
        raise


def _start(task, task_definition, overrides, client):
    """Starts everything; False when the task was stopped meanwhile."""
    task_definition = _with_pullable_images(task_definition, client)
    definitions = task_definition["containerDefinitions"]
    deployment = ecs._prepare_service_images(task, task_definition, client)
    secrets = {definition["name"]: ecs._resolve_container_secrets(definition) for definition in definitions}
    volumes = task["_volumes"] = _make_volumes(client, task, task_definition)
    pause = _start_pause(client, task, task_definition)
    if not _own(task, pause):
        ecs._cleanup_task_resources(task, client, pause)
        return False
    ecs._record_task_ip(task, pause, settings.NETWORK)
    positions = {definition["name"]: position for position, definition in enumerate(definitions)}
    task["_pause"] = pause.id
    containers = task["_containers"] = {}
    for definition in _start_order(definitions):
        name = definition["name"]
        if not _wait_for_dependencies(client, task, definition):
            return False
        override = ecs._container_override_for(overrides, name)
        if "command" in override:
            definition = {**definition, "command": override["command"]}
        environment, token = _environment(task, task_definition, definition, secrets[name], override)
        task.setdefault("_metadata_tokens", []).append(token)
        container = _start_container(
            client, task, task_definition, definition, deployment, environment, pause, volumes
        )  # fmt: skip
        containers[name] = container.id
        if not ecs._attach_started_container(task, container, positions[name], token, settings.NETWORK):
            ecs._cleanup_task_resources(task, client, container)
            return False
        ecs._start_awslogs_forwarder(container, definition, task["taskArn"].rpartition("/")[2])
    return ecs._mark_task_running(task["taskArn"], task)


@wraps(ecs, "_start_task_worker")
def start_task(original, task, task_definition, overrides, client):
    if task_definition.get("networkMode") != "awsvpc":
        return original(task, task_definition, overrides, client)
    ecs_deployments.wait_for_turn(task)
    if ecs_states.stopping.is_set():
        return None
    if not (ecs._mark_task_pending(task["taskArn"], task) and ecs._mark_task_activating(task["taskArn"], task)):
        return None
    try:
        started = _start(task, task_definition, overrides, client)
    except TaskFailed as failure:
        ecs._mark_task_stopped(task["taskArn"], task, f"Task failed to start: {failure}", "TaskFailedToStart")
        started = False
    if not started:
        ecs._cleanup_task_resources(task, client)
    return None
