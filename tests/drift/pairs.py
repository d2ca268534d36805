"""Pairs of a desired and a live object with the verdict on them; each is a way in which comparisons have been wrong."""

from __future__ import annotations

import json
from typing import NamedTuple

from genlb.drift.model import Sort
from tests.drift.objects import (
    BGP,
    CONFIG_MAP,
    DEPLOYMENT,
    FILTER,
    GONE,
    PEER,
    POOL,
    PROXY,
    ROLE,
    SECRET,
    SERVICE,
    WIDGET,
    Object,
    applied,
    change,
    managed,
    owned_by,
    yaml,
)

CHANGED, MISSING, EXTRA, FOREIGN, ORDER = Sort.CHANGED, Sort.MISSING, Sort.EXTRA, Sort.FOREIGN, Sort.ORDER

ARGO = "argocd-controller"
FLUX = "kustomize-controller"
CLIENT = "kubectl-client-side-apply"
LATER = "2026-06-01T00:00:00Z"


class Pair(NamedTuple):
    """``found`` lists (sort, spelled path) of every finding, ``embedded`` paths after an arrow; None: not looked at."""

    name: str
    drifts: bool
    desired: Object
    live: Object
    found: tuple[tuple[Sort, str], ...] | None = None


def same(name: str, desired: Object, live: Object, *found: tuple[Sort, str]) -> Pair:
    """No drift; ``found`` is what is told all the same."""
    return Pair(name, False, desired, live, found)  # noqa: FBT003 -- the verdict


def drift(name: str, desired: Object, live: Object, *found: tuple[Sort, str]) -> Pair:
    """Drift."""
    return Pair(name, True, desired, live, found or None)  # noqa: FBT003 -- the verdict


def by_argo(desired: Object, live: Object, *others: Object) -> Object:
    """The live object as Argo CD applied it, with what others own."""
    return managed(live, owned_by(ARGO, desired), *others)


def conf(**changes: tuple[str, str]) -> Object:
    """kube-proxy's ConfigMap with words of its configuration replaced."""
    text = PROXY["data"]["config.conf"]
    for old, new in changes.values():
        assert old in text, old
        text = text.replace(old, new)
    return change(PROXY, data__config_conf=text)


SIDECAR = {"name": "istio-proxy", "image": "istio/proxy:1", "args": ["proxy"]}
BASE = "spec__template__spec__"
WEB = f"{BASE}containers__0__"
ISTIO = {
    "manager": "istio-sidecar-injector",
    "operation": "Update",
    "time": LATER,
    "fieldsV1": {
        "f:spec": {"f:template": {"f:spec": {"f:containers": {'k:{"name":"istio-proxy"}': {".": {}, "f:name": {}}}}}}
    },
}


def entry(manager: str, fields: Object, *, operation: str = "Update", time: str = LATER) -> Object:
    """An entry of ``managedFields`` by hand."""
    return {"manager": manager, "operation": operation, "time": time, "fieldsType": "FieldsV1", "fieldsV1": fields}


def live_deployment() -> Object:
    """What an API server makes of DEPLOYMENT."""
    return change(
        DEPLOYMENT,
        metadata__uid="1",
        metadata__resourceVersion="2",
        metadata__generation=4,
        metadata__creationTimestamp="2026-01-01T00:00:00Z",
        metadata__annotations__deployment_revision="4",
        spec__replicas=1,
        spec__revisionHistoryLimit=10,
        spec__progressDeadlineSeconds=600,
        spec__strategy={"type": "RollingUpdate", "rollingUpdate": {"maxSurge": "25%", "maxUnavailable": "25%"}},
        status={"replicas": 1, "observedGeneration": 4},
        **{
            "spec__template__metadata__creationTimestamp": None,
            f"{BASE}restartPolicy": "Always",
            f"{BASE}dnsPolicy": "ClusterFirst",
            f"{BASE}schedulerName": "default-scheduler",
            f"{BASE}securityContext": {},
            f"{BASE}terminationGracePeriodSeconds": 30,
            f"{WEB}imagePullPolicy": "IfNotPresent",
            f"{WEB}terminationMessagePath": "/dev/termination-log",
            f"{WEB}terminationMessagePolicy": "File",
            f"{WEB}ports__0__protocol": "TCP",
            f"{WEB}ports__1__protocol": "TCP",
        },
    )


LIVE = live_deployment()

