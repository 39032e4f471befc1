#!/usr/bin/env bash
# Holds a running server to openapi.yaml: every operation, every check, both encodings, at least
# 10,000 cases from a fixed seed. Takes minutes; not part of mvn verify.
#
#   env-server/src/test/fuzzing/run.sh [URL]      (default: a server of its own)
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
root=$(cd "$here/../../../.." && pwd)
work=$(mktemp -d)
trap 'kill "${server:-}" 2>/dev/null || true; rm -rf "$work"' EXIT

python3 -m venv "$work/venv"
"$work/venv/bin/pip" -q install -r "$here/requirements.txt"

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
SCHEMATHESIS_HOOKS=hooks "$work/venv/bin/schemathesis" --config-file schemathesis.toml \
  run "$root/openapi.yaml" --url "$url" --checks all --seed "${SEED:-1}" \
  --max-examples "${EXAMPLES:-500}" --continue-on-failure --workers 2 | tee report.txt
cases=$(sed -n 's/^ *\([0-9,]*\) generated.*/\1/p' report.txt | tr -d ,)
[ "${cases:-0}" -ge 10000 ] || { echo "only ${cases:-0} cases" >&2; exit 1; }
