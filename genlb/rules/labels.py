"""Label keys: what stands before their slash is a DNS name, which their pattern alone does not see."""

from __future__ import annotations

import re
from collections.abc import Iterator

from genlb.rules.catalogue import Finding, View
from genlb.rules.places import Path
from genlb.rules.reading import NAME
from genlb.spec.model import SUBDOMAIN, LabelSelector


@NAME.check
def label_keys(view: View) -> Iterator[Finding]:
    """Keys of labels, taints and resources that Kubernetes refuses for their prefix."""
    for path, key in _keys(view):
        prefix, slash, _ = key.rpartition("/")
        if slash and not re.fullmatch(SUBDOMAIN, prefix):
            place = view.loaded.key("spec", *path) if path[-1] == key else view.at(*path)
            yield Finding(place, f'"{prefix}", before the slash of "{key}", is no DNS name', "write example.com/name")


def _keys(view: View) -> Iterator[tuple[Path, str]]:
    bgp, agents = view.spec.bgp, view.spec.agents
    if bgp.rack_label is not None:
        yield ("bgp", "rackLabel"), bgp.rack_label
    for key in agents.node_selector:
        yield ("agents", "nodeSelector", key), key
    for index, toleration in enumerate(agents.tolerations):
        if toleration.key is not None:
            yield ("agents", "tolerations", index, "key"), toleration.key
    for daemon, resources in (("vip", agents.resources.vip), ("sysctl", agents.resources.sysctl)):
        for list_, quantities in (("requests", resources.requests), ("limits", resources.limits)):
            for name in quantities:
                yield ("agents", "resources", daemon, list_, name), name
    for index, pool in enumerate(view.spec.pools):
        if pool.allocate_to is not None:
            path: Path = ("pools", index, "allocateTo")
            yield from _selected((*path, "namespaceSelectors"), pool.allocate_to.namespace_selectors)
            yield from _selected((*path, "serviceSelectors"), pool.allocate_to.service_selectors)


def _selected(path: Path, selectors: tuple[LabelSelector, ...]) -> Iterator[tuple[Path, str]]:
    for number, selector in enumerate(selectors):
        for key in selector.match_labels:
            yield (*path, number, "matchLabels", key), key
        for index, expression in enumerate(selector.match_expressions):
            yield (*path, number, "matchExpressions", index, "key"), expression.key
