"""The election against a hostile world, model-checked: no VIP is ever in two kernels.

The same world must break an elector that lacks any one of the three rules, or it would prove nothing.
"""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from genlb.agent.config import Election
from genlb.agent.vip.election.bids import Phase
from genlb.agent.vip.election.claims import Claim, Lease
from genlb.agent.vip.election.elector import Elector
from tests.agent.election_model import ALL_FAULTS, HANDOVERS, VIP, Faults, World

TIMINGS = tuple(
    Election((), "genlb-vip-", *seconds)
    for seconds in (
        (10, 2, 1.5, 2),  # what render writes by default
        (6, 1, 0.8, 1.5),  # its fast form
        (10, 1.75, 2.25, 2),  # a request may take longer than the margin
        (3, 0.6, 0.4, 0.75),  # as slow to renew as agent.json may ask for, like the one before
    )
)
RUNS, CHUNKS = 8_000, 16


def simulated(
    seed: int,
    *,
    make: type[Elector] = Elector,
    lifetimes: bool = True,
    shown: bool = True,
    kinds: Sequence[str] = ALL_FAULTS,
    leases: float = 6,
) -> World:
    """One run: two or three nodes, four faults between the first and the fifth lease duration."""
    timing = TIMINGS[seed % len(TIMINGS)]
    world = World(seed, timing, nodes=2 + seed // len(TIMINGS) % 2, make=make, lifetimes=lifetimes, shown=shown)
    Faults(world, kinds).scatter(count=4, begin=1.2 * timing.duration, end=4.5 * timing.duration)
    world.run(leases * timing.duration)
    return world


@pytest.mark.parametrize("chunk", range(CHUNKS))
def test_no_vip_is_ever_bound_on_two_nodes(chunk: int) -> None:
    worlds = [simulated(seed) for seed in range(chunk, RUNS, CHUNKS)]

    assert [world.overlaps for world in worlds if world.overlaps] == []
    # The runs are about something: VIPs were bound, and moved.
    assert sum(world.binds for world in worlds) > 2 * len(worlds)


def test_every_vip_has_exactly_one_owner_again_when_all_is_well() -> None:
    # The last fault ends 2.5 leases after it began; then one to see a death, one to be silent, and some to write.
    ends = [(seed, simulated(seed, leases=12).holders()) for seed in range(300)]

    assert [(seed, holders) for seed, holders in ends if len(holders) != 1] == []


class _ConfirmedLate(Elector):
    """Goes on with a claim whenever the API server says yes."""

    def _late(self, now: float) -> bool:
        return False


class _ReleasedFirst(Elector):
    """Gives the claim back, and takes the VIP off once that is confirmed: client-go's order."""

    def _claims(self) -> dict[str, Claim]:
        phases = self.phases()
        return {vip: claim for vip, claim in super()._claims().items() if phases[vip] is not Phase.LEAVING}

    def bindings(self) -> dict[str, float]:
        standing = self._standing
        if standing.confirmed is None:
            return {}
        kept = [vip for vip in self._bids.within(Phase.LEAVING) if standing.claimed.get(vip) is Claim.HELD]
        return super().bindings() | dict.fromkeys(kept, standing.until)


class _Stubborn(Elector):
    """Keeps what it has, whoever says that it is theirs."""

    def _see(self, lease: Lease, now: float) -> None:
        self._peers.see(lease, now)


def first_overlap(runs: int, **ablation: object) -> int | None:
    """The first seed whose run ends with two owners."""
    return next((seed for seed in range(runs) if simulated(seed, **ablation).overlaps), None)  # type: ignore[arg-type]


def test_without_a_lifetime_in_the_kernel_two_nodes_have_the_vip() -> None:
    assert first_overlap(100, lifetimes=False) is not None


def test_with_a_late_confirmation_taken_for_one_two_nodes_have_the_vip() -> None:
    assert first_overlap(100, make=_ConfirmedLate) is not None


def test_with_the_claim_released_before_the_address_two_nodes_have_the_vip() -> None:
    assert first_overlap(1_000, make=_ReleasedFirst, kinds=HANDOVERS) is not None


def test_with_no_clock_that_shows_a_pause_of_the_machine_two_nodes_have_the_vip() -> None:
    assert first_overlap(100, shown=False, kinds=("freeze",)) is not None


def test_a_pause_that_no_clock_shows_ends_with_one_owner_all_the_same() -> None:
    ends = [(seed, simulated(seed, shown=False, kinds=("freeze",), leases=12).holders()) for seed in range(40)]

    assert [(seed, holders) for seed, holders in ends if len(holders) != 1] == []


def test_with_nobody_that_gives_way_such_a_pause_never_ends() -> None:
    ends = (simulated(seed, make=_Stubborn, shown=False, kinds=("freeze",), leases=12).holders() for seed in range(100))

    assert any(len(holders) > 1 for holders in ends)


def test_an_undisturbed_owner_keeps_the_vip() -> None:
    for seed in range(8):
        timing = TIMINGS[seed % len(TIMINGS)]
        world = World(seed, timing, nodes=3)

        world.run(20 * timing.duration)

        assert world.binds == 1
        assert len(world.holders()) == 1


def test_a_crashed_owner_is_followed_within_its_lease_two_seconds_and_the_probe() -> None:
    for seed in range(12):
        timing = TIMINGS[seed % len(TIMINGS)]
        world = World(seed, timing, nodes=3)
        world.run(4 * timing.duration)
        [owner] = [machine for machine in world.machines if VIP in machine.expiry]
        world.kill(owner)

        world.run(world.now + timing.duration + 2 + 0.6)

        assert len(set(world.holders()) - {owner.name}) == 1
