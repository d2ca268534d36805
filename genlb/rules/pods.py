"""The daemons' pods: what the API server refuses or warns of in a DaemonSet although each field has the right form."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from genlb.network.quantities import ONE, amount
from genlb.rules.catalogue import ERROR, WARNING, Finding, View, rule
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
    for path, quantities in _quantities(view):
        for name, reason, cure in _refused_entries(quantities):
            yield Finding(view.loaded.key("spec", *path, name), f"{'.'.join(path)}: {name} {reason}", cure)
    for daemon, resources in (("vip", daemons.vip), ("sysctl", daemons.sysctl)):
        for name, reason, cure in _refused_requests(resources):
            place = view.at("agents", "resources", daemon, "requests", name)
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


FRACTION = rule(
    "GLB525",
    WARNING,
    "A fraction of a byte",
    why="Memory and storage are counted in whole bytes: the API server warns at every apply and every sync. Mostly"
    " m was written for M or Mi; as a limit, 96m is a single byte, in which no container starts.",
    fix="Write 96Mi (1048576 bytes each) or 96M (1000000 bytes each); m is a thousandth.",
)

_IN_BYTES = frozenset({"memory", "ephemeral-storage"})


@FRACTION.check
def fractions_of_bytes(view: View) -> Iterator[Finding]:
    """What the API server warns of; less than one byte is no amount that anybody means."""
    for path, quantities in _quantities(view):
        for name, quantity in quantities.items():
            size = amount(quantity)
            if name in _IN_BYTES and size % ONE:
                told = "less than a byte" if size < ONE else "not a whole number of bytes"
                message = f"{'.'.join(path)}: {name} is {quantity}, which is {told}"
                severity = ERROR if size < ONE else None
                yield Finding(view.at(*path, name), message, _in_whole_bytes(quantity, size), severity=severity)


def _in_whole_bytes(quantity: str, size: int) -> str:
    if quantity.endswith("m"):
        return f"write {quantity[:-1]}Mi or {quantity[:-1]}M: m is a thousandth"
    return f"write {size // ONE}, or round it in larger units" if size > ONE else ""


def _quantities(view: View) -> Iterator[tuple[tuple[str, ...], Mapping[str, str]]]:
    """What each daemon requests and is limited to, each with its path below ``spec``."""
    daemons = view.spec.agents.resources
    for daemon, resources in (("vip", daemons.vip), ("sysctl", daemons.sysctl)):
        path = ("agents", "resources", daemon)
        yield (*path, "requests"), resources.requests
        yield (*path, "limits"), resources.limits
