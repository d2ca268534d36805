"""The desired side: what genlb rendered, in the work tree or in a commit, and any manifests."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

import pytest

from genlb import api
from genlb.drift.model import Source
from genlb.errors import Undetermined
from genlb.manifest import ResourceKey
from genlb.stores.commit import Commit
from genlb.stores.desired import Fresh, from_folder, from_path
from genlb.stores.files import WorkTree
from tests.api.repositories import a_repository, replace, write

FOLDER = "clusters/fra1-prod/rendered"
TREE = Source("work tree")
POOL = ResourceKey("metallb.io", "IPAddressPool", "metallb-system", "public")
POOL_FILE = f"{FOLDER}/routing/ipaddresspool-public.yaml"

NAMESPACE = "apiVersion: v1\nkind: Namespace\nmetadata: {name: a}\n"
CONFIG_MAP = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: b, namespace: a}\n"


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A repository whose clusters are rendered."""
    root = a_repository(tmp_path / "lb")
    repository = api.open_repository(str(root))
    for cluster in api.load(repository):
        api.write(repository, api.render(cluster))
    return root


def fresh(root: Path) -> Fresh:
    (cluster,) = api.load(api.open_repository(str(root)), ["fra1-prod"])
    rendered = api.render(cluster)
    return Fresh(rendered.files, {})


def test_every_object_that_is_rendered_is_wanted(root: Path) -> None:
    (cluster,) = api.load(api.open_repository(str(root)), ["fra1-prod"])

    desired = from_folder(WorkTree(str(root)), FOLDER, TREE, fresh=fresh(root))

    assert len(desired.objects) == len(list(api.objects(api.render(cluster))))
    assert desired.objects[POOL].file == POOL_FILE
    assert desired.objects[POOL].manifest["spec"]["addresses"] == ["10.208.1.0/24"]
    assert desired.stale == ()


def test_what_kustomize_helm_and_genlb_read_is_no_object(root: Path) -> None:
    desired = from_folder(WorkTree(str(root)), FOLDER, TREE)

    assert "Kustomization" not in {key.kind for key in desired.objects}
    assert not [one.file for one in desired.objects.values() if one.file.endswith(("values.yaml", ".json"))]


def test_an_edited_file_is_stale_and_still_what_git_has(root: Path) -> None:
    replace(root, POOL_FILE, "10.208.1.0/24", "10.208.9.0/24")

    desired = from_folder(WorkTree(str(root)), FOLDER, TREE, fresh=fresh(root))

    assert desired.stale == (POOL_FILE,)
    assert desired.objects[POOL].manifest["spec"]["addresses"] == ["10.208.9.0/24"]


def test_a_file_that_is_gone_is_stale_and_its_object_not_wanted(root: Path) -> None:
    (root / POOL_FILE).unlink()

    desired = from_folder(WorkTree(str(root)), FOLDER, TREE, fresh=fresh(root))

    assert desired.stale == (POOL_FILE,)
    assert POOL not in desired.objects


def test_what_people_put_beside_it_is_not_wanted(root: Path) -> None:
    write(root, f"{FOLDER}/routing/mine.yaml", CONFIG_MAP)

    desired = from_folder(WorkTree(str(root)), FOLDER, TREE, fresh=fresh(root))

    assert ResourceKey("", "ConfigMap", "a", "b") not in desired.objects
    assert desired.stale == ()


def test_without_its_list_every_file_counts(root: Path) -> None:
    (root / FOLDER / "genlb.manifest.json").unlink()
    write(root, f"{FOLDER}/routing/mine.yaml", CONFIG_MAP)

    desired = from_folder(WorkTree(str(root)), FOLDER, TREE)

    assert {POOL, ResourceKey("", "ConfigMap", "a", "b")} <= set(desired.objects)


def test_a_list_of_files_leads_nowhere_else(root: Path) -> None:
    write(
        root, f"{FOLDER}/genlb.manifest.json", '{"schemaVersion": 1, "files": {"../../../../x.yaml": "", "/etc/y": ""}}'
    )

    with pytest.raises(Undetermined, match="nothing is rendered there"):
        from_folder(WorkTree(str(root)), FOLDER, TREE)


def test_objects_of_a_fresh_render_are_what_the_files_say(root: Path) -> None:
    from genlb.api._drift_sides import _fresh

    (cluster,) = api.load(api.open_repository(str(root)), ["fra1-prod"])
    rendered, _ = _fresh(cluster)

    parsed = from_folder(WorkTree(str(root)), FOLDER, TREE)
    taken_over = from_folder(WorkTree(str(root)), FOLDER, TREE, fresh=rendered)

    assert rendered is not None
    assert len(rendered.objects) == len(parsed.objects)
    assert taken_over.objects == parsed.objects


