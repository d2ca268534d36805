"""What drift is made of: what was wanted, what was found, and what differs. Values only; nothing here decides.

Data flows one way: ``compare(desired, live, …) -> ClusterDrift``, many of them make a ``DriftReport``, and every report
format is a function of that. Secret values are masked before a `Difference` is made: no format can print one.
"""

from __future__ import annotations

import enum
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple

from genlb.drift.path import Path
from genlb.errors import Severity
from genlb.manifest import Manifest, ResourceKey


class Read(NamedTuple):
    """One request that drift needs an answer to; ``name`` empty: a list, else that object alone.

    ``apis`` are tried in order: ``("projectcalico.org/v3", "crd.projectcalico.org/v1")``; Calico is served under two.
    ``optional``: a cluster need not know this kind (Argo CD, Flux, MetalLB's speaker kinds).
    """

    apis: tuple[str, ...]
    kind: str
    plural: str
    namespace: str = ""
    name: str = ""
    selector: str = ""
    optional: bool = False

    def __str__(self) -> str:
        what = f"{self.kind} {self.name}" if self.name else self.plural
        return f"{what} in {self.namespace}" if self.namespace else what


class NotChecked(NamedTuple):
    """Something that could not be looked at: what, why in one sentence, and what to do or run so that it can be."""

    what: str
    why: str
    cure: str = ""


class Versions(NamedTuple):
    """What the cluster itself says it runs; empty where that is not known."""

    kubernetes: str = ""
    calico: str = ""
    metallb: str = ""


UNKNOWN_VERSIONS = Versions()


class Wanted(NamedTuple):
    """One object as git has it; ``file`` is relative to the repository root, empty for what has no file."""

    manifest: Manifest
    file: str = ""


class Source(NamedTuple):
    """Where the desired side comes from; ``commit`` empty for the work tree or plain files."""

    what: str
    ref: str = ""
    commit: str = ""
    dirty: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Desired:
    """All objects that git wants a cluster to have, by identity (Calico's group normalised)."""

    source: Source
    objects: Mapping[ResourceKey, Wanted]
    stale: tuple[str, ...] = ()
    """Rendered files that differ from a fresh render of the spec."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Live:
    """What was read of a cluster.

    A key that is not in ``objects`` is absent from the cluster only if ``covers(key)``; else it was not checked.
    """

    objects: Mapping[ResourceKey, Manifest]
    listed: frozenset[tuple[str, str, str]]
    """(group, kind, namespace) of complete lists; the namespace is empty for all namespaces."""
    looked_for: frozenset[ResourceKey]
    """Single objects that were asked for by name and answered, found or not."""
    not_checked: tuple[NotChecked, ...] = ()
    versions: Versions = UNKNOWN_VERSIONS
    managed_fields: bool = True
    """False when a dump was made without ``--show-managed-fields``."""

    def covers(self, key: ResourceKey) -> bool:
        """Whether the absence of an object would have been seen."""
        if key in self.looked_for or (key.group, key.kind, "") in self.listed:
            return True
        return (key.group, key.kind, key.namespace) in self.listed


class Confidence(enum.Enum):
    """How sure it is that a manager wrote a field."""

    EXACT = "exact"
    ANCESTOR = "ancestor"
    NONE = "none"


class Writer(NamedTuple):
    """Who wrote a field last by ``managedFields``; ``time`` is RFC 3339, of the last change of the manager's set."""

    manager: str
    operation: str
    time: str = ""
    subresource: str = ""


class Attribution(NamedTuple):
    """The writers of a field, newest first; none where the cluster keeps no such record."""

    writers: tuple[Writer, ...] = ()
    confidence: Confidence = Confidence.NONE


UNKNOWN_WRITER = Attribution()


class Sort(enum.Enum):
    """What kind of a difference."""

    CHANGED = "changed"  # git sets it, live has another value
    MISSING = "missing"  # git sets it, live lacks it
    EXTRA = "extra"  # live has it, an applier of ours owns it, git dropped it
    FOREIGN = "foreign"  # live has it, somebody else owns it
    ORDER = "order"  # the same members in another order
    OBJECT = "object"  # the object as a whole: absent, orphaned, unmanaged, terminating


class Traffic(enum.Enum):
    """Whether a difference hurts, or can hurt, traffic to VIPs."""

    NONE = "none"
    POSSIBLE = "possible"
    AFFECTED = "affected"


