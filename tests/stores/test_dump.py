"""Dumps of kubectl: what is in them, and what they cannot tell."""

from __future__ import annotations

import io
import json
from pathlib import Path
from typing import Any

import pytest

from genlb.drift.kinds import served
from genlb.drift.model import Live, Read
from genlb.errors import Undetermined
from genlb.manifest import ResourceKey
from genlb.stores.dump import dump_command, read_dump
from tests.api.repositories import write

PEERS = Read(("projectcalico.org/v3", "crd.projectcalico.org/v1"), "BGPPeer", "bgppeers")
POOLS = Read(("metallb.io/v1beta1",), "IPAddressPool", "ipaddresspools", "metallb-system")
CONFIG = Read(("v1",), "ConfigMap", "configmaps", "kube-system", "kube-proxy")
ADVERTISEMENTS = Read(("metallb.io/v1beta1",), "BGPAdvertisement", "bgpadvertisements", "metallb-system", optional=True)

PEER_KEY = ResourceKey("projectcalico.org", "BGPPeer", "", "tor-a")
POOL_KEY = ResourceKey("metallb.io", "IPAddressPool", "metallb-system", "public")


def an_object(api: str, kind: str, name: str, namespace: str = "", **metadata: Any) -> dict[str, Any]:
    place = {"namespace": namespace} if namespace else {}
    return {"apiVersion": api, "kind": kind, "metadata": {"name": name, **place, **metadata}}


PEER = an_object("projectcalico.org/v3", "BGPPeer", "tor-a", uid="1", managedFields=[{"manager": "genlb"}])
POOL = an_object("metallb.io/v1beta1", "IPAddressPool", "public", "metallb-system", uid="2")
PROXY = an_object("v1", "ConfigMap", "kube-proxy", "kube-system", uid="3")


def a_list(*items: dict[str, Any], api: str = "v1", kind: str = "List") -> str:
    return json.dumps({"apiVersion": api, "kind": kind, "metadata": {"resourceVersion": ""}, "items": items})


def read(tmp_path: Path, *texts: str, reads: tuple[Read, ...] = (PEERS, POOLS, CONFIG), complete: bool = False) -> Live:
    for index, text in enumerate(texts):
        write(tmp_path, f"dump-{index}.json", text)
    paths = [f"dump-{index}.json" for index in range(len(texts))]
    return read_dump(paths, reads, complete=complete, directory=str(tmp_path), command="kubectl get …")


def unchecked(live: Live) -> list[str]:
    return [one.what for one in live.not_checked]


def test_a_list_of_kubectl(tmp_path: Path) -> None:
    live = read(tmp_path, a_list(PEER, POOL, PROXY))

    assert live.objects == {
        PEER_KEY: PEER,
        POOL_KEY: POOL,
        ResourceKey("", "ConfigMap", "kube-system", "kube-proxy"): PROXY,
    }
    assert live.not_checked == ()


def test_several_files_and_documents(tmp_path: Path) -> None:
    live = read(tmp_path, f"{json.dumps(PEER)}\n---\n{json.dumps(POOL)}\n", json.dumps(PROXY))

    assert len(live.objects) == 3
    assert live.not_checked == ()


def test_a_folder(tmp_path: Path) -> None:
    write(tmp_path, "live/peers.json", a_list(PEER))
    write(tmp_path, "live/pools.yaml", json.dumps(POOL))

    assert set(read_dump(["live"], [PEERS, POOLS], complete=False, directory=str(tmp_path)).objects) == {
        PEER_KEY,
        POOL_KEY,
    }


def test_stdin(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(a_list(PEER).encode())))

    assert set(read_dump(["-"], [PEERS], complete=False).objects) == {PEER_KEY}


def test_stdin_is_read_once() -> None:
    with pytest.raises(Undetermined, match="only once"):
        read_dump(["-", "-"], [PEERS], complete=False)


def test_a_kind_that_is_not_in_the_dump_is_not_checked(tmp_path: Path) -> None:
    live = read(tmp_path, a_list(PEER, PROXY))

    assert unchecked(live) == ["ipaddresspools in metallb-system"]
    assert live.not_checked[0].cure == "kubectl get …"
    assert not live.covers(POOL_KEY)


def test_an_optional_kind_is_not_checked_either(tmp_path: Path) -> None:
    live = read(tmp_path, a_list(PEER), reads=(PEERS, ADVERTISEMENTS))

    assert unchecked(live) == ["bgpadvertisements in metallb-system"]


def test_an_empty_list_of_a_kind_says_that_there_is_none(tmp_path: Path) -> None:
    live = read(tmp_path, a_list(PEER, PROXY), a_list(api="metallb.io/v1beta1", kind="IPAddressPoolList"))

    assert live.not_checked == ()
    assert live.covers(POOL_KEY)


def test_an_empty_list_of_kubectl_says_nothing(tmp_path: Path) -> None:
    assert unchecked(read(tmp_path, a_list(), reads=(PEERS,))) == ["bgppeers"]


def test_another_object_of_a_kind_would_have_been_seen(tmp_path: Path) -> None:
    live = read(tmp_path, a_list(PEER, POOL, PROXY))

    assert live.covers(PEER_KEY._replace(name="tor-b"))
    assert live.covers(POOL_KEY._replace(name="dns"))


def test_other_namespaces_than_those_of_the_dump_were_not_looked_at(tmp_path: Path) -> None:
    reads = (CONFIG, CONFIG._replace(namespace="genlb-system", name="genlb-vip"))

    live = read(tmp_path, a_list(PROXY), reads=reads)

    assert unchecked(live) == ["ConfigMap genlb-vip in genlb-system"]
    assert not live.covers(ResourceKey("", "ConfigMap", "genlb-system", "genlb-vip"))


