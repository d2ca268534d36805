"""What both node daemons share: their part of agent.json, its ConfigMap, and the DaemonSet around a skeleton.

A daemon reads ``agent.json`` and nothing else of the spec, so its hash on the pod template restarts the daemon exactly
when something that concerns it has changed.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any, NamedTuple

from genlb.errors import Diagnostic, InvalidInput, Severity, Span
from genlb.manifest import Manifest
from genlb.render.context import NAMESPACE, Context
from genlb.render.digest import sha256
from genlb.render.quantity import canonical_quantity
from genlb.spec.model import Agents, DaemonState, Resources, Toleration
from genlb.yamltext import canonical

STATE_DIRECTORY = "/var/lib/genlb"
"""Where a daemon remembers across restarts what was there before it, on the node itself."""


class Daemon(NamedTuple):
    """What tells the two apart.

    ``port`` serves health and metrics; the skeleton declares and probes the same one. ``farewell`` is the flag with
    which the daemon gives everything back instead of holding it.
    """

    component: str
    port: int
    farewell: str

    @property
    def name(self) -> str:
        """The name of its DaemonSet, ConfigMap and ServiceAccount."""
        return f"genlb-{self.component}"


# Both ports are assigned to nobody, lie below NodePorts (30000) and below what Linux hands out to connections (32768),
# and far from what else listens on such a node: Calico 179, 9091, 9099; MetalLB 7472, 7946, 9120, 17472; kubelet and
# kube-proxy 10248 to 10259; kube-vip 2112; exporters 9100 and up.
SYSCTL = Daemon("sysctl", 19471, "--restore")
VIP = Daemon("vip", 19472, "--cleanup")


def state(context: Context, daemon: Daemon) -> DaemonState:
    """What the spec wants of ``daemon``."""
    return context.cluster.spec.sysctls.state if daemon is SYSCTL else context.cluster.spec.vip_binder.state


def daemons(context: Context) -> tuple[Daemon, ...]:
    """Those that run on the nodes, be it only to clean up."""
    return tuple(daemon for daemon in (SYSCTL, VIP) if state(context, daemon) is not DaemonState.DISABLED)


def config_hash(data: Mapping[str, Any]) -> str:
    """``sha256:<64 hex digits>`` of what ``data`` means; the order of keys is no part of that."""
    return f"sha256:{sha256(canonical(data))}"


def about(context: Context, daemon: Daemon) -> Manifest:
    """The head of agent.json: the version of its schema, and where the daemon is."""
    return {"schemaVersion": 1, "cluster": context.cluster.name, "namespace": NAMESPACE, "daemon": daemon.component}


def surroundings(daemon: Daemon) -> Manifest:
    """The tail of agent.json: what the daemon serves, and how it reports.

    The report Lease is written on change, at most every 30 s, and renewed every minute; after three renewals that
    did not come it counts as stale. ``Loopback`` is for the probes, ``NodeIP`` for Prometheus; never all addresses,
    since a VIP that is bound on the node is one of them.
    """
    return {
        "stateDirectory": STATE_DIRECTORY,
        "http": {"addresses": ["Loopback", "NodeIP"], "port": daemon.port},
        "report": {
            "leasePrefix": f"genlb-report-{daemon.component}-",
            "minIntervalSeconds": 30,
            "renewIntervalSeconds": 60,
            "leaseDurationSeconds": 180,
        },
    }


def config_map(context: Context, daemon: Daemon, config: Manifest) -> Manifest:
    """The ConfigMap that is mounted as /etc/genlb, with ``config`` as agent.json."""
    return {
        "apiVersion": "v1",
        "kind": "ConfigMap",
        "metadata": {"name": daemon.name, "namespace": NAMESPACE, "labels": context.labels(daemon.component)},
        "data": {"agent.json": json.dumps(config, indent=2) + "\n"},
    }


def daemon_set(context: Context, daemon: Daemon, config: Manifest, resources: Resources) -> Manifest:
    """The DaemonSet of ``daemon``, still without what only one of the two has."""
    agents = context.cluster.spec.agents
    labels = context.labels(daemon.component)
    manifest = context.template(f"daemonset-{daemon.component}")
    manifest["metadata"] = {"name": daemon.name, "namespace": NAMESPACE, "labels": labels}
    template = manifest["spec"]["template"]
    template["metadata"] = {"labels": dict(labels), "annotations": {"genlb.io/config-hash": config_hash(config)}}
    template["spec"] |= _placement(agents)
    container = template["spec"]["containers"][0]
    container["image"] = _image(context)
    container["resources"] = _resources(resources)
    if state(context, daemon) is DaemonState.CLEANUP:
        container["args"].append(daemon.farewell)
    return manifest


def mount_from_host(manifest: Manifest, name: str, path: str) -> None:
    """Show the node's folder ``path`` to the daemon at the same place; it is made where it does not exist."""
    pod = manifest["spec"]["template"]["spec"]
    pod["containers"][0]["volumeMounts"].append({"name": name, "mountPath": path})
    pod["volumes"].append({"name": name, "hostPath": {"path": path, "type": "DirectoryOrCreate"}})


def _placement(agents: Agents) -> Manifest:
    placement: Manifest = {}
    if agents.node_selector:
        placement["nodeSelector"] = dict(sorted(agents.node_selector.items()))
    if agents.tolerations:
        placement["tolerations"] = [_toleration(toleration) for toleration in agents.tolerations]
    if agents.image_pull_secrets:
        placement["imagePullSecrets"] = [{"name": secret.name} for secret in agents.image_pull_secrets]
    return placement


def _toleration(toleration: Toleration) -> Manifest:
    fields = {
        "key": toleration.key,
        "operator": toleration.operator and toleration.operator.value,
        "value": toleration.value,
        "effect": toleration.effect and toleration.effect.value,
        "tolerationSeconds": toleration.toleration_seconds,
    }
    return {key: value for key, value in fields.items() if value is not None}


def _image(context: Context) -> str:
    image = context.cluster.spec.agents.image
    if image is not None:
        return str(image)
    # A rule says the same with the place; whoever renders without asking the rules first gets no broken DaemonSet.
    raise InvalidInput(
        [
            Diagnostic(
                rule="GLB104",
                severity=Severity.ERROR,
                message="agents.image is required while a node daemon is not Disabled",
                span=Span.whole(f"{context.folder}/cluster.yaml"),
                cluster=context.cluster.name,
            )
        ]
    )


def _resources(resources: Resources) -> Manifest:
    sections = {"requests": resources.requests, "limits": resources.limits}
    return {
        name: {key: canonical_quantity(quantity) for key, quantity in sorted(section.items())}
        for name, section in sections.items()
        if section
    }
