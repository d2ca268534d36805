"""Which Calico and MetalLB a cluster runs, told by the images of what it runs."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import Any

from genlb.drift.model import Versions
from genlb.manifest import Manifest

_TAG = re.compile(r":v?([0-9]+\.[0-9]+\.[0-9]+)(?![0-9])[^/]*\Z")

_RUNS = {
    "DaemonSet": ("calico-node", "calico-node", "calico"),
    "Deployment": ("controller", "controller", "metallb"),
}
"""Kind → end of the object's name, the container's name, and the product. Mirrors rename images, never containers."""


def versions_of(objects: Iterable[Manifest], kubernetes: str = "") -> Versions:
    """What the workloads among ``objects`` run; ``kubernetes`` is what the API server says of itself."""
    found = dict(_running(objects))
    return Versions(kubernetes=kubernetes, calico=found.get("calico", ""), metallb=found.get("metallb", ""))


def _running(objects: Iterable[Manifest]) -> Iterator[tuple[str, str]]:
    for manifest in objects:
        if manifest["kind"] not in _RUNS:
            continue
        name, container, product = _RUNS[manifest["kind"]]
        if not str(manifest["metadata"].get("name", "")).endswith(name):
            continue
        for one in _containers(manifest):
            image = str(one.get("image", ""))
            tag = _TAG.search(image.partition("@")[0])
            if one.get("name") == container and tag and (product in image or product == "calico"):
                yield product, tag[1]


def _containers(manifest: Manifest) -> list[dict[str, Any]]:
    """The containers of a workload; none where a dump holds something else in their place."""
    value: Any = manifest
    for field in ("spec", "template", "spec", "containers"):
        value = value.get(field) if isinstance(value, dict) else None
    return [one for one in value if isinstance(one, dict)] if isinstance(value, list) else []
