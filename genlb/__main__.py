"""Where the process starts: ``genlb`` and ``python -m genlb``."""

from __future__ import annotations

import sys

from genlb import __version__


def main() -> None:
    """Run the command line and end the process with its exit code.

    ``genlb --version`` is answered before anything is loaded: scripts and CI ask for it all the time, and click alone
    would cost three times as much as Python itself.
    """
    if sys.argv[1:] == ["--version"]:
        sys.stdout.write(f"genlb {__version__}\n")
        return
    # What a run builds lives to its end or dies by its reference count: looking for cycles costs a tenth of the time.
    import gc

    gc.disable()
    from genlb.cli.main import run

    _leave(run())


def _leave(code: int) -> None:
    """End without taking 300 modules apart, which takes as long as reading a spec; all files are closed by now."""
    import os

    try:
        for stream in filter(None, (sys.stdout, sys.stderr)):  # None where it was closed before the start
            stream.flush()
    except (OSError, ValueError):  # nobody reads any more: Python's own way out knows what to do
        sys.exit(code)
    os._exit(code)


if __name__ == "__main__":
    main()
