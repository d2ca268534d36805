"""Values held below a /proc/sys of plain files: what is written, counted, remembered, reported and given back."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from genlb.agent.sysctl.proc import ProcSys
from genlb.agent.sysctl.record import NAME
from tests.agent.sysctl_node import ALL, BOND, HASH, Node, a_node

HELD = {ALL: "2", BOND: "2", HASH: "1"}


@pytest.fixture
def node(tmp_path: Path) -> Node:
    return a_node(tmp_path)


def test_declared_values_are_written_and_no_others(node: Node) -> None:
    before = node.all()

    found = node.holder().hold(0.0)

    assert found.holds
    assert {write.path: (write.before, write.value) for write in found.written} == {
        ALL: ("0", "2"),
        BOND: ("1", "2"),
        HASH: ("0", "1"),
    }
    assert node.all() == before | {path: f"{value}\n" for path, value in HELD.items()}


def test_what_is_right_is_not_written_again(node: Node) -> None:
    holder = node.holder()
    holder.hold(0.0)

    assert holder.hold(30.0).written == ()
    assert holder.corrections == {}


def test_a_rewrite_by_somebody_else_is_corrected_and_counted(node: Node) -> None:
    holder = node.holder()
    holder.hold(0.0)

    for turn in (1, 2):
        node.set(BOND, "1")
        holder.hold(turn * 30.0)

        assert node.get(BOND) == "2"
        assert holder.corrections == {BOND: turn}


def test_a_quarrel_is_not_fought_faster_and_faster(node: Node) -> None:
    holder = node.holder()
    holder.hold(0.0)
    written = 0
    for second in range(1, 601):
        node.set(BOND, "1")
        written += len(holder.hold(float(second)).written)

    # 1, 2, 4 … 256 seconds apart: at 1, 2, 4, 8 … 512.
    assert written == 10
    assert holder.patience.contested == (BOND,)


def test_what_waits_is_reported(node: Node) -> None:
    holder = node.holder()
    holder.hold(0.0)
    node.set(BOND, "1")
    holder.hold(1.0)
    node.set(BOND, "1")

    found = holder.hold(1.5)

    assert (found.postponed, found.holds) == ((BOND,), False)
    assert node.get(BOND) == "1"


def test_a_quarrel_that_has_ended_is_forgotten(node: Node) -> None:
    holder = node.holder()
    holder.hold(0.0)
    for second in (1.0, 2.0):
        node.set(BOND, "1")
        holder.hold(second)
    before = holder.patience.contested

    holder.hold(30.0)

    assert (before, holder.patience.contested) == ((BOND,), ())


def test_a_missing_key_is_reported_and_the_others_are_held(node: Node) -> None:
    (node.sys / HASH).unlink()

    found = node.holder().hold(0.0)

    assert (found.missing, found.holds) == ((HASH,), False)
    assert node.get(ALL) == "2"
    assert not (node.sys / HASH).exists()


def test_a_key_that_cannot_be_written_is_reported_and_the_others_are_held(
    node: Node, monkeypatch: pytest.MonkeyPatch
) -> None:
    write = ProcSys.write
    told = "read-only: the container is not privileged"
    monkeypatch.setattr(ProcSys, "write", lambda self, path, value: told if path == ALL else write(self, path, value))

    found = node.holder().hold(0.0)

    assert found.unwritable == {ALL: told}
    assert node.get(BOND) == "2"


def test_originals_are_safe_before_the_first_write(node: Node, monkeypatch: pytest.MonkeyPatch) -> None:
    def write(self: ProcSys, path: str, value: str) -> str:
        originals = json.loads((node.state / NAME).read_text())["originals"]
        assert originals[path]["value"] == node.get(path)
        return ""

    monkeypatch.setattr(ProcSys, "write", write)

    assert node.holder().hold(0.0).values == HELD


def test_nothing_is_written_whose_original_is_not_safe(node: Node) -> None:
    before = node.all()
    node.state.write_text("a file where the folder should be")

    found = node.holder().hold(0.0)

    assert not found.holds
    assert set(found.unwritable) == set(HELD)
    assert node.all() == before


def test_restore_gives_back_exactly_what_was_there(node: Node) -> None:
    before = node.all()
    node.holder().hold(0.0)
    node.set(ALL, "1")  # whoever wrote last

    found = node.holder().restore()

    assert found.holds
    assert node.all() == before
    assert not node.drop_in.exists()
    assert [*node.state.iterdir()] == []


def test_originals_that_cannot_be_read_are_reported_and_nothing_is_given_back(node: Node) -> None:
    (node.state / NAME).mkdir(parents=True)
    before = node.all()

    found = node.holder().restore()

    assert (found.holds, found.problems) == (False, (f"{node.state}: Is a directory",))
    assert node.all() == before


def test_restore_twice_changes_nothing(node: Node) -> None:
    node.holder().hold(0.0)
    node.holder().restore()
    node.set(ALL, "1")

    assert node.holder().restore().written == ()
    assert node.get(ALL) == "1"


def test_originals_survive_restarts_and_new_declarations(node: Node) -> None:
    before = node.all()
    node.holder().hold(0.0)
    node.holder(sysctls={ALL: "1", HASH: "1"}).hold(0.0)
    node.holder().hold(0.0)

    node.holder().restore()

    assert node.all() == before


def test_what_is_no_longer_declared_is_given_back(node: Node) -> None:
    node.holder().hold(0.0)

    node.holder(sysctls={ALL: "2"}, perInterface=None).hold(0.0)

    assert (node.get(ALL), node.get(BOND), node.get(HASH)) == ("2", "1", "0")


def test_what_is_no_longer_declared_stays_where_somebody_else_wrote_it_since(node: Node) -> None:
    node.holder().hold(0.0)
    node.set(HASH, "3")

    node.holder(sysctls={ALL: "2"}).hold(0.0)

    assert node.get(HASH) == "3"


def test_a_new_interface_that_matches_is_written_and_given_back(node: Node) -> None:
    node.remove_interface("bond0")
    holder = node.holder()
    assert BOND not in holder.hold(0.0).values
    node.set(BOND, "0")

    assert node.holder().hold(0.0).holds
    assert node.get(BOND) == "2"
    node.holder().restore()

    assert node.get(BOND) == "0"


def test_an_interface_that_came_under_our_drop_in_gets_the_default_back(node: Node) -> None:
    node.remove_interface("bond0")
    node.holder().hold(0.0)
    node.set(BOND, "2")  # udev, by our own file
    node.holder().hold(0.0)

    node.holder().restore()

    assert node.get(BOND) == "1"


def test_an_interface_made_anew_is_no_correction(node: Node) -> None:
    holder = node.holder()
    holder.hold(0.0)
    node.remove_interface("bond0")
    holder.hold(10.0)
    node.set(BOND, "1")

    holder.hold(20.0)

    assert node.get(BOND) == "2"
    assert holder.corrections == {}


def test_an_interface_that_is_gone_is_no_deviation(node: Node) -> None:
    node.holder().hold(0.0)
    node.remove_interface("bond0")

    assert node.holder().hold(0.0).holds
    assert node.holder().restore().holds


def test_the_drop_in_repeats_every_value(node: Node) -> None:
    node.holder().hold(0.0)

    assert node.drop_in.read_text().splitlines()[1:] == [
        f"-{ALL} = 2",
        f"-{BOND} = 2",
        f"-{HASH} = 1",
    ]
    assert node.drop_in.stat().st_mode & 0o777 == 0o644


def test_a_drop_in_that_somebody_else_wrote_is_neither_overwritten_nor_removed(node: Node) -> None:
    node.drop_in.write_text("net.ipv4.ip_forward = 1\n")

    held, restored = node.holder().hold(0.0), node.holder().restore()

    assert node.drop_in.read_text() == "net.ipv4.ip_forward = 1\n"
    assert held.problems == restored.problems == (f"{node.drop_in}: was not written by genlb, so it stays as it is",)
    assert node.get(ALL) == "0"


def test_without_persist_there_is_no_drop_in(node: Node) -> None:
    assert node.holder(dropIn=None).hold(0.0).holds
    assert not node.drop_in.exists()


def test_a_broken_record_is_kept_aside_and_told_once(node: Node) -> None:
    node.holder().hold(0.0)
    (node.state / NAME).write_text('{"schemaVersion": 1, "originals": {"../../etc/passwd": {}}}')
    holder = node.holder()

    first, second = holder.hold(0.0), holder.hold(30.0)

    assert "is not understood" in first.problems[0]
    assert second.problems == ()
    assert (node.state / f"{NAME}.broken").exists()


def test_looking_changes_nothing(node: Node) -> None:
    before = node.all()

    _, _, outcome = node.holder().look()

    assert {write.path for write in outcome.writes} == set(HELD)
    assert node.all() == before
    assert not node.drop_in.exists()
    assert not node.state.exists()
