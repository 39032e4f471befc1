#!/bin/sh
# Measures the Python client against a server of its own, beside OpenEnv's client and server.
# usage: run-benchmark.sh [--report FILE] [ARGUMENT ...]   (compare.py --help has the others)
# The first run makes a virtual environment below agents/target, about 560 MB.
set -eu

home=$(CDPATH='' cd -- "$(dirname -- "$0")" && pwd)
root=$(CDPATH='' cd -- "$home/../../.." && pwd)
. "$home/../../venv.sh"
venv=$root/agents/target/venv-benchmark
python=$(find_python) || {
  echo "no Python 3.10 or newer with venv and pip is on the PATH" >&2
  exit 1
}

# Builds the program where that is still to be done: a build mustn't run beside a measurement.
"$root/splitgym" --version >/dev/null

make_venv "$python" "$venv" "$home/requirements.txt"
unset SPLITGYM_URL SPLITGYM_TOKEN
# One thread for NumPy: both servers and all clients share the processors.
export OMP_NUM_THREADS=1 OPENBLAS_NUM_THREADS=1
export PYTHONPATH="$home/../src:$home"
export SPLITGYM_COMMAND="$root/splitgym"
exec "$venv/bin/python" "$home/compare.py" "$@"
