"""Rules that ``render`` enforces: about patches, and about the tree that it writes."""

from __future__ import annotations

from genlb.rules.catalogue import ERROR, rule

STALE = rule(
    "GLB607",
    ERROR,
    "The rendered files are not what the spec renders",
    why="Argo CD and Flux apply the files, not the spec: until they are rendered again, the review saw something else"
    " than what the cluster gets.",
    fix="Run genlb render and commit the result.",
)
HAND_EDITED = rule(
    "GLB608",
    ERROR,
    "A rendered file was edited by hand, or is left over",
    why="The next render would silently undo the edit; a file that is rendered no more is still in git.",
    fix="Put the change into the spec (or spec.patches); genlb render --overwrite gives the edit up.",
)
PATCH = rule(
    "GLB609",
    ERROR,
    "A patch does not fit",
    why="A patch that meets no object, changes an object's identity or adds a field that the API does not know would be"
    " lost or refused only in the cluster.",
    fix="genlb render CLUSTER --stdout shows the objects that patches can change. The fields of Kubernetes' own kinds"
    " (DaemonSet, ConfigMap) only an API server knows: kubectl apply --server-side --dry-run=server asks it.",
    research="E-MESHPW-NOMESH",
)
