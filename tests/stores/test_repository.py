"""A repository on disk: its root, its clusters, and everything that may lie there instead of a spec."""

from __future__ import annotations

import errno
import os
from pathlib import Path
from typing import Any

import pytest

from genlb.errors import Diagnostic, InvalidInput, Severity, Span, Undetermined, UsageError
from genlb.stores.repository import Repository, find_root
from genlb.stores.sourcefile import LARGEST, read_source
from tests.api.repositories import PROFILE, a_repository, a_spec, replace, write


def opened(root: Path) -> Repository:
    return Repository(str(root), "0.1.0")


def told(diagnostics: tuple[Diagnostic, ...]) -> list[tuple[str, str]]:
    return [(diagnostic.rule, diagnostic.span.file) for diagnostic in diagnostics]


class TestRoot:
    def test_it_is_the_nearest_folder_with_settings_or_clusters(self, tmp_path: Path) -> None:
        write(tmp_path, "outer/genlb.yaml", "")
        inner = a_repository(tmp_path / "outer" / "inner")

        assert find_root(str(inner)) == str(inner)
        assert find_root(str(inner / "clusters" / "fra1-prod")) == str(inner)
        assert find_root(str(tmp_path / "outer")) == str(tmp_path / "outer")

    def test_settings_alone_make_a_repository(self, tmp_path: Path) -> None:
        write(tmp_path, "genlb.yaml", "clusters: specs\n")
        write(tmp_path, "specs/a/cluster.yaml", a_spec("a"))

        repository = opened(Path(find_root(str(tmp_path / "specs"))))

        assert repository.names == ("a",)
        assert repository.load("a").file == "specs/a/cluster.yaml"

    def test_a_file_called_clusters_makes_none(self, tmp_path: Path) -> None:
        write(tmp_path, "clusters", "")

        with pytest.raises(UsageError, match="no genlb repository"):
            find_root(str(tmp_path))

    def test_a_place_that_is_no_folder_is_said_to_be_none(self, tmp_path: Path) -> None:
        with pytest.raises(UsageError, match="is no folder"):
            find_root(str(tmp_path / "nowhere"))

    def test_requires_is_held(self, tmp_path: Path) -> None:
        write(a_repository(tmp_path), "genlb.yaml", 'requires: ">=0.2"\n')

        with pytest.raises(UsageError, match=r"genlb.yaml:1:11: this repository requires genlb >=0.2"):
            opened(tmp_path)


class TestClusters:
    def test_folders_with_a_spec_are_clusters_in_order_of_their_names(self, tmp_path: Path) -> None:
        repository = opened(a_repository(tmp_path))

        assert repository.names == ("ams1", "fra1-prod")
        assert repository.folder_diagnostics == ()

    def test_underscored_hidden_and_plain_files_are_none(self, tmp_path: Path) -> None:
        a_repository(tmp_path)
        write(tmp_path, "clusters/README.md", "")
        write(tmp_path, "clusters/_drafts/cluster.yaml", "")
        write(tmp_path, "clusters/.cache/cluster.yaml", "")

        repository = opened(tmp_path)

        assert repository.names == ("ams1", "fra1-prod")
        assert repository.folder_diagnostics == ()

    def test_a_folder_without_a_spec_is_a_warning(self, tmp_path: Path) -> None:
        (a_repository(tmp_path) / "clusters" / "empty").mkdir()

        [warning] = opened(tmp_path).folder_diagnostics

        assert (warning.rule, warning.severity) == ("GLB109", Severity.WARNING)
        assert warning.span == Span.whole("clusters/empty")

    @pytest.mark.parametrize("name", ["Fra1", "a.b", "a_b", "-a", "a" * 64, "a b", "ü", "a\nb"])
    def test_a_folder_whose_name_cannot_be_a_clusters_is_an_error_and_is_not_read(
        self, tmp_path: Path, name: str
    ) -> None:
        write(a_repository(tmp_path), f"clusters/{name}/cluster.yaml", "[")

        repository = opened(tmp_path)

        assert repository.names == ("ams1", "fra1-prod")
        assert told(repository.folder_diagnostics) == [("GLB106", f"clusters/{name}")]
        with pytest.raises(UsageError):
            repository.load(name)

    @pytest.mark.parametrize("name", ["../fra1-prod", "fra1-prod/../ams1", "/etc", "", "_profiles", "x\0"])
    def test_a_name_that_was_not_listed_never_becomes_a_path(self, tmp_path: Path, name: str) -> None:
        with pytest.raises(UsageError, match="no cluster"):
            opened(a_repository(tmp_path)).load(name)

    def test_an_odd_file_among_the_profiles_is_a_warning(self, tmp_path: Path) -> None:
        write(a_repository(tmp_path), "clusters/_profiles/bare-metal.yml", PROFILE)

        assert told(opened(tmp_path).folder_diagnostics) == [("GLB109", "clusters/_profiles/bare-metal.yml")]

    def test_without_a_clusters_folder_there_are_none(self, tmp_path: Path) -> None:
        write(tmp_path, "genlb.yaml", "")

        assert opened(tmp_path).names == ()


