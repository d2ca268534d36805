"""What Argo CD and Flux must know about each object: order, what is never pruned, what is applied server-side.

One row per kind, or per kind and name. A row that protects an object keeps it through everything that genlb and an
engine do by themselves: a namespace that holds the daemons, kube-proxy's own objects, Calico's one BGPConfiguration.
"""

from __future__ import annotations

from typing import NamedTuple

from genlb.manifest import Manifest
from genlb.spec.model import Engine

_ARGO = "argocd.argoproj.io"
_FLUX = "kustomize.toolkit.fluxcd.io"

_KEPT = ("Prune=false", "Delete=false")
# Without it the client-side dry-run before the first wave fails where Calico or MetalLB come later than genlb.
_CRD_MAY_BE_MISSING = "SkipDryRunOnMissingResource=true"
_SERVER_SIDE = "ServerSideApply=true"


class Treatment(NamedTuple):
    """How the engines treat an object: Argo CD's wave and sync options, Flux's annotations by their last part."""

    wave: int
    sync_options: tuple[str, ...] = ()
    flux: tuple[tuple[str, str], ...] = ()

    @property
    def kept(self) -> bool:
        """Whether the object outlives its file in git."""
        return "Prune=false" in self.sync_options

    @property
    def server_side(self) -> bool:
        """Whether the object is only a part of what lives in the cluster, which client-side apply would mangle."""
        return _SERVER_SIDE in self.sync_options


_PRUNE = ("prune", "disabled")
# Keeps what others set with kubectl; by default Flux takes their fields over and removes what git does not say.
_MERGE = ("ssa", "Merge")
# A Kustomization of the user's that substitutes would turn every unknown ${name} into nothing.
_NO_SUBSTITUTION = ("substitute", "disabled")

_TREATMENTS = {
    ("Namespace", ""): Treatment(-50, _KEPT, (_PRUNE,)),
    ("ServiceAccount", ""): Treatment(-40),
    ("ClusterRole", ""): Treatment(-40),
    ("ClusterRoleBinding", ""): Treatment(-40),
    ("Role", ""): Treatment(-40),
    ("RoleBinding", ""): Treatment(-40),
    ("ConfigMap", "genlb-sysctl"): Treatment(-30, flux=(_NO_SUBSTITUTION,)),
    ("DaemonSet", "genlb-sysctl"): Treatment(-30, flux=(_NO_SUBSTITUTION,)),
    ("ConfigMap", "kube-proxy"): Treatment(-20, (*_KEPT, _SERVER_SIDE), (_PRUNE, _MERGE, _NO_SUBSTITUTION)),
    # A template with one annotation and no container is no valid DaemonSet by itself: kubectl's own check is skipped.
    ("DaemonSet", "kube-proxy"): Treatment(
        -15, (*_KEPT, _SERVER_SIDE, "Validate=false"), (_PRUNE, _MERGE, _NO_SUBSTITUTION)
    ),
    # Pruned after everything else, when no route leads to its addresses any more.
    ("IPAddressPool", ""): Treatment(-10, (_CRD_MAY_BE_MISSING, "PruneLast=true")),
    ("ConfigMap", "genlb-vip"): Treatment(0, flux=(_NO_SUBSTITUTION,)),
    ("DaemonSet", "genlb-vip"): Treatment(0, flux=(_NO_SUBSTITUTION,)),
    # A wave of its own: inside one wave Argo CD sorts custom resources by name, and peers name the filter.
    ("BGPFilter", ""): Treatment(5, (_CRD_MAY_BE_MISSING,)),
    ("BGPPeer", ""): Treatment(10, (_CRD_MAY_BE_MISSING,)),
    # Shared with Calico, so Flux merges. Argo CD must not apply it server-side: Calico 3.32.0 refuses that.
    ("BGPConfiguration", ""): Treatment(20, (_CRD_MAY_BE_MISSING, *_KEPT), (_PRUNE, _MERGE)),
}


def treatment(kind: str, name: str) -> Treatment:
    """The row of an object; a kind without one has no place in any unit and is a ``KeyError``."""
    return _TREATMENTS.get((kind, name)) or _TREATMENTS[kind, ""]


def annotate(manifest: Manifest, engine: Engine) -> Manifest:
    """``manifest`` with the annotations of ``engine``, its metadata in the order in which it is written."""
    row = treatment(manifest["kind"], manifest["metadata"]["name"])
    return {**manifest, "metadata": _with_annotations(manifest["metadata"], _ANNOTATIONS[engine](row))}


def _with_annotations(metadata: Manifest, annotations: dict[str, str]) -> Manifest:
    out = {key: value for key, value in metadata.items() if key != "annotations"}
    merged = {**metadata.get("annotations", {}), **annotations}
    return {**out, "annotations": merged} if merged else out


def _argo_annotations(row: Treatment) -> dict[str, str]:
    out = {}
    if row.kept:
        # What stays although git dropped it would otherwise hold the Application OutOfSync for ever.
        out[f"{_ARGO}/compare-options"] = "IgnoreExtraneous"
    if row.sync_options:
        out[f"{_ARGO}/sync-options"] = ",".join(row.sync_options)
    out[f"{_ARGO}/sync-wave"] = str(row.wave)
    return out


def _flux_annotations(row: Treatment) -> dict[str, str]:
    return {f"{_FLUX}/{name}": value for name, value in row.flux}


def _no_annotations(_: Treatment) -> dict[str, str]:
    return {}


_ANNOTATIONS = {
    Engine.ARGO_CD: _argo_annotations,
    Engine.FLUX: _flux_annotations,
    Engine.NONE: _no_annotations,
}
