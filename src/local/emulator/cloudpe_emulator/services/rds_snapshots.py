"""RDS: snapshots that hold data, and instances that start from them.

Gap: MiniStack's snapshot describes an instance and holds none of its data; an instance restored from it has no server,
and forgets most of what the request said. Without this nothing that was lost comes back.

A snapshot is a dump of the running server, users included, kept with the snapshot's description. A restored instance is
a new server like any other, into which the dump is loaded before the instance is called available. As on RDS it has the
master password of the snapshot until it is given another.
"""

import io
import logging
import tarfile
import zlib

import docker
from ministack.services import rds

from ..patch import wraps

logger = logging.getLogger("cloudpe.rds")

_CLIENT = ("--protocol=TCP", "--host=127.0.0.1", "--user=root")
_DUMP = (
    *("mysqldump", *_CLIENT, "--all-databases", "--routines", "--events", "--single-transaction"),
    # Users count without a restart; the new server's transactions have numbers of their own.
    *("--flush-privileges", "--set-gtid-purged=OFF"),
)
_FILE = "/tmp/cloudpe-restore.sql"  # noqa: S108 - within the database's own container
_LOAD = ("sh", "-c", f'"$@" < {_FILE} && rm {_FILE}', "sh", "mysql", *_CLIENT)

# What a restored instance has of its snapshot unless the request says otherwise.
_OF_SNAPSHOT = ("DBInstanceClass", "StorageType", "AllocatedStorage")
# What it has of its snapshot whatever the request says.
_ALWAYS_OF_SNAPSHOT = ("Engine", "EngineVersion", "MasterUsername", "DBName", "KmsKeyId")

# Snapshots to load, by the name of the container into which.
_waiting = {}


def _run(container, command, password):
    """The output of a command inside the database's container, where MySQL's clients are."""
    code, (output, errors) = container.exec_run(list(command), environment={"MYSQL_PWD": password}, demux=True)
    if code != 0:
        raise RuntimeError(f"exit code {code}: {(errors or b'').decode(errors='replace').strip()}")
    return output or b""


def _dump(instance):
    """The data of a running MySQL instance, compressed; nothing where no server runs."""
    if not rds._is_mysql_engine(instance.get("Engine", "")) or not instance.get("_docker_container_id"):
        return None
    # A dump of a large database takes longer than MiniStack's own client waits.
    client = docker.from_env(timeout=600)
    try:
        return zlib.compress(
            _run(client.containers.get(instance["_docker_container_id"]), _DUMP, instance["_MasterUserPassword"])
        )
    finally:
        client.close()


def _load(instance, snapshot):
    text = zlib.decompress(snapshot["_dump"])
    archive = io.BytesIO()
    with tarfile.open(fileobj=archive, mode="w") as tar:
        entry = tarfile.TarInfo(_FILE.rpartition("/")[2])
        entry.size = len(text)
        # The dump holds the hashes of passwords; root alone reads it here.
        entry.mode = 0o600
        tar.addfile(entry, io.BytesIO(text))
    client = docker.from_env(timeout=600)
    try:
        container = client.containers.get(instance["_docker_container_id"])
        container.put_archive(_FILE.rpartition("/")[0], archive.getvalue())
        _run(container, _LOAD, instance["_MasterUserPassword"])
    finally:
        client.close()


@wraps(rds, "_create_snapshot_internal")
def create_snapshot(original, snapshot_id, instance):
    data = instance.pop("_last_data", None) or _dump(instance)
    snapshot = original(snapshot_id, instance)
    snapshot["_dump"] = data
    snapshot["_MasterUserPassword"] = instance.get("_MasterUserPassword")
    return snapshot


@wraps(rds, "_delete_db_instance")
def delete_db_instance(original, params):
    """Gap: a last snapshot is taken after the server is gone, and replaces another of its name, which RDS refuses."""
    instance = rds._resolve_instance(rds._p(params, "DBInstanceIdentifier"))
    last = rds._p(params, "FinalDBSnapshotIdentifier")
    if instance and last and rds._p(params, "SkipFinalSnapshot") != "true" and not instance.get("DeletionProtection"):
        if last in rds._snapshots:
            return rds._error("DBSnapshotAlreadyExists", f"Snapshot {last} already exists.", 400)
        instance["_last_data"] = _dump(instance)
    return original(params)


def _request(params, snapshot):
    """The restore as a creation: one server starts like the other."""
    request = dict(params)
    for field in _OF_SNAPSHOT:
        if not rds._p(params, field) and snapshot.get(field):
            request[field] = [str(snapshot[field])]
    for field in _ALWAYS_OF_SNAPSHOT:
        request[field] = [str(snapshot.get(field) or "")]
    request["StorageEncrypted"] = ["true" if snapshot.get("StorageEncrypted") else "false"]
    request["MasterUserPassword"] = [snapshot.get("_MasterUserPassword") or ""]
    return request


@wraps(rds, "_restore_from_snapshot")
def restore_from_snapshot(original, params):
    identifier = rds._p(params, "DBInstanceIdentifier")
    # By name or by ARN.
    snapshot = rds._snapshots.get(rds._p(params, "DBSnapshotIdentifier").rpartition(":snapshot:")[2])
    if snapshot is None or identifier in rds._instances:
        return original(params)
    if snapshot.get("_dump"):
        _waiting[rds._rds_docker_name(identifier)] = snapshot
    # By its name in the module: with what other wrappers add.
    response = rds._create_db_instance(_request(params, snapshot))
    if response[0] != 200:
        _waiting.pop(rds._rds_docker_name(identifier), None)
        return response
    return rds._single_instance_response(
        "RestoreDBInstanceFromDBSnapshotResponse",
        "RestoreDBInstanceFromDBSnapshotResult",
        rds._instances[identifier],
    )


@wraps(rds, "_grant_mysql_master_user_privileges")
def grant_master_privileges(original, host, port, master_user, master_pass, db_id, engine=""):
    """The last step before an instance is called available: here the snapshot's data goes in."""
    snapshot = _waiting.pop(rds._rds_docker_name(db_id), None)
    if snapshot is not None:
        instance = rds._instances[db_id]
        try:
            _load(instance, snapshot)
        except Exception:
            # Ends the thread that would call it available.
            instance["DBInstanceStatus"] = "failed"
            logger.exception("snapshot %s could not be loaded into %s", snapshot["DBSnapshotIdentifier"], db_id)
            raise
    return original(host, port, master_user, master_pass, db_id, engine)
