"""The spec of one cluster as typed, frozen values: what ``clusters/<name>/cluster.yaml`` says after all layers.

Each field names its YAML key; ``schemas/cluster.schema.json`` describes the same shape for editors, and a test holds
the two equal. ``None`` means "not said": what follows from silence is decided in ``genlb.network``.
"""

from __future__ import annotations

import enum
from collections.abc import Mapping
from typing import Any

from genlb.spec.record import Record
from genlb.spec.spelling import spelled
from genlb.spec.values import RELEASE, Address, AddressBlock, Duration, Network, Version

LABEL = r"^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$"
SUBDOMAIN = r"^(?=.{1,253}$)[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$"
LABEL_VALUE = r"^[A-Za-z0-9]([-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?$"
OPTIONAL_LABEL_VALUE = r"^([A-Za-z0-9]([-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?)?$"
LABEL_KEY = (
    r"^((?=[^/]{1,253}/)[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*/)?"
    r"[A-Za-z0-9]([-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?$"
)
DATA_KEY = r"^[-._a-zA-Z0-9]{1,253}$"
COMMUNITY = r"^[0-9]{1,10}:[0-9]{1,10}(:[0-9]{1,10})?$"
COMMUNITY_NAME = r"^[A-Za-z0-9_.-]{1,253}$"
INTERFACE = r"^[A-Za-z0-9_.*?\[\]@-]{1,15}$"
REPOSITORY = r"^[a-z0-9]([-a-z0-9._:/]*[a-z0-9])?$"
TAG = r"^[A-Za-z0-9_][A-Za-z0-9_.-]{0,127}$"
DIGEST = r"^sha256:[0-9a-f]{64}$"
UUID = r"^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$"
RULE_ID = r"^GLB[0-9]{3}$"
DATE = r"^[0-9]{4}-[0-9]{2}-[0-9]{2}$"
QUANTITY = r"^[0-9]{1,18}(\.[0-9]{1,18})?([numkMGTPE]|[KMGTPE]i|[eE][+-]?[0-9]{1,2})?$"
SYSCTL = r"^[A-Za-z0-9_][-A-Za-z0-9_.:/@+]{0,253}$"
PRINTABLE = r"^[^\x00-\x1f\x7f]+$"
KIND = r"^[A-Z][A-Za-z0-9]{0,62}$"
SCHEDULER = r"^[a-z0-9]{1,15}$"
RELATIVE_PATH = r"^(?!/)(?!.*//)[^\x00-\x1f\\]*$"

AS_NUMBER_MAX = 4294967295


class Switch(enum.Enum):
    """On or off, in Calico's words."""

    ENABLED = "Enabled"
    DISABLED = "Disabled"


class DaemonState(enum.Enum):
    """What a node daemon is there for; Cleanup gives everything back before Disabled removes the daemon."""

    ENABLED = "Enabled"
    CLEANUP = "Cleanup"
    DISABLED = "Disabled"


class Family(enum.Enum):
    """An IP family, spelled as in ``Service.spec.ipFamilies``."""

    IPV4 = "IPv4"
    IPV6 = "IPv6"


class Dataplane(enum.Enum):
    """Calico's own dataplane."""

    IPTABLES = "Iptables"
    NFTABLES = "Nftables"
    BPF = "BPF"


class LoadBalancerIPs(enum.Enum):
    """Where ``serviceLoadBalancerIPs`` comes from."""

    FROM_POOLS = "FromPools"
    EXPLICIT = "Explicit"


class Announce(enum.Enum):
    """How the network learns where a pool's VIPs are."""

    AUTO = "Auto"
    BGP = "BGP"
    L2 = "L2"


class ManagedBy(enum.Enum):
    """Who installs kube-proxy."""

    KUBEADM = "kubeadm"
    KUBESPRAY = "kubespray"
    K3S = "k3s"
    RKE2 = "rke2"
    TALOS = "talos"
    NONE = "none"


class Ownership(enum.Enum):
    """What genlb does with kube-proxy's ConfigMap: write its fields, only compare, or leave it alone."""

    MERGE = "Merge"
    OBSERVE = "Observe"
    NONE = "None"


class ProxyMode(enum.Enum):
    """kube-proxy's mode."""

    IPVS = "ipvs"
    IPTABLES = "iptables"
    NFTABLES = "nftables"


