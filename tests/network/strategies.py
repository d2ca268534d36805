"""Random clusters that break no rule: pools, node CIDRs and routers keep apart as an address plan would have them."""

from __future__ import annotations

from hypothesis import strategies as st

from genlb.spec import model
from genlb.spec.values import Duration
from tests.builders import a_cluster, a_pool, a_rack, a_router, networks, versions

AS_NUMBERS = st.sampled_from([64600, 64601, 64602, 65101, 65102])
"""Few enough that routers of the nodes' own AS (iBGP) come up."""

VERSIONS = st.builds(
    versions,
    kubernetes=st.sampled_from(["1.30", "1.33", "1.35", "1.37"]),
    calico=st.sampled_from(["3.29.0", "3.30.7", "3.31.0", "3.31.7", "3.32.0", "3.32.1"]),
    metallb=st.sampled_from(["0.14.9", "0.15.3", "0.16.1"]),
)

NETWORK = model.ClusterNetwork(
    pod_cidrs=networks("10.244.0.0/16", "fd00:10:244::/56"),
    service_cidrs=networks("10.96.0.0/16", "fd00:10:96::/112"),
    node_cidrs=networks("10.20.0.0/24", "10.20.1.0/24", "fd00:20::/64", "fd00:20:1::/64"),
)


def ranges_inside(prefix: str, *, upper: int) -> st.SearchStrategy[str]:
    """A range of the form ``<prefix><first>-<prefix><last>`` between 1 and ``upper``."""
    ends = st.tuples(st.integers(1, upper), st.integers(1, upper)).map(sorted)
    hexadecimal = ":" in prefix
    return ends.map(lambda pair: "-".join(f"{prefix}{end:x}" if hexadecimal else f"{prefix}{end}" for end in pair))


@st.composite
def pools(draw: st.DrawFn) -> tuple[model.Pool, ...]:
    """Up to six pools, routed or on-link, one or two families; communities on some."""
    kinds = draw(st.lists(st.sampled_from(["routed", "dual", "v6", "on-link", "on-link v6"]), min_size=1, max_size=6))
    return tuple(_pool(draw, f"pool-{index}", kind, index) for index, kind in enumerate(kinds))


def _pool(draw: st.DrawFn, name: str, kind: str, index: int) -> model.Pool:
    v4, v6 = f"10.208.{index}.", f"fd00:10:208:{index}::"
    blocks = {
        "routed": [draw(ranges_inside(v4, upper=255)), f"10.209.{index}.0/24"],
        "dual": [f"{v4}0/24", draw(ranges_inside(v6, upper=0xFFFF))],
        "v6": [draw(ranges_inside(v6, upper=0xFFFF))],
        # Above the routers' own addresses, 32 addresses for each pool.
        "on-link": [f"10.20.1.{32 * index + 32}/27"],
        "on-link v6": [f"fd00:20:1::{index + 1}:0/112"],
    }
    communities = draw(st.sampled_from([(), ("one",), ("two", "one"), ("one", "one")]))
    return a_pool(name, *blocks[kind], communities=communities, auto_assign=draw(st.booleans()))


@st.composite
def racks(draw: st.DrawFn) -> tuple[model.Rack, ...]:
    """Up to three racks with up to two routers each."""
    return tuple(
        a_rack(
            f"r{rack}",
            *(_router(draw, rack, number) for number in range(draw(st.integers(0, 2)))),
            node_as_number=draw(st.none() | AS_NUMBERS),
            num_allowed_local_as_numbers=draw(st.none() | st.integers(0, 3)),
        )
        for rack in range(draw(st.integers(0, 3)))
    )


def _router(draw: st.DrawFn, rack: int, number: int) -> model.Router:
    addresses = [f"10.20.0.{10 * rack + number + 2}", f"fd00:20::{10 * rack + number + 2}"]
    taken = draw(st.sampled_from([slice(0, 1), slice(1, 2), slice(0, 2)]))
    return a_router(f"r{rack}-tor-{number}", draw(AS_NUMBERS), *addresses[taken])


@st.composite
def clusters(draw: st.DrawFn) -> model.Cluster:
    """A dual-stack cluster that announces its pools."""
    bgp = model.Bgp(
        as_number=draw(AS_NUMBERS),
        node_to_node_mesh=draw(st.sampled_from(model.Switch)),
        dataplane=draw(st.none() | st.sampled_from(model.Dataplane)),
        rack_label="topology.genlb.io/rack",
        racks=draw(racks()),
        password=draw(st.sampled_from([None, model.SecretKey(secret_name="bgp", key="tor")])),  # noqa: S106
        max_restart_time=draw(st.sampled_from([None, Duration.parse("90s")])),
        advertise=model.Advertise(
            aggregation=draw(st.sampled_from(model.Switch)),
            cluster_ips=draw(st.sampled_from(model.Switch)),
            external_cidrs=draw(st.sampled_from([(), networks("192.0.2.0/24", "2001:db8::/64")])),
        ),
        communities=(
            model.Community(name="one", value="65001:1"),
            model.Community(name="two", value="65001:2:3"),
        ),
    )
    return a_cluster(
        versions=draw(VERSIONS),
        network=NETWORK,
        bgp=bgp,
        pools=draw(pools()),
        kube_proxy={"mode": draw(st.sampled_from(model.ProxyMode))},
        sysctls={
            "rp_filter": draw(st.sampled_from(model.RpFilter)),
            "interfaces": draw(st.sampled_from([None, (), ("bond0", "eth*")])),
        },
        vip_binder={"state": draw(st.sampled_from(model.DaemonState))},
    )
