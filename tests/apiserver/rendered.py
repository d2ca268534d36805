"""What genlb rendered for the examples, read by PyYAML, in the order in which it is applied."""

from __future__ import annotations

import functools
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import yaml

from tests.contract.object_files import REPOSITORY
from tests.kube.client import Object

FOLDER = REPOSITORY / "clusters"
CLUSTERS = sorted(path.parent.name for path in FOLDER.glob("*/rendered"))
UNITS = ("node", "routing", "advertise")
GITOPS = "gitops"


def objects(cluster: str, *units: str) -> list[Object]:
    """The objects of ``units`` (all three, and those for GitOps, where none is named), fresh copies each time."""
    rendered = FOLDER / cluster / "rendered"
    wanted = [rendered / unit for unit in units or (*UNITS, GITOPS)]
    return [read(path) for folder in wanted if folder.is_dir() for path in files(folder)]


def files(folder: Path) -> Iterator[Path]:
    """The files that the kustomization of ``folder`` lists."""
    for name in read(folder / "kustomization.yaml")["resources"]:
        yield folder / name


def read(path: Path) -> Object:
    """The one object of a file."""
    parsed: Object = yaml.load(path.read_bytes(), Loader=yaml.CSafeLoader)
    return parsed


def of_kind(manifests: Sequence[Object], kind: str, name: str = "") -> list[Object]:
    """The objects of a kind, or the one with that name."""
    return [item for item in manifests if item["kind"] == kind and name in {"", item["metadata"]["name"]}]


@functools.cache
def spec(cluster: str) -> Mapping[str, Any]:
    """What people wrote into the cluster's own file."""
    written: Mapping[str, Any] = read(FOLDER / cluster / "cluster.yaml")["spec"]
    return written
