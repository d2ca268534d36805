"""A node with a kernel of its own: Debian's user-mode-linux, a Linux that runs as a plain program.

IPVS cannot be set up inside a user namespace, and many kernels have none; this one has. The guest sits on the rack of
a lab like any other node: its NIC is one end of a veth pair, whose frames user-mode-linux takes as they are. Its root
file system is the machine's own, read-only, so that every program of the tests is there.
"""

from __future__ import annotations

import array
import contextlib
import fcntl
import json
import os
import shlex
import signal
import socket
import struct
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from tests.lab.host import PATH, Host, Program, Result, until
from tests.lab.net import Lab

NAME = "n4"
ADDRESS = "10.0.0.14"
PROXY_LOG = "/run/kube-proxy.log"

_KERNEL = "linux.uml"
_MODULES = Path("/usr/lib/uml/modules")
_CONTROL_PORT = 9_999
_MEMORY = "512M"

WANTED = (
    *("dummy", "veth", "ip_vs", "ip_vs_rr", "xt_set", "xt_comment", "xt_mark", "xt_MASQUERADE", "xt_conntrack"),
    *("xt_addrtype", "xt_tcpudp", "xt_nat", "xt_physdev", "ipt_REJECT", "iptable_nat", "iptable_filter"),
    *("iptable_mangle", "bpfilter", "ip_set_hash_ip", "ip_set_hash_ipport", "ip_set_hash_ipportip"),
    *("ip_set_hash_ipportnet", "ip_set_bitmap_port"),
)
"""Modules that kube-proxy needs in ipvs mode. Without bpfilter every legacy iptables call would look for it."""

# struct ethtool_value: command, value. The receiver of these frames is a program that trusts their checksums.
_SET_TX_CHECKSUM, _SIOCETHTOOL = 0x17, 0x8946

TOOLS = {_KERNEL: "user-mode-linux", "ipset": "ipset", "xtables-legacy-multi": "iptables"}
"""Programs, and the Debian packages that have them: the kernel, and what kube-proxy calls in ipvs mode."""


class Guest:
    """A running guest, with the orders of a ``Host``."""

    def __init__(self, asker: Host) -> None:
        self.name = NAME
        self._asker = asker

    def run(self, *argv: str | Path, given: str = "") -> Result:
        """Run a command to its end."""
        answer = self._order({"run": [str(word) for word in argv], "given": given})
        return Result(answer["status"], answer["out"], answer["err"])

    def check(self, *argv: str | Path, given: str = "") -> str:
        """The output of a command that has to succeed."""
        result = self.run(*argv, given=given)
        assert result.status == 0, f"{self.name}: {' '.join(map(str, argv))}: {result.err or result.out}"
        return result.out

    def ip(self, *commands: str) -> None:
        """Several ``ip`` commands in one process; all must succeed."""
        self.check("ip", "-batch", "-", given="\n".join([*commands, ""]))

    def start(self, *argv: str | Path, log: str) -> int:
        """Start a program with both its outputs in ``log``, a path in the guest; its process id."""
        pid: int = self._order({"start": [str(word) for word in argv], "log": log})["pid"]
        return pid

    def stop(self, pid: int, *, by: signal.Signals = signal.SIGKILL) -> int:
        """End what ``start`` started; its exit status, minus the signal that ended it."""
        status: int = self._order({"stop": pid, "by": int(by)})["status"]
        return status

    def read(self, path: str) -> str:
        """A file in the guest."""
        return self.check("cat", path).strip()

    def write(self, path: str, text: str) -> None:
        """Write a file in the guest."""
        self.check("tee", path, given=text)

    def answers(self) -> bool:
        """Whether it takes orders yet."""
        try:
            return self.run("true").status == 0
        except OSError:
            return False

    def _order(self, order: object) -> dict[str, Any]:
        with self._asker.socket() as connection:
            connection.settimeout(120)
            connection.connect((ADDRESS, _CONTROL_PORT))
            connection.sendall(json.dumps(order).encode() + b"\n")
            with connection.makefile("rb") as answer:
                line = answer.readline()
        if not line:
            raise ConnectionError(f"{self.name}: no answer")
        answered: dict[str, Any] = json.loads(line)
        return answered


