"""What may be wrong with the files of a repository, apart from what is in them; loaded when something is."""

from __future__ import annotations

import posixpath

from genlb.errors import Diagnostic, Span
from genlb.rules.catalogue import Finding
from genlb.rules.reading import BASE_CONFIG, NAME, NO_SPEC
from genlb.spec.loaded import LoadedSpec
from genlb.stores.files import CLUSTER_FILE


def no_profile(file: str) -> Diagnostic:
    """Among the profiles lies something that is none."""
    return NO_SPEC.diagnostic(
        Finding(
            Span.whole(file),
            "this is no profile: nothing reads it",
            "a profile is a file <name>.yaml, its name of lower-case letters, digits and dashes",
        )
    )


def odd_name(folder: str) -> Diagnostic:
    """A folder among the clusters has a name that none may have."""
    return NAME.diagnostic(
        Finding(
            Span.whole(folder),
            f"{posixpath.basename(folder)!r} cannot be the name of a cluster",
            "lower-case letters, digits and dashes, 63 at most; a leading _ keeps genlb out of the folder",
        )
    )


def no_cluster(folder: str) -> Diagnostic:
    """A folder among the clusters holds no spec."""
    help_ = f"genlb new {posixpath.basename(folder)} adds one; a leading _ keeps genlb out of the folder"
    return NO_SPEC.diagnostic(Finding(Span.whole(folder), f"this folder holds no {CLUSTER_FILE}", help_))


def unusable_base_config(loaded: LoadedSpec, message: str) -> Diagnostic:
    """What ``kubeProxy.baseConfig`` names cannot be used."""
    help_ = (
        "the path is relative to the cluster's folder; this prints what belongs there: "
        "kubectl -n kube-system get configmap kube-proxy -o jsonpath='{.data.config\\.conf}'"
    )
    place = loaded.span("spec", "kubeProxy", "baseConfig")
    return BASE_CONFIG.diagnostic(Finding(place, message, help_), cluster=loaded.name)
