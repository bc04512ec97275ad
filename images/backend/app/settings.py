"""Everything the process is told from outside, read once and checked before the first request."""

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

RDS_BUNDLE = Path(__file__).parent.parent / "rds" / "global-bundle.pem"
OVERRIDES = ("DATABASE_NAME", "DATABASE_ENDPOINT", "DATABASE_USERNAME", "DATABASE_PASSWORD")


class SettingsError(ValueError):
    """A variable that is missing or makes no sense; the text names it, the rule and the value received."""


@dataclass(frozen=True)
class Settings:
    env: str
    service: str
    version: str
    commit: str
    region: str | None
    aws_endpoint_url: str | None
    parameter_prefix: str
    tls: str
    ca_bundle: Path
    pool_size: int
    overrides: Mapping[str, str]

    @classmethod
    def from_environment(cls, environment: Mapping[str, str] = os.environ) -> "Settings":
        env = environment.get("APP_ENV", "local")
        settings = cls(
            env=env,
            service=environment.get("DD_SERVICE", "backend-service"),
            version=environment.get("DD_VERSION") or environment.get("APP_VERSION", "unknown"),
            commit=environment.get("APP_COMMIT", "unknown"),
            region=environment.get("AWS_REGION"),
            aws_endpoint_url=environment.get("AWS_ENDPOINT_URL"),
            parameter_prefix=f"/cloudpe/{env}/database/",
            tls=one_of(environment, "DATABASE_TLS", ("verify", "encrypt"), default="verify"),
            ca_bundle=Path(environment.get("DATABASE_CA_BUNDLE") or RDS_BUNDLE),
            pool_size=whole_number(environment, "DATABASE_POOL_SIZE", 1, 64, default=8),
            overrides={name: environment[name] for name in OVERRIDES if environment.get(name)},
        )
        if settings.tls == "verify" and not settings.ca_bundle.is_file():
            raise SettingsError(
                f"DATABASE_CA_BUNDLE must name a file of certificates when DATABASE_TLS is verify, "
                f"got '{settings.ca_bundle}'"
            )
        return settings


def one_of(environment: Mapping[str, str], name: str, allowed: tuple[str, ...], default: str) -> str:
    value = environment.get(name) or default
    if value not in allowed:
        raise SettingsError(f"{name} must be one of {', '.join(allowed)}, got '{value}'")
    return value


def whole_number(environment: Mapping[str, str], name: str, low: int, high: int, default: int) -> int:
    value = environment.get(name) or str(default)
    if not value.isdecimal() or not low <= int(value) <= high:
        raise SettingsError(f"{name} must be a whole number from {low} to {high}, got '{value}'")
    return int(value)
