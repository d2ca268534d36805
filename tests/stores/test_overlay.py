"""Files that are not written yet are there for whoever reads through the overlay, and for nobody else."""

from __future__ import annotations

from pathlib import Path

from genlb.stores.files import WorkTree
from genlb.stores.overlay import Overlay
from tests.api.repositories import snapshot, write


def test_what_lies_on_top_is_read_instead_of_what_lies_below(tmp_path: Path) -> None:
    write(tmp_path, "clusters/a/cluster.yaml", "old")
    write(tmp_path, "clusters/a/other.yaml", "kept")
    before = snapshot(tmp_path)
    files = Overlay(WorkTree(str(tmp_path)), {"clusters/a/cluster.yaml": b"new", "clusters/b/c/cluster.yaml": b"b"})
    assert files.read("clusters/a/cluster.yaml") == b"new"
    assert files.read("clusters/a/other.yaml") == b"kept"
    assert files.read("clusters/none") is None
    assert files.names("clusters") == ["a", "b"]
    assert files.names("clusters/a") == ["cluster.yaml", "other.yaml"]
    assert files.is_folder("clusters/b")
    assert files.is_folder("clusters/b/c")
    assert not files.is_folder("clusters/b/c/cluster.yaml")
    assert files.may_exist("clusters/b/c/cluster.yaml")
    assert files.may_exist("clusters/b")
    assert not files.may_exist("clusters/z")
    assert files.is_inside("clusters/b/c/cluster.yaml")
    assert not files.is_inside("../outside")
    assert snapshot(tmp_path) == before
