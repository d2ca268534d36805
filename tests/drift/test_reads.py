"""The requests: few, none per object, and everything that is compared is asked for."""

from __future__ import annotations

from genlb.drift.kinds import served
from genlb.drift.model import Desired, Live, Read
from genlb.drift.reads import follow_ups, reads_for
from genlb.manifest import Manifest
from genlb.resources import template
from genlb.yamltext import load
from tests.builders import a_cluster, a_full_cluster
from tests.drift.objects import CONFIG_MAP, DEPLOYMENT, PEER, ROLE, WIDGET, change, desired_of, identity
from tests.drift.test_laws import ROOT


def example(name: str = "fra1-prod") -> Desired:
    files = sorted((ROOT / "clusters" / name / "rendered").glob("*/*.yaml"))
    return desired_of(*(load(file.read_bytes(), file.name) for file in files if file.name != "kustomization.yaml"))


def asks_for(read: Read, key_manifest: Manifest) -> bool:
    key = identity(key_manifest)
    return (
        read.kind == key.kind
        and any(api.rpartition("/")[0] == key.group for api in read.apis)
        and read.namespace in ("", key.namespace)
        and read.name in ("", key.name)
    )


def test_a_cluster_takes_less_than_twenty_five_requests_whatever_it_holds() -> None:
    many = [change(PEER, metadata__name=f"tor-{number}") for number in range(200)]

    assert len(reads_for(example(), a_full_cluster(), nodes=True)) + 2 <= 25  # beside them: its uid, its version
    assert len(reads_for(desired_of(*many), a_full_cluster())) == len(reads_for(desired_of(), a_full_cluster()))


def test_every_object_of_the_example_is_asked_for() -> None:
    desired = example()
    for reads in (reads_for(desired, a_full_cluster()), reads_for(desired, None)):
        for wanted in desired.objects.values():
            assert any(asks_for(read, wanted.manifest) for read in reads), wanted.manifest["metadata"]


def test_the_rendered_role_allows_every_request() -> None:
    rules = load(template("clusterrole-drift-reader.yaml"), "role")["rules"]
    for read in reads_for(example(), a_full_cluster(), nodes=True):
        verb = "get" if read.name else "list"
        groups = {api.rpartition("/")[0] for api in read.apis}
        for group in groups:
            assert any(
                group in rule["apiGroups"]
                and read.plural in rule["resources"]
                and verb in rule["verbs"]
                and (not rule.get("resourceNames") or read.name in rule["resourceNames"])
                for rule in rules
            ), read


def test_no_secret_is_ever_listed() -> None:
    secrets = [{"apiVersion": "v1", "kind": "Secret", "metadata": {"name": name, "namespace": "a"}} for name in "abc"]

    assert [read.name for read in reads_for(desired_of(*secrets), None)] == ["a", "b", "c"]


def test_calico_is_asked_for_under_both_groups() -> None:
    (read,) = reads_for(desired_of(PEER), None)

    assert read.apis == ("projectcalico.org/v3", "crd.projectcalico.org/v1")


def test_plain_manifests_are_asked_for_by_name_or_as_a_list() -> None:
    second = change(WIDGET, metadata__name="two")

    reads = reads_for(desired_of(CONFIG_MAP, DEPLOYMENT, WIDGET, second), None)
    assert [str(read) for read in reads] == [
        "ConfigMap settings in shop",
        "Deployment web in shop",
        "widgets in shop",
    ]


def test_unknown_kinds_get_an_english_plural() -> None:
    assert [
        served("x.example/v1", kind, namespaced=True).plural
        for kind in ("Policy", "Gateway", "Ingress", "Box", "Widget")
    ] == ["policies", "gateways", "ingresses", "boxes", "widgets"]


def test_the_api_of_the_manifest_is_asked_first() -> None:
    manifest = {"apiVersion": "metallb.io/v1beta1", "kind": "BGPPeer", "metadata": {"name": "a", "namespace": "m"}}

    assert reads_for(desired_of(manifest), None)[0].apis == ("metallb.io/v1beta1", "metallb.io/v1beta2")


def test_an_object_without_its_labels_is_asked_for_by_name() -> None:
    desired = desired_of(ROLE)
    reads = reads_for(desired, a_cluster())
    nothing = Live(objects={}, listed=frozenset(), looked_for=frozenset())

    assert [str(read) for read in follow_ups(reads, desired, nothing)] == ["Role reader in shop"]
    assert (
        follow_ups(reads, desired, Live(objects={identity(ROLE): ROLE}, listed=frozenset(), looked_for=frozenset()))
        == ()
    )
