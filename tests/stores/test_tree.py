from __future__ import annotations

import inspect
import os
import stat
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from genlb.errors import Undetermined
from genlb.render.manifest_file import FILE_NAME
from genlb.stores.tree import Written, compare_tree, read_tree, write_tree
from tests.stores.tree_on_disk import NEW, OLD, on_disk, rendered, traces, with_manifest


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A cluster's folder, with the old tree written."""
    write_tree(tmp_path, rendered(OLD), overwrite=False)
    return tmp_path


@pytest.fixture
def umask() -> Iterator[None]:
    before = os.umask(0o027)
    yield
    os.umask(before)


# ------------------------------------------------------------------------------------------------------ writing
def test_a_first_write_creates_everything(tmp_path: Path) -> None:
    written = write_tree(tmp_path / "clusters" / "fra1", rendered(OLD), overwrite=False)

    assert written == Written(created=tuple(sorted([FILE_NAME, *OLD])))
    assert on_disk(tmp_path / "clusters" / "fra1" / "rendered") == with_manifest(OLD)
    assert [path.name for path in (tmp_path / "clusters" / "fra1").iterdir()] == ["rendered"]


def test_a_changed_spec_updates_creates_and_deletes(folder: Path) -> None:
    written = write_tree(folder, rendered(NEW), overwrite=False)

    assert written == Written(
        created=("gitops/deep/b.yaml", "node/added.yaml"),
        updated=(FILE_NAME, "metallb-values.yaml"),
        deleted=("node/gone.yaml", "routing/only.yaml"),
        unchanged=("node/a.yaml",),
    )
    assert on_disk(folder / "rendered") == with_manifest(NEW)


def test_a_folder_that_holds_nothing_any_more_vanishes(folder: Path) -> None:
    write_tree(folder, rendered(NEW), overwrite=False)

    assert sorted(path.name for path in (folder / "rendered").iterdir() if path.is_dir()) == ["gitops", "node"]


def test_where_nothing_changes_nothing_is_touched(folder: Path) -> None:
    before = {path: path.lstat() for path in [folder, *folder.rglob("*")]}

    written = write_tree(folder, rendered(OLD), overwrite=False)

    after = {path: path.lstat() for path in [folder, *folder.rglob("*")]}
    assert written == Written(unchanged=tuple(sorted([FILE_NAME, *OLD])))
    assert {path: (it.st_ino, it.st_mtime_ns, it.st_ctime_ns) for path, it in after.items()} == {
        path: (it.st_ino, it.st_mtime_ns, it.st_ctime_ns) for path, it in before.items()
    }


def test_an_unchanged_file_keeps_inode_and_time_when_others_change(folder: Path) -> None:
    before = (folder / "rendered/node/a.yaml").stat()

    write_tree(folder, rendered(NEW), overwrite=False)

    after = (folder / "rendered/node/a.yaml").stat()
    assert (after.st_ino, after.st_mtime_ns, after.st_nlink) == (before.st_ino, before.st_mtime_ns, 1)


def test_a_missing_file_comes_back(folder: Path) -> None:
    (folder / "rendered/node/a.yaml").unlink()

    assert write_tree(folder, rendered(OLD), overwrite=False).created == ("node/a.yaml",)
    assert on_disk(folder / "rendered") == with_manifest(OLD)


@pytest.mark.usefixtures("umask")
def test_permissions_are_what_the_umask_leaves(tmp_path: Path) -> None:
    write_tree(tmp_path, rendered(OLD), overwrite=False)

    modes = {stat.S_IMODE(path.stat().st_mode) for path in tmp_path.rglob("*") if path.is_file()}
    assert modes == {0o640}
    assert stat.S_IMODE((tmp_path / "rendered/node").stat().st_mode) == 0o750


