"""What clusters have between them, and what they were: `validate` without names, and with ``--from``."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from tests.api.repositories import a_spec, replace, snapshot, write
from tests.cli.genlb import Done, Genlb

CLUSTER = "clusters/fra1-prod/cluster.yaml"


def git(folder: Path, *arguments: str) -> str:
    identity = ("-c", "user.name=t", "-c", "user.email=t@example.com")
    done = subprocess.run(["git", *identity, *arguments], cwd=folder, check=True, capture_output=True, text=True)
    return done.stdout.strip()


@pytest.fixture
def base(repository: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The repository in git, its only commit tagged ``base``."""
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.delenv("XDG_CONFIG_HOME", raising=False)
    git(repository, "init", "--quiet", "--initial-branch=main")
    git(repository, "add", "--all")
    git(repository, "commit", "--quiet", "--message=base")
    git(repository, "tag", "base")
    return repository


def rules_told(done: Done) -> set[str]:
    return {told["rule"] for told in done.json["diagnostics"]}


class TestFleet:
    def test_all_clusters_together_are_judged_as_one_fleet(self, genlb: Genlb, repository: Path) -> None:
        for name in ("ams1", "fra1-prod"):
            write(repository, f"clusters/{name}/cluster.yaml", a_spec(name, domain="one"))

        done = genlb("validate")

        assert done.code == 1
        assert f'{CLUSTER}:17:34: error[GLB208]: 10.208.1.0/24 of pool "public" is claimed by cluster ams1' in done.err

    def test_a_named_cluster_is_judged_by_itself(self, genlb: Genlb, repository: Path) -> None:
        for name in ("ams1", "fra1-prod"):
            write(repository, f"clusters/{name}/cluster.yaml", a_spec(name, domain="one"))

        assert genlb("validate", "ams1").code == 0
        assert genlb("validate", "ams1", "fra1-prod").code == 0


class TestChange:
    def test_what_did_not_change_is_fine(self, genlb: Genlb, base: Path) -> None:
        assert genlb("validate", "--from", "base") == (0, "2 clusters · 0 errors, 0 warnings\n", "")
        assert base.exists()

    def test_a_pool_that_shrinks_is_told_and_the_work_tree_is_not_touched(self, genlb: Genlb, base: Path) -> None:
        replace(base, CLUSTER, "10.208.1.0/24", "10.208.1.0/25")
        before = snapshot(base)

        assert genlb("validate").code == 0
        done = genlb("validate", "--from", "base", "--fail-on", "warning")

        assert done.code == 1
        assert f'{CLUSTER}:17:33: warning[GLB217]: pool "public" no longer has 10.208.1.128/25' in done.err
        assert snapshot(base) == before

    def test_it_is_the_named_commit_and_no_other(self, genlb: Genlb, base: Path) -> None:
        replace(base, CLUSTER, "mode: iptables", "mode: nftables")
        git(base, "commit", "--quiet", "--all", "--message=nftables")

        assert "GLB421" in rules_told(genlb("validate", "--from", "base", "-o", "json"))
        assert "GLB421" not in rules_told(genlb("validate", "--from", "HEAD", "-o", "json"))

    def test_a_layer_that_changes_is_a_change_of_every_cluster(self, genlb: Genlb, base: Path) -> None:
        write(
            base,
            "clusters/_defaults.yaml",
            (base / "clusters/_defaults.yaml").read_text() + "  vipBinder: {state: Disabled}\n",
        )

        done = genlb("validate", "--from", "base", "-o", "json")

        told = [one for one in done.json["diagnostics"] if one["rule"] == "GLB518"]
        assert {one["file"] for one in told} == {"clusters/_defaults.yaml"}

    def test_a_new_cluster_has_no_past(self, genlb: Genlb, base: Path) -> None:
        write(base, "clusters/new/cluster.yaml", a_spec("new"))

        assert genlb("validate", "--from", "base").code == 0

    def test_a_cluster_that_could_not_be_read_then_has_no_past(self, genlb: Genlb, base: Path) -> None:
        good = (base / CLUSTER).read_text()
        write(base, CLUSTER, "broken: [")
        git(base, "commit", "--quiet", "--all", "--message=broken")
        write(base, CLUSTER, good.replace("10.208.1.0/24", "10.208.1.0/25"))

        assert genlb("validate", "--from", "HEAD").code == 0

    def test_a_finding_about_change_can_be_suppressed(self, genlb: Genlb, base: Path) -> None:
        replace(base, CLUSTER, '["10.208.1.0/24"]}', '["10.208.1.0/25"]}  # genlb:ignore GLB217 -- nobody is in there')

        assert genlb("validate", "--from", "base").out == "2 clusters · 0 errors, 0 warnings, 1 suppressed\n"

    @pytest.mark.parametrize("ref", ["gone", "--output=x", "", "HEAD^{tree}", "a b"])
    def test_a_commit_that_there_is_not_is_told_with_the_cure(self, genlb: Genlb, base: Path, ref: str) -> None:
        done = genlb("validate", f"--from={ref}")

        assert (done.code, done.out) == (3, "")
        assert "git" in done.err
        assert not (base / "x").exists()

    def test_outside_git_it_cannot_be_told(
        self, genlb: Genlb, repository: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv("GIT_CEILING_DIRECTORIES", str(repository.parent))

        assert genlb("validate", "--from", "HEAD").code == 3
