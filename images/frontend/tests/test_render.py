import shutil
import subprocess
from pathlib import Path

import pytest
from conftest import settings

from app.render import render
from app.settings import SettingsError

RESOLV = "search vpc.internal\nnameserver 10.0.0.2\nnameserver fd00::2\n"


def rendered(hosts="127.0.0.1 localhost\n", resolv=RESOLV, **overrides):
    return render(settings(**overrides), resolv, hosts)


def test_asks_dns_again_for_a_name():
    assert "resolver 10.0.0.2 [fd00::2] valid=10s ipv6=off;" in rendered()


@pytest.mark.parametrize(
    "overrides", [{"API_URL": "http://10.0.0.9:4000"}, {"hosts": "10.0.0.9 other api.invalid # x\n"}]
)
def test_asks_nobody_for_an_address_or_a_name_of_the_hosts_file(overrides):
    assert "resolver " not in rendered(**overrides)


def test_says_what_is_missing_to_resolve_a_name():
    with pytest.raises(SettingsError, match="nameserver when API_URL has a host name"):
        rendered(resolv="")


def test_trusts_only_the_networks_given():
    text = rendered(TRUSTED_PROXIES="10.0.0.0/24 10.0.1.0/24")
    assert [line for line in text.splitlines() if line.startswith("set_real_ip_from")] == [
        "set_real_ip_from 10.0.0.0/24;",
        "set_real_ip_from 10.0.1.0/24;",
    ]


@pytest.mark.parametrize("overrides", [{}, {"API_URL": "https://10.0.0.9"}, {"TRUSTED_PROXIES": "10.0.0.0/8,::1/128"}])
def test_nginx_accepts_it(overrides, tmp_path):
    # The real binary and the real main file, with its fixed paths pointed at the test's folder.
    Path(tmp_path, "default.conf").write_text(rendered(**overrides).replace("listen 80", "listen 8081"))
    main = Path("/srv/nginx.conf").read_text().replace("/tmp/nginx", str(tmp_path)).replace("/dev/stdout", "/dev/null")
    Path(tmp_path, "nginx.conf").write_text(main)
    nginx = shutil.which("nginx") or "/usr/sbin/nginx"
    check = subprocess.run([nginx, "-t", "-c", f"{tmp_path}/nginx.conf"], capture_output=True, text=True, check=False)
    assert check.returncode == 0, check.stderr
