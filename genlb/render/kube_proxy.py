"""kube-proxy's own ConfigMap with the few fields that the spec owns, and the stamp that restarts kube-proxy.

``config.conf`` is one string to Kubernetes, so whoever owns a field in it must write all of it: the cluster's own
configuration, as captured, with our fields laid over it by meaning. Neither object is ours: no label, no key beside
``config.conf`` (the other one, ``kubeconfig.conf``, is kube-proxy's way to the API), no hash of kubeadm's.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from ipaddress import IPv4Address, IPv6Address
from typing import Any

from genlb.manifest import Manifest
from genlb.render.context import Context
from genlb.render.daemon_set import config_hash
from genlb.spec.model import ManagedBy, Ownership, ProxyMode, Restart
from genlb.spec.values import Address, parse_address
from genlb.yamltext import write

_NAMESPACE = "kube-system"

# Where kube-proxy reads a ConfigMap that outlives the next boot. k3s and RKE2 run it from arguments, Talos from its
# machine configuration: a ConfigMap would be read by nobody, or thrown away.
_NAMES = {ManagedBy.KUBEADM: "kube-proxy", ManagedBy.KUBESPRAY: "kube-proxy"}

_METRICS_PORT = 10249
_LARGEST_PORT = 65535
_ENDPOINT = re.compile(r"(?:\[(?P<v6>[^\]]*:[^\]]*)\]|(?P<v4>[0-9.]+)):(?P<port>[1-9][0-9]{0,4})")


def kube_proxy_config_maps(context: Context) -> list[Manifest]:
    """ConfigMap ``kube-system/kube-proxy`` with ``config.conf`` alone; nothing unless the spec owns and knows it."""
    name = _owned_name(context)
    if name is None:
        return []
    return [
        {
            "apiVersion": "v1",
            "kind": "ConfigMap",
            "metadata": {"name": name, "namespace": _NAMESPACE},
            "data": {"config.conf": write(merged_config(context))},
        }
    ]


def kube_proxy_daemon_sets(context: Context) -> list[Manifest]:
    """A partial DaemonSet ``kube-system/kube-proxy``: one annotation of the template, which rolls it when it changes.

    kube-proxy reads its file at start only. The hash is of the parsed configuration, so that new words for the same
    meaning restart nobody.
    """
    name = _owned_name(context)
    if name is None or context.cluster.spec.kube_proxy.restart is not Restart.ANNOTATE:
        return []
    stamp = {"genlb.io/kube-proxy-config-hash": config_hash(merged_config(context))}
    return [
        {
            "apiVersion": "apps/v1",
            "kind": "DaemonSet",
            "metadata": {"name": name, "namespace": _NAMESPACE},
            "spec": {"template": {"metadata": {"annotations": stamp}}},
        }
    ]


def merged_config(context: Context) -> dict[str, Any]:
    """The base configuration with the spec's fields laid over it, keys sorted as kubeadm writes them.

    Everything else of the base stays, a wrong or missing ``apiVersion`` and ``kind`` included (a rule refuses those).
    Without a base there are just the fields that the spec owns, which is what Observe compares. An ``ipvs`` that is no
    map holds nothing that kube-proxy could use and gives way.
    """
    base = dict(context.base_config or {})
    kube_proxy = context.cluster.spec.kube_proxy
    base["mode"] = kube_proxy.mode.value
    if kube_proxy.mode is ProxyMode.IPVS:
        ipvs = base.get("ipvs")
        base["ipvs"] = {**(ipvs if isinstance(ipvs, Mapping) else {}), **_ipvs(context)}
    merged: dict[str, Any] = _sorted(base)
    return merged


def metrics_address(base_config: Mapping[str, Any] | None) -> str:
    """Where the kube-proxy of a node answers ``/configz`` and ``/proxyMode`` to the node itself.

    Its own default (loopback, in the family of ``bindAddress``) where the configuration says nothing usable.
    """
    base = base_config or {}
    try:
        address, port = _endpoint(str(base.get("metricsBindAddress")))
    except ValueError:
        address, port = IPv6Address(0) if ":" in str(base.get("bindAddress")) else IPv4Address(0), _METRICS_PORT
    if isinstance(address, IPv6Address):
        return f"[{'::1' if address.is_unspecified else address}]:{port}"
    return f"{'127.0.0.1' if address.is_unspecified else address}:{port}"


def _endpoint(text: str) -> tuple[Address, int]:
    match = _ENDPOINT.fullmatch(text)
    if not match or int(match["port"]) > _LARGEST_PORT:
        raise ValueError(f"not an address with a port: {text}")
    return parse_address(match["v6"] or match["v4"]), int(match["port"])


def _owned_name(context: Context) -> str | None:
    """The name of kube-proxy's objects where the spec owns them and the base configuration is there, else None."""
    kube_proxy = context.cluster.spec.kube_proxy
    if kube_proxy.ownership is not Ownership.MERGE or context.base_config is None:
        return None
    return _NAMES.get(kube_proxy.managed_by)


def _ipvs(context: Context) -> dict[str, Any]:
    # strictARP and the scheduler mean something in ipvs mode only; in the others the base keeps what it says.
    kube_proxy = context.cluster.spec.kube_proxy
    fields: dict[str, Any] = {"strictARP": kube_proxy.strict_arp}
    if kube_proxy.ipvs.scheduler is not None:
        fields["scheduler"] = kube_proxy.ipvs.scheduler
    return fields


def _sorted(value: Any) -> Any:
    """A copy with the keys of every map in order; lists keep theirs."""
    if isinstance(value, Mapping):
        return {key: _sorted(value[key]) for key in sorted(value)}
    if isinstance(value, list):
        return [_sorted(item) for item in value]
    return value
