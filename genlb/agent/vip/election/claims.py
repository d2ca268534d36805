"""Claims on L2 VIPs: what a node writes into its own Lease, and which node comes first for a VIP.

Every node has one Lease, however many VIPs there are; an annotation maps a VIP to what the node says about it. Nobody
writes another node's Lease.
"""

from __future__ import annotations

import enum
import hashlib
import json
from collections.abc import Mapping
from typing import NamedTuple

CLAIMS = "genlb.io/claims"
"""Annotation of a node's Lease: a JSON object, VIP to claim."""

SUBNETS = "genlb.io/subnets"
"""Annotation of a node's Lease: a JSON list of the subnets in which it can answer ARP or neighbour solicitations."""

MOST = 4_000
"""VIPs that one node claims at most: an object's annotations may have 256 KiB together."""


class Claim(enum.Enum):
    """What a node says about a VIP; what it says nothing about, it leaves to others."""

    WANT = "want"
    HELD = "held"
    UNABLE = "unable"


class Lease(NamedTuple):
    """One node's Lease as the election sees it.

    ``version`` is the resourceVersion: a Lease lives as long as that keeps changing, whatever times it carries.
    ``holder`` is the pod's UID.
    """

    node: str
    holder: str
    version: str
    claims: Mapping[str, Claim]
    subnets: tuple[str, ...] = ()


def rank(node: str, vip: str) -> bytes:
    """The node with the largest of these comes first for ``vip``: spread evenly, and the same seen from everywhere."""
    return hashlib.sha256(f"{node}#{vip}".encode()).digest()


def encoded(claims: Mapping[str, Claim]) -> str:
    """The value of annotation ``genlb.io/claims``; the same text for equal claims."""
    return json.dumps({vip: claims[vip].value for vip in sorted(claims)}, separators=(",", ":"))


def decoded(text: str | None) -> dict[str, Claim]:
    """The claims in an annotation.

    What does not say what a claim is counts as ``held``: of a node that speaks a later language, or garbage, nothing
    may be taken away. A text that is no JSON object claims nothing that could be read.
    """
    try:
        found = json.loads(text or "{}")
    except (ValueError, RecursionError):
        return {}
    if not isinstance(found, dict):
        return {}
    return {
        vip: _CLAIMS.get(value, Claim.HELD) if isinstance(value, str) else Claim.HELD for vip, value in found.items()
    }


_CLAIMS = {claim.value: claim for claim in Claim}