class Restart(enum.Enum):
    """How kube-proxy takes a new configuration: it never does by itself."""

    ANNOTATE = "Annotate"
    MANUAL = "Manual"


class RpFilter(enum.Enum):
    """Reverse path filtering in words, since 0 (off) and 2 (loose) are routinely confused."""

    STRICT = "Strict"
    LOOSE = "Loose"
    DISABLED = "Disabled"


class Bind(enum.Enum):
    """How a routed VIP becomes local on a node."""

    AUTO = "Auto"
    ANY_IP = "AnyIP"
    OBSERVE = "Observe"
    NONE = "None"


class Scope(enum.Enum):
    """On which nodes a routed VIP becomes local."""

    ALL_NODES = "AllNodes"
    ENDPOINT_NODES = "EndpointNodes"


class Engine(enum.Enum):
    """Who applies what genlb renders."""

    ARGO_CD = "ArgoCD"
    FLUX = "Flux"
    NONE = "None"


class SelectorOperator(enum.Enum):
    """How a label selector's expression compares."""

    IN = "In"
    NOT_IN = "NotIn"
    EXISTS = "Exists"
    DOES_NOT_EXIST = "DoesNotExist"


class TolerationOperator(enum.Enum):
    """How a toleration matches a taint's value."""

    EXISTS = "Exists"
    EQUAL = "Equal"


class TaintEffect(enum.Enum):
    """What a taint does to pods that do not tolerate it."""

    NO_SCHEDULE = "NoSchedule"
    PREFER_NO_SCHEDULE = "PreferNoSchedule"
    NO_EXECUTE = "NoExecute"


class SourceKind(enum.Enum):
    """What a Flux Kustomization may read from."""

    GIT_REPOSITORY = "GitRepository"
    OCI_REPOSITORY = "OCIRepository"
    BUCKET = "Bucket"


class Versions(Record):
    """The releases that run in the cluster; they decide which fields exist."""

    kubernetes: Version = spelled("kubernetes")
    calico: Version = spelled("calico", pattern=RELEASE)
    metallb: Version = spelled("metallb", pattern=RELEASE)


class Access(Record):
    """Which live cluster this is: kubeconfig context, and the uid of its namespace kube-system."""

    context: str | None = spelled("context", default=None)
    uid: str | None = spelled("uid", default=None, pattern=UUID)


class ClusterNetwork(Record):
    """The address plan around the VIPs."""

    pod_cidrs: tuple[Network, ...] = spelled("podCIDRs", min_items=1)
    service_cidrs: tuple[Network, ...] = spelled("serviceCIDRs", min_items=1)
    node_cidrs: tuple[Network, ...] = spelled("nodeCIDRs", min_items=1)


class PeerNames(Record):
    """Names of adopted BGPPeers, kept instead of ``genlb-<router>-v4|v6``."""

    ipv4: str | None = spelled("ipv4", default=None, pattern=SUBDOMAIN)
    ipv6: str | None = spelled("ipv6", default=None, pattern=SUBDOMAIN)


class Router(Record):
    """A BGP neighbour of the nodes, usually a ToR; at most one address of each family."""

    name: str = spelled("name", pattern=LABEL)
    as_number: int = spelled("asNumber", minimum=1, maximum=AS_NUMBER_MAX)
    addresses: tuple[Address, ...] = spelled("addresses", min_items=1)
    reachable_by: Address | None = spelled("reachableBy", default=None)
    peer_names: PeerNames = spelled("peerNames", default=PeerNames())


class Rack(Record):
    """Nodes that share their routers."""

    name: str = spelled("name", pattern=LABEL_VALUE)
    node_as_number: int | None = spelled("nodeASNumber", default=None, minimum=1, maximum=AS_NUMBER_MAX)
    num_allowed_local_as_numbers: int | None = spelled("numAllowedLocalASNumbers", default=None, minimum=0, maximum=255)
    routers: tuple[Router, ...] = spelled("routers", default=(), merge_by_name=True)


class SecretKey(Record):
    """A reference to one key of a Secret; never the secret itself."""

    secret_name: str = spelled("secretName", pattern=SUBDOMAIN)
    key: str = spelled("key", pattern=DATA_KEY)


