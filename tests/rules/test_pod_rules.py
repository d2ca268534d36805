"""What Kubernetes asks of tolerations, resources and label keys (``ValidateTolerations``, ``ValidateResources``)."""

from __future__ import annotations

from typing import Any

import pytest

from tests.rules.judged import a_document, ids, judged

IMAGE = {"repository": "registry.example.com/genlb/genlb", "digest": "sha256:" + "7b" * 32}


def with_agents(**changes: Any) -> set[str]:
    return ids(a_document(agents={"image": IMAGE, **changes}))


@pytest.mark.parametrize(
    "toleration",
    [
        {"operator": "Exists"},
        {"operator": "Exists", "effect": "NoExecute", "tolerationSeconds": 0},
        {"key": "dedicated"},
        {"key": "dedicated", "value": ""},
        {"key": "dedicated", "operator": "Exists", "value": ""},
        {"key": "example.com/dedicated", "operator": "Equal", "value": "LB_1.x"},
    ],
)
def test_a_toleration_that_kubernetes_takes_is_no_finding(toleration: dict[str, Any]) -> None:
    assert with_agents(tolerations=[toleration]) == set()


@pytest.mark.parametrize(
    "toleration",
    [
        {},
        {"effect": "NoSchedule"},
        {"operator": "Equal", "value": "lb"},
        {"operator": "Exists", "value": "lb"},
        {"key": "dedicated", "value": "-lb"},
        {"key": "dedicated", "value": "l" * 64},
        {"operator": "Exists", "tolerationSeconds": 1},
        {"operator": "Exists", "effect": "PreferNoSchedule", "tolerationSeconds": 1},
    ],
)
def test_a_toleration_that_kubernetes_refuses_is_an_error(toleration: dict[str, Any]) -> None:
    assert with_agents(tolerations=[toleration]) == {"GLB522"}


@pytest.mark.parametrize(
    "resources",
    [
        {"requests": {"cpu": "0.1"}, "limits": {"cpu": "100m"}},
        {"requests": {"memory": "1Gi"}},
        {"limits": {"ephemeral-storage": "1.5Gi"}},
        {"requests": {"example.com/nic": "1"}, "limits": {"example.com/nic": "1000m"}},
        {"limits": {"example.com/nic": "2"}},
    ],
)
@pytest.mark.parametrize("daemon", ["vip", "sysctl"])
def test_resources_that_kubernetes_takes_are_no_finding(daemon: str, resources: dict[str, Any]) -> None:
    assert with_agents(resources={daemon: resources}) == set()


@pytest.mark.parametrize(
    "resources",
    [
        {"requests": {"cpu": "101m"}, "limits": {"cpu": "0.1"}},
        {"requests": {"pods": "1"}},
        {"limits": {"hugepages-2Mi": "2Mi"}},
        {"limits": {"requests.example.com/nic": "1"}},
        {"limits": {"example.com/nic": "0.5"}},
        {"requests": {"example.com/nic": "1"}, "limits": {"example.com/nic": "2"}},
    ],
)
@pytest.mark.parametrize("daemon", ["vip", "sysctl"])
def test_resources_that_kubernetes_refuses_are_an_error(daemon: str, resources: dict[str, Any]) -> None:
    assert with_agents(resources={daemon: resources}) == {"GLB523"}


@pytest.mark.parametrize("key", ["a..b/c", "a.-b/c", "a-/c"])
@pytest.mark.parametrize(
    "place",
    [
        lambda key: a_document(agents={"image": IMAGE, "nodeSelector": {key: ""}}),
        lambda key: a_document(agents={"image": IMAGE, "tolerations": [{"key": key}]}),
        lambda key: a_document(agents={"image": IMAGE, "resources": {"vip": {"limits": {key: "1"}}}}),
        lambda key: a_document(bgp={"rackLabel": key}),
        lambda key: a_document(pools=[pool({"serviceSelectors": [{"matchLabels": {key: ""}}]})]),
        lambda key: a_document(
            pools=[pool({"namespaceSelectors": [{"matchExpressions": [{"key": key, "operator": "Exists"}]}]})]
        ),
    ],
)
def test_a_label_key_whose_prefix_is_no_dns_name_is_an_error(place: Any, key: str) -> None:
    assert ids(place("example.com/c")) == set()
    assert ids(place(key)) == {"GLB104"}


def pool(allocation: dict[str, Any]) -> dict[str, Any]:
    return {"name": "public", "addresses": ["10.208.1.0/24"], "allocateTo": allocation}


@pytest.mark.parametrize(
    ("resources", "severity"),
    [
        ({"limits": {"memory": "96m"}}, "error"),
        ({"requests": {"memory": "999m"}}, "error"),
        ({"requests": {"memory": "1.5"}}, "warning"),
        ({"requests": {"memory": "0.1Ki"}}, "warning"),
        ({"limits": {"ephemeral-storage": "1500m"}}, "warning"),
    ],
)
def test_a_fraction_of_a_byte_is_warned_of_and_less_than_one_is_an_error(
    resources: dict[str, Any], severity: str
) -> None:
    (told,) = judged(a_document(agents={"image": IMAGE, "resources": {"sysctl": resources}}))

    assert (told.rule, told.severity.value) == ("GLB525", severity)


@pytest.mark.parametrize("quantity", ["0", "64e6", "1000m", "0.5Ki", "64M", "1.5Gi"])
def test_whole_bytes_in_any_spelling_are_no_finding(quantity: str) -> None:
    assert with_agents(resources={"vip": {"requests": {"memory": quantity, "cpu": "1m"}}}) == set()
