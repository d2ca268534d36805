"""What ``genlb render`` does with one judged cluster, and what it tells about it.

Everything here can be sent to another process and back.
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any, NamedTuple

from genlb import api
from genlb.errors import Diagnostic, Undetermined

if TYPE_CHECKING:
    from genlb.stores.tree import TreeState

FOLDER = "rendered"


class Difference(NamedTuple):
    """One file that ``--check`` complains about: the finding, both texts, whether a render has to be told to go on."""

    finding: Diagnostic
    before: str
    after: str
    edited: bool


class Result(NamedTuple):
    """What became of one cluster. Paths are below ``folder``, which is as the user would type it."""

    name: str
    folder: str
    files: int = 0
    created: tuple[str, ...] = ()
    updated: tuple[str, ...] = ()
    deleted: tuple[str, ...] = ()
    foreign: tuple[str, ...] = ()
    refused: tuple[Diagnostic, ...] = ()
    differences: tuple[Difference, ...] = ()
    documents: str = ""
    failure: str = ""

    @property
    def status(self) -> str:
        """One word for machines."""
        if self.failure:
            return "failed"
        if self.refused:
            return "refused"
        if self.differences:
            return "stale"
        return "changed" if self.created or self.updated or self.deleted else "unchanged"

    @property
    def diagnostics(self) -> tuple[Diagnostic, ...]:
        """What is wrong with the files on disk."""
        return (*self.refused, *(difference.finding for difference in self.differences))

    def data(self) -> dict[str, Any]:
        """For machines; empty parts are left out."""
        told: dict[str, Any] = {"name": self.name, "status": self.status, "folder": self.folder, "files": self.files}
        lists = {name: list(getattr(self, name)) for name in ("created", "updated", "deleted", "foreign")}
        told |= {name: paths for name, paths in lists.items() if paths}
        return told | ({"message": self.failure} if self.failure else {})


class Write:
    """Write the tree, below the cluster's own folder or ``out``."""

    def __init__(self, out: str | None, *, overwrite: bool) -> None:
        self.out = out
        self.overwrite = overwrite

    def __call__(self, repository: api.Repository, renderable: api.Renderable) -> Result:
        """Write one cluster; what stops it is told in the result, so that the others still have their turn."""
        rendered = api.render(renderable)
        folder = _folder(renderable, self.out)
        try:
            written = api.write(repository, rendered, overwrite=self.overwrite, out=self.out)
        except Undetermined as error:
            return Result(name=renderable.name, folder=folder, failure=shortened(str(error), repository.root))
        return Result(
            name=renderable.name,
            folder=folder,
            files=len(rendered.files),
            created=written.created,
            updated=written.updated,
            deleted=written.deleted,
            foreign=written.foreign,
            refused=api.tree_findings(folder, hand_edited=written.refused),
        )


class Check:
    """Compare the tree on disk with what would be written."""

    def __init__(self, out: str | None) -> None:
        self.out = out

    def __call__(self, repository: api.Repository, renderable: api.Renderable) -> Result:
        """Compare one cluster."""
        rendered = api.render(renderable)
        folder = _folder(renderable, self.out)
        try:
            state = api.compare(repository, rendered, out=self.out)
        except Undetermined as error:
            return Result(name=renderable.name, folder=folder, failure=shortened(str(error), repository.root))
        findings = api.tree_findings(
            folder,
            changed=state.changed,
            missing=state.missing,
            left_over=state.stale,
            hand_edited=state.hand_edited,
        )
        return Result(
            name=renderable.name,
            folder=folder,
            files=len(rendered.files),
            foreign=state.foreign,
            differences=tuple(_difference(finding, state, folder) for finding in findings),
        )


class Print:
    """Render into one stream of YAML documents."""

    def __call__(self, repository: api.Repository, renderable: api.Renderable) -> Result:  # noqa: ARG002 -- as its like
        """The objects of one cluster; what only kustomize, Helm and genlb read is left out."""
        rendered = api.render(renderable)
        folder = _folder(renderable, None)
        documents = "".join(f"---\n# {folder}/{path}\n{text}" for path, text in api.objects(rendered))
        return Result(name=renderable.name, folder=folder, files=len(rendered.files), documents=documents)


def _difference(finding: Diagnostic, state: TreeState, folder: str) -> Difference:
    path = finding.span.file.removeprefix(f"{folder}/")
    return Difference(finding, state.before(path), state.after(path), path in state.hand_edited)


def shortened(message: str, root: str) -> str:
    """A message with paths from the repository's root on, as everywhere else."""
    return message.replace(f"{os.path.join(root, '')}", "")


def _folder(renderable: api.Renderable, out: str | None) -> str:
    return f"{renderable.context.folder if out is None else os.path.join(out, renderable.name)}/{FOLDER}"
