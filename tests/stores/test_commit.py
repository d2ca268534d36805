"""The files of a commit, read with a real git and never checked out."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from genlb.errors import InvalidInput, Undetermined
from genlb.stores.commit import Commit
from genlb.stores.files import Files, WorkTree
from genlb.stores.repository import Repository
from genlb.stores.sourcefile import LARGEST
from tests.api.repositories import PROFILE, a_repository, a_spec, replace, write


@pytest.fixture
def root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A repository of specs, two folders deep in a git repository whose only commit is tagged ``base``."""
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.delenv("XDG_CONFIG_HOME", raising=False)
    top = tmp_path / "top"
    a_repository(top / "deep" / "lb")
    git(top, "init", "--quiet", "--initial-branch=main")
    commit(top, "base")
    return top / "deep" / "lb"


def git(folder: Path, *arguments: str) -> str:
    identity = ("-c", "user.name=t", "-c", "user.email=t@example.com")
    done = subprocess.run(["git", *identity, *arguments], cwd=folder, check=True, capture_output=True, text=True)
    return done.stdout.strip()


def commit(folder: Path, tag: str) -> None:
    git(folder, "add", "--all", ":/")
    git(folder, "commit", "--quiet", "--allow-empty", "--message=x")
    git(folder, "tag", "--force", tag)


@pytest.fixture
def opened(root: Path) -> Iterator[Commit]:
    with Commit(str(root), "base") as files:
        yield files


def test_files_are_those_of_the_commit_whatever_the_work_tree_holds(root: Path, opened: Commit) -> None:
    file = "clusters/ams1/cluster.yaml"
    then = (root / file).read_bytes()
    write(root, file, "changed")
    write(root, "clusters/new/cluster.yaml", "new")

    assert opened.read(file) == then
    assert opened.read("clusters/new/cluster.yaml") is None
    assert opened.names("clusters") == ["_defaults.yaml", "ams1", "fra1-prod"]


def test_a_repository_at_a_commit_is_like_the_one_that_was_committed(root: Path) -> None:
    write(root, "genlb.yaml", "clusters: fleet\n")
    (root / "clusters").rename(root / "fleet")
    write(root, "fleet/fra1-prod/cluster.yaml", a_spec("fra1-prod", more="  profiles: [bare-metal]\n"))
    write(root, "fleet/_profiles/bare-metal.yaml", PROFILE)
    (root / "fleet" / "empty").mkdir()
    write(root, "fleet/odd_name/cluster.yaml", "x")
    commit(root, "now")
    (root / "fleet" / "empty").rmdir()  # git knows no empty folders

    with Commit(str(root), "now") as files:
        then, now = Repository(str(root), "0.1.0", files=files), Repository(str(root), "0.1.0")

        assert then.names == now.names == ("ams1", "fra1-prod")
        assert then.folder_diagnostics == now.folder_diagnostics
        for name in now.names:
            assert then.load(name).cluster == now.load(name).cluster
            assert then.load(name).layers == now.load(name).layers


@pytest.mark.parametrize(
    ("link", "target", "path", "real"),
    [
        (
            "clusters/ams1/cluster.yaml",
            "../fra1-prod/cluster.yaml",
            "clusters/ams1/cluster.yaml",
            "clusters/fra1-prod/cluster.yaml",
        ),
        ("clusters/second", "ams1", "clusters/second/cluster.yaml", "clusters/ams1/cluster.yaml"),
        (
            "clusters/_profiles",
            "../shared/../clusters/ams1",
            "clusters/_profiles/cluster.yaml",
            "clusters/ams1/cluster.yaml",
        ),
    ],
)
def test_links_inside_the_commit_are_followed(root: Path, link: str, target: str, path: str, real: str) -> None:
    (root / link).unlink(missing_ok=True)
    (root / link).symlink_to(target)
    commit(root, "now")

    with Commit(str(root), "now") as files:
        assert files.is_inside(path)
        assert files.may_exist(path)
        assert files.read(path) == files.read(real) != b""
        assert files.names(link) == ([] if link.endswith(".yaml") else ["cluster.yaml"])


