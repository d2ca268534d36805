"""Process 1 inside user-mode-linux: makes the machine usable, then runs what the test asks for.

Its arguments are one JSON object: ``modules`` (files, in the order to load them), ``path`` (PATH), ``commands`` (for
``ip -batch``) and ``listen`` (an address and a port). Each connection brings one order as a line of JSON and takes one
line of JSON back: ``run`` and ``given`` are answered by ``status``, ``out`` and ``err``; ``start`` and ``log`` by
``pid``; ``stop``, such a pid, and ``by``, a signal, by ``status`` when it has ended. The root file system is the
machine's own, read-only; ``/run`` is the guest's.
"""

from __future__ import annotations

import ctypes
import json
import os
import socketserver
import subprocess
import sys
from collections.abc import Sequence

_FINIT_MODULE = 313
_MOUNTS = {"/proc": "proc", "/sys": "sysfs", "/dev": "devtmpfs", "/run": "tmpfs"}
_LEGACY = "/usr/sbin/xtables-legacy-multi"
_NAMES = ("iptables", "iptables-save", "iptables-restore")
_BIN = "/run/bin"

_libc = ctypes.CDLL(None, use_errno=True)
_running: dict[int, subprocess.Popen[bytes]] = {}


class _Orders(socketserver.StreamRequestHandler):
    def handle(self) -> None:
        """Obey one order."""
        try:
            answer = _obey(json.loads(self.rfile.readline()))
        except OSError as error:
            answer = {"status": 127, "out": "", "err": str(error)}
        self.wfile.write(json.dumps(answer).encode() + b"\n")


class _Server(socketserver.ThreadingTCPServer):
    allow_reuse_address = True
    daemon_threads = True


def main() -> None:
    """Come up, say so on the console, and listen."""
    asked = json.loads(sys.argv[1])
    for where, kind in _MOUNTS.items():
        _checked(_libc.mount(kind.encode(), where.encode(), kind.encode(), 0, None), where)
    _provide_legacy_iptables()
    os.environ.update(PATH=f"{_BIN}:{asked['path']}", HOME="/run", TMPDIR="/run", LANG="C.UTF-8")
    for module in asked["modules"]:
        _load(module)
    subprocess.run(["ip", "-batch", "-"], input="\n".join([*asked["commands"], ""]), text=True, check=True)
    with _Server(tuple(asked["listen"]), _Orders) as server:
        print("guest: ready", flush=True)  # noqa: T201 - the console
        server.serve_forever()


def _obey(order: dict[str, object]) -> dict[str, object]:
    match order:
        case {"run": list(argv), "given": str(given)}:
            done = subprocess.run(argv, input=given, capture_output=True, text=True, check=False)
            return {"status": done.returncode, "out": done.stdout, "err": done.stderr}
        case {"start": list(argv), "log": str(log)}:
            with open(log, "wb") as output:  # noqa: PTH123 - pathlib is not loaded here
                started = _started(argv, output.fileno())
            return {"pid": started}
        case {"stop": int(pid), "by": int(number)}:
            ending = _running.pop(pid)
            ending.send_signal(number)
            return {"status": ending.wait()}
        case _:
            return {"status": 127, "out": "", "err": f"no such order: {order}"}


def _started(argv: Sequence[str], output: int) -> int:
    program = subprocess.Popen(argv, stdin=subprocess.DEVNULL, stdout=output, stderr=output)
    _running[program.pid] = program
    return program.pid


def _provide_legacy_iptables() -> None:
    """The kernel's nf_tables has no family ip, so only the older iptables works.

    There is no ip6tables, so that kube-proxy serves one family: each round of it calls dozens of programs.
    """
    os.mkdir(_BIN)  # noqa: PTH102
    for name in _NAMES:
        os.symlink(_LEGACY, f"{_BIN}/{name}")  # noqa: PTH211


def _load(module: str) -> None:
    file = os.open(module, os.O_RDONLY)
    _checked(_libc.syscall(_FINIT_MODULE, file, b"", 0), module)
    os.close(file)


def _checked(result: int, what: str) -> None:
    if result:
        print(f"guest: {what}: {os.strerror(ctypes.get_errno())}", flush=True)  # noqa: T201 - the console


if __name__ == "__main__":
    main()
