"""agent.json of either daemon as frozen values; ``InvalidConfig`` names the key that is wrong.

The schemas (``schemas/agent-vip.schema.json``, ``schemas/agent-sysctl.schema.json``) say what each key means. Times
are in seconds.

The enums are those of ``genlb.spec.model`` after genlb has decided: there is no Auto left for a daemon to choose, and
one that stands in a file is a mistake. They are not imported from there because the model costs a daemon two of its 32
MiB; a test holds them equal.
"""

from __future__ import annotations

import enum
import json
import math
from collections.abc import Mapping
from typing import NamedTuple

from genlb.agent.fields import Fields, InvalidConfig, Network

SCHEMA_VERSION = 1
"""The only version of agent.json that this daemon speaks."""


class Announce(enum.Enum):
    """How a pool's VIPs become known."""

    BGP = "BGP"
    L2 = "L2"


class Bind(enum.Enum):
    """How a VIP of a BGP pool becomes local."""

    ANY_IP = "AnyIP"
    OBSERVE = "Observe"
    NONE = "None"


class Scope(enum.Enum):
    """On which nodes a VIP of a BGP pool becomes local."""

    ALL_NODES = "AllNodes"
    ENDPOINT_NODES = "EndpointNodes"


class ProxyMode(enum.Enum):
    """kube-proxy's modes."""

    IPVS = "ipvs"
    IPTABLES = "iptables"
    NFTABLES = "nftables"


class Listen(enum.Enum):
    """An address to serve health and metrics on."""

    LOOPBACK = "Loopback"
    NODE_IP = "NodeIP"


class Pool(NamedTuple):
    """Where VIPs may lie."""

    name: str
    announce: Announce
    cidrs: tuple[Network, ...]


class Routed(NamedTuple):
    """What to do about VIPs of BGP pools."""

    bind: Bind
    scope: Scope


class Election(NamedTuple):
    """How VIPs of L2 pools find their one owner."""

    interfaces: tuple[str, ...]
    lease_prefix: str
    duration: float
    renew: float
    timeout: float
    margin: float

    @property
    def lifetime(self) -> int:
        """Whole seconds that an address may live after the last renewal: the kernel counts in those."""
        return math.floor(self.duration - self.margin)


class Http(NamedTuple):
    """Where health and metrics are served."""

    addresses: tuple[Listen, ...]
    port: int


class ReportLease(NamedTuple):
    """The Lease with what the daemon sees: never sooner than ``min_interval``, at the latest every ``renew``."""

    prefix: str
    min_interval: float
    renew: float
    duration: float


class Common(NamedTuple):
    """What both daemons are told."""

    cluster: str
    namespace: str
    state_directory: str
    http: Http
    report: ReportLease


class VipConfig(NamedTuple):
    """What the VIP binder is told; ``routed`` and ``l2`` are None where no pool is announced that way."""

    common: Common
    pools: tuple[Pool, ...]
    advertised: tuple[Network, ...]
    routed: Routed | None
    l2: Election | None
    guard: bool
    proxy_mode: ProxyMode
    proxy_metrics: str
    resync: float


class SysctlConfig(NamedTuple):
    """What the sysctl daemon is told: values by path, and values by file name for the interfaces that match."""

    common: Common
    sysctls: Mapping[str, str]
    interfaces: tuple[str, ...]
    per_interface: Mapping[str, str]
    drop_in: str | None
    interval: float


def vip_config(text: str | bytes) -> VipConfig:
    """The binder's configuration from the content of its agent.json."""
    fields, common = _opened(text, "vip")
    pools = tuple(_pool(pool) for pool in fields.sections("pools"))
    proxy = fields.section("kubeProxy")
    config = VipConfig(
        common=common,
        pools=pools,
        advertised=fields.networks("advertised"),
        routed=_routed(fields.optional_section("routed")),
        l2=_election(fields.optional_section("l2")),
        guard=fields.flag("guard"),
        proxy_mode=proxy.choice("mode", ProxyMode),
        proxy_metrics=proxy.text("metricsAddress"),
        resync=fields.seconds("resyncIntervalSeconds"),
    )
    proxy.close()
    fields.close()
    _refuse_contradictions(config)
    return config


def sysctl_config(text: str | bytes) -> SysctlConfig:
    """The sysctl daemon's configuration from the content of its agent.json."""
    fields, common = _opened(text, "sysctl")
    sysctls = fields.values("sysctls")
    for path in sysctls:
        _refuse_escape(path, f"sysctls.{path}")
    interfaces, per_interface = _per_interface(fields.optional_section("perInterface"))
    config = SysctlConfig(
        common=common,
        sysctls=sysctls,
        interfaces=interfaces,
        per_interface=per_interface,
        drop_in=fields.optional_text("dropIn"),
        interval=fields.seconds("assertIntervalSeconds"),
    )
    fields.close()
    return config


