"""`genlb validate --fix`: exactly the value is replaced, once, and nothing that genlb renders."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.api.repositories import replace, snapshot, write
from tests.cli.genlb import Genlb

CLUSTER = "clusters/fra1-prod/cluster.yaml"

MISTAKES = {
    "a number for a version": ('kubernetes: "1.35"', "kubernetes: 1.35", "", "GLB105"),
    "a misspelt field": ("asNumber: 64600", "asNumbr: 64600", "", "GLB103"),
    "a misspelt word": ("mode: iptables", "mode: IPTables", "", "GLB104"),
    "a dotted number": ("asNumber: 64600", 'asNumber: "0.64600"', "", "GLB104"),
    "a quoted number": ("asNumber: 64600", 'asNumber: "64600"', "", "GLB104"),
    "a single value for a list": ('addresses: ["10.20.1.2"]', 'addresses: "10.20.1.2"', "", "GLB104"),
    "no": ("mode: iptables}", "mode: iptables, strictARP: no}", "mode: iptables, strictARP: false}", "GLB105"),
    "true for a switch": (
        "    asNumber: 64600",
        "    nodeToNodeMesh: false\n    asNumber: 64600",
        "    nodeToNodeMesh: Disabled\n    asNumber: 64600",
        "GLB104",
    ),
    "a fraction that is none": ("asNumber: 64600", "asNumber: 64600.0", "", "GLB104"),
    "blanks around a value": ('calico: "3.32.1"', 'calico: " 3.32.1 "', "", "GLB104"),
    "a misspelt kind": ("kind: Cluster", "kind: cluster", "", "GLB104"),
    "a leading v": ('calico: "3.32.1"', 'calico: "v3.32.1"', "", "GLB104"),
}
"""What stands there, the mistake, how it is mended (empty: as it was), and the rule."""


@pytest.mark.parametrize("mistake", MISTAKES)
def test_the_value_is_replaced_and_nothing_else(genlb: Genlb, repository: Path, mistake: str) -> None:
    right, wrong, mended, rule = MISTAKES[mistake]
    note = "  # right, honestly: 'it' \"is\"   \n"
    replace(repository, CLUSTER, "  kubeProxy:", f"{note}\n  kubeProxy:")
    replace(repository, CLUSTER, right, wrong)
    wrong_text = (repository / CLUSTER).read_text()
    before = snapshot(repository)

    done = genlb("validate", "--fix")

    assert (done.code, done.err) == (0, "")
    assert f"fixed[{rule}]: " in done.out
    assert done.out.endswith("1 value fixed in 1 file · 2 clusters · 0 errors, 0 warnings\n")
    assert (repository / CLUSTER).read_text() == wrong_text.replace(wrong, mended or right, 1)
    after = snapshot(repository)
    assert {path for path in after if after[path] != before.get(path)} == {CLUSTER}


def test_a_second_run_changes_nothing(genlb: Genlb, repository: Path) -> None:
    for _, wrong, right in (("", "kubernetes: 1.35", 'kubernetes: "1.35"'), ("", "mode: IPTables", "mode: iptables")):
        replace(repository, CLUSTER, right, wrong)
    assert "2 values fixed in 1 file" in genlb("validate", "--fix").out
    before = snapshot(repository)

    assert genlb("validate", "--fix") == (0, "2 clusters · 0 errors, 0 warnings\n", "")
    assert snapshot(repository) == before


def test_what_is_fine_is_not_written_at_all(genlb: Genlb, repository: Path) -> None:
    times = {path: path.stat().st_mtime_ns for path in repository.rglob("*.yaml")}

    genlb("validate", "--fix")

    assert {path: path.stat().st_mtime_ns for path in repository.rglob("*.yaml")} == times


def test_what_needs_a_decision_stays_and_is_told(genlb: Genlb, repository: Path) -> None:
    replace(repository, CLUSTER, "asNumber: 64600", "asNumber: 4200000000000")
    replace(repository, CLUSTER, 'kubernetes: "1.35"', "kubernetes: 1.35")

    done = genlb("validate", "--fix")

    assert done.code == 1
    assert "1 value fixed in 1 file · 2 clusters · 1 error" in done.out
    assert "asNumber: 4200000000000" in (repository / CLUSTER).read_text()


def test_a_mistake_in_a_layer_is_mended_there(genlb: Genlb, repository: Path) -> None:
    replace(repository, "clusters/_defaults.yaml", "agents:", "agentz:")
    before = (repository / CLUSTER).read_bytes()

    assert genlb("validate", "--fix").code == 0
    assert "  agents:" in (repository / "clusters/_defaults.yaml").read_text()
    assert (repository / CLUSTER).read_bytes() == before


@pytest.mark.parametrize("line_end", ["\n", "\r\n"])
def test_line_ends_and_a_byte_order_mark_stay(genlb: Genlb, repository: Path, line_end: str) -> None:
    replace(repository, CLUSTER, 'kubernetes: "1.35"', "kubernetes: 1.35")
    text = (repository / CLUSTER).read_text().replace("\n", line_end)
    (repository / CLUSTER).write_bytes(b"\xef\xbb\xbf" + text.encode())

    assert genlb("validate", "--fix").code == 0
    mended = text.replace("kubernetes: 1.35", 'kubernetes: "1.35"')
    assert (repository / CLUSTER).read_bytes() == b"\xef\xbb\xbf" + mended.encode()


@pytest.mark.parametrize(("folder", "is_mended"), [("rendered/", False), ("", True)])
def test_rendered_files_are_never_touched(genlb: Genlb, repository: Path, folder: str, *, is_mended: bool) -> None:
    base = f"clusters/fra1-prod/{folder}base.yaml"
    write(repository, base, "apiVersion: kubeproxy.config.k8s.io/v1alpha1\nbindAddress: 65001:50\n")
    merged = f"mode: iptables, ownership: Merge, baseConfig: {folder}base.yaml"
    replace(repository, CLUSTER, "mode: iptables", merged)
    before = snapshot(repository)

    done = genlb("validate", "--fix")

    assert done.code == 1
    assert ("error[GLB105]" in done.err) is not is_mended
    after = snapshot(repository)
    assert {path for path in after if after[path] != before[path]} == ({base} if is_mended else set())


def test_only_named_clusters_are_mended(genlb: Genlb, repository: Path) -> None:
    for file in (CLUSTER, "clusters/ams1/cluster.yaml"):
        replace(repository, file, 'kubernetes: "1.35"', "kubernetes: 1.35")

    genlb("validate", "--fix", "ams1")

    assert "kubernetes: 1.35" in (repository / CLUSTER).read_text()
    assert 'kubernetes: "1.35"' in (repository / "clusters/ams1/cluster.yaml").read_text()


def test_json_says_what_was_replaced(genlb: Genlb, repository: Path) -> None:
    replace(repository, CLUSTER, 'kubernetes: "1.35"', "kubernetes: 1.35")

    (fixed,) = genlb("validate", "--fix", "-o", "json").json["fixed"]

    assert (fixed["rule"], fixed["file"], fixed["line"]) == ("GLB105", CLUSTER, 7)
    assert (fixed["before"], fixed["after"]) == ("1.35", '"1.35"')


def test_a_secret_is_not_repeated(genlb: Genlb, repository: Path) -> None:
    replace(repository, CLUSTER, "asNumber: 64600", "asNumber: 64600\n    password: {secretName: 12345678, key: k}")

    done = genlb("validate", "--fix", "-o", "json")

    assert "fixed" in done.json


def test_a_symbolic_link_stays_one(genlb: Genlb, repository: Path) -> None:
    (repository / CLUSTER).rename(repository / "real.yaml")
    (repository / CLUSTER).symlink_to("../../real.yaml")
    replace(repository, "real.yaml", 'kubernetes: "1.35"', "kubernetes: 1.35")

    assert genlb("validate", "--fix").code == 0
    assert (repository / CLUSTER).is_symlink()
    assert 'kubernetes: "1.35"' in (repository / "real.yaml").read_text()
