"""One cluster of the page: verdict, drawing, objects, and what could not be looked at."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from genlb.drift.model import ClusterDrift, Ignored, NotChecked, ObjectDrift, State
from genlb.report.counts import counted
from genlb.report.drift_html_fleet import SLUGS, state_badge, traffic_badge
from genlb.report.drift_html_object import object_article
from genlb.report.drift_svg import drawing, hidden_racks
from genlb.report.drift_words import Status, headline, place, status, title, worst_severity, worst_traffic
from genlb.report.fabric import Fabric
from genlb.report.markup import Safe, element, joined, scrollable


class Extent(NamedTuple):
    """How much a page shows at once; ``unfolded``: both sides of an object without a click."""

    unfolded: bool = True


def cluster_section(cluster: ClusterDrift, number: int, fabric: Fabric | None, extent: Extent) -> Safe:
    """A section with the id ``c<number>``."""
    state, worst = status(cluster), worst_severity(cluster)
    badges = [state_badge(state), *([traffic_badge(worst_traffic(cluster))] if state is Status.DRIFTED else [])]
    return element(
        "section",
        element("div", element("h2", cluster.name, id=f"c{number}-name"), *badges, class_="heading"),
        element("p", f"{headline(cluster)[:1].upper()}{headline(cluster)[1:]}.", class_="lead"),
        _facts(cluster),
        *([] if fabric is None else [_figure(cluster, fabric, number)]),
        *_findings(cluster, number, extent),
        *_unseen(cluster),
        *_asides(cluster),
        id=f"c{number}",
        class_=f"cluster {SLUGS[state]}",
        tabindex="-1",
        aria_labelledby=f"c{number}-name",
        data_state=SLUGS[state],
        data_severity=worst.value if worst else None,
    )


def _facts(cluster: ClusterDrift) -> Safe:
    source, versions = cluster.source, cluster.versions
    commit = f" {source.commit[:12]}" if source.commit else ""
    git = f"{source.what}{source.ref and f' at {source.ref}'}{commit}{' with changes' if source.dirty else ''}"
    known = zip(("Kubernetes", "Calico", "MetalLB"), versions, strict=True)
    runs = ", ".join(f"{name} {value}" for name, value in known if value)
    told = (("Compared with", git), ("Context", cluster.context), ("Runs", runs))
    pairs = (element("div", element("dt", word), element("dd", text)) for word, text in told if text)
    return element("dl", *pairs, class_="facts")


def _figure(cluster: ClusterDrift, fabric: Fabric, number: int) -> Safe:
    left = hidden_racks(cluster, fabric)
    more = f" {counted(left, 'rack')} more not drawn." if left else ""
    words = f"What is announced where, from pools up to the routers; ✕ ! i mark what differs from git.{more}"
    frame = scrollable(drawing(cluster, fabric, number), f"Drawing of the fabric of {cluster.name}")
    return element("figure", frame, element("figcaption", words))


def _findings(cluster: ClusterDrift, number: int, extent: Extent) -> Iterator[Safe]:
    for place_, one in enumerate(cluster.objects):
        if one.differences or one.state not in (State.IN_STEP, State.NOT_CHECKED):
            yield object_article(one, f"c{number}-o{place_}", unfolded=extent.unfolded)


def _unseen(cluster: ClusterDrift) -> Iterator[Safe]:
    missed = [*cluster.not_checked]
    if cluster.error:
        missed.insert(0, NotChecked("The whole cluster", cluster.error))
    if missed:
        items = [element("li", *_missed(entry)) for entry in missed]
        yield element("div", element("h3", f"Not checked ({len(missed)})"), element("ul", *items), class_="unseen")
    if cluster.stale:
        files = [element("li", element("code", file)) for file in cluster.stale]
        lead = element("p", "These differ from a fresh render of the spec. Cure: ", element("code", "genlb render"))
        yield element("div", element("h3", f"Stale files ({len(files)})"), lead, element("ul", *files), class_="unseen")


def _missed(entry: NotChecked) -> list[Safe]:
    cure = [element("p", joined("Cure: ", element("code", entry.cure)), class_="cure")] if entry.cure else []
    return [element("p", joined(element("strong", entry.what), f": {entry.why}")), *cure]


def _asides(cluster: ClusterDrift) -> Iterator[Safe]:
    ignored = [element("li", *_ignored(one, entry)) for one in cluster.objects for entry in one.ignored]
    notes = [element("li", note) for note in cluster.notes]
    unused = (f"{entry.place} ignores nothing: {entry.object} {entry.path}" for entry in cluster.ignores_unused)
    notes += [element("li", words) for words in unused]
    unseen = [one for one in cluster.objects if one.state is State.NOT_CHECKED]
    in_step = [one for one in cluster.objects if one.state is State.IN_STEP and not one.differences]
    if ignored:
        yield _folded(f"{counted(len(ignored), 'difference')} ignored for a reason", element("ul", *ignored))
    if notes:
        yield _folded(f"{counted(len(notes), 'remark')} on this check", element("ul", *notes))
    if unseen:
        yield _folded(f"{counted(len(unseen), 'object')} could not be looked at", _names(unseen))
    if in_step:
        yield _folded(f"{counted(len(in_step), 'object')} in step", _names(in_step))


def _ignored(one: ObjectDrift, entry: Ignored) -> tuple[Safe, str]:
    until = f", until {entry.expires}" if entry.expires else ""
    where = place(entry.difference) or title(entry.difference.rule)
    return element("code", f"{one.key} {where}"), f" – {entry.reason}{until}"


def _folded(words: str, content: Safe) -> Safe:
    return element("details", element("summary", words), content)


def _names(objects: list[ObjectDrift]) -> Safe:
    return element("ul", *(element("li", str(one.key)) for one in objects), class_="names")