DEFAULTS = (
    same("an object equals itself", DEPLOYMENT, DEPLOYMENT),
    same("a deployment with everything that the API server fills in", DEPLOYMENT, LIVE),
    same("defaults, seen after server-side apply", DEPLOYMENT, by_argo(DEPLOYMENT, LIVE)),
    same(
        "defaults, all owned by a client-side apply",
        DEPLOYMENT,
        managed(applied(LIVE, DEPLOYMENT), owned_by(CLIENT, LIVE, operation="Update")),
    ),
    same(
        "a service with cluster IP, families and node ports",
        SERVICE,
        change(
            SERVICE,
            spec__clusterIP="10.96.0.7",
            spec__clusterIPs=["10.96.0.7"],
            spec__ipFamilies=["IPv4"],
            spec__ipFamilyPolicy="SingleStack",
            spec__sessionAffinity="None",
            spec__internalTrafficPolicy="Cluster",
            spec__allocateLoadBalancerNodePorts=True,
            spec__healthCheckNodePort=31000,
            spec__ports__0__nodePort=30001,
            spec__ports__1__nodePort=30002,
            spec__ports__0__protocol="TCP",
            spec__ports__1__protocol="TCP",
            status={"loadBalancer": {"ingress": [{"ip": "10.208.1.9"}]}},
        ),
    ),
    same(
        "an empty cluster IP in git is filled in",
        change(SERVICE, spec__clusterIP=""),
        change(SERVICE, spec__clusterIP="10.96.0.7"),
    ),
    same("git says protocol TCP, as the server does", change(DEPLOYMENT, **{f"{WEB}ports__0__protocol": "TCP"}), LIVE),
    same("defaults of a custom resource that the tables know", POOL, change(POOL, spec__autoAssign=True)),
    same(
        "defaults of an unknown custom resource after server-side apply",
        WIDGET,
        by_argo(WIDGET, change(WIDGET, spec__color="blue", spec__parts__0__unit="kg")),
    ),
    same(
        "defaults inside an atomic list of an unknown kind",
        change(WIDGET, spec__parts=[{"x": 1}]),
        by_argo(change(WIDGET, spec__parts=[{"x": 1}]), change(WIDGET, spec__parts=[{"x": 1, "kind": "Service"}])),
    ),
    same("status in git", change(DEPLOYMENT, status={"replicas": 9}), LIVE),
    same("status in git, none live", change(WIDGET, status={"phase": "Ready"}), WIDGET),
    same(
        "creationTimestamp null in git, as generators write it",
        change(DEPLOYMENT, metadata__creationTimestamp=None, spec__template__metadata__creationTimestamp=None),
        LIVE,
    ),
    same(
        "server metadata in git, from an export",
        change(
            DEPLOYMENT,
            metadata__uid="7",
            metadata__resourceVersion="9",
            metadata__generation=1,
            metadata__managedFields=[],
        ),
        LIVE,
    ),
)

NOTHING = (
    same("null in git is absent", change(WIDGET, spec__gone=None), WIDGET),
    same("null live is absent", WIDGET, change(WIDGET, spec__gone=None)),
    same(
        "empty labels and annotations are absent",
        change(WIDGET, metadata__labels={}, metadata__annotations=None),
        WIDGET,
    ),
    same("rules [] became null", change(ROLE, rules=[]), change(ROLE, rules=None)),
    same(
        "empty parts of a pod are dropped",
        change(
            DEPLOYMENT,
            **{
                f"{BASE}nodeSelector": {},
                f"{BASE}hostNetwork": False,
                f"{BASE}imagePullSecrets": [],
                f"{WEB}stdin": False,
                f"{WEB}workingDir": "",
            },
        ),
        LIVE,
    ),
    same("empty data of a ConfigMap", change(CONFIG_MAP, data=GONE), change(CONFIG_MAP, data=None)),
    same(
        "an empty env value is dropped",
        change(DEPLOYMENT, **{f"{WEB}env__0__value": ""}),
        change(LIVE, **{f"{WEB}env__0__value": GONE}),
    ),
    same("an empty strategy is filled in", change(DEPLOYMENT, spec__strategy={}), LIVE),
    drift(
        "an empty value of a ConfigMap is a value",
        CONFIG_MAP,
        change(CONFIG_MAP, data__empty=GONE),
        (MISSING, "data.empty"),
    ),
    drift(
        "hostNetwork false in git, true live",
        change(DEPLOYMENT, **{f"{BASE}hostNetwork": False}),
        change(LIVE, **{f"{BASE}hostNetwork": True}),
        (CHANGED, "spec.template.spec.hostNetwork"),
    ),
    drift(
        "automountServiceAccountToken false is not its absence",
        change(DEPLOYMENT, **{f"{BASE}automountServiceAccountToken": False}),
        LIVE,
        (MISSING, "spec.template.spec.automountServiceAccountToken"),
    ),
    drift("runAsUser 0 is not its absence", change(DEPLOYMENT, **{f"{WEB}securityContext": {"runAsUser": 0}}), LIVE),
    drift("replicas 0 in git, 1 live", change(DEPLOYMENT, spec__replicas=0), LIVE, (CHANGED, "spec.replicas")),
    drift(
        "empty is not missing in a custom resource", WIDGET, change(WIDGET, spec__empty=GONE), (MISSING, "spec.empty")
    ),
    drift("false is not missing in a custom resource", change(WIDGET, spec__on=False), WIDGET, (MISSING, "spec.on")),
    drift(
        "a pool with serviceAllocation {} allocates to nobody",
        POOL,
        change(POOL, spec__serviceAllocation={}),
        (FOREIGN, "spec.serviceAllocation"),
    ),
    drift(
        "serviceAllocation {} in git is not its absence",
        change(POOL, spec__serviceAllocation={}),
        POOL,
        (MISSING, "spec.serviceAllocation"),
    ),
    same("false and absent are one where Calico leaves false out", change(PEER, spec__keepOriginalNextHop=False), PEER),
)

