"""A world of network namespaces without root, and the hosts in it, driven from the test process.

``World`` owns a user, mount, pid and network namespace; a ``Host`` is one network namespace inside, with its own
``/run``. Sockets made on a host are used by the test itself, so clients, servers and captures need no program inside.
When the world is closed, or the test process dies, the kernel ends everything in it.
"""

from __future__ import annotations

import contextlib
import json
import os
import select
import shutil
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple, Self

from tests.kube import netns

PATH = os.pathsep.join(filter(None, (os.environ.get("PATH"), "/usr/sbin", "/sbin")))
"""Debian leaves out the folders of root's tools for everybody else."""

PATIENCE = 120
"""Seconds that anything may take on a busy machine before the lab gives up."""

_INSIDE = Path(__file__).with_name("inside.py")
_ROOM = 65_536


class UnavailableError(Exception):
    """The machine gives its users no lab; the message says why, and what helps."""


class Result(NamedTuple):
    """What a command said, and its exit status (minus the signal that ended it)."""

    status: int
    out: str
    err: str


class World:
    """A context manager around everything in the lab."""

    def __init__(self) -> None:
        """Make the namespaces; ``UnavailableError`` where the machine gives none."""
        if shutil.which("unshare") is None:
            raise UnavailableError("unshare is missing: `sudo apt install util-linux` gets it")
        self._ending = contextlib.ExitStack()
        with contextlib.ExitStack() as starting:
            ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
            starting.enter_context(ours)
            with theirs:
                unshare = ["unshare", "-Urnm", "--pid", "--fork", "--kill-child"]
                self._holder = subprocess.Popen(
                    [*unshare, sys.executable, "-I", "-S", str(_INSIDE), str(theirs.fileno())],
                    pass_fds=[theirs.fileno()],
                    stdin=subprocess.DEVNULL,
                    stderr=subprocess.PIPE,
                    text=True,
                )
            starting.callback(self._end)
            if ours.recv(1) != b"!":
                raise UnavailableError(f"{self._holder.communicate()[1].strip()}{_remedy()}")
            self._control = ours
            self._ending = starting.pop_all()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._ending.close()

    def host(self, name: str) -> Host:
        """A new host with nothing but loopback."""
        ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        with theirs:
            socket.send_fds(self._control, [b"host"], [theirs.fileno()])
        host = Host(name, ours)
        self._ending.callback(host.close)
        return host

    def _end(self) -> None:
        self._holder.kill()
        self._holder.wait()
        if self._holder.stderr:
            self._holder.stderr.close()


