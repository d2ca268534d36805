"""Changes of what runs on the nodes: what the old state leaves behind there."""

from __future__ import annotations

from collections.abc import Iterator

from genlb.rules.catalogue import ERROR, WARNING, Finding, View, rule
from genlb.rules.of_change import of_change
from genlb.rules.places import Path
from genlb.spec.model import DaemonState

PROXY_MODE = rule(
    "GLB421",
    WARNING,
    "kube-proxy changes its mode",
    why="Between iptables and ipvs the new kube-proxy leaves what the old mode wrote: its rules, and of ipvs virtual"
    " servers and every VIP on kube-ipvs0. A node with both answers from either. To and from nftables it tries to"
    " take the old mode away when it starts, and only then writes its own: until then the node serves no Service.",
    fix="Node by node: drain, apply, reboot (or run kube-proxy --cleanup and start it again), uncordon.",
    research="KP022",
)


@of_change(PROXY_MODE)
def other_mode(before: View, after: View) -> Iterator[Finding]:
    """Any change of the mode, whoever owns the configuration: the spec says what runs."""
    old, new = before.spec.kube_proxy.mode, after.spec.kube_proxy.mode
    if old is not new:
        yield Finding(after.at("kubeProxy", "mode"), f"kube-proxy goes from {old.value} to {new.value}")


ABANDONED = rule(
    "GLB518",
    ERROR,
    "A daemon is removed before it has cleaned up",
    why="A daemon that is gone gives nothing back: its sysctls stay as they are, VIPs stay local on the nodes and draw"
    " traffic to hosts that serve it no more.",
    fix="Say state: Cleanup first, wait until every node has reported it done, then Disabled in a second change.",
    research="VB016",
)


@of_change(ABANDONED)
def disabled_at_once(before: View, after: View) -> Iterator[Finding]:
    """Enabled one moment, Disabled the next."""
    daemons: tuple[tuple[DaemonState, DaemonState, Path], ...] = (
        (before.spec.sysctls.state, after.spec.sysctls.state, ("sysctls", "state")),
        (before.spec.vip_binder.state, after.spec.vip_binder.state, ("vipBinder", "state")),
    )
    for old, new, path in daemons:
        if old is DaemonState.ENABLED and new is DaemonState.DISABLED:
            yield Finding(after.at(*path), f"{path[0]} goes from Enabled straight to Disabled")


LEFT_ON_DISK = rule(
    "GLB524",
    WARNING,
    "The daemon forgets a file that outlives it",
    why="Without persist the daemon sees the node's /etc/sysctl.d no more. Its drop-in file 99-genlb.conf stays there,"
    " and the node applies the old values at every boot and to every new interface.",
    fix="Say state: Cleanup with persist: true first, which removes the file, then persist: false with Enabled; or"
    " remove the file on every node by hand.",
    research="SY007",
)


@of_change(LEFT_ON_DISK)
def left_on_disk(before: View, after: View) -> Iterator[Finding]:
    """``persist`` switched off while the daemon goes on; after Cleanup there is no file left."""
    old, new = before.spec.sysctls, after.spec.sysctls
    both_run = old.state is DaemonState.ENABLED and new.state is not DaemonState.DISABLED
    if both_run and old.persist and not new.persist:
        yield Finding(after.at("sysctls", "persist"), "sysctls.persist goes from true to false, and the daemon stays")
