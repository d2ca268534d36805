"""The sysctl daemon: which values it holds on every node, and the privileged DaemonSet that may write them."""

from __future__ import annotations

from genlb.manifest import Manifest
from genlb.network.decisions import SysctlDecision
from genlb.render.context import Context
from genlb.render.daemon_set import SYSCTL, about, config_map, daemon_set, daemons, mount_from_host, surroundings

_DROP_IN_DIRECTORY = "/etc/sysctl.d"
_DROP_IN = f"{_DROP_IN_DIRECTORY}/99-genlb.conf"
"""Behind systemd's 50-default.conf, so that what udev applies to a new interface is already ours."""

_ASSERT_INTERVAL = 30
"""Seconds between two looks at every value: kube-proxy, Felix, udev and people write the same files."""


def sysctl_config(context: Context) -> Manifest:
    """The content of the sysctl daemon's agent.json (``schemas/agent-sysctl.schema.json``)."""
    sysctls = context.decisions.sysctls
    return {
        **about(context, SYSCTL),
        "sysctls": dict(sorted(sysctls.fixed.items())),
        "perInterface": _per_interface(sysctls),
        "dropIn": _DROP_IN if context.cluster.spec.sysctls.persist else None,
        "assertIntervalSeconds": _ASSERT_INTERVAL,
        **surroundings(SYSCTL),
    }


def sysctl_config_maps(context: Context) -> list[Manifest]:
    """ConfigMap ``genlb-sysctl``, unless the daemon is Disabled."""
    return [config_map(context, SYSCTL, sysctl_config(context))] if SYSCTL in daemons(context) else []


def sysctl_daemon_sets(context: Context) -> list[Manifest]:
    """DaemonSet ``genlb-sysctl``, unless the daemon is Disabled; with ``--restore`` in state Cleanup."""
    if SYSCTL not in daemons(context):
        return []
    spec = context.cluster.spec
    manifest = daemon_set(context, SYSCTL, sysctl_config(context), spec.agents.resources.sysctl)
    if spec.sysctls.persist:
        mount_from_host(manifest, "sysctl-d", _DROP_IN_DIRECTORY)
    return [manifest]


def _per_interface(sysctls: SysctlDecision) -> Manifest | None:
    if not (sysctls.per_interface and sysctls.interfaces):
        return None
    return {"interfaces": list(sysctls.interfaces), "ipv4": dict(sorted(sysctls.per_interface.items()))}
