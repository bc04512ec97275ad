"""`python -m app.migrate`: brings schema and users up to date, once, before the application starts.

Runs as the master user. Every step can be repeated, and a named lock makes a second runner wait.
"""

import logging
import logging.config
import os
import sys
import time
from collections.abc import Mapping
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import MySQLdb
from alembic import command
from alembic.config import Config
from sqlalchemy import Connection, create_engine, text
from sqlalchemy.exc import OperationalError

from app.database import ACCESS_DENIED, code, connect_arguments
from app.observability import LOGGING
from app.parameters import Parameters
from app.schema import metadata
from app.settings import Settings, SettingsError

LOCK = "cloudpe-migrate"
LOCK_SECONDS = 60
WAIT_SECONDS = 60
KEY_LIFETIME_DAYS = 7

log = logging.getLogger("app.migrate")


def main(environment: Mapping[str, str] = os.environ) -> None:
    settings = Settings.from_environment(environment)
    master = account(environment, "MASTER", database="")
    application = account(environment, "DATABASE", database=environment.get("DATABASE_NAME", ""))
    database = quote(application.name)
    with connected(master, settings) as connection:
        connection.exec_driver_sql(f"CREATE DATABASE IF NOT EXISTS {database} CHARACTER SET utf8mb4")
    with connected(replace(master, name=application.name), settings) as connection, locked(connection):
        upgrade(connection)
        ensure_user(connection, application, settings, "REQUIRE SSL")
        for table in metadata.tables:
            grant(connection, "SELECT, INSERT, UPDATE, DELETE", f"{database}.{quote(table)}", application)
        if environment.get("MONITOR_USERNAME"):
            ensure_monitor(connection, account(environment, "MONITOR", database=""), settings)
        connection.exec_driver_sql(
            f"DELETE FROM idempotency_keys WHERE created_at < UTC_TIMESTAMP() - INTERVAL {KEY_LIFETIME_DAYS} DAY"
        )


def account(environment: Mapping[str, str], prefix: str, database: str) -> Parameters:
    names = ("DATABASE_ENDPOINT", "DATABASE_NAME", f"{prefix}_USERNAME", f"{prefix}_PASSWORD")
    missing = [name for name in names if not environment.get(name)]
    if missing:
        raise SettingsError(f"{', '.join(missing)} must be set for a migration, got nothing")
    values = {"name": environment["DATABASE_NAME"], "endpoint": environment["DATABASE_ENDPOINT"]}
    values |= {"username": environment[f"{prefix}_USERNAME"], "password": environment[f"{prefix}_PASSWORD"]}
    parameters = Parameters.of(values)
    return Parameters(database, parameters.host, parameters.port, parameters.username, parameters.password)


@contextmanager
def connected(who: Parameters, settings: Settings):
    # DDL on a large table outlasts a request's limits: no read limit and no statement limit here.
    arguments = connect_arguments(who, settings)
    for name in ("init_command", "read_timeout", "write_timeout"):
        arguments.pop(name)
    engine = create_engine(
        "mysql+mysqldb://", creator=lambda: MySQLdb.connect(**arguments), isolation_level="AUTOCOMMIT"
    )
    deadline = time.monotonic() + WAIT_SECONDS
    while True:
        try:
            connection = engine.connect()
            break
        except OperationalError as error:
            # A database that was created a moment ago may still refuse connections; a wrong password will stay wrong.
            if code(error) in ACCESS_DENIED or time.monotonic() > deadline:
                raise
            log.info("waiting for the database: MySQL error %s", code(error))
            time.sleep(2)
    try:
        yield connection
    finally:
        connection.close()
        engine.dispose()


@contextmanager
def locked(connection: Connection):
    if connection.execute(text("SELECT GET_LOCK(:name, :wait)"), {"name": LOCK, "wait": LOCK_SECONDS}).scalar() != 1:
        raise TimeoutError(f"another migration held the lock '{LOCK}' for {LOCK_SECONDS} seconds")
    try:
        yield
    finally:
        connection.execute(text("SELECT RELEASE_LOCK(:name)"), {"name": LOCK})


