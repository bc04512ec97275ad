#!/bin/bash
# Builds the emulator and runs its tests: everything in containers and one network, named with a prefix and removed at the end.
#   EMULATOR_TEST_PREFIX  names them; EMULATOR_TEST_PORT  is the loopback port of the registry under test
set -euo pipefail
cd "$(dirname "$0")"
prefix=${EMULATOR_TEST_PREFIX:-cloudpe-emulator-test}
port=${EMULATOR_TEST_PORT:-14599}

clean_up() {
  docker ps --all --quiet --filter "network=$prefix" | xargs -r docker rm --force --volumes >/dev/null
  docker network rm "$prefix" >/dev/null 2>&1 || true
}
trap clean_up EXIT
clean_up
docker network create "$prefix" >/dev/null
docker build --quiet --tag "$prefix-plain" . >/dev/null
docker build --quiet --tag "$prefix" --build-arg "EMULATOR=$prefix-plain" --file tests/Dockerfile . >/dev/null
docker run --rm --init --name "$prefix-pytest" --network "$prefix" \
  --volume /var/run/docker.sock:/var/run/docker.sock \
  --env "EMULATOR_TEST_PREFIX=$prefix" --env "EMULATOR_TEST_IMAGE=$prefix" --env "EMULATOR_TEST_PORT=$port" \
  "$prefix" python -m pytest -p no:cacheprovider --quiet "$@" tests
