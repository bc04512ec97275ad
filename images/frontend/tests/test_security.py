import pytest
from conftest import RUM, settings

from app import create_app

FORM = {"title": "Milk"}


def rules(client):
    policy = client.get("/").headers["Content-Security-Policy"]
    return {name: values for name, *values in (rule.split() for rule in policy.split("; "))}


@pytest.mark.parametrize(
    "headers",
    [
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
        {"Origin": "https://evil.example"},
        {"Origin": "null"},
    ],
)
def test_refuses_a_form_of_another_site(client, api, headers):
    assert client.post("/create", data=FORM, headers=headers).status_code == 403
    assert api.asked == []


@pytest.mark.parametrize("headers", [{"Sec-Fetch-Site": "same-origin"}, {"Origin": "http://localhost"}, {}])
def test_takes_a_form_of_its_own(client, api, headers):
    api.answers["POST /create"] = (201, {})
    assert client.post("/create", data=FORM, headers=headers).status_code == 303


def test_a_link_from_another_site_may_show_a_page(client):
    assert client.get("/", headers={"Sec-Fetch-Site": "cross-site"}).status_code == 200


def test_allows_only_itself_without_rum(client):
    assert rules(client)["script-src"] == ["'self'"]
    assert rules(client)["connect-src"] == ["'self'"]
    assert rules(client)["default-src"] == ["'none'"]


def test_allows_the_sdk_and_its_intake_and_nothing_else(api):
    subject = rules(create_app(settings(API_URL=api.url, RUM_SITE="us5.datadoghq.com", **RUM)).test_client())
    assert subject["script-src"] == ["'self'", "https://www.datadoghq-browser-agent.com"]
    assert subject["connect-src"] == ["'self'", "https://browser-intake-us5-datadoghq.com"]
    assert subject["worker-src"] == ["blob:"]


def test_never_allows_code_in_the_page(api):
    policy = rules(create_app(settings(API_URL=api.url, **RUM)).test_client())
    assert not any("'unsafe-inline'" in values for values in policy.values())


def test_sends_the_usual_headers(client):
    headers = client.get("/").headers
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Referrer-Policy"] == "same-origin"
    assert headers["Cache-Control"] == "no-store"
    assert "Set-Cookie" not in headers
    assert "Strict-Transport-Security" not in headers


def test_insists_on_https_where_it_came_by_https(client):
    headers = client.get("/", headers={"X-Forwarded-Proto": "https"}).headers
    assert headers["Strict-Transport-Security"] == "max-age=31536000"


def test_refuses_a_body_that_is_too_large(client):
    assert client.post("/create", data={"title": "x", "text": "y" * 70_000}).status_code == 413