class TestLayers:
    def test_a_cluster_is_loaded_with_its_layers(self, tmp_path: Path) -> None:
        a_repository(tmp_path, a=a_spec("a", more="  profiles: [bare-metal]\n"))
        write(tmp_path, "clusters/_profiles/bare-metal.yaml", PROFILE)

        loaded = opened(tmp_path).load("a")

        assert loaded.diagnostics == ()
        assert loaded.layers == (
            "clusters/_defaults.yaml",
            "clusters/_profiles/bare-metal.yaml",
            "clusters/a/cluster.yaml",
        )
        assert loaded.cluster is not None
        assert loaded.cluster.spec.sysctls.persist

    def test_layers_are_read_once_for_all_clusters(self, tmp_path: Path) -> None:
        repository = opened(a_repository(tmp_path))
        repository.load("ams1")
        (tmp_path / "clusters" / "_defaults.yaml").unlink()

        assert repository.load("fra1-prod").diagnostics == ()

    def test_a_profile_that_no_cluster_takes_is_judged_all_the_same(self, tmp_path: Path) -> None:
        write(a_repository(tmp_path), "clusters/_profiles/unused.yaml", PROFILE.replace("persist", "persists"))
        repository = opened(tmp_path)
        for name in repository.names:
            repository.load(name)

        assert told(repository.unused_layers()) == [("GLB103", "clusters/_profiles/unused.yaml")]

    def test_a_profile_that_a_cluster_takes_is_told_with_the_cluster_only(self, tmp_path: Path) -> None:
        a_repository(tmp_path, a=a_spec("a", more="  profiles: [bare-metal]\n"))
        write(tmp_path, "clusters/_profiles/bare-metal.yaml", PROFILE.replace("persist", "persists"))
        repository = opened(tmp_path)

        assert told(repository.load("a").diagnostics) == [("GLB103", "clusters/_profiles/bare-metal.yaml")]
        assert repository.unused_layers() == ()

    def test_inputs_are_the_files_that_have_a_say_and_those_that_had(self, tmp_path: Path) -> None:
        more = "  profiles: [gone]\n"
        text = a_spec("a", more=more).replace("{mode: iptables}", "{mode: iptables, baseConfig: ../_shared/base.yaml}")
        repository = opened(a_repository(tmp_path, a=text))

        assert repository.inputs(repository.load("a")) == {
            "genlb.yaml",
            "clusters/_defaults.yaml",
            "clusters/_profiles/gone.yaml",
            "clusters/_shared/base.yaml",
            "clusters/a/cluster.yaml",
        }


