"""ECS: what a container definition means to Docker.

Gap: MiniStack passes command, environment, ports, added capabilities and host volumes, and drops the rest: entry
point, user, read-only root, memory, ulimits, dropped capabilities, init process, tmpfs, task volumes, health check.
Without this a container that runs here may fail on Fargate for what was never tried.

CPU is a share, not a limit: a task may use what the machine has to spare, else a release would take minutes on a
laptop.
"""

from docker.types import Ulimit
from ministack.core import container_reaper

_SECOND = 1_000_000_000


def labels(task, task_definition, name):
    return {
        **container_reaper.own_labels("ecs"),
        "com.amazonaws.ecs.cluster": task["clusterArn"],
        "com.amazonaws.ecs.container-name": name,
        "com.amazonaws.ecs.task-arn": task["taskArn"],
        "com.amazonaws.ecs.task-definition-family": task_definition.get("family", ""),
        "com.amazonaws.ecs.task-definition-version": str(task_definition.get("revision", 1)),
    }


def container_name(task, name):
    return f"ministack-ecs-{task['taskArn'].rpartition('/')[2][:8]}-{name}"


def _health_check(check):
    return {
        "test": check["command"],
        "interval": int(check.get("interval", 30)) * _SECOND,
        "timeout": int(check.get("timeout", 5)) * _SECOND,
        "retries": int(check.get("retries", 3)),
        "start_period": int(check.get("startPeriod", 0)) * _SECOND,
    }


def _tmpfs(mounts):
    return {m["containerPath"]: ",".join([f"size={m['size']}m", *(m.get("mountOptions") or [])]) for m in mounts}


def _volumes(definition, volumes):
    return [
        f"{volumes[mount['sourceVolume']]}:{mount['containerPath']}:{'ro' if mount.get('readOnly') else 'rw'}"
        for mount in definition.get("mountPoints") or []
        if mount.get("sourceVolume") in volumes
    ]


def arguments(definition, task, task_definition, environment, pause, volumes):
    """The arguments of `docker run` for one container of a task."""
    linux = definition.get("linuxParameters") or {}
    capabilities = linux.get("capabilities") or {}
    memory = definition.get("memory") or task_definition.get("memory")
    reservation = definition.get("memoryReservation")
    platform = (task_definition.get("runtimePlatform") or {}).get("cpuArchitecture")
    health_check = definition.get("healthCheck")
    wanted = {
        "command": definition.get("command"),
        "entrypoint": definition.get("entryPoint"),
        "working_dir": definition.get("workingDirectory"),
        "user": definition.get("user"),
        "read_only": definition.get("readonlyRootFilesystem"),
        "privileged": definition.get("privileged"),
        "tty": definition.get("pseudoTerminal"),
        "stdin_open": definition.get("interactive"),
        "mem_limit": memory and f"{int(memory)}m",
        "mem_reservation": reservation and f"{int(reservation)}m",
        # 256 units, the smallest task, weigh as much as any other container on the machine.
        "cpu_shares": 4 * int(definition.get("cpu") or task_definition.get("cpu") or 256),
        "init": linux.get("initProcessEnabled"),
        "shm_size": linux.get("sharedMemorySize") and f"{linux['sharedMemorySize']}m",
        "cap_add": capabilities.get("add"),
        "cap_drop": capabilities.get("drop"),
        "tmpfs": _tmpfs(linux.get("tmpfs") or []),
        "ulimits": [
            Ulimit(name=limit["name"], soft=limit["softLimit"], hard=limit["hardLimit"])
            for limit in definition.get("ulimits") or []
        ],
        "healthcheck": health_check and _health_check(health_check),
        "volumes": _volumes(definition, volumes),
        "platform": {"ARM64": "linux/arm64", "X86_64": "linux/amd64"}.get((platform or "").upper()),
    }
    return {
        **{argument: value for argument, value in wanted.items() if value},
        "detach": True,
        "environment": environment,
        "name": container_name(task, definition["name"]),
        "network_mode": f"container:{pause.id}",
        "labels": {
            **(definition.get("dockerLabels") or {}),
            **labels(task, task_definition, definition["name"]),
            "cloudpe.stop-timeout": str(definition.get("stopTimeout", 30)),
        },
    }
