"""The daemons' pods: what the API server refuses in a DaemonSet although each field has the right form."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from genlb.network.quantities import ONE, amount
from genlb.rules.catalogue import ERROR, Finding, View, rule
from genlb.spec.model import LABEL_VALUE, Resources, TaintEffect, Toleration, TolerationOperator

TOLERATION = rule(
    "GLB522",
    ERROR,
    "A toleration that the API server refuses",
    why="The API server refuses the whole DaemonSet, and the sync stops there: no node gets the daemon, or all keep the"
    " old one.",
    fix="Write {key: dedicated, operator: Equal, value: lb}, or {operator: Exists} for every taint.",
)


@TOLERATION.check
def refused_tolerations(view: View) -> Iterator[Finding]:
    """What Kubernetes asks of the fields together."""
    for index, toleration in enumerate(view.spec.agents.tolerations):
        for reason, cure in _refusals(toleration):
            place = view.at("agents", "tolerations", index)
            yield Finding(place, f"agents.tolerations[{index}] {reason}", cure)


def _refusals(toleration: Toleration) -> Iterator[tuple[str, str]]:
    """Reasons, each with its cure."""
    key, value = toleration.key, toleration.value
    exists = toleration.operator is TolerationOperator.EXISTS
    if key is None and not exists:
        yield "has no key: only operator Exists does without", "add the key of the taint, or write {operator: Exists}"
    if exists and value:
        yield f'has operator Exists and the value "{value}": Exists takes none', "remove the value, or use Equal"
    if value and not exists and not re.fullmatch(LABEL_VALUE, value):
        yield f'has the value "{value}", which no taint can have', "use letters, digits, dashes, dots and underscores"
    if toleration.toleration_seconds is not None and toleration.effect is not TaintEffect.NO_EXECUTE:
        yield "has tolerationSeconds without effect NoExecute, the only one that evicts", "remove tolerationSeconds"


RESOURCES = rule(
    "GLB523",
    ERROR,
    "Resources that the API server refuses",
    why="The API server refuses the whole DaemonSet, and the sync stops there: no node gets the daemon, or all keep the"
    " old one.",
    fix="Request at most what the limit is, of cpu, memory and ephemeral-storage.",
)

_OF_CONTAINERS = frozenset({"cpu", "memory", "ephemeral-storage"})
_HUGE_PAGES = "hugepages-"


@RESOURCES.check
def refused_resources(view: View) -> Iterator[Finding]:
    """Names that containers cannot ask for, requests beyond their limits, parts of what comes in whole pieces."""
    daemons = view.spec.agents.resources
    for daemon, resources in (("vip", daemons.vip), ("sysctl", daemons.sysctl)):
        path = ("agents", "resources", daemon)
        for asked, quantities in (("requests", resources.requests), ("limits", resources.limits)):
            for name, reason, cure in _refused_entries(quantities):
                place = view.loaded.key("spec", *path, asked, name)
                yield Finding(place, f"agents.resources.{daemon}.{asked}: {name} {reason}", cure)
        for name, reason, cure in _refused_requests(resources):
            place = view.at(*path, "requests", name)
            yield Finding(place, f"agents.resources.{daemon}: the request of {name} {reason}", cure)


def _refused_entries(quantities: Mapping[str, str]) -> Iterator[tuple[str, str, str]]:
    for name, quantity in quantities.items():
        if name in _OF_CONTAINERS:
            continue
        if name.startswith(_HUGE_PAGES):
            yield name, "is for programs that map huge pages, which the daemons do not", "remove it"
        elif "/" not in name or name.startswith("requests."):
            yield name, "is no resource that a container can ask for", "use cpu, memory or ephemeral-storage"
        elif amount(quantity) % ONE:
            yield name, f"is {quantity}, and comes in whole pieces only", "write a whole number"


def _refused_requests(resources: Resources) -> Iterator[tuple[str, str, str]]:
    for name, quantity in resources.requests.items():
        limit, is_device = resources.limits.get(name), "/" in name
        if limit is None:
            if is_device:
                cure = f'add the same to limits: {{{name}: "{quantity}"}}'
                yield name, "has no limit, which Kubernetes asks for with devices", cure
        elif amount(quantity) > amount(limit):
            yield name, f"is {quantity}, which is more than the limit of {limit}", "raise the limit, or request less"
        elif is_device and amount(quantity) != amount(limit):
            yield name, f"is {quantity}, and the limit {limit}: of devices both have to be equal", "make them equal"
