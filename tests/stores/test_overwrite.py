"""A file gets new content at once, or stays as it was."""

from __future__ import annotations

import os
import threading
from pathlib import Path
from typing import Any, NoReturn

import pytest

from genlb.errors import Undetermined
from genlb.stores.overwrite import overwrite


def test_a_file_is_created_or_replaced_and_nothing_is_left_beside_it(tmp_path: Path) -> None:
    target = tmp_path / "report.json"

    for content in (b"one", b"two"):
        overwrite(str(target), content)
        assert target.read_bytes() == content
    assert list(tmp_path.iterdir()) == [target]


def test_permissions_stay(tmp_path: Path) -> None:
    target = tmp_path / "cluster.yaml"
    target.write_bytes(b"old")
    target.chmod(0o640)

    overwrite(str(target), b"new")

    assert target.stat().st_mode & 0o777 == 0o640


def test_a_link_stays_a_link(tmp_path: Path) -> None:
    (tmp_path / "real.yaml").write_bytes(b"old")
    link = tmp_path / "link.yaml"
    link.symlink_to("real.yaml")

    overwrite(str(link), b"new")

    assert link.is_symlink()
    assert (tmp_path / "real.yaml").read_bytes() == b"new"


def test_a_missing_folder_is_told(tmp_path: Path) -> None:
    with pytest.raises(Undetermined, match=r"out/report\.json: cannot be written: there is no folder .*out$"):
        overwrite(str(tmp_path / "out" / "report.json"), b"x")


@pytest.mark.parametrize("call", ["replace", "fchmod"])
def test_a_failure_leaves_the_old_content_and_no_rest(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, call: str
) -> None:
    target = tmp_path / "cluster.yaml"
    target.write_bytes(b"old")

    def failing(*_: Any) -> NoReturn:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, call, failing)
    with pytest.raises(Undetermined, match="No space left on device"):
        overwrite(str(target), b"new")

    assert {path: path.read_bytes() for path in tmp_path.iterdir()} == {target: b"old"}


def test_a_folder_in_its_place_is_told(tmp_path: Path) -> None:
    with pytest.raises(Undetermined, match="Is a directory"):
        overwrite(str(tmp_path), b"x")


def test_a_pipe_is_written_to(tmp_path: Path) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    heard: list[bytes] = []
    reader = threading.Thread(target=lambda: heard.append(pipe.read_bytes()))
    reader.start()

    overwrite(str(pipe), b"new")
    reader.join()

    assert heard == [b"new"]
    assert pipe.is_fifo()
