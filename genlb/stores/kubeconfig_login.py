"""Users of a kubeconfig that a plug-in knows: exec, OIDC and other providers. The only importer of ``kubernetes``.

The package reports what goes wrong by the log and goes on without credentials; here that is an error with the cure.
"""

from __future__ import annotations

import logging
import re
import threading
from collections.abc import Mapping
from typing import Any

from genlb.errors import Undetermined

_ONE_AT_A_TIME = threading.Lock()
"""The package keeps files of certificates in a module's variable, and plug-ins may ask a person."""

_SECRET = re.compile(r"[A-Za-z0-9_\-+/=.]{40,}")


class _Kept(logging.Handler):
    """Keeps the last complaint instead of printing it."""

    def __init__(self) -> None:
        super().__init__(logging.ERROR)
        self.message = ""

    def emit(self, record: logging.LogRecord) -> None:
        """Take the message over."""
        self.message = record.getMessage()


def plugin_user(context: str, user: Mapping[str, Any], cluster: Mapping[str, Any], folder: str) -> Mapping[str, Any]:
    """The user as one with a token, or with files of a certificate and a key, which the plug-in gave.

    `Undetermined` when the plug-in fails or gives nothing; its own words are told without what looks like a secret.
    """
    from kubernetes.client import Configuration
    from kubernetes.config.kube_config import KubeConfigLoader

    config = {
        "clusters": [{"name": "cluster", "cluster": dict(cluster)}],
        "users": [{"name": "user", "user": dict(user)}],
        "contexts": [{"name": "context", "context": {"cluster": "cluster", "user": "user"}}],
        "current-context": "context",
    }
    how = "exec plug-in" if user.get("exec") else "auth provider"
    kept, root = _Kept(), logging.getLogger()
    configuration = Configuration()
    with _ONE_AT_A_TIME:
        root.addHandler(kept)
        try:
            KubeConfigLoader(config, config_base_path=folder).load_and_set(configuration)
        except Exception as error:  # noqa: BLE001 -- a plug-in's failure may be of any kind, and is never a bug of ours
            kept.message = f"{type(error).__name__}: {error}"
        finally:
            root.removeHandler(kept)
    token = str(configuration.api_key.get("BearerToken") or configuration.api_key.get("authorization") or "")
    if token:
        return {"token": token.removeprefix("Bearer ")}
    if configuration.cert_file and not kept.message:
        return {"client-certificate": configuration.cert_file, "client-key": configuration.key_file}
    said = f": {_harmless(kept.message)}" if kept.message else ""
    raise Undetermined(f"context {context}: its {how} gave no credentials{said} (does kubectl --context work?)")


def _harmless(message: str) -> str:
    """The first lines of what somebody else's program said, without what may be a token."""
    return _SECRET.sub("…", " ".join(message.split())[:300])