def _opened(text: str | bytes, daemon: str) -> tuple[Fields, Common]:
    try:
        fields = Fields(json.loads(text.decode() if isinstance(text, bytes) else text))
    except UnicodeDecodeError as error:
        raise InvalidConfig("", f"is no UTF-8: {error}") from None
    except (ValueError, RecursionError) as error:
        raise InvalidConfig("", f"is no JSON: {error}") from None
    # The version first: a file of another version may differ in everything else.
    version = fields.value("schemaVersion")
    if version != SCHEMA_VERSION or isinstance(version, bool):
        raise InvalidConfig("schemaVersion", f"must be {SCHEMA_VERSION}: this file is for another release of genlb")
    if (found := fields.text("daemon")) != daemon:
        raise InvalidConfig("daemon", f"must be {daemon}: this file is for `genlb agent {found}`")
    return fields, _common(fields)


def _common(fields: Fields) -> Common:
    http, report = fields.section("http"), fields.section("report")
    addresses = tuple(_listen(text, f"http.addresses[{index}]") for index, text in enumerate(http.texts("addresses")))
    common = Common(
        cluster=fields.text("cluster"),
        namespace=fields.text("namespace"),
        state_directory=fields.text("stateDirectory"),
        http=Http(addresses, http.port("port")),
        report=ReportLease(
            prefix=report.text("leasePrefix"),
            min_interval=report.seconds("minIntervalSeconds"),
            renew=report.seconds("renewIntervalSeconds"),
            duration=report.seconds("leaseDurationSeconds"),
        ),
    )
    http.close()
    report.close()
    return common


def _listen(text: str, key: str) -> Listen:
    try:
        return Listen(text)
    except ValueError as error:
        raise InvalidConfig(key, str(error)) from None


def _pool(fields: Fields) -> Pool:
    pool = Pool(fields.text("name"), fields.choice("announce", Announce), fields.networks("cidrs"))
    fields.close()
    return pool


def _routed(fields: Fields | None) -> Routed | None:
    if fields is None:
        return None
    routed = Routed(fields.choice("bind", Bind), fields.choice("scope", Scope))
    fields.close()
    return routed


def _election(fields: Fields | None) -> Election | None:
    if fields is None:
        return None
    election = Election(
        interfaces=fields.texts("interfaces"),
        lease_prefix=fields.text("leasePrefix"),
        duration=fields.seconds("leaseDurationSeconds"),
        renew=fields.seconds("renewIntervalSeconds"),
        timeout=fields.seconds("requestTimeoutSeconds"),
        margin=fields.seconds("safetyMarginSeconds"),
    )
    fields.close()
    # An owner survives the loss of one renewal; with less, one lost packet moves all VIPs of a node.
    if election.lifetime < 1 or 2 * (election.renew + election.timeout) > election.lifetime:
        raise InvalidConfig(
            "l2",
            f"2 * (renewIntervalSeconds {election.renew:g} + requestTimeoutSeconds {election.timeout:g}) must be at "
            f"most {election.lifetime}, the whole seconds of leaseDurationSeconds less safetyMarginSeconds",
        )
    return election


def _per_interface(fields: Fields | None) -> tuple[tuple[str, ...], Mapping[str, str]]:
    if fields is None:
        return (), {}
    interfaces, values = fields.texts("interfaces"), fields.values("ipv4")
    for name in values:
        _refuse_escape(name, f"perInterface.ipv4.{name}")
        if "/" in name:
            raise InvalidConfig(f"perInterface.ipv4.{name}", "must be the name of a file")
    fields.close()
    return interfaces, values


def _refuse_escape(path: str, key: str) -> None:
    """Nothing but files below /proc/sys is ever written."""
    if not path or "\0" in path or any(part in ("", ".", "..") for part in path.split("/")):
        raise InvalidConfig(key, "must be a path below /proc/sys")


def _refuse_contradictions(config: VipConfig) -> None:
    announced = {pool.announce for pool in config.pools}
    for announce, key, section in ((Announce.BGP, "routed", config.routed), (Announce.L2, "l2", config.l2)):
        if announce in announced and section is None:
            raise InvalidConfig(key, f"must not be null: a pool is announced by {announce.value}")