SPELLINGS = (
    drift(
        "permissions that are no longer octal, as whoever wrote 644 for 0644 finds out",
        change(
            DEPLOYMENT, **{f"{BASE}volumes__0": {"name": "data", "secret": {"secretName": "x", "defaultMode": 644}}}
        ),
        change(LIVE, **{f"{BASE}volumes__0": {"name": "data", "secret": {"secretName": "x", "defaultMode": 420}}}),
    ),
    drift(
        "other permissions",
        change(
            DEPLOYMENT, **{f"{BASE}volumes__0": {"name": "data", "secret": {"secretName": "x", "defaultMode": 256}}}
        ),
        change(LIVE, **{f"{BASE}volumes__0": {"name": "data", "secret": {"secretName": "x", "defaultMode": 420}}}),
    ),
    drift(
        "another fraction of a CPU",
        DEPLOYMENT,
        change(LIVE, **{f"{WEB}resources__requests__cpu": "0.2"}),
        (CHANGED, "spec.template.spec.containers[name=web].resources.requests.cpu"),
    ),
    same(
        "a thousandth is the least that is kept",
        change(DEPLOYMENT, **{f"{WEB}resources__requests__cpu": "100u"}),
        change(LIVE, **{f"{WEB}resources__requests__cpu": "1m"}),
    ),
    same(
        "quantities in other words",
        DEPLOYMENT,
        change(
            LIVE,
            **{
                f"{WEB}resources__requests__cpu": "0.1",
                f"{WEB}resources__requests__memory": "131072Ki",
                f"{WEB}resources__limits__memory": "1024Mi",
                f"{BASE}volumes__1__emptyDir__sizeLimit": "0.5Gi",
            },
        ),
    ),
    same(
        "a quantity as a number",
        change(DEPLOYMENT, **{f"{WEB}resources__limits__cpu": 1}),
        change(LIVE, **{f"{WEB}resources__limits__cpu": "1"}),
    ),
    same(
        "a quantity as a fraction",
        change(DEPLOYMENT, **{f"{WEB}resources__limits__cpu": 0.5}),
        change(LIVE, **{f"{WEB}resources__limits__cpu": "500m"}),
    ),
    same(
        "a quantity with an exponent",
        change(DEPLOYMENT, **{f"{WEB}resources__limits__memory": "1e9"}),
        change(LIVE, **{f"{WEB}resources__limits__memory": "1G"}),
    ),
    same("a quantity of an unknown kind's resources", WIDGET, change(WIDGET, spec__resources__limits__cpu="1")),
    drift(
        "mebi is not mega",
        change(DEPLOYMENT, **{f"{WEB}resources__limits__memory": "128M"}),
        change(LIVE, **{f"{WEB}resources__limits__memory": "128Mi"}),
    ),
    drift(
        "milli is not mega",
        change(DEPLOYMENT, **{f"{WEB}resources__limits__memory": "128m"}),
        change(LIVE, **{f"{WEB}resources__limits__memory": "128M"}),
    ),
    drift(
        "a quantity-like text elsewhere is a text",
        change(CONFIG_MAP, data__size="1024Mi"),
        change(CONFIG_MAP, data__size="1Gi"),
        (CHANGED, "data.size"),
    ),
    drift(
        "a label that looks like a quantity",
        change(CONFIG_MAP, metadata__labels__app="1000m"),
        change(CONFIG_MAP, metadata__labels__app="1"),
    ),
    same("a duration in other words", PEER, change(PEER, spec__maxRestartTime="120s")),
    drift("another duration", PEER, change(PEER, spec__maxRestartTime="121s"), (CHANGED, "spec.maxRestartTime")),
    drift("a duration at an undeclared path is a text", WIDGET, change(WIDGET, spec__timeout="1m0s")),
    same("IPv6 in other words", change(PEER, spec__peerIP="fd00:20:1::2"), change(PEER, spec__peerIP="FD00:20:1:0::2")),
    same(
        "pool addresses in other words",
        POOL,
        change(POOL, spec__addresses=["10.208.1.0-10.208.1.255", "fd00:0010:0208:0001::/112"]),
    ),
    same(
        "advertised CIDRs in other words",
        BGP,
        change(BGP, spec__serviceLoadBalancerIPs=[{"cidr": "10.208.1.0/24"}, {"cidr": "FD00:10:208:1:0::/112"}]),
    ),
    same("whole numbers with a point", WIDGET, change(WIDGET, spec__size=3.0, spec__parts__0__weight=1.0)),
    drift("true is not 1", change(WIDGET, spec__size=1), change(WIDGET, spec__size=True), (CHANGED, "spec.size")),
    drift("true is not 1 inside a list", change(WIDGET, spec__steps=[1]), change(WIDGET, spec__steps=[True])),
    drift("a port by number is not one by name", SERVICE, change(SERVICE, spec__ports__0__targetPort="8080")),
    drift(
        "a rollout by number and by percentage",
        change(DEPLOYMENT, spec__strategy={"rollingUpdate": {"maxSurge": 1}}),
        change(LIVE, spec__strategy__rollingUpdate__maxSurge="1%"),
    ),
    drift("a trailing line break of a ConfigMap counts", CONFIG_MAP, change(CONFIG_MAP, data__color="green\n")),
    same("stringData became data", change(SECRET, data=GONE, stringData={"token": "hunter2"}), SECRET),
    same("base64 in lines", change(SECRET, data={"token": "aHVu\ndGVyMg==\n"}), SECRET),
    drift("another secret", SECRET, change(SECRET, data={"token": "aHVudGVyMw=="}), (CHANGED, "data.token")),
    drift("a secret of stringData, changed live", change(SECRET, data=GONE, stringData={"token": "x"}), SECRET),
)

