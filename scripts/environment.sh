#!/bin/sh
# Make the virtual environment VENV hold exactly what LOCK pins; --editable adds genlb itself, from this checkout.
#
#   scripts/environment.sh VENV LOCK [--editable]
#
# Does nothing when VENV was made from the same lock by the same Python. PYTHON names the interpreter; without it the
# first of python3, python3.14 ... python3.11 that is new enough is taken. Ends with one sentence that says what to
# install where something is missing.
set -eu

venv=$1
lock=$2
cd "$(dirname "$0")/.."

die() {
    printf 'genlb: %s\n' "$*" >&2
    exit 1
}

is_new_enough() {
    "$1" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null
}

find_python() {
    if [ -n "${PYTHON:-}" ]; then
        command -v "$PYTHON" >/dev/null || die "PYTHON=$PYTHON is not there; name a Python 3.11 or newer."
        is_new_enough "$PYTHON" || die "Python 3.11 or newer is needed, $PYTHON is $("$PYTHON" -V 2>&1)."
        echo "$PYTHON"
        return
    fi
    for candidate in python3 python3.14 python3.13 python3.12 python3.11; do
        if command -v "$candidate" >/dev/null && is_new_enough "$candidate"; then
            echo "$candidate"
            return
        fi
    done
    found=$(python3 -V 2>&1) || found="no Python 3"
    die "Python 3.11 or newer is needed and $found was found; on Debian 12, Ubuntu 24.04 or newer:" \
        "sudo apt install python3 python3-venv (on Ubuntu 22.04: python3.11 python3.11-venv)."
}

python=$(find_python)
"$python" -c 'import ensurepip, venv' 2>/dev/null ||
    die "Python's venv module is missing; on Debian or Ubuntu: sudo apt install" \
        "$("$python" -c 'import sys; print("python%d.%d-venv" % sys.version_info[:2])')."
# The interpreter below an activated environment: the one to be remade cannot remake itself.
python=$("$python" -c 'import sys; print(sys._base_executable if sys.prefix != sys.base_prefix else sys.argv[1])' "$python")
command -v git >/dev/null || die "git is missing; on Debian or Ubuntu: sudo apt install git."

# Without a home pip would put its cache into /.
[ -n "${HOME:-}" ] || export PIP_NO_CACHE_DIR=1
export PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_NO_INPUT=1
unset PIP_REQUIRE_VIRTUALENV PIP_TARGET PIP_PREFIX PIP_USER PYTHONPATH PYTHONHOME

# Scripts in an environment hold its path and its Python: a moved folder or another Python asks for a new one.
stamp="$("$python" -c 'import os, sys; print(sys.version.split()[0], sys.base_prefix, os.path.abspath(sys.argv[1]))' "$venv")"
if [ "$(cat "$venv/genlb-stamp" 2>/dev/null)" != "$stamp" ] || ! cmp -s "$lock" "$venv/genlb-lock.txt"; then
    echo "genlb: making $venv from $lock with $("$python" -V) ..." >&2
    "$python" -m venv --clear "$venv"
    "$venv/bin/python" -m pip install --quiet --require-hashes --requirement "$lock" ||
        die "pip could not install what $lock pins (its words are above)."
    cp "$lock" "$venv/genlb-lock.txt"
    echo "$stamp" >"$venv/genlb-stamp"
fi
if [ "${3:-}" = --editable ] && ! cmp -s pyproject.toml "$venv/genlb-pyproject.toml"; then
    "$venv/bin/python" -m pip install --quiet --no-deps --no-build-isolation --editable . ||
        die "pip could not install genlb into $venv (its words are above)."
    cp pyproject.toml "$venv/genlb-pyproject.toml"
fi
