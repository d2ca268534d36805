#!/bin/sh
# Build the Kubernetes programs that tests run, from the Go modules pinned under tests/kube/, and print where each lies.
#
#   scripts/kube-build.sh BINARY...            build what is not there yet
#   scripts/kube-build.sh --where BINARY...    build nothing; status 1 when one is missing
#
# A binary in KUBEBUILDER_ASSETS (the folder that envtest uses) wins. Otherwise it lies in the user's cache folder, under
# a key made from the module's go.mod and go.sum: another pin is another folder, and one build serves all checkouts.
set -eu
cd "$(dirname "$0")/.."

die() {
    printf 'genlb: %s\n' "$*" >&2
    exit 1
}

# binary -> module folder below tests/kube, and package
source_of() {
    case $1 in
    etcd) echo "kubernetes go.etcd.io/etcd/server/v3" ;;
    kube-apiserver | kube-controller-manager | kube-proxy | kube-scheduler | kubectl)
        echo "kubernetes k8s.io/kubernetes/cmd/$1"
        ;;
    kube-apiserver-1.34) echo "kubernetes-1.34 k8s.io/kubernetes/cmd/kube-apiserver" ;;
    kwok) echo "kwok sigs.k8s.io/kwok/cmd/kwok" ;;
    metallb-controller) echo "metallb go.universe.tf/metallb/controller" ;;
    *) die "$1 is not among the programs that scripts/kube-build.sh knows." ;;
    esac
}

cache_folder() {
    if [ -n "${XDG_CACHE_HOME:-}" ]; then
        echo "$XDG_CACHE_HOME/genlb"
    elif [ -n "${HOME:-}" ]; then
        echo "$HOME/.cache/genlb"
    else # a CI without a home: one folder for each user, which nobody else may write
        folder=${TMPDIR:-/tmp}/genlb-$(id -u)
        mkdir -m 700 "$folder" 2>/dev/null || [ -n "$(find "$folder" -prune -type d -user "$(id -u)")" ] ||
            die "$folder cannot be made or belongs to somebody else; set XDG_CACHE_HOME."
        echo "$folder"
    fi
}

# place BINARY MODULE: where the binary lies or will lie
place() {
    if [ -n "${KUBEBUILDER_ASSETS:-}" ] && [ -x "$KUBEBUILDER_ASSETS/$1" ]; then
        echo "$KUBEBUILDER_ASSETS/$1"
        return
    fi
    key=$(cat "tests/kube/$2/go.mod" "tests/kube/$2/go.sum" | sha256sum | cut -c 1-16)
    echo "$(cache_folder)/kube/$2-$key-$(uname -m)/$1"
}

require_go() {
    wanted=$(sed -n 's/^go //p' "tests/kube/$1/go.mod")
    how="install Go $wanted or newer (the golang package of Debian 12 and of Ubuntu 24.04 is too old; a newer one is in"
    how="$how their backports), or set KUBEBUILDER_ASSETS to a folder that holds the binaries."
    command -v go >/dev/null || die "go is missing: $how"
    # Go 1.21 and newer fetch the toolchain that go.mod asks for, unless GOTOOLCHAIN=local forbids it.
    (cd "tests/kube/$1" && go list -m >/dev/null 2>&1) || die "$(go version | cut -d ' ' -f 3) is too old: $how"
}

# Linker flags that tell a Kubernetes program its version; without them it calls itself v0.0.0.
version_flags() { # PACKAGE
    case $1 in k8s.io/kubernetes/*) ;; *) return ;; esac
    version=$(go list -m -f '{{.Version}}' k8s.io/kubernetes)
    minor=${version#v1.}
    for package in k8s.io/component-base/version k8s.io/client-go/pkg/version; do
        printf ' -X %s.gitVersion=%s -X %s.gitMajor=1 -X %s.gitMinor=%s' \
            "$package" "$version" "$package" "$package" "${minor%%.*}"
    done
}

# build BINARY MODULE PACKAGE TARGET; the target appears whole or not at all
build() {
    require_go "$2"
    echo "genlb: building $1 (seconds to a minute; up to five minutes the first time) ..." >&2
    mkdir -p "$(dirname "$4")"
    (
        if [ -z "${HOME:-}" ]; then # where Go would look for its caches
            export GOPATH="${GOPATH:-$(cache_folder)/go}" GOCACHE="${GOCACHE:-$(cache_folder)/go-build}"
        fi
        cd "tests/kube/$2"
        go build -trimpath -ldflags "-s -w$(version_flags "$3")" -o "$4.$$" "$3"
        mv "$4.$$" "$4"
    )
}

build=yes
if [ "${1:-}" = --where ]; then
    build=no
    shift
fi
[ $# -gt 0 ] || die "usage: scripts/kube-build.sh [--where] BINARY..."
for binary; do
    pair=$(source_of "$binary")
    module=${pair% *}
    target=$(place "$binary" "$module")
    if [ ! -x "$target" ]; then
        [ $build = yes ] || exit 1
        build "$binary" "$module" "${pair#* }" "$target"
    fi
    echo "$target"
done
