#!/bin/sh
# Measures the Python client against a server of its own, beside OpenEnv's client and server.
# usage: run-benchmark.sh [--report FILE] [ARGUMENT ...]   (compare.py --help has the others)
# The first run makes a virtual environment below agents/target, about 560 MB.
set -eu

home=$(CDPATH='' cd -- "$(dirname -- "$0")" && pwd)
root=$(CDPATH='' cd -- "$home/../../.." && pwd)
venv=$root/agents/target/venv-benchmark
stamp=$venv/installed
python=${PYTHON:-python3}

# Builds the program where that is still to be done: a build mustn't run beside a measurement.
"$root/splitgym" --version >/dev/null

wanted=$("$python" --version && cat "$home/requirements.txt")
if [ ! -e "$stamp" ] || [ "$(cat "$stamp")" != "$wanted" ]; then
  rm -rf "$venv"
  "$python" -m venv "$venv"
  "$venv/bin/python" -m pip --disable-pip-version-check --no-input -q install --retries 2 \
    -r "$home/requirements.txt"
  printf '%s\n' "$wanted" >"$stamp"
fi

unset SPLITGYM_URL SPLITGYM_TOKEN
# One thread for NumPy: both servers and all clients share the processors.
export OMP_NUM_THREADS=1 OPENBLAS_NUM_THREADS=1
export PYTHONPATH="$home/../src:$home"
export SPLITGYM_COMMAND="$root/splitgym"
exec "$venv/bin/python" "$home/compare.py" "$@"
