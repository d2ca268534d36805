"""The fields of a KubeProxyConfiguration (v1alpha1, the only version there is) and what kube-proxy refuses in them.

kube-proxy ignores a key that it does not know, with one line in its log, and exits on a value of the wrong type or
out of range. Some values are judged only in the mode that uses them, some types take no null: the table says where.
Names of feature gates differ from release to release and are not held here.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import NamedTuple, TypeAlias

from genlb.network.base_config import BaseConfig
from genlb.network.proxy_crossings import LOCAL_MODES, Refused, crossings
from genlb.network.proxy_kinds import (
    ADDRESS,
    CIDR,
    CIDR_OR_KEYWORD,
    DURATION,
    ENDPOINT,
    FLAG,
    FLOAT32,
    FLUSH,
    GATES,
    INT32,
    NOT_NEGATIVE,
    NOT_NEGATIVE_DURATION,
    OPTIONAL_DURATION,
    POSITIVE_FLUSH,
    QUANTITY,
    RELEASE,
    TEXT,
    TEXTS,
    UINT32,
    VMODULE,
    Kind,
    between,
    one_of,
)
from genlb.spec.model import ProxyMode
from genlb.yamltext.node import MappingNode, Node, Scalar, ScalarNode, SequenceNode, plain


class Field(NamedTuple):
    """What a field takes: a ``kind``, and within it a ``limit``, which kube-proxy looks at in ``mode`` only if given.

    The limit of a list is that of each of its items.
    """

    kind: Kind
    limit: Kind | None = None
    mode: ProxyMode | None = None


class Unknown(NamedTuple):
    """A key that kube-proxy ignores; ``known`` are those that have a meaning in its place."""

    path: tuple[str, ...]
    known: tuple[str, ...]


Section: TypeAlias = Mapping[str, "Field | Section"]

_IPVS, _NFTABLES = ProxyMode.IPVS, ProxyMode.NFTABLES
_MODES = ("", *(mode.value for mode in ProxyMode))
_BIT = between(0, 31)
_OUTPUT: Section = {"splitStream": Field(FLAG), "infoBufferSize": Field(QUANTITY)}

FIELDS: Section = {
    "apiVersion": Field(TEXT),
    "kind": Field(TEXT),
    "featureGates": Field(GATES),
    "clientConnection": {
        "kubeconfig": Field(TEXT),
        "acceptContentTypes": Field(TEXT),
        "contentType": Field(TEXT),
        "qps": Field(FLOAT32),
        "burst": Field(INT32, NOT_NEGATIVE),
    },
    "logging": {
        "format": Field(TEXT, one_of("", "text", "json")),
        "flushFrequency": Field(FLUSH, POSITIVE_FLUSH),
        "verbosity": Field(UINT32, between(0, 2**31 - 1)),
        "vmodule": Field(VMODULE),
        "options": {"text": _OUTPUT, "json": _OUTPUT},
    },
    "hostnameOverride": Field(TEXT),
    "bindAddress": Field(TEXT, ADDRESS),
    "healthzBindAddress": Field(TEXT, ENDPOINT),
    "metricsBindAddress": Field(TEXT, ENDPOINT),
    "bindAddressHardFail": Field(FLAG),
    "enableProfiling": Field(FLAG),
    "showHiddenMetricsForVersion": Field(TEXT, RELEASE),
    "mode": Field(TEXT, one_of(*_MODES)),
    "iptables": {
        "masqueradeBit": Field(INT32, _BIT),
        "masqueradeAll": Field(FLAG),
        "localhostNodePorts": Field(FLAG),
        "syncPeriod": Field(DURATION),
        "minSyncPeriod": Field(DURATION),
    },
    "ipvs": {
        "syncPeriod": Field(DURATION),
        "minSyncPeriod": Field(DURATION),
        "scheduler": Field(TEXT),
        "excludeCIDRs": Field(TEXTS, CIDR, _IPVS),
        "strictARP": Field(FLAG),
        "tcpTimeout": Field(DURATION, NOT_NEGATIVE_DURATION, _IPVS),
        "tcpFinTimeout": Field(DURATION, NOT_NEGATIVE_DURATION, _IPVS),
        "udpTimeout": Field(DURATION, NOT_NEGATIVE_DURATION, _IPVS),
    },
    "nftables": {
        "masqueradeBit": Field(INT32, _BIT, _NFTABLES),
        "masqueradeAll": Field(FLAG),
        "syncPeriod": Field(DURATION),
        "minSyncPeriod": Field(DURATION),
    },
    "winkernel": {
        "networkName": Field(TEXT),
        "sourceVip": Field(TEXT),
        "enableDSR": Field(FLAG),
        "rootHnsEndpointName": Field(TEXT),
        "forwardHealthCheckVip": Field(FLAG),
    },
    "detectLocalMode": Field(TEXT, one_of("", *LOCAL_MODES)),
    "detectLocal": {"bridgeInterface": Field(TEXT), "interfaceNamePrefix": Field(TEXT)},
    "clusterCIDR": Field(TEXT),
    "nodePortAddresses": Field(TEXTS, CIDR_OR_KEYWORD),
    "oomScoreAdj": Field(INT32, between(-1000, 1000)),
    "conntrack": {
        "maxPerCore": Field(INT32, NOT_NEGATIVE),
        "min": Field(INT32, NOT_NEGATIVE),
        "tcpEstablishedTimeout": Field(OPTIONAL_DURATION, NOT_NEGATIVE_DURATION),
        "tcpCloseWaitTimeout": Field(OPTIONAL_DURATION, NOT_NEGATIVE_DURATION),
        "tcpBeLiberal": Field(FLAG),
        "udpTimeout": Field(DURATION, NOT_NEGATIVE_DURATION),
        "udpStreamTimeout": Field(DURATION, NOT_NEGATIVE_DURATION),
    },
    "configSyncPeriod": Field(DURATION, NOT_NEGATIVE_DURATION),
    "portRange": Field(TEXT),
    "windowsRunAsService": Field(FLAG),
}


def unknown_fields(base: BaseConfig) -> Iterator[Unknown]:
    """Every key that kube-proxy ignores, mis-cased ones included, in the order of the file."""
    return _unknown(base.root, FIELDS, ())


def refused_values(base: BaseConfig, mode: ProxyMode) -> Iterator[Refused]:
    """Every value on which a kube-proxy in ``mode`` exits, in the order of the file; then what contradicts another."""
    refused = list(_refused(base.root, FIELDS, (), mode))
    yield from refused
    told = {problem.path for problem in refused}
    yield from (problem for problem in crossings(base, mode) if problem.path not in told)


def _unknown(node: MappingNode, section: Section, path: tuple[str, ...]) -> Iterator[Unknown]:
    for key, value in node.entries.items():
        field = section.get(key)
        if field is None:
            yield Unknown((*path, key), tuple(section))
        elif isinstance(field, Mapping) and isinstance(value, MappingNode):
            yield from _unknown(value, field, (*path, key))


def _refused(node: MappingNode, section: Section, path: tuple[str, ...], mode: ProxyMode) -> Iterator[Refused]:
    for key, value in node.entries.items():
        field = section.get(key)
        if isinstance(field, Field):
            if type(value) is not ScalarNode or not _fits(value.value, field, mode):
                yield from _misfits(value, field, (*path, key), mode)
        elif isinstance(value, MappingNode):
            yield from _refused(value, field or {}, (*path, key), mode)
        elif field is not None and not (isinstance(value, ScalarNode) and value.value is None):
            yield Refused((*path, key), "a map", value)


def _fits(value: Scalar, field: Field, mode: ProxyMode) -> bool:
    """Whether a single value is fine: the short way for nearly all of them."""
    if not field.kind.holds(value):
        return False
    return value is None or field.limit is None or field.mode not in {None, mode} or field.limit.holds(value)


def _misfits(node: Node, field: Field, path: tuple[str | int, ...], mode: ProxyMode) -> Iterator[Refused]:
    value = plain(node)
    if not field.kind.holds(value):
        yield Refused(path, field.kind.words, node)
    elif field.limit is not None and field.mode in {None, mode}:
        if not isinstance(node, SequenceNode):
            if value is not None and not field.limit.holds(value):
                yield Refused(path, field.limit.words, node)
            return
        for index, item in enumerate(node.items):
            if not field.limit.holds(value[index]):
                yield Refused((*path, index), field.limit.words, item)
