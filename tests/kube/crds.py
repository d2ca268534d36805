"""CustomResourceDefinitions for an API server: the real ones where they are to be had, else made from our own files."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import yaml

from tests.contract.object_files import custom_resource_definition, object_files
from tests.contract.real_crds import FOLDER
from tests.kube.client import Client, Object
from tests.kube.process import wait

VERSION = "apiextensions.k8s.io/v1"
KIND = "CustomResourceDefinition"


def of_ours() -> list[Object]:
    """One CRD for each file of ``schemas/objects/``."""
    return [custom_resource_definition(file) for file in object_files().values()]


def real() -> list[Object]:
    """The CRDs of the folder that ``GENLB_CRDS`` names (default ``../shared/crds``); none where there is no such."""
    return [
        document
        for path in sorted(FOLDER.rglob("*.y*ml"))
        for document in yaml.load_all(path.read_bytes(), Loader=yaml.CSafeLoader)
        if isinstance(document, dict) and document.get("kind") == KIND
    ]


def best() -> list[Object]:
    """The real ones, and ours of every kind that is missing among them."""
    chosen = {crd["metadata"]["name"]: crd for crd in [*of_ours(), *real()]}
    return [chosen[name] for name in sorted(chosen)]


def install(client: Client, definitions: Iterable[Object]) -> None:
    """Create ``definitions`` and return when their kinds are served."""
    names = [client.create(crd)["metadata"]["name"] for crd in definitions]
    if names and not wait(lambda: all(is_established(client.get(VERSION, KIND, name)) for name in names)):
        unready = [name for name in names if not is_established(client.get(VERSION, KIND, name))]
        raise AssertionError(f"not Established: {unready}")


def is_established(crd: Object) -> bool:
    """Whether the server serves it."""
    return conditions(crd).get("Established") == "True"


def conditions(manifest: Object) -> dict[str, Any]:
    """Type and status of each condition of an object."""
    return {entry["type"]: entry["status"] for entry in manifest.get("status", {}).get("conditions", ())}
