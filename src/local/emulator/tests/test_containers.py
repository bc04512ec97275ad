"""What runs: real containers, by the Docker engine of this machine."""

import contextlib
import json
import time
import urllib.request
import uuid

import docker.errors
import pymysql
import pytest

from conftest import IMAGE, REGION, REGISTRY_PORT

SUBNET = {"awsvpcConfiguration": {"subnets": ["subnet-1"]}}


def script(code):
    return ["python", "-c", code]


def eventually(condition, seconds=30):
    """The first true value of a condition."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if value := condition():
            return value
        time.sleep(0.3)
    raise AssertionError(f"not within {seconds} s")


def container(name="main", code="", **more):
    return {"name": name, "image": IMAGE, "essential": name == "main", "command": script(code), **more}


def define(emulator, *definitions, **more):
    return emulator.ecs.register_task_definition(
        family=f"t{uuid.uuid4().hex[:8]}",
        networkMode="awsvpc",
        requiresCompatibilities=["FARGATE"],
        cpu="256",
        memory="512",
        containerDefinitions=list(definitions),
        **more,
    )["taskDefinition"]["taskDefinitionArn"]


def task(emulator, arn):
    return emulator.ecs.describe_tasks(cluster="test", tasks=[arn])["tasks"][0]


def run(emulator, *definitions, seconds=30, **more):
    """Runs a task to its end and returns its description."""
    emulator.ecs.create_cluster(clusterName="test")
    started = emulator.ecs.run_task(
        cluster="test",
        taskDefinition=define(emulator, *definitions, **more),
        launchType="FARGATE",
        networkConfiguration=SUBNET,
    )["tasks"][0]["taskArn"]

    def stopped():
        description = task(emulator, started)
        return description if description["lastStatus"] == "STOPPED" else None

    try:
        return eventually(stopped, seconds)
    finally:
        emulator.ecs.stop_task(cluster="test", task=started)


def exit_code(description, name="main"):
    return next(c.get("exitCode") for c in description["containers"] if c["name"] == name)


def succeeds(description):
    assert (description["stoppedReason"], exit_code(description)) == ("Essential container in task exited", 0)


def test_containers_of_a_task_share_the_loopback(containers):
    client = """
import time, urllib.request
for _ in range(50):
    try:
        urllib.request.urlopen("http://127.0.0.1:9000", timeout=1)
        raise SystemExit(0)
    except OSError:
        time.sleep(0.1)
raise SystemExit(1)
"""
    server = container("server", stopTimeout=2) | {"command": ["python", "-m", "http.server", "9000"]}
    succeeds(run(containers, server, container(code=client)))


def test_a_container_starts_after_what_it_depends_on_and_shares_its_volume(containers):
    mount = {"mountPoints": [{"sourceVolume": "data", "containerPath": "/data"}]}
    first = container("first", "import time; time.sleep(1); open('/data/done', 'w')", **mount)
    after = {"dependsOn": [{"containerName": "first", "condition": "SUCCESS"}]}
    succeeds(run(containers, container(code="open('/data/done')", **mount, **after), first, volumes=[{"name": "data"}]))


def test_a_failed_dependency_stops_the_task(containers):
    first = container("first", "raise SystemExit(3)")
    main = container(code="", dependsOn=[{"containerName": "first", "condition": "SUCCESS"}])
    reason = run(containers, main, first)["stoppedReason"]
    assert reason == "Task failed to start: dependency container first exited with code 3"


def test_a_healthy_dependency_is_waited_for(containers):
    server = container(
        "server",
        "import time; time.sleep(2); open('/tmp/healthy', 'w'); time.sleep(60)",
        healthCheck={"command": ["CMD", "test", "-e", "/tmp/healthy"], "interval": 1, "retries": 5},
        stopTimeout=2,
    )
    main = container(code="", dependsOn=[{"containerName": "server", "condition": "HEALTHY"}])
    description = run(containers, main, server)
    assert next(c["healthStatus"] for c in description["containers"] if c["name"] == "server") == "HEALTHY"
    succeeds(description)


def test_user_root_file_system_capabilities_and_limits_are_those_of_the_definition(containers):
    check = """
