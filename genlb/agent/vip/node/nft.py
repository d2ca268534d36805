"""The program nft, which brings the guard's table into the kernel."""

from __future__ import annotations

from collections.abc import Callable

from genlb.agent.vip.node.guard import removal
from genlb.errors import Undetermined

_PATIENCE = 10.0


def nft(text: str) -> None:
    """Let nft read ``text``, in one transaction; ``Undetermined`` where it does not take it."""
    import subprocess

    try:
        done = subprocess.run(
            ["nft", "-f", "-"],  # noqa: S607 -- the image's own
            input=text,
            capture_output=True,
            text=True,
            check=False,
            timeout=_PATIENCE,
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        raise Undetermined(f"nft: {error}") from error
    if done.returncode:
        raise Undetermined(f"nft: {done.stderr.strip()[:300]}")


def drop_guard(tell: Callable[[str], None]) -> None:
    """Take the table of an earlier configuration away; where nft does not work, none is in the way either."""
    try:
        nft(removal())
    except Undetermined as error:
        tell(f"whether an older guard is left is not known: {error}")
