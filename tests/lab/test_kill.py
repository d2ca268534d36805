"""A daemon that is killed at any of its steps leaves nothing behind after its restart.

Each step has a node of its own, so that all can wait for their elections at the same time.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from tests.lab.daemons import ROOT, give_room
from tests.lab.host import Host, until
from tests.lab.proxy import Vip, add_node, api_port, forward, publish_vip
from tests.lab.rack import LIFETIME, ROUTED, Rack, addresses, guarded, local_routes

pytestmark = pytest.mark.lab

BINDING = (
    "before guard",
    "after guard",
    "after route added",
    "after nothing",
    "before want",
    "after want",
    "before held",
    "after held",
    "after probe",
    "before address set",
    "after address set",
    "before announce",
    "after announce",
)
LEAVING = ("before address removed", "after address removed")

NODES = {f"k{number}": step for number, step in enumerate((*BINDING, *LEAVING), 1)}
VIPS = {
    node: Vip(node, f"10.0.0.{204 + number}", "Local", f"fd00:20::{0x2A0 + number:x}")
    for number, node in enumerate(NODES, 1)
}
KILLING = Path(__file__).with_name("killing")


@pytest.fixture
def wider(rack: Rack) -> Iterator[Rack]:
    """One more node for each step, and for each node a Service that nobody else can own."""
    with ExitStack() as ending:
        for number, node in enumerate(NODES, 1):
            host = rack.lab.add_node(node, 100 + number)
            ending.callback(rack.lab.remove_node, node)
            ending.enter_context(forward(host, api_port(rack.kubeconfig)))
            give_room(host)
            add_node(rack.api, node, *rack.lab.addresses(node))
            ending.callback(rack.api.delete, {"apiVersion": "v1", "kind": "Node", "metadata": {"name": node}})
            publish_vip(rack.api, VIPS[node], pods={node: (f"10.244.100.{number}", f"fd00:10:244:100::{number}")})
        yield rack


def unpublish(rack: Rack, node: str) -> None:
    rack.api.delete({"apiVersion": "v1", "kind": "Service", "metadata": {"name": node, "namespace": "lab"}})


def is_clean(host: Host, vip: Vip) -> bool:
    """Whether a node holds what its daemon holds everywhere, and nothing of the Service that went."""
    return (
        local_routes(host) == set(ROUTED)
        and set(addresses(host)).isdisjoint(vip.both)
        and not any(f"{address} " in guarded(host).replace(",", " ") for address in vip.both)
    )


def test_a_daemon_that_is_killed_at_any_step_leaves_nothing_behind_after_its_restart(wider: Rack) -> None:
    rack, hosts = wider, {node: wider.host(node) for node in NODES}
    first = {
        node: rack.kubelet.start("vip", node, GENLB_LAB_KILL=step, PYTHONPATH=f"{KILLING}:{ROOT}")
        for node, step in NODES.items()
    }
    staying = [node for node, step in NODES.items() if step in LEAVING]
    until(lambda: not any(first[node].alive for node in NODES if node not in staying), "killed")
    until(lambda: all(set(VIPS[node].both) <= addresses(hosts[node]).keys() for node in staying), "owned")
    for node in NODES:
        unpublish(rack, node)
    assert {NODES[node]: program.wait() for node, program in first.items()} == dict.fromkeys(NODES.values(), -9)

    left = {NODES[node]: addresses(host).keys() & {*VIPS[node].both} for node, host in hosts.items()}
    assert left["before address removed"] == {*VIPS[staying[0]].both}
    lives = [seconds for node in NODES for vip, seconds in addresses(hosts[node]).items() if vip in VIPS[node].both]
    assert max(lives) <= LIFETIME

    second = {node: rack.kubelet.start("vip", node) for node in NODES}
    until(lambda: all(is_clean(host, VIPS[node]) for node, host in hosts.items()), "clean")

    for program in second.values():
        program.stop()
    gone = {node: rack.kubelet.start("vip", node, "--cleanup", "--once") for node in NODES}
    assert {program.wait() for program in gone.values()} == {0}
    for node, host in hosts.items():
        assert (local_routes(host), guarded(host)) == (frozenset(), ""), NODES[node]
