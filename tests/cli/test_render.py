"""`genlb render`: what is written, what is refused, what is told."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml

from genlb.errors import Undetermined
from tests.api.repositories import PROFILE, a_repository, a_spec, replace, snapshot, write
from tests.cli.genlb import Genlb, process

CLUSTER = "clusters/fra1-prod/cluster.yaml"
PEER = "clusters/fra1-prod/rendered/routing/bgppeer-genlb-tor-a-v4.yaml"
BGP = "clusters/fra1-prod/rendered/advertise/bgpconfiguration-default.yaml"
MANIFEST = "clusters/fra1-prod/rendered/genlb.manifest.json"


@pytest.fixture
def rendered(genlb: Genlb) -> Genlb:
    """The repository with everything rendered."""
    assert genlb("render").code == 0
    return genlb


def git(root: Path, *arguments: str) -> None:
    subprocess.run(["git", *arguments], cwd=root, check=True, capture_output=True)


class TestWriting:
    def test_all_clusters_are_written_with_a_line_for_each_and_a_sum(self, genlb: Genlb, repository: Path) -> None:
        done = genlb("render")
        files = len([path for path in (repository / "clusters/ams1/rendered").rglob("*") if path.is_file()])

        assert (done.code, done.err) == (0, "")
        assert done.out.split("\n") == [
            f"ams1  {files} files: {files} created",
            f"fra1-prod  {files} files: {files} created",
            f"2 clusters · {2 * files} files, {2 * files} changed",
            "",
        ]

    def test_a_second_run_changes_nothing(self, rendered: Genlb, repository: Path) -> None:
        before = snapshot(repository)

        done = rendered("render")

        assert done.code == 0
        assert done.out.endswith("files, nothing changed\n")
        assert snapshot(repository) == before

    def test_a_changed_spec_changes_its_files(self, rendered: Genlb, repository: Path) -> None:
        replace(repository, CLUSTER, "asNumber: 64600", "asNumber: 64700")

        done = rendered("render")

        assert "fra1-prod  24 files: 2 changed\n" in done.out
        assert "ams1  24 files: unchanged\n" in done.out
        assert "asNumber: 64700" in (repository / BGP).read_text()

    def test_what_is_rendered_no_more_is_deleted_and_what_is_not_genlbs_is_kept(
        self, rendered: Genlb, repository: Path
    ) -> None:
        foreign = write(repository, "clusters/fra1-prod/rendered/routing/notes.txt", "mine")
        replace(repository, CLUSTER, '          - {name: tor-a, asNumber: 65101, addresses: ["10.20.1.2"]}\n', "")

        done = rendered("render", "fra1-prod")

        assert "1 deleted" in done.out
        assert "(1 not genlb's)" in done.out
        assert not (repository / PEER).exists()
        assert foreign.read_text() == "mine"

    def test_verbose_names_the_files(self, rendered: Genlb, repository: Path) -> None:
        replace(repository, CLUSTER, "asNumber: 64600", "asNumber: 64700")

        done = Genlb(repository, rendered._capsys)("-v", "render")  # noqa: SLF001 -- a fixture of ours

        assert "  ~ advertise/bgpconfiguration-default.yaml\n" in done.out

    def test_out_writes_elsewhere(self, genlb: Genlb, repository: Path) -> None:
        before = snapshot(repository)

        assert genlb("render", "fra1-prod", "--out", "../out").code == 0
        assert genlb("render", "fra1-prod", "--out", "../out", "--check").code == 0

        assert snapshot(repository) == before
        assert (repository.parent / "out/fra1-prod/rendered/metallb-values.yaml").is_file()

    def test_a_failed_write_of_one_cluster_is_told_and_the_others_have_their_turn(
        self, genlb: Genlb, repository: Path
    ) -> None:
        write(repository, "clusters/ams1/rendered", "a file in the way")

        done = genlb("render")

        assert done.code == 3
        assert "error: clusters/ams1/rendered: " in done.err
        assert str(repository) not in done.err
        assert "fra1-prod  24 files: 24 created" in done.out
        assert "1 cluster not written" in done.out
        assert genlb("render", "-o", "json").json["clusters"][0]["status"] == "failed"


class TestErrors:
    def test_while_one_spec_has_an_error_nothing_at_all_is_written(self, genlb: Genlb, repository: Path) -> None:
        replace(repository, CLUSTER, "asNumber: 64600", "asNumber: none")
        before = snapshot(repository)

        done = genlb("render")

        assert (done.code, done.out) == (1, "")
        assert f"{CLUSTER}:10:15: error[GLB104]" in done.err
        assert done.err.endswith("2 clusters · 1 error, 0 warnings · nothing rendered\n")
        assert snapshot(repository) == before

    def test_another_cluster_can_still_be_rendered(self, genlb: Genlb, repository: Path) -> None:
        replace(repository, CLUSTER, "asNumber: 64600", "asNumber: none")

        assert genlb("render", "ams1").code == 0

    def test_a_patch_that_does_not_fit_stops_before_anything_is_written(self, genlb: Genlb, repository: Path) -> None:
        more = "  patches:\n    - {kind: BGPPeer, name: nobody, merge: {}}\n"
        write(repository, CLUSTER, a_spec("fra1-prod", more=more))
        before = snapshot(repository)

        assert genlb("render").code == 1
        assert snapshot(repository) == before

    def test_a_file_that_cannot_be_read_stops_it_with_3(
        self, genlb: Genlb, repository: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        from genlb.stores.repository import Repository

        def failing(self: Repository, name: str) -> object:
            raise Undetermined("clusters/_defaults.yaml: cannot be read: Permission denied")

        monkeypatch.setattr(Repository, "load", failing)
        before = snapshot(repository)

        done = genlb("render")

        assert done.code == 3
        assert done.err.count("cannot be read") == 1
        assert snapshot(repository) == before

    def test_warnings_do_not_stop_it_and_notes_are_told_only_when_asked(self, genlb: Genlb, repository: Path) -> None:
        replace(repository, CLUSTER, 'kubernetes: "1.35"', 'kubernetes: "1.99"')
        (repository / "clusters" / "empty").mkdir()

        done = genlb("render")

        assert done.code == 0
        assert "warning[GLB109]" in done.err
        assert "GLB703" not in done.err

    @pytest.mark.parametrize(
        ("arguments", "message"),
        [
            (["nowhere"], "there is no cluster 'nowhere'"),
            (["--check", "--stdout"], "--check and --stdout do not go together"),
            (["--check", "--overwrite"], "--check and --overwrite do not go together"),
            (["--stdout", "--out", "x"], "--stdout and --out do not go together"),
            (["--stdout", "-o", "json"], "does not go together with -o json"),
            (["-l", "env"], "is not of the form label=value"),
            (["-l", "env=none"], "no cluster has env=none"),
            (["-j", "0"], "0 is not in the range"),
            (["--chek"], "--check"),
        ],
    )
    def test_a_request_that_makes_no_sense_is_a_usage_error(
        self, genlb: Genlb, arguments: list[str], message: str
    ) -> None:
        done = genlb("render", *arguments)

        assert done.code == 2
        assert message in done.err


class TestHandEdits:
    def test_they_are_refused_and_the_way_out_is_named(self, rendered: Genlb, repository: Path) -> None:
        write(repository, PEER, "edited: by hand\n")
        replace(repository, CLUSTER, "asNumber: 64600", "asNumber: 64700")
        before = snapshot(repository)

        done = rendered("render")

        assert done.code == 1
        assert f"{PEER}:1:1: error[GLB608]: the file was edited by hand" in done.err
        assert done.err.endswith(f"genlb -C {repository} render --overwrite fra1-prod\n")
        assert snapshot(repository) == before

    def test_the_other_clusters_are_written(self, rendered: Genlb, repository: Path) -> None:
        write(repository, PEER, "edited: by hand\n")
        replace(repository, "clusters/ams1/cluster.yaml", "asNumber: 64600", "asNumber: 64700")

        assert "ams1  24 files: 2 changed" in rendered("render").out

    def test_overwrite_gives_them_up(self, rendered: Genlb, repository: Path) -> None:
        before = snapshot(repository)
        write(repository, PEER, "edited: by hand\n")

        assert rendered("render", "--overwrite").code == 0
        assert snapshot(repository) == before


class TestCheck:
    def test_up_to_date_is_fine(self, rendered: Genlb) -> None:
        assert rendered("render", "--check") == (0, "2 clusters · 48 files up to date\n", "")

    def test_nothing_rendered_yet_is_stale(self, genlb: Genlb, repository: Path) -> None:
        before = snapshot(repository)

        done = genlb("render", "--check")

        assert done.code == 1
        assert done.err.count("error[GLB607]: the file is missing") == 48
        assert snapshot(repository) == before

    def test_each_differing_file_is_named_and_shown_and_the_last_line_is_the_command(
        self, rendered: Genlb, repository: Path
    ) -> None:
        replace(repository, CLUSTER, "asNumber: 64600", "asNumber: 64700")

        done = rendered("render", "--check")

        assert done.code == 1
        assert f"{BGP}:1:1: error[GLB607]: the spec renders something else\n" in done.err
        assert "-  asNumber: 64600\n+  asNumber: 64700\n" in done.out
        assert done.err.endswith(f"2 files differ in 1 cluster. Run:\ngenlb -C {repository} render fra1-prod\n")

    def test_the_command_that_it_names_mends_it(self, rendered: Genlb, repository: Path) -> None:
        replace(repository, CLUSTER, "asNumber: 64600", "asNumber: 64700")
        write(repository, PEER, "edited: by hand\n")
        command = rendered("render", "--check").err.rstrip().split("\n")[-1].split()

        assert command[:3] == ["genlb", "-C", str(repository)]
        assert rendered(*command[3:]).code == 0
        assert rendered("render", "--check").code == 0

    def test_an_edited_and_a_left_over_file_are_608(self, rendered: Genlb, repository: Path) -> None:
        write(repository, BGP, "edited: by hand\n")
        replace(repository, CLUSTER, '          - {name: tor-a, asNumber: 65101, addresses: ["10.20.1.2"]}\n', "")

        done = rendered("render", "--check", "-o", "json")

        assert done.code == 1
        found = {found["file"]: (found["rule"], found["message"]) for found in done.json["diagnostics"]}
        assert found[BGP] == ("GLB608", "the file was edited by hand")
        assert found[PEER] == ("GLB608", "the spec renders no such file any more")
        assert found[MANIFEST][0] == "GLB607"

    def test_foreign_files_are_no_failure(self, rendered: Genlb, repository: Path) -> None:
        write(repository, "clusters/fra1-prod/rendered/notes.txt", "mine")

        assert rendered("render", "--check").code == 0
        assert rendered("render", "--check", "-o", "json").json["clusters"][1]["foreign"] == ["notes.txt"]

    def test_stale_files_do_not_hide_a_renderer_that_renders_nothing(
        self, rendered: Genlb, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr("genlb.render.tree.produce", lambda *_: [])

        assert rendered("render", "--check").code == 1

    def test_a_merge_conflict_in_the_manifest_is_no_traceback(self, rendered: Genlb, repository: Path) -> None:
        write(repository, MANIFEST, "<<<<<<< HEAD\n{}\n")

        done = rendered("render", "--check")

        assert done.code == 1
        assert "bug" not in done.err


class TestStdout:
    def test_it_is_a_stream_of_objects_in_apply_order_and_writes_nothing(self, genlb: Genlb, repository: Path) -> None:
        before = snapshot(repository)

        done = genlb("render", "fra1-prod", "--stdout")

        assert (done.code, done.err) == (0, "")
        kinds = [document["kind"] for document in yaml.safe_load_all(done.out)]
        assert kinds[0] == "Namespace"
        assert kinds[-1] == "BGPConfiguration"
        assert "Kustomization" not in kinds
        assert kinds.index("IPAddressPool") < kinds.index("BGPFilter") < kinds.index("BGPPeer")
        assert f"---\n# {PEER}\n" in done.out
        assert snapshot(repository) == before

    def test_it_equals_what_is_written(self, rendered: Genlb, repository: Path) -> None:
        out = rendered("render", "fra1-prod", "--stdout").out

        assert (repository / PEER).read_text() in out

    def test_all_selected_clusters_follow_each_other(self, genlb: Genlb) -> None:
        one, other = genlb("render", "ams1", "--stdout").out, genlb("render", "fra1-prod", "--stdout").out

        assert genlb("render", "--stdout").out == one + other

    def test_the_first_document_is_no_empty_one(self, genlb: Genlb) -> None:
        documents = list(yaml.safe_load_all(genlb("render", "ams1", "--stdout").out))

        assert None not in documents


class TestSelection:
    def test_by_label(self, genlb: Genlb) -> None:
        assert genlb("render", "-l", "env=prod").out.startswith("fra1-prod")
        assert genlb("render", "-l", "env=prod").out.count("files:") == 1

    def test_several_labels_must_all_fit(self, genlb: Genlb, repository: Path) -> None:
        replace(repository, CLUSTER, "{env: prod}", "{env: prod, region: eu}")
        write(repository, "clusters/muc1/cluster.yaml", a_spec("muc1"))

        for arguments in (["-l", "env=prod", "-l", "region=eu"], ["-l", "env=prod,region=eu"]):
            assert [line.split()[0] for line in genlb("render", *arguments).out.split("\n")[:1]] == ["fra1-prod"]

    def test_names_and_labels_both_must_fit(self, genlb: Genlb) -> None:
        assert genlb("render", "ams1", "-l", "env=prod").code == 2

    def test_a_wrong_cluster_that_is_not_selected_does_not_matter(self, genlb: Genlb, repository: Path) -> None:
        replace(repository, CLUSTER, "asNumber: 64600", "asNumber: none")

        assert genlb("render", "-l", "env=stage").code == 0

    def test_a_cluster_whose_labels_cannot_be_read_is_not_passed_over(self, genlb: Genlb, repository: Path) -> None:
        write(repository, CLUSTER, "a: [")

        assert genlb("render", "-l", "env=stage").code == 1


class TestChangedSince:
    @pytest.fixture
    def base(self, rendered: Genlb, repository: Path) -> Genlb:
        git(repository, "init", "--quiet")
        git(repository, "add", "--all")
        git(repository, "commit", "--quiet", "--message=base")
        git(repository, "tag", "base")
        return rendered

    def names(self, genlb: Genlb) -> list[str]:
        done = genlb("render", "--changed-since", "base", "-o", "json")
        assert done.code == 0
        return [cluster["name"] for cluster in done.json["clusters"]]

    def test_nothing_changed_is_fine_and_nothing_done(self, base: Genlb) -> None:
        assert self.names(base) == []
        assert base("render", "--changed-since", "base").out == "0 clusters · 0 files, nothing changed\n"

    def test_a_changed_spec_selects_its_cluster(self, base: Genlb, repository: Path) -> None:
        replace(repository, CLUSTER, "asNumber: 64600", "asNumber: 64700")

        assert self.names(base) == ["fra1-prod"]

    def test_a_changed_rendered_file_selects_its_cluster(self, base: Genlb, repository: Path) -> None:
        (repository / PEER).unlink()

        assert self.names(base) == ["fra1-prod"]

    def test_a_new_cluster_is_selected_before_it_is_committed(self, base: Genlb, repository: Path) -> None:
        write(repository, "clusters/muc1/cluster.yaml", a_spec("muc1"))

        assert self.names(base) == ["muc1"]

    @pytest.mark.parametrize("shared", ["clusters/_defaults.yaml", "genlb.yaml"])
    def test_what_all_share_selects_all(self, base: Genlb, repository: Path, shared: str) -> None:
        file = repository / shared
        file.write_text((file.read_text() if file.exists() else "") + "# changed\n")

        assert self.names(base) == ["ams1", "fra1-prod"]

    def test_deleted_defaults_select_all(self, base: Genlb, repository: Path) -> None:
        (repository / "clusters/_defaults.yaml").unlink()

        assert base("render", "--changed-since", "base").err.count("agents.image is missing") == 2

    def test_anything_else_selects_none(self, base: Genlb, repository: Path) -> None:
        write(repository, "README.md", "changed")

        assert self.names(base) == []

    def test_a_profile_selects_the_clusters_that_take_it(self, base: Genlb, repository: Path) -> None:
        write(repository, CLUSTER, a_spec("fra1-prod", more="  profiles: [bare-metal]\n"))
        write(repository, "clusters/_profiles/bare-metal.yaml", PROFILE)
        git(repository, "add", "--all")
        git(repository, "commit", "--quiet", "--message=profile")
        git(repository, "tag", "--force", "base")
        replace(repository, "clusters/_profiles/bare-metal.yaml", "persist: true", "persist: false")

        assert self.names(base) == ["fra1-prod"]

    def test_an_unknown_ref_is_undetermined(self, base: Genlb) -> None:
        done = base("render", "--changed-since", "nowhere")

        assert done.code == 3
        assert "git knows no commit 'nowhere'" in done.err

    def test_without_a_git_repository_it_is_undetermined(self, genlb: Genlb) -> None:
        assert genlb("render", "--changed-since", "HEAD").code == 3


class TestJobs:
    def fleet(self, root: Path) -> Path:
        return a_repository(root / "fleet", **{f"c{number:02}": a_spec(f"c{number:02}") for number in range(30)})

    def test_several_processes_give_the_same_bytes_and_words_in_the_same_order(
        self, genlb: Genlb, tmp_path: Path
    ) -> None:
        one, two = self.fleet(tmp_path / "one"), self.fleet(tmp_path / "two")
        genlb.root = one
        expected = genlb("render")
        genlb.root = two
        done = genlb("render", "-j", "2")

        assert done == expected
        assert snapshot(two) == snapshot(one)
        assert genlb("render", "-j", "2", "--check").out == "30 clusters · 720 files up to date\n"

    def test_errors_found_in_other_processes_stop_everything(self, genlb: Genlb, tmp_path: Path) -> None:
        genlb.root = self.fleet(tmp_path)
        replace(genlb.root, "clusters/c29/cluster.yaml", "asNumber: 64600", "asNumber: none")
        before = snapshot(genlb.root)

        done = genlb("render", "-j", "3")

        assert done.code == 1
        assert "clusters/c29/cluster.yaml:10:15: error[GLB104]" in done.err
        assert snapshot(genlb.root) == before


class TestJson:
    def test_what_was_done_is_told_by_cluster(self, genlb: Genlb, repository: Path) -> None:
        done = genlb("render", "-o", "json")

        assert (done.code, done.err) == (0, "")
        cluster: dict[str, Any] = done.json["clusters"][1]
        assert cluster["name"] == "fra1-prod"
        assert cluster["status"] == "changed"
        assert cluster["folder"] == "clusters/fra1-prod/rendered"
        assert cluster["files"] == len(cluster["created"]) == 24
        assert genlb("render", "-o", "json").json["clusters"][1]["status"] == "unchanged"

    def test_errors_are_told_as_validate_tells_them(self, genlb: Genlb, repository: Path) -> None:
        replace(repository, CLUSTER, "asNumber: 64600", "asNumber: none")

        assert genlb("render", "-o", "json").json == genlb("validate", "-o", "json").json


def test_two_renders_from_anywhere_under_any_settings_give_the_same_bytes(genlb: Genlb, repository: Path) -> None:
    assert genlb("render").code == 0
    before = snapshot(repository / "clusters" / "fra1-prod" / "rendered")
    environment = {"TZ": "Asia/Kathmandu", "LANG": "tr_TR.UTF-8", "LC_ALL": "C", "PYTHONHASHSEED": "7", "NO_COLOR": "1"}
    old = os.umask(0o077)
    try:
        done = process("-C", "..", "render", "fra1-prod", "--out", "../o", cwd=repository / "clusters", env=environment)
    finally:
        os.umask(old)

    assert done.returncode == 0, done.stderr
    assert snapshot(repository.parent / "o" / "fra1-prod" / "rendered") == before
