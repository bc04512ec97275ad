"""Where the database is and who we are to it: SSM Parameter Store, or plain variables for a run without AWS."""

import logging
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field

from app.settings import Settings

LIFETIME_SECONDS = 300
# A refused password is looked up again at most this often: forty threads at once must not become forty calls.
REFRESH_SECONDS = 2
NAMES = ("name", "endpoint", "username", "password")

log = logging.getLogger("app.parameters")


class ParametersUnavailable(Exception):
    """The store did not answer in time, or does not hold all four parameters."""


@dataclass(frozen=True)
class Parameters:
    name: str
    host: str
    port: int
    username: str
    password: str = field(repr=False)

    @classmethod
    def of(cls, values: dict[str, str]) -> "Parameters":
        missing = [name for name in NAMES if not values.get(name)]
        if missing:
            raise ParametersUnavailable(f"database parameters missing: {', '.join(missing)}")
        host, _, port = values["endpoint"].partition(":")
        return cls(values["name"], host, int(port or 3306), values["username"], values["password"])


class ParameterStore:
    """The four parameters, read at the first use, in one call, and kept for five minutes.

    `accepted` remembers the last password that MySQL took: during a rotation the store may be ahead of the server.
    """

    def __init__(self, settings: Settings, fetch: Callable[[], dict[str, str]] | None = None):
        self._fetch = fetch or (lambda: read_ssm(settings))
        self._fixed = {name.removeprefix("DATABASE_").lower(): value for name, value in settings.overrides.items()}
        self._lock = threading.Lock()
        self._current: Parameters | None = None
        self._read_at = 0.0
        self._failed_at = float("-inf")
        self.accepted: Parameters | None = None

    def current(self) -> Parameters:
        return self._read(LIFETIME_SECONDS)

    def refresh(self) -> Parameters:
        """For a refused password: asks the store again, unless somebody just did."""
        return self._read(REFRESH_SECONDS)

    def _read(self, lifetime: float) -> Parameters:
        # Who finds somebody asking already goes on with what is known, if anything is.
        if not self._lock.acquire(blocking=self._current is None):
            return self._current
        try:
            if self._current and time.monotonic() - self._read_at < lifetime:
                return self._current
            if time.monotonic() - self._failed_at < REFRESH_SECONDS:
                raise ParametersUnavailable("the parameter store failed a moment ago")
            try:
                values = {} if len(self._fixed) == len(NAMES) else self._fetch()
                self._current = Parameters.of(values | self._fixed)
            except Exception as error:
                # An answer that is old beats none: the password in it most likely still works.
                if self._current is None:
                    self._failed_at = time.monotonic()
                    raise ParametersUnavailable(str(error)) from error
                log.warning("parameters not refreshed: %s", type(error).__name__)
            self._read_at = time.monotonic()
            return self._current
        finally:
            self._lock.release()


def read_ssm(settings: Settings) -> dict[str, str]:
    # Imported here: boto3 costs a third of a second of start-up that a run with plain variables need not pay.
    import boto3
    from botocore.config import Config

    client = boto3.session.Session().client(
        "ssm",
        region_name=settings.region,
        endpoint_url=settings.aws_endpoint_url,
        config=Config(connect_timeout=2, read_timeout=2, retries={"mode": "standard", "total_max_attempts": 3}),
    )
    answer = client.get_parameters(Names=[settings.parameter_prefix + name for name in NAMES], WithDecryption=True)
    return {item["Name"].removeprefix(settings.parameter_prefix): item["Value"] for item in answer["Parameters"]}