@contextlib.contextmanager
def guest(lab: Lab, host: Host, folder: Path, commands: Sequence[str]) -> Iterator[Guest]:
    """Boot a guest behind ``host``, an empty one, on the rack of ``lab``; ``commands`` are ``ip``'s inside it."""
    _plug_in(lab, host)
    console = folder / "console.log"
    running = host.start(*_command(folder, commands), log=console, environment={"TMPDIR": _memory_folder()})
    made = Guest(lab.tor)
    try:
        until(lambda: not running.alive or made.answers(), f"taking orders: {console}", pause=0.2)
        assert running.alive, running.output[-3000:]
        yield made
    finally:
        _end(running)


def _plug_in(lab: Lab, host: Host) -> None:
    lab.tor.ip(f"link add {NAME}-eth0 type veth peer name nic netns {host.pid}", f"link set {NAME}-eth0 master rack up")
    host.write("net/ipv6/conf/all/disable_ipv6", 1)
    host.ip("link set nic up")
    _compute_checksums(lab.tor, f"{NAME}-eth0")
    _compute_checksums(host, "nic")


def _compute_checksums(host: Host, interface: str) -> None:
    value = array.array("B", struct.pack("II", _SET_TX_CHECKSUM, 0))
    with host.socket(socket.AF_INET, socket.SOCK_DGRAM) as asking:
        request = struct.pack("16sP16x", interface.encode(), value.buffer_info()[0])
        fcntl.ioctl(asking, _SIOCETHTOOL, request)


def _command(folder: Path, commands: Sequence[str]) -> list[str]:
    asked = {
        "modules": [str(module) for module in modules()],
        "path": PATH,
        "commands": ["link set lo up", "link set vec0 name eth0", "link set eth0 up", *commands],
        "listen": [ADDRESS, _CONTROL_PORT],
    }
    init = folder / "init"
    program = Path(__file__).with_name("guest.py")
    words = shlex.join([sys.executable, "-I", "-S", str(program), json.dumps(asked)])
    libraries = shlex.quote(os.environ.get("LD_LIBRARY_PATH", ""))
    init.write_text(f"#!/bin/sh\nexport LD_LIBRARY_PATH={libraries}\nexec {words}\n")
    init.chmod(0o755)
    return [
        *(_KERNEL, f"mem={_MEMORY}", "root=/dev/root", "rootfstype=hostfs", "rootflags=/", "ro", "quiet", "con=null"),
        *("con0=null,fd:1", "ssl=null", f"uml_dir={folder}", f"init={init}", "vec0:transport=raw,ifname=nic"),
    ]


def modules() -> list[Path]:
    """The files of the wanted modules and of all that they need, in the order to load them."""
    (folder,) = _MODULES.iterdir()
    needed = {}
    for line in (folder / "modules.dep").read_text().splitlines():
        module, _, others = line.partition(":")
        needed[module] = others.split()
    places = {Path(module).stem: module for module in needed}
    order: dict[str, None] = {}
    for name in WANTED:
        for module in (*reversed(needed[places[name]]), places[name]):
            order.setdefault(module)
    return [folder / module for module in order]


def _memory_folder() -> str:
    """The guest's memory is a file that is mapped and executed: fastest where files are memory."""
    shared = Path("/dev/shm")  # noqa: S108
    if shared.is_dir() and os.access(shared, os.W_OK) and not os.statvfs(shared).f_flag & os.ST_NOEXEC:
        return str(shared)
    return os.environ.get("TMPDIR", "/tmp")  # noqa: S108


def _end(running: Program) -> None:
    running.stop()
