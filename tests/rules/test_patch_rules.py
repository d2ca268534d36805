"""Patches whose objects CEL rules and formats refuse: judged with all patches of the object, and no further."""

from __future__ import annotations

from typing import Any

import pytest

from tests.rules.judged import a_document, ids, judged

PEER = ("BGPPeer", "genlb-tor-a-v4")
CONFIGURATION = ("BGPConfiguration", "default")


def patch(of: tuple[str, str], **spec: Any) -> dict[str, Any]:
    return {"kind": of[0], "name": of[1], "merge": {"spec": spec}}


@pytest.mark.parametrize(
    "patches",
    [
        [patch(PEER, ttlSecurity=1)],
        [patch(PEER, node="worker-1", nodeSelector=None)],
        [patch(PEER, nodeSelector=None), patch(PEER, node="worker-1")],
        [patch(PEER, peerSelector="all()", peerIP=None, asNumber=None)],
        [patch(CONFIGURATION, nodeMeshMaxRestartTime="2m0s")],
        [patch(CONFIGURATION, communities=[{"name": "x", "value": "65001:1"}])],
        [{"kind": "BGPPeer", "name": PEER[1], "merge": {"metadata": {"labels": {"a": "b"}}}}],
        [patch(("IPAddressPool", "public"), addresses=["10.208.1.0/25", "10.208.2.1-10.208.2.9"])],
        [patch(("Application", "genlb-fra1-node"), peerIP="x", peerSelector="y")],
    ],
)
def test_a_patch_that_leaves_the_object_right_is_no_finding(patches: list[dict[str, Any]]) -> None:
    assert ids(a_document(patches=patches)) == set()


@pytest.mark.parametrize(
    "patches",
    [
        [patch(PEER, node="worker-1")],
        [patch(PEER, nodeSelector=None, node="worker-1"), patch(PEER, nodeSelector="all()")],
        [patch(PEER, localWorkloadSelector="all()", peerIP=None, asNumber=None)],
        [patch(CONFIGURATION, nodeToNodeMeshEnabled=False, nodeMeshMaxRestartTime="2m0s")],
        [patch(CONFIGURATION, serviceExternalIPs=[{"cidr": "192.0.2.1"}])],
        [patch(CONFIGURATION, asNumber=2**31)],
        [patch(("IPAddressPool", "public"), addresses=["10.208.1.1"])],
    ],
)
def test_a_patch_that_makes_the_object_wrong_is_an_error(patches: list[dict[str, Any]]) -> None:
    assert ids(a_document(patches=patches)) == {"GLB609"}


def test_an_older_api_server_takes_numbers_beyond_int32() -> None:
    versions = {"kubernetes": "1.35", "calico": "3.32.1", "metallb": "0.16.1"}

    assert ids(a_document(versions=versions, patches=[patch(CONFIGURATION, asNumber=2**31)])) == set()


def test_the_last_patch_of_an_object_is_blamed() -> None:
    document = a_document(patches=[patch(PEER, node="worker-1", nodeSelector=None), patch(PEER, nodeSelector="all()")])
    (found,) = judged(document)

    assert (
        found.message == "the patch of BGPPeer genlb-tor-a-v4 makes it wrong: node and nodeSelector exclude each other"
    )
