"""The facade, used as a program would."""

from __future__ import annotations

import ast
import inspect
from pathlib import Path
from types import FunctionType

import pytest

from genlb import api
from genlb.errors import InvalidInput, Undetermined, UsageError
from tests.api.repositories import a_repository, a_spec, replace, write

BASE = """\
apiVersion: kubeproxy.config.k8s.io/v1alpha1
kind: KubeProxyConfiguration
clientConnection: {kubeconfig: /var/lib/kube-proxy/kubeconfig.conf}
clusterCIDR: 10.244.0.0/16
mode: ''
"""
CLUSTER = "clusters/fra1-prod/cluster.yaml"


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return a_repository(tmp_path)


def one(root: Path, name: str = "fra1-prod") -> api.LoadedCluster:
    return next(api.load(api.open_repository(str(root)), [name]))


def test_the_example_of_the_facade_works(root: Path) -> None:
    repository = api.open_repository(str(root))
    for cluster in api.load(repository):
        if cluster.valid:
            api.write(repository, api.render(cluster))

    assert [api.compare(repository, api.render(cluster)).up_to_date for cluster in api.load(repository)] == [True, True]


def test_everything_it_names_is_there_and_has_an_example() -> None:
    for name in api.__all__:
        thing = getattr(api, name)
        assert thing.__doc__, name
        if isinstance(thing, FunctionType) or hasattr(thing, "__wrapped__"):
            assert ">>> " in thing.__doc__, name


def test_it_names_everything_public_of_its_modules() -> None:
    folder = Path(inspect.getfile(api)).parent
    public = {
        node.name
        for file in folder.glob("[a-z]*.py")
        for node in ast.parse(file.read_text()).body
        if isinstance(node, (ast.FunctionDef, ast.ClassDef)) and not node.name.startswith("_")
    }

    assert public | {"Repository"} == set(api.__all__)


def test_a_name_that_it_does_not_have_is_an_attribute_error() -> None:
    with pytest.raises(AttributeError, match="no attribute 'nothing'"):
        api.nothing  # noqa: B018 -- asking is the test


def test_a_wrong_spec_is_loaded_with_its_diagnostics_and_cannot_be_rendered(root: Path) -> None:
    replace(root, CLUSTER, "asNumber: 64600", "asNumber: none")
    cluster = one(root)

    assert not cluster.valid
    assert [found.rule for found in cluster.diagnostics] == ["GLB104"]
    with pytest.raises(InvalidInput) as caught:
        api.render(cluster)
    assert caught.value.diagnostics == cluster.diagnostics


def test_an_unreadable_spec_is_neither_right_nor_wrong(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def failing(self: api.Repository, name: str) -> object:
        raise Undetermined(f"{name}: cannot be read")

    monkeypatch.setattr(api.Repository, "load", failing)
    cluster = one(root)

    assert (cluster.valid, cluster.diagnostics, cluster.unread) == (False, (), "fra1-prod: cannot be read")
    with pytest.raises(Undetermined):
        api.render(cluster)


def test_an_unknown_name_is_refused_before_anything_is_read(root: Path) -> None:
    with pytest.raises(UsageError, match="did you mean 'fra1-prod'"):
        api.load(api.open_repository(str(root)), ["fra1"])


def test_rules_across_fields_are_asked(root: Path) -> None:
    write(root, CLUSTER, a_spec("fra1-prod", pool="10.20.1.128/26"))

    assert [found.rule for found in one(root).diagnostics] == ["GLB211"]


@pytest.mark.parametrize(
    ("patch", "message"),
    [
        ("{kind: BGPPeer, name: nobody, merge: {}}", "nothing rendered is BGPPeer nobody"),
        ("{kind: BGPPeer, name: genlb-tor-a-v4, merge: {spec: {ttlSecurityy: 1}}}", "ttlSecurityy"),
        ("{kind: BGPPeer, name: genlb-tor-a-v4, merge: {metadata: {name: other}}}", "may not change"),
    ],
)
def test_patches_are_judged_by_rendering(root: Path, patch: str, message: str) -> None:
    write(root, CLUSTER, a_spec("fra1-prod", more=f"  patches:\n    - {patch}\n"))

    [found] = one(root).diagnostics
    assert found.rule == "GLB609"
    assert message in found.message
    assert (found.span.line, found.cluster) == (20, "fra1-prod")


def test_a_patch_that_fits_is_applied(root: Path) -> None:
    patch = "{kind: BGPPeer, name: genlb-tor-a-v4, merge: {spec: {ttlSecurity: 1}}}"
    write(root, CLUSTER, a_spec("fra1-prod", more=f"  patches:\n    - {patch}\n"))

    assert "ttlSecurity: 1" in api.render(one(root)).files["routing/bgppeer-genlb-tor-a-v4.yaml"]


def test_skeletons_are_not_shared_between_clusters(root: Path) -> None:
    first = api.render(one(root, "ams1")).files
    api.render(one(root))

    assert api.render(one(root, "ams1")).files == first


def test_the_digest_changes_with_the_base_config_and_not_with_the_order_of_keys(root: Path) -> None:
    def digest() -> str:
        return one(root).renderable().spec_digest

    replace(root, CLUSTER, "{mode: iptables}", "{mode: iptables, ownership: Merge, baseConfig: base.yaml}")
    write(root, "clusters/fra1-prod/base.yaml", BASE)
    before = digest()
    replace(root, CLUSTER, "{mode: iptables, ownership: Merge", "{ownership: Merge, mode: iptables")
    assert digest() == before
    write(root, "clusters/fra1-prod/base.yaml", BASE + "portRange: ''\n")
    assert digest() != before


def test_labels_can_be_read_whatever_else_is_wrong(root: Path) -> None:
    replace(root, CLUSTER, "asNumber: 64600", "asNumber: none")
    assert one(root).labels == {"env": "prod"}
    write(root, CLUSTER, "a: [")
    assert one(root).labels is None


def test_what_touches_a_cluster(root: Path) -> None:
    repository = api.open_repository(str(root))
    cluster = one(root)

    for file in ("clusters/fra1-prod/x", "clusters/_defaults.yaml", "genlb.yaml"):
        assert api.is_touched(repository, cluster, {file})
    for file in ("clusters/ams1/cluster.yaml", "clusters/fra1-prod2/cluster.yaml", "README.md"):
        assert not api.is_touched(repository, cluster, {file})


def test_objects_come_in_apply_order(root: Path) -> None:
    paths = [path for path, _ in api.objects(api.render(one(root)))]

    assert [path.split("/")[0] for path in paths] == sorted(
        (path.split("/")[0] for path in paths), key=["node", "routing", "advertise"].index
    )
    assert not [path for path in paths if path.endswith("kustomization.yaml")]