def upgrade(connection: Connection) -> None:
    # Alembic insists on opening the transaction itself; the lock belongs to the session and stays.
    connection.commit()
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).with_name("migrations")))
    config.attributes["connection"] = connection
    command.upgrade(config, "head")


def ensure_user(connection: Connection, who: Parameters, settings: Settings, options: str) -> None:
    """Creates the user, or gives it the new password while the old one stays valid for tasks that still use it."""
    user = {"name": who.username, "password": who.password}
    exists = connection.execute(text("SELECT 1 FROM mysql.user WHERE user = :name AND host = '%'"), user).scalar()
    if not exists:
        connection.execute(text(f"CREATE USER :name@'%' IDENTIFIED BY :password {options}"), user)
        log.info("user created", extra={"user": who.username})
    elif not accepts(who, settings):
        connection.execute(text("ALTER USER :name@'%' IDENTIFIED BY :password RETAIN CURRENT PASSWORD"), user)
        log.info("password changed, the former one is kept", extra={"user": who.username})


def accepts(who: Parameters, settings: Settings) -> bool:
    """Whether the password is already in force: changing it to itself would discard the one that is kept."""
    try:
        MySQLdb.connect(**connect_arguments(who, settings)).close()
    except MySQLdb.OperationalError as error:
        if error.args[0] in ACCESS_DENIED:
            return False
        raise
    return True


def grant(connection: Connection, privileges: str, target: str, who: Parameters) -> None:
    connection.execute(text(f"GRANT {privileges} ON {target} TO :name@'%'"), {"name": who.username})


EXPLAIN = """
CREATE PROCEDURE {schema}.explain_statement(IN query TEXT)
SQL SECURITY DEFINER
BEGIN
  SET @explain := CONCAT('EXPLAIN FORMAT=json ', query);
  PREPARE statement FROM @explain;
  EXECUTE statement;
  DEALLOCATE PREPARE statement;
END
"""
CONSUMERS = """
CREATE PROCEDURE {schema}.enable_events_statements_consumers()
SQL SECURITY DEFINER
BEGIN
  UPDATE performance_schema.setup_consumers SET enabled = 'YES' WHERE name LIKE 'events_statements_%';
  UPDATE performance_schema.setup_consumers SET enabled = 'YES' WHERE name = 'events_waits_current';
END
"""


def ensure_monitor(connection: Connection, who: Parameters, settings: Settings) -> None:
    """The user, the schema and the procedures that Datadog's MySQL check asks for."""
    ensure_user(connection, who, settings, "WITH MAX_USER_CONNECTIONS 5")
    schema = quote("datadog")
    connection.exec_driver_sql(f"CREATE SCHEMA IF NOT EXISTS {schema}")
    for name, definition in (("explain_statement", EXPLAIN), ("enable_events_statements_consumers", CONSUMERS)):
        there = text("SELECT 1 FROM information_schema.routines WHERE routine_schema = 'datadog' AND routine_name = :n")
        if not connection.execute(there, {"n": name}).scalar():
            connection.exec_driver_sql(definition.format(schema=schema).replace("%", "%%"))
    grant(connection, "REPLICATION CLIENT, PROCESS", "*.*", who)
    grant(connection, "SELECT", "performance_schema.*", who)
    grant(connection, "EXECUTE, CREATE TEMPORARY TABLES", f"{schema}.*", who)


def quote(name: str) -> str:
    return "`" + name.replace("`", "``") + "`"


if __name__ == "__main__":
    logging.config.dictConfig(LOGGING)
    started = time.monotonic()
    try:
        main()
    except Exception as error:
        # The type and MySQL's number: its text may quote a statement with a password in it.
        detail = f"MySQL error {code(error)}" if isinstance(error, OperationalError) else str(error)
        log.error("migration failed: %s: %s", type(error).__name__, detail)
        sys.exit(1)
    log.info("migration done", extra={"duration_ms": round((time.monotonic() - started) * 1000)})
