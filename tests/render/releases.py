"""Releases as the contract tests spell them."""

from __future__ import annotations

from genlb.spec.model import Cluster
from genlb.spec.values import Version


def calico_release(cluster: Cluster) -> tuple[int, ...]:
    """Calico's release in ``cluster``, as numbers."""
    return _numbers(cluster.spec.versions.calico)


def metallb_release(cluster: Cluster) -> tuple[int, ...]:
    """MetalLB's release in ``cluster``, as numbers."""
    return _numbers(cluster.spec.versions.metallb)


def _numbers(version: Version) -> tuple[int, ...]:
    return (version.major, version.minor, version.patch or 0)
