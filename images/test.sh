#!/bin/sh
# Builds both images and runs ruff and pytest inside them, with their own interpreter and libraries. Needs Docker only.
# BASE_IMAGE and BUILD_NETWORK are handed to `docker build`.
set -eu
cd "$(dirname "$0")"
build() {
  docker build --quiet ${BUILD_NETWORK:+--network "$BUILD_NETWORK"} "$@" 2>/tmp/cloudpe-unit.$$ >/dev/null && return
  cat /tmp/cloudpe-unit.$$ >&2
  exit 1
}
trap 'rm -f /tmp/cloudpe-unit.$$' EXIT
for tier in ${1:-backend frontend}; do
  echo "== $tier"
  build --tag "cloudpe-unit/$tier" ${BASE_IMAGE:+--build-arg "BASE_IMAGE=$BASE_IMAGE"} "$tier"
  # A context of our own: the image's .dockerignore leaves the tests out.
  tar --create ruff.toml --directory "$tier" --exclude __pycache__ app tests gunicorn.conf.py |
    build --tag "cloudpe-unit/$tier-tests" --file tests/Dockerfile --build-arg "IMAGE=cloudpe-unit/$tier" -
  docker run --rm --network none --read-only --tmpfs /tmp:size=64m "cloudpe-unit/$tier-tests"
done
