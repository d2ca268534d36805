"""A spec without what goes without saying: defaults, and what its layers say already."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

_UNSAID: Any = object()

DEFAULTS: Mapping[str, Any] = {
    "access": {},
    "bgp": {
        "nodeToNodeMesh": "Enabled",
        "advertise": {
            "loadBalancerIPs": "FromPools",
            "loadBalancerCIDRs": [],
            "aggregation": "Enabled",
            "clusterIPs": "Disabled",
            "externalCIDRs": [],
        },
        "racks": [],
    },
    "kubeProxy": {"managedBy": "kubeadm", "ownership": "Observe", "strictARP": False, "restart": "Manual"},
    "agents": {
        "imagePullSecrets": [],
        "nodeSelector": {"kubernetes.io/os": "linux"},
        "tolerations": [{"operator": "Exists"}],
        "resources": {
            "vip": {"requests": {"cpu": "10m", "memory": "48Mi"}, "limits": {"memory": "96Mi"}},
            "sysctl": {"requests": {"cpu": "5m", "memory": "32Mi"}, "limits": {"memory": "64Mi"}},
        },
    },
    "sysctls": {"state": "Enabled", "rpFilter": "Loose", "persist": False, "extra": {}},
    "vipBinder": {
        "state": "Enabled",
        "guard": True,
        "routed": {"bind": "Auto", "scope": "AllNodes"},
        "l2": {"interfaces": [], "leaseDuration": "10s", "renewInterval": "2s"},
    },
    "namespaces": {"metallb": "metallb-system", "calico": "calico-system"},
    "gitops": {
        "engine": "None",
        "targetRevision": "HEAD",
        "path": "",
        "destination": {},
        "argocd": {"namespace": "argocd", "project": "default"},
        "flux": {"namespace": "flux-system"},
    },
}
"""What a spec means by silence; a test holds it equal to the model."""

_OF_A_POOL: Mapping[str, Any] = {"autoAssign": True, "avoidBuggyIPs": False}

# Maps that are values: written in full or not at all.
_WHOLE = frozenset({"destination", "extra", "image", "nodeSelector", "sourceRef", "sysctl", "vip"})
# Where silence is an answer: the cluster has no password, so one that is inherited must go.
_SILENT = frozenset({"bgp", "kubeProxy"})


def trimmed(spec: Mapping[str, Any], inherited: Mapping[str, Any]) -> dict[str, Any]:
    """``spec`` without what follows from ``inherited`` (the spec of the layers below) or from genlb's defaults."""
    out = _trimmed(spec, inherited, DEFAULTS)
    for section in sorted(_SILENT & set(inherited) & set(spec)):
        below = inherited[section]
        unsaid = [key for key in below if key not in spec[section]] if isinstance(below, Mapping) else []
        if unsaid:
            out[section] = {**out.get(section, {}), **dict.fromkeys(unsaid)}
    if "pools" in out:
        out["pools"] = [_pool(pool) for pool in out["pools"]]
    return {key: out[key] for key in spec if key in out}


def _trimmed(spec: Mapping[str, Any], inherited: Any, default: Any) -> dict[str, Any]:
    out: dict[str, Any] = {}
    for key, value in spec.items():
        below, usual = _at(inherited, key), _at(default, key)
        if isinstance(value, Mapping) and key not in _WHOLE:
            inner = _trimmed(value, below, usual)
            if inner or (not value and below is not _UNSAID):
                out[key] = inner
        elif below is _UNSAID:
            if value != usual:
                out[key] = value
        elif value != below:
            out[key] = _replacing(value, below)
    return out


def _replacing(value: Any, below: Any) -> Any:
    """``value`` as it has to be written so that nothing of ``below`` is left when maps are merged."""
    if not (isinstance(value, Mapping) and isinstance(below, Mapping)):
        return value
    return {**dict.fromkeys(key for key in below if key not in value), **value}


def _pool(pool: Mapping[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in pool.items() if _OF_A_POOL.get(key, _UNSAID) != value}


def _at(data: Any, key: str) -> Any:
    return data.get(key, _UNSAID) if isinstance(data, Mapping) else _UNSAID
