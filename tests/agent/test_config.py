"""agent.json: what render writes is read, and every mistake is told with its key."""

from __future__ import annotations

import enum
import json
from typing import Any

import pytest

from genlb.agent.config import Announce, Bind, Election, Listen, ProxyMode, Routed, Scope, sysctl_config, vip_config
from genlb.agent.fields import InvalidConfig
from genlb.spec import model as spec
from tests.agent.objects import a_sysctl_config, a_vip_config, agent_json
from tests.builders import a_cluster, a_full_cluster, networks


def test_the_binder_reads_what_render_writes() -> None:
    config = a_vip_config()

    assert [(pool.name, pool.announce, pool.cidrs) for pool in config.pools] == [
        ("public", Announce.BGP, networks("10.208.1.0/24")),
        ("local", Announce.L2, networks("10.20.1.192/28")),
    ]
    assert config.routed == Routed(Bind.ANY_IP, Scope.ALL_NODES)
    assert config.l2 == Election((), "genlb-vip-", 10, 2, 1.5, 2)
    assert config.l2.lifetime == 8
    assert (config.guard, config.proxy_mode, config.proxy_metrics) == (True, ProxyMode.IPTABLES, "127.0.0.1:10249")
    assert config.common.http == ((Listen.LOOPBACK, Listen.NODE_IP), 19472)
    assert config.common.report == ("genlb-report-vip-", 30, 60, 180)
    assert (config.resync, config.common.state_directory) == (30, "/var/lib/genlb")


def test_the_sysctl_daemon_reads_what_render_writes() -> None:
    config = a_sysctl_config(a_full_cluster())

    assert config.sysctls["net/ipv4/conf/all/rp_filter"] == "2"
    assert (config.interfaces, config.per_interface) == (("bond0",), {"rp_filter": "2"})
    assert (config.drop_in, config.interval) == ("/etc/sysctl.d/99-genlb.conf", 30)


def test_without_a_section_there_is_none() -> None:
    config = a_vip_config(a_cluster())

    assert config.l2 is None
    assert a_sysctl_config(a_cluster(sysctls={"interfaces": (), "persist": False})).drop_in is None


@pytest.mark.parametrize(
    ("ours", "of_spec"),
    [(Announce, spec.Announce), (Bind, spec.Bind), (Scope, spec.Scope), (ProxyMode, spec.ProxyMode)],
)
def test_the_choices_are_those_of_the_spec_after_auto_was_decided(
    ours: type[enum.Enum], of_spec: type[enum.Enum]
) -> None:
    decided = {choice.name: choice.value for choice in of_spec if choice.value != "Auto"}

    assert {choice.name: choice.value for choice in ours} == decided


def changed(daemon: str, path: str, value: Any) -> str:
    """agent.json with another value at ``path``; ``...`` takes the key away."""
    file = json.loads(agent_json(daemon, a_full_cluster() if daemon == "sysctl" else None))
    *parents, last = path.split(":")
    place = file
    for parent in parents:
        place = place[int(parent)] if parent.isdigit() else place[parent]
    if value is ...:
        del place[last]
    else:
        place[last] = value
    return json.dumps(file)


MISTAKES = [
    ("vip", "schemaVersion", 2, "schemaVersion"),
    ("vip", "schemaVersion", True, "schemaVersion"),
    ("vip", "daemon", "sysctl", "daemon"),
    ("vip", "cluster", "", "cluster"),
    ("vip", "cluster", ..., "cluster"),
    ("vip", "extra", 1, "extra"),
    ("vip", "pools:0:cidrs", ["10.0.0.1/24"], "pools[0].cidrs[0]"),
    ("vip", "pools:0:cidrs", ["10.0.0.0"], "pools[0].cidrs[0]"),
    ("vip", "pools:0:cidrs", ["fd00::0/64"], "pools[0].cidrs[0]"),
    ("vip", "pools:0:cidrs", [17], "pools[0].cidrs[0]"),
    ("vip", "pools:0:cidrs", "10.0.0.0/24", "pools[0].cidrs"),
    ("vip", "pools:1:announce", "Auto", "pools[1].announce"),
    ("vip", "pools", [[]], "pools[0]"),
    ("vip", "routed", None, "routed"),
    ("vip", "routed:bind", "Dummy", "routed.bind"),
    ("vip", "l2", None, "l2"),
    ("vip", "l2:requestTimeoutSeconds", 3, "l2"),
    ("vip", "l2:leaseDurationSeconds", 0, "l2.leaseDurationSeconds"),
    ("vip", "l2:renewIntervalSeconds", "2s", "l2.renewIntervalSeconds"),
    ("vip", "l2:renewIntervalSeconds", True, "l2.renewIntervalSeconds"),
    ("vip", "l2:renewIntervalSeconds", 1e300, "l2.renewIntervalSeconds"),
    ("vip", "guard", "yes", "guard"),
    ("vip", "kubeProxy:mode", "userspace", "kubeProxy.mode"),
    ("vip", "http:addresses", ["All"], "http.addresses[0]"),
    ("vip", "http:port", 0, "http.port"),
    ("vip", "http:port", 70000, "http.port"),
    ("vip", "report", None, "report"),
    ("sysctl", "sysctls:net/../../etc/passwd", "1", "sysctls.net/../../etc/passwd"),
    ("sysctl", "sysctls:kernel//x", "1", "sysctls.kernel//x"),
    ("sysctl", "sysctls:kernel/x", 1, "sysctls.kernel/x"),
    ("sysctl", "perInterface:ipv4:a/b", "1", "perInterface.ipv4.a/b"),
    ("sysctl", "perInterface:interfaces", [None], "perInterface.interfaces[0]"),
    ("sysctl", "dropIn", 5, "dropIn"),
]


@pytest.mark.parametrize(("daemon", "path", "value", "key"), MISTAKES)
def test_a_mistake_is_told_with_its_key(daemon: str, path: str, value: Any, key: str) -> None:
    with pytest.raises(InvalidConfig) as raised:
        {"vip": vip_config, "sysctl": sysctl_config}[daemon](changed(daemon, path, value))

    assert raised.value.key == key
    assert str(raised.value).startswith(f"{key}: ")


@pytest.mark.parametrize("text", ["", "{", "[]", "null", "[" * 100_000, b"\xff\xfe"])
def test_a_file_that_is_no_json_object_is_refused(text: str | bytes) -> None:
    with pytest.raises(InvalidConfig):
        vip_config(text)
