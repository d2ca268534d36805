"""Units for tests of the GitOps objects: what is in them matters little, whether anything is does."""

from __future__ import annotations

from typing import Any

from genlb.manifest import Manifest
from genlb.render.context import Context, Unit
from genlb.spec.model import Cluster, Engine
from tests.builders import a_cluster, a_context

POOL: Manifest = {"apiVersion": "metallb.io/v1beta1", "kind": "IPAddressPool", "metadata": {"name": "public"}}
ACCOUNT: Manifest = {"apiVersion": "v1", "kind": "ServiceAccount", "metadata": {"name": "genlb-vip"}}
BGP: Manifest = {"apiVersion": "projectcalico.org/v3", "kind": "BGPConfiguration", "metadata": {"name": "default"}}
PROXY: Manifest = {"apiVersion": "apps/v1", "kind": "DaemonSet", "metadata": {"name": "kube-proxy"}}

FULL = {Unit.NODE: [ACCOUNT], Unit.ROUTING: [POOL], Unit.ADVERTISE: [BGP]}


def with_gitops(engine: Engine, **changes: Any) -> Context:
    """A cluster ``fra1-prod`` with these settings in ``spec.gitops``."""
    return a_context(with_engine(engine, **changes))


def with_engine(engine: Engine, **changes: Any) -> Cluster:
    """As above, before anything is decided."""
    return a_cluster(gitops={"engine": engine, **changes})
