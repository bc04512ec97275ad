import re
from types import SimpleNamespace

import pytest
from conftest import NOTE, RUM, settings

from app import api as api_module
from app import create_app

DOWN = "http://127.0.0.1:1"


def test_lists_notes_escaped(client):
    page = client.get("/").text
    assert "Milk &amp; eggs" in page
    assert 'href="/notes/7"' in page


def test_links_to_older_notes(client, api):
    api.answers["GET /notes"] = (200, {"notes": [NOTE], "next": 7})
    assert 'href="/?after=7"' in client.get("/").text
    client.get("/?after=7")
    assert api.asked[-1][0] == "GET /notes?limit=20&after=7"


def test_creates_with_the_key_of_the_form(client, api):
    api.answers["POST /create"] = (201, NOTE)
    key = re.search(r'name="key" value="([^"]+)"', client.get("/").text).group(1)
    answer = client.post("/create", data={"key": key, "title": " Milk ", "text": "a\r\nb"})
    assert (answer.status_code, answer.headers["Location"]) == (303, "/?done=created")
    path, body, headers = api.asked[-1]
    assert (path, body, headers["Idempotency-Key"]) == ("POST /create", {"title": "Milk", "text": "a\nb"}, key)
    assert "Note saved." in client.get("/?done=created").text


def test_shows_what_the_api_refuses_beside_its_field_and_keeps_the_input(client, api):
    api.answers["POST /create"] = (422, {"errors": [{"field": "title", "message": "too long"}]})
    answer = client.post("/create", data={"key": "k", "title": "Milk", "text": "kept"})
    assert answer.status_code == 422
    assert 'id="title-error">too long' in answer.text
    assert 'aria-describedby="title-error"' in answer.text
    assert "kept" in answer.text
    assert 'value="k"' in answer.text


def test_edits_and_deletes(client, api):
    api.answers |= {"GET /notes/7": (200, NOTE), "PUT /notes/7": (200, NOTE), "DELETE /notes/7": (204, None)}
    assert "two\nlines" in client.get("/notes/7").text
    assert client.post("/notes/7", data={"title": "x", "text": ""}).headers["Location"] == "/?done=changed"
    assert "Delete this note?" in client.get("/notes/7/delete").text
    assert client.post("/notes/7/delete").headers["Location"] == "/?done=deleted"


def test_a_note_that_is_gone_is_deleted(client, api):
    api.answers["DELETE /notes/7"] = (404, {})
    assert client.post("/notes/7/delete").headers["Location"] == "/?done=deleted"


def test_a_missing_note_is_404(client, api):
    api.answers["GET /notes/7"] = (404, {})
    answer = client.get("/notes/7")
    assert answer.status_code == 404
    assert "There is no such note" in answer.text


@pytest.mark.parametrize("path", ["/", "/notes/7"])
def test_says_when_the_api_is_down(path):
    answer = create_app(settings(API_URL=DOWN)).test_client().get(path)
    assert answer.status_code == 503
    assert 'role="alert"' in answer.text
    assert "cannot be reached" in answer.text


def test_keeps_what_was_typed_when_the_api_is_down():
    answer = create_app(settings(API_URL=DOWN)).test_client().post("/create", data={"title": "Milk", "text": "kept"})
    assert answer.status_code == 503
    assert "kept" in answer.text
    assert "still in the form" in answer.text


def test_says_when_the_api_is_slow(client, api, monkeypatch):
    monkeypatch.setattr(api_module, "READ_SECONDS", 0.2)
    api.slow = True
    answer = create_app(settings(API_URL=api.url)).test_client().post("/create", data={"title": "Milk"})
    assert answer.status_code == 504
    assert "slow" in answer.text


def test_says_when_the_api_fails(client, api):
    api.answers["GET /notes"] = (500, {})
    assert "has a problem" in client.get("/").text


def test_health_asks_nobody(client, api):
    assert client.get("/health").json == {"status": "ok"}
    assert api.asked == []


def test_loads_no_rum_without_ids(client):
    page = client.get("/").text
    assert "rum" not in page
    assert "dd-trace-id" not in page


def test_tells_the_sdk_the_environment_as_data_not_as_code(api):
    given = settings(API_URL=api.url, DD_VERSION="</script>", **RUM)
    page = create_app(given).test_client().get("/").text
    config = re.search(r'<script type="application/json" id="rum-config">(.*?)</script>', page).group(1)
    assert '"env": "test"' in config
    assert '"service": "cloudpe"' in config
    assert r'"version": "\u003c/script\u003e"' in config
    assert "dd-trace-id" not in page
    # No script of the page holds code: each has a source or is data.
    assert all("src=" in tag or "application/json" in tag for tag in re.findall(r"<script[^>]*>", page))


def test_joins_the_page_view_with_its_trace_in_the_form_of_the_sdk(api, monkeypatch):
    span = SimpleNamespace(trace_id=(0x6B0610F8 << 96) + 18339134873651415882)
    monkeypatch.setattr("app.observability.root_span", lambda: span)
    page = create_app(settings(API_URL=api.url, **RUM)).test_client().get("/").text
    assert '<meta name="dd-trace-id" content="18339134873651415882">' in page
    assert re.search(r'<meta name="dd-trace-time" content="\d{13}">', page)
