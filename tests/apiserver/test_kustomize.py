"""What kubectl's own kustomize makes of a rendered folder is what the files say, and it applies."""

from __future__ import annotations

import os
import re
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest
import yaml

from tests.apiserver.rendered import CLUSTERS, FOLDER, GITOPS, UNITS, files, objects, read
from tests.apiserver.surroundings import prepare
from tests.kube.client import Client
from tests.kube.control_plane import ControlPlane

FOLDERS = [
    f"{cluster}/rendered/{unit}"
    for cluster in CLUSTERS
    for unit in (*UNITS, GITOPS)
    if (FOLDER / cluster / "rendered" / unit).is_dir()
]


ABOUT_ITSELF = re.compile("Sorting order is set both in .* and in a CLI flag")
"""kubectl apply -k sets a flag of its own and then warns of it; the order of the file holds."""


def kubectl(program: Path, *arguments: str | Path, kubeconfig: Path | str = os.devnull) -> str:
    """What kubectl prints; it must succeed and complain about nothing."""
    command = [program, *arguments]
    environment = {**os.environ, "KUBECONFIG": str(kubeconfig)}
    result = subprocess.run(command, capture_output=True, text=True, check=False, env=environment)
    complaints = [line for line in result.stderr.splitlines() if not ABOUT_ITSELF.search(line)]

    assert (result.returncode, complaints) == (0, []), f"{arguments}: {result.stderr}"
    return result.stdout


@pytest.mark.parametrize("folder", FOLDERS)
def test_kustomize_gives_exactly_the_files_in_their_order(kube_program: Callable[[str], Path], folder: str) -> None:
    built = kubectl(kube_program("kubectl"), "kustomize", FOLDER / folder)

    assert list(yaml.load_all(built, Loader=yaml.CSafeLoader)) == [read(path) for path in files(FOLDER / folder)]


@pytest.mark.parametrize("folder", FOLDERS)
def test_a_kustomization_lists_every_file_beside_it(folder: str) -> None:
    there = {path for path in (FOLDER / folder).iterdir() if path.name != "kustomization.yaml"}

    assert set(files(FOLDER / folder)) == there


@pytest.mark.parametrize("cluster", CLUSTERS)
def test_every_folder_is_applied_by_kubectl(
    control_plane: ControlPlane, api: Client, kube_program: Callable[[str], Path], cluster: str
) -> None:
    prepare(api, cluster)

    for folder in (path for path in FOLDERS if path.startswith(f"{cluster}/")):
        kubectl(
            kube_program("kubectl"),
            "apply",
            "--server-side",
            "--force-conflicts",
            "--field-manager=genlb",
            f"--kustomize={FOLDER / folder}",
            kubeconfig=control_plane.kubeconfig,
        )

    assert [api.live(manifest)["kind"] for manifest in objects(cluster)] == [
        manifest["kind"] for manifest in objects(cluster)
    ]
    assert api.warnings == []
