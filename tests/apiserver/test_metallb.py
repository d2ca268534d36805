"""MetalLB's real controller takes every rendered pool and allocates as the spec says; what re-addresses Services does.

No speaker runs, as in the clusters that genlb is for: the controller gives addresses, nobody announces them.
"""

from __future__ import annotations

import ipaddress
import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest

from tests.apiserver.rendered import CLUSTERS, FOLDER, objects, of_kind, read, render
from tests.apiserver.surroundings import prepare
from tests.kube.client import Client, Object
from tests.kube.control_plane import ControlPlane
from tests.kube.controllers import METALLB_NAMESPACE, metallb
from tests.kube.process import Process, wait

POOL = ("metallb.io/v1beta1", "IPAddressPool")
CLUSTER = "fra1-prod"  # public: by name only; internal: for all; dns: for one namespace; buggy addresses avoided
DNS = "dns-system"
BOTH = "RequireDualStack"
ABOUT_ITSELF = ("the object has been modified", 'configurationstates.metallb.io "controller" not found')
"""What the controller logs as an error while it writes its own ConfigurationState, and does again."""


@pytest.fixture
def controller(control_plane: ControlPlane, api: Client, kube_program: Callable[[str], Path]) -> Iterator[Process]:
    """MetalLB's controller on a prepared cluster, with no pool yet."""
    kube_program("metallb-controller")
    prepare(api)
    with metallb(control_plane) as process:
        yield process


@pytest.fixture
def fra1(controller: Process, api: Client) -> Client:
    """The controller with the pools of one example."""
    apply_pools(api, pools(CLUSTER))
    configured(api, controller)
    return api


def pools(cluster: str, folder: Path = FOLDER) -> list[Object]:
    return of_kind(objects(cluster, "routing", folder=folder), "IPAddressPool")


def apply_pools(api: Client, manifests: Sequence[Object]) -> None:
    for manifest in manifests:
        api.apply(manifest, manager="kustomize-controller", force=True)


def configured(api: Client, controller: Process) -> None:
    """Wait until the controller says that it uses the pools, all of them, and is content."""

    def counted() -> bool:
        state = api.find("metallb.io/v1beta1", "ConfigurationState", "controller", METALLB_NAMESPACE) or {}
        known = all("availableIPv4" in pool.get("status", {}) for pool in api.list(*POOL))
        return known and state.get("status", {}).get("result") == "Valid"

    controller.wait_until(counted, "content with its configuration")


def service(
    api: Client, name: str, namespace: str = "default", *, pool: str = "", wanted: str = "", families: str = ""
) -> Object:
    """A Service of type LoadBalancer that asks for a pool, for addresses, or for both families."""
    asked = {"metallb.io/address-pool": pool, "metallb.io/loadBalancerIPs": wanted}
    spec = {"type": "LoadBalancer", "ports": [{"port": 80}], "ipFamilyPolicy": families or "SingleStack"}
    return api.create(
        {
            "apiVersion": "v1",
            "kind": "Service",
            "metadata": {
                "name": name,
                "namespace": namespace,
                "annotations": {key: value for key, value in asked.items() if value},
            },
            "spec": spec,
        }
    )


def addresses(api: Client, manifest: Object) -> list[str]:
    """What the Service has now."""
    status = api.live(manifest)["status"].get("loadBalancer", {})
    return [entry["ip"] for entry in status.get("ingress", ())]


def allocated(api: Client, manifest: Object) -> list[str]:
    """What the Service was given."""
    assert wait(lambda: addresses(api, manifest) != []), events(api, manifest)
    return addresses(api, manifest)


def events(api: Client, manifest: Object) -> Mapping[str, str]:
    """The reasons of the Events about a Service, each with its last words."""
    name, namespace = manifest["metadata"]["name"], manifest["metadata"]["namespace"]
    about = [event for event in api.list("v1", "Event", namespace) if event["involvedObject"]["name"] == name]
    return {event["reason"]: event["message"] for event in about}


def refused(api: Client, manifest: Object) -> str:
    """Why the Service was given nothing."""
    assert wait(lambda: "AllocationFailed" in events(api, manifest)), addresses(api, manifest)
    assert addresses(api, manifest) == []
    return events(api, manifest)["AllocationFailed"]


def inside(address: str, pool: Mapping[str, Any]) -> bool:
    """Whether ``address`` lies in what people wrote into the pool of their spec."""
    wanted = ipaddress.ip_address(address)
    for text in pool["addresses"]:
        first, _, last = text.partition("-")
        if last:
            low, high = ipaddress.ip_address(first.strip()), ipaddress.ip_address(last.strip())
        else:
            network = ipaddress.ip_network(text)
            low, high = network[0], network[-1]
        if low.version == wanted.version and int(low) <= int(wanted) <= int(high):
            return True
    return False


@pytest.mark.parametrize("cluster", CLUSTERS)
def test_every_pool_is_taken_and_gives_addresses_of_its_own(controller: Process, api: Client, cluster: str) -> None:
    written = {pool["name"]: pool for pool in read(FOLDER / cluster / "cluster.yaml")["spec"]["pools"]}

    apply_pools(api, pools(cluster))
    configured(api, controller)

    given = {}
    for name, pool in written.items():
        dual = len({":" in text for text in pool["addresses"]}) == len((4, 6))
        namespace = pool.get("allocateTo", {}).get("namespaces", ["default"])[0]
        manifest = service(api, f"from-{name}", namespace, pool=name, families=BOTH if dual else "")
        given[name] = allocated(api, manifest)
        assert len(given[name]) == 1 + dual
    assert [
        (name, address) for name, found in given.items() for address in found if not inside(address, written[name])
    ] == []
    assert complaints(controller) == []


