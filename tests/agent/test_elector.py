"""The election step by step; ``test_election_simulation.py`` holds what all steps together promise."""

from __future__ import annotations

from genlb.agent.config import Election
from genlb.agent.vip.election import ballot
from genlb.agent.vip.election.ballot import Action, Observation
from genlb.agent.vip.election.bids import Phase
from genlb.agent.vip.election.claims import MOST, Claim, Lease, decoded, encoded, rank
from genlb.agent.vip.election.elector import Elector

TIMING = Election((), "genlb-vip-", 10, 2, 1.5, 2)
VIP = "10.20.1.200"
FIRST, SECOND = sorted(("n1", "n2"), key=lambda node: rank(node, VIP), reverse=True)


class Bench:
    """An elector on node ``FIRST`` with an API server that answers when the test says so."""

    def __init__(self, *vips: str, others: tuple[Lease, ...] = ()) -> None:
        self.now = 100.0
        self.elector = Elector(FIRST, "uid", TIMING, now=self.now)
        self.others = others
        owners = {vip: frozenset({FIRST, SECOND}) for vip in vips or (VIP,)}
        self.actions: list[Action] = []
        self.step(ballot.Wanted(owners), ballot.Kernel(self.now, frozenset()))

    def step(self, *observations: Observation, after: float = 0.0) -> list[Action]:
        self.now += after
        found = self.elector.step(self.now, observations)
        self.actions += found
        return found

    def answer(self, *, taken: bool = False) -> None:
        """Answer all that was asked, kindly."""
        asked, self.actions = self.actions, []
        self.step(*(self._kind(action, taken=taken) for action in asked), after=0.01)

    def until_quiet_is_over(self) -> None:
        """The others renew their Leases all the time."""
        for turn in range(12):
            self.others = tuple(lease._replace(version=f"{turn}") for lease in self.others)
            self.step(*map(ballot.Seen, self.others), after=0.9)
            self.answer()
            self.answer()

    def _kind(self, action: Action, *, taken: bool) -> Observation:
        match action:
            case ballot.WriteLease():
                return ballot.Written(action.number, f"v{action.number}")
            case ballot.ReadLease():
                return ballot.Read(action.number, None)
            case ballot.ListLeases():
                return ballot.Listed(action.number, self.others)
            case ballot.DeleteLease():
                return ballot.Deleted(action.number)
            case ballot.Probe():
                return ballot.Probed(action.number, taken=taken)


def phase(bench: Bench) -> Phase | None:
    return bench.elector.phases().get(VIP)


def owning() -> Bench:
    bench = Bench()
    bench.until_quiet_is_over()
    for _ in range(8):
        bench.answer()
    assert phase(bench) is Phase.OWNING
    return bench


def test_the_first_word_claims_nothing_and_waits_until_nothing_of_ours_is_bound() -> None:
    elector = Elector("n1", "uid", TIMING, now=0.0)

    assert elector.step(0.0, [ballot.Kernel(0.0, frozenset({VIP}))]) == []
    [read] = elector.step(0.1, [ballot.Kernel(0.1, frozenset())])
    assert isinstance(read, ballot.ReadLease)
    [write] = elector.step(0.2, [ballot.Read(read.number, None)])
    assert write == ballot.WriteLease(write.number, None, {}, serving=False)


def test_want_list_held_probe_and_only_then_a_binding() -> None:
    bench = Bench()
    seen: list[Action] = []
    while not bench.elector.bindings():
        seen += bench.actions
        bench.answer()
        bench.step(after=0.1)

    claiming = [action for action in seen if not isinstance(action, ballot.ReadLease)]
    told = [action.claims.get(VIP) if isinstance(action, ballot.WriteLease) else type(action) for action in claiming]
    assert told[-4:] == [Claim.WANT, ballot.ListLeases, Claim.HELD, ballot.Probe]


def test_a_binding_ends_before_others_may_take_over() -> None:
    bench = owning()
    [until] = bench.elector.bindings().values()

    assert until <= bench.now + TIMING.duration - TIMING.margin
    bench.step(after=TIMING.duration - TIMING.margin)
    assert bench.elector.bindings() == {}
    assert phase(bench) is None


def test_a_vip_that_somebody_answers_for_is_left_to_others_for_a_lease() -> None:
    bench = Bench()
    bench.until_quiet_is_over()
    while phase(bench) is not Phase.UNABLE:
        bench.answer(taken=True)

    [write] = [action for action in bench.actions if isinstance(action, ballot.WriteLease)]
    assert write.claims == {VIP: Claim.UNABLE}
    assert bench.elector.bindings() == {}


def test_a_living_holder_is_left_alone() -> None:
    bench = Bench(others=(Lease(SECOND, "x", "7", {VIP: Claim.HELD}),))

    bench.until_quiet_is_over()

    assert phase(bench) is None


def test_a_lease_that_somebody_deleted_keeps_its_claims_as_long_as_it_would_have_lived() -> None:
    bench = Bench(others=(Lease(SECOND, "x", "7", {VIP: Claim.HELD}),))
    bench.until_quiet_is_over()

    bench.others = ()

    bench.step(ballot.Gone(SECOND))
    for _ in range(8):
        bench.step(after=1.0)
        bench.answer()
    assert phase(bench) is None

    for _ in range(4):
        bench.step(after=1.0)
        bench.answer()
    assert phase(bench) is not None


