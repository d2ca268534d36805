"""The peer of render: a kustomize overlay (a base and three patches) that gives the same objects."""

from __future__ import annotations

import copy
import subprocess
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import yaml


def objects_below(rendered: Path) -> list[dict[str, Any]]:
    """Every object that the units' kustomizations name, in their order."""
    objects = []
    for unit in ("node", "routing", "advertise"):
        folder = rendered / unit
        names = yaml.safe_load((folder / "kustomization.yaml").read_text())["resources"]
        objects += [yaml.safe_load((folder / name).read_text()) for name in names]
    return objects


def write_overlay(target: Path, objects: Sequence[dict[str, Any]]) -> None:
    """Write ``target/base`` and ``target/overlay``; the overlay's three patches restore what the base lacks."""
    base, overlay = target / "base", target / "overlay"
    base.mkdir(parents=True)
    overlay.mkdir()
    wanted = [manifest for manifest in objects if manifest["kind"] in {"BGPConfiguration", "IPAddressPool", "BGPPeer"}]
    patches: list[dict[str, str]] = []
    resources = []
    for index, manifest in enumerate(objects):
        bare = copy.deepcopy(manifest)
        if manifest in wanted and len(patches) < 3:
            name = f"patch-{len(patches)}.yaml"
            field, value = next(iter(bare["spec"].items()))
            bare["spec"][field] = _other(value)
            head = {key: manifest[key] for key in ("apiVersion", "kind")}
            identity = {key: manifest["metadata"][key] for key in ("name", "namespace") if key in manifest["metadata"]}
            (overlay / name).write_text(yaml.safe_dump({**head, "metadata": identity, "spec": {field: value}}))
            patches.append({"path": name})
        resources.append(f"object-{index}.yaml")
        (base / resources[-1]).write_text(yaml.safe_dump(bare, sort_keys=False))
    (base / "kustomization.yaml").write_text(yaml.safe_dump({"resources": resources}))
    (overlay / "kustomization.yaml").write_text(yaml.safe_dump({"resources": ["../base"], "patches": patches}))


def same_objects(kubectl: str, overlay: Path, objects: Sequence[dict[str, Any]]) -> bool:
    """Whether the overlay builds just these objects: a comparison of unequal work would prove nothing."""
    built = subprocess.run([kubectl, "kustomize", str(overlay)], check=True, capture_output=True).stdout
    return _by_name(yaml.safe_load_all(built)) == _by_name(objects)


def _by_name(objects: Any) -> dict[tuple[str, str, str], Any]:
    return {(o["kind"], o["metadata"].get("namespace", ""), o["metadata"]["name"]): o for o in objects}


def _other(value: Any) -> Any:
    if isinstance(value, int):
        return value + 1
    return [] if isinstance(value, list) else "other"
