"""genlb's node daemons in a lab, as the rendered DaemonSets start them: their command lines, configuration and rights.

The spec of the lab goes through ``genlb render``; what that writes for the nodes is applied to the API server, and
what kubelet would do with a DaemonSet is done here: environment, ServiceAccount, ConfigMap, host folder. Only the place
of the ConfigMap differs, since nothing can be mounted where the machine has no folder.
"""

from __future__ import annotations

import http.client
import json
import shlex
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import yaml

from tests.kube.client import Client, Object
from tests.kube.control_plane import SERVICE_CIDRS
from tests.kube.ports import LOOPBACK
from tests.lab.host import Host, Program
from tests.lab.net import POD_CIDR, POD_CIDR6, TOR, TOR6, Lab
from tests.lab.proxy import get

ROOT = Path(__file__).resolve().parents[2]
CLUSTER = "rack"
PORTS = {"vip": 19_472, "sysctl": 19_471}

LEASE = {"leaseDuration": "6s", "renewInterval": "1s"}
"""Of the election; shorter than by default, as nothing in here depends on how long it is, but waits for it."""

_ACCOUNT = "/run/secrets/kubernetes.io/serviceaccount"
_STATE = "/var/lib"
_FIELDS = {"spec.nodeName": "name", "status.hostIP": "address", "metadata.name": "pod", "metadata.uid": "uid"}


def spec(mode: str) -> Object:
    """The spec that describes the lab: one pool that is routed, one that is on-link, both of both families."""
    return {
        "apiVersion": "genlb.io/v1alpha1",
        "kind": "Cluster",
        "metadata": {"name": CLUSTER},
        "spec": {
            "versions": {"kubernetes": "1.36", "calico": "3.32.1", "metallb": "0.16.1"},
            "network": {
                "podCIDRs": [POD_CIDR, POD_CIDR6],
                "serviceCIDRs": list(SERVICE_CIDRS),
                "nodeCIDRs": ["10.0.0.0/24", "fd00:20::/64"],
            },
            "bgp": {
                "asNumber": 64512,
                "racks": [{"name": "r1", "routers": [{"name": "tor", "asNumber": 65001, "addresses": [TOR, TOR6]}]}],
            },
            "pools": [
                {"name": "routed", "addresses": ["10.208.1.0/24", "fd00:208:1::/64"]},
                {"name": "onlink", "addresses": ["10.0.0.192/27", "fd00:20::200/120"], "autoAssign": False},
            ],
            "kubeProxy": {"mode": mode},
            "agents": {"image": {"repository": "registry.example/genlb", "tag": "v0", "digest": f"sha256:{'0' * 64}"}},
            "vipBinder": {"l2": {"interfaces": ["eth0"], **LEASE}},
        },
    }


def rendered(document: Object, repository: Path) -> dict[str, list[Object]]:
    """What ``genlb render`` writes, by unit, in the order in which it is applied."""
    cluster = repository / "clusters" / CLUSTER
    cluster.mkdir(parents=True)
    (cluster / "cluster.yaml").write_text(json.dumps(document))
    command = [sys.executable, "-m", "genlb", "-C", str(repository), "render", CLUSTER]
    result = subprocess.run(command, capture_output=True, text=True, check=False, cwd=ROOT)
    assert result.returncode == 0, result.stderr
    return {
        listing.parent.name: [
            yaml.safe_load((listing.parent / name).read_text())
            for name in yaml.safe_load(listing.read_text())["resources"]
        ]
        for listing in (cluster / "rendered").glob("*/kustomization.yaml")
    }