import errno, os, resource
assert os.getuid() == 10001
try:
    open("/emulator/x", "w")
except OSError as error:
    assert error.errno in (errno.EROFS,), error
open("/tmp/x", "w").close()
assert os.statvfs("/tmp").f_blocks * os.statvfs("/tmp").f_frsize == 64 * 2**20
assert "CapBnd:\\t0000000000000000" in open("/proc/self/status").read()
assert resource.getrlimit(resource.RLIMIT_NOFILE) == (4096, 8192)
"""
    linux = {
        "capabilities": {"drop": ["ALL"]},
        "tmpfs": [{"containerPath": "/tmp", "size": 64}],
        "initProcessEnabled": True,
    }
    limits = [{"name": "nofile", "softLimit": 4096, "hardLimit": 8192}]
    definition = {"user": "10001", "readonlyRootFilesystem": True, "linuxParameters": linux, "ulimits": limits}
    succeeds(run(containers, container(code=check, entryPoint=["python"], **definition) | {"command": ["-c", check]}))


def test_a_secret_arrives_decrypted(containers):
    name = f"/password/{uuid.uuid4().hex}"
    containers.ssm.put_parameter(Name=name, Type="SecureString", Value="placeholder")
    check = "import os; assert os.environ['PASSWORD'] == 'placeholder', os.environ['PASSWORD'][:9]"
    succeeds(run(containers, container(code=check, secrets=[{"name": "PASSWORD", "valueFrom": name}])))


def role(emulator):
    name = f"r{uuid.uuid4().hex[:8]}"
    return emulator.iam.create_role(RoleName=name, AssumeRolePolicyDocument="{}")["Role"]["Arn"]


def test_an_sdk_uses_the_tasks_role_and_the_declared_endpoint(containers):
    check = """
import os, botocore.session
assert os.environ["AWS_ENDPOINT_URL"] == os.environ["DECLARED"], os.environ["AWS_ENDPOINT_URL"]
session = botocore.session.get_session()
assert session.get_credentials().method == "container-role"
session.create_client("sts", region_name="eu-central-1").get_caller_identity()
"""
    environment = [
        {"name": name, "value": containers.endpoint.replace("4566", "4566/")}
        for name in ("AWS_ENDPOINT_URL", "DECLARED")
    ]
    succeeds(run(containers, container(code=check, environment=environment), taskRoleArn=role(containers)))


def test_a_task_without_a_role_has_no_credentials(containers):
    check = "import botocore.session as s; assert s.get_session().get_credentials() is None"
    environment = [{"name": "AWS_EC2_METADATA_DISABLED", "value": "true"}]
    succeeds(run(containers, container(code=check, environment=environment)))


def balancer(emulator, port, **answer):
    name = f"b{uuid.uuid4().hex[:8]}"
    created = emulator.elbv2.create_load_balancer(Name=name, Subnets=["subnet-1"])["LoadBalancers"][0]
    emulator.elbv2.create_listener(
        LoadBalancerArn=created["LoadBalancerArn"], Protocol="HTTP", Port=port, DefaultActions=[answer]
    )
    return created


def test_a_balancers_dns_name_resolves_in_a_task(containers):
    fixed = {"StatusCode": "200", "MessageBody": "backend"}
    name = balancer(containers, 4000, Type="fixed-response", FixedResponseConfig=fixed)["DNSName"]
    # The first as any client does, the second as nginx's `resolver` does, which asks again when the answer is old.
    check = f"""
