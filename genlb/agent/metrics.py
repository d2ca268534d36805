"""Measurements in Prometheus' text format (version 0.0.4)."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from typing import NamedTuple

CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"

_ESCAPES = str.maketrans({"\\": r"\\", '"': r"\"", "\n": r"\n"})
_HELP_ESCAPES = str.maketrans({"\\": r"\\", "\n": r"\n"})


class Sample(NamedTuple):
    """One value, told apart from its siblings by labels."""

    value: float
    labels: Mapping[str, str] = {}


class Metric(NamedTuple):
    """A family of samples; ``kind`` is ``counter`` or ``gauge``, and a counter's name ends with ``_total``."""

    name: str
    kind: str
    told: str
    samples: tuple[Sample, ...]


def counter(name: str, told: str, *samples: Sample) -> Metric:
    """What only grows while the daemon lives."""
    return Metric(name, "counter", told, samples)


def gauge(name: str, told: str, *samples: Sample) -> Metric:
    """What may rise and fall."""
    return Metric(name, "gauge", told, samples)


def exposition(metrics: Iterable[Metric]) -> str:
    """The page that Prometheus reads; a family without a sample is left out."""
    lines: list[str] = []
    for metric in metrics:
        if metric.samples:
            lines.append(f"# HELP {metric.name} {metric.told.translate(_HELP_ESCAPES)}")
            lines.append(f"# TYPE {metric.name} {metric.kind}")
            lines += [f"{metric.name}{_labels(sample.labels)} {_number(sample.value)}" for sample in metric.samples]
    return "".join(f"{line}\n" for line in lines)


def _labels(labels: Mapping[str, str]) -> str:
    pairs = ",".join(f'{name}="{_text(value)}"' for name, value in labels.items())
    return f"{{{pairs}}}" if pairs else ""


def _text(value: str) -> str:
    # A name of the kernel may be no UTF-8; one bad label must not cost the whole page.
    return value.encode("utf-8", "replace").decode().translate(_ESCAPES)


def _number(value: float) -> str:
    if math.isinf(value):
        return "+Inf" if value > 0 else "-Inf"
    if math.isnan(value):
        return "NaN"
    return str(int(value)) if value == int(value) else repr(value)
