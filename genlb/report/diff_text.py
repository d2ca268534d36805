"""A diff for people: per cluster the objects that change, then what the network notices, then what is wrong with it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from genlb.network.impact_words import sentences
from genlb.report.counts import counted
from genlb.report.diff import Change, ClusterDiff, Diff, FieldChange, ObjectChange, Status, shown
from genlb.report.style import Role, Style
from genlb.report.visible import visible

SIGNS = {Change.ADDED: "+", Change.REMOVED: "-", Change.CHANGED: "~", Change.REORDERED: "~"}
"""What happened to an object or a field, in one character."""

_ROLES = {
    Change.ADDED: Role.ADDED,
    Change.REMOVED: Role.REMOVED,
    Change.CHANGED: Role.WARNING,
    Change.REORDERED: Role.FAINT,
}
_MOST_FIELDS = 12


def diff_text(diff: Diff, style: Style, *, verbose: bool = False) -> str:
    """The whole diff; findings are the business of whoever has the files. ``verbose``: every field of every object."""
    lines = [style.paint(headline(diff), Role.FAINT)]
    for cluster in diff.clusters:
        lines += _cluster(cluster, style, verbose=verbose)
    lines.append(summary(diff))
    return "\n".join(lines) + "\n"


def headline(diff: Diff) -> str:
    """Which two states are compared."""
    return visible(f"from {diff.since.what} to {diff.until.what}")


def summary(diff: Diff) -> str:
    """The last line: ``3 clusters · 1 changed, 2 unchanged``."""
    count = {status: sum(one.status is status for one in diff.clusters) for status in Status}
    told = ", ".join(f"{number} {status.value}" for status, number in count.items() if number)
    return f"{counted(len(diff.clusters), 'cluster')} · {told or 'nothing to compare'}"


def object_name(change: ObjectChange) -> str:
    """Kind, namespace and name."""
    return visible(str(change.key))


def field_text(field: FieldChange) -> str:
    """One field on one line."""
    path = visible(field.path)
    if field.change in (Change.ADDED, Change.REMOVED) and field.path.endswith("]") and "[=" in field.path:
        return f"{SIGNS[field.change]} {path}"  # a member of a set is its own value
    if isinstance(field.before, list) and isinstance(field.after, list):
        return f"~ {path}: {_members(field.before, field.after)}"
    before, after = visible(shown(field.before)), visible(shown(field.after))
    if field.change is Change.ADDED:
        return f"+ {path}: {after}"
    if field.change is Change.REMOVED:
        return f"- {path}: {before}"
    if field.change is Change.REORDERED:
        return f"~ {path}: the same in another order"
    return f"~ {path}: {before} → {after}"


def _members(before: list[Any], after: list[Any]) -> str:
    """What comes into a list and what goes out of it."""
    told = [f"- {visible(shown(item))}" for item in before if item not in after]
    told += [f"+ {visible(shown(item))}" for item in after if item not in before]
    return ", ".join(told) or "the same in another order"


def _cluster(cluster: ClusterDiff, style: Style, *, verbose: bool) -> Iterator[str]:
    name = style.paint(visible(cluster.name), Role.STRONG)
    if cluster.status is Status.CHANGED:
        yield name
    else:
        why = f": {visible(cluster.why)}" if cluster.why else ""
        yield f"{name}  {cluster.status.value}{why}"
    for change in cluster.objects:
        yield from _object(change, style, verbose=verbose)
    if cluster.helm_values:
        yield "  ~ metallb-values.yaml: nobody applies it but `helm upgrade`"
    if cluster.status in (Status.CHANGED, Status.ADDED, Status.REMOVED):
        yield from _impact(cluster, style)


def _object(change: ObjectChange, style: Style, *, verbose: bool) -> Iterator[str]:
    yield f"  {style.paint(f'{SIGNS[change.change]} {object_name(change)}', _ROLES[change.change])}"
    most = len(change.fields) if verbose else _MOST_FIELDS
    for field in change.fields[:most]:
        yield f"      {field_text(field)}"
    if len(change.fields) > most:
        yield f"      … and {len(change.fields) - most} more fields (-v tells all)"


def _impact(cluster: ClusterDiff, style: Style) -> Iterator[str]:
    told = sentences(cluster.impact)
    if not told:
        yield "  impact: none that the network notices"
        return
    yield "  impact:"
    for one in told:
        mark = style.paint("!", Role.ERROR) if one.hurts else "-"
        yield f"    {mark} {visible(one.text)}"
