"""Specs as text, and what genlb says about them."""

from __future__ import annotations

import textwrap
from collections.abc import Mapping

from genlb.errors import Diagnostic, Span
from genlb.spec.assemble import LayerFile, LoadedSpec, assemble
from genlb.spec.read import read_cluster
from genlb.yamltext import read
from genlb.yamltext.node import MappingNode

MINIMAL = """\
apiVersion: genlb.io/v1alpha1
kind: Cluster
metadata: {name: lab1}
spec:
  versions: {kubernetes: "1.36", calico: "3.32.1", metallb: "0.16.1"}
  network: {podCIDRs: ["10.246.0.0/16"], serviceCIDRs: ["10.98.0.0/16"], nodeCIDRs: ["10.40.1.0/24"]}
  bgp: {asNumber: 64800}
  pools: [{name: public, addresses: ["10.210.1.0/24"]}]
  kubeProxy: {mode: iptables}
  agents: {image: {repository: registry.example.com/genlb/genlb, tag: v0.1.0}}
"""

COMPLETE = """\
apiVersion: genlb.io/v1alpha1
kind: Cluster
metadata:
  name: fra1-prod
  labels: {env: prod, region: eu-central}
  annotations: {example.com/owner: "the network team, floor 3"}
spec:
  profiles: [bare-metal]
  versions: {kubernetes: "1.35", calico: "3.32.1", metallb: "0.16.1"}
  routingDomain: fra-dc1
  access: {context: fra1-prod, uid: 3f1c7a52-8f0e-4b7e-9a53-1de0a5f9b7c1}
  network:
    podCIDRs: ["10.244.0.0/16", "fd00:10:244::/56"]
    serviceCIDRs: ["10.96.0.0/16", "fd00:10:96::/112"]
    nodeCIDRs: ["10.20.1.0/24", "10.20.2.0/24", "fd00:20:1::/64", "fd00:20:2::/64"]
  bgp:
    asNumber: 64600
    nodeToNodeMesh: Disabled
    dataplane: Iptables
    rackLabel: topology.genlb.io/rack
    racks:
      - name: r1
        nodeASNumber: 64601
        numAllowedLocalASNumbers: 1
        routers:
          - {name: r1-tor-a, asNumber: 65101, addresses: ["10.20.1.2", "fd00:20:1::2"]}
          - name: r1-tor-b
            asNumber: 65101
            addresses: ["10.30.1.3"]
            reachableBy: 10.20.1.1
            peerNames: {ipv4: tor-b, ipv6: tor-b-v6}
      - name: r2
        nodeASNumber: 64602
        routers:
          - {name: r2-tor-a, asNumber: 65102, addresses: ["10.20.2.2", "fd00:20:2::2"]}
    password: {secretName: bgp-secrets, key: tor-password}
    maxRestartTime: 2m0s
    advertise:
      loadBalancerIPs: Explicit
      loadBalancerCIDRs: ["10.208.0.0/16"]
      aggregation: Enabled
      clusterIPs: Disabled
      externalCIDRs: ["203.0.113.0/28"]
    communities:
      - {name: public, value: "65001:100"}
  pools:
    - name: public
      addresses: ["10.208.1.0/24", "fd00:10:208:1::/112"]
      autoAssign: false
      avoidBuggyIPs: true
      communities: [public]
      announce: Auto
    - name: dns
      families: [IPv4]
      addresses: ["10.208.3.0/28", "10.208.3.32-10.208.3.39"]
      allocateTo:
        priority: 10
        namespaces: [dns-system]
        namespaceSelectors: [{matchLabels: {env: ""}}]
        serviceSelectors: [{matchExpressions: [{key: app, operator: In, values: [dns, ntp]}]}]
  kubeProxy:
    managedBy: kubeadm
    ownership: Merge
    mode: ipvs
    strictARP: true
    ipvs: {scheduler: rr}
    baseConfig: kube-proxy.base.yaml
    restart: Annotate
  agents:
    image:
      repository: registry.example.com/genlb/genlb
      tag: v0.1.0
      digest: "sha256:7b936e29c991bf9167d33b80a998fd22922c486e18dff5e97c84600e37259087"
    imagePullSecrets: [{name: registry}]
    nodeSelector: {kubernetes.io/os: linux}
    tolerations: [{key: dedicated, operator: Equal, value: lb, effect: NoExecute, tolerationSeconds: 60}]
    resources:
      vip: {requests: {cpu: 10m, memory: 48Mi}, limits: {memory: 96Mi}}
      sysctl: {requests: {cpu: "0.5"}, limits: {memory: 64Mi}}
  sysctls:
    state: Enabled
    rpFilter: Loose
    interfaces: [bond0, "eth*"]
    persist: true
    extra: {net.ipv4.fib_multipath_hash_policy: "1"}
  vipBinder:
    state: Enabled
    routed: {bind: Auto, scope: AllNodes}
    l2: {interfaces: [bond0], leaseDuration: 10s, renewInterval: 2s}
    guard: true
  namespaces: {metallb: metallb-system, calico: calico-system}
  gitops:
    engine: ArgoCD
    repoURL: https://git.example.com/platform/lb.git
    targetRevision: main
    path: platform/lb
    destination: {name: fra1-prod, server: "https://api.example.com"}
    argocd: {namespace: argocd, project: default}
    flux:
      namespace: flux-system
      sourceRef: {kind: GitRepository, name: lb, namespace: flux-system}
      dependsOn: [{name: calico}]
  patches:
    - {kind: BGPPeer, name: genlb-r1-tor-a-v4, namespace: default, merge: {spec: {ttlSecurity: 1, node: null}}}
  lint:
    suppress: [{rule: GLB402, reason: migration is planned, expires: "2030-03-31"}]
"""