import urllib.request
from dnslib import DNSRecord
assert urllib.request.urlopen("http://{name}:4000/health").read() == b"backend"
answer = DNSRecord.parse(DNSRecord.question("{name}").send("127.0.0.11", timeout=5))
assert [record.ttl <= 5 for record in answer.rr] == [True], answer
"""
    succeeds(run(containers, container(code=check)))


def test_other_names_still_resolve_in_a_task(with_plug_in):
    host = with_plug_in.endpoint.removeprefix("http://").partition(":")[0]
    check = f"import socket; socket.gethostbyname('{host}'); socket.gethostbyname('localhost')"
    succeeds(run(with_plug_in, container(code=check)))


def test_what_a_container_prints_is_in_its_log_group(with_plug_in):
    group = f"/ecs/{uuid.uuid4().hex}"
    with_plug_in.logs.create_log_group(logGroupName=group)
    options = {"awslogs-group": group, "awslogs-region": REGION, "awslogs-stream-prefix": "web"}
    run(with_plug_in, container(code="print('hello')", logConfiguration={"logDriver": "awslogs", "options": options}))
    events = eventually(lambda: with_plug_in.logs.filter_log_events(logGroupName=group)["events"])
    assert [event["message"] for event in events] == ["hello"]


def test_nothing_of_a_task_stays(containers, engine):
    sidecar = container("sidecar", "import time; time.sleep(300)", stopTimeout=2)
    description = run(containers, sidecar, container(code=""), volumes=[{"name": "data"}])
    selector = {"label": f"com.amazonaws.ecs.task-arn={description['taskArn']}"}
    eventually(lambda: not engine.docker.containers.list(all=True, filters=selector), 15)
    assert engine.docker.volumes.list(filters=selector) == []


def serve(emulator, task_definition, **more):
    emulator.ecs.create_cluster(clusterName="test")
    name = f"s{uuid.uuid4().hex[:8]}"
    emulator.ecs.create_service(
        cluster="test",
        serviceName=name,
        taskDefinition=task_definition,
        desiredCount=1,
        launchType="FARGATE",
        networkConfiguration=SUBNET,
        **more,
    )
    return name


@contextlib.contextmanager
def service(emulator, task_definition, **more):
    name = serve(emulator, task_definition, **more)
    try:
        yield name
    finally:
        emulator.ecs.delete_service(cluster="test", service=name, force=True)


def deployments(emulator, name):
    return emulator.ecs.describe_services(cluster="test", services=[name])["services"][0]["deployments"]


def tasks(emulator, name, status="RUNNING"):
    arns = emulator.ecs.list_tasks(cluster="test", serviceName=name, desiredStatus=status)["taskArns"]
    return [task(emulator, arn) for arn in arns]


SLEEP = "import time; time.sleep(300)"
BREAKER = {"deploymentCircuitBreaker": {"enable": True, "rollback": True}}


def test_an_unhealthy_task_is_replaced(containers):
    check = {"command": ["CMD", "false"], "interval": 1, "timeout": 1, "retries": 1}
    definition = define(containers, container(code=SLEEP, healthCheck=check, stopTimeout=2))
    with service(containers, definition) as name:
        stopped = eventually(lambda: tasks(containers, name, "STOPPED"), 20)
        assert stopped[0]["stoppedReason"] == "Task failed container health checks"


def test_a_killed_container_is_replaced(with_plug_in, engine):
    with service(with_plug_in, define(with_plug_in, container(code=SLEEP, stopTimeout=2))) as name:
        first = eventually(lambda: [t for t in tasks(with_plug_in, name) if t["lastStatus"] == "RUNNING"])[0]
        engine.docker.containers.get(first["containers"][0]["runtimeId"]).kill()
        eventually(
            lambda: any(
                t["lastStatus"] == "RUNNING" and t["taskArn"] != first["taskArn"] for t in tasks(with_plug_in, name)
            )
        )


def test_a_first_deployment_that_cannot_start_fails(containers):
    definition = define(containers, container(code="raise SystemExit(1)"))
    with service(containers, definition, deploymentConfiguration=BREAKER) as name:
        eventually(lambda: deployments(containers, name)[0]["rolloutState"] == "FAILED", 40)


def target_group(emulator):
    return emulator.elbv2.create_target_group(
        Name=f"g{uuid.uuid4().hex[:8]}",
        Protocol="HTTP",
        Port=8000,
        VpcId="vpc-1",
        TargetType="ip",
        HealthCheckIntervalSeconds=5,
        HealthCheckTimeoutSeconds=2,
        UnhealthyThresholdCount=2,
    )["TargetGroups"][0]["TargetGroupArn"]


ECHO = """
import http.server, json
class Handler(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        body = json.dumps({k.lower(): v for k, v in self.headers.items()}).encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)
http.server.HTTPServer(("", 8000), Handler).serve_forever()
"""


def behind(group):
    return {"loadBalancers": [{"targetGroupArn": group, "containerName": "main", "containerPort": 8000}]}


def test_a_release_that_does_not_answer_leaves_the_old_task_alone(containers):
    group = target_group(containers)
    old, new = (define(containers, container(code=code, stopTimeout=2)) for code in (ECHO, SLEEP))
    with service(containers, old, deploymentConfiguration=BREAKER, **behind(group)) as name:
        first = eventually(lambda: [t for t in tasks(containers, name) if t["lastStatus"] == "RUNNING"])[0]["taskArn"]
        eventually(lambda: deployments(containers, name)[0]["rolloutState"] == "COMPLETED")
        containers.ecs.update_service(cluster="test", service=name, taskDefinition=new)
        eventually(lambda: len(tasks(containers, name)) == 2)
        time.sleep(5)
        assert task(containers, first)["lastStatus"] == "RUNNING"
        # Three failed tasks later the old release is the primary one again, alone.
        eventually(lambda: [d["taskDefinition"] for d in deployments(containers, name)] == [old], 90)


FAILING = ECHO.replace(
    "self.send_response(200)",
    "self.server.answers = getattr(self.server, 'answers', 0) + 1;"
    " self.send_response(200 if self.server.answers < 3 else 500)",
)


def test_a_task_whose_target_fails_is_replaced(containers):
    definition = define(containers, container(code=FAILING, stopTimeout=2))
    with service(containers, definition, **behind(target_group(containers))) as name:
        stopped = eventually(lambda: tasks(containers, name, "STOPPED"), 40)
        assert stopped[0]["stoppedReason"].startswith("Task failed ELB health checks in (target-group arn:")


def test_a_request_reaches_a_task_with_a_balancers_headers(with_plug_in):
    group = target_group(with_plug_in)
    front = balancer(with_plug_in, 80, Type="forward", TargetGroupArn=group)
    with service(with_plug_in, define(with_plug_in, container(code=ECHO, stopTimeout=2)), **behind(group)):
        eventually(
            lambda: (
                [
                    health["TargetHealth"]["State"]
                    for health in with_plug_in.elbv2.describe_target_health(TargetGroupArn=group)[
                        "TargetHealthDescriptions"
                    ]
                ]
                == ["healthy"]
            )
        )
        url = with_plug_in.endpoint.replace(":4566", "/")
        request = urllib.request.Request(url, headers={"Host": front["DNSName"], "X-Forwarded-For": "192.0.2.1"})
        with urllib.request.urlopen(request, timeout=10) as response:
            headers = json.load(response)
    assert headers["x-forwarded-for"].startswith("192.0.2.1, ")
    assert (headers["x-forwarded-proto"], headers["x-forwarded-port"]) == ("http", "80")


def push(engine, image, repository, tag):
    """What `docker push` says at the end: an error, or None."""
    name = f"127.0.0.1:{REGISTRY_PORT}/{repository}"
    engine.docker.images.get(image).tag(name, tag)
    credentials = {"username": "AWS", "password": "ministack-auth-token"}
    messages = engine.docker.images.push(name, tag, auth_config=credentials, stream=True, decode=True)
    try:
        return next((message["error"] for message in messages if "error" in message), None)
    finally:
        engine.docker.images.remove(f"{name}:{tag}")


@pytest.fixture
def small_image(engine):
    """An image of one layer over the emulator's own, so that a push is quick after the first."""
    made = engine.docker.containers.create(IMAGE)
    image = made.commit()
    made.remove()
    yield image.id
    with contextlib.suppress(docker.errors.APIError):
        engine.docker.images.remove(image.id, force=True)


