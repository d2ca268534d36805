"""What holds for both node daemons alike."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from typing import Any, NamedTuple

import pytest

from genlb.errors import InvalidInput
from genlb.manifest import Manifest
from genlb.render.context import Context
from genlb.render.sysctl import sysctl_config_maps, sysctl_daemon_sets
from genlb.render.vip import vip_config_maps, vip_daemon_sets
from genlb.spec import model
from genlb.spec.model import DaemonState
from tests.builders import a_cluster
from tests.render.skeletons import a_node_context


class Daemon(NamedTuple):
    component: str
    section: str
    port: int
    farewell: str
    config_maps: Callable[[Context], list[Manifest]]
    daemon_sets: Callable[[Context], list[Manifest]]


DAEMONS = (
    Daemon("sysctl", "sysctls", 19471, "--restore", sysctl_config_maps, sysctl_daemon_sets),
    Daemon("vip", "vip_binder", 19472, "--cleanup", vip_config_maps, vip_daemon_sets),
)

pytestmark = pytest.mark.parametrize("daemon", DAEMONS, ids=[daemon.component for daemon in DAEMONS])


def daemon_set(daemon: Daemon, cluster: model.Cluster | None = None) -> Manifest:
    [manifest] = daemon.daemon_sets(a_node_context(cluster))
    return manifest


def pod(daemon: Daemon, cluster: model.Cluster | None = None) -> Manifest:
    spec: Manifest = daemon_set(daemon, cluster)["spec"]["template"]["spec"]
    return spec


def container(daemon: Daemon, cluster: model.Cluster | None = None) -> Manifest:
    [only] = pod(daemon, cluster)["containers"]
    found: Manifest = only
    return found


def in_state(daemon: Daemon, state: DaemonState) -> model.Cluster:
    changes: dict[str, Any] = {daemon.section: {"state": state}}
    return a_cluster(**changes)


def agents(**changes: Any) -> model.Cluster:
    return a_cluster(agents=changes)


def test_the_daemon_set_carries_name_namespace_and_labels(daemon: Daemon) -> None:
    manifest = daemon_set(daemon)
    labels = a_node_context().labels(daemon.component)

    assert (manifest["apiVersion"], manifest["kind"]) == ("apps/v1", "DaemonSet")
    assert manifest["metadata"] == {"name": f"genlb-{daemon.component}", "namespace": "genlb-system", "labels": labels}
    assert manifest["spec"]["template"]["metadata"]["labels"] == labels


def test_the_selector_is_exactly_two_labels_since_nobody_can_change_it_later(daemon: Daemon) -> None:
    assert daemon_set(daemon)["spec"]["selector"] == {
        "matchLabels": {"app.kubernetes.io/name": "genlb", "app.kubernetes.io/component": daemon.component}
    }


def test_it_rolls_one_node_at_a_time(daemon: Daemon) -> None:
    spec = daemon_set(daemon)["spec"]

    assert spec["updateStrategy"] == {"type": "RollingUpdate", "rollingUpdate": {"maxUnavailable": 1}}
    assert spec["minReadySeconds"] >= 5


def test_the_pod_shares_the_nodes_network_and_outlives_others(daemon: Daemon) -> None:
    spec = pod(daemon)

    assert spec["hostNetwork"] is True
    assert spec["dnsPolicy"] == "ClusterFirstWithHostNet"
    assert spec["priorityClassName"] == "system-node-critical"
    assert spec["securityContext"] == {"seccompProfile": {"type": "RuntimeDefault"}}
    assert "hostPID" not in spec
    assert "hostIPC" not in spec


def test_the_pod_asks_for_the_token_of_its_own_account(daemon: Daemon) -> None:
    spec = pod(daemon)

    assert spec["serviceAccountName"] == f"genlb-{daemon.component}"
    assert spec["automountServiceAccountToken"] is True


def test_it_runs_everywhere_on_linux_by_default(daemon: Daemon) -> None:
    spec = pod(daemon)

    assert spec["nodeSelector"] == {"kubernetes.io/os": "linux"}
    assert spec["tolerations"] == [{"operator": "Exists"}]
    assert "imagePullSecrets" not in spec


def test_the_spec_decides_where_it_runs_and_how_the_image_is_pulled(daemon: Daemon) -> None:
    cluster = agents(
        node_selector={"node-role": "edge", "kubernetes.io/os": "linux"},
        tolerations=(
            model.Toleration(
                key="edge",
                operator=model.TolerationOperator.EQUAL,
                value="yes",
                effect=model.TaintEffect.NO_EXECUTE,
                toleration_seconds=0,
            ),
        ),
        image_pull_secrets=(model.LocalObject(name="registry"),),
        image=model.Image(repository="registry.example.com:5000/genlb", tag="v1", digest="sha256:" + "a" * 64),
    )

    spec = pod(daemon, cluster)

    assert list(spec["nodeSelector"].items()) == [("kubernetes.io/os", "linux"), ("node-role", "edge")]
    assert spec["tolerations"] == [
        {"key": "edge", "operator": "Equal", "value": "yes", "effect": "NoExecute", "tolerationSeconds": 0}
    ]
    assert spec["imagePullSecrets"] == [{"name": "registry"}]
    assert spec["containers"][0]["image"] == f"registry.example.com:5000/genlb:v1@sha256:{'a' * 64}"


def test_empty_lists_of_the_spec_leave_no_empty_field(daemon: Daemon) -> None:
    spec = pod(daemon, agents(node_selector={}, tolerations=()))

    assert {"nodeSelector", "tolerations", "imagePullSecrets"} & set(spec) == set()


def test_a_restart_does_not_depend_on_the_registry(daemon: Daemon) -> None:
    assert container(daemon)["imagePullPolicy"] == "IfNotPresent"


def test_without_an_image_there_is_no_daemon_set_but_a_finding(daemon: Daemon) -> None:
    with pytest.raises(InvalidInput, match=r"clusters/fra1-prod/cluster\.yaml:1:1: GLB104: agents\.image is required"):
        daemon_set(daemon, agents(image=None))


def test_the_command_is_the_agent_with_its_mounted_file(daemon: Daemon) -> None:
    only = container(daemon)

    assert only["name"] == daemon.component
    assert only["command"] == ["genlb"]
    assert only["args"] == ["agent", daemon.component, "--config", "/etc/genlb/agent.json"]
    assert {"name": "config", "configMap": {"name": f"genlb-{daemon.component}"}} in pod(daemon)["volumes"]
    assert {"name": "config", "mountPath": "/etc/genlb", "readOnly": True} in only["volumeMounts"]


def test_its_memory_lies_on_the_node(daemon: Daemon) -> None:
    volumes = {volume["name"]: volume for volume in pod(daemon)["volumes"]}

    assert volumes["state"]["hostPath"] == {"path": "/var/lib/genlb", "type": "DirectoryOrCreate"}
    assert {"name": "state", "mountPath": "/var/lib/genlb"} in container(daemon)["volumeMounts"]


def test_it_learns_who_and_where_it_is(daemon: Daemon) -> None:
    env = {item["name"]: item["valueFrom"]["fieldRef"]["fieldPath"] for item in container(daemon)["env"]}

    assert env == {
        "NODE_NAME": "spec.nodeName",
        "NODE_IP": "status.hostIP",
        "POD_NAME": "metadata.name",
        "POD_UID": "metadata.uid",
    }


def test_probes_ask_the_port_of_agent_json_on_loopback(daemon: Daemon) -> None:
    only = container(daemon)

    probes = {name: only[name]["httpGet"] for name in ("startupProbe", "livenessProbe", "readinessProbe")}

    health = {"host": "127.0.0.1", "path": "/healthz", "port": daemon.port, "scheme": "HTTP"}
    assert probes == {"startupProbe": health, "livenessProbe": health, "readinessProbe": {**health, "path": "/readyz"}}
    assert only["ports"] == [{"name": "http", "containerPort": daemon.port, "hostPort": daemon.port, "protocol": "TCP"}]
    assert agent_json(daemon)["http"] == {"addresses": ["Loopback", "NodeIP"], "port": daemon.port}


def test_resources_are_those_of_the_spec_in_canonical_spelling(daemon: Daemon) -> None:
    resources = model.Resources(requests={"memory": "1024Mi", "cpu": "0.25"}, limits={"memory": "1.5Gi"})
    cluster = agents(resources={daemon.component: resources})

    written = container(daemon, cluster)["resources"]

    assert written == {"requests": {"cpu": "250m", "memory": "1Gi"}, "limits": {"memory": "1536Mi"}}
    assert list(written["requests"]) == ["cpu", "memory"]


def test_resources_default_to_what_the_design_says(daemon: Daemon) -> None:
    expected = {
        "sysctl": {"requests": {"cpu": "5m", "memory": "32Mi"}, "limits": {"memory": "64Mi"}},
        "vip": {"requests": {"cpu": "10m", "memory": "48Mi"}, "limits": {"memory": "96Mi"}},
    }

    assert container(daemon)["resources"] == expected[daemon.component]


def test_no_resources_in_the_spec_are_no_resources(daemon: Daemon) -> None:
    assert container(daemon, agents(resources={daemon.component: model.Resources()}))["resources"] == {}


def test_cleanup_renders_the_same_objects_with_the_flag_that_gives_all_back(daemon: Daemon) -> None:
    cluster = in_state(daemon, DaemonState.CLEANUP)
    enabled, cleanup = container(daemon), container(daemon, cluster)

    assert cleanup["args"] == [*enabled["args"], daemon.farewell]
    assert {**cleanup, "args": enabled["args"]} == enabled
    assert len(daemon.config_maps(a_node_context(cluster))) == 1


def test_disabled_renders_nothing(daemon: Daemon) -> None:
    context = a_node_context(in_state(daemon, DaemonState.DISABLED))

    assert daemon.daemon_sets(context) == []
    assert daemon.config_maps(context) == []


def test_the_config_map_holds_agent_json_as_readable_text(daemon: Daemon) -> None:
    context = a_node_context()

    [manifest] = daemon.config_maps(context)

    text = manifest["data"]["agent.json"]
    assert list(manifest) == ["apiVersion", "kind", "metadata", "data"]
    assert (manifest["apiVersion"], manifest["kind"]) == ("v1", "ConfigMap")
    assert manifest["metadata"] == {
        "name": f"genlb-{daemon.component}",
        "namespace": "genlb-system",
        "labels": context.labels(daemon.component),
    }
    assert list(manifest["data"]) == ["agent.json"]
    assert text == json.dumps(json.loads(text), indent=2) + "\n"


def test_the_pod_template_carries_the_digest_of_what_agent_json_means(daemon: Daemon) -> None:
    canonical = json.dumps(agent_json(daemon), sort_keys=True, separators=(",", ":"), ensure_ascii=False)

    annotations = daemon_set(daemon)["spec"]["template"]["metadata"]["annotations"]

    assert annotations == {"genlb.io/config-hash": f"sha256:{hashlib.sha256(canonical.encode()).hexdigest()}"}


def test_two_renders_share_nothing(daemon: Daemon) -> None:
    context = a_node_context()
    [first], [second] = daemon.daemon_sets(context), daemon.daemon_sets(context)
    first["spec"]["template"]["metadata"]["labels"]["spoilt"] = "yes"
    first["spec"]["template"]["spec"]["tolerations"].append("spoilt")

    assert "spoilt" not in first["metadata"]["labels"]
    assert second == daemon_set(daemon)


def agent_json(daemon: Daemon) -> Manifest:
    [manifest] = daemon.config_maps(a_node_context())
    config: Manifest = json.loads(manifest["data"]["agent.json"])
    return config
