"""Python loads this before anything else when its folder is in PYTHONPATH: it kills a daemon at one of its steps.

``GENLB_LAB_KILL`` says when: ``before`` or ``after``, and the step. Steps are what changes something outside of the
process, seen where it leaves Python, so that nothing of genlb is known here:

- ``guard``: nft is run;
- ``route added``, ``address set``, ``address removed``: rtnetlink is told so;
- ``nothing``, ``want``, ``held``: what the own Lease of the election is made to say;
- ``probe``, ``announce``: what is put on the wire.
"""

from __future__ import annotations

import http.client
import json
import os
import signal
import socket
import struct
import subprocess
import sys
from collections.abc import Callable, Iterator
from typing import Any

_RTNETLINK = {20: "address set", 21: "address removed", 24: "route added", 25: "route removed"}
_ARP = 0x0806
_SOLICITATION = 135


def _run(words: Any, *_: Any, **__: Any) -> Iterator[str]:
    if words[0] == "nft":
        yield "guard"


def _send(sender: socket.socket, data: bytes, *_: Any) -> Iterator[str]:
    if sender.family == socket.AF_NETLINK:
        while data:
            length, kind = struct.unpack_from("=IH", data)
            yield _RTNETLINK.get(kind, "")
            data = data[-(-length // 4) * 4 :]
    elif sender.family == socket.AF_PACKET:
        is_arp = struct.unpack_from("!H", data, 12)[0] == _ARP
        yield "probe" if (not any(data[28:32]) if is_arp else data[54] == _SOLICITATION) else "announce"


def _request(_: Any, method: str, url: str, body: str | None = None, *__: Any) -> Iterator[str]:
    if "/leases" in url and method in ("POST", "PUT") and "genlb-vip-" in (body or ""):
        annotations = json.loads(body or "")["metadata"]["annotations"]
        if "genlb.io/claims" in annotations:  # the report has a Lease of its own
            yield from json.loads(annotations["genlb.io/claims"]).values() or ("nothing",)


def _killing(of: Callable[..., Iterator[str]], function: Callable[..., Any]) -> Callable[..., Any]:
    """``function``, and death before or after it where it is the step; ``of`` finds the steps in its arguments."""
    when, _, step = os.environ["GENLB_LAB_KILL"].partition(" ")

    def called(*arguments: Any, **named: Any) -> Any:
        it_is = step in of(*arguments)
        if it_is and when == "before":
            os.kill(os.getpid(), signal.SIGKILL)
        result = function(*arguments, **named)
        if it_is:
            if isinstance(arguments[0], http.client.HTTPConnection):
                arguments[0].getresponse()  # only then it has been carried out
            os.kill(os.getpid(), signal.SIGKILL)
        return result

    return called


def _install() -> None:
    for owner, name, of in (
        (subprocess, "run", _run),
        (socket.socket, "send", _send),
        (http.client.HTTPConnection, "request", _request),
    ):
        setattr(owner, name, _killing(of, getattr(owner, name)))


# The command line replaces itself by the daemon: only that one is of interest.
if "GENLB_LAB_KILL" in os.environ and "-c" in sys.orig_argv:
    _install()
