"""The verdict on pairs that the engine was not built on, by the way that ``genlb drift --desired --live`` takes."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from genlb.api.drift import Question, drift_of_path
from genlb.cli.main import run
from genlb.drift.model import ClusterDrift
from genlb.drift.path import spelled
from genlb.errors import Severity
from tests.drift.unseen import PAIRS, Pair

BY_NAME = {pair.name: pair for pair in PAIRS}
DRIFT = 1
THROUGH_THE_COMMAND = [
    "deployment applied by Argo CD, defaults filled in",
    "sidecar, init container and volume put first by a webhook",
    "image changed by kubectl set image",
    "env var dropped from git, ours still owns it (Argo CD)",
    "the object is not there",
    "secret value changed",
    "kube-proxy: re-marshalled by kubeadm",
    "bgp peer: git in one group, live in the other and changed",
]


def name_of(pair: Pair) -> str:
    return pair.name


def written(pair: Pair, folder: Path) -> tuple[str, str]:
    desired, live = folder / "desired.yaml", folder / "live.yaml"
    text = pair.text or "---\n".join(f"{json.dumps(one, indent=1)}\n" for one in pair.desired)
    desired.write_text(text, encoding="utf-8")
    live.write_text(json.dumps({"apiVersion": "v1", "kind": "List", "items": pair.live}), encoding="utf-8")
    return str(desired), str(live)


def verdict(pair: Pair, folder: Path, *, strict: bool = False) -> ClusterDrift:
    desired, live = written(pair, folder)
    found = drift_of_path(Question(desired=desired, live=(live,), live_complete=True, strict=strict))
    assert not found.error
    assert not found.not_checked
    return found


def told(found: ClusterDrift) -> list[tuple[str, str, str]]:
    return [(one.severity.name, one.sort.name, spelled(one.path)) for one in found.differences]


def test_there_are_many_and_each_has_a_name_of_its_own() -> None:
    assert len(PAIRS) >= 300
    assert len(BY_NAME) == len(PAIRS)
    assert min(sum(pair.drifts for pair in PAIRS), sum(not pair.drifts for pair in PAIRS)) > len(PAIRS) // 3


@pytest.mark.parametrize("pair", PAIRS, ids=name_of)
def test_the_verdict_is_right(pair: Pair, tmp_path: Path) -> None:
    found = verdict(pair, tmp_path)

    assert found.drifts is pair.drifts, told(found)


@pytest.mark.parametrize("pair", [pair for pair in PAIRS if pair.path], ids=name_of)
def test_the_finding_is_where_the_change_is(pair: Pair, tmp_path: Path) -> None:
    found = verdict(pair, tmp_path)

    assert pair.path in {spelled(one.path) for one in found.differences if one.severity is not Severity.INFO}


@pytest.mark.parametrize("pair", [pair for pair in PAIRS if pair.state], ids=name_of)
def test_an_object_is_told_for_what_it_is(pair: Pair, tmp_path: Path) -> None:
    assert pair.state in {one.state.value for one in verdict(pair, tmp_path).objects}


@pytest.mark.parametrize("pair", [pair for pair in PAIRS if pair.strict], ids=name_of)
def test_what_others_added_is_drift_when_strict(pair: Pair, tmp_path: Path) -> None:
    assert verdict(pair, tmp_path, strict=True).drifts


@pytest.mark.parametrize("name", THROUGH_THE_COMMAND)
def test_the_command_says_the_same(name: str, tmp_path: Path) -> None:
    pair = BY_NAME[name]
    desired, live = written(pair, tmp_path)

    code = run(["drift", "--desired", desired, "--live", live, "--live-complete"])

    assert code == (DRIFT if pair.drifts else 0)


@pytest.mark.parametrize(
    "pair", [pair for pair in PAIRS if pair.live and pair.live[0]["kind"] == "Secret"], ids=name_of
)
def test_no_secret_is_told(pair: Pair, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    desired, live = written(pair, tmp_path)

    run(["drift", "--desired", desired, "--live", live, "--live-complete", "--strict", "-o", "json"])

    said = capsys.readouterr()
    assert '"kind": "Secret"' in said.out or '"Secret"' in said.out
    assert not [value for value in secrets(pair) if value in said.out + said.err]


def secrets(pair: Pair) -> list[str]:
    """Values that nobody may read; the shortest ones could be part of any word."""
    fields = [one.get(field) or {} for one in (*pair.desired, *pair.live) for field in ("data", "stringData")]
    return [value for field in fields for value in field.values() if len(value) > len("admin")]
