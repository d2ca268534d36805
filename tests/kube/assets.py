"""Where the programs of a control plane are: ``KUBEBUILDER_ASSETS``, or what ``make kube`` built."""

from __future__ import annotations

import functools
import os
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


def command(program: str) -> str:
    """The one command that gets ``program``."""
    return "make kube" if program in PROGRAMS else f"scripts/kube-build.sh {program}"


def api_server() -> str:
    """The API server of this run: ``GENLB_KUBERNETES=1.34`` asks for an older line, by default it is the newest."""
    line = os.environ.get("GENLB_KUBERNETES")
    return f"kube-apiserver-{line}" if line else "kube-apiserver"
