"""BIRD on the nodes, set up the way Calico sets up its own, and on the ToR.

Calico's semantics in our own text: every interface is read but ``cali*``, ``kube-ipvs*`` and what is ignored; alien
routes of the kernel are learned; service addresses are static blackholes whose only use is to be announced; whatever
lies in an advertised range is exported, and nothing of a whole range reaches the kernel. IPv6 has a BIRD of its own, as
in BIRD 1 everything has.
"""

from __future__ import annotations

import contextlib
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path

from tests.lab.host import Host, Program
from tests.lab.net import NODES, TOR, TOR6, Lab, is_ipv6, rack_address, rack_address6

NODE_AS, TOR_AS = 64512, 65001
_TORS = {4: TOR, 6: TOR6}
_LENGTH = {4: 32, 6: 128}

SCAN = 1
"""Seconds between two looks at the kernel, besides what it tells by itself."""

_QUICK = "connect delay time 1; connect retry time 1; error wait time 1, 2;"


def node_config(
    node: str,
    *,
    ranges: Iterable[str] = (),
    singles: Iterable[str] = (),
    ignored: Sequence[str] = (),
    family: int = 4,
) -> str:
    """BIRD of a node that announces ``ranges`` and the single addresses ``singles``, with Calico's rules for each."""
    ranges, singles = list(ranges), [f"{single}/{_LENGTH[family]}" for single in singles]
    interfaces = ", ".join([*(f'-"{pattern}"' for pattern in (*ignored, "cali*", "kube-ipvs*")), '"*"'])
    announced = " ".join(f"route {prefix} blackhole;" for prefix in (*ranges, *singles))
    exported = [*(f"{prefix}+" for prefix in ranges), *singles]
    return f"""
router id {rack_address(node)};
protocol device {{ scan time {SCAN}; }}
protocol direct {{ interface {interfaces}; }}
protocol static services {{ {announced} }}
filter to_kernel {{ {_rejected(f"{prefix}+" for prefix in ranges)} accept; }}
filter to_peers {{ {_accepted(exported)} reject; }}
protocol kernel {{ learn; persist; scan time {SCAN}; import all; export filter to_kernel; merge paths on; }}
protocol bgp tor {{
  local {_address(node, family)} as {NODE_AS};
  neighbor {_TORS[family]} as {TOR_AS};
  multihop;
  {_QUICK}
  import all;
  export filter to_peers;
}}
"""


def tor_config(*, family: int = 4) -> str:
    """BIRD of the ToR: takes what the nodes announce, and spreads over all that announce the same."""
    peers = "\n".join(
        f"protocol bgp {node} {{ local {_TORS[family]} as {TOR_AS}; neighbor {_address(node, family)} as {NODE_AS};"
        f" {_QUICK} import all; export none; }}"
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
def bird(host: Host, config: str, folder: Path, *, family: int = 4) -> Iterator[Program]:
    """BIRD on a host; its routes go with it."""
    program = {4: "bird", 6: "bird6"}[family]
    file = folder / f"{host.name}.{program}"
    file.write_text(config)
    # The control socket lies in the host's own /run, where every host has room for the same name.
    sockets = ("-s", f"/run/{program}.ctl", "-P", f"/run/{program}.pid")
    running = host.start(program, "-f", "-c", file, *sockets, log=folder / f"{host.name}.{program}.log")
    try:
        yield running
    finally:
        running.stop()
        host.run("ip", f"-{family}", "route", "flush", "proto", "bird")


@contextlib.contextmanager
def fabric(
    lab: Lab,
    folder: Path,
    ranges: Iterable[str],
    *,
    announced: Mapping[str, Sequence[str]] | None = None,
    ignored: Sequence[str] = (),
    family: int = 4,
) -> Iterator[None]:
    """BIRD on the ToR and on all nodes, which announce ``ranges``, and by node the single addresses ``announced``."""
    singles = announced or {}
    with contextlib.ExitStack() as running:
        running.enter_context(bird(lab.tor, tor_config(family=family), folder, family=family))
        for node in NODES:
            config = node_config(node, ranges=ranges, singles=singles.get(node, ()), ignored=ignored, family=family)
            running.enter_context(bird(lab.hosts[node], config, folder, family=family))
        yield


def announcers(lab: Lab, prefix: str = "10.208.1.0/24") -> dict[str, frozenset[str]]:
    """By single address inside ``prefix``: the nodes to which the ToR routes it."""
    family = 6 if is_ipv6(prefix) else 4
    named = {_address(node, family): node for node in NODES}
    routes = json.loads(lab.tor.check("ip", f"-{family}", "-j", "route", "show", "root", prefix, "proto", "bird"))
    found: dict[str, frozenset[str]] = {}
    for route in routes:
        if "/" not in route["dst"]:
            hops = frozenset(named[hop["gateway"]] for hop in route.get("nexthops", [route]))
            found[route["dst"]] = found.get(route["dst"], frozenset()) | hops
    return found


def _address(node: str, family: int) -> str:
    return {4: rack_address, 6: rack_address6}[family](node)


def _rejected(prefixes: Iterable[str]) -> str:
    return " ".join(f"if net ~ [ {prefix} ] then reject;" for prefix in prefixes)


def _accepted(prefixes: Iterable[str]) -> str:
    return " ".join(f"if net ~ [ {prefix} ] then accept;" for prefix in prefixes)