LISTS = (
    same(
        "containers, env, ports, mounts and volumes in another order",
        DEPLOYMENT,
        change(
            LIVE,
            **{
                f"{WEB}env": DEPLOYMENT["spec"]["template"]["spec"]["containers"][0]["env"][::-1],
                f"{WEB}ports": DEPLOYMENT["spec"]["template"]["spec"]["containers"][0]["ports"][::-1],
                f"{WEB}volumeMounts": DEPLOYMENT["spec"]["template"]["spec"]["containers"][0]["volumeMounts"][::-1],
                f"{BASE}volumes": DEPLOYMENT["spec"]["template"]["spec"]["volumes"][::-1],
            },
        ),
        (ORDER, "spec.template.spec.containers[name=web].env"),
        (ORDER, "spec.template.spec.containers[name=web].ports"),
        (ORDER, "spec.template.spec.containers[name=web].volumeMounts"),
        (ORDER, "spec.template.spec.volumes"),
    ),
    same(
        "tolerations in another order",
        DEPLOYMENT,
        change(LIVE, **{f"{BASE}tolerations": DEPLOYMENT["spec"]["template"]["spec"]["tolerations"][::-1]}),
        (ORDER, "spec.template.spec.tolerations"),
    ),
    drift(
        "init containers in another order run in another order",
        DEPLOYMENT,
        change(LIVE, **{f"{BASE}initContainers": DEPLOYMENT["spec"]["template"]["spec"]["initContainers"][::-1]}),
        (CHANGED, "spec.template.spec.initContainers"),
    ),
    drift(
        "arguments in another order",
        DEPLOYMENT,
        change(LIVE, **{f"{WEB}args": ["8080", "--port"]}),
        (CHANGED, "spec.template.spec.containers[name=web].args"),
    ),
    drift("an argument more", DEPLOYMENT, change(LIVE, **{f"{WEB}args__2": "-v"})),
    same(
        "roles and verbs in another order",
        ROLE,
        change(
            ROLE,
            rules=[ROLE["rules"][1], {"apiGroups": [""], "resources": ["services", "pods"], "verbs": ["list", "get"]}],
        ),
        (ORDER, "rules"),
    ),
    drift("a verb more in a role", ROLE, change(ROLE, rules__0__verbs__2="delete")),
    drift(
        "a rule more in a role", ROLE, change(ROLE, rules__2={"apiGroups": ["*"], "resources": ["*"], "verbs": ["*"]})
    ),
    same(
        "service ports in another order",
        SERVICE,
        change(SERVICE, spec__ports=SERVICE["spec"]["ports"][::-1]),
        (ORDER, "spec.ports"),
    ),
    same(
        "source ranges in another order",
        SERVICE,
        change(SERVICE, spec__loadBalancerSourceRanges=["fd00::/8", "10.0.0.0/8"]),
        (ORDER, "spec.loadBalancerSourceRanges"),
    ),
    same(
        "pool addresses in another order",
        POOL,
        change(POOL, spec__addresses=POOL["spec"]["addresses"][::-1]),
        (ORDER, "spec.addresses"),
    ),
    same(
        "advertised CIDRs in another order",
        BGP,
        change(BGP, spec__serviceLoadBalancerIPs=[{"cidr": "fd00:10:208:1::/112"}, {"cidr": "10.208.1.0/24"}]),
        (ORDER, "spec.serviceLoadBalancerIPs"),
    ),
    same(
        "communities of a prefix in another order",
        BGP,
        change(BGP, spec__prefixAdvertisements__0__communities=["fast", "public"]),
        (ORDER, "spec.prefixAdvertisements[cidr=10.208.1.0/24].communities"),
    ),
    drift(
        "an advertised CIDR is missing",
        BGP,
        change(BGP, spec__serviceLoadBalancerIPs__1=GONE),
        (MISSING, "spec.serviceLoadBalancerIPs[cidr=fd00:10:208:1::/112]"),
    ),
    drift(
        "an advertised CIDR more",
        BGP,
        change(BGP, spec__serviceLoadBalancerIPs__2={"cidr": "10.9.0.0/16"}),
        (CHANGED, "spec.serviceLoadBalancerIPs[cidr=10.9.0.0/16]"),
    ),
    drift(
        "a range more in a pool",
        POOL,
        change(POOL, spec__addresses__2="10.9.0.0/24"),
        (CHANGED, "spec.addresses[=10.9.0.0/24]"),
    ),
    drift(
        "a range less in a pool",
        POOL,
        change(POOL, spec__addresses__1=GONE),
        (MISSING, "spec.addresses[=fd00:10:208:1::/112]"),
    ),
    drift(
        "filter rules in another order: the first that matches decides",
        FILTER,
        change(FILTER, spec__exportV4=FILTER["spec"]["exportV4"][::-1]),
    ),
    drift(
        "a filter rule narrowed by a field",
        FILTER,
        change(FILTER, spec__exportV4__0__interface="eth0"),
        (CHANGED, "spec.exportV4[0].interface"),
    ),
    drift(
        "an unknown list of texts in another order",
        WIDGET,
        change(WIDGET, spec__steps=["test", "build"]),
        (CHANGED, "spec.steps"),
    ),
    drift("an unknown list with an item more", WIDGET, change(WIDGET, spec__parts__2={"name": "c"})),
    same(
        "a list that managedFields tell to be keyed, in another order",
        WIDGET,
        by_argo(WIDGET, change(WIDGET, spec__parts=WIDGET["spec"]["parts"][::-1])),
        (ORDER, "spec.parts"),
    ),
    same(
        "a list that managedFields tell to be a set, in another order",
        WIDGET,
        managed(
            change(WIDGET, spec__steps=["test", "build"]),
            entry(ARGO, {"f:spec": {"f:steps": {'v:"build"': {}, 'v:"test"': {}}}}, operation="Apply"),
        ),
        (ORDER, "spec.steps"),
    ),
    same(
        "the same key twice, alike on both sides",
        change(DEPLOYMENT, **{f"{WEB}env__2": {"name": "MODE", "value": "slow"}}),
        change(LIVE, **{f"{WEB}env__2": {"name": "MODE", "value": "slow"}}),
    ),
    drift(
        "the same key twice, in another order: the last one counts",
        change(DEPLOYMENT, **{f"{WEB}env": [{"name": "A", "value": "1"}, {"name": "A", "value": "2"}]}),
        change(LIVE, **{f"{WEB}env": [{"name": "A", "value": "2"}, {"name": "A", "value": "1"}]}),
    ),
    same(
        "one port number, two protocols",
        change(
            SERVICE,
            spec__ports=[{"name": "t", "port": 53, "protocol": "TCP"}, {"name": "u", "port": 53, "protocol": "UDP"}],
        ),
        change(
            SERVICE,
            spec__ports=[
                {"name": "t", "port": 53, "protocol": "TCP", "targetPort": 53},
                {"name": "u", "port": 53, "protocol": "UDP", "targetPort": 53},
            ],
        ),
    ),
    drift(
        "a selector with a label more selects less",
        SERVICE,
        change(SERVICE, spec__selector__version="v2"),
        (CHANGED, "spec.selector.version"),
    ),
    drift(
        "a member twice is another list",
        change(WIDGET, spec__steps=["a", "b"]),
        change(WIDGET, spec__steps=["a", "a", "b"]),
    ),
)

