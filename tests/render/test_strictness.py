from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from genlb.manifest import Manifest
from genlb.render.strictness import problems
from tests.builders import versions

FOLDER = Path(__file__).resolve().parents[2] / "schemas" / "objects"
SCHEMAS = {path.stem: json.loads(path.read_bytes()) for path in FOLDER.glob("*.json")}


def a_peer(**spec: Any) -> Manifest:
    return {
        "apiVersion": "projectcalico.org/v3",
        "kind": "BGPPeer",
        "metadata": {"name": "genlb-tor-v4"},
        "spec": {"peerIP": "10.20.1.2", "asNumber": 65101, **spec},
    }


def test_a_known_field_is_fine() -> None:
    assert problems(a_peer(ttlSecurity=1), SCHEMAS.get) == []


def test_a_misspelt_field_is_named_with_its_place() -> None:
    (found,) = problems(a_peer(ttlSecurty=1), SCHEMAS.get)

    assert found.startswith("spec: ")
    assert "ttlSecurty" in found


def test_every_problem_is_told_with_its_place() -> None:
    found = problems(a_peer(asNumber="many", filters=[1], password="x" * 1000), SCHEMAS.get)

    assert [it.partition(": ")[0] for it in found] == ["spec.asNumber", "spec.filters[0]", "spec.password"]
    assert max(map(len, found)) < 250


@pytest.mark.parametrize(("calico", "count"), [("3.30.0", 1), ("3.31.0", 0)])
def test_a_field_that_the_release_lacks_is_refused(calico: str, count: int) -> None:
    manifest = a_peer(localASNumber=64601)

    assert len(problems(manifest, SCHEMAS.get, versions(calico=calico))) == count
    assert problems(manifest, SCHEMAS.get) == []


@pytest.mark.parametrize(
    "manifest",
    [
        {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "x"}, "unknown": 1},
        {"apiVersion": "argoproj.io/v1alpha1", "kind": "Application", "metadata": {"name": "x"}, "spec": {"info": 1}},
    ],
)
def test_what_the_files_do_not_know_in_full_is_left_to_the_api_server(manifest: Manifest) -> None:
    assert problems(manifest, SCHEMAS.get) == []
