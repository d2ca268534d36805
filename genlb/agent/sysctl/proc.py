"""/proc/sys by path: read, write, and the interfaces that have values of their own.

By path and not by dotted key, since the name of an interface may hold a dot. What /proc/sys/net shows is the network
namespace of whoever looks, hence the daemon's place on the node's network.
"""

from __future__ import annotations

import errno
import os

from genlb.agent.sysctl.plan import Found, is_same

ROOT = "/proc/sys"

_CONF = "net/ipv4/conf"
_NO_INTERFACES = frozenset({"all", "default"})
_LONGEST = 4_096
"""A page: more than that no sysctl says at once."""

_WORDS = {
    errno.EACCES: "not permitted",
    errno.EPERM: "not permitted",
    errno.EROFS: "read-only: the container is not privileged",
    errno.EINVAL: "the kernel refuses this value",
}


class ProcSys:
    """The files below ``root``; nothing here raises for a file that is missing or cannot be read or written."""

    def __init__(self, root: str = ROOT) -> None:
        self._root = root

    def read(self, path: str) -> Found:
        """What the file at ``path`` says, or why it says nothing."""
        try:
            descriptor = os.open(f"{self._root}/{path}", os.O_RDONLY | os.O_CLOEXEC | os.O_NOFOLLOW)
        except OSError as error:
            return Found(None, "" if _is_missing(error) else told(error))
        try:
            return Found(os.read(descriptor, _LONGEST).decode("ascii", "replace").rstrip("\n"))
        except OSError as error:
            # An interface that went away between the two calls leaves an open file that has nothing to say.
            return Found(None, "" if _is_missing(error) else told(error))
        finally:
            os.close(descriptor)

    def says(self, path: str, value: str) -> bool:
        """Whether the file at ``path`` says ``value``."""
        found = self.read(path).value
        return found is not None and is_same(found, value)

    def write(self, path: str, value: str) -> str:
        """Write ``value``, in one call as the kernel wants it; "" or what went wrong."""
        try:
            descriptor = os.open(f"{self._root}/{path}", os.O_WRONLY | os.O_TRUNC | os.O_CLOEXEC | os.O_NOFOLLOW)
        except OSError as error:
            return told(error)
        try:
            os.write(descriptor, f"{value}\n".encode())
        except OSError as error:
            return told(error)
        finally:
            os.close(descriptor)
        return ""

    def interfaces(self) -> dict[str, int]:
        """The interfaces with values of their own, each with a number that changes when it is made anew."""
        try:
            with os.scandir(f"{self._root}/{_CONF}") as entries:
                return {entry.name: entry.inode() for entry in entries if entry.name not in _NO_INTERFACES}
        except OSError:  # no IPv4: then nothing can match either
            return {}


def told(error: OSError) -> str:
    """An error in the words of this daemon's users."""
    return _WORDS.get(error.errno or 0) or error.strerror or str(error)


def _is_missing(error: OSError) -> bool:
    return error.errno in (errno.ENOENT, errno.ENOTDIR, errno.ENODEV, errno.ENXIO)