def test_a_folder_keeps_its_permissions(folder: Path) -> None:
    (folder / "rendered").chmod(0o2775)
    (folder / "rendered/node").chmod(0o711)

    write_tree(folder, rendered(NEW), overwrite=False)

    assert stat.S_IMODE((folder / "rendered").stat().st_mode) == 0o2775
    assert stat.S_IMODE((folder / "rendered/node").stat().st_mode) == 0o711


@pytest.mark.parametrize("path", ["../x", "/x", "a/../../x", "a//x", "./x", "a/", "", "a\0b"])
def test_a_path_that_leads_out_is_refused_and_nothing_written(folder: Path, path: str) -> None:
    with pytest.raises(Undetermined, match="leads out"):
        write_tree(folder, rendered({**NEW, path: "x: 1\n"}), overwrite=True)

    assert on_disk(folder) == {f"rendered/{path}": text for path, text in with_manifest(OLD).items()}


# ---------------------------------------------------------------------------------------------- foreign files
def test_foreign_files_survive_with_content_mode_and_time(folder: Path) -> None:
    notes = folder / "rendered/node/notes.txt"
    notes.write_text("mine\n")
    notes.chmod(0o600)
    os.utime(notes, ns=(1, 2))

    written = write_tree(folder, rendered(NEW), overwrite=False)

    status = notes.stat()
    assert written.foreign == ("node/notes.txt",)
    assert (notes.read_text(), stat.S_IMODE(status.st_mode), status.st_mtime_ns) == ("mine\n", 0o600, 2)


