"""The binder's turns on a real kernel, with the election's Leases in memory: from a Service to a VIP that is local."""

from __future__ import annotations

import subprocess
import time
from collections.abc import Callable, Iterable, Iterator

import pytest

from genlb.agent.config import Election as Timing
from genlb.agent.config import VipConfig
from genlb.agent.vip.daemon import Turn, VipDaemon
from genlb.agent.vip.election import ballot
from genlb.agent.vip.election.ballot import Action, Observation
from genlb.agent.vip.election.claims import Claim, Lease
from genlb.agent.vip.election.elector import Elector
from genlb.agent.vip.node.kernel import Kernel
from genlb.agent.vip.node.plan import SetAddress
from genlb.agent.vip.services.facts import Facts
from genlb.agent.vip.voting import Election
from genlb.errors import Undetermined
from tests.agent.kernel.cluster import addresses, ip, routes, rules
from tests.agent.objects import a_vip_config, facts, no_marks, node_object, service_object, slice_object
from tests.builders import a_cluster, a_pool

TIMING = Timing((), "genlb-vip-", 2, 0.2, 0.2, 0.5)
PATIENT = Timing((), "genlb-vip-", 5, 0.2, 0.2, 1)
"""So long that a machine with much else to do keeps its VIP."""

ROUTED, VIP, NODE = "10.208.1.7", "10.20.1.200", "10.20.1.11"
SERVICES = (service_object("web", ROUTED), service_object("tv", VIP), service_object("evil", NODE, "10.99.0.1"))
NODES = (node_object("n1", NODE),)


class Leases:
    """The API server's Leases of the election, answering at once; ``order``: what was written, was the VIP bound."""

    def __init__(self) -> None:
        self.leases: dict[str, Lease] = {}
        self.order: list[str] = []
        self.away = False
        self._answers: list[Observation] = []

    def carry_out(self, actions: Iterable[Action]) -> None:
        self._answers += [self._answer(action) for action in actions]

    def answers(self) -> list[Observation]:
        found, self._answers = self._answers, []
        return found

    def _answer(self, action: Action) -> Observation:
        if isinstance(action, ballot.Probe):
            return ballot.Probed(action.number, taken=False)
        if self.away:
            return ballot.Failed(action.number)
        own = self.leases.get("n1")
        if isinstance(action, ballot.ReadLease):
            return ballot.Read(action.number, own)
        if isinstance(action, ballot.ListLeases):
            return ballot.Listed(action.number, tuple(self.leases.values()))
        assert isinstance(action, ballot.WriteLease | ballot.DeleteLease)
        assert action.version == (own.version if own else None)
        if isinstance(action, ballot.DeleteLease):
            self.order.append("deleted")
            del self.leases["n1"]
            return ballot.Deleted(action.number)
        claim = action.claims.get(VIP)
        self.order.append(f"{claim.value if claim else 'nothing'}, {'bound' if VIP in addresses() else 'off'}")
        self.leases["n1"] = Lease("n1", "uid", str(len(self.order)), dict(action.claims))
        return ballot.Written(action.number, self.leases["n1"].version)


def nft(text: str) -> None:
    subprocess.run(["nft", "-f", "-"], input=text, text=True, check=True, capture_output=True)


class Node:
    """One node with its daemon."""

    def __init__(
        self, guard: Callable[[str], None] = nft, config: VipConfig | None = None, timing: Timing = TIMING
    ) -> None:
        self.leases = Leases()
        self.announced: list[SetAddress] = []
        self.facts: Facts | None = facts(SERVICES, nodes=NODES)
        self.kernel = Kernel(time.monotonic, no_marks())
        elector = Elector("n1", "uid", timing, now=time.monotonic())
        self.daemon = VipDaemon(
            config or a_vip_config(),
            "n1",
            self.kernel,
            Election(elector, self.leases),
            clock=time.monotonic,
            guard=guard,
        )

    def turn(self) -> Turn:
        turn = self.daemon.turn(self.facts, dict(self.leases.leases))
        self.announced += turn.announced
        return turn

    def until(self, reached: Callable[[], bool], seconds: float = 20) -> None:
        end = time.monotonic() + seconds
        while not reached():
            assert time.monotonic() < end
            time.sleep(max(0.0, min(0.05, self.turn().wake - time.monotonic())))


@pytest.fixture
def node(nic: str, request: pytest.FixtureRequest) -> Iterator[Node]:
    del nic
    made = Node(timing=getattr(request, "param", TIMING))
    yield made
    made.daemon.clean_up()
    made.kernel.close()


def test_a_routed_vip_is_local_after_one_turn_and_an_l2_vip_after_the_election(node: Node) -> None:
    first = node.turn()

    assert routes() == {ROUTED}
    assert VIP not in addresses()
    assert {refusal.address for refusal in first.wanted.refusals} == {NODE, "10.99.0.1"} if first.wanted else False
    node.until(lambda: VIP in addresses())
    assert [step.address.compressed for step in node.announced] == [VIP]
    assert node.leases.leases["n1"].claims == {VIP: Claim.HELD}
    assert "want, off" in node.leases.order
    assert node.leases.order.index("want, off") < node.leases.order.index("held, off")


