"""Where the programs of a control plane are: ``KUBEBUILDER_ASSETS``, or what ``make kube`` built."""

from __future__ import annotations

import functools
import json
import os
import shutil
import subprocess
from pathlib import Path

REPOSITORY = Path(__file__).resolve().parents[2]

PROGRAMS = (
    "etcd",
    "kube-apiserver",
    "kube-controller-manager",
    "kube-proxy",
    "kube-scheduler",
    "kubectl",
    "kwok",
    "metallb-controller",
)
"""What ``make kube`` builds."""


class MissingError(Exception):
    """A program is not there; the message says how to get it."""


@functools.cache
def asset(program: str) -> Path:
    """The path of ``program``; ``MissingError`` when nobody built it."""
    script = REPOSITORY / "scripts" / "kube-build.sh"
    found = subprocess.run([script, "--where", program], capture_output=True, text=True, check=False)
    if found.returncode:
        raise MissingError(f"{program} is missing: `{command(program)}` builds it (needs Go, minutes the first time)")
    return Path(found.stdout.strip())


KUBECTL_MINIMUM = (1, 30)


@functools.cache
def kubectl() -> str:
    """A kubectl that is new enough: GENLB_KUBECTL, what ``make kubectl`` built, or the one in PATH, in this order."""
    seen = []
    for path in filter(None, (os.environ.get("GENLB_KUBECTL"), _built("kubectl"), shutil.which("kubectl"))):
        version = _kubectl_version(path)
        if version >= KUBECTL_MINIMUM:
            return path
        seen.append(f"{path} is {'.'.join(map(str, version)) or 'no kubectl'}")
    wanted = ".".join(map(str, KUBECTL_MINIMUM))
    found = "; ".join(seen) or "none found"
    raise MissingError(f"kubectl {wanted} or newer is missing: `make kubectl` builds it ({found})")


def _built(program: str) -> str | None:
    try:
        return str(asset(program))
    except MissingError:
        return None


def _kubectl_version(path: str) -> tuple[int, ...]:
    """Major and minor of a kubectl, empty when it is none."""
    try:
        answer = subprocess.run([path, "version", "--client", "-o", "json"], capture_output=True, check=True)
        git_version: str = json.loads(answer.stdout)["clientVersion"]["gitVersion"]
        major, minor, *_ = git_version.removeprefix("v").split(".")
        return int(major), int(minor)
    except (OSError, ValueError, KeyError, subprocess.CalledProcessError):
        return ()


def command(program: str) -> str:
    """The one command that gets ``program``."""
    return "make kube" if program in PROGRAMS else f"scripts/kube-build.sh {program}"


def api_server() -> str:
    """The API server of this run: ``GENLB_KUBERNETES=1.34`` asks for an older line, by default it is the newest."""
    line = os.environ.get("GENLB_KUBERNETES")
    return f"kube-apiserver-{line}" if line else "kube-apiserver"