class Advertise(Record):
    """Which Service addresses Calico announces."""

    load_balancer_ips: LoadBalancerIPs = spelled("loadBalancerIPs", default=LoadBalancerIPs.FROM_POOLS)
    load_balancer_cidrs: tuple[Network, ...] = spelled("loadBalancerCIDRs", default=())
    aggregation: Switch = spelled("aggregation", default=Switch.ENABLED)
    cluster_ips: Switch = spelled("clusterIPs", default=Switch.DISABLED)
    external_cidrs: tuple[Network, ...] = spelled("externalCIDRs", default=())


class Community(Record):
    """A BGP community with a name that pools use."""

    name: str = spelled("name", pattern=COMMUNITY_NAME)
    value: str = spelled("value", pattern=COMMUNITY)


class Bgp(Record):
    """Calico's BGP: who peers with whom, and what is announced."""

    as_number: int = spelled("asNumber", minimum=1, maximum=AS_NUMBER_MAX)
    node_to_node_mesh: Switch = spelled("nodeToNodeMesh", default=Switch.ENABLED)
    dataplane: Dataplane | None = spelled("dataplane", default=None)
    rack_label: str | None = spelled("rackLabel", default=None, pattern=LABEL_KEY)
    racks: tuple[Rack, ...] = spelled("racks", default=(), merge_by_name=True)
    password: SecretKey | None = spelled("password", default=None)
    max_restart_time: Duration | None = spelled("maxRestartTime", default=None)
    advertise: Advertise = spelled("advertise", default=Advertise())
    communities: tuple[Community, ...] = spelled("communities", default=(), merge_by_name=True)


class LabelRequirement(Record):
    """One expression of a label selector."""

    key: str = spelled("key", pattern=LABEL_KEY)
    operator: SelectorOperator = spelled("operator")
    values: tuple[str, ...] = spelled("values", default=(), pattern=OPTIONAL_LABEL_VALUE)


class LabelSelector(Record):
    """A Kubernetes label selector."""

    match_labels: Mapping[str, str] = spelled(
        "matchLabels", default_factory=dict, key_pattern=LABEL_KEY, pattern=OPTIONAL_LABEL_VALUE
    )
    match_expressions: tuple[LabelRequirement, ...] = spelled("matchExpressions", default=())


class Allocation(Record):
    """Which Services a pool serves (MetalLB's ``serviceAllocation``); priority 1 comes first, 0 last."""

    priority: int | None = spelled("priority", default=None, minimum=0, maximum=2147483647)
    namespaces: tuple[str, ...] = spelled("namespaces", default=(), pattern=LABEL)
    namespace_selectors: tuple[LabelSelector, ...] = spelled("namespaceSelectors", default=())
    service_selectors: tuple[LabelSelector, ...] = spelled("serviceSelectors", default=())


class Pool(Record):
    """Addresses that MetalLB hands out as VIPs."""

    name: str = spelled("name", pattern=SUBDOMAIN)
    addresses: tuple[AddressBlock, ...] = spelled("addresses", min_items=1)
    auto_assign: bool = spelled("autoAssign", default=True)
    avoid_buggy_ips: bool = spelled("avoidBuggyIPs", default=False)
    families: tuple[Family, ...] | None = spelled("families", default=None, min_items=1)
    communities: tuple[str, ...] = spelled("communities", default=(), pattern=COMMUNITY_NAME)
    announce: Announce = spelled("announce", default=Announce.AUTO)
    allocate_to: Allocation | None = spelled("allocateTo", default=None)


class Ipvs(Record):
    """kube-proxy's ipvs section, as far as genlb sets it."""

    scheduler: str | None = spelled("scheduler", default=None, pattern=SCHEDULER)


class KubeProxy(Record):
    """kube-proxy: who owns it and how it works."""

    managed_by: ManagedBy = spelled("managedBy", default=ManagedBy.KUBEADM)
    ownership: Ownership = spelled("ownership", default=Ownership.OBSERVE)
    mode: ProxyMode = spelled("mode")
    strict_arp: bool = spelled("strictARP", default=False)
    ipvs: Ipvs = spelled("ipvs", default=Ipvs())
    base_config: str | None = spelled("baseConfig", default=None, pattern=RELATIVE_PATH)
    restart: Restart = spelled("restart", default=Restart.MANUAL)