def test_foreign_files_survive_where_there_are_no_hard_links(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    notes = folder / "rendered/node/notes.txt"
    notes.write_text("mine\n")
    notes.chmod(0o751)
    os.utime(notes, ns=(1, 2))
    (folder / "rendered/link").symlink_to("nowhere")

    def link(*_: object, **__: object) -> None:
        raise PermissionError(1, "Operation not permitted")

    monkeypatch.setattr(os, "link", link)
    write_tree(folder, rendered(NEW), overwrite=False)

    status = notes.stat()
    assert (stat.S_IMODE(status.st_mode), status.st_mtime_ns) == (0o751, 2)
    assert on_disk(folder / "rendered") == {**with_manifest(NEW), "node/notes.txt": "mine\n", "link": "-> nowhere"}


def test_a_foreign_link_stays_a_link_and_its_target_untouched(folder: Path) -> None:
    (folder / "target").write_text("outside\n")
    (folder / "rendered/link").symlink_to("../target")
    (folder / "rendered/to-folder").symlink_to("..")

    written = write_tree(folder, rendered(NEW), overwrite=False)

    assert written.foreign == ("link", "to-folder")
    assert on_disk(folder / "rendered") == {**with_manifest(NEW), "link": "-> ../target", "to-folder": "-> .."}
    assert (folder / "target").read_text() == "outside\n"


def test_a_foreign_pipe_is_kept_and_never_opened(folder: Path) -> None:
    os.mkfifo(folder / "rendered/pipe")

    write_tree(folder, rendered(NEW), overwrite=False)

    assert stat.S_ISFIFO((folder / "rendered/pipe").lstat().st_mode)


def test_foreign_folders_are_kept_empty_ones_too(folder: Path) -> None:
    (folder / "rendered/empty").mkdir(mode=0o700)
    (folder / "rendered/routing/mine/deep").mkdir(parents=True)
    (folder / "rendered/routing/mine/deep/x").write_text("x")

    written = write_tree(folder, rendered(NEW), overwrite=False)

    assert written.foreign == ("empty/", "routing/mine/deep/x")
    assert stat.S_IMODE((folder / "rendered/empty").stat().st_mode) == 0o700
    assert (folder / "rendered/routing/mine/deep/x").read_text() == "x"


def test_foreign_folders_may_be_deeper_than_python_recurses(folder: Path) -> None:
    deep = folder / "rendered" / "/".join(["d"] * 200)
    deep.mkdir(parents=True)
    limit = sys.getrecursionlimit()

    sys.setrecursionlimit(len(inspect.stack()) + 100)
    try:
        write_tree(folder, rendered(NEW), overwrite=False)
    finally:
        sys.setrecursionlimit(limit)

    assert deep.is_dir()


def test_only_files_that_genlb_wrote_are_deleted(folder: Path) -> None:
    (folder / "rendered/node/gone.yml").write_text("looks like one of ours\n")

    assert write_tree(folder, rendered(NEW), overwrite=True).deleted == ("node/gone.yaml", "routing/only.yaml")
    assert (folder / "rendered/node/gone.yml").exists()


def test_a_manifest_with_path_tricks_deletes_nothing_outside(folder: Path) -> None:
    victim = folder / "cluster.yaml"
    victim.write_text("precious\n")
    manifest = folder / "rendered" / FILE_NAME
    text = manifest.read_text().replace("node/gone.yaml", "../cluster.yaml")
    manifest.write_text(text)

    write_tree(folder, rendered(NEW), overwrite=True)

    assert victim.read_text() == "precious\n"


# ------------------------------------------------------------------------------------------------- hand edits
@pytest.mark.parametrize("path", ["metallb-values.yaml", "node/gone.yaml"])
def test_a_hand_edit_that_would_be_lost_stops_the_write(folder: Path, path: str) -> None:
    (folder / "rendered" / path).write_text("edited: by hand\n")
    before = on_disk(folder)

    written = write_tree(folder, rendered(NEW), overwrite=False)

    assert written.refused == (path,)
    assert (written.created, written.updated, written.deleted) == ((), (), ())
    assert on_disk(folder) == before


def test_a_hand_edit_is_seen_when_the_spec_did_not_change(folder: Path) -> None:
    (folder / "rendered/node/a.yaml").write_text("a: 2\n")

    assert write_tree(folder, rendered(OLD), overwrite=False).refused == ("node/a.yaml",)


def test_a_hand_edit_is_overwritten_when_asked_for(folder: Path) -> None:
    (folder / "rendered/node/a.yaml").write_text("a: 2\n")
    (folder / "rendered/node/gone.yaml").write_text("edited: by hand\n")

    written = write_tree(folder, rendered(NEW), overwrite=True)

    assert written.updated == (FILE_NAME, "metallb-values.yaml", "node/a.yaml")
    assert written.deleted == ("node/gone.yaml", "routing/only.yaml")
    assert on_disk(folder / "rendered") == with_manifest(NEW)


def test_a_hand_edit_that_says_what_is_rendered_is_fine(folder: Path) -> None:
    (folder / "rendered/metallb-values.yaml").write_text(NEW["metallb-values.yaml"])

    written = write_tree(folder, rendered(NEW), overwrite=False)

    assert written.refused == ()
    assert on_disk(folder / "rendered") == with_manifest(NEW)


def test_a_foreign_file_in_the_way_counts_as_a_hand_edit(folder: Path) -> None:
    (folder / "rendered/node/added.yaml").write_text("mine: 1\n")

    assert write_tree(folder, rendered(NEW), overwrite=False).refused == ("node/added.yaml",)
    assert write_tree(folder, rendered(NEW), overwrite=True).updated == (
        FILE_NAME,
        "metallb-values.yaml",
        "node/added.yaml",
    )


def test_a_link_in_the_way_is_replaced_when_asked_for_and_its_target_left(folder: Path) -> None:
    (folder / "target").write_text("outside\n")
    (folder / "rendered/node/added.yaml").symlink_to("../../target")

    assert write_tree(folder, rendered(NEW), overwrite=False).refused == ("node/added.yaml",)
    write_tree(folder, rendered(NEW), overwrite=True)

    assert on_disk(folder / "rendered") == with_manifest(NEW)
    assert (folder / "target").read_text() == "outside\n"


def test_a_file_of_genlbs_that_became_a_link_counts_as_a_hand_edit(folder: Path) -> None:
    (folder / "rendered/node/a.yaml").unlink()
    (folder / "rendered/node/a.yaml").symlink_to("../metallb-values.yaml")

    assert write_tree(folder, rendered(NEW), overwrite=False).refused == ("node/a.yaml",)


def test_a_stale_file_that_became_a_link_is_foreign_and_kept(folder: Path) -> None:
    (folder / "rendered/node/gone.yaml").unlink()
    (folder / "rendered/node/gone.yaml").symlink_to("a.yaml")

    assert write_tree(folder, rendered(NEW), overwrite=False).foreign == ("node/gone.yaml",)
    assert on_disk(folder / "rendered")["node/gone.yaml"] == "-> a.yaml"


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("<<<<<<< HEAD\n", id="merge conflict"),
        pytest.param("", id="empty"),
        pytest.param("[]", id="a list"),
        pytest.param("{}", id="no fields"),
        pytest.param('{"schemaVersion": 1, "files": []}', id="files is a list"),
        pytest.param('{"schemaVersion": 1, "files": {"a": 1}}', id="digest is a number"),
        pytest.param('{"schemaVersion": 2, "files": {}}', id="another schemaVersion"),
        pytest.param("[" * 100_000, id="very deep"),
    ],
)
def test_without_a_manifest_that_genlb_wrote_only_equal_files_are_overwritten(folder: Path, text: str) -> None:
    (folder / "rendered" / FILE_NAME).write_text(text)

    written = write_tree(folder, rendered(NEW), overwrite=False)

    assert written.refused == (FILE_NAME, "metallb-values.yaml")
    assert written.foreign == ("node/gone.yaml", "routing/only.yaml")


