"""Drift as metrics for the textfile collector of Prometheus' node exporter.

A cluster that could not be read has ``genlb_drift_up 0`` and no other figures: zero differences would be a lie.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from datetime import datetime
from typing import NamedTuple

from genlb.drift.model import ClusterDrift, DriftReport, State, Traffic
from genlb.errors import Severity
from genlb.report.drift_words import place
from genlb.report.visible import visible

_Sample = tuple[dict[str, str], float]


class _Metric(NamedTuple):
    """One family of gauges: what it tells, and its samples."""

    name: str
    help: str
    samples: Iterable[_Sample]


def drift_prom(report: DriftReport) -> str:
    """All metrics, each with HELP and TYPE; a family without samples is left out."""
    return "".join(_family(metric) for metric in _metrics(report))


def _metrics(report: DriftReport) -> Iterator[_Metric]:
    clusters = report.clusters
    read = [cluster for cluster in clusters if not cluster.error]
    yield _Metric("build_info", "The genlb that wrote these.", [({"version": report.version}, 1)])
    yield _Metric("last_run_timestamp_seconds", "When the clusters were looked at.", _time(report.time))
    yield _Metric("up", "Whether the cluster could be read.", _each(clusters, lambda one: not one.error))
    yield _Metric("complete", "Whether everything was looked at.", _each(read, lambda one: one.complete))
    yield _Metric("in_step", "Whether nothing that counts differs from git.", _each(read, lambda one: not one.drifts))
    yield _Metric("objects", "Objects by state.", _states(read))
    yield _Metric("differences", "Differences by severity; info never counts as drift.", _severities(read))
    yield _Metric("traffic_differences", "Differences by what they do to traffic.", _traffic(read))
    yield _Metric("ignored", "Differences that somebody answers for.", _each(read, _ignored))
    yield _Metric("not_checked", "What could not be looked at.", _each(read, lambda one: len(one.not_checked)))
    yield _Metric("stale_files", "Rendered files that differ from the spec.", _each(read, lambda one: len(one.stale)))
    yield _Metric("difference", "One for each difference.", _differences(read))


def _each(clusters: Iterable[ClusterDrift], figure: Callable[[ClusterDrift], float]) -> Iterator[_Sample]:
    for cluster in clusters:
        yield {"cluster": cluster.name}, figure(cluster)


def _ignored(cluster: ClusterDrift) -> int:
    return sum(len(one.ignored) for one in cluster.objects)


def _time(time: str) -> Iterator[_Sample]:
    try:
        yield {}, int(datetime.fromisoformat(time).timestamp())
    except ValueError:
        return


def _states(clusters: Iterable[ClusterDrift]) -> Iterator[_Sample]:
    for cluster in clusters:
        count = Counter(one.state for one in cluster.objects)
        for state in State:
            yield {"cluster": cluster.name, "state": state.value}, count[state]


def _severities(clusters: Iterable[ClusterDrift]) -> Iterator[_Sample]:
    for cluster in clusters:
        count = Counter(one.severity for one in cluster.differences)
        for severity in Severity:
            yield {"cluster": cluster.name, "severity": severity.value}, count[severity]


def _traffic(clusters: Iterable[ClusterDrift]) -> Iterator[_Sample]:
    for cluster in clusters:
        count = Counter(one.traffic for one in cluster.differences)
        for traffic in Traffic:
            yield {"cluster": cluster.name, "traffic": traffic.value}, count[traffic]


def _differences(clusters: Iterable[ClusterDrift]) -> Iterator[_Sample]:
    for cluster in clusters:
        for one in cluster.objects:
            for difference in one.differences:
                labels = {"cluster": cluster.name, "object": str(one.key), "path": place(difference)}
                labels |= {"rule": difference.rule, "severity": difference.severity.value}
                yield labels | {"traffic": difference.traffic.value, "id": difference.id}, 1


def _family(metric: _Metric) -> str:
    name = f"genlb_drift_{metric.name}"
    # The same labels twice would make the collector refuse the whole file.
    samples = {_labels(labels): value for labels, value in metric.samples}
    lines = [f"{name}{labels} {int(value)}\n" for labels, value in samples.items()]
    return "".join([f"# HELP {name} {metric.help}\n# TYPE {name} gauge\n", *lines]) if lines else ""


def _labels(labels: dict[str, str]) -> str:
    inside = ",".join(f'{name}="{_escaped(value)}"' for name, value in labels.items())
    return f"{{{inside}}}" if inside else ""


def _escaped(text: str) -> str:
    return visible(text).replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
