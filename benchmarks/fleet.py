"""A fleet to measure with: a repository of N clusters that differ in their address plan."""

from __future__ import annotations

from pathlib import Path

_DEFAULTS = """\
apiVersion: genlb.io/v1alpha1
kind: FleetDefaults
metadata: {name: fleet}
spec:
  versions: {calico: "3.32.1", metallb: "0.16.1"}
  agents:
    image: {repository: registry.example.com/genlb/genlb, tag: v0.1.0, digest: "sha256:%s"}
""" % ("ab" * 32)

_CLUSTER = """\
apiVersion: genlb.io/v1alpha1
kind: Cluster
metadata:
  name: {name}
  labels: {{env: prod, site: s{site}}}
spec:
  profiles: [rack]
  versions: {{kubernetes: "1.36"}}
  routingDomain: site-{index}

  network:
    podCIDRs: ["10.{a}.0.0/16"]
    serviceCIDRs: ["10.96.0.0/16"]
    nodeCIDRs: ["172.{b}.{c}.0/24"]

  bgp:
    asNumber: {as_number}
    racks:
      - name: r1
        routers:
          - {{name: tor-a, asNumber: 65001, addresses: ["172.{b}.{c}.2"]}}
          - {{name: tor-b, asNumber: 65001, addresses: ["172.{b}.{c}.3"]}}

  pools:
    - name: public
      addresses: ["192.168.{c}.0/25"]
      autoAssign: false
      avoidBuggyIPs: true

  kubeProxy:
    mode: iptables
"""

_PROFILE = """\
apiVersion: genlb.io/v1alpha1
kind: Profile
metadata: {name: rack}
spec:
  bgp:
    nodeToNodeMesh: Disabled
    maxRestartTime: 2m0s
  sysctls:
    rpFilter: Loose
    interfaces: [bond0]
"""


def write_fleet(root: Path, count: int) -> list[str]:
    """Write a repository of ``count`` clusters below ``root``; returns their names."""
    clusters = root / "clusters"
    (clusters / "_profiles").mkdir(parents=True)
    (root / "genlb.yaml").write_text('requires: ">=0.1"\n')
    (clusters / "_defaults.yaml").write_text(_DEFAULTS)
    (clusters / "_profiles" / "rack.yaml").write_text(_PROFILE)
    names = [f"c{index:04}" for index in range(count)]
    for index, name in enumerate(names):
        folder = clusters / name
        folder.mkdir()
        (folder / "cluster.yaml").write_text(
            _CLUSTER.format(
                name=name,
                index=index,
                site=index // 50,
                a=100 + index % 100,
                b=16 + index // 256,
                c=index % 256,
                as_number=4_200_000 + index,
            )
        )
    return names
