"""The real kube-proxy takes every rendered config.conf to the letter, and runs in the mode that it asks for."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.apiserver.rendered import CLUSTERS, objects, of_kind, render
from tests.kube.client import Client
from tests.kube.control_plane import ControlPlane
from tests.kube.netns import NetworkNamespace, UnavailableError
from tests.kube.process import Process, wait

NAME = "kube-proxy"
MERGED = [cluster for cluster in CLUSTERS if of_kind(objects(cluster, "node"), "ConfigMap", NAME)]
MODES = ("iptables", "ipvs", "nftables")
IPTABLES = ("iptables", "ip6tables", "iptables-restore", "ip6tables-restore")
NEEDS = {"iptables": IPTABLES, "ipvs": IPTABLES, "nftables": ("nft",)}
WHERE_TOOLS_ARE = os.pathsep.join(filter(None, (os.environ.get("PATH"), "/usr/sbin", "/sbin")))
"""Debian leaves out the folders of root's tools for everybody else."""
METRICS_PORT = 10_249
NODE = {"apiVersion": "v1", "kind": "Node", "metadata": {"name": "node-1"}}
NODE_STATUS = {"status": {"addresses": [{"type": "InternalIP", "address": "192.0.2.10"}]}}
OF_A_NODE: dict[str, Any] = {
    "hostnameOverride": "node-1",
    "conntrack": {"maxPerCore": 0, "min": 0, "tcpEstablishedTimeout": "0s", "tcpCloseWaitTimeout": "0s"},
}
"""What kubeadm leaves to each node, and what a namespace may not set: limits of the whole machine."""


@pytest.fixture(scope="module", params=[*MERGED, *MODES])
def config(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> str:
    """The config.conf of each example that has one, and of one example in every mode."""
    if request.param in MERGED:
        return config_conf(objects(request.param, "node"))
    change = {"kubeProxy": {"mode": request.param, "strictARP": request.param == "ipvs"}, "bgp": {"dataplane": None}}
    folder = render(MERGED[0], change, tmp_path_factory.mktemp(request.param))
    return config_conf(objects(MERGED[0], "node", folder=folder))


def config_conf(manifests: list[dict[str, Any]]) -> str:
    (config_map,) = of_kind(manifests, "ConfigMap", NAME)
    text: str = config_map["data"]["config.conf"]
    return text


def read_by_kube_proxy(program: Path, text: str, folder: Path) -> tuple[dict[str, Any], str]:
    """The configuration as kube-proxy understood it, with its defaults, and what it said meanwhile."""
    given, understood = folder / "config.conf", folder / "understood.yaml"
    given.write_text(text)
    command: list[str | Path] = [program, f"--config={given}", f"--write-config-to={understood}"]
    result = subprocess.run(command, capture_output=True, text=True, check=True)
    return yaml.safe_load(understood.read_text()), result.stderr


def settings(config: dict[str, Any], path: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], Any]]:
    """Everything that a configuration says; a zero says nothing, it asks for the default."""
    for key, value in config.items():
        if isinstance(value, dict):
            yield from settings(value, (*path, key))
        elif value not in (None, "", "0s", 0):
            yield (*path, key), value


def test_there_is_an_example_whose_kube_proxy_is_configured() -> None:
    assert MERGED != []


def test_no_field_is_lost_or_misunderstood(kube_program: Callable[[str], Path], config: str, tmp_path: Path) -> None:
    understood, said = read_by_kube_proxy(kube_program(NAME), config, tmp_path)

    wanted = dict(settings(yaml.safe_load(config)))
    assert {path: value for path, value in settings(understood) if path in wanted} == wanted
    assert [line for line in said.splitlines() if "Wrote configuration" not in line] == []


def test_a_misspelt_field_would_be_told(kube_program: Callable[[str], Path], tmp_path: Path) -> None:
    misspelt = config_conf(objects(MERGED[0], "node")).replace("strictARP", "strictArp")

    _, said = read_by_kube_proxy(kube_program(NAME), misspelt, tmp_path)

    assert 'Using lenient decoding as strict decoding failed" err="strict decoding error: unknown field' in said


def test_it_runs_in_the_mode_that_it_asks_for(
    control_plane: ControlPlane, api: Client, kube_program: Callable[[str], Path], config: str, tmp_path: Path
) -> None:
    wanted = yaml.safe_load(config)
    if missing := [tool for tool in NEEDS[wanted["mode"]] if shutil.which(tool, path=WHERE_TOOLS_ARE) is None]:
        pytest.skip(f"{', '.join(missing)} missing: `sudo apt install iptables nftables` gets it")
    api.create(NODE)
    api.patch(NODE, NODE_STATUS, subresource="status")
    file = tmp_path / "config.conf"
    connection = {**wanted["clientConnection"], "kubeconfig": str(control_plane.kubeconfig)}
    file.write_text(yaml.safe_dump({**wanted, **OF_A_NODE, "clientConnection": connection}))
    log = tmp_path / "kube-proxy.log"

    with namespace() as inside:
        inside.forward(int(api.server.rpartition(":")[2]))
        command = inside.command([kube_program(NAME), f"--config={file}"])
        with Process(NAME, command, log=log, variables={"PATH": WHERE_TOOLS_ARE}) as running:
            if wanted["mode"] == "ipvs":
                wait(lambda: is_about_ipvs(running.output) or not running.alive)
                assert is_about_ipvs(running.output), running.output
            else:
                running.wait_until(lambda: inside.get(METRICS_PORT, "/proxyMode") is not None, "serving")
                assert inside.get(METRICS_PORT, "/proxyMode") == wanted["mode"]
                assert f'"mode":"{wanted["mode"]}"' in str(inside.get(METRICS_PORT, "/configz"))


def namespace() -> NetworkNamespace:
    """A namespace for kube-proxy; the test ends where this user gets none."""
    try:
        return NetworkNamespace()
    except UnavailableError as error:
        pytest.skip(f"no network namespace: {error}")


def is_about_ipvs(said: str) -> bool:
    """Whether kube-proxy chose ipvs: it warns of its end, or the kernel here has none and that ends it."""
    return "ipvs proxier has been deprecated" in said or "can't use the IPVS proxier" in said