class TestBaseConfig:
    def base_config_of(self, root: Path, file: str) -> tuple[object, tuple[Diagnostic, ...]]:
        text = a_spec("a").replace("{mode: iptables}", f'{{mode: iptables, baseConfig: "{file}"}}')
        repository = opened(a_repository(root, a=text))
        base, diagnostics = repository.base_config(repository.load("a"))
        return (base.data if base else None), diagnostics

    def test_it_is_read_relative_to_the_clusters_folder(self, tmp_path: Path) -> None:
        write(tmp_path, "clusters/a/base.yaml", "kind: KubeProxyConfiguration\nmode: ''\n")

        assert self.base_config_of(tmp_path, "base.yaml") == ({"kind": "KubeProxyConfiguration", "mode": ""}, ())

    def test_several_clusters_may_share_one(self, tmp_path: Path) -> None:
        write(tmp_path, "clusters/_shared/base.yaml", "kind: KubeProxyConfiguration\n")

        assert self.base_config_of(tmp_path, "../_shared/base.yaml")[1] == ()

    @pytest.mark.parametrize(
        ("file", "message"),
        [
            ("gone.yaml", "there is no file clusters/a/gone.yaml"),
            ("../../../base.yaml", "../../../base.yaml lies outside the repository"),
            ("outside/base.yaml", "outside/base.yaml lies outside the repository"),
            ("list.yaml", "clusters/a/list.yaml holds no KubeProxyConfiguration"),
            ("n" * 300, f"there is no file clusters/a/{'n' * 300}"),
        ],
    )
    def test_one_that_cannot_be_used_is_a_finding_at_the_value(self, tmp_path: Path, file: str, message: str) -> None:
        root = tmp_path / "repository"
        write(tmp_path, "base.yaml", "kind: KubeProxyConfiguration\n")
        write(root, "clusters/a/list.yaml", "- a\n")
        (root / "clusters" / "a" / "outside").symlink_to(tmp_path)

        data, [finding] = self.base_config_of(root, file)

        assert data is None
        assert (finding.rule, finding.message, finding.cluster) == ("GLB407", message, "a")
        assert (finding.span.file, finding.span.line) == ("clusters/a/cluster.yaml", 18)

    @pytest.mark.parametrize(
        ("content", "rule"),
        [(b"a: [", "GLB101"), (b"a: 1\na: 2\n", "GLB102"), (b"\xff", "GLB101"), (b"a: no\n", "GLB105")],
    )
    def test_its_own_mistakes_are_told_in_its_own_file(self, tmp_path: Path, content: bytes, rule: str) -> None:
        write(tmp_path, "clusters/a/base.yaml", content)

        data, diagnostics = self.base_config_of(tmp_path, "base.yaml")

        assert data is None
        assert told(diagnostics) == [(rule, "clusters/a/base.yaml")]


