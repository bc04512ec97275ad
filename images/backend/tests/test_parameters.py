import json
import threading
import time
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from conftest import settings

from app import parameters
from app.parameters import Parameters, ParameterStore, ParametersUnavailable
from app.settings import Settings

VALUES = {"name": "cloudpe", "endpoint": "db.invalid:3307", "username": "application", "password": "first"}


class Source:
    def __init__(self, **values):
        self.values, self.calls, self.error = VALUES | values, 0, None

    def __call__(self):
        self.calls += 1
        if self.error:
            raise self.error
        return self.values


def store(source):
    return ParameterStore(Settings.from_environment({}), source)


def test_asks_nobody_before_the_first_use_and_once_after_it():
    source = Source()
    subject = store(source)
    assert source.calls == 0
    assert {subject.current() for _ in range(5)} == {Parameters("cloudpe", "db.invalid", 3307, "application", "first")}
    assert source.calls == 1


def test_asks_again_after_the_lifetime(monkeypatch):
    source = Source()
    subject = store(source)
    subject.current()
    later = time.monotonic() + parameters.LIFETIME_SECONDS
    monkeypatch.setattr(parameters.time, "monotonic", lambda: later)
    subject.current()
    assert source.calls == 2


def test_many_refused_passwords_at_once_become_one_question(monkeypatch):
    source = Source()
    subject = store(source)
    subject.current()
    later = time.monotonic() + parameters.REFRESH_SECONDS
    monkeypatch.setattr(parameters.time, "monotonic", lambda: later)
    for _ in range(40):
        subject.refresh()
    assert source.calls == 2


def test_an_old_answer_beats_none(monkeypatch):
    source = Source()
    subject = store(source)
    subject.current()
    source.error = OSError("no route")
    later = time.monotonic() + parameters.LIFETIME_SECONDS
    monkeypatch.setattr(parameters.time, "monotonic", lambda: later)
    assert subject.current().password == "first"


def test_a_failed_first_question_is_not_repeated_by_everybody_at_once():
    source = Source()
    source.error = OSError("no route")
    subject = store(source)
    for _ in range(10):
        with pytest.raises(ParametersUnavailable):
            subject.current()
    assert source.calls == 1


def test_says_which_parameters_are_missing_and_never_their_values():
    with pytest.raises(ParametersUnavailable, match=r"missing: endpoint$"):
        store(Source(endpoint="")).current()


def test_keeps_the_password_out_of_its_text():
    assert "first" not in repr(Parameters.of(VALUES))


def test_needs_no_source_when_plain_variables_say_all():
    source = Source()
    assert ParameterStore(settings(), source).current().password == "first-placeholder"
    assert source.calls == 0


@contextmanager
def parameter_store(delay=0.0):
    """A server on the loopback that speaks SSM's protocol."""
    asked = []

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self):
            asked.append(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))
            time.sleep(delay)
            known = {f"/cloudpe/test/database/{name}": value for name, value in VALUES.items()}
            body = {"Parameters": [{"Name": name, "Value": known[name]} for name in asked[-1]["Names"]]}
            self.send_response(200)
            self.end_headers()
            self.wfile.write(json.dumps(body).encode())

        def log_message(self, *_):
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}", asked
    server.shutdown()


@pytest.fixture
def aws(monkeypatch):
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "placeholder")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "placeholder")


@pytest.mark.usefixtures("aws")
def test_reads_the_four_of_its_environment_in_one_call_decrypted():
    with parameter_store() as (url, asked):
        where = {"APP_ENV": "test", "AWS_REGION": "us-east-1", "AWS_ENDPOINT_URL": url}
        assert ParameterStore(Settings.from_environment(where)).current() == Parameters.of(VALUES)
    names = [f"/cloudpe/test/database/{name}" for name in parameters.NAMES]
    assert asked == [{"Names": names, "WithDecryption": True}]


@pytest.mark.usefixtures("aws")
def test_gives_up_on_a_store_that_does_not_answer():
    with parameter_store(delay=30) as (url, asked):
        where = {"APP_ENV": "test", "AWS_REGION": "us-east-1", "AWS_ENDPOINT_URL": url}
        started = time.monotonic()
        with pytest.raises(ParametersUnavailable):
            ParameterStore(Settings.from_environment(where)).current()
    assert time.monotonic() - started < 12
    assert len(asked) == 3
