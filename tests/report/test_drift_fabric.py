"""The network around a cluster as a value, and its drawing with what differs marked."""

from __future__ import annotations

from xml.etree import ElementTree as ET

from genlb.drift.model import ClusterDrift, State
from genlb.errors import Severity
from genlb.network import decide
from genlb.report.drift_marks import ANNOUNCEMENT, SYSCTL, Mark, marks_of
from genlb.report.drift_svg import MOST_RACKS, drawing, hidden_racks
from genlb.report.fabric import Fabric, Neighbour, NodeRack, Session, VIPPool, fabric_of
from tests.builders import a_cluster, a_full_cluster
from tests.report.drift_runs import AMS1, EVIL, FOREIGN, FRA1, GONE, IMAGE, MESH, a_drift, an_object, fabrics
from tests.report.runs import HOSTILE

FULL = fabrics()["fra1-prod"]


def words(cluster: ClusterDrift, fabric: Fabric) -> str:
    return "\n".join(ET.fromstring(drawing(cluster, fabric, 0)).itertext())  # noqa: S314 -- written here


def large(racks: int) -> Fabric:
    return Fabric(
        tuple(
            NodeRack(f"r{n}", 64600 + n, (Neighbour(f"tor{n}", 65000 + n, (Session(f"p{n}", "IPv4", "10.0.0.1"),)),))
            for n in range(racks)
        )
    )


def test_racks_routers_and_sessions_are_those_of_the_spec() -> None:
    cluster = a_full_cluster()
    fabric = fabric_of(cluster, decide(cluster))

    assert [(rack.name, rack.as_number) for rack in fabric.racks] == [("r1", 64601), ("r2", 64602)]
    assert fabric.racks[0].routers[0] == Neighbour(
        "r1-tor-a",
        65101,
        (
            Session("genlb-r1-tor-a-v4", "IPv4", "10.20.1.2"),
            Session("genlb-r1-tor-a-v6", "IPv6", "fd00:20:1::2"),
        ),
    )
    assert fabric.mesh is False


def test_pools_say_how_they_are_announced_and_what_calico_advertises() -> None:
    by_name = {pool.name: pool for pool in FULL.pools}

    assert (by_name["public"].announce, by_name["public"].reach) == ("BGP", "routed")
    assert (by_name["office"].announce, by_name["office"].reach) == ("L2", "on-link")
    assert by_name["public"].blocks == ("10.208.1.0/24", "fd00:10:208:1::/112")
    assert FULL.advertised == ("10.208.1.0/24", "fd00:10:208:1::/112", "10.208.3.0/28", "10.208.3.32/29")
    assert FULL.l2_interfaces == ("bond0",)


def test_interfaces_are_told_only_where_a_pool_is_on_link() -> None:
    cluster = a_full_cluster()

    assert fabric_of(cluster, decide(cluster)).l2_interfaces == ()


def test_the_drawing_shows_every_rack_router_session_and_pool() -> None:
    told = words(AMS1, FULL)

    for name in ("rack r1", "rack r2", "r1-tor-a", "r2-tor-b", "AS 65101", "nodes in AS 64602", "v4", "v6"):
        assert name in told
    for name in ("public", "dns", "office", "10.208.3.32/29", "BGP: announced to 4 routers", "on bond0"):
        assert name in told


def test_a_difference_marks_its_part() -> None:
    marks = marks_of(FRA1.objects)

    assert marks.sessions == {"genlb-r2-tor-b-v4": Mark(Severity.ERROR, "missing")}
    assert marks.pools == {"test": Mark(Severity.ERROR, "unmanaged")}
    assert marks.parts[ANNOUNCEMENT] == Mark(Severity.ERROR, "drifted")
    assert [one.key.name for one in marks.strangers] == ["test"]


def test_the_gravest_difference_of_a_part_marks_it() -> None:
    objects = [
        an_object("DaemonSet", "genlb-sysctl", FOREIGN),
        an_object("ConfigMap", "genlb-sysctl", IMAGE),
        an_object("ConfigMap", "somebody-elses", MESH),
    ]

    assert marks_of(objects).parts == {SYSCTL: Mark(Severity.WARNING, "drifted")}
    assert marks_of(objects[:1]).parts == {SYSCTL: Mark(Severity.INFO, "notes")}


def test_the_drawing_tells_its_marks_in_words_too() -> None:
    told = words(FRA1, FULL)

    assert "BGPPeer genlb-r2-tor-b-v4 to 10.20.2.3: missing" in told
    assert "session genlb-r2-tor-b-v4: missing, error" in told
    assert "test" in told
    assert "10.208.1.128/25" in told


def test_a_cluster_without_routers_or_pools_is_drawn_still() -> None:
    cluster = a_cluster()

    assert "BGP: announced to nobody" in words(AMS1, fabric_of(cluster, decide(cluster)))
    assert "no LoadBalancer CIDRs" in words(AMS1, Fabric())


def test_of_very_many_racks_those_that_differ_are_drawn() -> None:
    drift = a_drift("b", an_object("BGPPeer", "p77", GONE, state=State.MISSING))
    fabric = large(100)

    assert "tor77" in words(drift, fabric)
    assert hidden_racks(drift, fabric) == 100 - MOST_RACKS
    assert hidden_racks(drift, large(2)) == 0


def test_hostile_names_stay_text() -> None:
    fabric = Fabric(
        (NodeRack(HOSTILE, 1, (Neighbour(HOSTILE, 2, (Session(HOSTILE, HOSTILE, HOSTILE),)),)),),
        (VIPPool(HOSTILE, (HOSTILE,), (HOSTILE,), "BGP", HOSTILE, HOSTILE),),
        (HOSTILE,),
    )
    root = ET.fromstring(drawing(EVIL.clusters[0], fabric, 0))  # noqa: S314 -- written here

    assert {element.tag for element in root.iter()} <= {
        "svg",
        "g",
        "title",
        "desc",
        "rect",
        "text",
        "line",
        "path",
        "circle",
    }