def complaints(controller: Process) -> list[str]:
    """Errors in the controller's log."""
    lines = [json.loads(line) for line in controller.output.splitlines() if line.startswith("{")]
    errors = [str(line) for line in lines if line.get("level") == "error"]
    return [line for line in errors if not any(words in line for words in ABOUT_ITSELF)]


def test_a_pool_that_metallb_refuses_would_be_told(controller: Process, api: Client) -> None:
    """The control of the test above: ConfigurationState does say when a pool is wrong."""
    (pool, *_) = pools(CLUSTER)
    apply_pools(api, [{**pool, "spec": {"addresses": ["10.0.0.9-10.0.0.1"]}}])

    def invalid() -> bool:
        state = api.find("metallb.io/v1beta1", "ConfigurationState", "controller", METALLB_NAMESPACE) or {}
        return bool(state.get("status", {}).get("result") == "Invalid")

    controller.wait_until(invalid, "refusing its configuration")
    assert complaints(controller) != []


def test_a_pool_without_auto_assign_gives_only_when_it_is_named(fra1: Client) -> None:
    unnamed = allocated(fra1, service(fra1, "unnamed", families=BOTH))
    named = allocated(fra1, service(fra1, "named", pool="public", families=BOTH))

    assert unnamed == ["10.208.2.1", "fd00:10:208:2::"]
    assert named == ["10.208.1.1", "fd00:10:208:1::"]


def test_addresses_that_confuse_old_routers_are_left_out_where_the_spec_says_so(fra1: Client) -> None:
    first = allocated(fra1, service(fra1, "first", pool="public"))
    zero = refused(fra1, service(fra1, "zero", pool="public", wanted="10.208.1.0"))
    last = refused(fra1, service(fra1, "last", pool="public", wanted="10.208.1.255"))
    allowed = allocated(fra1, service(fra1, "dns", DNS, pool="dns", wanted="10.208.3.0"))

    assert first == ["10.208.1.1"]
    assert "10.208.1.0" in zero
    assert "10.208.1.255" in last
    assert allowed == ["10.208.3.0"]  # this pool does not avoid them


def test_a_pool_for_a_namespace_comes_first_there_and_never_elsewhere(fra1: Client) -> None:
    there = allocated(fra1, service(fra1, "there", DNS))
    elsewhere = allocated(fra1, service(fra1, "elsewhere"))
    why = refused(fra1, service(fra1, "asks", pool="dns"))

    assert there == ["10.208.3.0"]
    assert elsewhere == ["10.208.2.1"]
    assert "dns" in why


def test_of_two_pools_for_a_namespace_the_lower_priority_number_wins(
    controller: Process, api: Client, tmp_path: Path
) -> None:
    change = [
        {"name": "second", "addresses": ["10.210.1.0/24"], "allocateTo": {"priority": 20, "namespaces": [DNS]}},
        {"name": "first", "addresses": ["10.210.2.0/24"], "allocateTo": {"priority": 10, "namespaces": [DNS]}},
    ]
    apply_pools(api, pools("lab1", render("lab1", {"pools": change}, tmp_path)))
    configured(api, controller)

    assert allocated(api, service(api, "a", DNS)) == ["10.210.2.0"]


def test_a_pool_that_shrinks_gives_its_services_other_addresses_at_once(
    controller: Process, api: Client, tmp_path: Path
) -> None:
    """Nothing protects an address in use: what genlb's rules about change and ``reconcile`` warn of is real."""
    apply_pools(api, pools("lab1"))
    configured(api, controller)
    manifest = service(api, "web")
    assert allocated(api, manifest) == ["10.210.1.0"]

    change = {"pools": [{"name": "public", "addresses": ["10.210.1.128/25"]}]}
    apply_pools(api, pools("lab1", render("lab1", change, tmp_path)))

    assert wait(lambda: addresses(api, manifest) == ["10.210.1.128"]), addresses(api, manifest)
    assert "ClearAssignment" in events(api, manifest)


def test_a_pool_that_grows_leaves_every_service_its_address(controller: Process, api: Client, tmp_path: Path) -> None:
    apply_pools(api, pools("lab1"))
    configured(api, controller)
    manifest = service(api, "web")
    before = allocated(api, manifest)

    change = {"pools": [{"name": "public", "addresses": ["10.210.1.0/24", "10.210.2.0/24"]}]}
    apply_pools(api, pools("lab1", render("lab1", change, tmp_path)))
    later = service(api, "later", wanted="10.210.2.7")

    assert allocated(api, later) == ["10.210.2.7"]  # the larger pool is in use
    assert addresses(api, manifest) == before
    assert "ClearAssignment" not in events(api, manifest)


def test_without_its_last_pool_every_service_loses_its_address(controller: Process, api: Client) -> None:
    (pool,) = pools("lab1")
    apply_pools(api, [pool])
    configured(api, controller)
    manifests = [service(api, name) for name in ("a", "b")]
    assert [allocated(api, manifest) for manifest in manifests] != [[], []]

    api.delete(pool)

    assert wait(lambda: [addresses(api, manifest) for manifest in manifests] == [[], []])
