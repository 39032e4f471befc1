#!/bin/sh
# Runs the Python client's tests against the program that the build made, with the newest libraries
# that it is tested with and with the oldest.
# usage: run-tests.sh TARGET [PYTEST-ARGUMENT ...]
#   TARGET  the agents module's build folder; the virtual environments are made in it
#   $PYTHON        the interpreter (default: the first on the PATH that will do)
#   $REQUIREMENTS  the files in requirements/ to test with (default: "newest oldest")
# Without Python 3.10 or newer, or without a package index, it says so and succeeds.
set -eu

home=$(CDPATH='' cd -- "$(dirname -- "$0")" && pwd)
target=$(CDPATH='' cd -- "$1" && pwd)
shift
. "$home/../venv.sh"

skip() {
  echo "The Python client's tests are SKIPPED: $1"
  exit 0
}

python=$(find_python) || skip "no Python 3.10 or newer with venv and pip is on the PATH"
unset SPLITGYM_URL SPLITGYM_TOKEN
# As ./splitgym has it: results then don't depend on the number of processors.
export OMP_NUM_THREADS=1
export SPLITGYM_CLASS_PATH="$target/classes:$target/lib/*"
cd "$home"
version=$("$python" -c 'import sys; print("%d.%d" % sys.version_info[:2])')
for libraries in ${REQUIREMENTS:-newest oldest}; do
  venv=$target/venv-$version-$libraries
  PIP_SECONDS=300 make_venv "$python" "$venv" "$home/requirements/$libraries.txt" ||
    skip "pip can't install their requirements (its message is above)"
  # From here on nothing comes from a package index, so a failure is the package's own.
  "$venv/bin/python" -m pip --disable-pip-version-check --no-input -q install \
    --no-build-isolation --no-deps -e "$home"
  echo "Python $version with the $libraries libraries:"
  "$venv/bin/python" -m pytest "$@"
done
