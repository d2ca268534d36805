"""Frames on a real wire: what neighbours hear, and whether somebody answers for a VIP."""

from __future__ import annotations

import json
import socket
import subprocess
import threading
from collections.abc import Iterator
from contextlib import closing
from ipaddress import ip_address
from pathlib import Path

import pytest

from genlb.agent.arp import Wire, announcement, probe
from genlb.agent.vip.services.pools import Address

V4, V6 = ip_address("10.20.1.200"), ip_address("fd00:10:208:1::9")


def ip(*arguments: str) -> str:
    return subprocess.run(["ip", *arguments], capture_output=True, text=True, check=True).stdout


@pytest.fixture
def nic() -> Iterator[tuple[str, bytes]]:
    """A NIC, its MAC address, and a bridge-less neighbour ``tor0`` in the same namespace."""
    ip("link", "add", "nic0", "type", "veth", "peer", "name", "tor0")
    for device in ("nic0", "tor0"):
        ip("link", "set", device, "up")
        Path(f"/proc/sys/net/ipv4/conf/{device}/rp_filter").write_text("0")
        Path(f"/proc/sys/net/ipv6/conf/{device}/accept_dad").write_text("0")
    mac = bytes.fromhex(json.loads(ip("-json", "link", "show", "nic0"))[0]["address"].replace(":", ""))
    yield "nic0", mac
    ip("link", "delete", "nic0")


@pytest.mark.parametrize("address", [V4, V6])
def test_neighbours_hear_the_announcement(nic: tuple[str, bytes], address: Address) -> None:
    name, mac = nic
    ear = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, socket.htons(3))
    ear.bind(("tor0", 3))
    ear.settimeout(5)
    wire = Wire(name, mac)
    expected = announcement(address, mac)

    wire.announce(address)

    heard: list[bytes] = []
    while len(heard) < len(expected):
        frame = ear.recv(2048)
        if frame in expected:
            heard.append(frame)
    assert heard == expected
    wire.close()
    ear.close()


@pytest.mark.parametrize("address", [V4, V6])
def test_a_vip_that_a_neighbour_has_is_taken_and_one_that_nobody_has_is_not(
    nic: tuple[str, bytes], address: Address
) -> None:
    wire = Wire(*nic)
    assert wire.holders([address]) == {}

    ip(
        "address",
        "add",
        f"{address}/{address.max_prefixlen}",
        "dev",
        "tor0",
        *(["nodad"] if address.version == 6 else []),
    )

    other = bytes.fromhex(json.loads(ip("-json", "link", "show", "tor0"))[0]["address"].replace(":", ""))
    assert wire.holders([address, ip_address("10.20.1.250")]) == {address: other}
    wire.close()


@pytest.mark.parametrize("address", [V4, V6])
def test_a_neighbour_that_probes_for_the_vip_all_the_time_does_not_have_it(
    nic: tuple[str, bytes], address: Address
) -> None:
    ended, other = threading.Event(), bytes.fromhex("020000000099")
    mouth = socket.socket(socket.AF_PACKET, socket.SOCK_RAW)
    mouth.bind(("tor0", 0))

    def probe_for_ever() -> None:
        while not ended.wait(0.02):
            mouth.send(probe(address, other))

    prober = threading.Thread(target=probe_for_ever)
    prober.start()
    with closing(Wire(*nic)) as wire:
        found = wire.holders([address])
    ended.set()
    prober.join()
    mouth.close()

    assert found == {}


def test_an_announcement_moves_a_neighbours_entry(nic: tuple[str, bytes]) -> None:
    name, mac = nic
    ip("address", "add", "10.20.1.2/24", "dev", "tor0")
    ip("neighbour", "replace", str(V4), "lladdr", "02:00:00:00:00:99", "nud", "stale", "dev", "tor0")
    wire = Wire(name, mac)

    wire.announce(V4)

    [entry] = [each for each in json.loads(ip("-json", "neighbour", "show", "dev", "tor0")) if each["dst"] == str(V4)]
    assert entry["lladdr"] == mac.hex(":")
    wire.close()
