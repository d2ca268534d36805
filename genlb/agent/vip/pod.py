"""What the binder is told by its pod."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from genlb.agent.config import VipConfig
from genlb.agent.kube.account import FOLDER, Account
from genlb.agent.serving import addresses
from genlb.errors import Undetermined


class Pod(NamedTuple):
    """What the pod is told by its environment, and where its account lies."""

    environment: Mapping[str, str]
    folder: str = FOLDER

    @property
    def node(self) -> str:
        """The node's name; ``Undetermined`` where nobody says it."""
        if not (name := self.environment.get("NODE_NAME", "")):
            raise Undetermined("NODE_NAME is not set")
        return name

    @property
    def holder(self) -> str:
        """Who holds the election's Lease: a pod that comes back under its old name is another one."""
        return self.environment.get("POD_UID") or self.node

    @property
    def account(self) -> Account:
        """Who asks the API server."""
        return Account.of_pod(self.environment, self.folder)

    def places(self, config: VipConfig) -> tuple[str, ...]:
        """Where health and metrics are served."""
        return addresses(config.common.http, self.environment.get("NODE_IP"))
