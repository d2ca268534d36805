"""Whatever happens to a write, at whichever system call: ``rendered/`` is whole, and the next run cleans up."""

from __future__ import annotations

import errno
import functools
import itertools
import os
import resource
import signal
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, NoReturn

import pytest

from genlb.errors import Undetermined
from genlb.stores import exchange, staging, tree
from genlb.stores.tree import read_tree, write_tree
from tests.stores.tree_on_disk import (
    NEW,
    OLD,
    a_child,
    give_up_roots_rights,
    in_a_child,
    interrupt,
    on_disk,
    rendered,
    traces,
    with_manifest,
    without_exchange,
)

FOREIGN = {"node/notes.txt": "mine\n", "link": "-> nowhere"}
OLD_TREE = {**with_manifest(OLD), **FOREIGN}
NEW_TREE = {**with_manifest(NEW), **FOREIGN}

MORE_STEPS_THAN_A_WRITE_HAS = 2000

# What needs room on the disk, or the permission to write.
CREATING = frozenset({"mkdir", "link", "symlink", "write"})


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A cluster's folder with the old tree and foreign files in it."""
    return an_old_tree(tmp_path / "fra1")


def an_old_tree(folder: Path) -> Path:
    write_tree(folder, rendered(OLD), overwrite=False)
    (folder / "rendered/node/notes.txt").write_text("mine\n")
    (folder / "rendered/link").symlink_to("nowhere")
    return folder


def kill(_: str) -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def killed_at_every_step(tmp_path: Path, prepare: Callable[[Path], object]) -> Iterator[Path]:
    """A folder for each system call of a write, with a process killed right before it; ends when one gets through."""
    for step in range(1, MORE_STEPS_THAN_A_WRITE_HAS):
        folder = tmp_path / f"step-{step}"
        folder.mkdir()
        prepare(folder)
        if killed_at(folder, step) == 0:
            assert step > 20  # it does work through many calls, and they were counted
            return
        yield folder
    pytest.fail("the write never ended")


def killed_at(folder: Path, step: int) -> int:
    def work() -> None:
        with pytest.MonkeyPatch.context() as patch:
            interrupt(patch, step, kill)
            write_tree(folder, rendered(NEW), overwrite=False)

    return in_a_child(work)


def can_exchange(folder: Path) -> bool:
    """Whether two folders beside ``folder`` can change places in one step."""
    one, other = folder.parent / "one", folder.parent / "other"
    for path in (one, other):
        path.mkdir(exist_ok=True)
    return exchange.replace_folder(str(one), str(other), f"{other}-aside") == str(one)


# ------------------------------------------------------------------------------------------------------ killed
def test_killed_at_any_step_rendered_is_old_or_new_and_the_next_run_cleans_up(tmp_path: Path) -> None:
    seen = set()
    for folder in killed_at_every_step(tmp_path, an_old_tree):
        now = on_disk(folder / "rendered")
        assert now in (OLD_TREE, NEW_TREE), folder
        seen.add(now == NEW_TREE)

        write_tree(folder, rendered(NEW), overwrite=False)

        assert on_disk(folder / "rendered") == NEW_TREE, folder
        assert traces(folder) == [], folder
    assert seen == {False, True}


def test_killed_at_any_step_a_run_with_nothing_to_write_cleans_up_too(tmp_path: Path) -> None:
    for folder in killed_at_every_step(tmp_path, an_old_tree):
        files = NEW if on_disk(folder / "rendered") == NEW_TREE else OLD

        write_tree(folder, rendered(files), overwrite=False)

        assert traces(folder) == [], folder
        assert on_disk(folder / "rendered") == {**with_manifest(files), **FOREIGN}, folder


