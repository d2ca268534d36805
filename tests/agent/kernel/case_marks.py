"""Whose an address is on a kernel that keeps no mark (before 5.18): the state file, the label, and what they look like.

The kernel here keeps marks; it is made an old one by sending and reading IFA_PROTO under a number that it ignores.
"""

from __future__ import annotations

import errno
import json
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from ipaddress import ip_address
from pathlib import Path
from typing import Any

import pytest

from genlb.agent.netlink import route
from genlb.agent.vip.node.kernel import Failure, Kernel
from genlb.agent.vip.node.marks import FILE, Marks
from genlb.agent.vip.node.plan import Goal, Owned, RemoveAddress, SetAddress, Step, bound, plan, removal
from tests.agent.kernel.cluster import ip, shown
from tests.agent.objects import POOLS

V4, V6, OTHER = ip_address("10.20.1.200"), ip_address("fd00:10:208:1::9"), ip_address("fd00:10:208:1::a")
IGNORED = 0x3F00
"""An attribute that no kernel knows."""

LIFE = """
import os, signal, sys, time
from ipaddress import ip_address
from genlb.agent.netlink import channel, route
from genlb.agent.vip.node.kernel import Kernel
from genlb.agent.vip.node.marks import Marks
from genlb.agent.vip.node.plan import RemoveAddress, SetAddress

route._IFA_PROTO = 0x3F00
left = int(sys.argv[2])

def counted(real):
    def call(*arguments, **named):
        global left
        for _ in range(2):
            if left == 0:
                os.kill(os.getpid(), signal.SIGKILL)
            left -= 1
            if _ == 0:
                result = real(*arguments, **named)
        return result
    return call

kernel = Kernel(time.monotonic, Marks.below(sys.argv[1], print))
kernel.look()
for name in ("open", "fsync", "rename", "unlink"):
    setattr(os, name, counted(getattr(os, name)))
channel.Channel.change = counted(channel.Channel.change)
vip = ip_address("fd00:10:208:1::9")
for step in (
    SetAddress(vip, "nic0", time.monotonic() + 60, fresh=True),
    SetAddress(vip, "nic0", time.monotonic() + 60, fresh=False),
    RemoveAddress(vip, 128, "nic0"),
):
    assert kernel.carry_out([step]) == []
    kernel.look()
"""


