"""Objects to compare, written by hand: what git has, and how a live one differs from it."""

from __future__ import annotations

import copy
import json
from typing import Any

from genlb.drift.kinds import identity_group
from genlb.drift.model import Desired, Live, Source, Wanted
from genlb.manifest import Manifest, ResourceKey, key_of
from genlb.yamltext import load

Object = dict[str, Any]
GONE = object()
"""In place of a value: take the field away."""


def yaml(text: str) -> Object:
    """One object out of YAML."""
    parsed: Object = load(text.encode(), "test")
    return parsed


def change(base: Object, /, **changes: Any) -> Object:
    """A copy with values at ``a__b__0__c``; ``GONE`` removes. A key with dots is looked up in ``KEYS``."""
    out = copy.deepcopy(base)
    for place, value in changes.items():
        put(out, [KEYS.get(step, step) for step in place.split("__")], value)
    return out


KEYS = {
    "last_applied": "kubectl.kubernetes.io/last-applied-configuration",
    "restarted_at": "kubectl.kubernetes.io/restartedAt",
    "tracking_id": "argocd.argoproj.io/tracking-id",
    "instance": "app.kubernetes.io/instance",
    "flux_name": "kustomize.toolkit.fluxcd.io/name",
    "config_conf": "config.conf",
    "kubeconfig_conf": "kubeconfig.conf",
    "calico_metadata": "projectcalico.org/metadata",
    "managed_by": "app.kubernetes.io/managed-by",
    "cluster": "genlb.io/cluster",
    "deployment_revision": "deployment.kubernetes.io/revision",
    "istio_status": "sidecar.istio.io/status",
    "agent_json": "agent.json",
}


def put(node: Any, steps: list[str], value: Any) -> None:
    """Set, or remove, what stands at ``steps``."""
    *way, last = steps
    for step in way:
        node = node[int(step)] if isinstance(node, list) else node.setdefault(step, {})
    if isinstance(node, list):
        index = int(last)
        if value is GONE:
            del node[index]
        elif index == len(node):
            node.append(value)
        else:
            node[index] = value
    elif value is GONE:
        node.pop(last, None)
    else:
        node[last] = value


def fields(value: Any) -> Object:
    """``fieldsV1`` that own all of ``value``: maps by field, lists as a whole, but those whose items have a name."""
    if isinstance(value, dict) and value:
        return {f"f:{name}": fields(item) for name, item in value.items() if item is not None}
    if isinstance(value, list) and value and all(isinstance(item, dict) and "name" in item for item in value):
        return {
            "k:" + json.dumps({"name": item["name"]}, separators=(",", ":")): {".": {}, **fields(item)}
            for item in value
        }
    return {}


def owned_by(manager: str, value: Object, *, operation: str = "Apply", time: str = "2026-01-01T00:00:00Z") -> Object:
    """An entry of ``managedFields``."""
    owned = {name: item for name, item in value.items() if name not in ("apiVersion", "kind")}
    metadata = {name: item for name, item in owned.pop("metadata", {}).items() if name not in ("name", "namespace")}
    if metadata:
        owned["metadata"] = metadata
    return {
        "manager": manager,
        "operation": operation,
        "apiVersion": value.get("apiVersion", "v1"),
        "time": time,
        "fieldsType": "FieldsV1",
        "fieldsV1": fields(owned),
    }


def managed(live: Object, *entries: Object) -> Object:
    """The live object with ``managedFields``."""
    return change(live, metadata__managedFields=list(entries))


def applied(live: Object, sent: Object) -> Object:
    """The live object with the annotation of a client-side apply that sent ``sent``."""
    return change(live, metadata__annotations__last_applied=json.dumps(sent))


def identity(manifest: Manifest) -> ResourceKey:
    """Which object is meant, under whichever group it is served."""
    key = key_of(manifest)
    return key._replace(group=identity_group(key.group))


def desired_of(*manifests: Manifest) -> Desired:
    """What git wants."""
    return Desired(source=Source("the work tree"), objects={identity(one): Wanted(one) for one in manifests})


def live_of(*manifests: Manifest, listed: tuple[Manifest, ...] = ()) -> Live:
    """What a cluster has; every kind of ``manifests`` and ``listed`` was listed completely."""
    objects = {identity(one): one for one in manifests}
    keys = [*objects, *map(identity, listed)]
    return Live(
        objects=objects,
        listed=frozenset((key.group, key.kind, "") for key in keys),
        looked_for=frozenset(),
    )