FOREIGNERS = (
    same(
        "a sidecar by a webhook",
        DEPLOYMENT,
        by_argo(DEPLOYMENT, change(LIVE, **{f"{BASE}containers__1": SIDECAR}), ISTIO),
        (FOREIGN, "spec.template.spec.containers[name=istio-proxy]"),
    ),
    same(
        "a sidecar in front",
        DEPLOYMENT,
        by_argo(
            DEPLOYMENT,
            change(LIVE, **{f"{BASE}containers": [SIDECAR, *LIVE["spec"]["template"]["spec"]["containers"]]}),
            ISTIO,
        ),
        (FOREIGN, "spec.template.spec.containers[name=istio-proxy]"),
    ),
    same(
        "a sidecar with volumes, env and annotations, and nobody's record",
        DEPLOYMENT,
        change(
            LIVE,
            **{
                f"{BASE}containers__1": SIDECAR,
                f"{BASE}volumes__2": {"name": "certs", "emptyDir": {}},
                f"{WEB}env__2": {"name": "PROXY", "value": "1"},
                "spec__template__metadata__annotations__istio_status": "{}",
            },
        ),
        (FOREIGN, 'spec.template.metadata.annotations["sidecar.istio.io/status"]'),
        (FOREIGN, "spec.template.spec.containers[name=istio-proxy]"),
        (FOREIGN, "spec.template.spec.containers[name=web].env[name=PROXY]"),
        (FOREIGN, "spec.template.spec.volumes[name=certs]"),
    ),
    same(
        "a webhook's change during our own apply is an update in our name",
        DEPLOYMENT,
        by_argo(DEPLOYMENT, change(LIVE, **{f"{BASE}containers__1": SIDECAR}), {**ISTIO, "manager": ARGO}),
        (FOREIGN, "spec.template.spec.containers[name=istio-proxy]"),
    ),
    same(
        "a foreign annotation",
        CONFIG_MAP,
        by_argo(
            CONFIG_MAP,
            change(CONFIG_MAP, metadata__annotations__note="x"),
            entry("kubectl-annotate", {"f:metadata": {"f:annotations": {".": {}, "f:note": {}}}}),
        ),
        (FOREIGN, "metadata.annotations.note"),
    ),
    same("a foreign key of a ConfigMap", CONFIG_MAP, change(CONFIG_MAP, data__extra="x"), (FOREIGN, "data.extra")),
    same(
        "a foreign port of a Service",
        SERVICE,
        change(SERVICE, spec__ports__2={"name": "x", "port": 9, "protocol": "TCP"}),
        (FOREIGN, "spec.ports[port=9,protocol=TCP]"),
    ),
    same(
        "replicas by an autoscaler",
        DEPLOYMENT,
        by_argo(
            DEPLOYMENT,
            change(LIVE, spec__replicas=7),
            {**entry("kube-controller-manager", {"f:spec": {"f:replicas": {}}}), "subresource": "scale"},
        ),
        (FOREIGN, "spec.replicas"),
    ),
    same(
        "scaled by hand: the API server names nobody",
        DEPLOYMENT,
        by_argo(DEPLOYMENT, change(LIVE, spec__replicas=3)),
        (FOREIGN, "spec.replicas"),
    ),
    same(
        "scaled by hand after a client-side apply",
        DEPLOYMENT,
        managed(
            applied(change(LIVE, spec__replicas=3), DEPLOYMENT),
            {**entry("kubectl", {"f:spec": {"f:replicas": {}}}), "subresource": "scale"},
        ),
        (FOREIGN, "spec.replicas"),
    ),
    same(
        "a restart by kubectl",
        DEPLOYMENT,
        change(LIVE, spec__template__metadata__annotations__restarted_at="2026"),
        (FOREIGN, 'spec.template.metadata.annotations["kubectl.kubernetes.io/restartedAt"]'),
    ),
    same(
        "labels of Argo CD and Flux",
        CONFIG_MAP,
        change(
            CONFIG_MAP,
            metadata__annotations__tracking_id="a:b",
            metadata__labels__instance="web",
            metadata__labels__flux_name="web",
        ),
    ),
    same(
        "finalizers and owners that controllers add",
        WIDGET,
        change(
            WIDGET,
            metadata__finalizers=["example.com/x"],
            metadata__ownerReferences=[{"uid": "1", "kind": "X", "name": "x", "apiVersion": "v1"}],
        ),
    ),
    drift(
        "replicas in git, scaled by hand",
        change(DEPLOYMENT, spec__replicas=3),
        change(LIVE, spec__replicas=1),
        (CHANGED, "spec.replicas"),
    ),
    drift(
        "an image changed beside a sidecar",
        DEPLOYMENT,
        change(LIVE, **{f"{BASE}containers__1": SIDECAR, f"{WEB}image": "evil/web:1"}),
    ),
    drift("a container of git gone", DEPLOYMENT, change(LIVE, **{f"{BASE}containers__0": SIDECAR})),
    drift(
        "a label of git removed", CONFIG_MAP, change(CONFIG_MAP, metadata__labels=GONE), (MISSING, "metadata.labels")
    ),
    drift(
        "a label of git changed",
        CONFIG_MAP,
        change(CONFIG_MAP, metadata__labels__app="x"),
        (CHANGED, "metadata.labels.app"),
    ),
    drift(
        "an atomic list of an unknown kind, rewritten by somebody else",
        change(WIDGET, spec__parts=[{"x": 1}]),
        managed(
            change(WIDGET, spec__parts=[{"x": 1, "y": 2}]),
            owned_by(ARGO, change(WIDGET, spec__parts=GONE)),
            entry("kubectl-edit", {"f:spec": {"f:parts": {}}}),
        ),
        (CHANGED, "spec.parts[0].y"),
    ),
    drift("autoAssign off by hand", POOL, change(POOL, spec__autoAssign=False), (FOREIGN, "spec.autoAssign")),
    drift(
        "external IPs advertised by hand",
        BGP,
        change(BGP, spec__serviceExternalIPs=[{"cidr": "10.9.0.0/16"}]),
        (FOREIGN, "spec.serviceExternalIPs"),
    ),
)

