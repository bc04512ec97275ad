"""Everything that the emulator makes in Docker can be found again, and is reachable from this machine alone.

Gap: MiniStack publishes a database's port on every interface, at a number that it believes to be free because it is
free inside its own container. Without this a neighbour in the network reaches the database, and a second emulator on
the same Docker fails with "port is already allocated".

Gap: MiniStack's own label names a host and port, and volumes have none. Without this, clean-up has to guess.
"""

from docker.models.containers import ContainerCollection
from docker.models.volumes import VolumeCollection

from . import settings
from .patch import wraps


def _labelled(kwargs):
    labels = kwargs.get("labels") or {}
    if not isinstance(labels, dict):
        labels = dict.fromkeys(labels, "")
    return {**kwargs, "labels": {**labels, settings.LABEL: settings.NAME}}


@wraps(ContainerCollection, "create")
def create_container(original, self, image, command=None, **kwargs):
    if kwargs.get("ports"):
        # Docker chooses the port: it alone knows which are free on the host.
        kwargs["ports"] = dict.fromkeys(kwargs["ports"], ("127.0.0.1",))
    return original(self, image, command=command, **_labelled(kwargs))


@wraps(VolumeCollection, "create")
def create_volume(original, self, name=None, **kwargs):
    return original(self, name, **_labelled(kwargs))
