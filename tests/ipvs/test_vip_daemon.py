"""genlb's own VIP binder beside the real kube-proxy in ipvs mode with strictARP: Observe, and L2 with an owner."""

from __future__ import annotations

import signal
from collections.abc import Iterator

import pytest

from genlb.agent.vip.node.plan import PROTOCOL
from genlb.network.node_report import Tally
from tests.ipvs.binder import Binder, running
from tests.ipvs.rack import CLIENTS, ONLINK, ROUTED, VIPS, Rack
from tests.lab.host import until

pytestmark = pytest.mark.ipvs

CHANGES = "/run/addresses.log"


@pytest.fixture(scope="module")
def binder(rack: Rack, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Binder]:
    """The binder, running; what it has left when it was killed is gone with it."""
    with running(rack, tmp_path_factory.mktemp("binder")) as started:
        yield started
    rack.guest.check("ip", "addr", "flush", "dev", "eth0", "to", f"{ONLINK.address}/32")


def proxy_mode(binder: Binder) -> str | None:
    report = binder.report()
    return report and report.proxy_mode


def unheld(binder: Binder) -> Tally | None:
    report = binder.report()
    return report and report.unheld


def routes_of_ours(rack: Rack) -> str:
    """The local routes of the guest that carry genlb's mark."""
    return rack.guest.check("ip", "route", "show", "table", "local", "proto", str(PROTOCOL))


def test_observe_reports_that_kube_proxy_holds_every_routed_vip_and_binds_none(rack: Rack, binder: Binder) -> None:
    until(lambda: proxy_mode(binder) == "ipvs", "reported")
    report = binder.report()

    assert report is not None
    assert (report.unheld, report.refused) == (Tally(), {})
    assert report.bound == report.owned
    assert rack.holders(ROUTED) == {"kube-ipvs0"}
    assert routes_of_ours(rack) == ""


def test_observe_reports_a_vip_that_kube_proxy_does_not_hold_until_it_does(rack: Rack, binder: Binder) -> None:
    until(lambda: unheld(binder) == Tally(), "reported")
    rack.guest.check("kill", "-STOP", str(rack.proxy))
    try:
        rack.guest.ip(f"addr del {ROUTED.address}/32 dev kube-ipvs0")

        until(lambda: unheld(binder) == Tally(1, (ROUTED.address,)), "missed")
        assert rack.holders(ROUTED) == set()
    finally:
        rack.guest.check("kill", "-CONT", str(rack.proxy))
    until(lambda: unheld(binder) == Tally(), "held again")
    assert rack.holders(ROUTED) == {"kube-ipvs0"}


def test_the_owner_on_the_nic_answers_and_keeps_the_address_while_kube_proxy_looks_twice(
    rack: Rack, binder: Binder
) -> None:
    until(lambda: "eth0" in rack.holders(ONLINK), "bound")
    changes = rack.guest.start("ip", "-o", "monitor", "address", "dev", "eth0", log=CHANGES)

    rack.wait_for_syncs(2)

    assert rack.holders(ONLINK) == {"eth0"}
    assert len(rack.lab.owners(ONLINK.address)) == 1
    assert rack.reached(ONLINK) == dict.fromkeys(CLIENTS, "ok")
    rack.guest.stop(changes)
    assert "Deleted" not in rack.guest.read(CHANGES)
    # It is gone by itself when nobody renews it: nobody but the binder sets a lifetime.
    assert " dynamic " in rack.guest.check("ip", "-o", "addr", "show", "dev", "eth0", "to", f"{ONLINK.address}/32")
    report = binder.report()
    assert report is not None
    assert (report.owned, report.foreign, report.leaks) == (1, Tally(), Tally())


def test_an_owner_that_ends_gives_the_address_up_and_kube_proxy_takes_it_back(rack: Rack, binder: Binder) -> None:
    until(lambda: "eth0" in rack.holders(ONLINK), "bound")

    assert binder.stop(by=signal.SIGTERM) == 0

    assert "eth0" not in rack.holders(ONLINK)
    assert routes_of_ours(rack) == ""
    assert rack.lab.owners(ONLINK.address) == set()
    until(rack.is_served, "held by kube-proxy again")
    assert {vip: rack.holders(vip) for vip in VIPS.values()} == {vip: {"kube-ipvs0"} for vip in VIPS.values()}
