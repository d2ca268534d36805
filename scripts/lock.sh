#!/bin/sh
# Write requirements/*.txt anew: every pin with the hashes of all its files, for every platform and Python >= 3.11.
#
#   scripts/lock.sh VENV [--upgrade]
#
# VENV holds the tools of requirements/tools.txt. Pins stay as they are unless --upgrade is given or an input asks for
# another version. No address of an index is written: whoever installs has their own.
set -eu

venv=$1
shift
cd "$(dirname "$0")/.."

compile() {
    output=$1
    shift
    "$venv/bin/uv" pip compile --quiet --no-config --universal --python-version 3.11 --generate-hashes \
        --no-emit-index-url --no-emit-find-links --custom-compile-command "make lock" --output-file "$output" "$@"
}

compile requirements/runtime.txt "$@" pyproject.toml
compile requirements/dev.txt "$@" --constraint requirements/runtime.txt pyproject.toml requirements/dev.in
compile requirements/tools.txt "$@" requirements/tools.in
