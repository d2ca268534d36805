"""A diff as a comment on a pull request: what the network notices first, the objects folded below it."""

from __future__ import annotations

from collections.abc import Iterator

from genlb.network.impact_words import sentences
from genlb.report.diff import ClusterDiff, Diff, Status
from genlb.report.diff_text import SIGNS, field_text, headline, object_name, summary
from genlb.report.markdown import LARGEST, code, escaped, marker, size

_ICONS = {
    Status.UNCHANGED: "⚪",
    Status.CHANGED: "🟠",
    Status.ADDED: "🟢",
    Status.REMOVED: "🔴",
    Status.INVALID: "❌",
    Status.UNKNOWN: "❔",
}
_MOST_FIELDS = 20
_REST = "\n_{} more clusters did not fit in here: `genlb diff` tells all of them._\n"


def diff_markdown(diff: Diff) -> str:
    """One comment of at most `genlb.report.markdown.LARGEST` bytes; unchanged clusters are but counted."""
    head = f"{marker('diff')}\n## genlb diff\n\n{escaped(headline(diff))}\n\n{escaped(summary(diff))}\n"
    told = [cluster for cluster in diff.clusters if cluster.status is not Status.UNCHANGED]
    parts, room = [head], LARGEST - size(head) - size(_REST) - 20
    for index, cluster in enumerate(told):
        block = _cluster(cluster)
        if size(block) > room:
            block = _cluster(cluster, fields=False)
        if size(block) > room:
            parts.append(_REST.format(len(told) - index))
            break
        parts.append(block)
        room -= size(block)
    return "".join(parts)


def _cluster(cluster: ClusterDiff, *, fields: bool = True) -> str:
    return "\n".join([*_lines(cluster, fields=fields), ""])


def _lines(cluster: ClusterDiff, *, fields: bool) -> Iterator[str]:
    yield f"\n### {_ICONS[cluster.status]} {escaped(cluster.name)}: {cluster.status.value}\n"
    if cluster.why:
        yield f"{escaped(cluster.why)}\n"
    for one in cluster.diagnostics:
        yield f"- **{one.severity.value}** {one.rule} {code(str(one.span))} {escaped(one.message)}"
    told = sentences(cluster.impact)
    for sentence in told:
        yield f"- {'⚠️ ' if sentence.hurts else ''}{escaped(sentence.text)}"
    if cluster.status is Status.CHANGED and not told:
        yield "- The network does not notice."
    if cluster.objects or cluster.helm_values:
        yield from _objects(cluster, fields=fields)


def _objects(cluster: ClusterDiff, *, fields: bool) -> Iterator[str]:
    number = len(cluster.objects) + cluster.helm_values
    yield f"\n<details><summary>{number} {'object' if number == 1 else 'objects'}</summary>\n"
    for change in cluster.objects:
        yield f"- {SIGNS[change.change]} {code(object_name(change))}"
        if fields:
            yield from (f"  - {code(field_text(field))}" for field in change.fields[:_MOST_FIELDS])
        if fields and len(change.fields) > _MOST_FIELDS:
            yield f"  - … and {len(change.fields) - _MOST_FIELDS} more fields"
    if cluster.helm_values:
        yield f"- ~ {code('metallb-values.yaml')}"
    yield "\n</details>"
