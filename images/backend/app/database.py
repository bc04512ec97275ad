"""One engine a process: pooled, encrypted, with a limit on every wait."""

import logging
import threading
import time
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from typing import TypeVar

from sqlalchemy import Connection, create_engine, event, text
from sqlalchemy.engine import URL, Engine
from sqlalchemy.exc import DBAPIError, InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from app.parameters import Parameters, ParameterStore, ParametersUnavailable
from app.settings import Settings

CONNECT_SECONDS = 2
READ_SECONDS = 6
STATEMENT_MILLISECONDS = 5000
POOL_WAIT_SECONDS = 2
RECYCLE_SECONDS = 900
# After a failed connection nobody else waits for the same failure during this time.
BACK_OFF_SECONDS = 0.5
READY_SECONDS = 1
READY_CACHE_SECONDS = 2

ACCESS_DENIED = {1045, 3118, 3955}
# Too many connections, shutting down, lock wait, deadlock, read-only (a failover), time limit, and the client's own.
UNAVAILABLE = {1040, 1041, 1053, 1129, 1152, 1158, 1159, 1160, 1161, 1205, 1213, 1290, 1792, 1836, 3024, 3168, 4031}
UNAVAILABLE |= ACCESS_DENIED | set(range(2000, 2062))

log = logging.getLogger("app.database")
T = TypeVar("T")


class DatabaseUnavailable(Exception):
    """The database cannot do the work now; the caller may try again."""


class Database:
    def __init__(self, settings: Settings, parameters: ParameterStore, connect: Callable | None = None):
        self._settings = settings
        self._parameters = parameters
        self._connect = connect
        self._lock = threading.Lock()
        self._engine_lock = threading.Lock()
        self._engine: Engine | None = None
        self._down_until = 0.0
        self._ready_at = 0.0
        self._prober = ThreadPoolExecutor(1, "ready")
        self._probe: Future[bool] | None = None
        self._ready = False

    def run(self, work: Callable[[Connection], T], *, repeatable: bool = True) -> T:
        """Does the work in one transaction; once more on a fresh connection when the old one broke and that is safe."""
        try:
            return self._transaction(work)
        except OperationalError as error:
            if not (repeatable and error.connection_invalidated):
                raise DatabaseUnavailable(reason(error)) from error
        return self.run(work, repeatable=False)

    def ready(self) -> bool:
        """Whether a query is answered within a second; the answer is kept for two."""
        with self._lock:
            if time.monotonic() - self._ready_at < READY_CACHE_SECONDS:
                return self._ready
            # A probe that is still stuck is an answer too, and another one would only get stuck behind it.
            if self._probe is None or self._probe.done():
                self._probe = self._prober.submit(self._answers)
            probe = self._probe
        try:
            ready = probe.result(READY_SECONDS)
        except TimeoutError:
            ready = False
        self._ready, self._ready_at = ready, time.monotonic()
        return ready

    def _answers(self) -> bool:
        try:
            self.run(lambda connection: connection.execute(text("SELECT 1")))
        except DatabaseUnavailable:
            return False
        return True

    def _transaction(self, work: Callable[[Connection], T]) -> T:
        if time.monotonic() < self._down_until:
            raise DatabaseUnavailable("a connection failed a moment ago")
        try:
            with self.engine.begin() as connection:
                return work(connection)
        except (PoolTimeout, ParametersUnavailable) as error:
            raise DatabaseUnavailable(type(error).__name__) from error
        except (OperationalError, InterfaceError) as error:
            if code(error) in UNAVAILABLE and not error.connection_invalidated:
                raise DatabaseUnavailable(reason(error)) from error
            raise

    @property
    def engine(self) -> Engine:
        # Made at the first use: after gunicorn's fork, and never at import.
        with self._engine_lock:
            if self._engine is None:
                self._engine = self._make_engine()
            return self._engine

    def _make_engine(self) -> Engine:
        engine = create_engine(
            URL.create("mysql+mysqldb"),
            pool_size=self._settings.pool_size,
            max_overflow=0,
            pool_timeout=POOL_WAIT_SECONDS,
            pool_recycle=RECYCLE_SECONDS,
            pool_pre_ping=True,
            pool_use_lifo=True,
        )
        event.listen(engine, "do_connect", self._open)
        return engine

    def _open(self, dialect, _record, _args, _kwargs):
        """Connects with today's credentials, and on refusal with a fresh reading, then with the last that worked."""
        connect = self._connect or dialect.loaded_dbapi.connect
        tried: list[Parameters] = []
        for candidate in (self._parameters.current, self._parameters.refresh, lambda: self._parameters.accepted):
            parameters = candidate()
            if parameters is None or parameters in tried:
                continue
            tried.append(parameters)
            try:
                connection = connect(**connect_arguments(parameters, self._settings))
            except Exception as error:
                refused = error
                if not (error.args and error.args[0] in ACCESS_DENIED):
                    break
                log.warning("database refused the credentials of '%s'", parameters.username)
            else:
                self._parameters.accepted = parameters
                return connection
        self._down_until = time.monotonic() + BACK_OFF_SECONDS
        raise refused


def connect_arguments(parameters: Parameters, settings: Settings) -> dict:
    """What MySQLdb.connect is given; libmariadb leaves a connection in plain text unless `ssl_mode` says otherwise."""
    encryption = {"ssl_mode": "REQUIRED"}
    if settings.tls == "verify":
        encryption = {"ssl_mode": "VERIFY_IDENTITY", "ssl": {"ca": str(settings.ca_bundle)}}
    return {
        "host": parameters.host,
        "port": parameters.port,
        "user": parameters.username,
        "password": parameters.password,
        "database": parameters.name,
        "charset": "utf8mb4",
        "connect_timeout": CONNECT_SECONDS,
        "read_timeout": READ_SECONDS,
        "write_timeout": READ_SECONDS,
        "init_command": f"SET SESSION max_execution_time={STATEMENT_MILLISECONDS}, innodb_lock_wait_timeout=4, "
        "time_zone='+00:00'",
        **encryption,
    }


def code(error: DBAPIError) -> int:
    args = getattr(error.orig, "args", ())
    return args[0] if args and isinstance(args[0], int) else 0


def reason(error: DBAPIError) -> str:
    return f"MySQL error {code(error)}"
