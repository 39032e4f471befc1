#!/bin/sh
# Runs OpenEnv's own client and validator against the program that the build made.
# usage: run-tests.sh TARGET [PYTEST-ARGUMENT ...]
#   TARGET  the agents module's build folder; the virtual environment is made in TARGET/venv-openenv
# Without Python 3.10 or newer, or without a package index, it says so and succeeds.
set -eu

home=$(CDPATH='' cd -- "$(dirname -- "$0")" && pwd)
target=$(CDPATH='' cd -- "$1" && pwd)
shift
venv=$target/venv-openenv
stamp=$venv/installed

skip() {
  echo "OpenEnv's tests are SKIPPED: $1"
  exit 0
}

suits() {
  "$1" -c 'import sys, venv, ensurepip; sys.exit(sys.version_info < (3, 10))' >/dev/null 2>&1
}

python=
for candidate in ${PYTHON:-} python3 python3.13 python3.12 python3.11 python3.10; do
  if suits "$candidate"; then
    python=$candidate
    break
  fi
done
[ -n "$python" ] || skip "no Python 3.10 or newer with venv and pip is on the PATH"

wanted=$("$python" --version && cat "$home/requirements-test.txt")
if [ ! -e "$stamp" ] || [ "$(cat "$stamp")" != "$wanted" ]; then
  rm -rf "$venv"
  "$python" -m venv "$venv"
  # About 480 MB, most of it for OpenEnv's own web pages, and a minute; a slow index must not hold
  # up the build. Compiling all of it takes longer than compiling what is imported.
  within=
  ! command -v timeout >/dev/null || within="timeout 300"
  $within "$venv/bin/python" -m pip --disable-pip-version-check --no-input -q install --retries 2 \
    --no-compile -r "$home/requirements-test.txt" ||
    skip "pip can't install their requirements (its message is above)"
  printf '%s\n' "$wanted" >"$stamp"
fi

unset SPLITGYM_TOKEN
export SPLITGYM_CLASS_PATH="$target/classes:$target/lib/*"
cd "$home"
exec "$venv/bin/python" -m pytest -q -p no:cacheprovider "$@"