def test_a_task_runs_what_was_pushed(containers, engine):
    repository = f"shop/{uuid.uuid4().hex[:8]}"
    uri = containers.ecr.create_repository(repositoryName=repository)["repository"]["repositoryUri"]
    if containers.name.endswith("plug-in"):
        assert push(engine, IMAGE, repository, "1") is None
    description = run(containers, container(code="") | {"image": f"{uri}:1"}, seconds=60)
    succeeds(description)
    assert description["containers"][0]["image"] == f"{uri}:1"
    with contextlib.suppress(docker.errors.APIError):
        engine.docker.images.remove(f"127.0.0.1:{REGISTRY_PORT}/{repository}:1")


def test_an_immutable_tag_is_pushed_once(with_plug_in, engine, small_image):
    repository = f"shop/{uuid.uuid4().hex[:8]}"
    with_plug_in.ecr.create_repository(repositoryName=repository, imageTagMutability="IMMUTABLE")
    assert push(engine, IMAGE, repository, "1") is None
    assert push(engine, IMAGE, repository, "1") is None
    assert "immutable" in push(engine, small_image, repository, "1")


@pytest.fixture
def database(containers):
    return _database(containers)


def _database(emulator):
    """A MySQL server's address; one an emulator."""
    identifier = emulator.name
    with contextlib.suppress(emulator.rds.exceptions.DBInstanceAlreadyExistsFault):
        emulator.rds.create_db_instance(
            DBInstanceIdentifier=identifier,
            Engine="mysql",
            EngineVersion="8.4",
            DBInstanceClass="db.t3.micro",
            AllocatedStorage=20,
            MasterUsername="shop",
            MasterUserPassword="placeholder-1",
            DBName="shop",
        )

    return available(emulator, identifier)


