"""The skeletons stand on their own: any linter can judge them, and both YAML readers read them alike."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml

from genlb.manifest import Manifest
from genlb.render.rbac import cluster_roles, roles
from genlb.render.sysctl import sysctl_daemon_sets
from genlb.render.vip import vip_daemon_sets
from genlb.yamltext import load
from tests.builders import a_context
from tests.render.skeletons import TEMPLATES, skeleton

FILES = sorted(TEMPLATES.rglob("*.yaml"))
DAEMON_SETS = [file.stem for file in FILES if file.stem.startswith("daemonset-")]


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_a_skeleton_is_one_named_object_that_both_readers_read_alike(file: Path) -> None:
    manifest = yaml.safe_load(file.read_bytes())

    assert load(file.read_bytes(), file.name) == manifest
    assert manifest["apiVersion"]
    assert file.stem == f"{manifest['kind'].lower()}-{manifest['metadata']['name'].removeprefix('genlb-')}"


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_a_skeleton_is_data_and_no_text_template(file: Path) -> None:
    # Nor may Flux's substitution find anything to replace.
    assert not [mark for mark in ("{{", "${", "<%") if mark in file.read_text()]


def test_every_skeleton_is_used_and_every_used_one_exists() -> None:
    asked: list[str] = []

    def recording(name: str) -> Manifest:
        asked.append(name)
        return skeleton(name)

    context = a_context(template=recording)
    for producer in (cluster_roles, roles, sysctl_daemon_sets, vip_daemon_sets):
        producer(context)

    assert sorted(asked) == [file.stem for file in FILES]


@pytest.mark.parametrize("name", DAEMON_SETS)
def test_a_daemon_set_selects_its_own_pods_and_mounts_its_own_volumes(name: str) -> None:
    spec = skeleton(name)["spec"]
    pod = spec["template"]["spec"]
    [container] = pod["containers"]

    assert spec["selector"]["matchLabels"].items() <= spec["template"]["metadata"]["labels"].items()
    assert container["image"]
    assert {mount["name"] for mount in container["volumeMounts"]} == {volume["name"] for volume in pod["volumes"]}


@pytest.mark.parametrize(("name", "producer"), [("sysctl", sysctl_daemon_sets), ("vip", vip_daemon_sets)])
def test_a_daemon_set_says_in_its_skeleton_what_is_rendered_by_default(name: str, producer: Any) -> None:
    [rendered] = producer(a_context(template=skeleton))
    expected = skeleton(f"daemonset-{name}")

    for manifest in (rendered, expected):
        pod = manifest["spec"]["template"]["spec"]
        for decided in ("nodeSelector", "tolerations"):
            pod.pop(decided, None)
        for decided in ("image", "resources"):
            pod["containers"][0].pop(decided)
        manifest["metadata"].pop("labels", None)
        manifest["spec"]["template"].pop("metadata")
    assert rendered == expected
