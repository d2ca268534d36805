"""A spec made of a live cluster, judged and compared with it before it is written."""

from __future__ import annotations

import os
import re
from collections.abc import Sequence

from genlb.api._drafts import bearable, changes_of, draft_of, filled, inherited_by, patches_of
from genlb.drift.adoption import BASE_FILE, adopt
from genlb.drift.adoption_reads import adoption_reads
from genlb.drift.model import Live
from genlb.errors import UsageError
from genlb.report.adopt import Adoption
from genlb.spec.model import LABEL
from genlb.stores.repository import CLUSTER_FILE, Repository


def read_for_adoption(
    *, dumps: Sequence[str], complete: bool, context: str, kubeconfig: str = "", directory: str = "."
) -> Live:
    """The objects of a cluster that a spec can be made of: from dumps, or without any from the cluster itself.

    ``Undetermined`` for garbage, or a cluster that cannot be reached.

    >>> read_for_adoption(dumps=["live/"], complete=True, context="").versions.calico
    '3.32.1'
    """
    reads = adoption_reads()
    if dumps:
        from genlb.stores.dump import dump_command, read_dump

        command = dump_command(reads, context)
        return read_dump(dumps, reads, complete=complete, directory=directory, command=command)
    from genlb.stores.cluster import read_live
    from genlb.stores.kubeconfig import Access

    return read_live(Access(context, kubeconfig), reads)


def adopt_cluster(repository: Repository, name: str, live: Live, *, context: str = "") -> Adoption:
    """The files of a new cluster ``name`` that render what ``live`` has, and all that they do not say.

    Nothing is written: ``genlb.api.write_adopted`` does that.

    >>> adopt_cluster(repository, "fra1-prod", live).notes[0].what
    'BGPFilter acme-import'
    """
    _hold_name(name)
    folder = repository.folder(name)
    adopted = adopt(live, name=name, folder=folder, context=context)
    notes = list(filled(adopted.notes, inherited_by(repository)))
    draft = draft_of(repository, adopted, notes, [])
    patches = patches_of(draft.loaded, live)
    if patches:
        patched = draft_of(repository, adopted, notes, patches)
        if len(patched.loaded.diagnostics) > len(draft.loaded.diagnostics):
            patches, refused = bearable(repository, adopted, notes, patches)
            notes += refused
            patched = draft_of(repository, adopted, notes, patches)
        draft = patched
    notes += changes_of(draft.loaded, live)
    files = {f"{folder}/{CLUSTER_FILE}": draft.text}
    if adopted.base_config:
        files[f"{folder}/{BASE_FILE}"] = adopted.base_config
    optional = {str(read) for read in adoption_reads() if read.optional}
    return Adoption(
        name=name,
        files=files,
        notes=tuple(notes),
        unread=live.not_checked,
        grave=any(one.what not in optional for one in live.not_checked),
        diagnostics=draft.loaded.diagnostics,
        valid=draft.loaded.valid,
    )


def hold_place(repository: Repository, name: str) -> None:
    """Make sure that there is no spec of this name; ``UsageError`` when there is, or when it can be no name.

    >>> hold_place(open_repository(), "muc1-prod")
    """
    _hold_name(name)
    file = f"{repository.folder(name)}/{CLUSTER_FILE}"
    if os.path.lexists(os.path.join(repository.root, file)):
        raise UsageError(f"there is {file} already: --out DIR writes somewhere else, for you to compare")


def write_adopted(repository: Repository, adoption: Adoption, *, out: str = "") -> tuple[str, ...]:
    """Create the files, all or none, in the cluster's folder or in ``out``; what is there already is never overwritten.

    ``UsageError`` when there is such a file.

    >>> write_adopted(repository, adoption)
    ('clusters/fra1-prod/cluster.yaml', 'clusters/fra1-prod/kube-proxy.base.yaml')
    """
    from genlb.stores.newfiles import create_files

    root = out or repository.root
    files = {(os.path.basename(path) if out else path): content for path, content in adoption.files.items()}
    for path in files:
        if os.path.lexists(os.path.join(root, path)):
            where = os.path.join(out, path) if out else path
            raise UsageError(f"there is {where} already: --out DIR writes somewhere else, for you to compare")
    create_files(root, {path: content.encode("utf-8", "backslashreplace") for path, content in files.items()})
    return tuple(files)


def _hold_name(name: str) -> None:
    if not re.fullmatch(LABEL, name):
        raise UsageError(f"{name!r} cannot name a cluster: lower-case letters, digits and dashes, 63 at most")
