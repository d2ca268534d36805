"""The kustomization.yaml of a folder: its files, named one by one, in the order in which they are applied."""

from __future__ import annotations

from collections.abc import Sequence

from genlb.manifest import Manifest

FILE_NAME = "kustomization.yaml"


def listing(files: Sequence[str]) -> Manifest:
    """A Kustomization of ``files`` and nothing else: names and namespaces are protocol here, never rewritten.

    ``fifo`` keeps our order; kustomize's own would put a DaemonSet behind all custom resources.
    """
    return {
        "apiVersion": "kustomize.config.k8s.io/v1beta1",
        "kind": "Kustomization",
        "resources": list(files),
        "sortOptions": {"order": "fifo"},
    }
