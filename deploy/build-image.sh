#!/usr/bin/env bash
# Build the node daemons' image into the storage of buildah or podman, and say its size.
#
#   deploy/build-image.sh [NAME]        NAME: what it is called, genlb:<version> when nothing is given
#   BASE=debian@sha256:… deploy/build-image.sh     another base of the build stage, be it from your own registry
#   BASE=packages deploy/build-image.sh            no registry: the base is made of the .deb files of this Debian's apt
#
# The last one needs buildah and a Debian 12 that reaches its mirror, unless the .deb files are in the user's cache
# folder already. Besides them, nothing but the image is left. Status 3: the machine lacks something.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

die() { # STATUS WORD...
    local status=$1
    shift
    echo "genlb: $*" >&2
    exit "$status"
}

version=$(sed -n 's/^__version__ = "\(.*\)"$/\1/p' genlb/__init__.py)
name=${1:-genlb:$version}
base=${BASE:-}
made=

work=$(mktemp -d)
leave() {
    [[ -z $made ]] || buildah rmi --force "$made" >/dev/null 2>&1 || true
    rm -rf "$work"
}
trap leave EXIT

unpack() { # DEB ROOT: files, and the records that dpkg would have kept of them
    local package
    package=$(dpkg-deb --field "$1" Package)
    dpkg-deb --fsys-tarfile "$1" | tar -x --keep-directory-symlink -C "$2"
    dpkg-deb --fsys-tarfile "$1" | tar -t | sed 's|^\./|/|' >"$2/var/lib/dpkg/info/$package.list"
    { dpkg-deb --field "$1"; echo; } >>"$2/var/lib/dpkg/status"
}

fetch() { # DEBS: the same packages as in the Containerfile, and a shell for its RUN, as if nothing were installed
    local apt=(apt-get -qq -o Dir::State::status=/dev/null -o Dir::Cache::archives="$1" -o Dir::Cache::pkgcache=
        -o Dir::Cache::srcpkgcache= -o Debug::NoLocking=1 -o APT::Sandbox::User=)
    local get=(--download-only --yes --no-install-recommends install dash nftables python3.11 python3-click)
    local lists=(-o Dir::State::lists="$work/lists")
    mkdir -p "$1/partial" "$work/lists/partial"
    "${apt[@]}" "${get[@]}" || {
        # The machine's own lists may be old, or not there at all.
        "${apt[@]}" "${lists[@]}" update && apt+=("${lists[@]}") && "${apt[@]}" "${get[@]}"
    } && "${apt[@]}" autoclean # what newer versions have replaced
}

base_of_packages() {
    local root=$work/root cache=${XDG_CACHE_HOME:-${HOME:+$HOME/.cache}} debs deb folder container
    debs=${cache:-$work}/genlb/debs
    command -v buildah >/dev/null || die 3 "BASE=packages needs buildah: sudo apt install buildah"
    command -v apt-get >/dev/null || die 3 "BASE=packages needs apt-get; give BASE=<image of Debian 12> instead"
    fetch "$debs" >"$work/log" 2>&1 || die 3 "apt-get cannot fetch the packages: $(tail -n 2 "$work/log")"
    mkdir -p "$root"/{usr/{bin,sbin,lib,lib64},var/lib/dpkg/info,tmp}
    for folder in bin sbin lib lib64; do
        ln -s "usr/$folder" "$root/$folder"
    done
    for deb in "$debs"/*.deb; do
        unpack "$deb" "$root"
    done
    [[ -e $root/usr/bin/sh ]] || ln -s dash "$root/usr/bin/sh"
    container=$(buildah from scratch)
    buildah add --quiet "$container" "$root" / >/dev/null
    made=$(buildah commit --quiet --rm "$container")
    base=$made
}

if command -v buildah >/dev/null; then
    build=(buildah bud)
elif command -v podman >/dev/null; then
    build=(podman build)
else
    die 3 "neither buildah nor podman is here: sudo apt install buildah"
fi
[[ $base != packages ]] || base_of_packages

revision=$(git rev-parse HEAD 2>/dev/null || echo unknown)
stamp=$(git log -1 --format=%ct 2>/dev/null || echo 0)
"${build[@]}" --file deploy/Containerfile --ignorefile deploy/Containerfile.ignore --timestamp "$stamp" \
    ${base:+--build-arg "BASE=$base"} --build-arg "VERSION=$version" --build-arg "REVISION=$revision" \
    --tag "$name" . >"$work/log" 2>&1 ||
    die 1 "the build failed (where no registry can be reached: BASE=packages): $(tail -n 15 "$work/log")"
size=$("${build[0]}" images --format '{{.Size}}' "$name" | head -n 1)
echo "$name: $size"