@pytest.mark.parametrize("target", ["/etc/passwd", "../../../../../etc/passwd", "gone", "cluster.yaml", "../.."])
def test_links_that_lead_elsewhere_are_refused(root: Path, target: str) -> None:
    link = root / "clusters" / "ams1" / "cluster.yaml"
    link.unlink()
    link.symlink_to(target)
    commit(root, "now")

    with Commit(str(root), "now") as files, pytest.raises(InvalidInput):
        files.read("clusters/ams1/cluster.yaml")


def test_a_folder_in_the_place_of_a_file_is_refused(opened: Commit) -> None:
    with pytest.raises(InvalidInput, match="is a directory where a file belongs"):
        opened.read("clusters/ams1")


def test_many_files_come_one_after_another(root: Path) -> None:
    texts = {f"clusters/c{n}/cluster.yaml": f"# {n}\n" * n for n in range(60)}
    for name, text in texts.items():
        write(root, name, text)
    commit(root, "now")

    with Commit(str(root), "now") as files:
        assert {name: files.read(name) for name in reversed(texts)} == {
            name: text.encode() for name, text in texts.items()
        }


def test_a_file_of_absurd_size_is_not_kept_and_the_next_one_is_whole(root: Path) -> None:
    write(root, "clusters/big/cluster.yaml", b"x" * (LARGEST + 4096))
    commit(root, "now")

    with Commit(str(root), "now") as files:
        assert len(files.read("clusters/big/cluster.yaml") or b"") == LARGEST + 1
        assert files.read("clusters/ams1/cluster.yaml") == (root / "clusters/ams1/cluster.yaml").read_bytes()


def test_names_may_be_any_bytes(root: Path) -> None:
    name = os.fsdecode(b"clusters/a\nb\xff/cluster.yaml")
    write(root, name, "x")
    commit(root, "now")

    with Commit(str(root), "now") as files:
        assert files.read(name) == b"x"


def test_a_repository_that_was_not_there_yet_is_empty(root: Path) -> None:
    later = a_repository(root.parent / "later")
    commit(root, "now")

    with Commit(str(later), "base") as files:
        assert files.names("clusters") == []
        assert Repository(str(later), "0.1.0", files=files).names == ()


@pytest.mark.parametrize(
    ("ref", "message"),
    [("gone", "git knows no commit 'gone'"), ("--all", "git knows no commit"), ("a b", "is no git ref"), ("", "is no")],
)
def test_an_unknown_ref_is_undetermined_with_the_cure(root: Path, ref: str, message: str) -> None:
    with pytest.raises(Undetermined, match=message):
        Commit(str(root), ref)


def test_a_shallow_clone_says_how_to_get_the_history(root: Path, tmp_path: Path) -> None:
    replace(root, "clusters/ams1/cluster.yaml", "64600", "64601")
    commit(root, "now")
    git(tmp_path, "clone", "--quiet", "--depth=1", f"file://{tmp_path}/top", "shallow")

    with pytest.raises(Undetermined, match="fetch-depth: 0"):
        Commit(str(tmp_path / "shallow" / "deep" / "lb"), "HEAD~1")


def test_an_object_that_was_never_fetched_is_undetermined(root: Path) -> None:
    blob = git(root, "rev-parse", "base:./clusters/ams1/cluster.yaml")
    (root.parents[1] / ".git" / "objects" / blob[:2] / blob[2:]).unlink()

    with Commit(str(root), "base") as files, pytest.raises(Undetermined, match="partial clone"):
        files.read("clusters/ams1/cluster.yaml")


def test_nothing_is_checked_out_and_nothing_is_written(root: Path) -> None:
    top = root.parents[1]
    write(root, "clusters/ams1/cluster.yaml", "changed")
    before = {path: path.stat().st_mtime_ns for path in top.rglob("*")}

    with Commit(str(root), "base") as files:
        files.read("clusters/ams1/cluster.yaml")

    assert {path: path.stat().st_mtime_ns for path in top.rglob("*")} == before


def test_both_kinds_of_files_answer_alike(root: Path, opened: Commit) -> None:
    kinds: list[Files] = [opened, WorkTree(str(root))]
    for path in ("clusters", "clusters/ams1", "clusters/ams1/cluster.yaml", "clusters/gone", "gone/gone", "genlb.yaml"):
        answers = [(files.is_folder(path), files.may_exist(path), files.names(path)) for files in kinds]
        assert answers[0] == answers[1], path
    assert [files.is_inside("../x") for files in kinds] == [False, False]
