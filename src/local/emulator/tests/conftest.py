"""Every test of a gap runs twice: on MiniStack with the plug-in, where it must pass, and on plain MiniStack, where it
must fail.

A test that passes on plain MiniStack fails the run: the gap is closed, and its wrapper is to be deleted.
"""

import asyncio
import contextlib
import os
import threading
import time
import urllib.request

import docker
import docker.errors

# Set before MiniStack is imported: the one in this process has no Docker, and a name that nothing else has, since on
# its reset it removes the containers that carry its name.
PREFIX = os.environ.get("EMULATOR_TEST_PREFIX", "")
os.environ["EMULATOR_NAME"] = f"{PREFIX}-in-process"
os.environ["DOCKER_HOST"] = "unix:///no-docker.sock"

import boto3
import botocore.config
import hypercorn.asyncio
import hypercorn.config
import ministack.app
import pytest

import cloudpe_emulator.app
from cloudpe_emulator import patch, settings

# Importing the application wraps; here each test says whether it wants that, and Docker's SDK is the plain one.
patch.uninstall()

REGION = "eu-central-1"
PLAIN = pytest.param("plain", marks=pytest.mark.xfail(strict=True, reason="plain MiniStack has this gap"))


def client(service, endpoint):
    return boto3.client(
        service,
        endpoint_url=endpoint,
        region_name=REGION,
        aws_access_key_id="test",
        aws_secret_access_key="test",
        config=botocore.config.Config(retries={"total_max_attempts": 1}, read_timeout=30),
    )


class Emulator:
    """An emulator that a test speaks to: `emulator.ssm.put_parameter(…)`."""

    def __init__(self, endpoint):
        self.endpoint = endpoint

    def __getattr__(self, service):
        return client(service.replace("_", "-"), self.endpoint)


class _Server:
    def __init__(self):
        self.application = ministack.app.app

    async def __call__(self, scope, receive, send):
        if scope["type"] == "lifespan":
            # The resolver and the health checks have tests of their own.
            await ministack.app.app(scope, receive, send)
        else:
            await self.application(scope, receive, send)


@pytest.fixture(scope="session")
def server():
    application = _Server()
    config = hypercorn.config.Config()
    config.bind = [f"127.0.0.1:{settings.API_PORT}", "127.0.0.1:80"]
    stop = threading.Event()

    async def serve():
        async def stopped():
            while not stop.is_set():
                await asyncio.sleep(0.1)

        await hypercorn.asyncio.serve(application, config, shutdown_trigger=stopped)

    thread = threading.Thread(target=lambda: asyncio.run(serve()), daemon=True)
    thread.start()
    _wait_for(f"http://127.0.0.1:{settings.API_PORT}/_ministack/health")
    yield application
    stop.set()
    thread.join(timeout=10)


def _wait_for(url):
    for _ in range(100):
        try:
            return urllib.request.urlopen(url, timeout=1)
        except OSError:
            time.sleep(0.1)
    raise TimeoutError(f"{url} does not answer")


@pytest.fixture(params=["plug-in", PLAIN])
def emulator(request, server):
    """MiniStack in this process, without Docker."""
    if request.param == "plug-in":
        patch.install()
        server.application = cloudpe_emulator.app.app
    yield Emulator(f"http://127.0.0.1:{settings.API_PORT}")
    if request.param == "plug-in":
        server.application = ministack.app.app
        patch.uninstall()
    reset = urllib.request.Request(f"http://127.0.0.1:{settings.API_PORT}/_ministack/reset", method="POST")
    urllib.request.urlopen(reset, timeout=30)


# Tests with real containers: this process runs in a container too, with Docker's socket, on a network of its own.
IMAGE = os.environ.get("EMULATOR_TEST_IMAGE", "")
REGISTRY_PORT = os.environ.get("EMULATOR_TEST_PORT", "")


class Engine:
    """Starts emulators as containers, and removes them with everything that they made."""

    def __init__(self):
        self.docker = docker.DockerClient(base_url="unix:///var/run/docker.sock")
        self.emulators = {}

    def emulator(self, kind):
        if kind not in self.emulators:
            self.emulators[kind] = self._start(kind)
        return self.emulators[kind]

    def _start(self, kind):
        name = f"{PREFIX}-{kind}"
        application = "ministack.app:app" if kind == "plain" else "cloudpe_emulator.app:app"
        environment = {
            "EMULATOR_NAME": name,
            "EMULATOR_NETWORK": PREFIX,
            "EMULATOR_REGISTRY": f"127.0.0.1:{REGISTRY_PORT}",
            # The plug-in sets these itself.
            "MINISTACK_HOSTNAME": name,
            "DOCKER_NETWORK": PREFIX,
            "RDS_TMPFS_SIZE": "1g",
        }
        self.docker.containers.run(
            IMAGE,
            ["python", "-m", "hypercorn", application, *(f"--bind=0.0.0.0:{port}" for port in (4566, 80, 4000))],
            name=name,
            network=PREFIX,
            environment=environment,
            volumes=["/var/run/docker.sock:/var/run/docker.sock"],
            ports={"4566/tcp": ("127.0.0.1", int(REGISTRY_PORT))} if kind == "plug-in" else None,
            labels={"cloudpe.emulator-test": PREFIX},
            init=True,
            detach=True,
        )
        _wait_for(f"http://{name}:4566/_ministack/health")
        emulator = Emulator(f"http://{name}:4566")
        emulator.name = name
        return emulator

    def made_by(self, name):
        """The containers that an emulator made."""
        return self.docker.containers.list(all=True, filters={"label": f"ministack.instance={name}:4566"})

    def close(self):
        for emulator in self.emulators.values():
            with contextlib.suppress(docker.errors.NotFound):
                self.docker.containers.get(emulator.name).remove(force=True)
            for container in self.made_by(emulator.name):
                container.remove(force=True, v=True)
        for volume in self.docker.volumes.list(filters={"label": "cloudpe.emulator"}):
            if volume.attrs["Labels"]["cloudpe.emulator"].startswith(f"{PREFIX}-"):
                volume.remove(force=True)


@pytest.fixture(scope="session")
def engine():
    if not PREFIX:
        pytest.skip("needs Docker: run test.sh")
    engine = Engine()
    yield engine
    engine.close()


@pytest.fixture(params=["plug-in", PLAIN])
def containers(request, engine):
    """An emulator that runs real containers."""
    return engine.emulator(request.param)


@pytest.fixture
def with_plug_in(engine):
    """For what plain MiniStack does as well, or cannot be asked."""
    return engine.emulator("plug-in")
