"""The daemons' hands on a real kernel, inside namespaces that end with the test: ``unshare -Urnm``, no root.

Each file of ``tests/agent/kernel`` is run by a pytest of its own in there; nothing of it reaches the machine's own.
"""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
CASES = sorted(Path(__file__).with_name("kernel").glob("case_*.py"))


@pytest.fixture(scope="session")
def unshare() -> list[str]:
    """The command that starts another one in namespaces of its own."""
    command = ["unshare", "-Urnm", "--"]
    try:
        tried = subprocess.run(
            [*command, "ip", "link", "add", "name", "probe0", "type", "veth"], capture_output=True, check=False
        )
    except OSError as error:
        pytest.skip(f"needs unshare and ip (apt-get install util-linux iproute2): {error}")
    if tried.returncode:
        pytest.skip(f"needs unprivileged user namespaces and veth: {tried.stderr.decode().strip()}")
    return command


@pytest.mark.lab
@pytest.mark.parametrize("case", CASES, ids=lambda case: case.stem)
def test_the_daemons_do_to_a_kernel_what_they_mean_to(unshare: list[str], case: Path) -> None:
    pytest_inside = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "-p", "no:randomly", str(case)]

    done = subprocess.run(
        [*unshare, *pytest_inside],
        capture_output=True,
        text=True,
        check=False,
        cwd=ROOT,
        env=os.environ.copy(),
        timeout=240,
    )

    assert done.returncode == 0, done.stdout[-6000:] + done.stderr[-2000:]
