"""The two sides of drift for one cluster: what git wants, and what there is."""

from __future__ import annotations

import dataclasses
import shlex
from collections.abc import Sequence
from typing import TYPE_CHECKING, NamedTuple

from genlb.api.clusters import LoadedCluster, has_errors, load
from genlb.api.question import Question
from genlb.drift.model import Desired, Live, NotChecked, Read, Source
from genlb.drift.reads import follow_ups, reads_for
from genlb.errors import Undetermined
from genlb.spec.model import Engine
from genlb.stores.desired import Fresh, from_folder, from_path
from genlb.stores.files import WorkTree
from genlb.stores.kubeconfig import Access, Kubeconfig
from genlb.stores.ondisk import FOLDER, read_tree
from genlb.stores.overlay import Overlay

if TYPE_CHECKING:
    from genlb.manifest import Manifest
    from genlb.rules import View
    from genlb.spec.model import Cluster
    from genlb.stores.cluster_halt import Halt
    from genlb.stores.repository import Repository

WORK_TREE = "work tree"
_APPLICATION = ("argoproj.io", "Application")
_IN_CLUSTER = frozenset({"in-cluster", "https://kubernetes.default.svc"})


class Prepared(NamedTuple):
    """All that is known of a cluster before it is asked; ``not_checked`` is what git's side leaves open."""

    name: str
    desired: Desired
    access: Access
    view: View | None = None
    not_checked: tuple[NotChecked, ...] = ()

    @property
    def cluster(self) -> Cluster | None:
        """The typed cluster; None without a spec that can be read."""
        return self.view.cluster if self.view else None


class Seen(NamedTuple):
    """What there is, what git wants of it, and what has to be said about how it was read."""

    live: Live
    desired: Desired
    notes: tuple[str, ...] = ()


def prepare(repository: Repository, name: str, question: Question, source: Source) -> Prepared:
    """Read the spec and what is rendered of it; `Undetermined` when there is nothing to compare with."""
    if name not in repository.names:
        raise Undetermined(f"there is no cluster {name!r} at {source.ref or source.what}")
    (loaded,) = load(repository, [name])
    if loaded.unread:
        raise Undetermined(loaded.unread)
    view = loaded.view
    fresh, not_checked = _fresh(loaded)
    files, folder = repository.files, f"{loaded.folder}/{FOLDER}"
    if isinstance(files, WorkTree):
        # One walk over the folder; file by file, every folder above would be asked about as well.
        tree = read_tree(f"{repository.clusters_path}/{name}", wanted=fresh.texts if fresh else ())
        files = Overlay(files, {f"{folder}/{path}": content for path, content in tree.files.items()})
    desired = from_folder(files, folder, source, fresh=fresh)
    return Prepared(
        name=name,
        desired=desired,
        access=_access(question, name, view.cluster if view else None),
        view=view,
        not_checked=not_checked,
    )


def prepare_path(question: Question, name: str, cluster: Cluster | None) -> Prepared:
    """Any manifests as the desired side; ``cluster`` says only which cluster is asked."""
    desired = from_path(question.desired, question.directory)
    return Prepared(name or question.context or question.desired, desired, _access(question, name, cluster))


def look(prepared: Prepared, question: Question, kubeconfig: Kubeconfig | None, halt: Halt | None = None) -> Seen:
    """Read the dumps, or the cluster through ``kubeconfig``; `Undetermined` when nothing can be read."""
    reads = reads_for(prepared.desired, prepared.cluster, nodes=question.nodes)
    if question.live:
        from genlb.stores.dump import read_dump

        live = read_dump(
            question.live,
            reads,
            complete=question.live_complete,
            directory=question.directory,
            uid=prepared.access.uid,
            context=prepared.access.context,
        )
        return _told(prepared, live, frozenset(), ())
    from genlb.stores.cluster import read_cluster

    def follow(live: Live) -> Sequence[Read]:
        return follow_ups(reads, prepared.desired, live)

    reading = read_cluster(prepared.access, reads, follow=follow, kubeconfig=kubeconfig, halt=halt)
    return _told(prepared, reading.live, reading.unserved, _proof(prepared, reading.uid))