def available(emulator, identifier):
    def describe():
        instance = emulator.rds.describe_db_instances(DBInstanceIdentifier=identifier)["DBInstances"][0]
        return instance if instance["DBInstanceStatus"] == "available" else None

    return eventually(describe, 120)


def connect(database, password, user="shop"):
    address = database["Endpoint"]
    return pymysql.connect(host=address["Address"], port=address["Port"], user=user, password=password, autocommit=True)


def execute(database, *statements):
    """What the last statement answers."""
    with connect(database, "placeholder-1") as connection, connection.cursor() as cursor:
        for statement in statements:
            cursor.execute(statement)
        return cursor.fetchall()


def restored(emulator, snapshot):
    identifier = f"r{uuid.uuid4().hex[:8]}"
    emulator.rds.restore_db_instance_from_db_snapshot(
        DBInstanceIdentifier=identifier, DBSnapshotIdentifier=snapshot, DBInstanceClass="db.t3.micro"
    )
    return available(emulator, identifier)


def test_a_database_is_published_on_the_loopback_and_labelled(containers, engine, database):
    made = next(c for c in engine.made_by(containers.name) if c.labels["ministack"] == "rds")
    assert {binding["HostIp"] for binding in made.attrs["NetworkSettings"]["Ports"]["3306/tcp"]} == {"127.0.0.1"}
    assert made.labels["cloudpe.emulator"] == containers.name


def test_a_new_master_password_is_the_master_users(containers, database):
    containers.rds.modify_db_instance(
        DBInstanceIdentifier=containers.name, MasterUserPassword="placeholder-2", ApplyImmediately=True
    )
    connect(database, "placeholder-2").close()
    containers.rds.modify_db_instance(
        DBInstanceIdentifier=containers.name, MasterUserPassword="placeholder-1", ApplyImmediately=True
    )


