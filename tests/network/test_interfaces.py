from __future__ import annotations

from fnmatch import fnmatchcase

import pytest
from hypothesis import given
from hypothesis import strategies as st

from genlb.network.interfaces import FOREIGN, foreign_to, is_wholly_foreign, may_match


@pytest.mark.parametrize(
    ("pattern", "expected"),
    [
        ("bond0", None),
        ("eth*", None),
        ("e*", None),
        ("en[op]*", None),
        ("*", "cali*"),
        ("*0", "cali*"),
        ("c*", "cali*"),
        ("cali12", "cali*"),
        ("c?", None),
        ("[a-d]*", "cali*"),
        ("[!c]*", "veth*"),
        ("v*", "veth*"),
        ("vx*", "vxlan*.calico"),
        ("l?", "lo"),
        ("lo", "lo"),
        ("lo0", None),
        ("tunl0", "tunl*"),
        ("vxlan.calico", "vxlan*.calico"),
        ("vxlan-v6.calico", "vxlan*.calico"),
        ("kube-ipvs0", "kube-ipvs*"),
        ("wireguard.cali", "wireguard.cali"),
    ],
)
def test_a_pattern_meets_a_foreign_interface_when_any_name_fits_both(pattern: str, expected: str | None) -> None:
    assert foreign_to(pattern) == expected


@pytest.mark.parametrize(
    ("pattern", "expected"),
    [
        ("cali*", True),
        ("cali12?", True),
        ("veth[0-9]*", True),
        ("lo", True),
        ("kube-ipvs0", True),
        ("vxlan.calico", True),
        ("lo*", False),  # lom0 is a NIC of some vendors
        ("vxlan*", False),
        ("c*", False),
        ("*", False),
        ("bond0", False),
        ("", False),
    ],
)
def test_a_pattern_is_wholly_foreign_when_no_nic_can_fit_it(pattern: str, *, expected: bool) -> None:
    assert is_wholly_foreign(pattern) is expected


NAMES = st.text("abcilnotuvx0", min_size=1, max_size=6)
PATTERNS = st.text("abcilnotuvx0*?", min_size=1, max_size=6) | st.builds(
    lambda before, negated, members, after: f"{before}[{negated}{members}]{after}",
    st.text("acl*?", max_size=3),
    st.sampled_from(["", "!"]),
    st.sampled_from(["a-d", "c", "lo", "0-9"]),
    st.text("acl*?", max_size=3),
)


@given(NAMES, PATTERNS, st.sampled_from(["c*", "lo", "a*o", "*"]))
def test_a_name_that_fits_both_patterns_proves_that_they_meet(name: str, pattern: str, family: str) -> None:
    if fnmatchcase(name, pattern) and fnmatchcase(name, family):
        assert may_match(pattern, family)


@given(PATTERNS, st.data())
def test_patterns_that_do_not_meet_share_no_name(pattern: str, data: st.DataObject) -> None:
    family = data.draw(st.sampled_from(FOREIGN))
    name = family.replace("*", data.draw(NAMES))
    if not may_match(pattern, family):
        assert not fnmatchcase(name, pattern)


def test_a_pattern_full_of_stars_is_judged_at_once() -> None:
    assert may_match("*?" * 7, "cali*")
