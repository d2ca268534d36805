"""Contexts with the real skeletons of ``templates/``, read by PyYAML: not by the reader of the code under test."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import yaml

from genlb.manifest import Manifest
from genlb.render.context import Context
from genlb.spec.model import Cluster
from tests.builders import a_context

TEMPLATES = Path(__file__).resolve().parents[2] / "templates"


def skeleton(name: str) -> Manifest:
    """A fresh copy of ``templates/<name>.yaml``."""
    manifest: Manifest = yaml.safe_load((TEMPLATES / f"{name}.yaml").read_bytes())
    return manifest


def a_node_context(cluster: Cluster | None = None, *, base_config: Mapping[str, Any] | None = None) -> Context:
    """``cluster`` on its way to the objects of unit node."""
    return a_context(cluster, base_config=base_config, template=skeleton)