_OLD_ENV = change(DEPLOYMENT, **{f"{WEB}env__2": {"name": "OLD", "value": "1"}})
_OLD_LABEL = change(CONFIG_MAP, metadata__labels__old="1")
_OLD_KEY = change(CONFIG_MAP, data__old="1")

_INSTANCE = change(CONFIG_MAP, metadata__labels__instance="mine")
_TRACKED = change(CONFIG_MAP, metadata__labels__instance="the-application")

OWNERSHIP = (
    same("Argo CD tracks its objects by a label that git has, too", _INSTANCE, by_argo(_TRACKED, _TRACKED)),
    drift(
        "the same label, changed by somebody else",
        _INSTANCE,
        managed(_TRACKED, owned_by("kubectl-label", _TRACKED, operation="Update")),
        (CHANGED, 'metadata.labels["app.kubernetes.io/instance"]'),
    ),
    drift(
        "a field that git dropped, of an applier that only updates",
        change(WIDGET, spec__size=GONE),
        managed(WIDGET, owned_by(ARGO, WIDGET, operation="Update")),
        (EXTRA, "spec.size"),
    ),
    drift(
        "a label that git dropped and Argo CD still owns",
        CONFIG_MAP,
        by_argo(_OLD_LABEL, _OLD_LABEL),
        (EXTRA, "metadata.labels.old"),
    ),
    drift(
        "a key that git dropped and Flux still owns",
        CONFIG_MAP,
        managed(_OLD_KEY, owned_by(FLUX, _OLD_KEY)),
        (EXTRA, "data.old"),
    ),
    drift(
        "an env that git dropped",
        DEPLOYMENT,
        by_argo(_OLD_ENV, change(LIVE, **{f"{WEB}env__2": {"name": "OLD", "value": "1"}})),
        (EXTRA, "spec.template.spec.containers[name=web].env[name=OLD]"),
    ),
    drift(
        "a field of a custom resource that git dropped",
        change(WIDGET, spec__size=GONE),
        by_argo(WIDGET, WIDGET),
        (EXTRA, "spec.size"),
    ),
    drift(
        "a label that git dropped, by a client-side apply",
        CONFIG_MAP,
        managed(applied(_OLD_LABEL, _OLD_LABEL), owned_by(CLIENT, _OLD_LABEL, operation="Update")),
        (EXTRA, "metadata.labels.old"),
    ),
    drift(
        "a label that git dropped, in last-applied alone",
        CONFIG_MAP,
        applied(_OLD_LABEL, _OLD_LABEL),
        (EXTRA, "metadata.labels.old"),
    ),
    drift(
        "left behind by the change from client-side to server-side apply",
        CONFIG_MAP,
        managed(
            applied(_OLD_KEY, _OLD_KEY),
            owned_by(CLIENT, _OLD_KEY, operation="Update"),
            owned_by(ARGO, CONFIG_MAP, time=LATER),
        ),
        (EXTRA, "data.old"),
    ),
    same(
        "a client-side apply of somebody else, later",
        CONFIG_MAP,
        managed(
            applied(_OLD_KEY, _OLD_KEY),
            owned_by(ARGO, CONFIG_MAP),
            owned_by(CLIENT, _OLD_KEY, operation="Update", time=LATER),
        ),
        (FOREIGN, "data.old"),
    ),
    same(
        "handed over: git dropped replicas, an autoscaler owns them",
        DEPLOYMENT,
        managed(
            applied(change(LIVE, spec__replicas=5), change(DEPLOYMENT, spec__replicas=3)),
            owned_by(CLIENT, change(DEPLOYMENT, spec__replicas=GONE), operation="Update"),
            {**entry("kube-controller-manager", {"f:spec": {"f:replicas": {}}}), "subresource": "scale"},
        ),
        (FOREIGN, "spec.replicas"),
    ),
    same(
        "lost ownership with the same value",
        CONFIG_MAP,
        managed(
            CONFIG_MAP,
            owned_by(ARGO, change(CONFIG_MAP, data=GONE)),
            entry("kubectl-edit", {"f:data": {"f:color": {}}}),
        ),
    ),
    drift(
        "lost ownership with another value",
        CONFIG_MAP,
        managed(
            change(CONFIG_MAP, data__color="red"),
            owned_by(ARGO, change(CONFIG_MAP, data__color=GONE)),
            entry("kubectl-edit", {"f:data": {"f:color": {}}}),
        ),
        (CHANGED, "data.color"),
    ),
    drift(
        "partly ours: only what we own is left over",
        CONFIG_MAP,
        managed(
            change(CONFIG_MAP, metadata__annotations={"ours": "1", "theirs": "1"}),
            owned_by(ARGO, change(CONFIG_MAP, metadata__annotations={"ours": "1"})),
            entry("other", {"f:metadata": {"f:annotations": {"f:theirs": {}}}}),
        ),
        (EXTRA, "metadata.annotations.ours"),
        (FOREIGN, "metadata.annotations.theirs"),
    ),
    drift("a manager of our own name", CONFIG_MAP, managed(_OLD_KEY, owned_by("genlb", _OLD_KEY)), (EXTRA, "data.old")),
    drift(
        "an applier that nobody knows, but which applied all of git",
        CONFIG_MAP,
        managed(_OLD_KEY, owned_by("platform-ci", _OLD_KEY)),
        (EXTRA, "data.old"),
    ),
    same(
        "somebody's server-side apply of one key",
        CONFIG_MAP,
        by_argo(CONFIG_MAP, _OLD_KEY, entry("kubectl", {"f:data": {"f:old": {}}}, operation="Apply")),
        (FOREIGN, "data.old"),
    ),
    same(
        "what owns a status owns no field",
        CONFIG_MAP,
        by_argo(
            CONFIG_MAP,
            CONFIG_MAP,
            {**entry(ARGO, {"f:status": {"f:x": {}}}, operation="Apply"), "subresource": "status"},
        ),
    ),
    same(
        "managedFields that make no sense",
        CONFIG_MAP,
        managed(_OLD_KEY, {"manager": 7}, {"fieldsV1": "x"}, entry("x", {"q:odd": 1, "k:{broken": {}, "f:data": None})),
        (FOREIGN, "data.old"),
    ),
    same("last-applied that is no JSON", CONFIG_MAP, change(CONFIG_MAP, metadata__annotations__last_applied="{")),
)

