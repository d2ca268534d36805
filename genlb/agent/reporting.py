"""The node report's Lease: who writes it, under which name, and what stands in it beside the report."""

from __future__ import annotations

from collections.abc import Mapping

from genlb.agent.config import Common
from genlb.agent.kube.account import FOLDER, Account
from genlb.agent.kube.client import Client
from genlb.agent.kube.leases import Leases, LeaseSpec, OwnLease
from genlb.agent.logs import Log
from genlb.agent.publishing import Publisher
from genlb.errors import Undetermined
from genlb.network.node_report import ANNOTATION


def report_publisher(common: Common, environment: Mapping[str, str], log: Log, folder: str = FOLDER) -> Publisher:
    """What puts reports into Lease ``<prefix><node>``; ``Undetermined`` where this is no pod with an account."""
    node = environment.get("NODE_NAME", "")
    if not node:
        raise Undetermined("NODE_NAME is not set")
    client = Client(Account.of_pod(environment, folder))
    holder = environment.get("POD_NAME") or environment.get("POD_UID") or node
    lease = OwnLease(Leases(client, common.namespace), common.report.prefix + node)

    def write(text: str) -> None:
        lease.write(LeaseSpec(holder, round(common.report.duration), {ANNOTATION: text}, _LABELS))

    return Publisher(common.report, write, log, finish=client.close)


_LABELS = {"app.kubernetes.io/name": "genlb", "app.kubernetes.io/managed-by": "genlb-agent"}
