"""Namespace genlb-system."""

from __future__ import annotations

from typing import Any

import pytest

from genlb.render.namespace import namespaces
from genlb.spec.model import DaemonState
from tests.builders import a_cluster, a_context

DISABLED: Any = {"state": DaemonState.DISABLED}


def test_the_namespace_admits_privileged_pods_in_every_mode_of_pod_security() -> None:
    expected = {
        "apiVersion": "v1",
        "kind": "Namespace",
        "metadata": {
            "name": "genlb-system",
            "labels": {
                "app.kubernetes.io/name": "genlb",
                "app.kubernetes.io/component": "namespace",
                "app.kubernetes.io/part-of": "genlb",
                "app.kubernetes.io/managed-by": "genlb",
                "genlb.io/cluster": "fra1-prod",
                "pod-security.kubernetes.io/enforce": "privileged",
                "pod-security.kubernetes.io/audit": "privileged",
                "pod-security.kubernetes.io/warn": "privileged",
            },
        },
    }

    assert namespaces(a_context()) == [expected]


@pytest.mark.parametrize("state", [DaemonState.ENABLED, DaemonState.CLEANUP])
@pytest.mark.parametrize(("daemon", "other"), [("sysctls", "vip_binder"), ("vip_binder", "sysctls")])
def test_it_stays_as_long_as_one_daemon_is_there(daemon: str, other: str, state: DaemonState) -> None:
    changes: dict[str, Any] = {daemon: {"state": state}, other: DISABLED}
    cluster = a_cluster(**changes)

    assert len(namespaces(a_context(cluster))) == 1


def test_it_goes_with_the_last_daemon() -> None:
    assert namespaces(a_context(a_cluster(sysctls=DISABLED, vip_binder=DISABLED))) == []
