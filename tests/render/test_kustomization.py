from __future__ import annotations

import pytest

from genlb.render.kustomization import listing


def test_it_lists_the_files_in_the_order_given_and_keeps_it() -> None:
    assert listing(["b.yaml", "a.yaml"]) == {
        "apiVersion": "kustomize.config.k8s.io/v1beta1",
        "kind": "Kustomization",
        "resources": ["b.yaml", "a.yaml"],
        "sortOptions": {"order": "fifo"},
    }


@pytest.mark.parametrize("field", ["namespace", "namePrefix", "nameSuffix", "labels", "commonLabels"])
def test_it_rewrites_nothing(field: str) -> None:
    assert field not in listing(["a.yaml"])
