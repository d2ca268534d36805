"""What a pool can and cannot give: its families, its usable addresses, which Services it serves."""

from __future__ import annotations

from collections.abc import Hashable, Iterator, Sequence

from genlb.network.families import family_of
from genlb.rules.catalogue import ERROR, WARNING, Finding, View, rule
from genlb.rules.places import Path
from genlb.rules.reading import POOL_ADDRESS
from genlb.spec.model import (
    Announce,
    Family,
    LabelRequirement,
    LabelSelector,
    LoadBalancerIPs,
    Pool,
    SelectorOperator,
    Switch,
)
from genlb.spec.values import AddressBlock

BUGGY_OCTETS = frozenset({0, 255})
"""Last octets of the addresses that ``avoidBuggyIPs`` skips."""


@POOL_ADDRESS.check
def usable_addresses(view: View) -> Iterator[Finding]:
    """Pools of which ``avoidBuggyIPs`` leaves no address: IPv4 ones whose last octet is 0 or 255 are never given."""
    for index, pool in enumerate(view.spec.pools):
        if not pool.avoid_buggy_ips:
            continue
        of_ipv4 = [block for block in pool.addresses if family_of(block) is Family.IPV4]
        if of_ipv4 and not any(map(_has_usable, of_ipv4)):
            yield Finding(
                view.at("pools", index, "addresses"),
                f'pool "{pool.name}" has no usable IPv4 address: avoidBuggyIPs skips all that end in .0 or .255',
                "add other addresses, or remove avoidBuggyIPs",
            )


def _has_usable(block: AddressBlock) -> bool:
    # Of three addresses in a row one ends in neither, so a look at the ends settles it.
    first, last = int(block.first), int(block.last)
    return last - first > 1 or not {first & 255, last & 255} <= BUGGY_OCTETS


SINGLE = rule(
    "GLB213",
    WARNING,
    "A BGP pool that is announced as a single address",
    why="Calico treats a /32 or /128 unlike a wider CIDR: every node announces it only while a Service has it, even one"
    " without endpoints, and each node keeps a blackhole route for it, which host processes run into.",
    fix="Let ranges begin and end where a CIDR does.",
    research="calico 0.4, calico 2",
)


@SINGLE.check
def single_addresses(view: View) -> Iterator[Finding]:
    """Entries of BGP pools that make a /32 or /128; with aggregation Disabled all routes are like that anyway."""
    advertise = view.spec.bgp.advertise
    if advertise.load_balancer_ips is LoadBalancerIPs.EXPLICIT or advertise.aggregation is Switch.DISABLED:
        return
    for index, decided in enumerate(view.decisions.pools):
        if decided.announce is not Announce.BGP:
            continue
        if all(network.prefixlen < network.max_prefixlen for network in decided.networks):
            continue
        for entry, block in enumerate(decided.pool.addresses):
            singles = [str(network) for network in block.networks() if network.prefixlen == network.max_prefixlen]
            if singles:
                found = " and ".join(singles)
                becomes = "is a single address" if found == str(block) else f"is announced as CIDRs, among them {found}"
                place = view.at("pools", index, "addresses", entry)
                yield Finding(place, f'{block} of pool "{decided.pool.name}" {becomes}')


ALLOCATION = rule(
    "GLB214",
    ERROR,
    "An allocateTo that MetalLB refuses",
    why="MetalLB's webhook refuses the pool, so a sync stops half-way; without the webhook the controller drops the"
    " whole new configuration and keeps the old one.",
    fix="Name each namespace, selector, expression and value once; give values to In and NotIn, and to them alone.",
    research="metallb_vip 1.3",
)

_WITH_VALUES = frozenset({SelectorOperator.IN, SelectorOperator.NOT_IN})


@ALLOCATION.check
def refused_allocations(view: View) -> Iterator[Finding]:
    """Duplicates on each level, and operators with too many or too few values."""
    for index, pool in enumerate(view.spec.pools):
        if pool.allocate_to is None:
            continue
        path = ("pools", index, "allocateTo")
        yield from _repeated(view, pool, (*path, "namespaces"), pool.allocate_to.namespaces, "namespace")
        selectors = (
            ("namespaceSelectors", pool.allocate_to.namespace_selectors),
            ("serviceSelectors", pool.allocate_to.service_selectors),
        )
        for key, listed in selectors:
            yield from _repeated(view, pool, (*path, key), [alike(selector) for selector in listed], "selector")
            for number, selector in enumerate(listed):
                yield from _refused_expressions(view, pool, (*path, key, number, "matchExpressions"), selector)


def _refused_expressions(view: View, pool: Pool, path: Path, selector: LabelSelector) -> Iterator[Finding]:
    expressions = selector.match_expressions
    yield from _repeated(view, pool, path, [_expression(expression) for expression in expressions], "expression")
    for index, expression in enumerate(expressions):
        wants = expression.operator in _WITH_VALUES
        yield from _repeated(view, pool, (*path, index, "values"), expression.values, "value")
        if wants != bool(expression.values):
            needs = "needs at least one value" if wants else "takes no values"
            yield Finding(
                view.at(*path, index, "operator"),
                f'pool "{pool.name}": {expression.operator.value} on {expression.key} {needs}',
            )


def _repeated(view: View, pool: Pool, path: Path, values: Sequence[Hashable], noun: str) -> Iterator[Finding]:
    seen: set[Hashable] = set()
    for index, value in enumerate(values):
        if value in seen:
            what = f'{noun} "{value}"' if isinstance(value, str) else f"{noun} {index + 1}"
            yield Finding(view.at(*path, index), f'pool "{pool.name}": {what} of {path[-1]} is there already')
        seen.add(value)


def alike(selector: LabelSelector) -> Hashable:
    """Equal for selectors that MetalLB takes for the same: it sorts values, but not expressions."""
    expressions = tuple(_expression(expression) for expression in selector.match_expressions)
    return tuple(sorted(selector.match_labels.items())), expressions


def _expression(expression: LabelRequirement) -> Hashable:
    return expression.key, expression.operator, tuple(sorted(expression.values))