EMBEDDED = (
    same("no mode at all is iptables", conf(a=("mode: ipvs", "mode: iptables")), conf(a=("mode: ipvs", "mode: ''"))),
    same("a mode left out is iptables", conf(a=("mode: ipvs", "mode: iptables")), conf(a=("mode: ipvs", "x: null"))),
    same(
        "kube-proxy's configuration in other words",
        PROXY,
        change(
            PROXY,
            data__config_conf=json.dumps(
                {
                    "mode": "ipvs",
                    "ipvs": {"strictARP": True, "excludeCIDRs": ["10.1.0.0/16", "10.2.0.0/16"], "scheduler": "rr"},
                    "iptables": {"masqueradeBit": 14, "syncPeriod": "0m30s"},
                    "conntrack": {},
                    "clusterCIDR": "10.244.0.0/16,FD00:10:244:0::/56",
                    "kind": "KubeProxyConfiguration",
                    "apiVersion": "kubeproxy.config.k8s.io/v1alpha1",
                }
            ),
        ),
    ),
    same(
        "keys that kubeadm adds are its own",
        PROXY,
        conf(a=("mode: ipvs", "mode: ipvs\nwinkernel: {enableDSR: true}")),
        (FOREIGN, 'data["config.conf"] > winkernel'),
    ),
    same(
        "its other keys and labels are kubeadm's",
        PROXY,
        change(PROXY, data__kubeconfig_conf="x", metadata__labels={"app": "kube-proxy"}),
    ),
    same(
        "excluded CIDRs in another order",
        PROXY,
        conf(a=("[10.1.0.0/16, 10.2.0.0/16]", "[10.2.0.0/16, 10.1.0.0/16]")),
        (ORDER, 'data["config.conf"] > ipvs.excludeCIDRs'),
    ),
    drift(
        "strictARP off",
        PROXY,
        conf(a=("strictARP: true", "strictARP: false")),
        (CHANGED, 'data["config.conf"] > ipvs.strictARP'),
    ),
    drift(
        "strictARP gone", PROXY, conf(a=(", strictARP: true", "")), (MISSING, 'data["config.conf"] > ipvs.strictARP')
    ),
    drift("another mode", PROXY, conf(a=("mode: ipvs", "mode: iptables")), (CHANGED, 'data["config.conf"] > mode')),
    drift("a pointer that is zero is not absent", PROXY, conf(a=("masqueradeBit: 14", "masqueradeBit: 0"))),
    drift("no YAML", PROXY, change(PROXY, data__config_conf="mode: [ipvs"), (CHANGED, 'data["config.conf"]')),
    drift("no map", PROXY, change(PROXY, data__config_conf="ipvs"), (CHANGED, 'data["config.conf"]')),
    drift("no text", PROXY, change(PROXY, data__config_conf=7), (CHANGED, 'data["config.conf"]')),
    drift("gone", PROXY, change(PROXY, data__config_conf=GONE), (MISSING, 'data["config.conf"]')),
)

