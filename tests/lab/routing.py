"""BIRD on the nodes, set up the way Calico sets up its own, and on the ToR.

Calico's semantics in our own text: every interface is read but ``cali*``, ``kube-ipvs*`` and what is ignored; alien
routes of the kernel are learned; service addresses are static blackholes whose only use is to be announced; whatever
lies in an advertised range is exported, and nothing of a whole range reaches the kernel.
"""

from __future__ import annotations

import contextlib
import json
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from tests.lab.host import Host, Program
from tests.lab.net import NODES, Lab, rack_address

NODE_AS, TOR_AS = 64512, 65001
TOR = "10.0.0.1"
SCAN = 1
"""Seconds between two looks at the kernel, besides what it tells by itself."""

_QUICK = "connect delay time 1; connect retry time 1; error wait time 1, 2;"


def node_config(
    address: str, *, ranges: Iterable[str] = (), singles: Iterable[str] = (), ignored: Sequence[str] = ()
) -> str:
    """BIRD of a node that announces ``ranges`` and the single addresses ``singles``, with Calico's rules for each."""
    ranges, singles = list(ranges), list(singles)
    interfaces = ", ".join([*(f'-"{pattern}"' for pattern in (*ignored, "cali*", "kube-ipvs*")), '"*"'])
    announced = " ".join(f"route {prefix} blackhole;" for prefix in (*ranges, *(f"{single}/32" for single in singles)))
    exported = [*(f"{prefix}+" for prefix in ranges), *(f"{single}/32" for single in singles)]
    return f"""
router id {address};
protocol device {{ scan time {SCAN}; }}
protocol direct {{ interface {interfaces}; }}
protocol static services {{ {announced} }}
filter to_kernel {{ {_rejected(f"{prefix}+" for prefix in ranges)} accept; }}
filter to_peers {{ {_accepted(exported)} reject; }}
protocol kernel {{ learn; persist; scan time {SCAN}; import all; export filter to_kernel; merge paths on; }}
protocol bgp tor {{
  local {address} as {NODE_AS};
  neighbor {TOR} as {TOR_AS};
  multihop;
  {_QUICK}
  import all;
  export filter to_peers;
}}
"""


def tor_config() -> str:
    """BIRD of the ToR: takes what the nodes announce, and spreads over all that announce the same."""
    peers = "\n".join(
        f"protocol bgp {node} {{ local {TOR} as {TOR_AS}; neighbor {rack_address(node)} as {NODE_AS}; {_QUICK}"
        " import all; export none; }"
        for node in NODES
    )
    return f"""
router id {TOR};
protocol device {{ scan time {SCAN}; }}
protocol direct {{ }}
protocol kernel {{ scan time {SCAN}; import none; export where source = RTS_BGP; merge paths on; }}
{peers}
"""


@contextlib.contextmanager
def bird(host: Host, config: str, folder: Path) -> Iterator[Program]:
    """BIRD on a host; its routes go with it."""
    file = folder / f"{host.name}.bird"
    file.write_text(config)
    # The control socket lies in the host's own /run, where every host has room for the same name.
    running = host.start(
        *("bird", "-f", "-c", file, "-s", "/run/bird.ctl", "-P", "/run/bird.pid"), log=folder / f"{host.name}.bird.log"
    )
    try:
        yield running
    finally:
        running.stop()
        host.run("ip", "route", "flush", "proto", "bird")


def announcers(lab: Lab, prefix: str = "10.208.1.0/24") -> dict[str, frozenset[str]]:
    """By single address inside ``prefix``: the nodes to which the ToR routes it."""
    named = {rack_address(node): node for node in NODES}
    routes = json.loads(lab.tor.check("ip", "-j", "route", "show", "root", prefix, "proto", "bird"))
    return {
        route["dst"]: frozenset(named[hop["gateway"]] for hop in route.get("nexthops", [route]))
        for route in routes
        if "/" not in route["dst"]
    }


def _rejected(prefixes: Iterable[str]) -> str:
    return " ".join(f"if net ~ [ {prefix} ] then reject;" for prefix in prefixes)


def _accepted(prefixes: Iterable[str]) -> str:
    return " ".join(f"if net ~ [ {prefix} ] then accept;" for prefix in prefixes)