def tree(text: str, file: str = "cluster.yaml") -> MappingNode:
    """The YAML text as a map of nodes; the text itself must be flawless."""
    document = read(textwrap.dedent(text).encode(), file)
    assert not document.diagnostics, document.diagnostics
    assert isinstance(document.root, MappingNode)
    return document.root


def layer(text: str, file: str) -> LayerFile:
    """The YAML text as a file, whatever is wrong with it."""
    return LayerFile(file, read(textwrap.dedent(text).encode(), file))


def loaded(
    text: str, *, name: str = "lab1", defaults: str | None = None, profiles: Mapping[str, str] | None = None
) -> LoadedSpec:
    """The cluster ``name`` put together from the texts of its files."""
    return assemble(
        name,
        layer(text, f"clusters/{name}/cluster.yaml"),
        None if defaults is None else layer(defaults, "clusters/_defaults.yaml"),
        {key: layer(value, f"clusters/_profiles/{key}.yaml") for key, value in (profiles or {}).items()},
    )


def mistakes(text: str) -> tuple[Diagnostic, ...]:
    """What is wrong with a merged spec."""
    return read_cluster(tree(text))[1]


def told(diagnostic: Diagnostic) -> str:
    """A diagnostic in one line, without its file."""
    place = f"{diagnostic.span.line}:{diagnostic.span.column}"
    return f"{place} {diagnostic.rule} {diagnostic.message}"


def changed(old: str, new: str, text: str = MINIMAL) -> str:
    """``text`` with its one ``old`` replaced."""
    assert text.count(old) == 1, f"{old!r} stands {text.count(old)} times"
    return text.replace(old, new)


START, END = "▸", "◂"


def unmarked(text: str) -> str:
    """``text`` without the marks around a place."""
    return text.replace(START, "").replace(END, "")


def marked(text: str, span: Span) -> str:
    """``text`` with marks around ``span``."""
    lines = text.split("\n")
    for number, column, mark in ((span.end_line, span.end_column, END), (span.line, span.column, START)):
        line = lines[number - 1]
        lines[number - 1] = f"{line[: column - 1]}{mark}{line[column - 1 :]}"
    return "\n".join(lines)
