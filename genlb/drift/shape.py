"""What a comparison must know of a kind: how its lists are to be read, what means the same, what is filled in."""

from __future__ import annotations

import enum
from collections.abc import Callable, Mapping
from typing import Any

from genlb.drift.model import ABSENT

_NONE: Mapping[str, Shape] = {}


class Order(enum.Enum):
    """How a list is to be read."""

    POSITIONS = "by position"
    KEYED = "by key, in any order"
    STEPS = "by key, and the order counts"
    SET = "members, each with an owner of its own"
    BAG = "members in any order, written as a whole"


class Shape:
    """One node of a kind: a map, a list, or a value.

    ``fields`` are the known fields of a map, ``each`` all others, or the items of a list. ``typed``: the API server
    knows the fields, so that an empty one and a missing one are the same; ``closed``: written as a whole, so that what
    somebody adds changes it. ``default`` is what the server fills in, ``assigned`` says that it is free to. ``canon``
    gives equal values for equal meanings. ``harmless`` tells which additions are nobody's business.
    ``implied``: where nothing stands, whoever reads it takes the default.
    """

    __slots__ = (
        "assigned",
        "canon",
        "closed",
        "default",
        "each",
        "fields",
        "harmless",
        "implied",
        "keys",
        "order",
        "typed",
    )

    def __init__(  # noqa: PLR0913 -- one node of a table
        self,
        fields: Mapping[str, Shape] = _NONE,
        *,
        each: Shape | None = None,
        order: Order = Order.POSITIONS,
        keys: tuple[str, ...] = (),
        typed: bool = True,
        closed: bool = False,
        default: Any = ABSENT,
        assigned: bool = False,
        canon: Callable[[Any], Any] | None = None,
        harmless: Callable[[str], bool] | None = None,
        implied: bool = False,
    ) -> None:
        self.fields = fields
        self.each = each
        self.order = order
        self.keys = keys
        self.typed = typed
        self.closed = closed
        self.default = default
        self.assigned = assigned
        self.canon = canon
        self.harmless = harmless
        self.implied = implied

    def under(self, name: str) -> Shape:
        """The shape of a field, or of a value of the map."""
        found = self.fields.get(name)
        if found is not None:
            return found
        return self.each or (UNKNOWN_TYPED if self.typed else UNKNOWN)

    @property
    def item(self) -> Shape:
        """The shape of a list's items."""
        return self.each or (UNKNOWN_TYPED if self.typed else UNKNOWN)


UNKNOWN = Shape(typed=False)
"""A part of a custom resource that no table knows."""

UNKNOWN_TYPED = Shape()
"""A part of a built-in kind that no table knows."""

POINTERS = frozenset(
    """
    activeDeadlineSeconds allocateLoadBalancerNodePorts allowPrivilegeEscalation automountServiceAccountToken
    averageUtilization backoffLimit completions defaultMode emptyDir enableServiceLinks failedJobsHistoryLimit fsGroup
    hostUsers immutable labelSelector localhostNodePorts masqueradeBit maxPerCore maxSurge maxUnavailable min
    minAvailable minReplicas mode namespaceSelector oomScoreAdj optional parallelism partition podSelector priority
    privileged procMount progressDeadlineSeconds readOnlyRootFilesystem replicas revisionHistoryLimit runAsGroup
    runAsNonRoot runAsUser setHostnameAsFQDN shareProcessNamespace stabilizationWindowSeconds
    startingDeadlineSeconds successfulJobsHistoryLimit suspend tcpCloseWaitTimeout tcpEstablishedTimeout
    terminationGracePeriodSeconds tolerationSeconds ttlSecondsAfterFinished
    """.split()  # noqa: SIM905 -- a list of quoted words is twice as long and no clearer
)
"""Fields of built-in kinds whose zero says something else than their absence."""


def is_empty(value: Any) -> bool:
    """Whether a typed API leaves the value out when it writes the object: zero, or a map of nothing else."""
    if isinstance(value, dict):
        return all(item is None or (is_empty(item) and name not in POINTERS) for name, item in value.items())
    return value is None or value is False or value in ("", 0) or value == []


def same(one: Any, other: Any, shape: Shape) -> bool:
    """Whether two values say the same; ``True`` is not 1, but 1.0 is."""
    if type(one) is type(other) and one == other and type(one) is not list and type(one) is not dict:
        return True
    if shape.canon is not None:
        one, other = shape.canon(one), shape.canon(other)
    return alike(one, other)


def alike(one: Any, other: Any) -> bool:
    """Equality of plain data that keeps ``True`` and 1 apart, however deep."""
    rest = [(one, other)]
    while rest:
        left, right = rest.pop()
        if isinstance(left, dict) and isinstance(right, dict):
            if left.keys() != right.keys():
                return False
            rest.extend((value, right[key]) for key, value in left.items())
        elif isinstance(left, list) and isinstance(right, list):
            if len(left) != len(right):
                return False
            rest.extend(zip(left, right, strict=True))
        elif isinstance(left, bool) is not isinstance(right, bool) or left != right:
            return False
    return True


def is_filled_in(value: Any, shape: Shape) -> bool:
    """Whether the API server may have added ``value`` by itself."""
    if shape.assigned or (shape.typed and is_empty(value)):
        return True
    if shape.default is not ABSENT:
        return same(value, shape.default, shape)
    if isinstance(value, dict):
        return bool(value) and all(is_addition_of_the_server(name, item, shape) for name, item in value.items())
    if isinstance(value, list) and shape.harmless is not None and shape.keys:
        return all(isinstance(item, dict) and shape.harmless(str(item.get(shape.keys[0]))) for item in value)
    return False


def is_addition_of_the_server(name: str, value: Any, shape: Shape) -> bool:
    """Whether a field that git leaves out is there by the server itself, or is a controller's book-keeping."""
    if value is None or (shape.harmless is not None and shape.harmless(name)):
        return True
    below = shape.under(name)
    if name in POINTERS and is_empty(value) and not below.assigned:
        return below.default is not ABSENT and same(value, below.default, below)  # its zero is no default of itself
    return is_filled_in(value, below)
