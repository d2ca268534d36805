"""Small rendered clusters, what lies in a folder, and a stand-in for ``os`` that fails or dies at its n-th call."""

from __future__ import annotations

import ctypes
import os
import traceback
from collections.abc import Callable
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from genlb.render.manifest_file import FILE_NAME, write_manifest
from genlb.render.tree import Rendered
from genlb.stores import exchange, ondisk, replacement, staging, tree

OLD = {
    "metallb-values.yaml": "speaker: old\n",
    "node/a.yaml": "a: 1\n",
    "node/gone.yaml": "gone: 1\n",
    "routing/only.yaml": "only: 1\n",
}
NEW = {
    "metallb-values.yaml": "speaker: new, and much longer than before\n",
    "node/a.yaml": "a: 1\n",
    "node/added.yaml": "added: 1\n",
    "gitops/deep/b.yaml": "b: 1\n",
}


def rendered(files: dict[str, str], digest: str = "0" * 64) -> Rendered:
    """A rendered cluster of these files, with its manifest."""
    every = {**files, FILE_NAME: write_manifest("fra1", files, digest)}
    return Rendered(cluster="fra1", files=dict(sorted(every.items())), objects={}, gitops=())


def with_manifest(files: dict[str, str]) -> dict[str, str]:
    """What lies in the folder after ``rendered(files)`` was written."""
    return dict(rendered(files).files)


def on_disk(root: Path) -> dict[str, str]:
    """Every file and link below ``root``, links with their target; empty where ``root`` is missing."""
    return {
        path.relative_to(root).as_posix(): f"-> {path.readlink()}" if path.is_symlink() else path.read_text()
        for path in sorted(root.rglob("*"))
        if path.is_symlink() or not path.is_dir()
    }


def traces(folder: Path) -> list[str]:
    """What a run left beside ``rendered``."""
    return sorted(path.name for path in folder.iterdir() if path.name.startswith(".rendered"))


class Interrupted:
    """``os`` as the store sees it, with something happening at its n-th call that ``counts``.

    The exchange of two folders, which is no function of ``os``, counts under the name ``exchange``.
    """

    def __init__(self, at: int, happens: Callable[[str], None], counts: Callable[[str, tuple[Any, ...]], bool]) -> None:
        self.at = at
        self.calls: list[str] = []
        self._happens = happens
        self._counts = counts

    def __getattr__(self, name: str) -> Any:
        value = getattr(os, name)
        return self.watched(name, value) if callable(value) and not isinstance(value, type) else value

    def watched(self, name: str, function: Callable[..., Any]) -> Callable[..., Any]:
        def call(*args: Any, **kwargs: Any) -> Any:
            if self._counts(name, args):
                self.calls.append(name)
                if len(self.calls) >= self.at:
                    self._happens(name)
            return function(*args, **kwargs)

        return call


def interrupt(
    patch: pytest.MonkeyPatch,
    at: int,
    happens: Callable[[str], None],
    counts: Callable[[str, tuple[Any, ...]], bool] = lambda name, args: True,
) -> Interrupted:
    """Let ``happens`` be called at the ``at``-th and every later counted call of the store."""
    stand_in = Interrupted(at, happens, counts)
    real = exchange._exchange  # noqa: SLF001  # a system call that is no function of os
    modules: tuple[ModuleType, ...] = (exchange, ondisk, replacement, staging, tree)
    for module in modules:
        patch.setattr(module, "os", stand_in)
    patch.setattr(exchange, "_exchange", stand_in.watched("exchange", real))
    return stand_in


def without_exchange(patch: pytest.MonkeyPatch) -> None:
    """A file system that cannot exchange two names."""
    patch.setattr(exchange, "_exchange", lambda one, other: False)


def a_child(work: Callable[[], object]) -> int:
    """The id of a new process that does ``work`` and nothing else; it ends with 0 when nothing was raised."""
    child = os.fork()
    if child:
        return child
    code = 1
    try:
        work()
        code = 0
    except BaseException:
        traceback.print_exc()
        raise
    finally:
        os._exit(code)


def give_up_roots_rights() -> None:
    """Be an ordinary owner of one's files, for the rest of this process: a child's.

    Without capabilities root may no more than the permissions say. Another user's id would do less: pytest's folders,
    and a Python that was installed for root alone, would be closed to it before the test begins.
    """
    if os.geteuid():
        return
    version_3, this_process, sets = 0x20080522, 0, 6  # linux/capability.h: effective, permitted, inheritable; two each
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.capset((ctypes.c_uint32 * 2)(version_3, this_process), (ctypes.c_uint32 * sets)()):
        raise OSError(ctypes.get_errno(), "capset")


def in_a_child(work: Callable[[], object]) -> int:
    """Do ``work`` in a process of its own; the answer is what ``os.waitpid`` says of its end, 0 for a good one."""
    return os.waitpid(a_child(work), 0)[1]
