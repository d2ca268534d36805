"""The families of pools, against what the pools say themselves and against the cluster's."""

from __future__ import annotations

from collections.abc import Iterator

from genlb.network.families import families_of
from genlb.rules.catalogue import ERROR, WARNING, Finding, View, rule

FAMILIES = rule(
    "GLB212",
    ERROR,
    "A pool's families contradict its addresses or the cluster",
    why="Services get addresses of the families that the cluster's serviceCIDRs have; a pool of another family is never"
    " used, and a family without an address leaves Services half pending.",
    fix="List addresses of each family that the pool shall serve, and no other.",
)


@FAMILIES.check
def pool_families(view: View) -> Iterator[Finding]:
    """``families`` against ``addresses``, and both against the cluster."""
    cluster = view.decisions.families
    for index, pool in enumerate(view.spec.pools):
        has = families_of(pool.addresses)
        for entry, block in enumerate(pool.addresses):
            if families_of([block])[0] not in cluster:
                yield Finding(
                    view.at("pools", index, "addresses", entry),
                    f'pool "{pool.name}" has {block}, but the cluster has no {families_of([block])[0].value}:'
                    " its serviceCIDRs are all of the other family",
                )
        if pool.families is not None and set(pool.families) != set(has):
            said, real = (", ".join(sorted(f.value for f in group)) for group in (pool.families, has))
            yield Finding(
                view.at("pools", index, "families"),
                f'pool "{pool.name}" says families {said}, but its addresses are {real}',
            )


MISSING_FAMILY = rule(
    "GLB205",
    WARNING,
    "A pool lacks a family of the cluster",
    why="A dual-stack Service takes both addresses from one pool: from this one it gets none, or only one of the two"
    " when it merely prefers both.",
    fix="Add addresses of the other family, or say with families that none are meant.",
    research="generator_ux GLB205, metallb_vip 1.5, CA019",
)


@MISSING_FAMILY.check
def missing_families(view: View) -> Iterator[Finding]:
    """Pools that say nothing about families and have fewer than the cluster."""
    cluster = view.decisions.families
    for index, decided in enumerate(view.decisions.pools):
        missing = [family.value for family in cluster if family not in decided.families]
        if missing and decided.pool.families is None:
            has = ", ".join(family.value for family in decided.families)
            yield Finding(
                view.at("pools", index, "addresses"),
                f'pool "{decided.pool.name}" has no {missing[0]} address, but the cluster is dual-stack',
                f"add {missing[0]} addresses, or say families: [{has}]",
            )
