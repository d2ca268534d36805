"""Certificates of API servers: who is not to be trusted is told apart from who is away, with what to do."""

from __future__ import annotations

import json
import shutil
import ssl
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from genlb.errors import Undetermined
from genlb.stores.cluster import read_cluster
from genlb.stores.kubeconfig import Access
from tests.stores.fake_api import UID, Server, serving
from tests.stores.test_cluster import KEYS, PEER, PEERS, POOL, POOLS

CONFIG = """\
[ca]
default_ca = here
[here]
database = index.txt
new_certs_dir = .
rand_serial = yes
default_md = sha256
policy = any
x509_extensions = server
copy_extensions = none
[any]
commonName = supplied
[server]
basicConstraints = critical,CA:TRUE
subjectAltName = IP:127.0.0.1
[elsewhere]
basicConstraints = critical,CA:TRUE
subjectAltName = DNS:api.example.com
"""

Certify = Callable[..., Path]


@pytest.fixture(scope="module")
def certify(tmp_path_factory: pytest.TempPathFactory) -> Certify:
    """Makes a certificate that vouches for itself, with its key in the same file."""
    if not shutil.which("openssl"):
        pytest.skip("openssl makes the certificates: install it (apt install openssl)")

    def make(*, since: str = "20200101000000Z", until: str = "20991231000000Z", extensions: str = "server") -> Path:
        folder = tmp_path_factory.mktemp("ca")
        (folder / "config").write_text(CONFIG)
        (folder / "index.txt").write_text("")
        asked = ["req", "-new", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"]
        asked += ["-keyout", "key.pem", "-subj", "/CN=api", "-out", "request.pem"]
        signed = ["ca", "-batch", "-selfsign", "-config", "config", "-keyfile", "key.pem", "-in", "request.pem"]
        signed += ["-startdate", since, "-enddate", until, "-extensions", extensions, "-notext", "-out", "signed.pem"]
        for command in (asked, signed):
            subprocess.run(["openssl", *command], cwd=folder, check=True, capture_output=True)
        both = folder / "both.pem"
        both.write_text((folder / "signed.pem").read_text() + (folder / "key.pem").read_text())
        return both

    return make


@pytest.fixture
def server() -> Iterator[Server]:
    with serving(PEER, POOL) as running:
        yield running


def access(server: Server, tmp_path: Path, certificate: Path, **cluster: object) -> Access:
    """The server speaks TLS with ``certificate`` from now on, and the kubeconfig trusts that one."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    server.socket = context.wrap_socket(server.socket, server_side=True)
    said = {"server": server.url.replace("http:", "https:"), "certificate-authority": str(certificate), **cluster}
    config = {
        "clusters": [{"name": "c", "cluster": said}],
        "users": [{"name": "u", "user": {"token": "t0ken"}}],
        "contexts": [{"name": "lab", "context": {"cluster": "c", "user": "u"}}],
    }
    path = tmp_path / "kubeconfig"
    path.write_text(json.dumps(config))
    return Access("lab", str(path), UID)


def test_a_certificate_that_the_kubeconfig_trusts(server: Server, tmp_path: Path, certify: Certify) -> None:
    reading = read_cluster(access(server, tmp_path, certify()), [PEERS, POOLS])

    assert set(reading.live.objects) < KEYS
    assert reading.live.not_checked == ()
    assert {headers["Authorization"] for headers in server.headers} == {"Bearer t0ken"}


@pytest.mark.parametrize(
    ("fault", "words"),
    [
        ({"until": "20210101000000Z"}, "certificate has expired"),
        ({"since": "20980101000000Z"}, "certificate is not yet valid"),
        ({"extensions": "elsewhere"}, "IP address mismatch"),
    ],
)
def test_a_certificate_that_does_not_hold(
    server: Server, tmp_path: Path, certify: Certify, fault: dict[str, str], words: str
) -> None:
    with pytest.raises(Undetermined) as told:
        read_cluster(access(server, tmp_path, certify(**fault)), [PEERS])

    assert words in str(told.value)
    assert "context lab: the certificate of 127.0.0.1:" in str(told.value)
    assert "fetch a new kubeconfig" in str(told.value)
    assert server.headers == [], "nobody is told a token before he is known"


def test_a_name_of_its_own_for_the_certificate(server: Server, tmp_path: Path, certify: Certify) -> None:
    named = access(server, tmp_path, certify(extensions="elsewhere"), **{"tls-server-name": "api.example.com"})

    assert read_cluster(named, [PEERS]).live.not_checked == ()


def test_who_does_not_want_to_know_is_not_asked(server: Server, tmp_path: Path, certify: Certify) -> None:
    blind = {"insecure-skip-tls-verify": True, "certificate-authority": ""}
    expired = access(server, tmp_path, certify(until="20210101000000Z"), **blind)

    assert read_cluster(expired, [PEERS]).live.not_checked == ()
