#!/bin/sh
# Trains stable-baselines3 beside a study of SplitGym's, times both, or times NumPy's environment.
# usage: run-peers.sh STUDY-FOLDER [ARGUMENT ...]   (peers.py --help has the others)
#        run-peers.sh --time [ARGUMENT ...]         (training.py --help has the others)
#        run-peers.sh --surrogate [ARGUMENT ...]    (surrogate_speed.py --help has the others)
#   $PEERS_PYTHON  a Python that has what peers.txt says (default: a virtual environment that the
#                  first run makes below agents/target; PyTorch for processors without a GPU where
#                  PIP_EXTRA_INDEX_URL names an index that has it, else some 5 GB)
set -eu

home=$(CDPATH='' cd -- "$(dirname -- "$0")" && pwd)
root=$(CDPATH='' cd -- "$home/../../.." && pwd)
. "$home/../../venv.sh"

# Builds the program where that is still to be done: a build mustn't run beside a measurement.
"$root/splitgym" --version >/dev/null

python=${PEERS_PYTHON:-}
if [ -z "$python" ]; then
  found=$(find_python) || {
    echo "no Python 3.10 or newer with venv and pip is on the PATH" >&2
    exit 1
  }
  make_venv "$found" "$root/agents/target/venv-peers" "$home/peers.txt"
  python=$root/agents/target/venv-peers/bin/python
fi
unset SPLITGYM_URL SPLITGYM_TOKEN
# Networks this small are slower on several threads.
export OMP_NUM_THREADS=1 OPENBLAS_NUM_THREADS=1
export PYTHONPATH="$home/../src:$home"
export SPLITGYM_COMMAND="$root/splitgym"
script=peers.py
case ${1:-} in
  --time) script=training.py ;;
  --surrogate) script=surrogate_speed.py ;;
esac
if [ "$script" != peers.py ]; then shift; fi
exec "$python" "$home/$script" "$@"
