"""The election's Leases on the API server."""

from __future__ import annotations

import json
import math
from collections.abc import Callable
from typing import Any

from genlb.agent.config import Election
from genlb.agent.kube.client import Client
from genlb.agent.kube.failures import Conflict, NotFound
from genlb.agent.kube.leases import Leases, LeaseSpec
from genlb.agent.kube.listing import listed
from genlb.agent.vip.election import ballot
from genlb.agent.vip.election.claims import CLAIMS, SUBNETS, Lease, decoded, encoded
from genlb.agent.vip.polling import Conflicting


class Ledger:
    """The Leases as one lane sees them, through a client of its own. ``subnets``: those of this node, as texts."""

    def __init__(
        self,
        client: Client,
        leases: Leases,
        election: Election,
        node: str,
        holder: str,
        subnets: Callable[[], tuple[str, ...]],
    ) -> None:
        self._client, self._leases, self._election = client, leases, election
        self._node, self._holder, self._subnets = node, holder, subnets

    @property
    def name(self) -> str:
        """The own Lease's name."""
        return self._election.lease_prefix + self._node

    def write(self, action: ballot.WriteLease) -> str:
        """Write the own Lease; its new version."""
        subnets = self._subnets() if action.serving else ()
        spec = LeaseSpec(
            holder=self._holder,
            duration=math.ceil(self._election.duration),
            annotations={CLAIMS: encoded(action.claims), SUBNETS: json.dumps(sorted(subnets), separators=(",", ":"))},
        )
        try:
            if action.version is None:
                return self._leases.create(self.name, spec)
            return self._leases.update(self.name, spec, action.version)
        except (Conflict, NotFound) as error:
            raise Conflicting(str(error)) from error

    def read(self) -> Lease | None:
        """The own Lease."""
        found = self._leases.get(self.name)
        return None if found is None else lease_from(found, self._election.lease_prefix)

    def list(self) -> tuple[Lease, ...]:
        """All Leases of the election, as they are now: a list without a resourceVersion is consistent."""
        found = listed(self._client, self._leases.path, lambda item: kept(item, self._election.lease_prefix))
        return tuple(found.facts.values())

    def delete(self, version: str | None) -> None:
        """Delete the own Lease if it still has ``version``."""
        if version is None:
            return
        try:
            self._leases.delete(self.name, version)
        except (Conflict, NotFound) as error:
            raise Conflicting(str(error)) from error


def kept(item: object, prefix: str) -> tuple[str, Lease] | None:
    """A Lease of the election by its node; None for any other Lease."""
    found = lease_from(item, prefix)
    return None if found is None else (found.node, found)


def lease_from(item: object, prefix: str) -> Lease | None:
    """A Lease of the election; None for any other Lease of the namespace."""
    metadata = _map(_map(item).get("metadata"))
    name = metadata.get("name")
    if not isinstance(name, str) or not name.startswith(prefix):
        return None
    annotations, spec = _map(metadata.get("annotations")), _map(_map(item).get("spec"))
    holder, claims = spec.get("holderIdentity"), annotations.get(CLAIMS)
    return Lease(
        node=name.removeprefix(prefix),
        holder=holder if isinstance(holder, str) else "",
        version=str(metadata.get("resourceVersion", "")),
        claims=decoded(claims if isinstance(claims, str) else None),
        subnets=_subnets(annotations.get(SUBNETS)),
    )


def _subnets(text: object) -> tuple[str, ...]:
    try:
        found = json.loads(text) if isinstance(text, str) else []
    except (ValueError, RecursionError):
        return ()
    return tuple(entry for entry in found if isinstance(entry, str)) if isinstance(found, list) else ()


def _map(value: object) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}
