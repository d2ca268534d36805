from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from genlb.network.base_config import BaseConfig, mode_of
from genlb.network.proxy_fields import FIELDS, Field, Section, refused_values, unknown_fields
from genlb.spec.model import ProxyMode
from genlb.yamltext import read, write
from genlb.yamltext.node import MappingNode
from tests.network.proxy_configs import ACCEPTED, HEAD, IGNORED, REFUSED, a_base_config


def refused(base: BaseConfig, mode: ProxyMode | None = None) -> list[str]:
    return [".".join(map(str, problem.path)) for problem in refused_values(base, mode or mode_of(base))]


@pytest.mark.parametrize("text", ACCEPTED)
def test_what_kube_proxy_takes_is_fine(text: str) -> None:
    base = a_base_config(text)

    assert refused(base) == []
    assert list(unknown_fields(base)) == []


@pytest.mark.parametrize(("text", "field"), REFUSED.items())
def test_what_kube_proxy_refuses_is_told_at_the_field(text: str, field: str) -> None:
    assert refused(a_base_config(text)) == [field]


@pytest.mark.parametrize(("text", "key"), IGNORED.items())
def test_what_kube_proxy_ignores_is_told_at_the_key(text: str, key: str) -> None:
    base = a_base_config(text)

    assert [".".join(unknown.path) for unknown in unknown_fields(base)] == [key]
    assert refused(base) == []


def test_an_ignored_key_comes_with_those_that_have_a_meaning_there() -> None:
    (unknown,) = unknown_fields(a_base_config("ipvs: {strictArp: true}"))

    assert "strictARP" in unknown.known
    assert "mode" not in unknown.known


def test_the_mode_that_counts_is_the_one_that_is_asked_about() -> None:
    base = a_base_config("mode: iptables\nipvs: {tcpTimeout: -5s}")

    assert refused(base, ProxyMode.IPTABLES) == []
    assert refused(base, ProxyMode.IPVS) == ["ipvs.tcpTimeout"]


def test_a_field_of_a_wrong_type_is_told_once() -> None:
    assert refused(a_base_config("iptables: {syncPeriod: 5, minSyncPeriod: 10s}")) == ["iptables.syncPeriod"]
    assert refused(a_base_config("clusterCIDR: 5")) == ["clusterCIDR"]
    assert refused(a_base_config("detectLocalMode: [x]")) == ["detectLocalMode"]


def test_problems_come_in_the_order_of_the_file() -> None:
    assert refused(a_base_config("oomScoreAdj: x\nbindAddress: x\nmode: x")) == ["oomScoreAdj", "bindAddress", "mode"]


def fields(section: Section) -> list[Field]:
    out: list[Field] = []
    for field in section.values():
        out += [field] if isinstance(field, Field) else fields(field)
    return out


VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**63), 2**63 - 1)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(max_size=8),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(["filePattern", "x"]), inner, max_size=2)
    ),
    max_leaves=4,
)


@given(st.sampled_from(fields(FIELDS)), VALUES)
def test_any_value_is_judged_and_never_an_error_of_ours(field: Field, value: object) -> None:
    if field.kind.holds(value) and field.limit is not None and value is not None:
        for item in value if isinstance(value, list) else [value]:
            assert field.limit.holds(item) in {True, False}


@given(st.dictionaries(st.sampled_from(sorted(FIELDS)), VALUES, max_size=6), st.sampled_from(ProxyMode))
def test_any_configuration_is_judged_and_never_an_error_of_ours(data: dict[str, object], mode: ProxyMode) -> None:
    root = read(write({**data, "kind": "KubeProxyConfiguration"}).encode(), "base.yaml").root
    assert isinstance(root, MappingNode)
    base = BaseConfig("base.yaml", root)

    assert all(base.span(*problem.path).file == "base.yaml" for problem in refused_values(base, mode))
    assert all(base.key(*unknown.path).line >= 1 for unknown in unknown_fields(base))


def test_the_texts_of_these_tests_are_whole_configurations() -> None:
    assert a_base_config("").is_proxy_config
    assert HEAD.count("\n") == 2
