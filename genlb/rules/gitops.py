"""Rules about the GitOps engine: what Argo CD or Flux could not use, or would read differently."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from genlb.network.versions import FACTS, Component, Feature, supports
from genlb.rules.catalogue import ERROR, WARNING, Finding, View, rule
from genlb.spec.model import Engine, Patch

_FLUX_SCHEMES = ("http://", "https://", "ssh://")
_SCP = re.compile(r"(?P<host>(?:[^@/:\s]+@)?[^@/:\s]+):(?P<path>(?!//)\S+)")

UNUSABLE_URL = rule(
    "GLB601",
    ERROR,
    "A repository URL that the engine cannot use",
    why="Flux refuses a GitRepository whose URL is neither http(s) nor ssh, git's short form git@host:path included; a"
    " path of this machine exists in no controller's pod. Nothing would ever be applied.",
    fix="Write https://host/path.git or ssh://git@host/path.git.",
)


@UNUSABLE_URL.check
def unusable_url(view: View) -> Iterator[Finding]:
    """Where an object is made of it: every Application, and a GitRepository unless ``sourceRef`` names another."""
    gitops = view.spec.gitops
    url, of_flux = gitops.repo_url, gitops.engine is Engine.FLUX and gitops.flux.source_ref is None
    if url is None or not (of_flux or gitops.engine is Engine.ARGO_CD):
        return
    place = view.at("gitops", "repoURL")
    short = _SCP.fullmatch(url)
    if of_flux and not url.startswith(_FLUX_SCHEMES):
        cure = f"write ssh://{short['host']}/{short['path'].lstrip('/')}" if short else ""
        yield Finding(place, "gitops.repoURL is no http(s):// or ssh:// URL, and Flux takes no other", cure)
    elif not of_flux and "://" not in url and not short:
        yield Finding(place, "gitops.repoURL is no URL that Argo CD could clone")
    elif url.endswith("://"):
        yield Finding(place, "gitops.repoURL names no host")


HEAD_OF_FLUX = rule(
    "GLB602",
    WARNING,
    "Flux knows no HEAD",
    why="Argo CD follows HEAD to the default branch. Flux has no word for it and follows a branch called master, which"
    " may not exist, or be a forgotten one.",
    fix="Name the branch: gitops: {targetRevision: main}.",
)


@HEAD_OF_FLUX.check
def head_of_flux(view: View) -> Iterator[Finding]:
    """Where genlb makes the GitRepository."""
    gitops = view.spec.gitops
    own_source = gitops.repo_url is not None and gitops.flux.source_ref is None
    if gitops.engine is Engine.FLUX and own_source and gitops.target_revision == "HEAD":
        message = "gitops.targetRevision is HEAD, for which Flux reads the branch master"
        yield Finding(view.at("gitops", "targetRevision"), message)


REFUSED_BY_CALICO = rule(
    "GLB603",
    ERROR,
    "Server-side apply on a Calico that refuses it",
    why="The CRDs of Calico 3.32.0 declare lists of objects as sets: the API server refuses every server-side apply of"
    " the BGPConfiguration. Flux applies in no other way: no VIP would be announced.",
    fix="Upgrade Calico to 3.32.1.",
    research="E-SSA-3320",
)
_SERVER_SIDE = "ServerSideApply=true"


@REFUSED_BY_CALICO.check
def refused_by_calico(view: View) -> Iterator[Finding]:
    """Flux always; Argo CD where a patch asks for it."""
    spec = view.spec
    if supports(spec.versions, Feature.SERVER_SIDE_APPLY):
        return
    reason = FACTS[Feature.SERVER_SIDE_APPLY].reason
    if spec.gitops.engine is Engine.FLUX:
        place = view.at("versions", Component.CALICO.value)
        yield Finding(place, f"gitops.engine is Flux, which applies server-side: {reason}")
    if spec.gitops.engine is Engine.ARGO_CD:
        for index, patch in enumerate(spec.patches):
            if _asks_for_server_side(patch, view.cluster.name):
                yield Finding(view.at("patches", index), f"the patch asks for {_SERVER_SIDE}: {reason}")


def _asks_for_server_side(patch: Patch, cluster: str) -> bool:
    """A patch on the BGPConfiguration or on the Application that applies it."""
    concerns = patch.kind == "BGPConfiguration" or (patch.kind, patch.name) == (
        "Application",
        f"genlb-{cluster}-advertise",
    )
    return concerns and any(_SERVER_SIDE in text for text in _texts(patch.merge))


def _texts(value: object) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, Mapping):
        for item in value.values():
            yield from _texts(item)
    elif isinstance(value, (list, tuple)):
        for item in value:
            yield from _texts(item)


OUTSIDE = rule(
    "GLB605",
    ERROR,
    "gitops.path leads out of the repository",
    why="It is this folder's place inside repoURL. Argo CD refuses a path that leads out of the repository, and Flux"
    " cuts it off at the root, where other files lie.",
    fix="Write the path from the root of that repository, or leave it out when this is the root.",
)


@OUTSIDE.check
def outside(view: View) -> Iterator[Finding]:
    """More steps up than down, at any point."""
    gitops, depth = view.spec.gitops, 0
    for step in gitops.path.split("/") if gitops.engine is not Engine.NONE else ():
        depth += -1 if step == ".." else step not in {"", "."}
        if depth < 0:
            yield Finding(view.at("gitops", "path"), f"gitops.path is {gitops.path}, which begins above the repository")
            return


TWO_DESTINATIONS = rule(
    "GLB610",
    ERROR,
    "A destination with both a name and a server",
    why="Argo CD refuses an Application whose destination says both: they might mean two clusters.",
    fix="Keep one of the two.",
)


@TWO_DESTINATIONS.check
def two_destinations(view: View) -> Iterator[Finding]:
    """Whatever the engine: the next one may be Argo CD."""
    destination = view.spec.gitops.destination
    if destination.name and destination.server:
        message = f"gitops.destination has the name {destination.name} and the server {destination.server}"
        yield Finding(view.at("gitops", "destination"), message)


UNUSED_SETTINGS = rule(
    "GLB612",
    WARNING,
    "Settings for an engine that is not chosen",
    why="Nothing is rendered from them. Whoever wrote them expects another engine to apply this cluster.",
    fix="Choose the engine (gitops.engine), or remove the section.",
)
_SECTIONS = {"argocd": Engine.ARGO_CD, "destination": Engine.ARGO_CD, "flux": Engine.FLUX}


@UNUSED_SETTINGS.check
def unused_settings(view: View) -> Iterator[Finding]:
    """Only in the cluster's own file: what a fleet shares may well serve two engines."""
    engine = view.spec.gitops.engine
    for section, serves in _SECTIONS.items():
        if serves is not engine and view.loaded.node("spec", "gitops", section) is not None:
            place = view.loaded.key("spec", "gitops", section)
            if place.file == view.loaded.file:
                message = f"gitops.{section} is for {serves.value}, and gitops.engine is {engine.value}"
                yield Finding(place, message)
