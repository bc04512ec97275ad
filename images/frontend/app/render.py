"""`python -m app.render TARGET`: writes nginx's server block from `default.j2`."""

import ipaddress
import re
import sys
from pathlib import Path
from urllib.parse import urlsplit

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from app.settings import Settings, SettingsError

TEMPLATES = Path(__file__).parent.parent


def render(settings: Settings, resolv_conf: str, hosts: str) -> str:
    # No HTML: what goes in was checked to hold nothing that nginx could read as syntax.
    environment = Environment(loader=FileSystemLoader(TEMPLATES), undefined=StrictUndefined)  # noqa: S701
    return environment.get_template("default.j2").render(
        api_url=settings.api_url,
        trusted_proxies=settings.trusted_proxies,
        resolvers=None if is_fixed(urlsplit(settings.api_url).hostname, hosts) else resolvers(resolv_conf),
    )


def is_fixed(host: str, hosts: str) -> bool:
    """An address, or a name in /etc/hosts: nginx's resolver asks DNS alone, and there is nothing to ask again."""
    try:
        ipaddress.ip_address(host)
        return True
    except ValueError:
        lines = (line.partition("#")[0].split() for line in hosts.splitlines())
        return any(host in names for _, *names in filter(None, lines))


def resolvers(resolv_conf: str) -> list[str]:
    found = re.findall(r"^\s*nameserver\s+(\S+)", resolv_conf, re.MULTILINE)
    if not found:
        raise SettingsError("/etc/resolv.conf must name a nameserver when API_URL has a host name, got none")
    return [f"[{address}]" if ":" in address else address for address in found]


def read(path: str) -> str:
    return Path(path).read_text() if Path(path).exists() else ""


if __name__ == "__main__":
    try:
        text = render(Settings.from_environment(), read("/etc/resolv.conf"), read("/etc/hosts"))
    except SettingsError as error:
        sys.exit(f"cannot start: {error}")
    Path(sys.argv[1]).write_text(text)
