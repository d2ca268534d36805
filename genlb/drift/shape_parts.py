"""Parts that the tables of kinds are made of: metadata, selectors, lists."""

from __future__ import annotations

import re
from collections.abc import Mapping

from genlb.drift import scalars
from genlb.drift.shape import Order, Shape

VALUE = Shape()
ENTRY = Shape(typed=False)
"""A value of a map whose keys are anybody's: an empty text is a value there."""
ASSIGNED = Shape(assigned=True)

# Written by controllers, GitOps engines and installers for their own book-keeping; what people write means something.
_HARMLESS = re.compile(
    r"""
    (?:argocd\.argoproj\.io|kustomize\.toolkit\.fluxcd\.io|helm\.toolkit\.fluxcd\.io|applyset\.kubernetes\.io
    |deployment\.kubernetes\.io|pv\.kubernetes\.io|volume\.kubernetes\.io|volume\.beta\.kubernetes\.io
    |batch\.kubernetes\.io|autoscaling\.alpha\.kubernetes\.io|control-plane\.alpha\.kubernetes\.io
    |endpoints\.kubernetes\.io|objectset\.rio\.cattle\.io|field\.cattle\.io|cattle\.io|lifecycle\.cattle\.io|meta\.helm\.sh)(?:/.*)?
    |app\.kubernetes\.io/instance|kubernetes\.io/metadata\.name|controller-uid|job-name|pod-template-generation
    |controller-revision-hash|pod-template-hash|statefulset\.kubernetes\.io/pod-name|apps\.kubernetes\.io/pod-index
    |metallb\.io/ip-allocated-from-pool|metallb\.universe\.tf/ip-allocated-from-pool
    |config\.k8s\.io/owning-inventory|kapp\.k14s\.io/.*|kluctl\.io/.*
    |kubectl\.kubernetes\.io/default-container
    |node\.alpha\.kubernetes\.io/ttl|projectcalico\.org/(?:kube-labels|metadata)
    |cni\.projectcalico\.org/.*|kubeadm\.kubernetes\.io/component-config\.hash
    """,
    re.VERBOSE,
)


def is_bookkeeping(name: str) -> bool:
    """Whether a label or annotation that git does not have is some controller's or engine's own note."""
    return _HARMLESS.fullmatch(name) is not None


TEXTS = Shape(each=ENTRY)
"""A map whose keys are anybody's: labels, data."""

NOTES = Shape(each=ENTRY, harmless=is_bookkeeping)
"""Labels and annotations of an object or a pod template."""


def bag(each: Shape = VALUE, *, canon: str = "") -> Shape:
    """A list of which the order says nothing, and which one writes as a whole."""
    item = Shape(canon=getattr(scalars, canon)) if canon else each
    return Shape(each=item, order=Order.BAG, closed=True)


def members(each: Shape = VALUE) -> Shape:
    """A list whose members everybody may add to."""
    return Shape(each=each, order=Order.SET)


def steps(each: Shape = VALUE, *, typed: bool = True) -> Shape:
    """A list whose order counts."""
    return Shape(each=each, closed=True, typed=typed)


def keyed(*keys: str, each: Shape = VALUE, closed: bool = False, order: Order = Order.KEYED) -> Shape:
    """A list of maps that are told apart by ``keys``."""
    return Shape(each=each, order=order, keys=keys, closed=closed)


def struct(fields: Mapping[str, Shape], *, closed: bool = False) -> Shape:
    """A map of known fields."""
    return Shape(fields, closed=closed)


def value(default: object) -> Shape:
    """A value that the API server fills in."""
    return Shape(default=default)


OWNER_REFERENCES = Shape(assigned=True, each=VALUE, order=Order.KEYED, keys=("uid",))
FINALIZERS = Shape(assigned=True, each=VALUE, order=Order.SET)

METADATA = struct(
    {
        "labels": NOTES,
        "annotations": NOTES,
        "finalizers": FINALIZERS,
        "ownerReferences": OWNER_REFERENCES,
        "namespace": ASSIGNED,
        "name": VALUE,
        "generateName": ASSIGNED,
    }
)

_EXPRESSIONS = bag(struct({"values": bag()}, closed=True))
SELECTOR = struct({"matchLabels": Shape(each=ENTRY, closed=True), "matchExpressions": _EXPRESSIONS}, closed=True)
EQUALS = Shape(each=ENTRY, closed=True)
"""A map of labels that selects: one more of them selects less."""

REFERENCE = struct(
    {"apiVersion": VALUE, "kind": VALUE, "name": VALUE, "namespace": VALUE, "apiGroup": VALUE, "uid": ASSIGNED},
    closed=True,
)