def test_a_lost_manifest_is_written_again(folder: Path) -> None:
    (folder / "rendered" / FILE_NAME).unlink()

    assert write_tree(folder, rendered(OLD), overwrite=False).created == (FILE_NAME,)


# -------------------------------------------------------------------------------------------------- comparing
def test_each_path_stands_in_one_list(folder: Path) -> None:
    (folder / "rendered/routing/only.yaml").write_text("edited: by hand\n")
    (folder / "rendered/notes.txt").write_text("mine\n")

    state = compare_tree(folder, rendered(NEW))

    assert state.unchanged == ("node/a.yaml",)
    assert state.changed == (FILE_NAME, "metallb-values.yaml")
    assert state.missing == ("gitops/deep/b.yaml", "node/added.yaml")
    assert state.stale == ("node/gone.yaml",)
    assert state.hand_edited == ("routing/only.yaml",)
    assert state.foreign == ("notes.txt",)
    assert not state.up_to_date


def test_both_texts_are_there_for_a_difference(folder: Path) -> None:
    state = compare_tree(folder, rendered(NEW))

    assert (state.before("metallb-values.yaml"), state.after("metallb-values.yaml")) == (
        OLD["metallb-values.yaml"],
        NEW["metallb-values.yaml"],
    )
    assert (state.before("node/added.yaml"), state.after("node/added.yaml")) == ("", "added: 1\n")
    assert (state.before("node/gone.yaml"), state.after("node/gone.yaml")) == ("gone: 1\n", "")


def test_a_hand_edit_that_is_no_text_can_still_be_shown(folder: Path) -> None:
    (folder / "rendered/node/a.yaml").write_bytes(b"a: \xff\n")

    assert compare_tree(folder, rendered(OLD)).before("node/a.yaml") == "a: \ufffd\n"


def test_comparing_writes_nothing(folder: Path) -> None:
    before = folder.stat().st_mtime_ns, (folder / "rendered").stat().st_mtime_ns

    compare_tree(folder, rendered(NEW))

    assert (folder.stat().st_mtime_ns, (folder / "rendered").stat().st_mtime_ns) == before


@pytest.mark.parametrize("files", [OLD, NEW])
def test_what_was_just_written_is_up_to_date(folder: Path, files: dict[str, str]) -> None:
    write_tree(folder, rendered(files), overwrite=False)

    assert compare_tree(folder, rendered(files)).up_to_date


