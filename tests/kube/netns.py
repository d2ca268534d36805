"""A network namespace without root, for a program that writes packet filters: what it does there nobody else sees.

User, mount and network namespace come from ``unshare``; a process holds them open. Nothing leads out of the network
namespace but sockets: one that was made inside belongs there for ever, whoever uses it, so the holder makes sockets and
hands them out. That is how a test asks a program inside, and how a program inside reaches an API server outside.
"""

from __future__ import annotations

import array
import contextlib
import http.client
import select
import shutil
import socket
import subprocess
import sys
import threading
from collections.abc import Sequence
from pathlib import Path
from typing import Self

from tests.kube.ports import LOOPBACK

# Brings the loopback device up (SIOCSIFFLAGS, IFF_UP), hides /run with its lock files, then makes a socket for each
# byte that it is sent, until there are no more bytes.
_HOLDER = """
import array, ctypes, fcntl, os, socket, struct, sys
request = struct.pack("16sH22x", b"lo", 1)
fcntl.ioctl(socket.socket(), 0x8914, request)
if ctypes.CDLL(None, use_errno=True).mount(b"tmpfs", b"/run", b"tmpfs", 0, None):
    sys.exit(os.strerror(ctypes.get_errno()))
asked = socket.socket(fileno=int(sys.argv[1]))
asked.sendall(b"!")
while asked.recv(1):
    made = socket.socket()
    rights = array.array("i", [made.fileno()])
    asked.sendmsg([b"!"], [(socket.SOL_SOCKET, socket.SCM_RIGHTS, rights)])
    made.close()
"""

TOOLS = ("unshare", "nsenter")
TIMEOUT = 60

_SWITCHES = {
    "kernel.unprivileged_userns_clone": "1",  # Debian
    "kernel.apparmor_restrict_unprivileged_userns": "0",  # Ubuntu 24.04
}


class UnavailableError(Exception):
    """The machine gives its users no namespaces; the message says why."""


class NetworkNamespace:
    """A context manager; everything that was made inside is gone with it."""

    def __init__(self) -> None:
        """Make the namespace; ``UnavailableError`` where the machine gives none."""
        if missing := [tool for tool in TOOLS if shutil.which(tool) is None]:
            raise UnavailableError(f"{', '.join(missing)} missing: `sudo apt install util-linux` gets it")
        with contextlib.ExitStack() as starting:
            ours, theirs = socket.socketpair()
            starting.enter_context(ours)
            with theirs:
                command = ["unshare", "--user", "--map-root-user", "--net", "--mount"]
                holder = subprocess.Popen(
                    [*command, sys.executable, "-I", "-S", "-c", _HOLDER, str(theirs.fileno())],
                    pass_fds=[theirs.fileno()],
                    stdin=subprocess.DEVNULL,
                    stderr=subprocess.PIPE,
                    text=True,
                )
            starting.callback(_end, holder)
            if ours.recv(1) != b"!":
                raise UnavailableError(f"{holder.communicate()[1].strip()}; {_remedy()}")
            self._holder = holder
            self._asks = ours
            self._lock = threading.Lock()
            self._running = starting.pop_all()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._running.close()

    def command(self, command: Sequence[str | Path]) -> list[str | Path]:
        """``command`` so that it runs inside."""
        enter = ["nsenter", f"--target={self._holder.pid}", "--user", "--preserve-credentials", "--net", "--mount"]
        nsenter = shutil.which(enter[0])
        assert nsenter
        return [nsenter, *enter[1:], "--", *command]

    def socket(self) -> socket.socket:
        """A fresh TCP socket that belongs to the namespace."""
        with self._lock:
            self._asks.sendall(b"?")
            rights = array.array("i")
            _, ancillary, _, _ = self._asks.recvmsg(1, socket.CMSG_SPACE(rights.itemsize))
        rights.frombytes(ancillary[0][2])
        return socket.socket(fileno=rights[0])

    def get(self, port: int, path: str) -> str | None:
        """What a program inside answers to an HTTP request on loopback, or None when nobody listens."""
        connection = http.client.HTTPConnection(LOOPBACK, port)
        connection.sock = self.socket()
        connection.sock.settimeout(TIMEOUT)
        try:
            connection.sock.connect((LOOPBACK, port))
            connection.request("GET", path)
            return connection.getresponse().read().decode()
        except ConnectionError:
            return None
        finally:
            connection.close()

    def forward(self, port: int) -> None:
        """Lead connections to loopback ``port`` inside to the same port outside, as long as the namespace lives."""
        listener = self.socket()
        listener.bind((LOOPBACK, port))
        listener.listen()
        accepting = threading.Thread(target=_accept, args=(listener, port), daemon=True)
        accepting.start()
        self._running.callback(accepting.join)
        self._running.callback(listener.close)
        self._running.callback(listener.shutdown, socket.SHUT_RDWR)


def _remedy() -> str:
    """The command that lets users make namespaces, by the switch that is off; containers have none of their own."""
    for switch, on in _SWITCHES.items():
        file = Path("/proc/sys", *switch.split("."))
        if file.exists() and file.read_text().strip() != on:
            return f"`sudo sysctl -w {switch}={on}` allows it"
    return "in a container, start that with --privileged or with its seccomp profile unconfined"


def _accept(listener: socket.socket, port: int) -> None:
    relays = []
    while True:
        try:
            inside, _ = listener.accept()
        except OSError:  # shut down: the namespace ends
            break
        relays.append(threading.Thread(target=_relay, args=(inside, port), daemon=True))
        relays[-1].start()
    for relay in relays:
        relay.join()


def _relay(inside: socket.socket, port: int) -> None:
    """Carry bytes both ways until one side is done or gone."""
    with inside, contextlib.suppress(OSError), socket.create_connection((LOOPBACK, port)) as outside:
        other = {inside: outside, outside: inside}
        while True:
            for source in select.select(list(other), [], [])[0]:
                data = source.recv(65_536)
                if not data:
                    return
                other[source].sendall(data)


def _end(holder: subprocess.Popen[str]) -> None:
    holder.kill()
    holder.wait()
    if holder.stderr:
        holder.stderr.close()
