#!/bin/sh
# Runs an example of frameworks/ in a virtual environment of its own, made on first use.
# usage: run-example.sh NAME [ARGUMENT ...]
#   NAME  such as sb3_ppo; NAME.txt says what it needs, and --help what it takes
#   $EXAMPLE_VENVS  where the virtual environments are made (default: .venv beside this script)
# It plays on the server of $SPLITGYM_URL or the default address, else starts one for itself.
set -eu

home=$(CDPATH='' cd -- "$(dirname -- "$0")" && pwd)
. "$home/../venv.sh"
name=${1:-}
if [ ! -f "$home/frameworks/$name.py" ]; then
  echo "usage: run-example.sh NAME [ARGUMENT ...], NAME one of:" \
    "$(cd "$home/frameworks" && ls ./*.py | sed 's|^\./||; s|\.py$||' | tr '\n' ' ')" >&2
  exit 2
fi
shift
python=$(find_python) || {
  echo "no Python 3.10 or newer with venv and pip is on the PATH" >&2
  exit 1
}
venv=${EXAMPLE_VENVS:-$home/.venv}/$name
make_venv "$python" "$venv" "$home/frameworks/$name.txt"
export PYTHONPATH="$home/src${PYTHONPATH:+:$PYTHONPATH}"
# Networks this small are slower on several threads, and much slower where those are busy.
export OMP_NUM_THREADS="${OMP_NUM_THREADS:-1}"
exec "$venv/bin/python" "$home/frameworks/$name.py" "$@"
