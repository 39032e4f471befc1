#!/bin/sh
# Runs OpenEnv's own client and validator against the program that the build made.
# usage: run-tests.sh TARGET [PYTEST-ARGUMENT ...]
#   TARGET  the agents module's build folder; the virtual environment is made in TARGET/venv-openenv
# Without Python 3.10 or newer, or without a package index, it says so and succeeds.
set -eu

home=$(CDPATH='' cd -- "$(dirname -- "$0")" && pwd)
target=$(CDPATH='' cd -- "$1" && pwd)
shift
. "$home/../venv.sh"

skip() {
  echo "OpenEnv's tests are SKIPPED: $1"
  exit 0
}

python=$(find_python) || skip "no Python 3.10 or newer with venv and pip is on the PATH"
venv=$target/venv-openenv
# About 480 MB, most of it for OpenEnv's own web pages, and a minute; a slow index must not hold
# up the build. Compiling all of it takes longer than compiling what is imported.
PIP_SECONDS=300 make_venv "$python" "$venv" "$home/requirements-test.txt" --no-compile ||
  skip "pip can't install their requirements (its message is above)"

unset SPLITGYM_TOKEN
export SPLITGYM_CLASS_PATH="$target/classes:$target/lib/*"
cd "$home"
exec "$venv/bin/python" -m pytest -q -p no:cacheprovider "$@"