class Kubelet:
    """Starts the containers of rendered DaemonSets on the nodes of a lab, whose kube-proxies have brought the API."""

    def __init__(
        self, lab: Lab, api: Client, manifests: list[Object], folder: Path, *, changed: Mapping[str, Any] | None = None
    ) -> None:
        """``changed`` are keys of every agent.json that no spec can change: times that a test has no time for."""
        self._lab, self._api, self._folder = lab, api, folder
        self._sets = {item["metadata"]["name"]: item for item in manifests if item["kind"] == "DaemonSet"}
        self._configs = {item["metadata"]["name"]: item["data"] for item in manifests if item["kind"] == "ConfigMap"}
        self._changed = changed or {}
        self._numbers = iter(range(10_000))
        for item in manifests:
            if item["kind"] != "DaemonSet":
                api.apply(item)
        for node in lab.nodes:
            give_room(node)

    def start(self, daemon: str, node: str, *flags: str, **variables: str) -> Program:
        """Start the container of DaemonSet ``genlb-<daemon>`` on a node.

        ``flags`` come last on its command line, ``variables`` into its environment.
        """
        manifest = self._sets[f"genlb-{daemon}"]
        pod = manifest["spec"]["template"]["spec"]
        (container,) = pod["containers"]
        folder = self._folder / f"{daemon}-{node}-{next(self._numbers)}"
        places = self._provide(pod, container, folder)
        words = [_moved(word, places) for word in (*container["command"], *container["args"], *flags)]
        command = [sys.executable, "-W", "error", "-m", "genlb", *words[1:]]
        assert words[0] == "genlb"
        account = f"mount --bind {shlex.quote(str(folder / 'account'))} {_ACCOUNT} && exec {shlex.join(command)}"
        return self._lab.hosts[node].start(
            *("unshare", "--mount", "sh", "-c", account),
            log=folder / "log",
            environment={
                **self._environment(container, node, f"genlb-{daemon}-{node}"),
                "KUBERNETES_SERVICE_HOST": LOOPBACK,
                "KUBERNETES_SERVICE_PORT": self._api.server.rpartition(":")[2],
                "PYTHONPATH": str(ROOT),
                **variables,
            },
        )

    def ready(self, daemon: str, node: str) -> bool:
        """Whether the container's readiness probe succeeds."""
        answer = get(self._lab.hosts[node], PORTS[daemon], "/readyz")
        return answer is not None and answer[0] == http.client.OK

    def _provide(self, pod: Object, container: Object, folder: Path) -> dict[str, str]:
        """The ServiceAccount and the ConfigMaps of a pod as files; where the latter are instead of where they were."""
        account = folder / "account"
        account.mkdir(parents=True)
        namespace = "genlb-system"
        (account / "token").write_text(self._api.token_of(pod["serviceAccountName"], namespace))
        (account / "namespace").write_text(namespace)
        (account / "ca.crt").write_bytes(self._api.authority.read_bytes())
        maps = {volume["name"]: volume["configMap"]["name"] for volume in pod["volumes"] if "configMap" in volume}
        places = {}
        for mount in container["volumeMounts"]:
            if mount["name"] in maps:
                place = folder / mount["name"]
                place.mkdir()
                for name, text in self._configs[maps[mount["name"]]].items():
                    (place / name).write_text(json.dumps(json.loads(text) | self._changed_of(text)))
                places[mount["mountPath"]] = str(place)
        return places

    def _changed_of(self, text: str) -> Mapping[str, Any]:
        """What of the changes this agent.json has."""
        return {key: value for key, value in self._changed.items() if key in json.loads(text)}

    def _environment(self, container: Object, node: str, pod: str) -> dict[str, str]:
        known = {"name": node, "address": self._lab.addresses(node)[0], "pod": pod, "uid": f"00000000-{node}"}
        return {
            entry["name"]: known[_FIELDS[entry["valueFrom"]["fieldRef"]["fieldPath"]]] for entry in container["env"]
        }


def give_room(node: Host) -> None:
    """Make the folders that a node has for its pods."""
    node.check("mount", "-t", "tmpfs", "tmpfs", _STATE)
    node.check("mkdir", "-p", _ACCOUNT, f"{_STATE}/genlb")


def _moved(word: str, places: Mapping[str, str]) -> str:
    for old, new in places.items():
        if word == old or word.startswith(f"{old}/"):
            return new + word[len(old) :]
    return word