def test_killed_at_any_step_a_first_render_is_there_whole_or_not_at_all(tmp_path: Path) -> None:
    for folder in killed_at_every_step(tmp_path, lambda _: None):
        assert on_disk(folder / "rendered") in ({}, with_manifest(NEW)), folder
        assert (folder / "rendered").exists() == bool(on_disk(folder / "rendered")), folder

        write_tree(folder, rendered(NEW), overwrite=False)

        assert on_disk(folder / "rendered") == with_manifest(NEW), folder
        assert traces(folder) == [], folder


def test_killed_between_two_renames_the_next_run_brings_the_old_tree_back(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    without_exchange(monkeypatch)
    absent = 0
    for folder in killed_at_every_step(tmp_path, an_old_tree):
        absent += not (folder / "rendered").exists()
        assert on_disk(folder / "rendered") in ({}, OLD_TREE, NEW_TREE), folder

        write_tree(folder, rendered(NEW), overwrite=False)

        assert on_disk(folder / "rendered") == NEW_TREE, folder
        assert traces(folder) == [], folder
    assert absent == 1


def test_a_tree_that_was_moved_aside_is_not_thrown_away_when_somebody_made_another(folder: Path) -> None:
    container = folder / ".rendered.0123abcd"
    (container / "new").mkdir(parents=True)
    (container / "genlb-staging").touch()
    (folder / "rendered").rename(container / "old")
    (folder / "rendered").mkdir()

    write_tree(folder, rendered(NEW), overwrite=False)

    assert on_disk(container / "old") == OLD_TREE


# ------------------------------------------------------------------------------------------------- leftovers
@pytest.mark.parametrize("name", [".rendered.0123abcd", ".rendered.ffffffff"])
def test_an_empty_leftover_of_our_naming_goes(folder: Path, name: str) -> None:
    (folder / name).mkdir()

    write_tree(folder, rendered(OLD), overwrite=False)

    assert traces(folder) == []


@pytest.mark.parametrize("name", [".rendered.backup", ".rendered.0123ABCD", ".rendered.0123abcd0", ".rendered."])
def test_a_folder_of_another_name_stays_even_with_our_marker(folder: Path, name: str) -> None:
    (folder / name).mkdir()
    (folder / name / "genlb-staging").touch()

    write_tree(folder, rendered(NEW), overwrite=False)

    assert traces(folder) == [name]


def test_a_folder_of_our_naming_without_the_marker_stays(folder: Path) -> None:
    (folder / ".rendered.0123abcd").mkdir()
    (folder / ".rendered.0123abcd/new").write_text("mine\n")

    write_tree(folder, rendered(NEW), overwrite=False)

    assert on_disk(folder / ".rendered.0123abcd") == {"new": "mine\n"}


def test_a_link_of_our_naming_is_not_followed(folder: Path, tmp_path: Path) -> None:
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "elsewhere/genlb-staging").touch()
    (folder / ".rendered.0123abcd").symlink_to("../elsewhere")

    write_tree(folder, rendered(NEW), overwrite=False)

    assert (tmp_path / "elsewhere/genlb-staging").exists()


# --------------------------------------------------------------------------------------------- failing writes
def fails_with(code: int) -> Callable[[str], NoReturn]:
    def fail(_: str) -> NoReturn:
        raise OSError(code, os.strerror(code))

    return fail


def creates(name: str, args: tuple[Any, ...]) -> bool:
    return name in CREATING or (name == "open" and bool(args[1] & os.O_CREAT))


def test_a_disk_that_is_full_from_any_step_on_leaves_the_old_tree(tmp_path: Path) -> None:
    folder = an_old_tree(tmp_path / "count")
    with pytest.MonkeyPatch.context() as patch:
        counted = interrupt(patch, MORE_STEPS_THAN_A_WRITE_HAS, fails_with(errno.ENOSPC), creates)
        write_tree(folder, rendered(NEW), overwrite=False)
    assert len(counted.calls) > len(NEW)

    for step in range(1, len(counted.calls) + 1):
        folder = an_old_tree(tmp_path / f"step-{step}")
        with pytest.MonkeyPatch.context() as patch:
            interrupt(patch, step, fails_with(errno.ENOSPC), creates)
            with pytest.raises(Undetermined, match="No space left on device"):
                write_tree(folder, rendered(NEW), overwrite=False)
        assert on_disk(folder / "rendered") == OLD_TREE, step
        assert traces(folder) == [], step


