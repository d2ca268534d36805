#!/bin/sh
# Make what is released into dist/: source archive, wheel, SBOM and checksums. The same commit gives the same bytes.
#
#   scripts/dist.sh VENV
#
# VENV holds the tools of requirements/tools.txt. The wheel is built from the source archive, as an index's users would.
set -eu

venv=$(cd "$1" && pwd)
cd "$(dirname "$0")/.."

SOURCE_DATE_EPOCH=$(git log -1 --format=%ct)
export SOURCE_DATE_EPOCH

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
rm -rf dist

"$venv/bin/hatchling" build -t sdist -d "$PWD/dist"
tar -xzf dist/genlb-*.tar.gz -C "$work" --strip-components=1
(cd "$work" && "$venv/bin/hatchling" build -t wheel -d "$OLDPWD/dist")

# What runs is what the SBOM has to list: genlb and its locked dependencies in an environment of their own.
"$venv/bin/python" -m venv "$work/installed"
"$work/installed/bin/python" -m pip install --quiet --require-hashes --requirement requirements/runtime.txt
"$work/installed/bin/python" -m pip install --quiet --no-deps --no-index dist/genlb-*.whl
"$work/installed/bin/python" -m pip uninstall --quiet --yes pip setuptools
sed "s/^dynamic = .*/version = \"$("$work/installed/bin/genlb" --version | cut -d ' ' -f 2)\"/" pyproject.toml >"$work/pyproject.toml"
"$venv/bin/cyclonedx-py" environment --pyproject "$work/pyproject.toml" --mc-type application --output-reproducible \
    --output-file "dist/$(basename dist/genlb-*.tar.gz .tar.gz).cdx.json" "$work/installed"

cd dist
sha256sum -- * >SHA256SUMS
cat SHA256SUMS
