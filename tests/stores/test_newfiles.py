"""New files: all of them or none, and nothing that exists is touched."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest

from genlb.errors import Undetermined
from genlb.stores.newfiles import create_files, replace_file
from tests.api.repositories import snapshot, write

FILES = {"a.txt": b"a", "deep/er/b.txt": b"b", "deep/c.txt": b"c"}


def test_files_and_their_folders_are_created(tmp_path: Path) -> None:
    create_files(str(tmp_path / "new"), FILES)

    assert snapshot(tmp_path / "new") == {
        "a.txt": b"a",
        "deep": None,
        "deep/c.txt": b"c",
        "deep/er": None,
        "deep/er/b.txt": b"b",
    }


def test_a_file_in_the_way_is_kept_and_everything_taken_back(tmp_path: Path) -> None:
    write(tmp_path, "deep/c.txt", "mine")
    before = snapshot(tmp_path)

    with pytest.raises(Undetermined, match=r"deep/c.txt: cannot be written: File exists"):
        create_files(str(tmp_path), FILES)

    assert snapshot(tmp_path) == before


def test_a_file_where_a_folder_belongs_takes_everything_back(tmp_path: Path) -> None:
    write(tmp_path, "deep/er", "mine")
    before = snapshot(tmp_path)

    with pytest.raises(Undetermined, match="cannot be written"):
        create_files(str(tmp_path), FILES)

    assert snapshot(tmp_path) == before


@pytest.mark.parametrize("problem", [OSError(28, "No space left on device"), KeyboardInterrupt()])
def test_a_full_disk_or_an_interrupt_takes_everything_back(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, problem: BaseException
) -> None:
    real = os.mkdir

    def failing(path: str, *rest: Any) -> None:
        if str(path).endswith("er"):
            raise problem
        real(path, *rest)

    monkeypatch.setattr(os, "mkdir", failing)

    with pytest.raises((Undetermined, KeyboardInterrupt)):
        create_files(str(tmp_path / "new"), FILES)

    assert snapshot(tmp_path) == {}


def test_a_folder_that_somebody_else_uses_meanwhile_stays(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    real = os.mkdir

    def busy(path: str, *rest: Any) -> None:
        if str(path).endswith("er"):
            write(tmp_path, "new/theirs.txt", "x")
            raise OSError(28, "No space left on device")
        real(path, *rest)

    monkeypatch.setattr(os, "mkdir", busy)

    with pytest.raises(Undetermined):
        create_files(str(tmp_path / "new"), FILES)

    assert snapshot(tmp_path) == {"new": None, "new/theirs.txt": b"x"}


def test_a_file_is_replaced_in_one_step(tmp_path: Path) -> None:
    write(tmp_path, "schemas/x.json", "old")

    replace_file(str(tmp_path / "schemas" / "x.json"), b"new")

    assert snapshot(tmp_path) == {"schemas": None, "schemas/x.json": b"new"}


def test_a_failed_replacement_leaves_the_old_file_and_nothing_else(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(tmp_path, "x.json", "old")

    def failing(*_: str) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "replace", failing)

    with pytest.raises(Undetermined, match=r"x.json: cannot be written: No space left on device"):
        replace_file(str(tmp_path / "x.json"), b"new")

    assert snapshot(tmp_path) == {"x.json": b"old"}