CALICO_STORED = change(
    BGP,
    apiVersion="crd.projectcalico.org/v1",
    metadata__annotations__calico_metadata=json.dumps({"uid": "1", "labels": {"app": "x"}, "annotations": {"a": "b"}}),
)

ODD = (
    same(
        "Calico's stored object under its other group",
        BGP,
        change(BGP, apiVersion="crd.projectcalico.org/v1", metadata__annotations__calico_metadata="{}"),
    ),
    same(
        "labels of Calico's stored object",
        change(BGP, metadata__labels={"app": "x"}, metadata__annotations={"a": "b"}),
        CALICO_STORED,
    ),
    drift("another label in Calico's stored object", change(BGP, metadata__labels={"app": "y"}), CALICO_STORED),
    drift(
        "hostile values",
        change(CONFIG_MAP, data__color="\x1b[31m<script>"),
        change(CONFIG_MAP, data__color="](javascript:x)"),
    ),
    same(
        "hostile keys",
        change(CONFIG_MAP, data={"]=x[\x1b": "1", "a.b/c~d": "2"}),
        change(CONFIG_MAP, data={"a.b/c~d": "2", "]=x[\x1b": "1"}),
    ),
    drift(
        "a map where git has a text",
        CONFIG_MAP,
        change(CONFIG_MAP, data={"color": {"a": 1}, "size": "10", "empty": ""}),
    ),
    drift("a text where git has a map", WIDGET, change(WIDGET, spec="broken")),
    drift("a list where git has a map", WIDGET, change(WIDGET, spec=[])),
    drift("no spec at all", WIDGET, change(WIDGET, spec=GONE), (MISSING, "spec")),
    drift("labels that are no map", CONFIG_MAP, change(CONFIG_MAP, metadata__labels="x")),
    drift("a list where git has a text in a keyed list", DEPLOYMENT, change(LIVE, **{f"{BASE}containers": ["web"]})),
    same(
        "an aggregated role's rules are gathered by a controller",
        change(
            ROLE, kind="ClusterRole", aggregationRule={"clusterRoleSelectors": [{"matchLabels": {"a": "b"}}]}, rules=[]
        ),
        change(ROLE, kind="ClusterRole", aggregationRule={"clusterRoleSelectors": [{"matchLabels": {"a": "b"}}]}),
    ),
    same(
        "a webhook's certificate is injected",
        yaml(
            "{apiVersion: admissionregistration.k8s.io/v1, kind: ValidatingWebhookConfiguration, metadata: {name: a},"
            " webhooks: [{name: a.b.c, clientConfig: {caBundle: Cg==}, rules: []}]}"
        ),
        yaml(
            "{apiVersion: admissionregistration.k8s.io/v1, kind: ValidatingWebhookConfiguration, metadata: {name: a},"
            " webhooks: [{name: a.b.c, clientConfig: {caBundle: QUJD}}]}"
        ),
    ),
)

PAIRS: tuple[Pair, ...] = (
    *DEFAULTS,
    *NOTHING,
    *SPELLINGS,
    *LISTS,
    *FOREIGNERS,
    *OWNERSHIP,
    *EMBEDDED,
    *ODD,
)
