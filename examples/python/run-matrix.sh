#!/bin/sh
# Runs the Python client's tests on every Python from 3.10 that is on the PATH, with the newest
# libraries, those that RLlib wants, and the oldest.
# usage: run-matrix.sh [PYTEST-ARGUMENT ...]
#   $PYTHONS  the interpreters (default: python3.10 to python3.13, those that there are)
set -eu

home=$(CDPATH='' cd -- "$(dirname -- "$0")" && pwd)
root=$(CDPATH='' cd -- "$home/../.." && pwd)
"$root/splitgym" --version >/dev/null
for python in ${PYTHONS:-python3.10 python3.11 python3.12 python3.13}; do
  if "$python" --version >/dev/null 2>&1; then
    PYTHON=$python REQUIREMENTS='newest rllib oldest' "$home/run-tests.sh" "$root/agents/target" "$@"
  else
    echo "$python isn't there"
  fi
done