def test_a_commit_is_read_without_checking_it_out(root: Path) -> None:
    for command in (["init", "-q"], ["add", "."], ["commit", "-qm", "render"]):
        subprocess.run(["git", *command], cwd=root, check=True)
    replace(root, POOL_FILE, "10.208.1.0/24", "10.208.9.0/24")

    with Commit(str(root), "HEAD") as files:
        desired = from_folder(files, FOLDER, Source("commit", "HEAD", files.commit))

    assert desired.objects[POOL].manifest["spec"]["addresses"] == ["10.208.1.0/24"]
    assert "10.208.9.0/24" in (root / POOL_FILE).read_text()


def test_nothing_rendered_is_no_wish_for_nothing(root: Path) -> None:
    with pytest.raises(Undetermined, match="clusters/none/rendered: nothing is rendered there"):
        from_folder(WorkTree(str(root)), "clusters/none/rendered", TREE)


def test_any_file_of_manifests(tmp_path: Path) -> None:
    write(tmp_path, "all.yaml", f"{NAMESPACE}---\n{CONFIG_MAP}---\n")

    desired = from_path("all.yaml", str(tmp_path))

    assert {str(key): one.file for key, one in desired.objects.items()} == {
        "Namespace a": "all.yaml",
        "ConfigMap a/b": "all.yaml",
    }


def test_a_folder_of_manifests_with_lists_in_them(tmp_path: Path) -> None:
    config_map = {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "b", "namespace": "a"}}
    write(tmp_path, "m/list.json", json.dumps({"apiVersion": "v1", "kind": "List", "items": [config_map]}))
    write(tmp_path, "m/below/namespace.yml", NAMESPACE)
    write(tmp_path, "m/kustomization.yaml", "resources: [list.json]\n")
    write(tmp_path, "m/notes.txt", "no object")
    write(tmp_path, "m/.git/x.yaml", "no: object")

    desired = from_path("m", str(tmp_path))

    assert {key.name: one.file for key, one in desired.objects.items()} == {
        "a": "m/below/namespace.yml",
        "b": "m/list.json",
    }


def test_without_a_namespace_it_is_the_default_one_as_for_kubectl(tmp_path: Path) -> None:
    write(tmp_path, "a.yaml", "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: b}\n")

    assert list(from_path("a.yaml", str(tmp_path)).objects) == [ResourceKey("", "ConfigMap", "default", "b")]


def test_calico_is_known_by_one_group(tmp_path: Path) -> None:
    write(tmp_path, "a.yaml", "apiVersion: crd.projectcalico.org/v1\nkind: BGPPeer\nmetadata: {name: b}\n")

    assert list(from_path("a.yaml", str(tmp_path)).objects) == [ResourceKey("projectcalico.org", "BGPPeer", "", "b")]


def test_an_object_that_stands_twice_is_refused(tmp_path: Path) -> None:
    write(tmp_path, "m/a.yaml", NAMESPACE)
    write(tmp_path, "m/b.yaml", NAMESPACE)

    with pytest.raises(Undetermined, match=r"m/b\.yaml: Namespace a stands in m/a\.yaml as well"):
        from_path("m", str(tmp_path))


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("a: [", "all.yaml:1:"),
        ("just text", "all.yaml: this is no Kubernetes object, but text"),
        ("- 1\n", "no Kubernetes object, but a list"),
        ("kind: A\nmetadata: {name: b}\n", "all.yaml: apiVersion is missing"),
        ("apiVersion: v1\nmetadata: {name: b}\n", "all.yaml: kind is missing"),
        ("apiVersion: v1\nkind: [A]\nmetadata: {name: b}\n", "kind has to be text, and is a list"),
        ("apiVersion: v1\nkind: A\n", "a A without metadata"),
        ("apiVersion: v1\nkind: A\nmetadata: {name: 5}\n", "metadata: name has to be text, and is a number"),
        ("apiVersion: v1\nkind: A\nmetadata: {}\n", "metadata: name is missing"),
        (f"{NAMESPACE}---\nno\n", "all.yaml: document 2: this is no Kubernetes object"),
        ("apiVersion: v1\nkind: List\nitems: [{kind: A}]\n", "all.yaml: items[0]: apiVersion is missing"),
        ("apiVersion: v1\nkind: List\nitems: {}\n", "items of a List have to be a list, and are a map"),
        ("[" * 200 + "]" * 200, "all.yaml:1:"),
        ("", "all.yaml: holds no objects"),
        ("\x00", "all.yaml:1:"),
    ],
)
def test_garbage_is_told_with_its_place(tmp_path: Path, text: str, words: str) -> None:
    write(tmp_path, "all.yaml", text)

    with pytest.raises(Undetermined) as told:
        from_path("all.yaml", str(tmp_path))

    assert words in str(told.value)


def test_lists_in_lists_in_lists_are_refused(tmp_path: Path) -> None:
    text = "{apiVersion: v1, kind: List, items: [" * 20 + "]}" * 20
    write(tmp_path, "all.yaml", text)

    with pytest.raises(Undetermined, match="Lists inside Lists"):
        from_path("all.yaml", str(tmp_path))


def test_a_file_that_is_not_there_is_told(tmp_path: Path) -> None:
    with pytest.raises(Undetermined, match=r"none\.yaml: cannot be read: No such file"):
        from_path("none.yaml", str(tmp_path))