@pytest.fixture(autouse=True)
def _old_kernel(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(route, "_IFA_PROTO", IGNORED)


@pytest.fixture
def told() -> list[str]:
    """What is wrong with the file, as it was told."""
    return []


@pytest.fixture
def opened(nic: str, tmp_path: Path, told: list[str]) -> Iterator[Callable[[], Kernel]]:
    """Begin anew, as a daemon that has been started again."""
    del nic
    kernels: list[Kernel] = []

    def begin() -> Kernel:
        kernels.append(Kernel(time.monotonic, Marks.below(str(tmp_path), told.append)))
        return kernels[-1]

    yield begin
    for kernel in kernels:
        kernel.close()


def fresh(address: Any, interface: str = "nic0") -> SetAddress:
    return SetAddress(address, interface, time.monotonic() + 60.5, fresh=True)


def test_an_ipv6_vip_is_ours_after_a_restart_and_comes_off(opened: Callable[[], Kernel], tmp_path: Path) -> None:
    first = opened()
    first.look()
    assert first.carry_out([fresh(V6)]) == []
    assert json.loads((tmp_path / FILE).read_text())["addresses"] == [[str(V6), "nic0"]]

    second = opened()

    assert bound(second.look().held) == {V6}
    assert second.carry_out(removal(second.look().held).steps) == []
    assert str(V6) not in shown("nic0")
    assert not (tmp_path / FILE).exists()


def test_an_ipv6_vip_is_renewed_and_not_taken_for_somebody_elses(opened: Callable[[], Kernel]) -> None:
    kernel = opened()
    kernel.look()
    kernel.carry_out([fresh(V6)])
    goal = Goal(frozenset(), {V6: Owned("nic0", time.monotonic() + 600.5)})

    made = plan(goal, kernel.look().held, POOLS, now=time.monotonic())

    assert made.foreign == {}
    assert kernel.carry_out(made.steps) == []
    assert shown("nic0")[str(V6)]["valid_life_time"] > 500


def test_an_ipv4_vip_has_a_label_and_needs_no_file(opened: Callable[[], Kernel], tmp_path: Path) -> None:
    kernel = opened()
    kernel.look()

    assert kernel.carry_out([fresh(V4)]) == []

    assert shown("nic0")[str(V4)]["label"] == "nic0:glb"
    assert bound(opened().look().held) == {V4}
    assert not (tmp_path / FILE).exists()


def test_an_ipv4_vip_stands_in_the_file_where_no_label_has_room(opened: Callable[[], Kernel], tmp_path: Path) -> None:
    ip("link", "set", "nic0", "down")
    ip("link", "set", "nic0", "name", "enp203s0f1np1")
    ip("link", "set", "enp203s0f1np1", "up")
    kernel = opened()
    kernel.look()

    assert kernel.carry_out([fresh(V4, "enp203s0f1np1")]) == []

    assert bound(opened().look().held) == {V4}
    assert json.loads((tmp_path / FILE).read_text())["addresses"] == [[str(V4), "enp203s0f1np1"]]
    ip("link", "set", "enp203s0f1np1", "name", "nic0")


def test_a_process_killed_at_any_step_leaves_nothing_behind_after_the_next_start(
    opened: Callable[[], Kernel], tmp_path: Path, told: list[str]
) -> None:
    ip("address", "add", f"{OTHER}/128", "dev", "nic0", "nodad")
    ip("address", "add", f"{V6}/128", "dev", "tor0", "nodad")
    killed = bound_when_killed = 0
    while subprocess.run([sys.executable, "-c", LIFE, str(tmp_path), str(killed)], check=False).returncode == -9:
        killed += 1
        bound_when_killed += str(V6) in shown("nic0")
        next_one = opened()

        next_one.carry_out(removal(next_one.look().held).steps)

        assert set(shown("nic0")) & {str(V6), str(OTHER), "10.20.1.11"} == {str(OTHER), "10.20.1.11"}
        assert str(V6) in shown("tor0")
        assert bound(next_one.look().held) == frozenset()

    assert killed > 15
    assert 0 < bound_when_killed < killed
    assert not any("cannot" in problem for problem in told)


@pytest.mark.parametrize(
    "lifetime",
    [
        ("nodad",),
        ("nodad", "noprefixroute"),
        ("nodad", "noprefixroute", "valid_lft", "600", "preferred_lft", "300"),
        ("nodad", "valid_lft", "600", "preferred_lft", "0"),
    ],
)
def test_an_address_that_looks_different_is_not_ours_although_the_file_names_it(
    opened: Callable[[], Kernel], tmp_path: Path, lifetime: tuple[str, ...]
) -> None:
    (tmp_path / FILE).write_text(json.dumps({"version": 1, "addresses": [[str(V6), "nic0"]]}))
    ip("address", "add", f"{V6}/128", "dev", "nic0", *lifetime)
    kernel, goal = opened(), Goal(frozenset(), {V6: Owned("nic0", time.monotonic() + 60)})

    made = plan(goal, kernel.look().held, POOLS, now=time.monotonic())
    kernel.carry_out(made.steps)
    kernel.carry_out(removal(kernel.look().held).steps)

    assert made.foreign == {V6: "nic0"}
    assert str(V6) in shown("nic0")


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"{",
        b"\xff\xfe\x00",
        b"[]",
        b"null",
        b'{"version": 2, "addresses": [["fd00:10:208:1::9", "nic0"]]}',
        b'{"version": 1, "addresses": [["fd00:10:208:1::9"]]}',
        b'{"version": 1, "addresses": [["nobody", "nic0"], ["fd00:10:208:1::9", "nic0"]]}',
        b'{"version": 1, "addresses": {"fd00:10:208:1::9": "nic0"}}',
        b"[" * 100_000,
        None,
    ],
)
def test_a_file_that_is_corrupt_or_gone_is_told_and_marks_nothing(
    opened: Callable[[], Kernel], tmp_path: Path, told: list[str], content: bytes | None
) -> None:
    before = opened()
    before.look()
    before.carry_out([fresh(V6)])
    (tmp_path / FILE).unlink()
    if content is not None:
        (tmp_path / FILE).write_bytes(content)
    told.clear()
    kernel = opened()

    assert removal(kernel.look().held).steps == ()
    kernel.look()

    assert str(V6) in shown("nic0")
    assert len(told) == 1
    assert FILE in told[0]
    assert kernel.carry_out([fresh(OTHER)]) == []
    assert bound(opened().look().held) == {OTHER}


def test_what_cannot_be_written_down_is_not_bound_and_hurts_no_other(nic: str, tmp_path: Path, told: list[str]) -> None:
    steps: list[Step] = [fresh(V6), fresh(V4)]
    with closing(Kernel(time.monotonic, Marks.below(str(tmp_path / "gone"), told.append))) as kernel:
        kernel.look()
        told.clear()

        failures = [failure for _ in range(3) for failure in kernel.carry_out(steps[:1])]
        assert kernel.carry_out(steps) == [Failure(steps[0], errno.ENOENT)]

    assert failures == [Failure(steps[0], errno.ENOENT)] * 3
    assert str(V6) not in shown(nic)
    assert str(V4) in shown(nic)
    assert len(told) == 1
    assert "cannot be written" in told[0]


def test_what_cannot_be_forgotten_does_no_harm(opened: Callable[[], Kernel], tmp_path: Path) -> None:
    kernel = opened()
    kernel.look()
    kernel.carry_out([fresh(V6)])
    (tmp_path / FILE).unlink()
    (tmp_path / FILE).mkdir()

    assert kernel.carry_out([RemoveAddress(V6, 128, "nic0")]) == []

    assert str(V6) not in shown("nic0")
    ip("address", "add", f"{V6}/128", "dev", "nic0", "nodad")
    assert bound(kernel.look().held) == frozenset()