def _told(prepared: Prepared, live: Live, unserved: frozenset[tuple[str, str]], notes: tuple[str, ...]) -> Seen:
    """With Applications left out where Argo CD evidently runs in another cluster than the one it serves."""
    wanted = [key for key in prepared.desired.objects if (key.group, key.kind) == _APPLICATION]
    elsewhere = _APPLICATION in unserved or (
        _is_served_from_afar(prepared.cluster) and not any(key in live.objects for key in wanted)
    )
    if not wanted or not elsewhere:
        return Seen(live, prepared.desired, notes)
    objects = {key: one for key, one in prepared.desired.objects.items() if key not in wanted}
    checked = tuple(one for one in live.not_checked if not one.what.startswith("applications"))
    note = "Argo CD's Applications were not looked at: they live where Argo CD runs, and that is another cluster"
    return Seen(
        dataclasses.replace(live, not_checked=checked),
        dataclasses.replace(prepared.desired, objects=objects),
        (*notes, note),
    )


def _is_served_from_afar(cluster: Cluster | None) -> bool:
    if cluster is None or cluster.spec.gitops.engine is not Engine.ARGO_CD:
        return False
    destination = cluster.spec.gitops.destination
    return not {destination.name, destination.server} & _IN_CLUSTER


def _fresh(loaded: LoadedCluster) -> tuple[Fresh | None, tuple[NotChecked, ...]]:
    """What the spec renders now; with an invalid spec nobody knows."""
    if not loaded.valid:
        errors = sum(1 for one in loaded.diagnostics if has_errors([one]))
        why = f"the spec has {errors} {'error' if errors == 1 else 'errors'}"
        return None, (NotChecked("whether the rendered files are up to date", why, f"genlb validate {loaded.name}"),)
    from genlb.api.trees import render
    from genlb.manifest import file_names, key_of

    rendered = render(loaded)
    folders = {unit.value: manifests for unit, manifests in rendered.objects.items()} | {"gitops": rendered.gitops}
    objects: dict[str, Manifest] = {}
    for folder, manifests in folders.items():
        names = file_names([key_of(manifest) for manifest in manifests])
        objects |= {f"{folder}/{name}": manifest for name, manifest in zip(names, manifests, strict=True)}
    return Fresh(rendered.files, objects), ()


def _access(question: Question, name: str, cluster: Cluster | None) -> Access:
    """Never the current context: what is asked for, else what the spec says, else the cluster's name."""
    access = cluster.spec.access if cluster else None
    context = question.context or (access.context if access else None) or name
    return Access(context, question.kubeconfig, (access.uid if access else None) or "")


def _proof(prepared: Prepared, uid: str) -> tuple[str, ...]:
    """A word about which cluster was asked, where the spec cannot tell one from another."""
    if prepared.access.uid or not uid or prepared.cluster is None:
        return ()
    proof = f"nothing proves that context {prepared.access.context} is {prepared.name}"
    return (f"{proof}: write access: {{uid: {uid}}} into the spec if it is",)


def dump_script(prepared: Prepared, question: Question) -> str:
    """Shell commands that dump all that drift looks at, and compare that."""
    from genlb.stores.dump import dump_command

    desired = f" --desired {shlex.quote(question.desired)}" if question.desired else f" {shlex.quote(prepared.name)}"
    ref = f" --ref {shlex.quote(question.ref)}" if question.ref else ""
    reads = reads_for(prepared.desired, prepared.cluster, nodes=question.nodes)
    nodes = " --nodes" if question.nodes else ""
    again = f"genlb drift{desired}{ref} --live live --live-complete{nodes}"
    return f"{dump_command(reads, prepared.access.context)}\n{again}\n"
