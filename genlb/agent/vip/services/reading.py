"""API objects into facts.

Everything here was written by somebody else, some of it by tenants. A field of the wrong type is read as absent: a
Service without a usable address is refused later, with a reason, and hurts no other.
"""

from __future__ import annotations

from collections.abc import Iterator

from genlb.agent.vip.services.facts import Node, Port, Service, Slice

EXCLUDE = "node.kubernetes.io/exclude-from-external-load-balancers"
"""Kubernetes' own label; Calico announces nothing from a node that has it, whatever its value."""

DRAIN = "genlb.io/drain"
"""genlb's label: the node hands its L2 VIPs over, and is left alone otherwise. The value ``false`` counts as absent."""

_SERVICE_NAME = "kubernetes.io/service-name"
_PROTOCOLS = frozenset({"TCP", "UDP", "SCTP"})
_ADDRESS_TYPES = frozenset({"InternalIP", "ExternalIP"})


def service_from(item: object) -> Service | None:
    """A Service with addresses; None for one that is no LoadBalancer or has none."""
    spec, ingress = _map(item, "spec"), _maps(_map(_map(item, "status"), "loadBalancer"), "ingress")
    if _text(spec, "type") != "LoadBalancer":
        return None
    addresses = tuple(_text(entry, "ip") for entry in ingress if "ip" in entry and _text(entry, "ipMode") != "Proxy")
    proxied = tuple(_text(entry, "ip") for entry in ingress if "ip" in entry and _text(entry, "ipMode") == "Proxy")
    if not addresses and not proxied:
        return None
    metadata = _map(item, "metadata")
    return Service(
        key=key_of(item),
        uid=_text(metadata, "uid"),
        created=_text(metadata, "creationTimestamp"),
        addresses=addresses,
        proxied=proxied,
        ports=tuple(_ports(spec)),
        local=_text(spec, "externalTrafficPolicy") == "Local",
    )


def slice_from(item: object) -> Slice | None:
    """An EndpointSlice that belongs to a Service; None for any other.

    An endpoint takes traffic as Calico sees it: ready (or not said), and not terminating.
    """
    metadata = _map(item, "metadata")
    service = _text(_map(metadata, "labels"), _SERVICE_NAME)
    if not service:
        return None
    nodes = {_text(endpoint, "nodeName") for endpoint in _maps(item, "endpoints") if _serves(endpoint)}
    return Slice(f"{_text(metadata, 'namespace')}/{service}", frozenset(nodes - {""}))


def node_from(item: object) -> Node | None:
    """A Node; None for something without a name."""
    metadata, status = _map(item, "metadata"), _map(item, "status")
    name = _text(metadata, "name")
    if not name:
        return None
    addresses = tuple(
        _text(entry, "address") for entry in _maps(status, "addresses") if _text(entry, "type") in _ADDRESS_TYPES
    )
    return Node(name, addresses, _is_ready(_maps(status, "conditions")), _exclusion(_map(metadata, "labels")))


def key_of(item: object) -> str:
    """``namespace/name``, or the name alone for what lies in no namespace."""
    metadata = _map(item, "metadata")
    namespace, name = _text(metadata, "namespace"), _text(metadata, "name")
    return f"{namespace}/{name}" if namespace else name


def _ports(spec: dict[str, object]) -> Iterator[Port]:
    for entry in _maps(spec, "ports"):
        port, protocol = entry.get("port"), _text(entry, "protocol") or "TCP"
        if isinstance(port, int) and not isinstance(port, bool) and 0 < port < 1 << 16 and protocol in _PROTOCOLS:
            yield Port(protocol, port)


def _serves(endpoint: dict[str, object]) -> bool:
    conditions = _map(endpoint, "conditions")
    return conditions.get("ready") is not False and conditions.get("terminating") is not True


def _is_ready(conditions: list[dict[str, object]]) -> bool:
    """Ready, and with a network: a node without says so in a condition of its own."""
    said = {_text(condition, "type"): _text(condition, "status") for condition in conditions}
    return said.get("Ready") == "True" and said.get("NetworkUnavailable") != "True"


def _exclusion(labels: dict[str, object]) -> str | None:
    if EXCLUDE in labels:
        return EXCLUDE
    return DRAIN if DRAIN in labels and labels[DRAIN] != "false" else None


def _map(parent: object, key: str) -> dict[str, object]:
    value = parent.get(key) if isinstance(parent, dict) else None
    return value if isinstance(value, dict) else {}


def _maps(parent: object, key: str) -> list[dict[str, object]]:
    value = parent.get(key) if isinstance(parent, dict) else None
    return [entry for entry in value if isinstance(entry, dict)] if isinstance(value, list) else []


def _text(parent: dict[str, object], key: str) -> str:
    value = parent.get(key)
    return value if isinstance(value, str) else ""
