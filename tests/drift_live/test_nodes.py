"""Nodes' reports as the daemons write them, read with the rendered role and no other right."""

from __future__ import annotations

import hashlib
import time

from genlb.agent.kube.leases import micro_time
from genlb.network.node_report import (
    ANNOTATION,
    Daemon,
    NodeReport,
    State,
    SysctlState,
    Tally,
    VipState,
    digest_of,
    encoded,
)
from tests.drift_live.conftest import Lab

NODE = "report-1"


def publish(lab: Lab, daemon: Daemon, state: State, *, age: float = 0.0) -> None:
    """The Lease that a daemon keeps, last renewed ``age`` seconds ago."""
    text = lab.manifest("ConfigMap", f"genlb-{daemon.value}")["data"]["agent.json"]
    digest = f"sha256:{hashlib.sha256(text.encode()).hexdigest()}"
    name = f"genlb-report-{daemon.value}-{NODE}"
    lab.api.create(
        {
            "apiVersion": "coordination.k8s.io/v1",
            "kind": "Lease",
            "metadata": {
                "name": name,
                "namespace": "genlb-system",
                "annotations": {ANNOTATION: encoded(NodeReport(daemon, NODE, "1.0.0", digest, state))},
            },
            "spec": {
                "holderIdentity": "pod",
                "leaseDurationSeconds": 180,
                "renewTime": micro_time(time.time() - age),
            },
        }
    )


def test_what_the_daemons_of_a_real_cluster_report_is_found(lab: Lab) -> None:
    selected = {"kubernetes.io/os": "linux"}
    lab.api.create({"apiVersion": "v1", "kind": "Node", "metadata": {"name": NODE, "labels": selected}})
    leaking = VipState(
        bound=1,
        owned=0,
        digest=digest_of([]),
        refused={},
        leaks=Tally.of(["10.208.1.1 eth0"]),
        proxy_mode="ipvs",
        proxy_config={"ipvs.strictARP": "true"},
    )
    publish(lab, Daemon.VIP, leaking)
    publish(lab, Daemon.SYSCTL, SysctlState(declared=1), age=600)

    told = lab.drift("--nodes")

    assert told.code == 1, told.err
    assert {(one.object, one.rule) for one in told.findings if one.object == f"Node/{NODE}"} == {
        (f"Node/{NODE}", "GLB841"),
        (f"Node/{NODE}", "GLB846"),
    }