def test_a_node_that_leaves_deletes_its_lease_a_renewal_after_it_said_that_it_claims_nothing() -> None:
    bench = owning()
    bench.actions = []

    bench.step(ballot.Leaving(), ballot.Kernel(bench.now, frozenset({VIP})))
    bench.step(ballot.Kernel(bench.now + 0.02, frozenset()), after=0.02)

    [write] = bench.actions
    assert isinstance(write, ballot.WriteLease)
    assert write.claims == {}
    # Who hears of both at once has not seen the word, and would believe the old one for as long as the Lease had lived.
    bench.answer()
    bench.step(after=TIMING.renew / 2)
    assert bench.actions == []
    bench.step(after=TIMING.renew / 2)
    assert [type(action) for action in bench.actions] == [ballot.DeleteLease]


def test_another_daemon_for_the_same_node_is_not_pushed_aside_while_it_lives() -> None:
    elector = Elector("n1", "uid", TIMING, now=0.0)
    now, written = 0.0, 0
    for turn in range(12):
        actions = elector.step(now, [ballot.Kernel(now, frozenset())])
        reads = [action for action in actions if isinstance(action, ballot.ReadLease)]
        lease = Lease("n1", "another", f"v{turn}", {})
        written += len(elector.step(now, [ballot.Read(read.number, lease) for read in reads]))
        now += TIMING.renew

    assert written == 0


def test_a_vip_that_is_no_longer_wanted_stays_claimed_until_it_is_off() -> None:
    bench = owning()

    bench.step(ballot.Wanted({}))
    assert bench.elector.bindings() == {}
    assert phase(bench) is Phase.LEAVING
    bench.step(ballot.Kernel(bench.now, frozenset({VIP})))
    assert phase(bench) is Phase.LEAVING

    written = [
        found for found in bench.step(ballot.Kernel(bench.now, frozenset())) if isinstance(found, ballot.WriteLease)
    ]
    assert [write.claims for write in written] == [{}]


def test_a_look_at_the_kernel_from_before_does_not_count() -> None:
    bench = owning()
    earlier = bench.now

    bench.step(ballot.Wanted({}), after=0.1)
    bench.step(ballot.Kernel(earlier, frozenset()))

    assert phase(bench) is Phase.LEAVING


def test_after_a_pause_nothing_is_bound_and_nothing_asked_before_it_is_off() -> None:
    bench = owning()
    bench.actions.clear()

    bench.now += 0.1
    asked = bench.elector.step(bench.now, [ballot.Kernel(bench.now - 0.05, frozenset({VIP}))], paused=True)

    assert (asked, bench.elector.bindings()) == ([], {})
    [write] = bench.step(ballot.Kernel(bench.now, frozenset()))
    assert isinstance(write, ballot.WriteLease)
    assert (write.claims, write.serving) == ({}, False)


def test_an_answer_from_before_a_pause_confirms_nothing() -> None:
    bench = owning()
    [renewal] = bench.step(after=TIMING.renew)

    bench.elector.step(bench.now, [ballot.Written(renewal.number, "late")], paused=True)

    assert bench.elector.bindings() == {}


def test_of_two_that_claim_to_hold_a_vip_neither_keeps_it() -> None:
    bench = owning()

    bench.step(ballot.Seen(Lease(SECOND, "x", "anew", {VIP: Claim.HELD})), after=0.1)

    assert bench.elector.bindings() == {}
    assert phase(bench) is Phase.LEAVING


def test_a_rival_that_only_wants_the_vip_or_holds_another_one_changes_nothing() -> None:
    bench = owning()

    bench.step(ballot.Seen(Lease(SECOND, "x", "anew", {VIP: Claim.WANT, "10.20.1.201": Claim.HELD})), after=0.1)

    assert phase(bench) is Phase.OWNING


def test_a_vip_is_not_bound_once_another_node_claims_to_hold_it() -> None:
    bench = Bench()
    while phase(bench) is not Phase.PROBING:
        bench.answer()
        bench.step(after=0.1)

    bench.step(ballot.Seen(Lease(SECOND, "x", "anew", {VIP: Claim.HELD})))
    bench.answer()

    assert phase(bench) is None


def test_a_node_claims_no_more_than_a_lease_can_hold() -> None:
    bench = Bench(*(f"10.99.{index // 250}.{index % 250}" for index in range(MOST + 4_000)))

    bench.until_quiet_is_over()

    assert len(bench.elector.phases()) <= MOST
    assert (
        len(
            encoded(
                dict.fromkeys(
                    (f"fd00:1234:5678:9abc:def0:1234:5678:{index:04x}" for index in range(MOST)), Claim.UNABLE
                )
            )
        )
        < 256 * 1024
    )


def test_claims_survive_the_way_through_a_lease_and_garbage_takes_nothing_from_anybody() -> None:
    claims = {VIP: Claim.HELD, "fd00::1": Claim.WANT, "fd00::2": Claim.UNABLE}

    assert decoded(encoded(claims)) == claims
    assert decoded('{"10.20.1.200": "reserved", "fd00::1": 7}') == {VIP: Claim.HELD, "fd00::1": Claim.HELD}
    assert decoded("[") == decoded("[]") == decoded(None) == decoded("[" * 100_000) == {}
