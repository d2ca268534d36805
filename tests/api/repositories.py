"""Small repositories of specs for tests that work with files."""

from __future__ import annotations

from pathlib import Path

HEAD = "apiVersion: genlb.io/v1alpha1\n"

DEFAULTS = (
    HEAD
    + """\
kind: FleetDefaults
spec:
  agents:
    image: {repository: registry.example.com/genlb/genlb, tag: v0.1.0, digest: "sha256:%s"}
"""
    % ("7b" * 32)
)

PROFILE = (
    HEAD
    + """\
kind: Profile
metadata: {name: bare-metal}
spec:
  sysctls: {persist: true}
"""
)


def a_spec(name: str, *, env: str = "prod", more: str = "", pool: str = "10.208.1.0/24", domain: str = "") -> str:
    """A small valid spec in a routing domain of its own, so that all may have the same addresses.

    ``more`` is added below ``spec``, its lines indented by two.
    """
    return (
        HEAD
        + f"""\
kind: Cluster
metadata:
  name: {name}
  labels: {{env: {env}}}
spec:
  versions: {{kubernetes: "1.35", calico: "3.32.1", metallb: "0.16.1"}}
  network: {{podCIDRs: ["10.244.0.0/16"], serviceCIDRs: ["10.96.0.0/16"], nodeCIDRs: ["10.20.1.0/24"]}}
  bgp:
    asNumber: 64600
    racks:
      - name: r1
        routers:
          - {{name: tor-a, asNumber: 65101, addresses: ["10.20.1.2"]}}
          - {{name: tor-b, asNumber: 65101, addresses: ["10.20.1.3"]}}
  pools:
    - {{name: public, addresses: ["{pool}"]}}
  kubeProxy: {{mode: iptables}}
{more}  routingDomain: {domain or name}
"""
    )


def a_repository(root: Path, **specs: str) -> Path:
    """A repository in ``root``: FleetDefaults and the named clusters, ``_`` in a keyword standing for ``-``.

    Without any, ``ams1`` (env stage) and ``fra1-prod`` (env prod).
    """
    write(root, "clusters/_defaults.yaml", DEFAULTS)
    if not specs:
        specs = {"ams1": a_spec("ams1", env="stage"), "fra1_prod": a_spec("fra1-prod")}
    for name, text in specs.items():
        write(root, f"clusters/{name.replace('_', '-')}/cluster.yaml", text)
    return root


def write(root: Path, path: str, text: str | bytes) -> Path:
    """A file below ``root``."""
    file = root / path
    file.parent.mkdir(parents=True, exist_ok=True)
    if isinstance(text, bytes):
        file.write_bytes(text)
    else:
        file.write_text(text, encoding="utf-8")
    return file


def replace(root: Path, path: str, old: str, new: str) -> None:
    """Change a file; ``old`` has to be there."""
    file = root / path
    text = file.read_text(encoding="utf-8")
    assert old in text
    file.write_text(text.replace(old, new), encoding="utf-8")


def snapshot(root: Path) -> dict[str, bytes | None]:
    """Every path below ``root`` with its content; None for a folder."""
    return {
        path.relative_to(root).as_posix(): path.read_bytes() if path.is_file() else None
        for path in sorted(root.rglob("*"))
    }