def test_a_spec_digest_alone_makes_a_difference(folder: Path) -> None:
    assert compare_tree(folder, rendered(OLD, digest="1" * 64)).changed == (FILE_NAME,)


def test_a_cluster_that_was_never_rendered_misses_everything(tmp_path: Path) -> None:
    state = compare_tree(tmp_path, rendered(OLD))

    assert state.missing == tuple(sorted([FILE_NAME, *OLD]))


# ---------------------------------------------------------------------------------------------------- reading
def test_reading_tells_genlbs_files_from_foreign_ones(folder: Path) -> None:
    (folder / "rendered/notes.txt").write_text("mine\n")

    found = read_tree(folder)

    assert set(found.files) == {FILE_NAME, *OLD}
    assert found.text("node/a.yaml") == "a: 1\n"
    assert found.recorded == {path: found.sha256(path) for path in OLD}
    assert found.foreign == ("notes.txt",)
    assert found.text("notes.txt") is None


def test_a_rendered_that_is_a_file_is_undetermined(tmp_path: Path) -> None:
    (tmp_path / "rendered").write_text("in the way\n")

    for attempt in (read_tree, lambda it: write_tree(it, rendered(OLD), overwrite=True)):
        with pytest.raises(Undetermined, match=r"rendered: is a file where"):
            attempt(tmp_path)
    assert on_disk(tmp_path) == {"rendered": "in the way\n"}


def test_a_rendered_that_is_a_link_is_undetermined(tmp_path: Path) -> None:
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "rendered").symlink_to("elsewhere")

    for attempt in (read_tree, lambda it: write_tree(it, rendered(OLD), overwrite=True)):
        with pytest.raises(Undetermined, match=r"rendered: is a symbolic link where"):
            attempt(tmp_path)
    assert on_disk(tmp_path) == {"rendered": "-> elsewhere"}


@pytest.mark.parametrize("kind", ["file", "link"])
def test_something_where_a_folder_belongs_is_undetermined(folder: Path, kind: str) -> None:
    place = folder / "rendered/gitops"
    if kind == "file":
        place.write_text("in the way\n")
    else:
        place.symlink_to("node")

    with pytest.raises(Undetermined, match=r"rendered/gitops: is a file or a link where a folder belongs"):
        write_tree(folder, rendered(NEW), overwrite=True)
    assert traces(folder) == []


def test_a_folder_where_a_file_belongs_is_undetermined(folder: Path) -> None:
    (folder / "rendered/node/added.yaml").mkdir()

    with pytest.raises(Undetermined, match=r"rendered/node/added.yaml: is a folder where a file belongs"):
        write_tree(folder, rendered(NEW), overwrite=True)
    assert traces(folder) == []


def test_a_cluster_folder_that_is_a_file_is_undetermined(tmp_path: Path) -> None:
    (tmp_path / "fra1").write_text("in the way\n")

    with pytest.raises(Undetermined, match=r"fra1"):
        write_tree(tmp_path / "fra1", rendered(OLD), overwrite=False)


def test_an_unreadable_file_is_undetermined_and_named(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    real = os.open

    def refuse(path: str, *args: int) -> int:
        if path.endswith("node/a.yaml"):
            raise PermissionError(13, "Permission denied", path)
        return real(path, *args)

    monkeypatch.setattr(os, "open", refuse)

    with pytest.raises(Undetermined, match=r"rendered/node/a.yaml: cannot be read: Permission denied"):
        compare_tree(folder, rendered(OLD))


def test_a_name_that_is_too_long_is_undetermined_and_named_in_its_place(folder: Path) -> None:
    path = f"routing/{'x' * 300}.yaml"

    with pytest.raises(Undetermined, match=rf"{folder}/rendered/{path}: cannot be written"):
        write_tree(folder, rendered({**NEW, path: "x: 1\n"}), overwrite=False)
    assert on_disk(folder / "rendered") == with_manifest(OLD)
    assert traces(folder) == []
