"""What a field wants, in the words of a network engineer: told when it got something else.

Tables only. A pattern is named by its constant in ``genlb.spec.model``, so that nobody has to read a regular
expression at three in the morning.
"""

from __future__ import annotations

from typing import NamedTuple

from genlb.spec import model, settings, values


class Wanted(NamedTuple):
    """A noun phrase, and the rule that a value breaks which is something else."""

    phrase: str
    rule: str = "GLB104"


_NAMES = "GLB106"

BY_PATTERN: dict[str, Wanted] = {
    model.LABEL: Wanted('lower-case letters, digits and dashes, 63 at most, such as "fra1-prod"', _NAMES),
    model.SUBDOMAIN: Wanted('lower-case letters, digits, dashes and dots, 253 at most, such as "public"', _NAMES),
    model.LABEL_VALUE: Wanted('letters, digits, ".", "-" and "_", 63 at most, such as "r1"', _NAMES),
    model.OPTIONAL_LABEL_VALUE: Wanted('a label value: letters, digits, ".", "-" and "_", 63 at most'),
    model.LABEL_KEY: Wanted('a label key such as "topology.genlb.io/rack"'),
    model.DATA_KEY: Wanted('a key of a Secret: letters, digits, ".", "-" and "_", such as "tor-password"'),
    model.COMMUNITY: Wanted('a community such as "65001:100", or a large one such as "65001:1:100"'),
    model.COMMUNITY_NAME: Wanted('the name of a community: letters, digits, ".", "-" and "_"'),
    model.INTERFACE: Wanted('an interface name or glob pattern of at most 15 characters, such as "bond0" or "eth*"'),
    model.REPOSITORY: Wanted("an image repository without tag or digest, such as registry.example.com/genlb/genlb"),
    model.TAG: Wanted("an image tag such as v0.1.0"),
    model.DIGEST: Wanted('an image digest: "sha256:" and 64 hexadecimal digits in lower case'),
    model.UUID: Wanted("the uid of namespace kube-system, such as 3f1c7a52-8f0e-4b7e-9a53-1de0a5f9b7c1"),
    model.RULE_ID: Wanted("the id of a rule, such as GLB303"),
    model.DATE: Wanted('a date in quotes, such as "2030-03-31"'),
    model.QUANTITY: Wanted('a Kubernetes quantity such as "100m", "0.5" or "64Mi"'),
    model.SYSCTL: Wanted("a sysctl such as net.ipv4.fib_multipath_hash_policy"),
    model.PRINTABLE: Wanted("text on one line, without control characters"),
    model.KIND: Wanted("a Kubernetes kind such as BGPPeer"),
    model.SCHEDULER: Wanted("the name of an IPVS scheduler, such as rr, wrr, lc or mh"),
    settings.FOLDER: Wanted('a folder inside the repository, with "/" and without "..", such as clusters'),
    settings.REQUIREMENT: Wanted('versions of genlb such as ">=0.1,<0.2"'),
    values.RELEASE: Wanted('a release with its patch number, in quotes, such as "3.32.1"'),
    model.RELATIVE_PATH: Wanted('a relative path with "/", such as kube-proxy.base.yaml'),
}

BY_FORMAT: dict[str, Wanted] = {
    "ip": Wanted("an IP address such as 10.20.1.2 or fd00:20:1::2"),
    "cidr": Wanted("a CIDR such as 10.96.0.0/16 or fd00:10:96::/112"),
    "cidr-or-range": Wanted("a CIDR or a range such as 10.208.1.0/24 or 10.208.3.32-10.208.3.39", "GLB206"),
    "duration": Wanted("a duration such as 10s, 2m0s or 500ms"),
    "version": Wanted('a version in quotes, such as "1.35" or "3.32.1", without a leading v'),
}

EXAMPLES: dict[str, str] = {
    "Bgp.asNumber": "64600",
    "Cluster.metadata": "{name: fra1-prod}",
    "Cluster.spec": "{versions: …, network: …, bgp: …, pools: …, kubeProxy: …}",
    "ClusterNetwork.nodeCIDRs": '["10.20.1.0/24"]',
    "ClusterNetwork.podCIDRs": '["10.244.0.0/16"]',
    "ClusterNetwork.serviceCIDRs": '["10.96.0.0/16"]',
    "Community.name": "public",
    "Community.value": '"65001:100"',
    "Ignore.object": '"Service/*"',
    "Image.repository": "registry.example.com/genlb/genlb",
    "KubeProxy.mode": "ipvs",
    "LabelRequirement.key": "app.kubernetes.io/name",
    "LabelRequirement.operator": "Exists",
    "LocalObject.name": "registry-credentials",
    "Metadata.name": "fra1-prod",
    "Patch.kind": "BGPPeer",
    "Patch.merge": "{spec: {ttlSecurity: 1}}",
    "Patch.name": "genlb-r1-tor-a-v4",
    "Pool.addresses": '["10.208.1.0/24"]',
    "Pool.name": "public",
    "Rack.name": "r1",
    "Router.addresses": '["10.20.1.2"]',
    "Router.asNumber": "65101",
    "Router.name": "r1-tor-a",
    "SecretKey.key": "tor-password",
    "SecretKey.secretName": "bgp-secrets",
    "SourceRef.name": "platform-lb",
    "Spec.bgp": "{asNumber: 64600}",
    "Spec.kubeProxy": "{mode: ipvs}",
    "Spec.network": '{podCIDRs: ["10.244.0.0/16"], serviceCIDRs: ["10.96.0.0/16"], nodeCIDRs: ["10.20.1.0/24"]}',
    "Spec.pools": '[{name: public, addresses: ["10.208.1.0/24"]}]',
    "Spec.versions": '{kubernetes: "1.35", calico: "3.32.1", metallb: "0.16.1"}',
    "Suppression.rule": "GLB303",
    "Versions.calico": '"3.32.1"',
    "Versions.kubernetes": '"1.35"',
    "Versions.metallb": '"0.16.1"',
    "Waiver.rule": "GLB303",
}
"""How a required field is written, by the name of its record and its key."""
