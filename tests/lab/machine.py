"""What the lab needs of the machine; a test ends with the command that helps where it is missing."""

from __future__ import annotations

import shutil
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager

import pytest

from tests.lab.host import PATH, UnavailableError
from tests.lab.net import Lab

TOOLS = {
    "bird": "bird",
    "bird6": "bird",
    "ip": "iproute2",
    "iptables": "iptables",
    "nft": "nftables",
    "unshare": "util-linux",
}
"""Programs, and the Debian packages that have them."""


def require(tools: Mapping[str, str] = TOOLS) -> None:
    """Skip where a program is missing."""
    missing = sorted({package for tool, package in tools.items() if shutil.which(tool, path=PATH) is None})
    if missing:
        pytest.skip(f"{', '.join(missing)} missing: `sudo apt install {' '.join(missing)}` gets it")


@contextmanager
def lab_or_skip() -> Iterator[Lab]:
    """A lab, or a skip where the machine gives its users none."""
    require()
    with ExitStack() as running:
        try:
            lab = running.enter_context(Lab())
        except UnavailableError as error:
            pytest.skip(f"no network namespaces: {error}")
        yield lab