@pytest.mark.parametrize("node", [PATIENT], indirect=True)
def test_an_owned_vip_is_renewed_and_announced_once(node: Node) -> None:
    node.until(lambda: VIP in addresses())

    end = time.monotonic() + PATIENT.lifetime + 0.5
    node.until(lambda: time.monotonic() > end)

    assert VIP in addresses()
    assert len(node.announced) == 1


def test_a_service_that_goes_takes_its_vips_and_its_guard_along(node: Node) -> None:
    node.until(lambda: VIP in addresses())
    assert VIP in rules()

    node.facts = facts((), nodes=NODES)
    node.turn()

    assert routes() == set()
    assert VIP not in addresses()
    assert rules() == ""


def test_a_daemon_that_leaves_takes_the_vip_off_before_it_gives_the_claim_back(node: Node) -> None:
    node.until(lambda: VIP in addresses())
    node.daemon.leave()

    node.until(lambda: node.daemon.left)

    assert node.leases.order[-2:] == ["nothing, off", "deleted"]
    assert "nothing, bound" not in node.leases.order
    # A roll-out of the daemon must not cut routed VIPs off.
    assert routes() == {ROUTED}


def test_without_the_api_an_l2_vip_goes_in_time_and_routed_ones_stay(node: Node) -> None:
    node.until(lambda: VIP in addresses())
    node.leases.away = True

    node.until(lambda: VIP not in addresses(), seconds=2)

    assert routes() == {ROUTED}


def test_before_the_first_complete_list_nothing_is_taken_away(node: Node) -> None:
    node.turn()
    successor = Node()
    successor.facts = None

    successor.turn()

    assert routes() == {ROUTED}
    successor.kernel.close()


def test_a_successor_takes_off_what_a_killed_daemon_left_before_it_says_anything(node: Node) -> None:
    node.until(lambda: VIP in addresses())
    successor = Node()

    successor.turn()
    successor.turn()

    assert VIP not in addresses()
    assert successor.leases.order == ["nothing, off"]
    successor.kernel.close()


SMALLER = a_cluster(pools=(a_pool("public", "10.208.1.128/25"), a_pool("local", "10.20.1.208/28")))


@pytest.mark.parametrize("known", [False, True], ids=["before the API was read", "with the Services still there"])
def test_what_a_pool_that_shrank_leaves_behind_is_taken_away_and_nothing_of_others(node: Node, known: bool) -> None:  # noqa: FBT001
    node.until(lambda: VIP in addresses())
    ip("address", "add", "10.20.1.201/32", "dev", "nic0")
    ip("route", "add", "local", "10.208.1.9", "dev", "lo", "table", "local")
    successor = Node(config=a_vip_config(SMALLER))
    successor.facts = node.facts if known else None

    successor.turn()
    successor.turn()

    assert routes() == set()
    assert addresses() & {VIP, NODE, "10.20.1.201"} == {NODE, "10.20.1.201"}
    ip("route", "delete", "local", "10.208.1.9", "dev", "lo", "table", "local")
    successor.kernel.close()


def test_one_turn_without_an_election_takes_away_only_addresses_that_no_pool_holds(node: Node) -> None:
    node.until(lambda: VIP in addresses())
    for config, left in ((a_vip_config(), True), (a_vip_config(SMALLER), False)):
        alone = VipDaemon(config, "n1", node.kernel, None, clock=time.monotonic, guard=nft)

        assert alone.turn(node.facts, {}).failures == ()

        assert (VIP in addresses()) is left


def test_without_its_guard_nothing_is_bound(node: Node) -> None:
    def broken(text: str) -> None:
        raise Undetermined("nft: not found")

    unguarded = Node(broken)

    with pytest.raises(Undetermined):
        unguarded.turn()

    assert routes() == set()
    unguarded.kernel.close()


def test_the_way_out_leaves_only_what_is_not_ours(node: Node) -> None:
    node.until(lambda: VIP in addresses())
    ip("address", "add", "10.20.1.201/32", "dev", "nic0")

    assert node.daemon.clean_up() == ()

    assert routes() == set()
    assert addresses() & {VIP, NODE, "10.20.1.201"} == {NODE, "10.20.1.201"}
    assert rules() == ""


def test_a_service_with_policy_local_is_owned_only_with_an_endpoint(node: Node) -> None:
    local = service_object("tv", VIP, externalTrafficPolicy="Local")
    node.facts = facts([local], nodes=NODES)
    end = time.monotonic() + 3.5
    node.until(lambda: time.monotonic() > end)
    assert VIP not in addresses()

    node.facts = facts([local], [slice_object("tv", "n1")], NODES)

    node.until(lambda: VIP in addresses())
