"""Fields that are required because of what another one says: each is fine by itself, together they render nothing."""

from __future__ import annotations

from collections.abc import Iterator

from genlb.rules.catalogue import Finding, View
from genlb.rules.reading import WRONG_VALUE
from genlb.spec.model import DaemonState, Engine, LoadBalancerIPs, Ownership


@WRONG_VALUE.check
def daemons_need_an_image(view: View) -> Iterator[Finding]:
    """An image while a daemon runs, and something that says which one."""
    spec, image = view.spec, view.spec.agents.image
    if image is None and any(
        state is not DaemonState.DISABLED for state in (spec.sysctls.state, spec.vip_binder.state)
    ):
        yield Finding(
            view.at("agents"),
            "agents.image is missing, and a daemon is not Disabled",
            "name the image once in _defaults.yaml: "
            "agents: {image: {repository: registry.example.com/genlb/genlb, tag: v0.1.0}}",
        )
    if image is not None and image.tag is None and image.digest is None:
        yield Finding(view.at("agents", "image"), "agents.image has neither a tag nor a digest", "add digest or tag")


@WRONG_VALUE.check
def merging_needs_a_base(view: View) -> Iterator[Finding]:
    """A captured configuration to merge into."""
    proxy = view.spec.kube_proxy
    if proxy.ownership is Ownership.MERGE and proxy.base_config is None:
        yield Finding(
            view.at("kubeProxy", "ownership"),
            "kubeProxy.ownership is Merge, but kubeProxy.baseConfig names no captured config.conf to merge into",
            "add baseConfig: kube-proxy.base.yaml with the cluster's own config.conf, or use ownership: Observe",
        )


@WRONG_VALUE.check
def engines_need_a_source(view: View) -> Iterator[Finding]:
    """Where the engine finds the rendered files."""
    gitops = view.spec.gitops
    if gitops.engine is Engine.ARGO_CD and gitops.repo_url is None:
        yield Finding(
            view.at("gitops", "engine"),
            "gitops.engine is ArgoCD, but gitops.repoURL does not say where the Applications find these files",
            "add repoURL: https://git.example.com/platform/lb.git",
        )
    if gitops.engine is Engine.FLUX and gitops.repo_url is None and gitops.flux.source_ref is None:
        yield Finding(
            view.at("gitops", "engine"),
            "gitops.engine is Flux, but neither gitops.flux.sourceRef nor gitops.repoURL names a source",
            "add flux: {sourceRef: {name: flux-system}}, or repoURL to have a GitRepository rendered",
        )


@WRONG_VALUE.check
def racks_need_a_label(view: View) -> Iterator[Finding]:
    """A label that tells the nodes of several racks apart."""
    bgp = view.spec.bgp
    if len(bgp.racks) > 1 and bgp.rack_label is None:
        yield Finding(
            view.at("bgp", "racks"),
            f"{len(bgp.racks)} racks, but bgp.rackLabel does not say which node stands in which",
            "add bgp.rackLabel: topology.genlb.io/rack and put that label on every node",
        )


@WRONG_VALUE.check
def explicit_needs_cidrs(view: View) -> Iterator[Finding]:
    """A list where one is promised."""
    advertise = view.spec.bgp.advertise
    if advertise.load_balancer_ips is LoadBalancerIPs.EXPLICIT and not advertise.load_balancer_cidrs:
        yield Finding(
            view.at("bgp", "advertise", "loadBalancerIPs"),
            "advertise.loadBalancerIPs is Explicit, but loadBalancerCIDRs is empty: no VIP would be announced",
            "list the CIDRs in advertise.loadBalancerCIDRs, or use FromPools",
        )