class Image(Record):
    """The daemons' container image; tag, digest or both."""

    repository: str = spelled("repository", pattern=REPOSITORY)
    tag: str | None = spelled("tag", default=None, pattern=TAG)
    digest: str | None = spelled("digest", default=None, pattern=DIGEST)

    def __str__(self) -> str:
        tag = f":{self.tag}" if self.tag else ""
        digest = f"@{self.digest}" if self.digest else ""
        return f"{self.repository}{tag}{digest}"


class LocalObject(Record):
    """A reference by name to an object in the same namespace."""

    name: str = spelled("name", pattern=SUBDOMAIN)


class Toleration(Record):
    """A Kubernetes toleration."""

    key: str | None = spelled("key", default=None, pattern=LABEL_KEY)
    operator: TolerationOperator | None = spelled("operator", default=None)
    value: str | None = spelled("value", default=None)
    effect: TaintEffect | None = spelled("effect", default=None)
    toleration_seconds: int | None = spelled("tolerationSeconds", default=None, minimum=0)


class Resources(Record):
    """Requests and limits of a container, in Kubernetes quantities."""

    requests: Mapping[str, str] = spelled("requests", default_factory=dict, key_pattern=LABEL_KEY, pattern=QUANTITY)
    limits: Mapping[str, str] = spelled("limits", default_factory=dict, key_pattern=LABEL_KEY, pattern=QUANTITY)


class DaemonResources(Record):
    """Resources of the two daemons."""

    vip: Resources = spelled(
        "vip", default=Resources(requests={"cpu": "10m", "memory": "48Mi"}, limits={"memory": "96Mi"})
    )
    sysctl: Resources = spelled(
        "sysctl", default=Resources(requests={"cpu": "5m", "memory": "32Mi"}, limits={"memory": "64Mi"})
    )


class Agents(Record):
    """What both node daemons share. ``image`` is required unless both are Disabled."""

    image: Image | None = spelled("image", default=None)
    image_pull_secrets: tuple[LocalObject, ...] = spelled("imagePullSecrets", default=())
    node_selector: Mapping[str, str] = spelled(
        "nodeSelector",
        default_factory=lambda: {"kubernetes.io/os": "linux"},
        key_pattern=LABEL_KEY,
        pattern=OPTIONAL_LABEL_VALUE,
    )
    tolerations: tuple[Toleration, ...] = spelled(
        "tolerations", default=(Toleration(operator=TolerationOperator.EXISTS),)
    )
    resources: DaemonResources = spelled("resources", default=DaemonResources())


class Sysctls(Record):
    """Kernel settings that the sysctl daemon holds on every node."""

    state: DaemonState = spelled("state", default=DaemonState.ENABLED)
    rp_filter: RpFilter = spelled("rpFilter", default=RpFilter.LOOSE)
    interfaces: tuple[str, ...] | None = spelled("interfaces", default=None, pattern=INTERFACE)
    persist: bool = spelled("persist", default=False)
    extra: Mapping[str, str] = spelled("extra", default_factory=dict, key_pattern=SYSCTL, pattern=PRINTABLE)


class Routed(Record):
    """How VIPs of BGP pools become local on nodes."""

    bind: Bind = spelled("bind", default=Bind.AUTO)
    scope: Scope = spelled("scope", default=Scope.ALL_NODES)


class L2(Record):
    """How VIPs of L2 pools find their one owner, and on which interfaces it answers."""

    interfaces: tuple[str, ...] = spelled("interfaces", default=(), pattern=INTERFACE)
    lease_duration: Duration = spelled("leaseDuration", default=Duration(10_000))
    renew_interval: Duration = spelled("renewInterval", default=Duration(2_000))


class VipBinder(Record):
    """The daemon that makes VIPs local, or checks that kube-proxy does."""

    state: DaemonState = spelled("state", default=DaemonState.ENABLED)
    routed: Routed = spelled("routed", default=Routed())
    l2: L2 = spelled("l2", default=L2())
    guard: bool = spelled("guard", default=True)


class Namespaces(Record):
    """Where MetalLB and Calico run; the BGP password's Secret lives with Calico."""

    metallb: str = spelled("metallb", default="metallb-system", pattern=LABEL)
    calico: str = spelled("calico", default="calico-system", pattern=LABEL)