class Host:
    """One network namespace; every method may be called from any thread."""

    def __init__(self, name: str, orders: socket.socket) -> None:
        self.name = name
        self._orders = orders
        self._lock = threading.Lock()
        self._ending = contextlib.ExitStack()
        self._ending.callback(orders.close)
        greeting = orders.recv(_ROOM)
        if not greeting:
            raise UnavailableError(f"host {name} did not start")
        self.pid: int = json.loads(greeting)["pid"]
        """Its process, as the processes of this world know it: where ``ip link … netns`` puts an interface."""

    def close(self) -> None:
        """End what was started here."""
        self._ending.close()

    def socket(self, family: int = socket.AF_INET, kind: int = socket.SOCK_STREAM, protocol: int = 0) -> socket.socket:
        """A fresh socket that belongs to this host."""
        _, file = self._order({"do": "socket", "family": family, "type": kind, "protocol": protocol})
        return socket.socket(fileno=file)

    def start(self, *argv: str | Path, log: Path, environment: Mapping[str, str] | None = None) -> Program:
        """Start a program, both its outputs in ``log``."""
        with log.open("wb") as output, Path(os.devnull).open("rb") as nothing:
            files = [nothing.fileno(), output.fileno(), output.fileno()]
            program = self._spawn(argv, files, environment)
        program.log = log
        self._ending.callback(program.stop)
        return program

    def run(self, *argv: str | Path, given: str = "", environment: Mapping[str, str] | None = None) -> Result:
        """Run a command to its end with ``given`` as its input."""
        with contextlib.ExitStack() as open_files:
            files = [open_files.enter_context(os.fdopen(os.memfd_create(name), "w+b")) for name in ("in", "out", "err")]
            files[0].write(given.encode())
            files[0].seek(0)
            program = self._spawn(argv, [file.fileno() for file in files], environment)
            status = program.wait()
            for file in files[1:]:
                file.seek(0)
            return Result(status, *(file.read().decode(errors="replace") for file in files[1:]))

    def check(self, *argv: str | Path, given: str = "") -> str:
        """The output of a command that has to succeed."""
        result = self.run(*argv, given=given)
        assert result.status == 0, f"{self.name}: {' '.join(map(str, argv))}: {result.err or result.out}\n{given}"
        return result.out

    def ip(self, *commands: str) -> None:
        """Several ``ip`` commands in one process; all must succeed."""
        self.check("ip", "-batch", "-", given="\n".join([*commands, ""]))

    def sysctl(self, **values: int | str) -> None:
        """Set keys below ``net`` (``__`` for a dot): ``ipv4__ip_forward=1``."""
        for key, value in values.items():
            self.write(f"net/{key.replace('__', '/')}", value)

    def write(self, key: str, value: int | str) -> None:
        """Set a sysctl by its path below /proc/sys."""
        self._order({"do": "write", "path": f"/proc/sys/{key}", "text": str(value)})

    def read(self, key: str) -> str:
        """The value of a sysctl by its path below /proc/sys."""
        return str(self._order({"do": "read", "path": f"/proc/sys/{key}"})[0]["text"]).strip()

    def proc(self, path: str) -> str:
        """A file below /proc, as this host sees it."""
        return str(self._order({"do": "read", "path": f"/proc/{path}"})[0]["text"])

    def _spawn(
        self, argv: Sequence[str | Path], files: Sequence[int], environment: Mapping[str, str] | None
    ) -> Program:
        variables = {**os.environ, "PATH": PATH, **(environment or {})}
        order = {"do": "spawn", "argv": [str(word) for word in argv], "environment": variables}
        answer, file = self._order(order, files)
        pid = answer["pid"]
        assert isinstance(pid, int)
        return Program(argv, pid, file, self._reap)

    def _reap(self, pid: int) -> int:
        status = self._order({"do": "reap", "pid": pid})[0]["status"]
        assert isinstance(status, int)
        return status

    def _order(self, order: Mapping[str, object], files: Sequence[int] = ()) -> tuple[dict[str, object], int]:
        with self._lock:
            socket.send_fds(self._orders, [json.dumps(order).encode()], files)
            message, received, _, _ = socket.recv_fds(self._orders, _ROOM, 1)
        answer: dict[str, object] = json.loads(message) if message else {"error": "the host is gone"}
        if "error" in answer:
            raise OSError(f"{self.name}: {order['do']} {order.get('path', '')}: {answer['error']}")
        return answer, received[0] if received else -1


class Program:
    """A process in the lab."""

    log: Path | None = None

    def __init__(self, argv: Sequence[str | Path], pid: int, handle: int, reap: Callable[[int], int]) -> None:
        self.argv = argv
        self.pid = pid
        self._handle = handle
        self._reap = reap
        self._status: int | None = None

    @property
    def alive(self) -> bool:
        """Whether it still runs."""
        return self._status is None and not select.select([self._handle], [], [], 0)[0]

    @property
    def output(self) -> str:
        """What it has written up to now."""
        return self.log.read_text(errors="replace") if self.log else ""

    def send(self, number: signal.Signals) -> None:
        """Send a signal; nothing happens to a process that has ended."""
        if self._status is None:
            with contextlib.suppress(ProcessLookupError):
                signal.pidfd_send_signal(self._handle, number)

    def wait(self, *, seconds: float = PATIENCE) -> int:
        """The exit status, when it has ended; it is killed when time runs out."""
        if self._status is None:
            in_time = bool(select.select([self._handle], [], [], seconds)[0])
            if not in_time:
                signal.pidfd_send_signal(self._handle, signal.SIGKILL)
                select.select([self._handle], [], [])
            self._status = self._reap(self.pid)
            os.close(self._handle)
            assert in_time, f"{' '.join(map(str, self.argv))} did not end in {seconds} s"
        return self._status

    def stop(self, *, by: signal.Signals = signal.SIGKILL) -> int:
        """End it and wait until it is gone."""
        self.send(by)
        return self.wait()


def _remedy() -> str:
    """What else is known about the refusal: the plain namespace of the tier ``api`` may be refused as well."""
    try:
        with netns.NetworkNamespace():
            return "; user and network namespaces are given, so it is the pid namespace or its /proc that is not"
    except netns.UnavailableError as error:
        return f"; {error}"


def until(condition: Callable[[], bool], what: str, *, seconds: float = PATIENCE, pause: float = 0.05) -> None:
    """Return as soon as ``condition`` is true; fail when it is not in time, however slow the machine is."""
    end = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > end:
            assert condition(), f"not {what} after {seconds:g} s"
            return
        time.sleep(pause)