def test_a_list_of_several_namespaces_looked_at_all_of_them(tmp_path: Path) -> None:
    held = [
        an_object("apps/v1", "DaemonSet", "kube-proxy", "kube-system"),
        an_object("apps/v1", "Deployment", "controller", "metallb-system"),
    ]
    reads = (Read(("apps/v1",), "DaemonSet", "daemonsets"), Read(("apps/v1",), "Deployment", "deployments"))
    ours = ResourceKey("apps", "DaemonSet", "genlb-system", "genlb-vip")

    assert read(tmp_path, a_list(*held), reads=reads).covers(ours)
    assert not read(tmp_path, a_list(held[0]), a_list(held[1]), reads=reads).covers(ours)


def test_config_maps_are_dumped_one_by_one(tmp_path: Path) -> None:
    held = [PROXY, an_object("apps/v1", "DaemonSet", "genlb-vip", "genlb-system")]

    live = read(
        tmp_path, "\n---\n".join(map(json.dumps, held)), reads=(CONFIG, Read(("apps/v1",), "DaemonSet", "daemonsets"))
    )

    assert not live.covers(ResourceKey("", "ConfigMap", "genlb-system", "genlb-vip"))


def test_somebody_may_answer_for_a_dump(tmp_path: Path) -> None:
    live = read(tmp_path, a_list(), complete=True)

    assert live.not_checked == ()
    assert live.covers(POOL_KEY)
    assert live.covers(PEER_KEY)


def test_without_managed_fields_it_is_told(tmp_path: Path) -> None:
    assert read(tmp_path, a_list(PEER, POOL, PROXY)).managed_fields
    assert not read(tmp_path, a_list(POOL, PROXY)).managed_fields


def test_what_nobody_asked_for_is_not_kept(tmp_path: Path) -> None:
    secret = an_object("v1", "Secret", "bgp-secrets", "calico-system")

    assert set(read(tmp_path, a_list(PEER, secret)).objects) == {PEER_KEY}


def test_calico_in_both_groups_is_one_object(tmp_path: Path) -> None:
    stored = an_object("crd.projectcalico.org/v1", "BGPPeer", "tor-a", uid="9")

    assert read(tmp_path, a_list(stored, PEER)).objects == {PEER_KEY: PEER}
    assert read(tmp_path, a_list(PEER, stored)).objects == {PEER_KEY: PEER}


def test_the_same_object_twice_is_one(tmp_path: Path) -> None:
    assert read(tmp_path, a_list(PEER), a_list(PEER)).objects == {PEER_KEY: PEER}


def test_dumps_of_two_clusters_are_refused(tmp_path: Path) -> None:
    other = an_object("projectcalico.org/v3", "BGPPeer", "tor-a", uid="another")

    with pytest.raises(
        Undetermined, match=r"dump-1\.json: items\[0\]: BGPPeer tor-a stands in dump-0\.json: items\[0\]"
    ):
        read(tmp_path, a_list(PEER), a_list(other))


def test_a_dump_of_another_cluster_is_refused(tmp_path: Path) -> None:
    write(tmp_path, "dump.json", a_list(PEER, an_object("v1", "Namespace", "kube-system", uid="1111")))

    def of(uid: str) -> Live:
        return read_dump(["dump.json"], [PEERS], complete=True, directory=str(tmp_path), uid=uid)

    assert len(of("1111").objects) == len(of("").objects) == 1
    with pytest.raises(Undetermined, match=r"dump\.json: items\[1\]: this is another cluster"):
        of("2222")


def test_versions_are_told_by_images(tmp_path: Path) -> None:
    calico = an_object("apps/v1", "DaemonSet", "calico-node", "calico-system")
    calico["spec"] = {
        "template": {
            "spec": {"containers": [{"name": "calico-node", "image": "registry.example.com/calico/node:v3.32.1"}]}
        }
    }
    known = served("apps/v1", "DaemonSet", namespaced=True)

    live = read(tmp_path, a_list(calico), reads=(Read(known.apis, "DaemonSet", known.plural),))

    assert live.versions == ("", "3.32.1", "")


@pytest.mark.parametrize("containers", [None, {}, "x", [None], [{"image": 5}], [{"name": [], "image": {}}]])
def test_workloads_of_garbage_have_no_version(tmp_path: Path, containers: Any) -> None:
    broken = an_object("apps/v1", "DaemonSet", "calico-node", "calico-system")
    broken["spec"] = {"template": {"spec": {"containers": containers}}}

    live = read(tmp_path, a_list(broken), reads=(Read(("apps/v1",), "DaemonSet", "daemonsets"),))

    assert live.versions == ("", "", "")


def test_the_command_asks_for_everything_and_for_no_config_map_but_those() -> None:
    command = dump_command([PEERS, POOLS, ADVERTISEMENTS, CONFIG], "fra1-prod")

    assert command.splitlines()[0] == "mkdir -p live"
    assert (
        "bgppeers.v3.projectcalico.org ipaddresspools.v1beta1.metallb.io bgpadvertisements.v1beta1.metallb.io"
        in command
    )
    assert command.count("configmaps") == 2  # asked for by its name, and in the name of its file
    assert "kubectl --context fra1-prod -n kube-system get --show-managed-fields" in command


def test_the_command_is_safe_to_paste() -> None:
    assert "'$(reboot)'" in dump_command([PEERS], "$(reboot)")