class Destination(Record):
    """Argo CD's name or URL of the cluster; without either, the cluster's own name."""

    name: str | None = spelled("name", default=None)
    server: str | None = spelled("server", default=None)


class ArgoCD(Record):
    """Where the Applications live."""

    namespace: str = spelled("namespace", default="argocd", pattern=LABEL)
    project: str = spelled("project", default="default", pattern=SUBDOMAIN)


class SourceRef(Record):
    """The Flux source that holds this repository."""

    kind: SourceKind = spelled("kind", default=SourceKind.GIT_REPOSITORY)
    name: str = spelled("name", pattern=SUBDOMAIN)
    namespace: str | None = spelled("namespace", default=None, pattern=LABEL)


class Flux(Record):
    """Where the Kustomizations live, what they read and what they wait for."""

    namespace: str = spelled("namespace", default="flux-system", pattern=LABEL)
    source_ref: SourceRef | None = spelled("sourceRef", default=None)
    depends_on: tuple[LocalObject, ...] = spelled("dependsOn", default=())


class Gitops(Record):
    """Who applies the rendered units, and from where. ``path`` is this repository root's place in ``repoURL``."""

    engine: Engine = spelled("engine", default=Engine.NONE)
    repo_url: str | None = spelled("repoURL", default=None)
    target_revision: str = spelled("targetRevision", default="HEAD")
    path: str = spelled("path", default="", pattern=RELATIVE_PATH)
    destination: Destination = spelled("destination", default=Destination())
    argocd: ArgoCD = spelled("argocd", default=ArgoCD())
    flux: Flux = spelled("flux", default=Flux())


class Patch(Record):
    """A JSON merge patch (RFC 7396) on one rendered object, for what the spec cannot say."""

    kind: str = spelled("kind", pattern=KIND)
    name: str = spelled("name")
    namespace: str | None = spelled("namespace", default=None, pattern=LABEL)
    merge: Mapping[str, Any] = spelled("merge")


class Suppression(Record):
    """A rule that shall not speak here; without a reason, or past its last day, it suppresses nothing."""

    rule: str = spelled("rule", pattern=RULE_ID)
    reason: str | None = spelled("reason", default=None)
    expires: str | None = spelled("expires", default=None, pattern=DATE)


class Lint(Record):
    """What the rules shall not say about this cluster."""

    suppress: tuple[Suppression, ...] = spelled("suppress", default=())


class Spec(Record):
    """Everything genlb renders, from one place."""

    profiles: tuple[str, ...] = spelled("profiles", default=(), pattern=LABEL)
    versions: Versions = spelled("versions")
    routing_domain: str = spelled("routingDomain", default="default", pattern=LABEL_VALUE)
    access: Access = spelled("access", default=Access())
    network: ClusterNetwork = spelled("network")
    bgp: Bgp = spelled("bgp")
    pools: tuple[Pool, ...] = spelled("pools", merge_by_name=True)
    kube_proxy: KubeProxy = spelled("kubeProxy")
    agents: Agents = spelled("agents", default=Agents())
    sysctls: Sysctls = spelled("sysctls", default=Sysctls())
    vip_binder: VipBinder = spelled("vipBinder", default=VipBinder())
    namespaces: Namespaces = spelled("namespaces", default=Namespaces())
    gitops: Gitops = spelled("gitops", default=Gitops())
    patches: tuple[Patch, ...] = spelled("patches", default=())
    lint: Lint = spelled("lint", default=Lint())


class Metadata(Record):
    """Name and labels of a cluster; the name equals its folder's."""

    name: str = spelled("name", pattern=LABEL)
    labels: Mapping[str, str] = spelled(
        "labels", default_factory=dict, key_pattern=LABEL_KEY, pattern=OPTIONAL_LABEL_VALUE
    )
    annotations: Mapping[str, str] = spelled("annotations", default_factory=dict, key_pattern=LABEL_KEY)


class Cluster(Record):
    """One cluster: what people declared, all layers merged."""

    metadata: Metadata = spelled("metadata")
    spec: Spec = spelled("spec")

    @property
    def name(self) -> str:
        """The cluster's name."""
        return self.metadata.name