ABSENT: Any = type("Absent", (), {"__repr__": lambda _: "ABSENT", "__slots__": ()})()
"""In place of a value that is not there; ``None`` is a value."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """One finding of drift. ``desired`` and ``live`` are plain data, or ABSENT.

    ``embedded`` is the path inside a text field that is YAML itself (``data["config.conf"]``), ``path`` the way to that
    field. ``id`` is stable over runs and holds no value: a hash of object, path and rule. ``effect`` says in words what
    ``traffic`` says in one; ``remedy`` is one sentence or command. ``desired`` and ``live`` are masked if secret.
    """

    id: str
    rule: str
    sort: Sort
    severity: Severity
    path: Path
    embedded: Path = ()
    desired: Any = ABSENT
    live: Any = ABSENT
    masked: bool = False
    traffic: Traffic = Traffic.NONE
    effect: str = ""
    remedy: str = ""
    attribution: Attribution = UNKNOWN_WRITER
    line: int = 0
    """Line in the rendered file, 0 where unknown."""
    origin: str = ""
    """``file:line:column`` of the value in the spec that made the field, where a single one did."""


class Ignored(NamedTuple):
    """A difference that somebody answers for, with the reason and the day until which that holds."""

    difference: Difference
    reason: str
    expires: str = ""


class State(enum.Enum):
    """What became of one object."""

    IN_STEP = "in step"
    DRIFTED = "drifted"
    MISSING = "missing"
    ORPHANED = "orphaned"  # ours by label, no longer in git
    UNMANAGED = "unmanaged"  # of a kind that genlb looks after, by nobody of ours
    TERMINATING = "terminating"
    NOT_CHECKED = "not checked"


@dataclass(frozen=True, slots=True, kw_only=True)
class ObjectDrift:
    """One object with its differences, the gravest first. ``file`` is where git has it."""

    key: ResourceKey
    state: State
    file: str = ""
    differences: tuple[Difference, ...] = ()
    ignored: tuple[Ignored, ...] = ()
    uid: str = ""
    resource_version: str = ""
    desired: Manifest | None = None
    live: Manifest | None = None
    """Both sides normalised and masked, kept for objects with differences only, so that reports can show context."""


class Ignore(NamedTuple):
    """A difference that shall not be reported; without a reason, or expired, it ignores nothing.

    ``object`` is a glob over ``Kind/name`` or ``Kind/namespace/name``, ``path`` one over the spelled path (empty: all).
    """

    object: str
    path: str = ""
    reason: str = ""
    expires: str = ""
    place: str = ""
    """``file:line:column`` of the entry."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ClusterDrift:
    """One cluster: its objects sorted by state and key, and everything that could not be checked."""

    name: str
    source: Source
    versions: Versions = UNKNOWN_VERSIONS
    context: str = ""
    objects: tuple[ObjectDrift, ...] = ()
    not_checked: tuple[NotChecked, ...] = ()
    stale: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    """Sentences without a finding of their own, as ``attribution: not checked …``."""
    ignores_unused: tuple[Ignore, ...] = ()
    error: str = ""
    """Why nothing could be read at all; then ``objects`` is empty."""

    @property
    def differences(self) -> tuple[Difference, ...]:
        """All differences of all objects."""
        return tuple(difference for one in self.objects for difference in one.differences)

    @property
    def complete(self) -> bool:
        """Whether everything was looked at."""
        return not self.error and not self.not_checked

    @property
    def drifts(self) -> bool:
        """Whether anything as grave as a warning differs; info never changes an exit code."""
        return bool(self.stale) or any(one.severity is not Severity.INFO for one in self.differences)


@dataclass(frozen=True, slots=True, kw_only=True)
class DriftReport:
    """One run over one or many clusters, in the order of their names. ``time`` is the caller's, RFC 3339, or empty."""

    version: str
    clusters: tuple[ClusterDrift, ...]
    strict: bool = False
    time: str = ""

    @property
    def complete(self) -> bool:
        """Whether everything was looked at in every cluster."""
        return all(cluster.complete for cluster in self.clusters)

    @property
    def drifts(self) -> bool:
        """Whether any cluster drifts."""
        return any(cluster.drifts for cluster in self.clusters)
