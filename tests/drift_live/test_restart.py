"""An API server that goes away is no cluster without objects; when it is back, all is as it was."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from genlb.cli.main import run
from tests.apiserver.rendered import objects, render
from tests.apiserver.surroundings import prepare
from tests.drift_live.conftest import CLUSTER, CONTEXT
from tests.kube import crds
from tests.kube.control_plane import ControlPlane


def test_a_restart_is_no_drift(
    kube_program: Callable[[str], Path], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    kube_program("etcd")
    (tmp_path / "plane").mkdir()
    with ControlPlane(tmp_path / "plane", definitions=crds.best()) as plane:
        uid = plane.client.get("v1", "Namespace", "kube-system")["metadata"]["uid"]
        version = ".".join(plane.client.request("GET", "/version")["gitVersion"].removeprefix("v").split(".")[:2])
        change = {"access": {"context": CONTEXT, "uid": uid}, "versions": {"kubernetes": version}}
        clusters = render(CLUSTER, change, tmp_path / "lb")
        prepare(plane.client, CLUSTER)
        for manifest in objects(CLUSTER, folder=clusters):
            plane.client.apply(manifest, force=True)

        def drift() -> tuple[int, str]:
            code = run(["-C", str(tmp_path / "lb"), "drift", CLUSTER, "--kubeconfig", str(plane.kubeconfig)])
            return code, capsys.readouterr().out

        before = drift()
        port = urlsplit(plane.client.server).port
        assert port
        plane.client.close()
        plane.process.stop()
        down = drift()
        with plane._api_server(port) as again:  # noqa: SLF001 -- the same server once more is nobody else's wish
            again.wait_until(plane._ready, "ready")  # noqa: SLF001
            after = drift()

    assert before[0] == 0
    assert before[1].startswith(f"{CLUSTER}: in step")
    assert down[0] == 3
    assert "cannot be reached at 127.0.0.1" in down[1]
    assert after == before