def test_a_full_disk_names_the_file_in_its_place(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def writes_new_content(name: str, args: tuple[Any, ...]) -> bool:
        return name == "write" and bytes(args[1]) == NEW["node/added.yaml"].encode()

    interrupt(monkeypatch, 1, fails_with(errno.ENOSPC), writes_new_content)

    with pytest.raises(Undetermined) as caught:
        write_tree(folder, rendered(NEW), overwrite=False)
    assert str(caught.value) == f"{folder}/rendered/node/added.yaml: cannot be written: No space left on device"


def test_a_real_limit_on_file_size_leaves_the_old_tree(folder: Path) -> None:
    def work() -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (4096, 4096))
        with pytest.raises(Undetermined, match=r"rendered/node/big.yaml: cannot be written: File too large"):
            write_tree(folder, rendered({**NEW, "node/big.yaml": "x" * 10_000}), overwrite=False)

    assert in_a_child(work) == 0
    assert on_disk(folder / "rendered") == OLD_TREE
    assert traces(folder) == []


def test_content_arrives_whole_when_the_kernel_takes_it_in_pieces(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = os.write
    monkeypatch.setattr(os, "write", lambda descriptor, content: real(descriptor, content[:3]))

    write_tree(tmp_path, rendered(NEW), overwrite=False)

    assert on_disk(tmp_path / "rendered") == with_manifest(NEW)


def test_a_read_only_file_system_is_undetermined(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    interrupt(monkeypatch, 1, fails_with(errno.EROFS), creates)

    with pytest.raises(Undetermined, match="Read-only file system"):
        write_tree(folder, rendered(NEW), overwrite=False)
    assert on_disk(folder / "rendered") == OLD_TREE


def test_a_read_only_file_system_is_no_problem_where_nothing_changes(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    interrupt(monkeypatch, 1, fails_with(errno.EROFS), creates)

    assert write_tree(folder, rendered(OLD), overwrite=False).updated == ()


def test_a_folder_without_permission_is_undetermined(folder: Path) -> None:
    def work() -> None:
        give_up_roots_rights()
        with pytest.raises(Undetermined, match="Permission denied"):
            write_tree(folder, rendered(NEW), overwrite=False)

    folder.chmod(0o555)
    try:
        assert in_a_child(work) == 0
    finally:
        folder.chmod(0o755)
    assert on_disk(folder / "rendered") == OLD_TREE
    assert traces(folder) == []


@pytest.mark.parametrize("name", ["exchange", "rename"])
def test_a_swap_that_fails_leaves_the_old_tree(folder: Path, monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    if name == "rename":
        without_exchange(monkeypatch)
    interrupt(monkeypatch, 1, fails_with(errno.EACCES), lambda called, _: called == name)

    with pytest.raises(Undetermined, match="Permission denied"):
        write_tree(folder, rendered(NEW), overwrite=False)
    assert on_disk(folder / "rendered") == OLD_TREE
    assert traces(folder) == []


def test_a_second_rename_that_fails_brings_the_old_tree_back(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    without_exchange(monkeypatch)
    real = os.rename
    seen: list[str] = []

    def rename(source: str, target: str) -> None:
        seen.append(target)
        if len(seen) == 2:
            raise OSError(errno.EACCES, "Permission denied", source)
        real(source, target)

    monkeypatch.setattr(os, "rename", rename)

    with pytest.raises(Undetermined, match="Permission denied"):
        write_tree(folder, rendered(NEW), overwrite=False)
    assert on_disk(folder / "rendered") == OLD_TREE
    assert traces(folder) == []


def test_an_interrupt_from_the_keyboard_leaves_the_old_tree(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def ctrl_c(_: str) -> NoReturn:
        raise KeyboardInterrupt

    interrupt(monkeypatch, 1, ctrl_c, lambda name, _: name == "link")

    with pytest.raises(KeyboardInterrupt):
        write_tree(folder, rendered(NEW), overwrite=False)
    assert on_disk(folder / "rendered") == OLD_TREE
    assert traces(folder) == []


# ------------------------------------------------------------------------------------- file systems and kernels
@pytest.mark.parametrize("code", [errno.ENOSYS, errno.EINVAL, errno.EOPNOTSUPP, errno.EPERM])
def test_where_folders_cannot_be_exchanged_two_renames_do_it(
    folder: Path, monkeypatch: pytest.MonkeyPatch, code: int
) -> None:
    monkeypatch.setattr(exchange, "_renameat2", lambda: lambda one, other: code)

    write_tree(folder, rendered(NEW), overwrite=False)

    assert on_disk(folder / "rendered") == NEW_TREE
    assert traces(folder) == []


def test_without_renameat2_two_renames_do_it(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(exchange, "_renameat2", lambda: None)

    write_tree(folder, rendered(NEW), overwrite=False)

    assert on_disk(folder / "rendered") == NEW_TREE


def test_an_exchange_swaps_two_folders(tmp_path: Path) -> None:
    for name in ("one", "other"):
        (tmp_path / name).mkdir()
        (tmp_path / name / name).touch()

    old = exchange.replace_folder(f"{tmp_path}/one", f"{tmp_path}/other", f"{tmp_path}/aside")

    if old != f"{tmp_path}/one":
        pytest.skip("two folders cannot be exchanged here: needs glibc 2.28 and TMPDIR on ext4, xfs, btrfs or tmpfs")
    assert [(path.parent.name, path.name) for path in sorted(tmp_path.rglob("*/*"))] == [
        ("one", "other"),
        ("other", "one"),
    ]


def test_an_exchange_that_goes_wrong_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(exchange, "_renameat2", lambda: lambda one, other: errno.ENOENT)

    with pytest.raises(FileNotFoundError, match="missing"):
        exchange.replace_folder(f"{tmp_path}/missing", f"{tmp_path}/other", f"{tmp_path}/aside")


def test_where_nothing_can_be_locked_the_write_goes_on_and_no_leftover_is_judged(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(_: int) -> NoReturn:
        raise OSError(errno.ENOLCK, "No locks available")

    (folder / ".rendered.0123abcd").mkdir()
    monkeypatch.setattr(staging, "_lock", refuse)

    write_tree(folder, rendered(NEW), overwrite=False)

    assert on_disk(folder / "rendered") == NEW_TREE
    assert traces(folder) == [".rendered.0123abcd"]


def no_folder_can_be_renamed(patch: pytest.MonkeyPatch) -> None:
    """An overlayfs, for a folder that came with the image of the container."""
    real = os.rename

    def rename(source: str, target: str) -> None:
        if source.endswith("/rendered"):
            raise OSError(errno.EXDEV, "Invalid cross-device link", source)
        real(source, target)

    patch.setattr(exchange, "_renameat2", lambda: lambda one, other: errno.EXDEV)
    patch.setattr(os, "rename", rename)


def test_where_the_folder_cannot_be_renamed_its_files_are_replaced(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    no_folder_can_be_renamed(monkeypatch)
    before = (folder / "rendered").stat().st_ino, (folder / "rendered/node/notes.txt").stat().st_ino

    write_tree(folder, rendered(NEW), overwrite=False)

    assert on_disk(folder / "rendered") == NEW_TREE
    assert traces(folder) == []
    assert not (folder / "rendered/routing").exists()
    assert ((folder / "rendered").stat().st_ino, (folder / "rendered/node/notes.txt").stat().st_ino) == before


def test_killed_while_files_are_replaced_the_next_run_completes_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    no_folder_can_be_renamed(monkeypatch)
    for folder in killed_at_every_step(tmp_path, an_old_tree):
        now = on_disk(folder / "rendered")
        assert now.keys() >= FOREIGN.keys(), folder
        assert all(text in (OLD_TREE.get(path), NEW_TREE.get(path)) for path, text in now.items()), folder

        write_tree(folder, rendered(NEW), overwrite=False)

        assert on_disk(folder / "rendered") == NEW_TREE, folder
        assert traces(folder) == [], folder


# ------------------------------------------------------------------------------------------------ two at a time
def test_a_run_waits_for_another_and_leaves_its_staging_alone(folder: Path) -> None:
    second = threading.Thread(target=write_tree, args=(folder, rendered(NEW)), kwargs={"overwrite": False})
    with staging.locked(str(folder)):
        container = Path(staging.create(str(folder)))
        second.start()
        second.join(0.2)

        assert second.is_alive()
        assert container.is_dir()
        assert on_disk(folder / "rendered") == OLD_TREE
    second.join(10)

    assert on_disk(folder / "rendered") == NEW_TREE


def test_a_lock_that_its_holder_just_removed_is_none(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The holder removes the file between our opening and our locking it: others would lock another file."""
    real, lock = staging._lock, folder / ".rendered.lock"  # noqa: SLF001  # what comes between two system calls
    releases = iter([lock.unlink])

    def released_once(descriptor: int) -> bool:
        for release in releases:
            release()
        return real(descriptor)

    monkeypatch.setattr(staging, "_lock", released_once)

    with staging.locked(str(folder)) as locked:
        assert locked
        assert lock.exists()
    assert not lock.exists()


def test_a_run_does_not_wait_for_ever(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(staging, "_PATIENCE_SECONDS", 0.0)

    with (
        staging.locked(str(folder)),
        pytest.raises(Undetermined, match="another genlb has been writing here"),
    ):
        write_tree(folder, rendered(NEW), overwrite=False)
    assert on_disk(folder / "rendered") == OLD_TREE


def test_two_writers_leave_the_tree_of_one_of_them_and_readers_always_find_one(folder: Path) -> None:
    trees = [{**with_manifest(files), **FOREIGN} for files in (OLD, NEW)]

    def write(files: dict[str, str]) -> None:
        for _ in range(40):
            write_tree(folder, rendered(files), overwrite=False)

    children = [a_child(functools.partial(write, files)) for files in (OLD, NEW)]
    while children:
        assert (folder / "rendered/genlb.manifest.json").exists() or not can_exchange(folder)
        done, status = os.waitpid(children[0], os.WNOHANG)
        if done:
            assert status == 0
            children.pop(0)

    assert on_disk(folder / "rendered") in trees
    assert traces(folder) == []


def test_killed_at_a_random_moment_the_tree_is_whole(folder: Path) -> None:
    """As above without a stand-in for anything: a real process, real signals."""

    def write_for_ever() -> None:
        for files in itertools.cycle((NEW, OLD)):
            write_tree(folder, rendered(files), overwrite=False)

    for milliseconds in range(0, 40, 2):
        child = a_child(write_for_ever)
        threading.Event().wait(milliseconds / 1000)
        os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)

        assert on_disk(folder / "rendered") in (OLD_TREE, NEW_TREE) or not can_exchange(folder)
    write_tree(folder, rendered(OLD), overwrite=False)
    assert on_disk(folder / "rendered") == OLD_TREE
    assert traces(folder) == []
    assert read_tree(folder).foreign == tuple(sorted(FOREIGN))


def test_a_look_that_another_run_disturbs_is_not_believed(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    looks = iter([Undetermined("a file vanished")])
    real = tree.compare_tree

    def disturbed_once(*args: Any) -> tree.TreeState:
        for error in looks:
            raise error
        return real(*args)

    monkeypatch.setattr(tree, "compare_tree", disturbed_once)

    assert write_tree(folder, rendered(NEW), overwrite=False).refused == ()
    assert on_disk(folder / "rendered") == NEW_TREE
