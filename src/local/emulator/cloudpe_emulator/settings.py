"""What the emulator is told when it starts, and what it finds out about itself."""

import functools
import os

# The name of the container the emulator runs in: everything that it creates is labelled with it.
NAME = os.environ.get("EMULATOR_NAME", "cloudpe-emulator")
# The Docker network that the emulator, the tasks and the databases share.
NETWORK = os.environ.get("EMULATOR_NETWORK", "cloudpe-local")
# Where the Docker engine, which runs outside this network, reaches the emulator's registry.
REGISTRY = os.environ.get("EMULATOR_REGISTRY", "127.0.0.1:4566")
API_PORT = int(os.environ.get("GATEWAY_PORT", "4566"))

LABEL = "cloudpe.emulator"

os.environ.setdefault("GATEWAY_PORT", str(API_PORT))
os.environ.setdefault("DOCKER_NETWORK", NETWORK)
# MiniStack removes, when it starts, the containers that carry this name: those of a predecessor that was killed.
os.environ.setdefault("MINISTACK_HOSTNAME", NAME)
# A new MySQL server fills most of MiniStack's 256 MiB.
os.environ.setdefault("RDS_TMPFS_SIZE", "1g")
# Listeners that nothing here uses.
os.environ.setdefault("IOT_MTLS_ENABLED", "0")
os.environ.setdefault("SFTP_ENABLED", "0")


@functools.cache
def _own_container():
    import docker

    client = docker.from_env(timeout=10)
    try:
        return client.containers.get(NAME)
    finally:
        client.close()


def address():
    """The emulator's address as tasks see it; the network needs no fixed subnet."""
    networks = _own_container().attrs["NetworkSettings"]["Networks"]
    if NETWORK not in networks:
        raise RuntimeError(f"container {NAME} must be on the network {NETWORK}, it is on {sorted(networks)}")
    return networks[NETWORK]["IPAddress"]


def image():
    """The emulator's own image: the one image that is certainly there."""
    return _own_container().attrs["Image"]
