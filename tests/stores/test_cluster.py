"""Reading a live cluster: everything that can go wrong is told, and nothing else is lost by it."""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from genlb.drift.kinds import served
from genlb.drift.model import Live, Read
from genlb.errors import Undetermined
from genlb.manifest import ResourceKey
from genlb.stores import cluster as cluster_module
from genlb.stores import cluster_connection, cluster_requests
from genlb.stores.cluster import Reading, read_cluster
from genlb.stores.kubeconfig import Access
from tests.stores.fake_api import UID, Handler, Manifest, Server, kubeconfig, serving

CALICO = "projectcalico.org"
OURS = "app.kubernetes.io/managed-by=genlb"


def reading(kind: str, api: str = "projectcalico.org/v3", **fields: Any) -> Read:
    known = served(api, kind, namespaced=bool(fields.get("namespace")))
    return Read(known.apis, kind, known.plural, **fields)


PEERS = reading("BGPPeer")
POOLS = reading("IPAddressPool", "metallb.io/v1beta1", namespace="metallb-system")
CONFIG = reading("ConfigMap", "v1", namespace="kube-system", name="kube-proxy")
ROLES = reading("ClusterRole", "rbac.authorization.k8s.io/v1", selector=OURS)


def an_object(api: str, kind: str, name: str, namespace: str = "", **fields: Any) -> Manifest:
    metadata: Manifest = {"name": name, "uid": f"uid-of-{name}", **fields}
    if namespace:
        metadata["namespace"] = namespace
    return {"apiVersion": api, "kind": kind, "metadata": metadata}


PEER = an_object("projectcalico.org/v3", "BGPPeer", "tor-a")
POOL = an_object("metallb.io/v1beta1", "IPAddressPool", "public", "metallb-system")
PROXY = an_object("v1", "ConfigMap", "kube-proxy", "kube-system")
KEYS = {
    ResourceKey(CALICO, "BGPPeer", "", "tor-a"),
    ResourceKey("metallb.io", "IPAddressPool", "metallb-system", "public"),
    ResourceKey("", "ConfigMap", "kube-system", "kube-proxy"),
}


@pytest.fixture
def server() -> Iterator[Server]:
    with serving(PEER, POOL, PROXY) as running:
        yield running


