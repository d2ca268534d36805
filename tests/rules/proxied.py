"""Specs judged together with a captured KubeProxyConfiguration."""

from __future__ import annotations

from typing import Any

from genlb.errors import Diagnostic, in_order
from genlb.network import decide
from genlb.rules import judge
from genlb.rules.base_config import read_base_config
from genlb.yamltext import read
from tests.network.proxy_configs import HEAD
from tests.rules.judged import a_document, loaded

FILE = "clusters/fra1/kube-proxy.base.yaml"
CAPTURED = "clientConnection: {kubeconfig: /var/lib/kube-proxy/kubeconfig.conf}\nclusterCIDR: 10.244.0.0/16\n"


def a_proxied_document(
    mode: str = "iptables", *, kubernetes: str = "1.34", ownership: str = "Merge", **changes: Any
) -> dict[str, Any]:
    """The base of all cases, its kube-proxy's configuration captured; of a release where ipvs is not deprecated."""
    more = changes.pop("kubeProxy", {})
    proxy = {"mode": mode, "ownership": ownership, "baseConfig": "kube-proxy.base.yaml", **more}
    document = a_document(kubeProxy=proxy, **changes)
    document["spec"]["versions"]["kubernetes"] = kubernetes
    return document


def judged_with(document: Any, captured: str, *, head: str = HEAD) -> tuple[Diagnostic, ...]:
    """Everything that the rules find; ``captured`` is what the file holds beside its kind and version."""
    spec = loaded(document)
    assert spec.cluster is not None, spec.diagnostics
    base, diagnostics = read_base_config(FILE, read((head + captured).encode(), FILE))
    return in_order([*diagnostics, *judge(spec, decide(spec.cluster), base)])


def ids_with(document: Any, captured: str) -> set[str]:
    """The rules that find something."""
    return {diagnostic.rule for diagnostic in judged_with(document, captured)}
