import json
import logging
import re

import pytest
from conftest import settings
from sqlalchemy.exc import ProgrammingError

from app import create_app, notes
from app.database import DatabaseUnavailable
from app.routes import OPENAPI

NOTE = {"id": 7, "title": "Milk", "text": "", "created_at": "2026-01-01T00:00:00.000000Z"}
PROBLEM = "application/problem+json"


def test_health_asks_nobody(client, database):
    assert client.get("/health").json == {"status": "ok"}
    assert database.calls == 0


def test_ready_is_503_without_the_database(client, database):
    database.is_ready = False
    answer = client.get("/ready")
    assert (answer.status_code, answer.content_type, answer.headers["Retry-After"]) == (503, PROBLEM, "2")


def test_version_says_what_runs(database):
    given = settings(DD_VERSION="abc123", APP_COMMIT="def456")
    assert create_app(given, database).test_client().get("/version").json == {
        "service": "backend-service",
        "env": "test",
        "version": "abc123",
        "commit": "def456",
    }


def test_creates_a_note_and_says_where_it_is(client, database):
    database.answer = (NOTE, False)
    answer = client.post("/create", json={"title": "Milk"})
    assert (answer.status_code, answer.headers["Location"], answer.json["id"]) == (201, "/notes/7", 7)
    assert "Idempotency-Replayed" not in answer.headers


def test_says_when_a_note_was_made_before(client, database):
    database.answer = (NOTE, True)
    answer = client.post("/create", json={"title": "Milk"}, headers={"Idempotency-Key": "k"})
    assert answer.headers["Idempotency-Replayed"] == "true"


@pytest.mark.parametrize("conflict", [notes.KeyReused(), notes.NoteGone()])
def test_refuses_a_key_that_cannot_be_repeated(client, database, conflict):
    database.answer = conflict
    assert client.post("/create", json={"title": "Milk"}, headers={"Idempotency-Key": "k"}).status_code == 409


def test_links_to_the_next_page(client, database):
    database.answer = ([NOTE], 7)
    answer = client.get("/notes?limit=1")
    assert answer.json["next"] == 7
    assert answer.headers["Link"] == '</notes?limit=1&after=7>; rel="next"'


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({}, "title"),
        ({"title": ""}, "title"),
        ({"title": "  "}, "title"),
        ({"title": "x" * 201}, "title"),
        ({"title": 1}, "title"),
        ({"title": "x", "text": "y" * 10_001}, "text"),
        ({"title": "x", "id": 1}, "id"),
        ([], "body"),
    ],
)
def test_names_the_field_it_refuses(client, database, body, field):
    answer = client.post("/create", json=body)
    assert (answer.status_code, answer.content_type) == (422, PROBLEM)
    assert [error["field"] for error in answer.json["errors"]] == [field]
    assert database.calls == 0


@pytest.mark.parametrize(
    ("request_", "status"),
    [
        ({"data": "{", "content_type": "application/json"}, 400),
        ({"data": "title=x", "content_type": "application/x-www-form-urlencoded"}, 415),
        ({"data": b"x" * 65_537, "content_type": "application/json"}, 413),
        ({"json": {"title": "x"}, "headers": {"Idempotency-Key": "two words"}}, 400),
    ],
)
def test_refuses_what_it_cannot_read(client, request_, status):
    answer = client.post("/create", **request_)
    assert (answer.status_code, answer.content_type) == (status, PROBLEM)


@pytest.mark.parametrize("query", ["limit=0", "limit=101", "after=0", "after=x", "page=2"])
def test_refuses_a_page_that_cannot_be(client, query):
    assert client.get(f"/notes?{query}").status_code == 422


@pytest.mark.parametrize("method", ["get", "put", "delete"])
def test_a_missing_note_is_404(client, database, method):
    body = {"json": {"title": "x"}} if method == "put" else {}
    assert getattr(client, method)("/notes/7", **body).status_code == 404


def test_an_absent_database_is_503_with_a_time_to_come_back(client, database):
    database.answer = DatabaseUnavailable("MySQL error 2002")
    answer = client.get("/notes")
    assert (answer.status_code, answer.headers["Retry-After"]) == (503, "2")
    assert "2002" not in answer.text


def test_an_error_carries_the_trace_and_no_word_of_the_driver(client, database):
    database.answer = ProgrammingError("SELECT secret", {}, Exception("1146 table missing"))
    trace = "0af7651916cd43dd8448eb211c80319c"
    answer = client.get("/notes", headers={"traceparent": f"00-{trace}-b7ad6b7169203331-01"})
    assert (answer.status_code, answer.json["trace_id"]) == (500, trace)
    assert not re.search("secret|1146|Programming", answer.text)


def test_a_wrong_method_names_the_right_ones(client):
    answer = client.get("/create")
    assert (answer.status_code, answer.headers["Allow"]) == (405, "OPTIONS, POST")


def test_the_document_lists_every_route_and_no_other(client):
    rules = client.application.url_map.iter_rules()
    served = {
        (re.sub(r"<int:note_id>", "{id}", rule.rule), method)
        for rule in rules
        for method in rule.methods - {"HEAD", "OPTIONS"}
    }
    paths = json.loads(OPENAPI.read_text())["paths"]
    described = {(path, method.upper()) for path, item in paths.items() for method in item if method != "parameters"}
    assert served == described


def test_one_line_a_request_without_body_or_path(client, database, caplog):
    database.answer = (NOTE, False)
    with caplog.at_level(logging.INFO, "app.access"):
        client.post("/create", json={"title": "a secret"}, headers={"X-Request-ID": "r1"})
        client.get("/health")
        client.get("/ready")
    (line,) = caplog.records
    assert vars(line)["http.route"] == "/create"
    assert (vars(line)["http.status_code"], line.request_id) == (201, "r1")
    assert "a secret" not in json.dumps(vars(line), default=str)
