"""A Kubernetes control plane of one's own: etcd and kube-apiserver on loopback, ready in seconds, gone without a trace.

>>> with ControlPlane(directory) as plane:
...     plane.client.list("v1", "Namespace")

Everything lies in ``directory``: data, certificates, kubeconfig, one log for each program. RBAC decides, tokens
authenticate, every default admission plugin is on. Nothing runs in the background that would write by itself, unless a
test starts it (``tests.kube.controllers``).
"""

from __future__ import annotations

import base64
import http.client
import json
import secrets
from collections.abc import Iterable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Self

from tests.kube import crds
from tests.kube.assets import api_server, asset
from tests.kube.client import ApiError, Client, Object
from tests.kube.etcd import Etcd
from tests.kube.ports import LOOPBACK, free_ports
from tests.kube.process import NotReadyError, Process

ATTEMPTS = 5
"""How often other ports are tried when somebody took one in the meantime."""

PATIENCE = 2
"""Seconds that a server may take to say that it is ready; somebody else on its port may never answer."""

SERVICE_CIDRS = ("10.96.0.0/16", "fd00:10:96::/112")

_TAKEN = "address already in use"
_NAMESPACES = {"default", "kube-node-lease", "kube-public", "kube-system"}

# SEC 1: an EC private key on P-256, whose public part every reader works out by itself. Around 32 random bytes:
_KEY_HEAD = bytes.fromhex("30310201010420")
_KEY_TAIL = bytes.fromhex("a00a06082a8648ce3d030107")


class ControlPlane:
    """etcd and an API server; a context manager that starts and ends both."""

    def __init__(self, directory: Path, *, definitions: Iterable[Object] = ()) -> None:
        """``directory`` exists and is empty; ``definitions`` are CRDs that are served before anybody asks."""
        self.directory = directory
        self._definitions = definitions
        self._running = ExitStack()
        self._token = secrets.token_hex(16)
        self.etcd: Etcd
        self.process: Process
        self.client: Client

    def __enter__(self) -> Self:
        with ExitStack() as starting:
            self._write_credentials()
            self._start(starting)
            starting.callback(self.client.close)
            self._settle()
            crds.install(self.client, self._definitions)
            self._running = starting.pop_all()
        return self

    def __exit__(self, *_: object) -> None:
        self._running.close()

    @property
    def kubeconfig(self) -> Path:
        """The kubeconfig of an administrator."""
        return self.directory / "kubeconfig"

    def kubeconfig_for(self, token: str, path: Path) -> Path:
        """Write the kubeconfig of whoever has ``token`` to ``path``."""
        _write_kubeconfig(path, self.client.server, self._authority, token)
        return path

    @contextmanager
    def isolated(self) -> Iterator[Client]:
        """An administrator with no warnings yet; in the end the server holds again what it held in the beginning."""
        snapshot = self.etcd.snapshot()
        client = self.client.user(self._token)
        try:
            yield client
        finally:
            client.close()
            self.etcd.restore(snapshot)

    @property
    def _authority(self) -> Path:
        return self.directory / "certificates" / "apiserver.crt"

    def _write_credentials(self) -> None:
        (self.directory / "certificates").mkdir()
        key = base64.encodebytes(_KEY_HEAD + secrets.token_bytes(32) + _KEY_TAIL).decode()
        (self.directory / "service-accounts.key").write_text(
            f"-----BEGIN EC PRIVATE KEY-----\n{key}-----END EC PRIVATE KEY-----\n"
        )
        (self.directory / "tokens.csv").write_text(f'{self._token},admin,admin,"system:masters"\n')

    def _start(self, starting: ExitStack) -> None:
        for _ in range(ATTEMPTS - 1):
            try:
                return self._start_once(starting)
            except NotReadyError as error:
                if _TAKEN not in str(error):
                    raise
                starting.close()
        return self._start_once(starting)

    def _start_once(self, starting: ExitStack) -> None:
        etcd_port, peer_port, port = free_ports(3)
        self.etcd = Etcd(asset("etcd"), self.directory, etcd_port, peer_port)
        starting.callback(self.etcd.stop)
        self.etcd.wait()
        self.process = starting.enter_context(self._api_server(port))
        server = f"https://{LOOPBACK}:{port}"
        self.process.wait_until(self._authority.exists, "writing its certificate")
        self.client = Client(server, self._authority, self._token)
        self.process.wait_until(self._ready, "ready")
        _write_kubeconfig(self.kubeconfig, server, self._authority, self._token)

    def _api_server(self, port: int) -> Process:
        key = self.directory / "service-accounts.key"
        flags = {
            "etcd-servers": self.etcd.url,
            "bind-address": LOOPBACK,
            "secure-port": port,
            # Nobody asks for it, but without a default route the server would find none and not start.
            "advertise-address": "192.0.2.1",
            "endpoint-reconciler-type": "none",
            "cert-dir": self._authority.parent,
            "service-account-key-file": key,
            "service-account-signing-key-file": key,
            "service-account-issuer": "https://kubernetes.default.svc",
            "token-auth-file": self.directory / "tokens.csv",
            "authorization-mode": "RBAC",
            "anonymous-auth": "false",
            "service-cluster-ip-range": ",".join(SERVICE_CIDRS),
            "allow-privileged": "true",
            "profiling": "false",
        }
        command: list[str | Path] = [asset(api_server()), *(f"--{name}={value}" for name, value in flags.items())]
        return Process("kube-apiserver", command, log=self.directory / "kube-apiserver.log")

    def _ready(self) -> bool:
        """Whether it answers that it is: all of its post-start hooks are through."""
        asks = Client(self.client.server, self._authority, self._token, timeout=PATIENCE)
        try:
            asks.request("GET", "/readyz")
        except (ApiError, OSError, http.client.HTTPException):
            return False
        finally:
            asks.close()
        return True

    def _settle(self) -> None:
        """Wait for what the server makes for itself a moment later, or it would look like a test's."""

        def settled() -> bool:
            names = {item["metadata"]["name"] for item in self.client.list("v1", "Namespace")}
            service = self.client.find("v1", "Service", "kubernetes", "default")
            return names >= _NAMESPACES and service is not None

        self.process.wait_until(settled, "done with its own namespaces")


def _write_kubeconfig(path: Path, server: str, authority: Path, token: str) -> None:
    """JSON, which is YAML."""
    name = "genlb-tests"
    config = {
        "apiVersion": "v1",
        "kind": "Config",
        "clusters": [{"name": name, "cluster": {"server": server, "certificate-authority": str(authority)}}],
        "users": [{"name": name, "user": {"token": token}}],
        "contexts": [{"name": name, "context": {"cluster": name, "user": name}}],
        "current-context": name,
    }
    path.touch(mode=0o600)
    path.write_text(json.dumps(config, indent=2) + "\n")