def test_the_master_user_can_make_the_users_of_the_platform(with_plug_in):
    with connect(_database(with_plug_in), "placeholder-1") as connection, connection.cursor() as cursor:
        for statement in (
            "CREATE USER app@'%' IDENTIFIED BY 'first'",
            "GRANT SELECT, INSERT, UPDATE, DELETE, CREATE, ALTER, INDEX ON shop.* TO app@'%'",
            "ALTER USER app@'%' IDENTIFIED BY 'second' RETAIN CURRENT PASSWORD",
            "ALTER USER app@'%' DISCARD OLD PASSWORD",
            "CREATE USER monitor@'%' IDENTIFIED BY 'first' WITH MAX_USER_CONNECTIONS 5",
            "GRANT REPLICATION CLIENT, PROCESS ON *.* TO monitor@'%'",
            "GRANT SELECT ON performance_schema.* TO monitor@'%'",
        ):
            cursor.execute(statement)


def test_a_restored_database_has_the_data_and_the_users_of_its_snapshot(containers, database):
    snapshot = f"s{uuid.uuid4().hex[:8]}"
    execute(
        database,
        "CREATE TABLE IF NOT EXISTS shop.notes (id INT PRIMARY KEY, title TEXT) CHARACTER SET utf8mb4",
        "REPLACE INTO shop.notes VALUES (1, 'grün 🍏 it''s')",
        "CREATE USER IF NOT EXISTS reader@'%' IDENTIFIED BY 'reads' REQUIRE SSL",
        "GRANT SELECT ON shop.* TO reader@'%'",
        "CREATE PROCEDURE IF NOT EXISTS shop.count_notes() SELECT COUNT(*) FROM notes",
    )
    containers.rds.create_db_snapshot(DBSnapshotIdentifier=snapshot, DBInstanceIdentifier=containers.name)
    execute(database, "DELETE FROM shop.notes", "DROP USER reader@'%'")
    beside = restored(containers, snapshot)
    assert execute(beside, "USE shop", "CALL count_notes()") == ((1,),)
    assert execute(beside, "SELECT title FROM shop.notes") == (("grün 🍏 it's",),)
    with connect(beside, "reads", "reader") as connection, connection.cursor() as cursor:
        assert cursor.execute("SELECT * FROM shop.notes") == 1
    # The other one goes on without it, and each has a password of its own from now on.
    assert execute(database, "SELECT * FROM shop.notes") == ()
    name = beside["DBInstanceIdentifier"]
    containers.rds.modify_db_instance(DBInstanceIdentifier=name, MasterUserPassword="placeholder-3")
    connect(beside, "placeholder-3").close()
    connect(database, "placeholder-1").close()
    containers.rds.delete_db_instance(DBInstanceIdentifier=name, SkipFinalSnapshot=True)


def test_a_last_snapshot_has_the_data(containers, database):
    first, last = f"s{uuid.uuid4().hex[:8]}", f"s{uuid.uuid4().hex[:8]}"
    containers.rds.create_db_snapshot(DBSnapshotIdentifier=first, DBInstanceIdentifier=containers.name)
    short_lived = restored(containers, first)
    execute(short_lived, "CREATE TABLE shop.late (id INT PRIMARY KEY)", "INSERT INTO shop.late VALUES (7)")
    containers.rds.delete_db_instance(
        DBInstanceIdentifier=short_lived["DBInstanceIdentifier"], FinalDBSnapshotIdentifier=last
    )
    again = restored(containers, last)
    assert execute(again, "SELECT id FROM shop.late") == ((7,),)
    containers.rds.delete_db_instance(DBInstanceIdentifier=again["DBInstanceIdentifier"], SkipFinalSnapshot=True)


def test_an_emulator_that_stops_leaves_nothing(engine):
    emulator = engine.emulator("stopped")
    definition = define(emulator, container(code=SLEEP, stopTimeout=2), volumes=[{"name": "data"}])
    name = serve(emulator, definition)
    eventually(lambda: [t for t in tasks(emulator, name) if t["lastStatus"] == "RUNNING"])
    engine.docker.containers.get(emulator.name).stop(timeout=60)
    assert engine.made_by(emulator.name) == []
    assert engine.docker.volumes.list(filters={"label": f"cloudpe.emulator={emulator.name}"}) == []
