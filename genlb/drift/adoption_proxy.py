"""Kube-proxy's configuration as ``kubeProxy`` of a spec, and the text that becomes ``kube-proxy.base.yaml``."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

from genlb.drift.adoption_sight import Gap, Note, Part, Sight
from genlb.drift.within import inside, mapping, text
from genlb.errors import InvalidInput
from genlb.spec.model import ProxyMode
from genlb.yamltext import write
from genlb.yamltext.go import load

BASE_FILE = "kube-proxy.base.yaml"

_NAMESPACE, _NAME = "kube-system", "kube-proxy"
_STAMP = "genlb.io/kube-proxy-config-hash"
_DEFAULT_MODE = ProxyMode.IPTABLES.value
_MODES = frozenset(mode.value for mode in ProxyMode)
_WITHOUT_CONFIG_MAP = {"k3s": "k3s", "rke2": "rke2"}


class AdoptedProxy(NamedTuple):
    """The section, and the captured configuration as text; empty where there is none to capture."""

    part: Part
    base: str


def adopt_kube_proxy(sight: Sight) -> AdoptedProxy:
    """What kube-proxy's ConfigMap says.

    genlb becomes the owner only where it was already, by the stamp that it leaves on the DaemonSet: otherwise the first
    apply would rewrite what nobody has compared yet.
    """
    config_map = sight.one("", "ConfigMap", _NAME, _NAMESPACE)
    written = text(config_map, "data", "config.conf")
    config, problem = _parsed(written)
    if config is None:
        return _without(sight, problem)
    mode = text(config, "mode") or _DEFAULT_MODE
    notes: list[Note] = []
    if mode not in _MODES:
        notes.append(Note(Gap.ASSUMED, "kubeProxy.mode", f"kube-proxy knows no mode {mode!r}"))
        mode = _DEFAULT_MODE
    spec: dict[str, Any] = {"mode": mode, "ownership": "Observe", "baseConfig": BASE_FILE}
    if mode == ProxyMode.IPVS.value:
        spec |= _ipvs(mapping(config, "ipvs"))
    template = mapping(sight.one("apps", "DaemonSet", _NAME, _NAMESPACE), "spec", "template", "metadata")
    if inside(template, "annotations", _STAMP):
        spec |= {"ownership": "Merge", "restart": "Annotate"}
    else:
        told = "kube-proxy's ConfigMap stays its installer's; ownership: Merge hands config.conf over to genlb"
        notes.append(Note(Gap.ASSUMED, "kubeProxy.ownership", told))
    return AdoptedProxy(Part({"kubeProxy": spec}, tuple(notes)), _faithful(written, config))


def _parsed(written: str) -> tuple[dict[str, Any] | None, str]:
    if not written:
        return None, ""
    try:
        config = load(written.encode("utf-8", "surrogatepass"), "config.conf")
    except InvalidInput as error:
        # Two readers of YAML would not agree: what kube-proxy made of it, nobody can tell from here.
        return None, f"config.conf cannot be captured: {error.diagnostics[0].message}"
    return (dict(config), "") if isinstance(config, Mapping) else (None, "config.conf is no configuration")


def _faithful(written: str, config: dict[str, Any]) -> str:
    """The text as it was found; written anew where it holds what no file of a repository should."""
    lines = written.split("\n")
    plain = all(line.isprintable() for line in lines)
    return written.rstrip("\n") + "\n" if plain else write(config)


def _ipvs(config: Mapping[str, Any]) -> dict[str, Any]:
    scheduler = text(config, "scheduler")
    found: dict[str, Any] = {"strictARP": config.get("strictARP") is True}
    return found | ({"ipvs": {"scheduler": scheduler}} if scheduler else {})


def _without(sight: Sight, problem: str) -> AdoptedProxy:
    """No ConfigMap: k3s, RKE2, Talos, another way of running kube-proxy, or nobody looked."""
    managed = _distribution(sight)
    spec: dict[str, Any] = {"managedBy": managed, "mode": _DEFAULT_MODE}
    if problem:
        spec["managedBy"] = "kubeadm"
    unseen = sight.misses("", "ConfigMap", _NAME, _NAMESPACE)
    why = problem or (
        "ConfigMap kube-system/kube-proxy was not read" if unseen else "there is no ConfigMap kube-system/kube-proxy"
    )
    note = Note(Gap.ASSUMED, "kubeProxy.mode", f"{why}: {_DEFAULT_MODE} is kube-proxy's default, see what runs")
    return AdoptedProxy(Part({"kubeProxy": spec}, (note,)), "")


def _distribution(sight: Sight) -> str:
    for node in sight.all("", "Node"):
        if "talos" in text(node, "status", "nodeInfo", "osImage").lower():
            return "talos"
        kubelet = text(node, "status", "nodeInfo", "kubeletVersion")
        for mark, name in _WITHOUT_CONFIG_MAP.items():
            if f"+{mark}" in kubelet:
                return name
    return "none"
