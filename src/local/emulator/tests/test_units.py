"""Decisions that need neither MiniStack nor Docker."""

import pytest
from dnslib import DNSRecord

from cloudpe_emulator.services import ecr, ecs_start, elbv2_health


@pytest.mark.parametrize(
    ("matcher", "status", "expected"),
    [
        ("200", 200, True),
        ("200", 204, False),
        ("200-299", 204, True),
        ("200,302", 302, True),
        ({"HttpCode": "204"}, 204, True),
    ],
)
def test_a_matcher_is_a_code_a_list_or_a_range(matcher, status, expected):
    assert elbv2_health.matches(matcher, status) is expected


def test_a_new_target_is_healthy_after_one_success_and_unhealthy_after_the_threshold():
    group = {"HealthyThresholdCount": 3, "UnhealthyThresholdCount": 2}
    check = elbv2_health.Check()
    states = []
    for success in (False, True, False, False, True, True, True):
        check.record(group, success)
        states.append(check.state)
    assert states == ["initial", "healthy", "healthy", "unhealthy", "unhealthy", "unhealthy", "healthy"]


def test_an_image_of_ecr_is_pulled_from_the_emulator():
    assert ecr.pullable("000000000000.dkr.ecr.eu-central-1.amazonaws.com/a/b:1") == "127.0.0.1:4566/a/b:1"
    assert ecr.pullable("public.ecr.aws/datadog/agent:7") == "public.ecr.aws/datadog/agent:7"


def test_containers_start_after_what_they_depend_on():
    definitions = [
        {"name": "web", "dependsOn": [{"containerName": "migrate", "condition": "SUCCESS"}]},
        {"name": "migrate", "dependsOn": [{"containerName": "agent", "condition": "HEALTHY"}]},
        {"name": "agent"},
    ]
    assert [definition["name"] for definition in ecs_start._start_order(definitions)] == ["agent", "migrate", "web"]


def test_a_dependency_that_failed_stops_the_task():
    with pytest.raises(ecs_start.TaskFailed, match="dependency container migrate exited with code 3"):
        ecs_start._reached("SUCCESS", "migrate", {"Status": "exited", "ExitCode": 3})
    with pytest.raises(ecs_start.TaskFailed, match="dependency container agent is not healthy"):
        ecs_start._reached("HEALTHY", "agent", {"Status": "running", "Health": {"Status": "unhealthy"}})


def test_the_resolver_knows_balancers_and_asks_for_the_rest(monkeypatch):
    from cloudpe_emulator import balancers, dns, settings

    monkeypatch.setattr(balancers, "by_name", lambda name: name.startswith("front."))
    monkeypatch.setattr(settings, "address", lambda: "192.0.2.7")
    answers = dns.Resolver().resolve(DNSRecord.question("front.example"), None)
    assert [(str(answer.rdata), answer.ttl) for answer in answers.rr] == [("192.0.2.7", dns.TTL)]
    assert dns.Resolver().resolve(DNSRecord.question("front.example", "AAAA"), None).rr == []