@pytest.fixture(autouse=True)
def _no_pauses(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("genlb.stores.cluster_requests.time.sleep", lambda seconds: None)


def read(server: Server, tmp_path: Path, *reads: Read, uid: str = UID, **options: Any) -> Reading:
    config = kubeconfig(tmp_path / "kubeconfig", lab=server.url)
    return read_cluster(Access("lab", str(config), uid), reads or (PEERS, POOLS, CONFIG), **options)


def why(live: Live) -> str:
    (one,) = live.not_checked
    return f"{one.what}: {one.why} ({one.cure})"


def test_everything_that_is_asked_for_is_read(server: Server, tmp_path: Path) -> None:
    live = read(server, tmp_path).live

    assert set(live.objects) == KEYS
    assert live.listed == {(CALICO, "BGPPeer", ""), ("metallb.io", "IPAddressPool", "metallb-system")}
    assert live.looked_for == {ResourceKey("", "ConfigMap", "kube-system", "kube-proxy")}
    assert live.not_checked == ()
    assert live.versions.kubernetes == "1.35.2"


def test_items_of_lists_say_what_they_are(server: Server, tmp_path: Path) -> None:
    live = read(server, tmp_path, PEERS).live

    assert live.objects[ResourceKey(CALICO, "BGPPeer", "", "tor-a")] == PEER


def test_an_absent_object_was_looked_for(server: Server, tmp_path: Path) -> None:
    absent = CONFIG._replace(name="genlb-vip")

    live = read(server, tmp_path, absent).live

    assert live.objects == {}
    assert live.covers(ResourceKey("", "ConfigMap", "kube-system", "genlb-vip"))
    assert live.not_checked == ()


def test_a_list_with_a_selector_does_not_tell_that_something_is_absent(server: Server, tmp_path: Path) -> None:
    live = read(server, tmp_path, ROLES).live

    assert not live.covers(ResourceKey("rbac.authorization.k8s.io", "ClusterRole", "", "x"))


def test_follow_ups_are_read_after_the_rest(server: Server, tmp_path: Path) -> None:
    got = read(server, tmp_path, PEERS, follow=lambda live: [CONFIG] if live.objects else [])

    assert ResourceKey("", "ConfigMap", "kube-system", "kube-proxy") in got.live.objects


def test_many_follow_ups_of_a_kind_are_one_request(server: Server, tmp_path: Path) -> None:
    asked = [ROLES._replace(name=f"role-{index}", selector="") for index in range(20)]

    got = read(server, tmp_path, ROLES, follow=lambda live: asked)

    assert got.requests == 5  # kube-system, /apis, /version, the roles with our label, all roles
    assert got.live.covers(ResourceKey("rbac.authorization.k8s.io", "ClusterRole", "", "role-3"))


def test_the_identity_is_asked_for_before_anything_else(server: Server, tmp_path: Path) -> None:
    read(server, tmp_path)

    assert server.asked[0] == "/api/v1/namespaces/kube-system"


def test_nothing_is_read_of_another_cluster(server: Server, tmp_path: Path) -> None:
    with pytest.raises(Undetermined, match=r"context lab: this is another cluster: .* has uid 3f1c7a52") as told:
        read(server, tmp_path, uid="00000000-0000-4000-8000-000000000000")

    assert server.asked == ["/api/v1/namespaces/kube-system"]
    assert "00000000-0000-4000-8000-000000000000" in str(told.value)


def test_a_server_without_a_uid_is_no_cluster(server: Server, tmp_path: Path) -> None:
    server.faults["kube-system"] = lambda handler: handler.json({"hello": "world"})

    with pytest.raises(Undetermined, match="answers, but not as an API server"):
        read(server, tmp_path, uid="")


def test_without_the_right_to_see_kube_system_a_uid_cannot_be_held(server: Server, tmp_path: Path) -> None:
    server.faults["namespaces/kube-system"] = forbidden

    with pytest.raises(Undetermined, match="cannot be told which cluster this is: forbidden"):
        read(server, tmp_path, POOLS)


def test_the_api_that_the_cluster_serves_is_taken(server: Server, tmp_path: Path) -> None:
    server.apis.discard("projectcalico.org/v3")
    server.objects.append(an_object("crd.projectcalico.org/v1", "BGPPeer", "stored"))

    live = read(server, tmp_path, PEERS).live

    assert set(live.objects) == {ResourceKey(CALICO, "BGPPeer", "", "stored")}
    assert not [path for path in server.asked if path.startswith("/apis/projectcalico.org")]


def test_calico_in_both_groups_is_read_once(server: Server, tmp_path: Path) -> None:
    server.objects.append(an_object("crd.projectcalico.org/v1", "BGPPeer", "tor-a"))

    live = read(server, tmp_path, PEERS).live

    assert live.objects[ResourceKey(CALICO, "BGPPeer", "", "tor-a")]["apiVersion"] == "projectcalico.org/v3"
    assert not [path for path in server.asked if "crd.projectcalico.org" in path]


def test_where_one_calico_api_is_down_the_other_is_asked(server: Server, tmp_path: Path) -> None:
    server.faults["/apis/projectcalico.org/v3/"] = lambda handler: handler.json({"message": "no endpoints"}, 503)
    server.objects.append(an_object("crd.projectcalico.org/v1", "BGPPeer", "stored"))

    live = read(server, tmp_path, PEERS).live

    assert set(live.objects) == {ResourceKey(CALICO, "BGPPeer", "", "stored")}


def test_without_discovery_apis_are_tried_in_turn(server: Server, tmp_path: Path) -> None:
    server.apis.discard("projectcalico.org/v3")
    server.objects.append(an_object("crd.projectcalico.org/v1", "BGPPeer", "stored"))
    server.faults["/apis"] = [forbidden]

    live = read(server, tmp_path, PEERS).live

    assert [key.name for key in live.objects] == ["stored"]


def test_a_kind_that_the_cluster_does_not_serve_is_not_checked(server: Server, tmp_path: Path) -> None:
    server.apis.discard("metallb.io/v1beta1")

    live = read(server, tmp_path).live

    assert "ipaddresspools in metallb-system: the cluster serves no IPAddressPool" in why(live)
    assert not live.covers(ResourceKey("metallb.io", "IPAddressPool", "metallb-system", "public"))


def test_an_optional_kind_that_the_cluster_does_not_serve_is_told_apart(server: Server, tmp_path: Path) -> None:
    server.apis.discard("argoproj.io/v1alpha1")

    got = read(server, tmp_path, reading("Application", "argoproj.io/v1alpha1", namespace="argocd", optional=True))

    assert got.unserved == {("argoproj.io", "Application")}
    assert got.live.not_checked == ()


def test_pages_are_put_together(server: Server, tmp_path: Path) -> None:
    server.objects += [an_object("projectcalico.org/v3", "BGPPeer", f"peer-{index}") for index in range(11)]
    server.page = 5

    live = read(server, tmp_path, PEERS).live

    assert len(live.objects) == 12
    assert [path.partition("limit=")[2] for path in server.asked if "bgppeers" in path] == [
        "500",
        "500&continue=5",
        "500&continue=10",
    ]


def test_a_list_that_expired_halfway_is_read_from_the_start(server: Server, tmp_path: Path) -> None:
    server.objects += [an_object("projectcalico.org/v3", "BGPPeer", f"peer-{index}") for index in range(8)]
    server.page = 5
    server.faults["continue="] = [lambda handler: handler.json({"reason": "Expired"}, 410)]

    live = read(server, tmp_path, PEERS).live

    assert len(live.objects) == 9
    assert live.not_checked == ()


def test_a_list_that_always_expires_is_not_checked(server: Server, tmp_path: Path) -> None:
    server.objects.append(an_object("projectcalico.org/v3", "BGPPeer", "tor-b"))
    server.page = 1
    server.faults["continue="] = lambda handler: handler.json({"reason": "Expired"}, 410)

    assert "changed faster than it could be read" in why(read(server, tmp_path, PEERS).live)


def test_who_is_busy_is_asked_again_when_he_says(
    server: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pauses: list[float] = []
    monkeypatch.setattr("genlb.stores.cluster_requests.time.sleep", pauses.append)
    busy = lambda handler: handler.raw(b"{}", 429, Retry_After="3")  # noqa: E731
    server.faults["bgppeers"] = [busy, busy]

    live = read(server, tmp_path, PEERS).live

    assert len(live.objects) == 1
    assert pauses == [3.0, 3.0]


def test_who_stays_busy_is_given_up(server: Server, tmp_path: Path) -> None:
    server.faults["bgppeers"] = lambda handler: handler.raw(b'{"message": "too many requests"}', 429, Retry_After="1")

    assert "HTTP 429: too many requests" in why(read(server, tmp_path, PEERS).live)
    assert sum("bgppeers" in path for path in server.asked) == cluster_requests.ATTEMPTS


def test_nobody_waits_longer_than_there_is_time(
    server: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(cluster_requests, "_LONGEST_PAUSE", 1e6)
    server.faults["bgppeers"] = lambda handler: handler.raw(b"", 503, Retry_After="100000")

    assert "later than there is time" in why(read(server, tmp_path, PEERS).live)


def drop(handler: Handler) -> None:
    handler.close_connection = True
    handler.connection.close()


def truncate(handler: Handler) -> None:
    handler.send_response(200)
    handler.send_header("Content-Length", "10000")
    handler.end_headers()
    handler.wfile.write(b'{"items": [')
    handler.close_connection = True


def forbidden(handler: Handler) -> None:
    message = 'namespaces is forbidden: User "system:serviceaccount:ci:drift" cannot list resource'
    handler.json({"kind": "Status", "reason": "Forbidden", "message": message}, 403)


@pytest.mark.parametrize("fault", [drop, truncate, lambda handler: handler.raw(b"{}", 500)])
def test_one_hiccup_is_no_news(server: Server, tmp_path: Path, fault: Any) -> None:
    server.faults["bgppeers"] = [fault]

    live = read(server, tmp_path).live

    assert set(live.objects) == KEYS
    assert live.not_checked == ()


@pytest.mark.parametrize(
    ("fault", "words"),
    [
        (drop, "the connection broke off 4 times"),
        (truncate, "the connection broke off 4 times: the answer broke off in the middle"),
        (lambda handler: handler.raw(b"{}", 500), "HTTP 500"),
        (lambda handler: handler.raw(b"<html>Please log in</html>"), "no JSON"),
        (lambda handler: handler.raw(b'{"items": [{'), "no JSON"),
        (lambda handler: handler.raw(b"[" * 100_000), "nests too deeply"),
        (lambda handler: handler.raw(b'{"a":' * 500 + b"1" + b"}" * 500), "nests deeper"),
        (lambda handler: handler.raw(b'"\xff\xfe"'), "no JSON"),
        (lambda handler: handler.raw(b"[]"), "no JSON object"),
        (lambda handler: handler.json({"items": {"a": 1}}), "no list"),
        (lambda handler: handler.json({"items": ["a"]}), "something else than objects"),
        (lambda handler: handler.json({"items": [{"metadata": {}}]}), "another object than was asked for"),
        (lambda handler: handler.json({"items": [{"metadata": {"name": 5}}]}), "another object"),
        (lambda handler: handler.json({"items": [{"kind": "Secret", "metadata": {"name": "a"}}]}), "another object"),
        (lambda handler: handler.json({"items": [], "metadata": ["x"]}), "something else than objects"),
        (lambda handler: handler.raw(b"", 302, Location="https://login.example.com/"), "redirected (HTTP 302)"),
        (forbidden, "--clusterrole=genlb-drift-reader --serviceaccount=ci:drift"),
        (lambda handler: handler.raw(b"{}", 401), "the token or certificate of context lab has expired"),
    ],
)  # fmt: skip
def test_what_cannot_be_read_is_told_and_the_rest_is_read(
    server: Server, tmp_path: Path, fault: Any, words: str
) -> None:
    server.faults["bgppeers"] = fault

    live = read(server, tmp_path).live

    assert words in why(live)
    assert {key.kind for key in live.objects} == {"IPAddressPool", "ConfigMap"}
    assert not live.covers(ResourceKey(CALICO, "BGPPeer", "", "tor-a"))


def test_an_answer_that_never_ends_is_cut_off(server: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cluster_connection, "LARGEST", 1 << 20)
    server.faults["bgppeers"] = lambda handler: handler.raw(b" " * (3 << 20))

    assert "the answer is larger than 1 MiB" in why(read(server, tmp_path).live)


def test_who_trickles_out_an_answer_keeps_nobody_waiting(server: Server, tmp_path: Path) -> None:
    def trickle(handler: Handler) -> None:
        handler.send_response(200)
        handler.send_header("Content-Length", "1000000")
        handler.end_headers()
        try:
            for _ in range(1000):
                handler.wfile.write(b" ")
                handler.wfile.flush()
                threading.Event().wait(0.02)  # time.sleep is taken away
        except OSError:
            handler.close_connection = True

    server.faults["bgppeers"] = trickle

    live = read(server, tmp_path, seconds=1.0).live

    assert {one.what for one in live.not_checked} == {"bgppeers"}


@pytest.mark.parametrize("path", ["bgppeers", "namespaces/kube-system"])
def test_who_trickles_out_a_header_keeps_nobody_waiting(server: Server, tmp_path: Path, path: str) -> None:
    through: list[str] = []

    def trickle(handler: Handler) -> None:
        try:
            handler.wfile.write(b"HTTP/1.1 200 OK\r\nX-Long: ")
            for _ in range(1000):
                handler.wfile.write(b"x")
                threading.Event().wait(0.02)  # time.sleep is taken away
            through.append(handler.path)
        except OSError:
            handler.close_connection = True

    server.faults[path] = trickle

    with contextlib.suppress(Undetermined):
        assert [one.what for one in read(server, tmp_path, seconds=1.0).live.not_checked] == ["bgppeers"]

    assert through == []


def test_a_cluster_that_is_down_is_told_with_its_address(tmp_path: Path) -> None:
    with serving() as server:
        url = server.url
    config = kubeconfig(tmp_path / "kubeconfig", lab=url)

    with pytest.raises(Undetermined, match=r"context lab: cannot be reached at 127\.0\.0\.1:\d+: Connection refused"):
        read_cluster(Access("lab", str(config)), [PEERS])


def test_a_server_that_speaks_no_tls_is_told(server: Server, tmp_path: Path) -> None:
    config = kubeconfig(tmp_path / "kubeconfig", lab=server.url.replace("http:", "https:"))

    with pytest.raises(Undetermined, match="context lab: no TLS with"):
        read_cluster(Access("lab", str(config)), [PEERS])


def test_nobody_is_given_rights(server: Server, tmp_path: Path) -> None:
    message = 'bgppeers is forbidden: User "system:anonymous" cannot list resource'
    server.faults["bgppeers"] = lambda handler: handler.json({"message": message}, 403)

    told = why(read(server, tmp_path).live)

    assert "log in" in told
    assert "clusterrolebinding" not in told


def test_a_password_in_an_address_gets_into_no_message(tmp_path: Path) -> None:
    config = kubeconfig(tmp_path / "kubeconfig", lab="https://me:hunter2@127.0.0.1:1")

    with pytest.raises(Undetermined) as told:
        read_cluster(Access("lab", str(config)), [PEERS])

    assert "hunter2" not in str(told.value)


def test_plain_http_is_told_no_secret(server: Server, tmp_path: Path) -> None:
    config = kubeconfig(tmp_path / "kubeconfig", lab=server.url)
    config.write_text(config.read_text().replace('"user": {}', '"user": {"token": "s3cret"}'))

    read_cluster(Access("lab", str(config), UID), [PEERS])

    assert not [headers for headers in server.headers if "Authorization" in headers]


def test_a_kind_that_genlb_does_not_know_is_looked_up(server: Server, tmp_path: Path) -> None:
    server.faults["/apis/example.com/v1/"] = lambda handler: handler.json(
        {"items": [{"metadata": {"name": "a"}}] if handler.path.startswith("/apis/example.com/v1/oxen") else []}
    )
    server.faults["/apis/example.com/v1"] = lambda handler: handler.json(
        {"resources": [{"name": "oxen", "kind": "Ox", "namespaced": False}]}
    )

    live = read(server, tmp_path, Read(("example.com/v1",), "Ox", "oxes")).live

    assert set(live.objects) == {ResourceKey("example.com", "Ox", "", "a")}


def test_versions_are_told_by_images(server: Server, tmp_path: Path) -> None:
    calico = an_object("apps/v1", "DaemonSet", "calico-node", "calico-system")
    calico["spec"] = {
        "template": {
            "spec": {"containers": [{"name": "calico-node", "image": "registry.example.com/calico/node:v3.32.1"}]}
        }
    }
    metallb = an_object("apps/v1", "Deployment", "metallb-controller", "metallb-system")
    image = "mirror:5000/metallb/controller:v0.16.1@sha256:00"
    metallb["spec"] = {"template": {"spec": {"containers": [{"name": "controller", "image": image}]}}}
    server.objects += [calico, metallb]

    versions = read(server, tmp_path, reading("DaemonSet", "apps/v1"), reading("Deployment", "apps/v1")).live.versions

    assert versions == ("1.35.2", "3.32.1", "0.16.1")


def test_connections_are_kept(server: Server, tmp_path: Path) -> None:
    read(server, tmp_path, *[PEERS] * 30)

    assert server.connections <= cluster_module.AT_ONCE
    assert len(server.asked) == 33


def test_eight_requests_at_most_at_a_time() -> None:
    assert cluster_module.AT_ONCE == 8
