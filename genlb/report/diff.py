"""What differs between two states of a repository, as values; ``diff_text``, ``diff_json``, ``diff_markdown`` tell it.

Values are masked here, once, so that no format can forget to.
"""

from __future__ import annotations

import enum
import json
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, NamedTuple

from genlb.drift.model import ABSENT, Sort
from genlb.drift.path import Path, spelled
from genlb.drift.walk import differences
from genlb.errors import Diagnostic, Severity
from genlb.manifest import Manifest, ResourceKey
from genlb.network.impact_model import NO_IMPACT, Impact
from genlb.report.masking import masked_data

_WIDEST = 120


class Change(enum.Enum):
    """What became of an object, or of a field of it."""

    ADDED = "added"
    REMOVED = "removed"
    CHANGED = "changed"
    REORDERED = "reordered"


class FieldChange(NamedTuple):
    """One field; ``path`` is spelled, ``before`` and ``after`` are masked plain data or ABSENT."""

    change: Change
    path: str
    before: Any
    after: Any


class ObjectChange(NamedTuple):
    """One object; ``unit`` is the folder that it is rendered to."""

    change: Change
    key: ResourceKey
    unit: str
    fields: tuple[FieldChange, ...] = ()


class Status(enum.Enum):
    """How much can be said about a cluster."""

    UNCHANGED = "unchanged"
    CHANGED = "changed"
    ADDED = "added"
    REMOVED = "removed"
    INVALID = "invalid"  # its new spec has errors
    UNKNOWN = "unknown"  # a side cannot be read, or its old spec has errors


@dataclass(frozen=True, slots=True, kw_only=True)
class ClusterDiff:
    """One cluster; ``why`` says why it is UNKNOWN, ``diagnostics`` what is wrong with it or with the change."""

    name: str
    status: Status
    objects: tuple[ObjectChange, ...] = ()
    helm_values: bool = False
    """Whether ``metallb-values.yaml`` differs, which no GitOps engine applies."""
    impact: Impact = NO_IMPACT
    diagnostics: tuple[Diagnostic, ...] = ()
    why: str = ""

    @property
    def differs(self) -> bool:
        """Whether anything would be applied otherwise, or must not be applied at all."""
        return self.status not in (Status.UNCHANGED, Status.UNKNOWN)


class State(NamedTuple):
    """One of the two states: ``what`` in words, ``commit`` empty for the work tree."""

    what: str
    ref: str = ""
    commit: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Diff:
    """What became of the clusters, by name."""

    since: State
    until: State
    clusters: tuple[ClusterDiff, ...]

    @property
    def differs(self) -> bool:
        """Whether any cluster does."""
        return any(cluster.differs for cluster in self.clusters)

    @property
    def complete(self) -> bool:
        """Whether every cluster could be compared."""
        return all(cluster.status is not Status.UNKNOWN for cluster in self.clusters)

    @property
    def errors(self) -> int:
        """Errors of new specs and of changes."""
        told = (one for cluster in self.clusters for one in cluster.diagnostics)
        return sum(one.severity is Severity.ERROR for one in told)


def object_change(unit: str, key: ResourceKey, before: Manifest | None, after: Manifest | None) -> ObjectChange | None:
    """What became of one object by meaning; None when it means the same."""
    if before is None or after is None:
        return ObjectChange(Change.ADDED if before is None else Change.REMOVED, key, unit)
    fields = tuple(_fields(key, before, after))
    return ObjectChange(Change.CHANGED, key, unit, fields) if fields else None


def _fields(key: ResourceKey, before: Manifest, after: Manifest) -> Iterable[FieldChange]:
    for found in differences(key, after, before):
        path = spelled(found.path) + (f" » {spelled(found.embedded)}" if found.embedded else "")
        change = Change.REORDERED if found.sort is Sort.ORDER else _change_of(found.live, found.desired)
        inner: Path = found.embedded or found.path
        yield FieldChange(change, path, _masked(inner, found.live), _masked(inner, found.desired))


def _change_of(before: Any, after: Any) -> Change:
    if before is ABSENT:
        return Change.ADDED
    return Change.REMOVED if after is ABSENT else Change.CHANGED


def _masked(path: Path, value: Any) -> Any:
    """A value as its field's name allows it to be shown."""
    if value is ABSENT:
        return ABSENT
    name = next((step for step in reversed(path) if isinstance(step, str)), "")
    return masked_data({name: value})[name]


def shown(value: Any, widest: int = _WIDEST) -> str:
    """A value on one line, cut where it is long."""
    if isinstance(value, str):
        told = value if value and value == value.strip() and "\n" not in value else json.dumps(value)
    else:
        told = json.dumps(value, ensure_ascii=False, default=str)
    return told if len(told) <= widest else f"{told[: widest - 1]}…"
