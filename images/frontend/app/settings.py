"""Everything the process is told from outside, read once and checked before nginx and gunicorn start."""

import ipaddress
import os
import re
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urlsplit

HOST = re.compile(r"[A-Za-z0-9]([A-Za-z0-9.-]*[A-Za-z0-9])?")
# Each Datadog site has its own folder at the CDN and its own intake.
RUM_SITES = {
    "datadoghq.com": "us1",
    "us3.datadoghq.com": "us3",
    "us5.datadoghq.com": "us5",
    "datadoghq.eu": "eu1",
    "ap1.datadoghq.com": "ap1",
    "ap2.datadoghq.com": "ap2",
}


class SettingsError(ValueError):
    """A variable that is missing or makes no sense; the text names it, the rule and the value received."""


@dataclass(frozen=True)
class Rum:
    """What the browser's SDK needs. All of it is public: it ships in the page."""

    application_id: str
    client_token: str
    site: str
    service: str
    sdk_url: str
    proxy: str | None

    @property
    def sdk_origin(self) -> str:
        return origin(self.sdk_url)

    @property
    def intake_origin(self) -> str:
        if self.proxy:
            return origin(self.proxy)
        # us5.datadoghq.com -> browser-intake-us5-datadoghq.com
        return "https://browser-intake-" + self.site.replace(".datadoghq", "-datadoghq")


@dataclass(frozen=True)
class Settings:
    env: str
    service: str
    version: str
    commit: str
    api_url: str
    trusted_proxies: tuple[str, ...]
    rum: Rum | None

    @classmethod
    def from_environment(cls, environment: Mapping[str, str] = os.environ) -> "Settings":
        return cls(
            env=environment.get("APP_ENV", "local"),
            service=environment.get("DD_SERVICE", "frontend-service"),
            version=environment.get("DD_VERSION") or environment.get("APP_VERSION", "unknown"),
            commit=environment.get("APP_COMMIT", "unknown"),
            api_url=url(environment, "API_URL"),
            trusted_proxies=networks(environment, "TRUSTED_PROXIES"),
            rum=rum(environment),
        )


def url(environment: Mapping[str, str], name: str) -> str:
    value = environment.get(name, "")
    problem = SettingsError(f"{name} must be http:// or https:// with a host and nothing after the port, got '{value}'")
    try:
        parts = urlsplit(value)
        port = parts.port
    except ValueError:
        raise problem from None
    plain = parts.path in ("", "/") and not parts.query and not parts.fragment and not parts.username
    if parts.scheme not in ("http", "https") or not plain or not HOST.fullmatch(parts.hostname or ""):
        raise problem
    return f"{parts.scheme}://{parts.hostname}" + (f":{port}" if port else "")


def networks(environment: Mapping[str, str], name: str) -> tuple[str, ...]:
    values = [value for value in re.split(r"[,\s]+", environment.get(name, "")) if value]
    for value in values:
        try:
            ipaddress.ip_network(value)
        except ValueError:
            raise SettingsError(f"{name} must be a list of networks like 10.0.0.0/24, got '{value}'") from None
    return tuple(values)


def rum(environment: Mapping[str, str]) -> Rum | None:
    application_id, client_token = environment.get("RUM_APPLICATION_ID"), environment.get("RUM_CLIENT_TOKEN")
    if not application_id or not client_token:
        return None
    site = environment.get("RUM_SITE") or "datadoghq.com"
    if site not in RUM_SITES:
        raise SettingsError(f"RUM_SITE must be one of {', '.join(RUM_SITES)}, got '{site}'")
    cdn = f"https://www.datadoghq-browser-agent.com/{RUM_SITES[site]}/v7/datadog-rum.js"
    return Rum(
        application_id=application_id,
        client_token=client_token,
        site=site,
        service=environment.get("RUM_SERVICE") or "cloudpe",
        sdk_url=source(environment, "RUM_SDK_URL") or cdn,
        proxy=source(environment, "RUM_PROXY"),
    )


def source(environment: Mapping[str, str], name: str) -> str | None:
    """An address on our own origin (`/rum/sdk.js`) or on another one; it ends up in the content security policy."""
    value = environment.get(name)
    if value and not re.fullmatch(r"(https?://[A-Za-z0-9.:-]+)?/[\w./-]*", value):
        raise SettingsError(f"{name} must be a path or an http(s) address without a query, got '{value}'")
    return value or None


def origin(address: str) -> str:
    parts = urlsplit(address)
    return f"{parts.scheme}://{parts.netloc}" if parts.netloc else "'self'"