class TestWhatIsNoFile:
    """Each of these stands where ``cluster.yaml`` belongs; none may end in a traceback, hang, or be quoted."""

    def diagnostics_of(self, root: Path) -> tuple[Diagnostic, ...]:
        return opened(root).load("a").diagnostics

    def test_a_directory(self, tmp_path: Path) -> None:
        (tmp_path / "clusters" / "a" / "cluster.yaml").mkdir(parents=True)

        [found] = self.diagnostics_of(tmp_path)

        assert (found.rule, found.span) == ("GLB101", Span.whole("clusters/a/cluster.yaml"))
        assert "directory" in found.message

    def test_a_pipe_that_nobody_writes_to(self, tmp_path: Path) -> None:
        (tmp_path / "clusters" / "a").mkdir(parents=True)
        os.mkfifo(tmp_path / "clusters" / "a" / "cluster.yaml")

        [found] = self.diagnostics_of(tmp_path)

        assert "no regular file" in found.message

    def test_a_link_that_leads_nowhere_or_in_a_circle(self, tmp_path: Path) -> None:
        file = tmp_path / "clusters" / "a" / "cluster.yaml"
        file.parent.mkdir(parents=True)
        for target in ("gone.yaml", "cluster.yaml"):
            file.unlink(missing_ok=True)
            file.symlink_to(target)

            [found] = self.diagnostics_of(tmp_path)

            assert "symbolic link that leads nowhere" in found.message

    def test_a_link_out_of_the_repository_is_neither_read_nor_quoted(self, tmp_path: Path) -> None:
        root = tmp_path / "repository"
        secret = write(tmp_path, "shadow", "root:secret\n")
        (root / "clusters" / "a").mkdir(parents=True)
        (root / "clusters" / "a" / "cluster.yaml").symlink_to(secret)
        repository = opened(root)

        [found] = repository.load("a").diagnostics

        assert "leads out of the repository" in found.message
        assert repository.lines("clusters/a/cluster.yaml") == ()

    def test_a_folder_that_is_a_link_out_of_the_repository(self, tmp_path: Path) -> None:
        outside = a_repository(tmp_path / "other", a=a_spec("a"))
        root = tmp_path / "repository"
        (root / "clusters").mkdir(parents=True)
        (root / "clusters" / "a").symlink_to(outside / "clusters" / "a")

        [found] = self.diagnostics_of(root)

        assert "leads out of the repository" in found.message

    def test_a_link_inside_the_repository_is_followed(self, tmp_path: Path) -> None:
        write(tmp_path, "shared/a.yaml", a_spec("a"))
        write(tmp_path, "clusters/_defaults.yaml", "apiVersion: genlb.io/v1alpha1\nkind: FleetDefaults\n")
        (tmp_path / "clusters" / "a").mkdir()
        (tmp_path / "clusters" / "a" / "cluster.yaml").symlink_to("../../shared/a.yaml")

        assert opened(tmp_path).load("a").cluster is not None

    @pytest.mark.parametrize("content", [b"", b"\xff\xfe\x00", b"\x00", b"- a\n", b"just text"])
    def test_content_that_is_no_spec_is_told_in_its_place(self, tmp_path: Path, content: bytes) -> None:
        write(tmp_path, "clusters/a/cluster.yaml", content)

        diagnostics = self.diagnostics_of(tmp_path)

        assert diagnostics
        assert {found.span.file for found in diagnostics} == {"clusters/a/cluster.yaml"}
        assert {found.severity for found in diagnostics} == {Severity.ERROR}

    def test_a_file_of_absurd_size_is_not_read_to_its_end(self, tmp_path: Path) -> None:
        file = write(tmp_path, "clusters/a/cluster.yaml", "")
        with file.open("r+b") as stream:
            stream.truncate(100 * LARGEST)

        data = read_source(str(tmp_path), "clusters/a/cluster.yaml")

        assert data is not None
        assert len(data) == LARGEST + 1
        assert [found.rule for found in self.diagnostics_of(tmp_path)] == ["GLB101"]

    @pytest.mark.parametrize("layer", ["clusters/_defaults.yaml", "clusters/_profiles/p.yaml", "genlb.yaml"])
    def test_a_directory_in_the_place_of_a_layer(self, tmp_path: Path, layer: str) -> None:
        write(tmp_path, "clusters/a/cluster.yaml", a_spec("a", more="  profiles: [p]\n"))
        write(tmp_path, "clusters/_profiles/p.yaml", PROFILE.replace("bare-metal", "p"))
        (tmp_path / layer).unlink(missing_ok=True)
        (tmp_path / layer).mkdir()
        repository = opened(tmp_path)

        found = (*repository.settings_diagnostics, *repository.load("a").diagnostics)

        assert ("GLB101", layer) in told(found)


