"""The VIP binder: pools, modes and election in its agent.json, and a DaemonSet with no more rights than they need."""

from __future__ import annotations

from genlb.manifest import Manifest
from genlb.network.lease import lease_timing
from genlb.render.context import Context
from genlb.render.daemon_set import VIP, about, config_map, daemon_set, daemons, surroundings
from genlb.render.kube_proxy import metrics_address
from genlb.spec.model import L2, Announce
from genlb.spec.values import Duration

_RESYNC_INTERVAL = 30
"""Seconds between two complete looks at the kernel, whatever was or was not reported in between."""


def vip_config(context: Context) -> Manifest:
    """The content of the binder's agent.json (``schemas/agent-vip.schema.json``).

    ``routed`` and ``l2`` are there only while a pool is announced that way: what concerns no VIP restarts nobody.
    """
    decisions, spec = context.decisions, context.cluster.spec
    return {
        **about(context, VIP),
        "pools": [
            {
                "name": decision.pool.name,
                "announce": decision.announce.value,
                "cidrs": [str(network) for network in decision.networks],
            }
            for decision in decisions.pools
        ],
        "advertised": [str(network) for network in decisions.advertised],
        "routed": _routed(context),
        "l2": _l2(context),
        "guard": spec.vip_binder.guard,
        "kubeProxy": {"mode": spec.kube_proxy.mode.value, "metricsAddress": metrics_address(context.base_config)},
        "resyncIntervalSeconds": _RESYNC_INTERVAL,
        **surroundings(VIP),
    }


def vip_config_maps(context: Context) -> list[Manifest]:
    """ConfigMap ``genlb-vip``, unless the daemon is Disabled."""
    return [config_map(context, VIP, vip_config(context))] if VIP in daemons(context) else []


def vip_daemon_sets(context: Context) -> list[Manifest]:
    """DaemonSet ``genlb-vip``, unless the daemon is Disabled; with ``--cleanup`` in state Cleanup."""
    if VIP not in daemons(context):
        return []
    spec = context.cluster.spec
    manifest = daemon_set(context, VIP, vip_config(context), spec.agents.resources.vip)
    if context.decisions.announced_by(Announce.L2):
        _for_l2(manifest, spec.vip_binder.l2)
    return [manifest]


def _for_l2(manifest: Manifest, l2: L2) -> None:
    pod = manifest["spec"]["template"]["spec"]
    pod["containers"][0]["securityContext"]["capabilities"]["add"].append("NET_RAW")
    # A restarted daemon keeps its hands off for one lease. The next node must not give up its VIPs before that:
    # with two nodes, nobody would be left to take them.
    settled = l2.lease_duration.milliseconds + l2.renew_interval.milliseconds
    manifest["spec"]["minReadySeconds"] = max(manifest["spec"]["minReadySeconds"], -(-settled // 1_000))


def _routed(context: Context) -> Manifest | None:
    if not context.decisions.announced_by(Announce.BGP):
        return None
    scope = context.cluster.spec.vip_binder.routed.scope
    return {"bind": context.decisions.bind.value, "scope": scope.value}


def _l2(context: Context) -> Manifest | None:
    if not context.decisions.announced_by(Announce.L2):
        return None
    l2 = context.cluster.spec.vip_binder.l2
    timing = lease_timing(l2)
    return {
        "interfaces": list(dict.fromkeys(context.decisions.l2_interfaces)),
        "leasePrefix": "genlb-vip-",
        "leaseDurationSeconds": _seconds(l2.lease_duration),
        "renewIntervalSeconds": _seconds(l2.renew_interval),
        "requestTimeoutSeconds": _seconds(timing.request_timeout),
        "safetyMarginSeconds": _seconds(timing.safety_margin),
    }


def _seconds(duration: Duration) -> int | float:
    whole, rest = divmod(duration.milliseconds, 1_000)
    return duration.seconds if rest else whole
