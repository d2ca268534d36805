"""What genlb rendered for the examples, read by PyYAML, in the order in which it is applied; and examples changed."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import yaml

from tests.contract.object_files import REPOSITORY
from tests.contract.test_rendered_objects import merged
from tests.kube.client import Object

FOLDER = REPOSITORY / "clusters"
CLUSTERS = sorted(path.parent.name for path in FOLDER.glob("*/rendered"))
UNITS = ("node", "routing", "advertise")
GITOPS = "gitops"


def objects(cluster: str, *units: str, folder: Path = FOLDER) -> list[Object]:
    """The objects of ``units`` (all three, and those for GitOps, where none is named), fresh copies each time."""
    wanted = [folder / cluster / "rendered" / unit for unit in units or (*UNITS, GITOPS)]
    return [read(path) for unit in wanted if unit.is_dir() for path in files(unit)]


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


def render(cluster: str, change: Mapping[str, Any], repository: Path) -> Path:
    """Render ``cluster`` with its spec changed (a merge patch); ``repository`` is made, its clusters are returned."""
    folder = repository / "clusters"
    shutil.copytree(FOLDER, folder, ignore=shutil.ignore_patterns("rendered"))
    file = folder / cluster / "cluster.yaml"
    file.write_text(json.dumps(merged(read(file), {"spec": change})))
    command: list[str | Path] = [sys.executable, "-m", "genlb", "-C", repository, "render", cluster]
    result = subprocess.run(command, capture_output=True, text=True, check=False, cwd=REPOSITORY)
    assert result.returncode == 0, result.stderr
    return folder
