#!/bin/sh
# Take every example cluster from its spec to what Argo CD or Flux apply, show what came out, and compare one of them with
# a dump of a live cluster.
#
#   GENLB=/path/to/genlb scripts/demo.sh
#
# Works on a copy in build/demo (DEMO names another folder), which stays there to look around in. No cluster is asked or
# needed.
set -eu
cd "$(dirname "$0")/.."
genlb=${GENLB:-genlb}
demo=${DEMO:-build/demo}

say() {
    printf '\n── %s\n' "$*"
}

run() {
    printf '\n$ genlb %s\n' "$*"
    "$genlb" -C "$demo" "$@"
}

tree_of() {
    (cd "$1" && find . -type f | LC_ALL=C sort | sed 's|^\./|   |')
}

rm -rf "$demo"
mkdir -p "$demo"
cp -R clusters "$demo/"
[ ! -e genlb.yaml ] || cp genlb.yaml "$demo/"
rm -rf "$demo"/clusters/*/rendered

say "One spec per cluster, written by people (copied to $demo, without what was rendered):"
tree_of "$demo"

say "Is every spec right? Offline, with file, line and column where one is not."
run validate

say "The manifests that Argo CD or Flux apply:"
run render

say "What CI asks: does what is rendered still say what the specs say?"
run render --check

for spec in "$demo"/clusters/*/cluster.yaml; do
    folder=$(dirname "$spec")
    cluster=$(basename "$folder")
    [ -d "clusters/$cluster/rendered" ] || continue
    if ! diff -r "clusters/$cluster/rendered" "$folder/rendered"; then
        echo "genlb: clusters/$cluster/rendered is not what this genlb renders (differences above)." >&2
        exit 1
    fi
done
say "The same bytes as in the repository, file by file."

# The richest example is the one to look at: the most files.
cluster=$(
    for folder in "$demo"/clusters/*/rendered; do
        echo "$(find "$folder" -type f | wc -l) $(basename "$(dirname "$folder")")"
    done | sort -rn | sed -n '1s/.* //p'
)
rendered=$demo/clusters/$cluster/rendered

say "What $cluster became:"
tree_of "$rendered"

for file in "$rendered"/advertise/bgpconfiguration-*.yaml; do
    say "$file"
    cat "$file"
done

say "What genlb decided for $cluster, and why:"
printf '\n$ genlb show %s\n' "$cluster"
shown=$("$genlb" -C "$demo" show "$cluster")
echo "$shown" | sed -n '/^# spec/p'
echo "(and the merged spec below that)"

live=$PWD/docs/examples/fra1-prod-live.yaml
say "What differs between git and a cluster, who changed it, and does it hurt? From a dump: no cluster is asked."
printf '\n$ genlb drift fra1-prod --live %s --live-complete --report html=drift.html\n' "${live#"$PWD"/}"
code=0
"$genlb" -C "$demo" drift fra1-prod --live "$live" --live-complete --report html=drift.html || code=$?
# 1 means drift: the dump is of a cluster in which people and programs left their traces.
if [ "$code" -ne 1 ]; then
    echo "genlb: drift ended with exit code $code, and the dump differs from git: 1 was expected." >&2
    exit 1
fi

say "The same as a page that needs no network: $demo/drift.html"
say "Look around in $demo; it is a copy."
