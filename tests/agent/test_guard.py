"""The nft table as text; ``kernel/case_guard.py`` holds that it does what it says."""

from __future__ import annotations

from ipaddress import ip_address

from genlb.agent.vip.node.guard import removal, ruleset
from genlb.agent.vip.services.desired import Binding, Mode
from genlb.agent.vip.services.facts import Port


def a_binding(text: str, *ports: Port) -> Binding:
    return Binding(ip_address(text), "local", Mode.L2, ("shop/web",), frozenset(ports), None)


def lines(*bindings: Binding) -> list[str]:
    return [line.strip() for line in ruleset(bindings).splitlines()]


def test_the_table_replaces_itself_in_one_transaction() -> None:
    assert lines()[:3] == ["add table inet genlb", "delete table inet genlb", "table inet genlb {"]


def test_every_vip_is_guarded_and_its_service_ports_are_open() -> None:
    text = lines(a_binding("fd00::9"), a_binding("10.20.1.200", Port("UDP", 53), Port("TCP", 80)))

    assert "elements = { 10.20.1.200 }" in text
    assert "elements = { fd00::9 }" in text
    assert "elements = { 10.20.1.200 . tcp . 80, 10.20.1.200 . udp . 53 }" in text


def test_equal_bindings_give_equal_text_in_any_order() -> None:
    one, other = a_binding("10.20.1.200", Port("TCP", 80)), a_binding("10.20.1.201")

    assert ruleset([one, other]) == ruleset([other, one])


def test_without_vips_nothing_is_listed() -> None:
    assert not any(line.startswith("elements") for line in lines())


def test_the_way_out_leaves_nothing_and_does_not_mind_when_there_was_nothing() -> None:
    assert removal() == "add table inet genlb\ndelete table inet genlb\n"
