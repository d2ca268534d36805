"""Who the pod is and where the API server is: the ServiceAccount that kubelet mounts, and two environment variables."""

from __future__ import annotations

import http.client
import os
import ssl
from collections.abc import Mapping
from typing import Self

from genlb.errors import Undetermined

FOLDER = "/var/run/secrets/kubernetes.io/serviceaccount"

_HOST, _PORT = "KUBERNETES_SERVICE_HOST", "KUBERNETES_SERVICE_PORT"


class Account:
    """A ServiceAccount. kubelet replaces its token long before that expires, so it is read again when it changed."""

    def __init__(self, host: str, port: int, folder: str = FOLDER) -> None:
        self.host, self.port = host, port
        self._folder = folder
        self._token = ""
        self._token_stamp: tuple[int, ...] | None = None

    @classmethod
    def of_pod(cls, environment: Mapping[str, str], folder: str = FOLDER) -> Self:
        """The account of the pod that we are; ``Undetermined`` outside of one."""
        host, port = environment.get(_HOST), environment.get(_PORT, "443")
        if not host or not port.isdigit():
            raise Undetermined(f"{_HOST} is not set: this is no pod of a cluster")
        return cls(host, int(port), folder)

    def token(self) -> str:
        """The token as it is now; OSError where it cannot be read."""
        path = f"{self._folder}/token"
        stat = os.stat(path)
        stamp = (stat.st_mtime_ns, stat.st_ino, stat.st_size)
        if stamp != self._token_stamp:
            with open(path, encoding="ascii") as file:
                self._token = file.read().strip()
            self._token_stamp = stamp
        return self._token

    def connect(self, timeout: float) -> http.client.HTTPConnection:
        """A connection, not yet opened, that believes in the CA as it is now; OSError where that cannot be read."""
        trust = ssl.create_default_context(cafile=f"{self._folder}/ca.crt")
        return http.client.HTTPSConnection(self.host, self.port, timeout=timeout, context=trust)
