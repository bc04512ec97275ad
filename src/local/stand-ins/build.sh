#!/bin/bash
# Builds a stand-in for an image that cannot be pulled, from Debian's own packages: build.sh python|mysql <tag>
# It carries this machine's own certificate authorities, because packages are fetched while images are built on it.
set -euo pipefail

what=$1
tag=$2
here=$(cd "$(dirname "$0")" && pwd)
mirror=${DEBIAN_MIRROR:-http://deb.debian.org/debian}
work=$(mktemp -d -t cloudpe-stand-in.XXXXXX)
root=$work/root

clean_up() {
  # debootstrap leaves these mounted when it is interrupted
  umount "$root/proc" "$root/sys" 2>/dev/null || true
  rm -rf --one-file-system "$work"
}
trap clean_up EXIT

# suite, packages
bootstrap() {
  # of the caller's variables only the proxies: pip's, say, would leak into the packages' own scripts
  local clean=(env -i "PATH=$PATH:/usr/sbin:/sbin") variable
  for variable in http_proxy https_proxy no_proxy; do
    if [ -n "${!variable:-}" ]; then clean+=("$variable=${!variable}"); fi
  done
  if ! "${clean[@]}" debootstrap --variant=minbase --include="$2" "$1" "$root" "$mirror" >"$work/log" 2>&1; then
    tail -n 5 "$work/log" "$root/debootstrap/debootstrap.log" >&2 2>/dev/null || true
    echo "debootstrap of Debian $1 from $mirror failed" >&2
    exit 1
  fi
  mkdir -p "$root/usr/local/share/ca-certificates"
  find /usr/local/share/ca-certificates -name '*.crt' -exec cp {} "$root/usr/local/share/ca-certificates/" \; 2>/dev/null || true
  "${clean[@]}" chroot "$root" update-ca-certificates >/dev/null 2>&1
}

# label, further instructions of a Dockerfile ...
import() {
  local changes=(
    --change "LABEL cloudpe.stand-in=$1"
    --change 'ENV PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin'
  )
  local instruction
  for instruction in "${@:2}"; do changes+=(--change "$instruction"); done
  find "$root/var/lib/apt/lists" "$root/var/cache/apt/archives" -type f -delete
  rm -rf "$root"/usr/share/{doc,man,locale}/*
  tar -C "$root" --numeric-owner --create . | docker import "${changes[@]}" - "$tag" >/dev/null
}

build_python() {
  bootstrap trixie ca-certificates,python3,python3-pip,python3-venv,netbase,tzdata
  local name
  # the official image has its interpreter under /usr/local
  for name in python python3; do ln -sf /usr/bin/python3 "$root/usr/local/bin/$name"; done
  for name in pip pip3; do ln -sf /usr/bin/pip3 "$root/usr/local/bin/$name"; done
  # and lets pip install into it
  find "$root/usr/lib" -maxdepth 2 -name EXTERNALLY-MANAGED -delete
  printf '[global]\ncert = /etc/ssl/certs/ca-certificates.crt\n' >"$root/etc/pip.conf"
  import debian-trixie-python3 'ENV LANG=C.UTF-8' 'CMD ["python3"]'
}

# Debian stable has no MySQL, unstable has: a later release than the tag says, the label tells.
build_mysql() {
  bootstrap sid ca-certificates,openssl,mysql-server-core,mysql-client-core
  chroot "$root" sh -ec '
    getent group mysql >/dev/null || groupadd --system --gid 999 mysql
    getent passwd mysql >/dev/null || useradd --system --uid 999 --gid mysql --home-dir /var/lib/mysql --shell /bin/false mysql
    install -d -o mysql -g mysql /var/lib/mysql /var/run/mysqld'
  install -m 755 "$here/mysql-entrypoint.sh" "$root/usr/local/bin/docker-entrypoint.sh"
  import debian-sid-mysql 'ENTRYPOINT ["docker-entrypoint.sh"]' 'CMD ["mysqld"]' 'EXPOSE 3306' 'VOLUME /var/lib/mysql'
}

case $what in
  python) build_python ;;
  mysql) build_mysql ;;
  *) echo "the stand-in must be python or mysql, got '$what'" >&2 && exit 1 ;;
esac
