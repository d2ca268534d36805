"""Which prefixes the routers learn, lose, or learn with other communities.

Read from the BGPConfiguration as it is rendered, patches included. All nodes announce all of it over every session of
the prefix's family.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from genlb.network.cover import Cover
from genlb.network.families import family_of
from genlb.network.impact_model import PrefixChange, PrefixFate, Side
from genlb.network.impact_sessions import bgp_configuration
from genlb.spec.values import Network, parse_network

_LISTS = {"serviceLoadBalancerIPs": "LoadBalancer", "serviceExternalIPs": "external", "serviceClusterIPs": "ClusterIP"}
_LOAD_BALANCER = "LoadBalancer"


class _Announced(NamedTuple):
    """One prefix as routers see it; ``aggregate``: as itself, and not as one route for each Service in it."""

    addresses_of: str
    communities: tuple[str, ...]
    aggregate: bool


def prefix_changes(before: Side | None, after: Side | None) -> Iterator[PrefixChange]:
    """Changes by prefix: first what is withdrawn, then what is new, then what stays and looks different."""
    old, new = _announced(before), _announced(after)
    cover = Cover(new)
    for prefix, was in old.items():
        left = _hearing(before, prefix) if prefix not in new else _without(before, after, prefix)
        if prefix not in new:
            covering = tuple(one for one in new if cover.holds(prefix) and _meets(one, prefix))
            yield PrefixChange(PrefixFate.WITHDRAWN, prefix, was.addresses_of, left, covering)
        elif left:
            yield PrefixChange(PrefixFate.WITHDRAWN, prefix, was.addresses_of, left)
    for prefix, is_ in new.items():
        fresh = _hearing(after, prefix) if prefix not in old else _without(after, before, prefix)
        if prefix not in old or fresh:
            yield PrefixChange(PrefixFate.ADDED, prefix, is_.addresses_of, fresh)
    for prefix, is_ in new.items():
        detail = "; ".join(_details(old[prefix], is_)) if prefix in old else ""
        if detail:
            stay = tuple(name for name in _hearing(after, prefix) if name in _hearing(before, prefix))
            yield PrefixChange(PrefixFate.CHANGED, prefix, is_.addresses_of, stay, detail=detail)


def _details(was: _Announced, is_: _Announced) -> Iterator[str]:
    if was.aggregate != is_.aggregate:
        yield (
            "announced as one prefix instead of one route for each Service"
            if is_.aggregate
            else "announced as one route for each Service instead of one prefix"
        )
    if was.communities != is_.communities:
        yield f"communities {_listed(was.communities)} → {_listed(is_.communities)}"


def _listed(communities: Sequence[str]) -> str:
    return ", ".join(communities) or "none"


def _hearing(side: Side | None, prefix: Network) -> tuple[str, ...]:
    """Names of the routers that learn ``prefix``, each once."""
    if side is None:
        return ()
    family = family_of(prefix)
    return tuple(dict.fromkeys(peer.router.name for peer in side.decisions.peers if peer.family is family))


def _without(side: Side | None, other: Side | None, prefix: Network) -> tuple[str, ...]:
    """Routers that learn ``prefix`` on this side only."""
    others = _hearing(other, prefix)
    return tuple(name for name in _hearing(side, prefix) if name not in others)


def _announced(side: Side | None) -> dict[Network, _Announced]:
    spec = bgp_configuration(side)
    communities = _communities(spec)
    aggregated = spec.get("serviceLoadBalancerAggregation", "Enabled") != "Disabled"
    announced: dict[Network, _Announced] = {}
    for field, addresses_of in _LISTS.items():
        for prefix in _prefixes(spec.get(field)):
            tags = tuple(sorted({tag for inside, tags in communities if _within(prefix, inside) for tag in tags}))
            aggregate = addresses_of != _LOAD_BALANCER or aggregated or prefix.num_addresses == 1
            announced.setdefault(prefix, _Announced(addresses_of, tags, aggregate))
    return announced


def _communities(spec: Mapping[str, Any]) -> list[tuple[Network, tuple[str, ...]]]:
    """Prefixes and the values of their communities: BIRD tags every route inside the prefix."""
    values = {item.get("name"): str(item.get("value")) for item in _maps(spec.get("communities"))}
    tagged: list[tuple[Network, tuple[str, ...]]] = []
    for item in _maps(spec.get("prefixAdvertisements")):
        named = item.get("communities")
        tags = tuple(values.get(name, str(name)) for name in named) if isinstance(named, list) else ()
        tagged += [(prefix, tags) for prefix in _prefixes([item])]
    return tagged


def _prefixes(value: Any) -> Iterator[Network]:
    """The CIDRs of a list of maps; a patch may have put anything there, and a rule has said so."""
    for item in _maps(value):
        try:
            yield parse_network(str(item.get("cidr")))
        except ValueError:
            continue


def _maps(value: Any) -> list[Mapping[str, Any]]:
    return [item for item in value if isinstance(item, Mapping)] if isinstance(value, list) else []


def _within(inner: Network, outer: Network) -> bool:
    return inner.version == outer.version and inner.subnet_of(outer)  # type: ignore[arg-type]  # one family


def _meets(one: Network, other: Network) -> bool:
    return one.version == other.version and one.overlaps(other)
