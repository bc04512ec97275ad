#!/bin/sh
# Compiles every requirements.in under images/ to a requirements.txt with exact versions and hashes. Needs uv on the PATH.
set -eu
cd "$(dirname "$0")"
for tier in backend frontend; do
  uv pip compile --quiet --python-version 3.13 --generate-hashes --no-annotate --custom-compile-command images/lock.sh \
    "$tier/requirements.in" -o "$tier/requirements.txt" "$@"
  uv pip compile --quiet --python-version 3.13 --generate-hashes --no-annotate --custom-compile-command images/lock.sh \
    -c "$tier/requirements.txt" "$tier/tests/requirements.in" -o "$tier/tests/requirements.txt" "$@"
done
tools=../__tests__/images/tools
uv pip compile --quiet --python-version 3.13 --generate-hashes --no-annotate --custom-compile-command images/lock.sh \
  "$tools/requirements.in" -o "$tools/requirements.txt" "$@"
