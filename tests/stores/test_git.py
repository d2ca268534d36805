"""What changed since a commit, with a real git."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from genlb.errors import Undetermined
from genlb.stores.git import changed_files

Git = Callable[..., str]


@pytest.fixture
def repository(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder ``lb`` inside a git repository, with one commit tagged ``base``."""
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.delenv("XDG_CONFIG_HOME", raising=False)
    root = tmp_path / "work" / "lb"
    root.mkdir(parents=True)
    git(tmp_path / "work", "init", "--quiet", "--initial-branch=main")
    write(root, "clusters/a/cluster.yaml", "a")
    write(root, "clusters/b/cluster.yaml", "b")
    write(root.parent, "outside.txt", "x")
    commit(root)
    git(root, "tag", "base")
    return root


def git(folder: Path, *arguments: str) -> str:
    identity = ("-c", "user.name=t", "-c", "user.email=t@example.com")
    done = subprocess.run(["git", *identity, *arguments], cwd=folder, check=True, capture_output=True, text=True)
    return done.stdout.strip()


def write(folder: Path, name: str, text: str) -> None:
    file = folder / name
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(text)


def commit(folder: Path) -> None:
    git(folder, "add", "--all", ":/")
    git(folder, "commit", "--quiet", "--message=x")


def test_nothing_changed(repository: Path) -> None:
    assert changed_files(str(repository), "base") == frozenset()


def test_committed_staged_edited_and_untracked_files_all_count(repository: Path) -> None:
    write(repository, "clusters/a/cluster.yaml", "committed")
    commit(repository)
    write(repository, "clusters/b/cluster.yaml", "staged")
    git(repository, "add", "--all")
    write(repository, "clusters/c/cluster.yaml", "untracked")
    write(repository, "clusters/_defaults.yaml", "edited later")
    git(repository, "add", "--intent-to-add", "clusters/_defaults.yaml")

    assert changed_files(str(repository), "base") == {
        "clusters/a/cluster.yaml",
        "clusters/b/cluster.yaml",
        "clusters/c/cluster.yaml",
        "clusters/_defaults.yaml",
    }


def test_a_deleted_file_counts_and_a_renamed_one_counts_twice(repository: Path) -> None:
    (repository / "clusters/a/cluster.yaml").unlink()
    git(repository, "mv", "clusters/b/cluster.yaml", "clusters/b/renamed.yaml")

    assert changed_files(str(repository), "base") == {
        "clusters/a/cluster.yaml",
        "clusters/b/cluster.yaml",
        "clusters/b/renamed.yaml",
    }


def test_files_outside_the_folder_and_ignored_ones_do_not_count(repository: Path) -> None:
    write(repository.parent, "outside.txt", "changed")
    write(repository, ".gitignore", "*.swp\n")
    write(repository, "clusters/a/x.swp", "")

    assert changed_files(str(repository), "base") == {".gitignore"}


def test_a_file_that_was_only_touched_did_not_change(repository: Path) -> None:
    os.utime(repository / "clusters/a/cluster.yaml", (1, 1))

    assert changed_files(str(repository), "base") == frozenset()


def test_names_with_blanks_quotes_line_breaks_and_foreign_letters_come_as_they_are(repository: Path) -> None:
    name = 'clusters/ü "x"\ny/cluster.yaml'
    write(repository, name, "")

    assert changed_files(str(repository), "base") == {name}


def test_an_abbreviated_commit_id_and_a_relative_ref_will_do(repository: Path) -> None:
    write(repository, "clusters/a/cluster.yaml", "new")
    commit(repository)

    assert changed_files(str(repository), git(repository, "rev-parse", "--short", "base")) == {
        "clusters/a/cluster.yaml"
    }
    assert changed_files(str(repository), "HEAD~1") == {"clusters/a/cluster.yaml"}


def test_an_unknown_ref_names_itself_and_the_cure(repository: Path) -> None:
    with pytest.raises(Undetermined, match=r"no commit 'origin/main'.*git fetch origin"):
        changed_files(str(repository), "origin/main")


def test_a_shallow_clone_is_told_to_fetch_its_history(repository: Path, tmp_path: Path) -> None:
    write(repository, "clusters/a/cluster.yaml", "new")
    commit(repository)
    base = git(repository, "rev-parse", "base")
    clone = tmp_path / "clone"
    git(tmp_path, "clone", "--quiet", "--depth=1", f"file://{repository.parent}", str(clone))

    with pytest.raises(Undetermined, match=r"shallow.*fetch-depth: 0.*GIT_DEPTH: 0"):
        changed_files(str(clone), base)


def test_a_folder_outside_any_repository_cannot_tell(tmp_path: Path) -> None:
    with pytest.raises(Undetermined, match="not a git repository"):
        changed_files(str(tmp_path), "main")


def test_without_git_it_says_so(repository: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))

    with pytest.raises(Undetermined, match=r"git is needed.*not installed"):
        changed_files(str(repository), "base")


@pytest.mark.parametrize(
    "ref", ["--output=/tmp/x", "-", "--upload-pack=touch x", "", " ", "a b", "a\0b", "main\n", ":/x", "HEAD^{tree}"]
)
def test_a_hostile_ref_is_a_ref_that_does_not_exist(repository: Path, ref: str) -> None:
    with pytest.raises(Undetermined):
        changed_files(str(repository), ref)
    assert sorted(entry.name for entry in repository.iterdir()) == ["clusters"]


def test_hooks_and_helpers_of_the_repository_are_not_run(repository: Path, tmp_path: Path) -> None:
    trap = tmp_path / "trap"
    trap.write_text(f"#!/bin/sh\ntouch {tmp_path}/sprung\n")
    trap.chmod(0o755)
    git(repository, "config", "core.fsmonitor", str(trap))
    git(repository, "config", "diff.external", str(trap))
    git(repository, "config", "core.pager", str(trap))
    write(repository, "clusters/a/cluster.yaml", "new")
    (tmp_path / "sprung").unlink(missing_ok=True)

    assert changed_files(str(repository), "base") == {"clusters/a/cluster.yaml"}
    assert not (tmp_path / "sprung").exists()


def test_variables_of_a_surrounding_hook_do_not_lead_elsewhere(
    repository: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    write(repository, "clusters/a/cluster.yaml", "new")
    monkeypatch.setenv("GIT_DIR", str(tmp_path / "elsewhere"))
    monkeypatch.setenv("GIT_INDEX_FILE", str(tmp_path / "index.lock"))

    assert changed_files(str(repository), "base") == {"clusters/a/cluster.yaml"}
