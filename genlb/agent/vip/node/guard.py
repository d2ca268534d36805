"""The nft table that lets only Service ports answer on a VIP that this daemon made local.

A local VIP would answer on every port that a process of the node listens on: ssh, kubelet, a NodePort. What kube-proxy
serves in iptables and nftables mode has been given another destination before it reaches the input hook; what ipvs
serves has not, so the Service's own ports are let through by protocol, address and port. The table is written whole,
in one transaction, and is nobody else's.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from genlb.agent.vip.services.desired import Binding

TABLE = "genlb"
"""Table ``inet genlb``."""

_SETS = {4: ("vip4", "open4", "ipv4_addr", "ip"), 6: ("vip6", "open6", "ipv6_addr", "ip6")}


def ruleset(bindings: Iterable[Binding]) -> str:
    """The text for ``nft -f -`` that guards exactly ``bindings``; it replaces what was there."""
    guarded = sorted(bindings, key=_order)
    lines = [f"add table inet {TABLE}", f"delete table inet {TABLE}", f"table inet {TABLE} {{"]
    for version, (vips, opened, kind, _) in _SETS.items():
        chosen = [binding for binding in guarded if binding.address.version == version]
        lines += _set(vips, kind, (str(binding.address) for binding in chosen))
        lines += _set(opened, f"{kind} . inet_proto . inet_service", _open_ports(chosen))
    lines += _chain()
    return "\n".join([*lines, "}", ""])


def removal() -> str:
    """The text for ``nft -f -`` after which nothing of ours is there, whether or not there was."""
    return f"add table inet {TABLE}\ndelete table inet {TABLE}\n"


def _open_ports(bindings: Iterable[Binding]) -> Iterator[str]:
    for binding in bindings:
        for protocol, port in sorted(binding.ports):
            yield f"{binding.address} . {protocol.lower()} . {port}"


def _set(name: str, kind: str, elements: Iterable[str]) -> list[str]:
    listed = ", ".join(elements)
    # nft refuses a set with an empty list of elements.
    return [
        f"\tset {name} {{",
        f"\t\ttype {kind}",
        *([f"\t\telements = {{ {listed} }}"] if listed else []),
        "\t}",
    ]


def _chain() -> list[str]:
    """After conntrack has done its translation, before the filters of others."""
    rules = ["type filter hook input priority -10; policy accept;", 'iifname "lo" accept', "ct status dnat accept"]
    for vips, opened, _, family in _SETS.values():
        rules.append(f"{family} daddr . meta l4proto . th dport @{opened} accept")
        rules.append(f"{family} daddr @{vips} meta l4proto {{ icmp, ipv6-icmp }} accept")
        rules.append(f"{family} daddr @{vips} counter drop")
    return ["\tchain input {", *(f"\t\t{rule}" for rule in rules), "\t}"]


def _order(binding: Binding) -> tuple[int, int]:
    return (binding.address.version, int(binding.address))
