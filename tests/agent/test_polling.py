"""What the elector wants, carried out in threads: every question gets an answer, whatever went wrong."""

from __future__ import annotations

import errno
import threading
from collections.abc import Iterable, Mapping

import pytest

from genlb.agent.vip.election import ballot
from genlb.agent.vip.election.ballot import Action, Observation
from genlb.agent.vip.election.claims import Lease
from genlb.agent.vip.node.probing import Wires
from genlb.agent.vip.polling import Conflicting, Poll
from genlb.errors import GenlbError, Undetermined

FREE, TAKEN, MAC = "10.20.1.200", "10.20.1.201", "02:00:00:00:00:22"
OWN = Lease("n1", "uid", "7", {})


class Store:
    """An API server with one Lease, or one that fails."""

    def __init__(self, failure: GenlbError | None = None) -> None:
        self._failure = failure

    def _check(self) -> None:
        if self._failure is not None:
            raise self._failure

    def write(self, action: ballot.WriteLease) -> str:
        self._check()
        return f"after {action.version}"

    def read(self) -> Lease | None:
        self._check()
        return OWN

    def list(self) -> tuple[Lease, ...]:
        self._check()
        return (OWN,)

    def delete(self, version: str | None) -> None:
        del version
        self._check()


def one_host_has(vips: Iterable[str]) -> Mapping[str, str]:
    return {vip: MAC for vip in vips if vip == TAKEN}


def no_socket(vips: Iterable[str]) -> Mapping[str, str]:
    del vips
    raise OSError(errno.EPERM, "Operation not permitted")


def answers(poll: Poll, woken: threading.Event, *actions: Action) -> list[Observation]:
    """What comes back, by number."""
    found: list[Observation] = []
    with poll:
        for action in actions:
            woken.clear()
            poll.carry_out([action])
            while not (fresh := poll.answers()):
                assert woken.wait(10)
            found += fresh
    return found


@pytest.mark.parametrize(
    ("failure", "expected"),
    [
        (
            None,
            [ballot.Written(1, "after 7"), ballot.Read(2, OWN), ballot.Listed(3, (OWN,)), ballot.Deleted(4)],
        ),
        (Conflicting("the Lease is another one"), [ballot.Failed(number, conflict=True) for number in (1, 2, 3, 4)]),
        (Undetermined("no route to host"), [ballot.Failed(number) for number in (1, 2, 3, 4)]),
    ],
    ids=["answered", "conflict", "failure"],
)
def test_every_request_is_answered(failure: GenlbError | None, expected: list[Observation]) -> None:
    woken, store = threading.Event(), Store(failure)

    found = answers(
        Poll(store, store, one_host_has, woken.set),
        woken,
        ballot.WriteLease(1, "7", {}, serving=True),
        ballot.ReadLease(2),
        ballot.ListLeases(3),
        ballot.DeleteLease(4, "7"),
    )

    assert found == expected


def test_a_probe_says_whether_anybody_has_the_vip_and_who() -> None:
    woken = threading.Event()

    found = answers(
        Poll(Store(), Store(), one_host_has, woken.set), woken, ballot.Probe(1, FREE), ballot.Probe(2, TAKEN)
    )

    assert found == [ballot.Probed(1, taken=False), ballot.Probed(2, taken=True, holder=MAC)]


def test_who_cannot_ask_must_not_bind_and_names_nobody() -> None:
    woken = threading.Event()

    found = answers(Poll(Store(), Store(), no_socket, woken.set), woken, ballot.Probe(1, FREE))

    assert found == [ballot.Probed(1, taken=True, holder="")]


def test_a_vip_in_no_subnet_of_this_node_cannot_be_asked_for() -> None:
    assert Wires(dict).holders([FREE]) == {FREE: ""}
