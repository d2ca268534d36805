"""What the reports of drift have in common: the words for places, writers, effects and verdicts."""

from __future__ import annotations

import enum
from collections import Counter

from genlb.drift.catalogue import RULES
from genlb.drift.model import ClusterDrift, Confidence, Difference, DriftReport, ObjectDrift, State, Traffic
from genlb.drift.path import spelled
from genlb.errors import Severity
from genlb.report.counts import counted
from genlb.report.drift_values import both

UNKNOWN = "not recorded"


class Status(enum.Enum):
    """What can be said of a cluster in one word."""

    IN_STEP = "in step"
    DRIFTED = "drifted"
    INCOMPLETE = "incomplete"  # nothing differs, but not everything could be looked at
    UNREACHABLE = "not checked"  # nothing could be looked at


STATUS_RANKS = {Status.DRIFTED: 0, Status.UNREACHABLE: 1, Status.INCOMPLETE: 2, Status.IN_STEP: 3}
TRAFFIC_RANKS = {Traffic.AFFECTED: 0, Traffic.POSSIBLE: 1, Traffic.NONE: 2}
"""0 for what has to be looked at first."""

SIGNS = {Severity.ERROR: "✕", Severity.WARNING: "!", Severity.INFO: "i"}
"""A severity for who sees no colours."""

TRAFFIC = {
    Traffic.NONE: "traffic not affected",
    Traffic.POSSIBLE: "traffic at risk",
    Traffic.AFFECTED: "traffic affected",
}

STATES = {
    State.IN_STEP: "as git has it",
    State.DRIFTED: "differs from git",
    State.MISSING: "in git, not in the cluster",
    State.ORPHANED: "in the cluster, no longer in git",
    State.UNMANAGED: "in the cluster, not from git",
    State.TERMINATING: "being deleted",
    State.NOT_CHECKED: "could not be looked at",
}


def status(cluster: ClusterDrift) -> Status:
    """The verdict on a cluster; drift that was seen outweighs what was not."""
    if cluster.error:
        return Status.UNREACHABLE
    if cluster.drifts:
        return Status.DRIFTED
    return Status.IN_STEP if cluster.complete else Status.INCOMPLETE


def drifting(one: ObjectDrift) -> bool:
    """Whether an object has a difference that counts."""
    return any(difference.severity is not Severity.INFO for difference in one.differences)


def worst_traffic(cluster: ClusterDrift) -> Traffic:
    """What the gravest of a cluster's differences does to traffic; notes do nothing."""
    found = {one.traffic for one in cluster.differences if one.severity is not Severity.INFO}
    return next((traffic for traffic in (Traffic.AFFECTED, Traffic.POSSIBLE) if traffic in found), Traffic.NONE)


def worst_severity(cluster: ClusterDrift) -> Severity | None:
    """The gravest severity among a cluster's differences."""
    return min((one.severity for one in cluster.differences), key=lambda severity: severity.rank, default=None)


def gravest_first(report: DriftReport) -> list[tuple[int, ClusterDrift]]:
    """The clusters, each with its place in the report, in the order in which somebody has to look at them."""

    def gravity(pair: tuple[int, ClusterDrift]) -> tuple[int, int, int]:
        number, cluster = pair
        return STATUS_RANKS[status(cluster)], TRAFFIC_RANKS[worst_traffic(cluster)], number

    return sorted(enumerate(report.clusters), key=gravity)


def headline(cluster: ClusterDrift) -> str:
    """The verdict on a cluster in one line, without its name: ``drifted: 3 of 31 objects, traffic affected``."""
    objects = len(cluster.objects)
    unseen = _unseen(cluster)
    match status(cluster):
        case Status.UNREACHABLE:
            return f"not checked: {cluster.error}"
        case Status.DRIFTED:
            return f"drifted: {', '.join(_drifted(cluster))}{unseen and f' · {unseen}'}"
        case Status.INCOMPLETE:
            return f"nothing differs as far as could be seen · {counted(objects, 'object')}, {unseen}"
        case _:
            return " · ".join(["in step", counted(objects, "object"), *_asides(cluster)])


def _drifted(cluster: ClusterDrift) -> list[str]:
    drifted = sum(map(drifting, cluster.objects))
    parts = [f"{drifted} of {counted(len(cluster.objects), 'object')}"] if drifted else []
    if cluster.stale:
        parts.append(f"{counted(len(cluster.stale), 'rendered file')} stale")
    return [*parts, TRAFFIC[worst_traffic(cluster)]]


def _unseen(cluster: ClusterDrift) -> str:
    return f"{len(cluster.not_checked)} not checked" if cluster.not_checked else ""


def _asides(cluster: ClusterDrift) -> list[str]:
    notes = len(cluster.differences)
    ignored = sum(len(one.ignored) for one in cluster.objects)
    return [*([counted(notes, "note")] if notes else []), *([f"{ignored} ignored"] if ignored else [])]


def tally(cluster: ClusterDrift) -> dict[Severity, int]:
    """How many differences of each severity."""
    count = Counter(one.severity for one in cluster.differences)
    return {severity: count[severity] for severity in Severity}


def place(difference: Difference) -> str:
    """Where in the object: the path, and that inside a text that is YAML itself; empty for the whole object."""
    inner = f" » {spelled(difference.embedded)}" if difference.embedded else ""
    return spelled(difference.path) + inner


def title(rule: str) -> str:
    """What a rule says in general; an id that drift does not know stands for itself."""
    return RULES[rule].title if rule in RULES else rule


def message(one: ObjectDrift, difference: Difference) -> str:
    """A difference as one sentence without the cluster: object, place, and what git and the cluster have."""
    where = place(difference)
    if not where:
        return f"{one.key}: {title(difference.rule)}"
    git, live = both(difference)
    return f"{one.key}: {where}: {git} in git, {live} in the cluster"


def reasons(difference: Difference) -> list[tuple[str, str]]:
    """What there is to tell besides: who wrote it, what it does to traffic, what to do; a word and a text each."""
    told = [("Written by", writer_known(difference)), ("Effect", effect(difference)), ("Remedy", difference.remedy)]
    return [(word, text) for word, text in told if text]


def effect(difference: Difference) -> str:
    """What a difference does to traffic, and how; empty where it does nothing worth a word."""
    if difference.effect:
        return f"{TRAFFIC[difference.traffic]}: {difference.effect}"
    return TRAFFIC[difference.traffic] if difference.traffic is not Traffic.NONE else ""


def writer_known(difference: Difference) -> str:
    """Who wrote the field, or that nobody knows; nothing of an object that is gone, of which nothing can be known."""
    return writer(difference) or (UNKNOWN if difference.path else "")


def writer(difference: Difference) -> str:
    """Who wrote the field last, how and when; empty where the cluster has no record of it."""
    known = difference.attribution
    if not known.writers or known.confidence is Confidence.NONE:
        return ""
    first, *others = known.writers
    operation = f"{first.operation} of {first.subresource}" if first.subresource else first.operation
    text = f"{first.manager} ({operation})" + (f", {moment(first.time)}" if first.time else "")
    if known.confidence is Confidence.ANCESTOR:
        text += ", probably"
    return f"{text}; also {', '.join(other.manager for other in others)}" if others else text


def moment(time: str) -> str:
    """An RFC 3339 time as people write it: ``2026-11-20 14:03 UTC``; anything else stays as it is."""
    date, sign, clock = time.partition("T")
    return f"{date} {clock[:5]} UTC" if sign and clock.endswith("Z") and len(clock) >= len("14:03Z") else time
