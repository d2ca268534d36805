"""Least privilege: the exact rights of each account, and nothing that reads or writes more by accident."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from genlb.manifest import Manifest
from genlb.render.context import Context
from genlb.render.rbac import cluster_role_bindings, cluster_roles, role_bindings, roles, service_accounts
from genlb.spec.model import DaemonState, SecretKey
from tests.builders import a_cluster
from tests.render.skeletons import a_node_context

Right = tuple[str, str, str, str]
"""API group, resource, resource name ("" for all), verb."""

DISABLED: Any = {"state": DaemonState.DISABLED}
PASSWORD = SecretKey(secret_name="bgp-secrets", key="tor-password")  # noqa: S106  # a reference

READ = ("get", "list")
FOLLOW = ("get", "list", "watch")
CALICO = (
    "bgpconfigurations",
    "bgpfilters",
    "bgppeers",
    "felixconfigurations",
    "ippools",
    "ipreservations",
    "kubecontrollersconfigurations",
)
METALLB = (
    "bfdprofiles",
    "bgpadvertisements",
    "bgppeers",
    "communities",
    "configurationstates",
    "ipaddresspools",
    "l2advertisements",
    "servicebgpstatuses",
    "servicel2statuses",
)
PRODUCERS = (service_accounts, cluster_roles, cluster_role_bindings, roles, role_bindings)


def granted(manifest: Manifest) -> set[Right]:
    return {
        (group, resource, name, verb)
        for rule in manifest["rules"]
        for group in rule["apiGroups"]
        for resource in rule["resources"]
        for name in rule.get("resourceNames", [""])
        for verb in rule["verbs"]
    }


def rights(
    group: str, resources: tuple[str, ...], verbs: tuple[str, ...], names: tuple[str, ...] = ("",)
) -> set[Right]:
    return {(group, resource, name, verb) for resource in resources for name in names for verb in verbs}


def named(manifests: list[Manifest], name: str) -> Manifest:
    [found] = [manifest for manifest in manifests if manifest["metadata"]["name"] == name]
    return found


def everything(context: Context) -> list[Manifest]:
    return [manifest for producer in PRODUCERS for manifest in producer(context)]


def test_the_binder_follows_services_endpoints_and_nodes_and_writes_events_everywhere() -> None:
    expected = (
        rights("", ("nodes", "services"), FOLLOW)
        | rights("discovery.k8s.io", ("endpointslices",), FOLLOW)
        | rights("", ("events",), ("create", "patch"))
    )

    assert granted(named(cluster_roles(a_node_context()), "genlb-vip")) == expected


def test_the_binder_writes_leases_in_its_own_namespace_only() -> None:
    role = named(roles(a_node_context()), "genlb-vip")

    assert role["metadata"]["namespace"] == "genlb-system"
    assert granted(role) == rights("coordination.k8s.io", ("leases",), (*FOLLOW, "create", "update", "delete"))


def test_the_sysctl_daemon_has_no_right_outside_its_own_namespace() -> None:
    context = a_node_context(a_cluster(vip_binder=DISABLED))

    assert [role["metadata"]["name"] for role in cluster_roles(context)] == ["genlb-drift-reader"]
    assert cluster_role_bindings(context) == []
    [role] = roles(context)
    assert role["metadata"]["namespace"] == "genlb-system"
    assert granted(role) == rights("coordination.k8s.io", ("leases",), ("get", "create", "update")) | rights(
        "", ("events",), ("create", "patch")
    )


def test_drift_reads_what_it_compares_and_nothing_else() -> None:
    expected = (
        rights("projectcalico.org", CALICO, READ)
        | rights("crd.projectcalico.org", CALICO, READ)
        | rights("metallb.io", METALLB, READ)
        | rights("apps", ("daemonsets", "deployments"), READ)
        | rights("", ("namespaces", "nodes", "serviceaccounts", "services"), READ)
        | rights("", ("configmaps",), ("get",), ("genlb-sysctl", "genlb-vip", "kube-proxy"))
        | rights("rbac.authorization.k8s.io", ("clusterrolebindings", "clusterroles", "rolebindings", "roles"), READ)
        | rights("coordination.k8s.io", ("leases",), READ)
        | rights("apiextensions.k8s.io", ("customresourcedefinitions",), READ)
        | rights("argoproj.io", ("applications",), READ)
        | rights("kustomize.toolkit.fluxcd.io", ("kustomizations",), READ)
        | rights("source.toolkit.fluxcd.io", ("gitrepositories",), READ)
    )

    assert granted(named(cluster_roles(a_node_context()), "genlb-drift-reader")) == expected


def test_the_drift_reader_is_always_there_and_bound_to_nobody() -> None:
    context = a_node_context(a_cluster(sysctls=DISABLED, vip_binder=DISABLED))

    [role] = everything(context)

    assert role["metadata"] == {"name": "genlb-drift-reader", "labels": context.labels("access")}


@pytest.mark.parametrize("password", [None, PASSWORD])
def test_no_right_is_a_wildcard_and_no_secret_is_read_but_the_bgp_password(password: SecretKey | None) -> None:
    context = a_node_context(a_cluster(bgp={"password": password}))
    all_rights = set().union(*(granted(role) for role in [*cluster_roles(context), *roles(context)]))

    assert [right for right in all_rights if "*" in right] == []
    assert {name for _, resource, name, _ in all_rights if resource == "secrets"} == (
        {"bgp-secrets"} if password else set()
    )


def test_calico_node_may_read_and_watch_exactly_the_secret_of_the_bgp_password() -> None:
    context = a_node_context(a_cluster(bgp={"password": PASSWORD}, namespaces={"calico": "calico-apps"}))
    metadata = {"name": "genlb-bgp-secret", "namespace": "calico-apps", "labels": context.labels("access")}

    role = named(roles(context), "genlb-bgp-secret")
    binding = named(role_bindings(context), "genlb-bgp-secret")

    assert role["metadata"] == metadata
    assert granted(role) == rights("", ("secrets",), FOLLOW, ("bgp-secrets",))
    assert binding == {
        "apiVersion": "rbac.authorization.k8s.io/v1",
        "kind": "RoleBinding",
        "metadata": metadata,
        "subjects": [{"kind": "ServiceAccount", "name": "calico-node", "namespace": "calico-apps"}],
        "roleRef": {"apiGroup": "rbac.authorization.k8s.io", "kind": "Role", "name": "genlb-bgp-secret"},
    }


def test_without_a_password_nobody_gets_a_secret() -> None:
    names = [manifest["metadata"]["name"] for manifest in everything(a_node_context())]

    assert "genlb-bgp-secret" not in names


def test_an_account_gives_no_token_to_pods_that_do_not_ask_for_it() -> None:
    context = a_node_context()
    expected = [
        {
            "apiVersion": "v1",
            "kind": "ServiceAccount",
            "metadata": {"name": f"genlb-{name}", "namespace": "genlb-system", "labels": context.labels(name)},
            "automountServiceAccountToken": False,
        }
        for name in ("sysctl", "vip")
    ]

    assert service_accounts(context) == expected


@pytest.mark.parametrize("state", [DaemonState.ENABLED, DaemonState.CLEANUP])
def test_each_daemon_is_bound_to_its_own_roles_also_while_it_cleans_up(state: DaemonState) -> None:
    context = a_node_context(a_cluster(sysctls={"state": state}, vip_binder={"state": state}))

    bound = {
        (
            binding["kind"],
            binding["metadata"].get("namespace", ""),
            binding["roleRef"]["kind"],
            binding["roleRef"]["name"],
            *(f"{subject['kind']} {subject['namespace']}/{subject['name']}" for subject in binding["subjects"]),
        )
        for binding in [*cluster_role_bindings(context), *role_bindings(context)]
    }

    assert bound == {
        ("ClusterRoleBinding", "", "ClusterRole", "genlb-vip", "ServiceAccount genlb-system/genlb-vip"),
        ("RoleBinding", "genlb-system", "Role", "genlb-vip", "ServiceAccount genlb-system/genlb-vip"),
        ("RoleBinding", "genlb-system", "Role", "genlb-sysctl", "ServiceAccount genlb-system/genlb-sysctl"),
    }


@pytest.mark.parametrize(("gone", "name"), [("sysctls", "genlb-sysctl"), ("vip_binder", "genlb-vip")])
def test_a_disabled_daemon_leaves_no_right_behind(gone: str, name: str) -> None:
    manifests = everything(a_node_context(a_cluster(**{gone: DISABLED})))

    assert [manifest for manifest in manifests if manifest["metadata"]["name"] == name] == []


@pytest.mark.parametrize("producer", PRODUCERS)
def test_metadata_stands_in_the_common_order_with_our_labels(producer: Callable[[Context], list[Any]]) -> None:
    context = a_node_context(a_cluster(bgp={"password": PASSWORD}))

    for manifest in producer(context):
        assert list(manifest)[:3] == ["apiVersion", "kind", "metadata"]
        assert list(manifest["metadata"]) in (["name", "labels"], ["name", "namespace", "labels"])
        assert manifest["metadata"]["labels"]["app.kubernetes.io/part-of"] == "genlb"
