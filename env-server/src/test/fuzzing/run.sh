#!/usr/bin/env bash
# Holds a running server to openapi.yaml, and to the contract of OpenEnv's routes: every operation,
# every check, both encodings, at least 10,000 cases from a fixed seed. Takes minutes to an hour, as
# the machine is; not part of mvn verify. The last line is the number of cases.
#
#   env-server/src/test/fuzzing/run.sh [URL]      (default: a server of its own)
#
# SEED (1) chooses the cases, EXAMPLES (500) is the most for an operation, SCHEMATHESIS a program
# that is installed already.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
root=$(cd "$here/../../../.." && pwd)
work=$(mktemp -d)
trap 'kill "${server:-}" 2>/dev/null || true; rm -rf "$work"' EXIT

schemathesis=${SCHEMATHESIS:-}
if [ -z "$schemathesis" ]; then
  python3 -m venv "$work/venv"
  "$work/venv/bin/pip" -q install -r "$here/requirements.txt"
  schemathesis=$work/venv/bin/schemathesis
fi

url=${1:-}
if [ -z "$url" ]; then
  # without models, so that those that ask for an LLM are told at once that there is none
  HF_HOME="$work/none" "$root/splitgym" serve --port 0 --data "$work/data" \
    --models "$work/none" >"$work/server.out" &
  server=$!
  until url=$(sed -n 's/^SplitGym listens on //p' "$work/server.out") && [ -n "$url" ]; do
    kill -0 "$server"
    sleep 1
  done
fi

cd "$work"
cp "$here/hooks.py" "$here/schemathesis.toml" .
export SCHEMATHESIS_HOOKS=hooks
failed=0

# One worker: two of them read Python's sources at once, which some of its versions fail at.
fuzz() {
  "$schemathesis" --config-file schemathesis.toml run "$1" --url "$2" --checks all \
    --seed "${SEED:-1}" --max-examples "${EXAMPLES:-500}" --continue-on-failure --workers 1 \
    | tee -a report.txt || failed=1
}

fuzz "$root/openapi.yaml" "$url"
openenv=env-server/src/main/resources/io/splitgym/server/openenv/openapi.yaml
fuzz "$root/$openenv" "$url/openenv"

cases=$(sed -n 's/^ *\([0-9,]*\) generated.*/\1/p' report.txt | tr -d , | awk "{n += \$1} END {print n + 0}")
echo "${cases:-0} cases, seed ${SEED:-1}, $([ $failed = 0 ] && echo 'no failure' || echo 'failures above')"
[ $failed = 0 ] && [ "${cases:-0}" -ge 10000 ]
