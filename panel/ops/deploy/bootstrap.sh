#!/bin/sh
# Make .venv hold exactly what a lock file names: bootstrap.sh requirements.txt
# Needs Python 3.11 or newer; uses uv where it is present, else venv and pip. Says one sentence when it cannot.
set -eu
cd "$(dirname "$0")/../../.."
lock=${1:-requirements.txt}
say() { printf '%s\n' "$*" >&2; }

# Lock file, Python and place in one line: a new lock, a new Python or a moved clone is seen.
identity='import hashlib,sys; print(sys.argv[1], hashlib.sha256(open(sys.argv[1],"rb").read()).hexdigest(), sys.version.replace("\n"," "), sys.prefix)'

current() {
    [ -f .venv/.stamp ] || return 1
    # The development lock holds everything that the other one does.
    for name in "$lock" requirements-dev.txt; do
        now=$(.venv/bin/python -c "$identity" "$name" 2>/dev/null) || return 1
        [ "$now" = "$(cat .venv/.stamp)" ] && return 0
    done
    return 1
}

find_python() {
    for name in ${PYTHON:-} python3 python3.13 python3.12 python3.11 python3.14; do
        if "$name" -c 'import sys; sys.exit(sys.version_info < (3, 11))' >/dev/null 2>&1; then
            printf '%s' "$name"
            return
        fi
    done
    found=$(python3 -c 'import platform; print(platform.python_version())' 2>/dev/null) || found=none
    say "The panel needs Python 3.11 or newer, and this machine has $found: install one, or name it with PYTHON=/path/to/python3."
    exit 1
}

with_uv() {
    command -v uv >/dev/null 2>&1 && uv --version >/dev/null 2>&1 || return 1
    [ -x .venv/bin/python ] || UV_PYTHON_DOWNLOADS=never uv venv -q --python "$python" .venv || return 1
    uv pip sync -q --require-hashes --python .venv/bin/python "$lock"
}

with_pip() {
    if ! "$python" -c 'import ensurepip, venv' >/dev/null 2>&1; then
        say "Python's venv module is missing: apt install $("$python" -c 'import sys; print("python%d.%d-venv" % sys.version_info[:2])')"
        exit 1
    fi
    [ -x .venv/bin/pip ] || { rm -rf .venv; "$python" -m venv .venv; }
    .venv/bin/python -m pip install -q --disable-pip-version-check --require-hashes --only-binary :all: -r "$lock"
}

# A linked .venv belongs to somebody else: it is used as it is.
[ -L .venv ] && exit 0
current && exit 0

python=$(find_python)
say "Installing the locked packages into .venv (once; a few seconds with uv, about 20 with pip) ..."
# Only an environment of this very place and Python is kept; anything else is made anew.
if [ "$(.venv/bin/python -c 'import sys; print(sys.version.replace("\n"," "), sys.prefix)' 2>/dev/null || true)" \
    != "$(cut -d' ' -f3- .venv/.stamp 2>/dev/null || echo none)" ]; then
    rm -rf .venv
fi
rm -f .venv/.stamp
with_uv || with_pip || { say "The packages could not be installed: see the lines above (network, disk space, or an unsupported system)."; exit 1; }
.venv/bin/python -c "$identity" "$lock" > .venv/.stamp