class TestWhatMayNotBeRead:
    """The system's refusal is played: root, as whom tests often run, may read everything."""

    def refuse(self, monkeypatch: pytest.MonkeyPatch, call: str, path: Path) -> None:
        real = getattr(os, call)

        def refusing(name: str, *arguments: Any) -> Any:
            if name == str(path):
                raise PermissionError(errno.EACCES, "Permission denied", name)
            return real(name, *arguments)

        monkeypatch.setattr(os, call, refusing)

    def test_an_unreadable_file_is_undetermined_not_absent(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        repository = opened(a_repository(tmp_path))
        self.refuse(monkeypatch, "open", tmp_path / "clusters" / "_defaults.yaml")

        with pytest.raises(Undetermined, match=r"^clusters/_defaults.yaml: cannot be read: Permission denied$"):
            repository.load("ams1")

    def test_a_folder_that_may_not_be_entered_may_hold_a_cluster(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        (a_repository(tmp_path) / "clusters" / "locked").mkdir()
        self.refuse(monkeypatch, "lstat", tmp_path / "clusters" / "locked" / "cluster.yaml")

        assert opened(tmp_path).names == ("ams1", "fra1-prod", "locked")

    def test_a_clusters_folder_that_may_not_be_listed(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        self.refuse(monkeypatch, "listdir", a_repository(tmp_path) / "clusters")

        with pytest.raises(Undetermined, match="cannot be listed: Permission denied"):
            opened(tmp_path)


class TestPaths:
    def test_a_path_belongs_to_the_cluster_around_it(self, tmp_path: Path) -> None:
        repository = opened(a_repository(tmp_path))

        assert repository.clusters_of(str(tmp_path / "clusters/ams1/cluster.yaml")) == ("ams1",)
        assert repository.clusters_of(str(tmp_path / "clusters/ams1")) == ("ams1",)

    @pytest.mark.parametrize("path", ["", "clusters", "clusters/_defaults.yaml", "clusters/_profiles", "genlb.yaml"])
    def test_what_clusters_share_belongs_to_all(self, tmp_path: Path, path: str) -> None:
        write(a_repository(tmp_path), "genlb.yaml", "")
        write(tmp_path, "clusters/_profiles/p.yaml", PROFILE)

        assert opened(tmp_path).clusters_of(str(tmp_path / path)) == ("ams1", "fra1-prod")

    @pytest.mark.parametrize("path", ["README.md", "clusters/README.md", "clusters/gone", "..", "../other"])
    def test_any_other_path_belongs_to_none(self, tmp_path: Path, path: str) -> None:
        root = a_repository(tmp_path / "repository")
        write(root, "README.md", "")
        write(root, "clusters/README.md", "")

        with pytest.raises(UsageError):
            opened(root).clusters_of(str(root / path))


def test_lines_are_those_of_the_file_without_its_byte_order_mark(tmp_path: Path) -> None:
    write(a_repository(tmp_path), "clusters/ams1/cluster.yaml", b"\xef\xbb\xbfa: 1\r\nb: \xff\n")

    assert opened(tmp_path).lines("clusters/ams1/cluster.yaml") == ("a: 1", "b: \ufffd")
    assert opened(tmp_path).lines("clusters/gone.yaml") == ()


def test_what_is_refused_is_located(tmp_path: Path) -> None:
    (tmp_path / "x").mkdir()

    with pytest.raises(InvalidInput) as caught:
        read_source(str(tmp_path), "x")
    assert caught.value.diagnostics[0].span == Span.whole("x")


def test_own_files_of_a_cluster_are_its_spec_and_the_base_beside_it(tmp_path: Path) -> None:
    a_repository(tmp_path)
    replace(tmp_path, "clusters/ams1/cluster.yaml", "{mode: iptables}", "{mode: iptables, baseConfig: base.yaml}")
    write(tmp_path, "clusters/ams1/base.yaml", "kind: KubeProxyConfiguration\n")
    write(tmp_path, "clusters/ams1/rendered/x.yaml", "")

    assert sorted(opened(tmp_path).own_files("ams1")) == ["base.yaml", "cluster.yaml"]
