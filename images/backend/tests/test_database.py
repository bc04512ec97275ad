import time

import MySQLdb
import pytest
from conftest import settings

from app.database import Database, DatabaseUnavailable, connect_arguments
from app.parameters import ParameterStore
from app.settings import Settings


class Server:
    """Stands where `MySQLdb.connect` would: knows which passwords it takes, and counts who knocks."""

    def __init__(self, *passwords, error=None):
        self.passwords, self.error, self.tried = passwords, error, []

    def __call__(self, password, **_):
        self.tried.append(password)
        if self.error:
            raise MySQLdb.OperationalError(self.error, "the driver's own words")
        if password not in self.passwords:
            raise MySQLdb.OperationalError(1045, f"Access denied (using password {password})")
        raise Connected


class Connected(Exception):
    """Far enough: what follows needs a real server and is tested on one."""


def store(*passwords):
    """A parameter store that hands out one password after the other."""
    left = list(passwords)
    values = {"name": "cloudpe", "endpoint": "db.invalid:3306", "username": "application"}
    return ParameterStore(
        Settings.from_environment({}), lambda: values | {"password": left.pop(0) if len(left) > 1 else left[0]}
    )


def open_once(parameters, server):
    database = Database(settings(), parameters, server)
    with pytest.raises((Connected, DatabaseUnavailable)) as raised:
        database.run(lambda _: None)
    return raised.type, database


def test_encrypts_even_where_it_cannot_verify():
    arguments = connect_arguments(ParameterStore(settings()).current(), settings())
    assert arguments["ssl_mode"] == "REQUIRED"


def test_verifies_certificate_and_host_name_in_the_cloud():
    cloud = settings(DATABASE_TLS="verify")
    arguments = connect_arguments(ParameterStore(cloud).current(), cloud)
    assert arguments["ssl_mode"] == "VERIFY_IDENTITY"
    assert arguments["ssl"] == {"ca": str(cloud.ca_bundle)}


def test_limits_every_wait():
    arguments = connect_arguments(ParameterStore(settings()).current(), settings())
    assert {name: arguments[name] for name in arguments if name.endswith("timeout")} == {
        "connect_timeout": 2,
        "read_timeout": 6,
        "write_timeout": 6,
    }
    assert "max_execution_time=5000" in arguments["init_command"]


def test_a_refused_password_is_looked_up_again(monkeypatch):
    monkeypatch.setattr("app.parameters.REFRESH_SECONDS", 0)
    server = Server("new")
    assert open_once(store("old", "new"), server)[0] is Connected
    assert server.tried == ["old", "new"]


def test_the_last_accepted_password_serves_while_the_store_is_ahead_of_the_server(monkeypatch):
    monkeypatch.setattr("app.parameters.REFRESH_SECONDS", 0)
    parameters = store("old", "new")
    parameters.accepted = parameters.current()
    parameters.refresh()
    server = Server("old")
    assert open_once(parameters, server)[0] is Connected
    assert server.tried == ["new", "old"]


@pytest.mark.parametrize("error", [2002, 2005, 2013, 1040, 1290])
def test_a_database_that_is_away_is_unavailable_and_nobody_else_waits_for_it(error):
    server = Server(error=error)
    kind, database = open_once(store("any"), server)
    assert kind is DatabaseUnavailable
    started = time.monotonic()
    with pytest.raises(DatabaseUnavailable):
        database.run(lambda _: None)
    assert time.monotonic() - started < 0.1
    assert len(server.tried) == 1


def test_ready_remembers_its_answer_for_a_moment():
    server = Server(error=2002)
    database = Database(settings(), store("any"), server)
    assert [database.ready() for _ in range(3)] == [False] * 3
    assert len(server.tried) == 1


def test_no_answer_of_the_store_is_an_unavailable_database():
    def down():
        raise OSError("no route")

    database = Database(settings(), ParameterStore(Settings.from_environment({}), down))
    with pytest.raises(DatabaseUnavailable):
        database.run(lambda _: None)
