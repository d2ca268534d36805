"""No secret gets into a finding: neither its value nor a way to guess it."""

from __future__ import annotations

from typing import Any

import pytest

from genlb.drift.compare import compare
from genlb.drift.masking import STARS, masked_at
from genlb.drift.model import ABSENT, ClusterDrift
from genlb.drift.path import Item
from tests.drift.objects import (
    CONFIG_MAP,
    DEPLOYMENT,
    GONE,
    SECRET,
    Object,
    applied,
    change,
    desired_of,
    identity,
    live_of,
)

HUNTER = "aHVudGVyMg=="


def found(desired: Object, live: Object) -> ClusterDrift:
    return compare("x", desired_of(desired), live_of(live), cluster=None, today="2026-11-22")


@pytest.mark.parametrize(
    ("desired", "live"),
    [
        (SECRET, change(SECRET, data={"token": "c29tZXRoaW5n"})),
        (change(SECRET, data=GONE, stringData={"token": "hunter2"}), change(SECRET, data={"token": "c29tZXRoaW5n"})),
        (SECRET, change(SECRET, data={})),
        (change(SECRET, data={}), SECRET),
        (SECRET, change(SECRET, data=GONE)),
        (change(SECRET, metadata__labels={"a": "b"}), applied(SECRET, SECRET)),
    ],
)
def test_a_secret_is_in_no_finding(desired: Object, live: Object) -> None:
    told = found(desired, live)

    assert told.differences
    for secret in (HUNTER, "hunter2", "c29tZXRoaW5n"):
        assert secret not in repr(told)


def test_that_a_secret_differs_is_told() -> None:
    (difference,) = found(SECRET, change(SECRET, data={"token": "c29tZXRoaW5n"})).differences

    assert (difference.masked, difference.desired, difference.live) == (True, STARS, STARS)


def test_keys_of_a_secret_are_told() -> None:
    (difference,) = found(SECRET, change(SECRET, data=GONE)).differences

    assert (difference.desired, difference.live) == ({"token": STARS}, ABSENT)


@pytest.mark.parametrize(
    ("path", "value", "shown"),
    [
        (("data", "color"), "green", "green"),
        (("data", "db-password"), "x", STARS),
        (("spec", "env", Item((("name", "API_TOKEN"),)), "value"), "x", STARS),
        (
            ("spec", "env", Item((("name", "API_TOKEN"),))),
            {"name": "API_TOKEN", "value": "x"},
            {"name": "API_TOKEN", "value": STARS},
        ),
        (("spec", "env", Item((("name", "MODE"),)), "value"), "x", "x"),
        (("spec", "secretName"), "bgp", "bgp"),
        (
            ("spec", "password"),
            {"secretKeyRef": {"name": "a", "key": "b"}},
            {"secretKeyRef": {"name": "a", "key": "b"}},
        ),
        (("spec", "url"), "https://me:hunter2@host/x", f"https://me:{STARS}@host/x"),
        (("spec", "automountServiceAccountToken"), True, True),
        (("data", "conf"), "user: me\npassword: hunter2\nx: 1", f"user: me\npassword: {STARS}\nx: 1"),
        (("data", "conf"), "token: |\n  abc\n  def\nx: 1", f"token: |\n  {STARS}\nx: 1"),
        (("data", "json"), '{"password": "hunter2", "a": 1}', f'{{"password": {STARS}, "a": 1}}'),
        (("data", "ini"), "a=1\nsecret_key=hunter2\n", f"a=1\nsecret_key={STARS}\n"),
    ],
)
def test_what_sounds_like_a_secret_is_hidden_and_nothing_else(path: Any, value: Any, shown: Any) -> None:
    hidden, masked = masked_at(identity(CONFIG_MAP), path, value)

    assert hidden == shown
    assert masked is (shown != value)


@pytest.mark.parametrize("copy", ['{"data": {"token": "aHVudGVyMg=="}}', "H4sIA" + "aHVudGVyMg==" * 20])
def test_a_copy_of_a_secret_in_an_annotation_is_hidden(copy: str) -> None:
    live = change(SECRET, metadata__annotations={"backup": copy, "team": "a"})

    told = repr(found(SECRET, live))
    assert HUNTER not in told
    assert "'team': 'a'" in told


def test_a_secret_inside_another_object_is_hidden() -> None:
    inner = {"kind": "Secret", "data": {"x": HUNTER}, "stringData": {"y": "hunter2"}}

    told = repr(found(CONFIG_MAP, change(CONFIG_MAP, spec={"manifests": [inner]})))
    assert HUNTER not in told
    assert "hunter2" not in told


def test_the_objects_kept_for_context_are_masked_too() -> None:
    env = "spec__template__spec__containers__0__env__2"
    live = change(DEPLOYMENT, **{env: {"name": "DB_PASSWORD", "value": "hunter2"}})
    (one,) = found(DEPLOYMENT, live).objects

    assert one.live is not None
    assert "hunter2" not in repr(one)


def test_an_id_holds_no_value() -> None:
    ids = [found(SECRET, change(SECRET, data={"token": value})).differences[0].id for value in ("YQ==", "Yg==")]

    assert ids[0] == ids[1]


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("https://ghp_hunter2@git.example.com/lb.git", "https://***@git.example.com/lb.git"),
        ("https://bob:hunter2@git.example.com/lb.git", "https://bob:***@git.example.com/lb.git"),
        ("ssh://git@git.example.com/lb.git", "ssh://git@git.example.com/lb.git"),
        (
            "https://git.example.com/?private_token=hunter2&ref=main",
            "https://git.example.com/?private_token=***&ref=main",
        ),
        ("--token=hunter2 --v=2", "--token=*** --v=2"),
        (f"deployed with ghp_{'a1' * 18} by bob", "deployed with *** by bob"),
        (f"glpat-{'a1' * 10}", "***"),
        ("--tokens-seen=2", "--tokens-seen=2"),
        ("Authorization: Bearer hunter2", "Authorization: Bearer ***"),
        (
            "-----BEGIN EC PRIVATE KEY-----\nhunter2\n-----END EC PRIVATE KEY-----\nmore",
            "-----BEGIN EC PRIVATE KEY-----***-----END EC PRIVATE KEY-----\nmore",
        ),
        ("-----BEGIN CERTIFICATE-----\nMIIE\n-----END CERTIFICATE-----\n", None),
    ],
)
def test_what_gives_itself_away_by_its_form_is_hidden_under_any_name(text: str, left: str | None) -> None:
    assert masked_at(identity(CONFIG_MAP), ("data", "note"), text) == (left or text, left not in (None, text))
