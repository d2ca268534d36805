"""genlb's verdict on a captured KubeProxyConfiguration against that of the real kube-proxy.

``kube-proxy --write-config-to`` decodes and validates a file, writes it back with its defaults and ends: no cluster,
no privileges.
"""

from __future__ import annotations

import random
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import pytest

from genlb.network.base_config import mode_of
from genlb.network.proxy_fields import FIELDS, Field, Section, refused_values, unknown_fields
from tests.network.proxy_configs import ACCEPTED, HEAD, IGNORED, REFUSED, a_base_config

# What a hand might write into any field, right or wrong; every reader of YAML takes each for the same.
VALUES = (
    *("null", "true", "0", "1", "-1", "31", "32", "1000", "1001", "14.0", "14.5", "2147483648", "99999999999"),
    *('""', "x", '"5s"', '"-5s"', '"0"', '"1.5h"', '"1d"', '"40s"', '"1ms"', '"12Mi"'),
    *(
        "10.0.0.0/8",
        '"10.0.0.0/8,fd00::/64"',
        "10.0.0.0/8,10.1.0.0/16",
        "1.2.3.4",
        '"1.2.3.4:80"',
        '"[::1]:80"',
        '":80"',
    ),
    *("primary", "ipvs", "nftables", "IPVS", "NodeCIDR", "InterfaceNamePrefix", "json"),
    *("[]", "{}", "[primary]", "[primary, 10.0.0.0/8]", "[x]", "[5]", "[null]", "{a: 1}", "{AllBeta: true}"),
)
# Refused or not by feature gates, or by the release: genlb does not hold those.
UNDECIDED = {"infoBufferSize", "showHiddenMetricsForVersion"}


class Verdict(NamedTuple):
    """Whether kube-proxy takes a file, and whether it ignores a part of it."""

    accepted: bool
    ignores: bool


@pytest.fixture
def kube_proxy(kube_program: Callable[[str], Path], tmp_path: Path) -> Callable[[str], Verdict]:
    """The real kube-proxy's verdict on a text."""
    program = kube_program("kube-proxy")

    def judge(text: str) -> Verdict:
        (tmp_path / "config.conf").write_text(text, encoding="utf-8")
        command = (str(program), "--config", f"{tmp_path}/config.conf", "--write-config-to", f"{tmp_path}/out.yaml")
        ran = subprocess.run(command, capture_output=True, text=True, check=False, timeout=60)
        return Verdict(ran.returncode == 0, "unknown field" in ran.stderr)

    return judge


def ours(text: str) -> Verdict:
    """What genlb says of the same text."""
    base = a_base_config(text)
    return Verdict(not list(refused_values(base, mode_of(base))), any(unknown_fields(base)))


@pytest.mark.parametrize("text", [*ACCEPTED, *REFUSED, *IGNORED])
def test_kube_proxy_says_what_the_unit_tests_say_of_it(text: str, kube_proxy: Callable[[str], Verdict]) -> None:
    verdict = kube_proxy(HEAD + text)

    assert verdict.accepted is (text not in REFUSED)
    assert verdict.ignores is (text in IGNORED)


@pytest.mark.parametrize("seed", range(4))
def test_on_configurations_made_at_random_the_two_agree(seed: int, kube_proxy: Callable[[str], Verdict]) -> None:
    source = random.Random(seed)  # noqa: S311 -- the same texts in every run
    accepted = 0
    for _ in range(20):
        text = "\n".join(lines(source, FIELDS, wrong=source.choice([0.0, 0.02, 0.1])))

        verdict = kube_proxy(HEAD + text)

        assert verdict.accepted is ours(text).accepted, text
        # Where it refuses a file, what it says about ignored keys depends on how far it came.
        assert not verdict.accepted or verdict.ignores is ours(text).ignores, text
        accepted += verdict.accepted
    assert 4 <= accepted <= 16


def lines(source: random.Random, section: Section, *, wrong: float) -> list[str]:
    """Some fields of ``section``, each with any value (``wrong`` is how often) or the one that means nothing."""
    out = []
    for name, field in section.items():
        if name in {"apiVersion", "kind", *UNDECIDED} or source.random() < 0.5:
            continue
        key = name if source.random() > wrong / 4 else name.lower()
        if source.random() < wrong:
            out.append(f"{key}: {source.choice(VALUES)}")
        elif isinstance(field, Field):
            out.append(f"{key}: {harmless(source, field)}")
        else:
            out.append(f"{key}: {{{', '.join(lines(source, field, wrong=wrong))}}}")
    return out


def harmless(source: random.Random, field: Field) -> str:
    """A value that the field takes, and that means nothing there."""
    limit = field.limit.holds if field.limit else lambda _: True
    taken = [text for text, value in HARMLESS.items() if field.kind.holds(value) and (not value or limit(value))]
    return source.choice(taken)


HARMLESS: dict[str, object] = {"null": None, '""': "", "false": False, "0": 0, "0s": "0s", "[]": [], "{}": {}}
