# Sourced by the scripts of the folders beside: which Python, and virtual environments made once.

# Prints $PYTHON, else the first Python on the PATH that is 3.10 or newer and has venv and pip.
find_python() {
  for candidate in ${PYTHON:-} python3 python3.13 python3.12 python3.11 python3.10; do
    if "$candidate" -c 'import sys, venv, ensurepip; sys.exit(sys.version_info < (3, 10))' \
      >/dev/null 2>&1; then
      printf '%s\n' "$candidate"
      return 0
    fi
  done
  return 1
}

# make_venv PYTHON FOLDER REQUIREMENTS [PIP-OPTION ...]
# Makes a virtual environment of what the file REQUIREMENTS holds, and makes it anew when that or
# the Python changes. Gives up after $PIP_SECONDS, if that is set and there is a way to.
make_venv() {
  venv_python=$1 venv=$2 requirements=$3
  shift 3
  wanted=$("$venv_python" --version && cat "$requirements")
  if [ "$(cat "$venv/installed" 2>/dev/null || true)" = "$wanted" ]; then
    return 0
  fi
  within=
  if [ -n "${PIP_SECONDS:-}" ] && command -v timeout >/dev/null; then
    within="timeout $PIP_SECONDS"
  fi
  rm -rf "$venv"
  "$venv_python" -m venv "$venv" &&
    $within "$venv/bin/python" -m pip --disable-pip-version-check --no-input -q install \
      --retries 2 "$@" -r "$requirements" &&
    printf '%s\n' "$wanted" >"$venv/installed"
}
