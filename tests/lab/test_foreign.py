"""What others have in a node's kernel is never touched, whatever it looks like."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from tests.lab.daemons import ROOT, rendered, spec
from tests.lab.host import World
from tests.lab.machine import require

pytestmark = pytest.mark.lab


def test_what_others_have_in_the_kernel_is_never_touched(tmp_path: Path) -> None:
    require()
    manifests = rendered(spec("iptables"), tmp_path)["node"]
    (config,) = (
        item["data"]["agent.json"]
        for item in manifests
        if item["metadata"]["name"] == "genlb-vip" and item["kind"] == "ConfigMap"
    )
    (tmp_path / "agent.json").write_text(config)
    case = Path(__file__).with_name("case_foreign.py")
    with World() as world:
        host = world.host("n1")
        done = host.run(
            *(
                sys.executable,
                "-m",
                "pytest",
                "-q",
                "-p",
                "no:cacheprovider",
                f"--rootdir={ROOT}",
                f"--confcutdir={ROOT / 'tests'}",
                case,
            ),
            environment={"GENLB_LAB_CONFIG": str(tmp_path / "agent.json"), "GENLB_REQUIRE": ""},
        )
    assert done.status == 0, done.out[-6000:] + done.err[-2000:]
