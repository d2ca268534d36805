"""The program inside the lab: one process that holds the lab's namespaces open, and one more for each host.

Started with ``python -I -S`` as process 1 of a pid namespace, so that its end is the end of everything in the lab. It
takes its orders from a socket that it inherits, and ends when the test process lets go of the other end.

=========  ===========================  ==============================================================================
order      with                         answer
=========  ===========================  ==============================================================================
(holder)   one end of a socket pair     none; a new host takes its orders there, and first tells its process id
``socket`` ``family, type, protocol``   a socket that belongs to this host for ever, whoever uses it
``spawn``  ``argv, environment``,       ``pid`` and its pidfd, which says when it is through
           three files
``reap``   ``pid``                      ``status``: exit code, or minus the signal
``write``  ``path, text``               nothing; ``/proc/sys/net`` is each host's own
``read``   ``path``                     ``text``
=========  ===========================  ==============================================================================

An order that fails is answered by ``error``.
"""

from __future__ import annotations

import ctypes
import fcntl
import json
import os
import signal
import socket
import struct
import sys
from collections.abc import Sequence

_NEW_MOUNTS, _NEW_NETWORK = 0x20000, 0x40000000
_SET_FLAGS, _UP = 0x8914, 1
_ROOM = 65_536

_libc = ctypes.CDLL(None, use_errno=True)


def main() -> None:
    """Make hosts until nobody wants any more."""
    control = socket.socket(fileno=int(sys.argv[1]))
    _mount("proc", "/proc")  # the one from outside knows none of the processes in here
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # process 1 inherits every orphan; nobody asks how those ended
    control.send(b"!")
    while True:
        message, files, _, _ = socket.recv_fds(control, _ROOM, 1)
        if not message:
            return
        if os.fork() == 0:
            control.close()
            _be_a_host(socket.socket(fileno=files[0]))
            os._exit(0)
        os.close(files[0])


def _be_a_host(peer: socket.socket) -> None:
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    os.set_inheritable(peer.fileno(), False)  # noqa: FBT003 - has no keyword
    _checked(_libc.unshare(_NEW_MOUNTS | _NEW_NETWORK))
    _mount("tmpfs", "/run")  # lock files, and the sockets of daemons
    with socket.socket() as any_socket:
        fcntl.ioctl(any_socket, _SET_FLAGS, struct.pack("16sH22x", b"lo", _UP))
    peer.send(json.dumps({"pid": os.getpid()}).encode())
    while True:
        message, files, _, _ = socket.recv_fds(peer, _ROOM, 3)
        if not message:
            return
        try:
            answer, handed_out = _obey(json.loads(message), files)
        except OSError as error:
            answer, handed_out = {"error": str(error)}, -1
        socket.send_fds(peer, [json.dumps(answer).encode()], [handed_out] if handed_out >= 0 else [])
        for file in (*files, handed_out):
            if file >= 0:
                os.close(file)


def _obey(order: dict[str, object], files: Sequence[int]) -> tuple[dict[str, object], int]:
    match order:
        case {"do": "socket", "family": int(family), "type": int(kind), "protocol": int(protocol)}:
            return {}, socket.socket(family, kind, protocol).detach()
        case {"do": "spawn", "argv": list(argv), "environment": dict(environment)}:
            pid = _spawn(argv, environment, files)
            return {"pid": pid}, os.pidfd_open(pid)
        case {"do": "reap", "pid": int(pid)}:
            return {"status": os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])}, -1
        case {"do": "write", "path": str(path), "text": str(text)}:
            with open(path, "w", encoding="ascii") as file:  # noqa: PTH123 - pathlib is not loaded here
                file.write(text)
            return {}, -1
        case {"do": "read", "path": str(path)}:
            with open(path, encoding="ascii") as file:  # noqa: PTH123
                return {"text": file.read()}, -1
        case _:
            return {"error": f"no such order: {order}"}, -1


def _spawn(argv: Sequence[str], environment: dict[str, str], files: Sequence[int]) -> int:
    for file in files:
        os.set_inheritable(file, False)  # noqa: FBT003
    actions = [(os.POSIX_SPAWN_DUP2, file, number) for number, file in enumerate(files)]
    return os.posix_spawnp(argv[0], list(argv), environment, file_actions=actions, setsid=True)


def _mount(kind: str, where: str) -> None:
    _checked(_libc.mount(kind.encode(), where.encode(), kind.encode(), 0, None))


def _checked(result: int) -> None:
    if result:
        sys.exit(f"the lab cannot be made: {os.strerror(ctypes.get_errno())}")


if __name__ == "__main__":
    main()