DEPLOYMENT = yaml("""
apiVersion: apps/v1
kind: Deployment
metadata:
  name: web
  namespace: shop
  labels: {app: web}
  annotations: {team: payments}
spec:
  selector: {matchLabels: {app: web}}
  template:
    metadata:
      labels: {app: web}
    spec:
      containers:
      - name: web
        image: shop/web:1.2
        args: [--port, "8080"]
        env:
        - {name: MODE, value: fast}
        - {name: LEVEL, value: "3"}
        ports:
        - {containerPort: 8080, name: http}
        - {containerPort: 9090, name: metrics}
        resources:
          requests: {cpu: 100m, memory: 128Mi}
          limits: {memory: 1Gi}
        volumeMounts:
        - {name: data, mountPath: /data}
        - {name: tmp, mountPath: /tmp}
      initContainers:
      - {name: first, image: "shop/init:1"}
      - {name: second, image: "shop/init:1"}
      tolerations:
      - {key: a, operator: Exists}
      - {key: b, operator: Exists}
      volumes:
      - {name: data, emptyDir: {}}
      - {name: tmp, emptyDir: {sizeLimit: 512Mi}}
""")

SERVICE = yaml("""
apiVersion: v1
kind: Service
metadata: {name: web, namespace: shop}
spec:
  type: LoadBalancer
  selector: {app: web}
  externalTrafficPolicy: Local
  loadBalancerSourceRanges: [10.0.0.0/8, fd00::/8]
  ports:
  - {name: http, port: 80, targetPort: 8080}
  - {name: https, port: 443, targetPort: 8443}
""")

CONFIG_MAP = yaml("""
apiVersion: v1
kind: ConfigMap
metadata: {name: settings, namespace: shop, labels: {app: web}}
data: {color: green, size: "10", empty: ""}
""")

SECRET = yaml("""
apiVersion: v1
kind: Secret
metadata: {name: keys, namespace: shop}
type: Opaque
data: {token: aHVudGVyMg==}
""")

ROLE = yaml("""
apiVersion: rbac.authorization.k8s.io/v1
kind: Role
metadata: {name: reader, namespace: shop}
rules:
- {apiGroups: [""], resources: [pods, services], verbs: [get, list]}
- {apiGroups: [apps], resources: [deployments], verbs: [get]}
""")

POOL = yaml("""
apiVersion: metallb.io/v1beta1
kind: IPAddressPool
metadata: {name: public, namespace: metallb-system}
spec:
  addresses: [10.208.1.0/24, "fd00:10:208:1::/112"]
  avoidBuggyIPs: true
""")

PEER = yaml("""
apiVersion: projectcalico.org/v3
kind: BGPPeer
metadata: {name: tor-a}
spec:
  nodeSelector: rack == 'r1'
  peerIP: 10.20.1.2
  asNumber: 65101
  filters: [genlb-no-reexport]
  password: {secretKeyRef: {name: bgp-secrets, key: tor}}
  maxRestartTime: 2m0s
""")

BGP = yaml("""
apiVersion: projectcalico.org/v3
kind: BGPConfiguration
metadata: {name: default}
spec:
  asNumber: 64600
  nodeToNodeMeshEnabled: false
  serviceLoadBalancerIPs:
  - cidr: 10.208.1.0/24
  - cidr: fd00:10:208:1::/112
  prefixAdvertisements:
  - {cidr: 10.208.1.0/24, communities: [public, fast]}
""")

FILTER = yaml("""
apiVersion: projectcalico.org/v3
kind: BGPFilter
metadata: {name: genlb-no-reexport}
spec:
  exportV4:
  - {action: Reject, source: RemotePeers, cidr: 10.208.1.0/24, matchOperator: In}
  - {action: Reject, source: RemotePeers, cidr: 10.208.2.0/24, matchOperator: In}
""")

WIDGET = yaml("""
apiVersion: example.com/v1
kind: Widget
metadata: {name: one, namespace: shop}
spec:
  size: 3
  ratio: 2
  timeout: 60s
  empty: {}
  steps: [build, test]
  parts:
  - {name: a, weight: 1}
  - {name: b, weight: 2}
  resources: {limits: {cpu: 1000m}}
""")

PROXY = yaml("""
apiVersion: v1
kind: ConfigMap
metadata: {name: kube-proxy, namespace: kube-system}
data:
  config.conf: |
    apiVersion: kubeproxy.config.k8s.io/v1alpha1
    kind: KubeProxyConfiguration
    clusterCIDR: 10.244.0.0/16,fd00:10:244::/56
    conntrack: {maxPerCore: null, udpTimeout: 0s}
    iptables: {masqueradeBit: 14, syncPeriod: 30s}
    ipvs: {excludeCIDRs: [10.1.0.0/16, 10.2.0.0/16], scheduler: "", strictARP: true}
    mode: ipvs
""")
