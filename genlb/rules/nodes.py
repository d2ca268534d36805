"""Rules about the node daemons: their image, their interfaces, what the binder makes local and who guards it."""

from __future__ import annotations

from collections.abc import Iterator

from genlb.network.interfaces import foreign_to, is_wholly_foreign
from genlb.network.local_vips import locally_bound
from genlb.rules.catalogue import WARNING, Finding, View, rule
from genlb.rules.kube_proxy import everybody_answers, strict_arp
from genlb.rules.l2 import is_beside_ipvs
from genlb.rules.node_ports import node_ports_open_on_vips
from genlb.rules.words import first_few
from genlb.spec.model import Announce, Bind, DaemonState, Dataplane, ProxyMode

UNPINNED_IMAGE = rule(
    "GLB505",
    WARNING,
    "The daemons' image has no digest",
    why="A tag can be moved: two nodes may run two programs under one name, both with the right to change the host's"
    " network, and git does not show it.",
    fix='Add the digest that your registry shows: agents: {image: {digest: "sha256:…"}}.',
)


@UNPINNED_IMAGE.check
def unpinned_image(view: View) -> Iterator[Finding]:
    """Only where a daemon runs."""
    spec, image = view.spec, view.spec.agents.image
    runs = any(state is not DaemonState.DISABLED for state in (spec.sysctls.state, spec.vip_binder.state))
    if runs and image is not None and image.tag is not None and image.digest is None:
        yield Finding(view.at("agents", "image"), f"agents.image is {image}, which names no digest")


FOREIGN_INTERFACE = rule(
    "GLB507",
    WARNING,
    "sysctls.interfaces matches interfaces that are not the node's own",
    why="Felix writes rp_filter on each pod's interface itself, kube-proxy and Calico own the others, and on lo it"
    " means nothing: the daemon would fight them at every pod that starts.",
    fix="Name the NICs: bond0, eth*, en*.",
    research="SY012, W-FELIX-RPF-FIGHT",
)


@FOREIGN_INTERFACE.check
def foreign_interfaces(view: View) -> Iterator[Finding]:
    """Those that the daemon writes to; where they come from l2.interfaces, GLB516 tells about the worst."""
    sysctls = view.spec.sysctls
    if sysctls.state is not DaemonState.ENABLED or not view.decisions.sysctls.per_interface:
        return
    said = sysctls.interfaces
    path, patterns = (
        (("vipBinder", "l2", "interfaces"), view.spec.vip_binder.l2.interfaces)
        if said is None
        else (("sysctls", "interfaces"), said)
    )
    for index, pattern in enumerate(patterns):
        foreign = foreign_to(pattern)
        if foreign and (said is not None or not is_wholly_foreign(pattern)):
            yield Finding(view.at(*path, index), f'{".".join(path)} has "{pattern}", which matches {foreign}')


NO_GUARD = rule(
    "GLB512",
    WARNING,
    "VIPs are local, and nothing guards them",
    why="Whatever listens on all addresses of a node (kubelet on 10250, ssh, BIRD on 179) answers on a VIP that is"
    " local there, past every firewall that only knows the nodes' own addresses.",
    fix="Leave vipBinder.guard on: only Services' own ports answer then.",
    research="VB011",
)


@NO_GUARD.check
def no_guard(view: View) -> Iterator[Finding]:
    """Where GLB414 or GLB514 does not tell the same with more."""
    bound = locally_bound(view.spec, view.decisions)
    if view.spec.vip_binder.guard or not bound or is_beside_ipvs(view) or node_ports_open_on_vips(view):
        return
    pools = first_few([pool.pool.name for pool in bound])
    yield Finding(view.at("vipBinder", "guard"), f"vipBinder.guard is off, and the VIPs of {pools} are local to nodes")


MISFIT_BINDING = rule(
    "GLB520",
    WARNING,
    "The binding does not fit kube-proxy's mode",
    why="Only kube-proxy in ipvs mode binds VIPs (on kube-ipvs0): observing it in another mode finds every VIP missing,"
    " and a second binding beside it has nothing to add. Under Calico's BPF dataplane a VIP never reaches the host.",
    fix="Leave vipBinder.routed.bind out: Auto fits it to the mode.",
    research="VB002, metallb_vip 5.2",
)


@MISFIT_BINDING.check
def misfit_binding(view: View) -> Iterator[Finding]:
    """Said in so many words; Auto never is."""
    spec, bind = view.spec, view.spec.vip_binder.routed.bind
    if spec.vip_binder.state is not DaemonState.ENABLED or not view.decisions.announced_by(Announce.BGP):
        return
    ipvs, bpf = spec.kube_proxy.mode is ProxyMode.IPVS, view.decisions.dataplane is Dataplane.BPF
    if (bind is Bind.OBSERVE and not ipvs) or (bind is Bind.ANY_IP and (ipvs or bpf)):
        beside = "bgp.dataplane BPF" if bpf else f"kube-proxy's {spec.kube_proxy.mode.value} mode"
        yield Finding(view.at("vipBinder", "routed", "bind"), f"vipBinder.routed.bind is {bind.value} beside {beside}")


POISONED_NEIGHBOURS = rule(
    "GLB521",
    WARNING,
    "VIPs are local, and nothing holds arp_announce",
    why="A node that asks ARP for its gateway while it sends a reply from a VIP asks in the VIP's name: the gateway,"
    " and every neighbour that knows the VIP, learn this node's MAC for it. Only arp_announce=2 stops that.",
    fix="Leave sysctls.state Enabled, which holds it.",
    research="netlab 2.2, SY018",
)


@POISONED_NEIGHBOURS.check
def poisoned_neighbours(view: View) -> Iterator[Finding]:
    """The binder's own VIPs, IPv4 only; with strictARP kube-proxy holds it, and GLB401 is the graver one."""
    bound = [pool for pool in locally_bound(view.spec, view.decisions) if any(n.version == 4 for n in pool.networks)]  # noqa: PLR2004 -- the family
    state = view.spec.sysctls.state
    if not bound or state is DaemonState.ENABLED or strict_arp(view) or everybody_answers(view):
        return
    pools = first_few([pool.pool.name for pool in bound])
    yield Finding(
        view.at("sysctls", "state"),
        f"sysctls.state is {state.value}, and vipBinder makes the VIPs of {pools} local: nothing holds arp_announce",
    )
