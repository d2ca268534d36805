"""A daemon in a process without the command line.

What reads options takes five of the 32 MiB that a daemon may have, and is of no use to it any more once they are read.
So the command replaces itself: the process id, and with it who gets the signals, stays.
"""

from __future__ import annotations

import os
import sys
from typing import NoReturn

import genlb
from genlb.errors import GenlbError

_CODE = "import sys; sys.path.append(sys.argv.pop(1)); from genlb.agent.process import main; main()"

_UNDETERMINED = 3
_BUG = 70


def become(daemon: str, path: str, *, farewell: bool, json_logs: bool) -> NoReturn:
    """Go on as ``daemon`` (sysctl or vip) with the agent.json at ``path``; OSError where that cannot be started.

    ``farewell``: give everything back instead of holding it.
    """
    for stream in filter(None, (sys.stdout, sys.stderr)):
        stream.flush()
    place = os.path.dirname(os.path.dirname(os.path.abspath(genlb.__file__)))
    flags = [*(("farewell",) if farewell else ()), *(("json",) if json_logs else ())]
    # -P: nothing of the folder in which somebody happens to start a daemon is ever imported.
    os.execv(sys.executable, [sys.executable, "-P", "-c", _CODE, place, daemon, path, *flags])  # noqa: S606 -- no shell


def main() -> NoReturn:
    """Be the daemon that ``become`` names, to its end."""
    daemon, path, *flags = sys.argv[1:]
    try:
        _run(daemon, path, farewell="farewell" in flags, json_logs="json" in flags)
    except (GenlbError, OSError) as error:
        told = f"{error.filename}: {error.strerror}" if isinstance(error, OSError) and error.filename else str(error)
        sys.stderr.write(f"error: {told}\n")
        sys.exit(_UNDETERMINED)
    except Exception:  # noqa: BLE001 -- the last resort; a daemon that has died cannot be asked again with --debug
        import traceback

        traceback.print_exc()
        sys.exit(_BUG)
    sys.exit(0)


def _run(daemon: str, path: str, *, farewell: bool, json_logs: bool) -> None:
    if daemon == "sysctl":
        from genlb.agent.sysctl import starting as sysctl

        sysctl.run(path, sysctl.Manner(restore=farewell), print, json_logs=json_logs)
    else:
        from genlb.agent.vip import starting as vip

        vip.run(path, vip.Manner(cleanup=farewell), print, json_logs=json_logs)
