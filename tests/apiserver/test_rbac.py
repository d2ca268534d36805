"""Who may do what with the rendered roles: everything that is needed, and of all that the server knows nothing else.

What is expected is written down here from the design of the daemons, not read from the roles.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterator, Mapping
from functools import partial
from typing import NamedTuple

import pytest

from tests.apiserver.rendered import CLUSTERS, objects
from tests.apiserver.surroundings import prepare
from tests.kube.client import ApiError, Client, Object
from tests.kube.parallel import in_parallel
from tests.kube.process import wait

OURS = "genlb-system"
THEIRS = "tenant"
CALICO = "calico-system"
CLUSTER = "fra1-prod"  # has both daemons and a BGP password
PASSWORD = "bgp-secrets"  # noqa: S105  # a Secret's name
DRIFT = "genlb-drift-reader"

VERBS = ("get", "list", "watch", "create", "update", "patch", "delete", "deletecollection")


class Right(NamedTuple):
    """One verb on one resource (``group/resource``) in one namespace; ``""`` asks about all namespaces at once."""

    verb: str
    resource: str
    namespace: str


def rights(resource: str, verbs: str, *namespaces: str) -> set[Right]:
    return {Right(verb, resource, namespace) for verb in verbs.split() for namespace in namespaces}


EVERYWHERE = ("", OURS, THEIRS)
EXPECTED: Mapping[str, set[Right]] = {
    "genlb-vip": {
        *rights("/services", "get list watch", *EVERYWHERE),
        *rights("/nodes", "get list watch", *EVERYWHERE),
        *rights("discovery.k8s.io/endpointslices", "get list watch", *EVERYWHERE),
        *rights("/events", "create patch", *EVERYWHERE),  # a Service's Event lives beside the Service
        *rights("coordination.k8s.io/leases", "get list watch create update delete", OURS),
    },
    "genlb-sysctl": {
        *rights("coordination.k8s.io/leases", "get create update", OURS),
        *rights("/events", "create patch", OURS),
    },
}
DRIFT_READS = {
    *rights("/namespaces", "get list", *EVERYWHERE),
    *rights("/nodes", "get list", *EVERYWHERE),
    *rights("/serviceaccounts", "get list", *EVERYWHERE),
    *rights("/services", "get list", *EVERYWHERE),
    *rights("apps/daemonsets", "get list", *EVERYWHERE),
    *rights("apps/deployments", "get list", *EVERYWHERE),
    *rights("apiextensions.k8s.io/customresourcedefinitions", "get list", *EVERYWHERE),
    *rights("argoproj.io/applications", "get list", *EVERYWHERE),
    *rights("coordination.k8s.io/leases", "get list", *EVERYWHERE),
    *rights("kustomize.toolkit.fluxcd.io/kustomizations", "get list", *EVERYWHERE),
    *rights("source.toolkit.fluxcd.io/gitrepositories", "get list", *EVERYWHERE),
    *(
        right
        for kind in ("clusterrolebindings", "clusterroles", "rolebindings", "roles")
        for right in rights(f"rbac.authorization.k8s.io/{kind}", "get list", *EVERYWHERE)
    ),
    *(
        right
        for group in ("projectcalico.org", "crd.projectcalico.org")
        for kind in (
            "bgpconfigurations",
            "bgpfilters",
            "bgppeers",
            "felixconfigurations",
            "ippools",
            "ipreservations",
            "kubecontrollersconfigurations",
        )
        for right in rights(f"{group}/{kind}", "get list", *EVERYWHERE)
    ),
    *(
        right
        for kind in (
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
        for right in rights(f"metallb.io/{kind}", "get list", *EVERYWHERE)
    ),
}

FORBIDDEN = [
    *((verb, "/secrets") for verb in VERBS),
    ("create", "/pods"),
    ("create", "/pods/exec"),
    ("create", "/serviceaccounts/token"),
    ("get", "/configmaps"),
    ("get", "/nodes/proxy"),
    ("patch", "/nodes"),
    ("patch", "/services"),
    ("patch", "/services/status"),
    ("patch", "metallb.io/ipaddresspools"),
    ("patch", "projectcalico.org/bgpconfigurations"),
    ("patch", "apps/daemonsets"),
    ("impersonate", "/users"),
    ("impersonate", "/serviceaccounts"),
    ("approve", "certificates.k8s.io/signers"),
    ("bind", "rbac.authorization.k8s.io/clusterroles"),
    ("escalate", "rbac.authorization.k8s.io/clusterroles"),
    ("bind", "rbac.authorization.k8s.io/roles"),
    ("escalate", "rbac.authorization.k8s.io/roles"),
    ("create", "rbac.authorization.k8s.io/clusterrolebindings"),
]


@pytest.fixture
def cluster(api: Client) -> Client:
    """A server with the rendered node unit, a namespace of somebody else, and the Secret of the BGP password."""
    prepare(api, CLUSTER)
    for manifest in objects(CLUSTER, "node"):
        api.apply(manifest, force=True)
    api.create({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": THEIRS}})
    for namespace, name in ((CALICO, PASSWORD), (CALICO, "other"), (OURS, PASSWORD), (THEIRS, PASSWORD)):
        api.create(secret(name, namespace))
    roles_are_known(api)
    return api


def secret(name: str, namespace: str) -> Object:
    return {"apiVersion": "v1", "kind": "Secret", "metadata": {"name": name, "namespace": namespace}}


def account(client: Client, name: str, namespace: str) -> Object:
    manifest = {"apiVersion": "v1", "kind": "ServiceAccount", "metadata": {"name": name, "namespace": namespace}}
    return client.create(manifest)


def asked(client: Client, name: str, right: Right, *, object_name: str = "", namespace: str = OURS) -> bool:
    """What the server says to a SubjectAccessReview for a ServiceAccount."""
    group, _, resource = right.resource.partition("/")
    resource, _, subresource = resource.partition("/")
    attributes = {
        "verb": right.verb,
        "group": group,
        "resource": resource,
        "subresource": subresource,
        "namespace": right.namespace,
        "name": object_name,
    }
    groups = ["system:serviceaccounts", f"system:serviceaccounts:{namespace}", "system:authenticated"]
    return client.may(f"system:serviceaccount:{namespace}:{name}", groups, attributes)


def all_resources(client: Client) -> Iterator[str]:
    """Everything that the server serves, as ``group/resource``, subresources included."""
    groups = client.request("GET", "/apis")["groups"]
    for served in ("v1", *(version["groupVersion"] for group in groups for version in group["versions"])):
        prefix = f"/apis/{served}" if "/" in served else f"/api/{served}"
        for entry in client.request("GET", prefix)["resources"]:
            yield f"{served.rpartition('/')[0]}/{entry['name']}"


def allowed(client: Client, name: str) -> set[Right]:
    """All rights of an account, but for what everybody may: to ask about oneself."""
    every = [
        Right(verb, resource, namespace)
        for resource in sorted(set(all_resources(client)))
        for verb in VERBS
        for namespace in EVERYWHERE
    ]

    def has(user: Client, right: Right) -> bool:
        return asked(user, name, right) and not asked(user, "nobody", right)

    answers = in_parallel(client, has, every)
    return {right for right, answer in zip(every, answers, strict=True) if answer}


@pytest.mark.parametrize("name", EXPECTED)
def test_a_daemon_may_do_what_it_does_and_of_everything_else_nothing(cluster: Client, name: str) -> None:
    found = allowed(cluster, name)

    assert sorted(EXPECTED[name] - found) == []
    assert sorted(found - EXPECTED[name]) == []


@pytest.mark.parametrize("name", EXPECTED)
def test_a_daemon_may_do_none_of_what_would_hurt_most(cluster: Client, name: str) -> None:
    granted = [
        (verb, resource, namespace)
        for verb, resource in FORBIDDEN
        for namespace in ("", OURS, THEIRS, "kube-system", CALICO)
        if asked(cluster, name, Right(verb, resource, namespace))
        if (verb, resource) not in {(right.verb, right.resource) for right in EXPECTED[name]}
    ]

    assert granted == []


def test_the_drift_reader_reads_what_drift_compares_and_of_everything_else_nothing(cluster: Client) -> None:
    account(cluster, "drift", OURS)
    bind(cluster, DRIFT, "drift")

    found = allowed(cluster, "drift")

    # Asked one by one: crd.projectcalico.org is not served wherever the rest is.
    assert [right for right in sorted(DRIFT_READS) if not asked(cluster, "drift", right)] == []
    assert sorted(found - DRIFT_READS) == []


@pytest.mark.parametrize("name", ["genlb-sysctl", "genlb-vip", "kube-proxy"])
def test_the_drift_reader_gets_the_config_maps_that_it_compares_by_name(cluster: Client, name: str) -> None:
    account(cluster, "drift", OURS)
    bind(cluster, DRIFT, "drift")

    assert asked(cluster, "drift", Right("get", "/configmaps", "kube-system"), object_name=name)
    assert not asked(cluster, "drift", Right("get", "/configmaps", "kube-system"), object_name="another")
    assert not asked(cluster, "drift", Right("update", "/configmaps", "kube-system"), object_name=name)


def test_the_drift_reader_reads_with_its_own_token(cluster: Client) -> None:
    """What ``genlb drift`` asks of a server: lists of everything that is rendered, and its ConfigMaps one by one."""
    account(cluster, "drift", OURS)
    bind(cluster, DRIFT, "drift")
    reader = cluster.account("drift", OURS)
    rendered = {(item["apiVersion"], item["kind"]) for name in CLUSTERS for item in objects(name)}

    for api_version, kind in sorted(rendered - {("v1", "ConfigMap")}):
        reader.list(api_version, kind)
    for kind in ("Service", "Node"):
        reader.list("v1", kind)
    reader.list("apiextensions.k8s.io/v1", "CustomResourceDefinition")
    reader.list("coordination.k8s.io/v1", "Lease", OURS)
    for name in ("genlb-sysctl", "genlb-vip"):
        assert reader.get("v1", "ConfigMap", name, OURS)["metadata"]["name"] == name
    assert reader.get("v1", "ConfigMap", "kube-proxy", "kube-system")["data"].keys() > {"config.conf"}
    assert reader.get("v1", "Namespace", "kube-system")["metadata"]["uid"]  # by which a cluster is known


def answers(attempts: Mapping[str, Callable[[], object]]) -> dict[str, int]:
    """The status with which each attempt was refused; what succeeds is not in there."""
    refused = {}
    for what, attempt in attempts.items():
        try:
            attempt()
        except ApiError as error:
            refused[what] = error.status
    return refused


def test_the_drift_reader_with_its_token_is_turned_away(cluster: Client) -> None:
    account(cluster, "drift", OURS)
    bind(cluster, DRIFT, "drift")
    reader = cluster.account("drift", OURS)
    rendered = [item for item in objects(CLUSTER) if item["kind"] != "Namespace"]
    attempts: dict[str, Callable[[], object]] = {
        "read a Secret": lambda: reader.get("v1", "Secret", PASSWORD, CALICO),
        "list Secrets": lambda: reader.list("v1", "Secret"),
        "list Secrets of ours": lambda: reader.list("v1", "Secret", OURS),
        "list ConfigMaps": lambda: reader.list("v1", "ConfigMap", OURS),
        "read another ConfigMap": lambda: reader.get("v1", "ConfigMap", "kube-root-ca.crt", OURS),
        "read pods": lambda: reader.list("v1", "Pod"),
        "take a token": lambda: reader.token_of("genlb-vip", OURS),
        "claim": lambda: reader.create(lease("x", OURS)),
        "label a node": lambda: reader.patch(NODE, {"metadata": {"labels": {"a": "b"}}}),
        "run a pod": lambda: reader.create(POD),
    }
    for item in rendered:
        what = f"{item['kind']} {item['metadata']['name']}"
        attempts[f"apply {what}, dry"] = partial(reader.apply, item, dry_run=True)
        attempts[f"delete {what}"] = partial(reader.delete, item)

    assert answers(attempts) == dict.fromkeys(attempts, 403)


def test_the_drift_reader_is_bound_to_nobody(cluster: Client) -> None:
    bindings = [
        *cluster.list("rbac.authorization.k8s.io/v1", "ClusterRoleBinding"),
        *cluster.list("rbac.authorization.k8s.io/v1", "RoleBinding"),
    ]

    assert [item["metadata"]["name"] for item in bindings if item["roleRef"]["name"] == DRIFT] == []


def test_calico_node_reads_its_bgp_password_and_no_other_secret(cluster: Client) -> None:
    account(cluster, "calico-node", CALICO)
    calico = cluster.account("calico-node", CALICO)

    read = calico.get("v1", "Secret", PASSWORD, CALICO)

    assert read["metadata"]["name"] == PASSWORD
    for name, namespace in (("other", CALICO), (PASSWORD, OURS), (PASSWORD, THEIRS)):
        with pytest.raises(ApiError, match="403 Forbidden"):
            calico.get("v1", "Secret", name, namespace)
    for write in (calico.delete, calico.apply):
        with pytest.raises(ApiError, match="403 Forbidden"):
            write(secret(PASSWORD, CALICO))


def lease(name: str, namespace: str) -> Object:
    return {
        "apiVersion": "coordination.k8s.io/v1",
        "kind": "Lease",
        "metadata": {"name": name, "namespace": namespace},
        "spec": {"holderIdentity": "node-1"},
    }


def event(namespace: str, kind: str) -> Object:
    return {
        "apiVersion": "v1",
        "kind": "Event",
        "metadata": {"name": "genlb.1", "namespace": namespace},
        "involvedObject": {"apiVersion": "v1", "kind": kind, "name": "web", "namespace": namespace},
        "reason": "Bound",
        "type": "Normal",
    }


def bind(client: Client, role: str, name: str) -> None:
    client.create(
        {
            "apiVersion": "rbac.authorization.k8s.io/v1",
            "kind": "ClusterRoleBinding",
            "metadata": {"name": f"test-{role}"},
            "roleRef": {"apiGroup": "rbac.authorization.k8s.io", "kind": "ClusterRole", "name": role},
            "subjects": [{"kind": "ServiceAccount", "name": name, "namespace": OURS}],
        }
    )
    roles_are_known(client)


def roles_are_known(client: Client) -> None:
    """Wait until the server decides by what was written last: it knows roles and bindings by caches.

    Each cache follows in order, so whoever sees a mark in all four of them sees what was there before.
    """
    mark = f"mark-{uuid.uuid4()}"
    rule = {"apiGroups": [""], "resources": ["pods"], "verbs": ["get"]}
    group = "rbac.authorization.k8s.io"
    for kind, metadata, namespace in (
        ("Role", {"name": mark, "namespace": "default"}, "default"),
        ("ClusterRole", {"name": mark}, THEIRS),
    ):
        subject = {"apiGroup": group, "kind": "User", "name": f"{mark}-{kind}"}
        reference = {"apiGroup": group, "kind": kind, "name": mark}
        client.create({"apiVersion": f"{group}/v1", "kind": kind, "metadata": metadata, "rules": [rule]})
        binding = {"metadata": metadata, "roleRef": reference, "subjects": [subject]}
        client.create({"apiVersion": f"{group}/v1", "kind": f"{kind}Binding", **binding})
        attributes = {"verb": "get", "resource": "pods", "namespace": namespace}
        assert wait(partial(client.may, subject["name"], [], attributes))


def test_the_binder_works_with_its_own_token(cluster: Client) -> None:
    binder = cluster.account("genlb-vip", OURS)

    binder.list("v1", "Service")
    binder.list("v1", "Node")
    binder.list("discovery.k8s.io/v1", "EndpointSlice")
    claim = binder.create(lease("genlb-vip-node-1", OURS))
    claim = binder.update({**claim, "spec": {"holderIdentity": "node-2"}})
    assert binder.list("coordination.k8s.io/v1", "Lease", OURS)[0]["spec"] == claim["spec"]
    binder.delete(claim)
    binder.create(event(THEIRS, "Service"))
    binder.patch(event(THEIRS, "Service"), {"count": 2})


def test_the_sysctl_daemon_works_with_its_own_token(cluster: Client) -> None:
    daemon = cluster.account("genlb-sysctl", OURS)

    report = daemon.create(lease("genlb-report-sysctl-node-1", OURS))
    daemon.update({**report, "metadata": {**report["metadata"], "annotations": {"genlb.io/report": "{}"}}})
    assert daemon.get("coordination.k8s.io/v1", "Lease", "genlb-report-sysctl-node-1", OURS)["spec"] == report["spec"]
    daemon.create(event(OURS, "Pod"))
    daemon.patch(event(OURS, "Pod"), {"count": 2})


@pytest.mark.parametrize("name", EXPECTED)
def test_a_daemon_with_its_token_is_turned_away(cluster: Client, name: str) -> None:
    daemon = cluster.account(name, OURS)
    attempts: Mapping[str, Callable[[], object]] = {
        "read a Secret": lambda: daemon.get("v1", "Secret", PASSWORD, OURS),
        "list Secrets": lambda: daemon.list("v1", "Secret"),
        "read its own ConfigMap": lambda: daemon.get("v1", "ConfigMap", name, OURS),
        "claim elsewhere": lambda: daemon.create(lease("x", "kube-node-lease")),
        "change a Service": lambda: daemon.patch(SERVICE, {"spec": {"type": "NodePort"}}),
        "set a VIP": lambda: daemon.patch(SERVICE, {"status": {"loadBalancer": {}}}, subresource="status"),
        "label a node": lambda: daemon.patch(NODE, {"metadata": {"labels": {"a": "b"}}}),
        "run a pod": lambda: daemon.create(POD),
        "take a token": lambda: daemon.token_of(name, OURS),
    }

    assert answers(attempts) == dict.fromkeys(attempts, 403)


SERVICE = {"apiVersion": "v1", "kind": "Service", "metadata": {"name": "kubernetes", "namespace": "default"}}
NODE = {"apiVersion": "v1", "kind": "Node", "metadata": {"name": "node-1"}}
POD = {
    "apiVersion": "v1",
    "kind": "Pod",
    "metadata": {"name": "x", "namespace": OURS},
    "spec": {"containers": [{"name": "x", "image": "x"}]},
}


@pytest.mark.parametrize("name", CLUSTERS)
def test_no_example_gives_more_than_the_one_that_is_judged(api: Client, name: str) -> None:
    """The roles are the same everywhere, but for the Secret's name and whether there is one."""
    kinds = {"Role", "ClusterRole"}
    judged = {item["metadata"]["name"]: item["rules"] for item in objects(CLUSTER, "node") if item["kind"] in kinds}

    roles = {item["metadata"]["name"]: item["rules"] for item in objects(name, "node") if item["kind"] in kinds}

    assert {role: rules for role, rules in roles.items() if judged[role] != rules} == {}
    assert api.warnings == []
