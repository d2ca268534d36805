"""`genlb init` and `genlb new`: what they make works at once, and nothing that exists is touched."""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path

import pytest
import yaml

from genlb import __version__
from genlb.stores import staging
from genlb.stores.overwrite import overwrite
from tests.api.repositories import replace, snapshot, write
from tests.cli.genlb import Genlb, process


@pytest.fixture
def nowhere(genlb: Genlb, tmp_path: Path) -> Genlb:
    """Genlb in an empty folder."""
    genlb.root = tmp_path / "empty"
    genlb.root.mkdir()
    return genlb


def _committed(root: Path) -> None:
    """Make it a git repository whose branch ``main`` is known as ``origin/main``, too."""
    for command in ("init -q -b main", "add -A", "commit -q -m first", "update-ref refs/remotes/origin/main HEAD"):
        subprocess.run(["git", *command.split()], cwd=root, check=True)


def _words_of_shell(command: str, variables: dict[str, str]) -> list[str]:
    """The arguments that a shell makes of a command line."""
    told = subprocess.run(
        ["sh", "-c", f"printf '%s\\n' {command}"], env=variables, capture_output=True, text=True, check=True
    )
    return told.stdout.split("\n")[:-1]


def rules_told(genlb: Genlb) -> set[str]:
    """The rules that have something to say about all clusters together."""
    return {told["rule"] for told in genlb("validate", "-o", "json").json["diagnostics"]}


class TestInit:
    @pytest.mark.parametrize("engine", ["none", "argocd", "flux"])
    @pytest.mark.parametrize("ci", ["github", "gitlab", "none"])
    def test_what_it_makes_is_valid_without_a_finding_and_renders(self, nowhere: Genlb, engine: str, ci: str) -> None:
        assert nowhere("init", "--engine", engine, "--ci", ci, "--cluster", "fra1-prod").code == 0

        done = nowhere("validate", "--fail-on", "warning")
        assert done == (0, "1 cluster · 0 errors, 0 warnings, 1 suppressed\n", "")
        assert nowhere("render").code == 0
        assert nowhere("render", "--check").code == 0
        assert (nowhere.root / "clusters/fra1-prod/rendered/gitops").is_dir() == (engine != "none")

    def test_it_names_every_file_and_the_next_steps(self, nowhere: Genlb) -> None:
        done = nowhere("init", "lb")

        made = sorted(path for path, content in snapshot(nowhere.root / "lb").items() if content is not None)
        assert [line.strip() for line in done.out.split("\n\n")[0].split("\n")] == made
        assert "Next:  cd " in done.out
        assert "genlb validate\n" in done.out
        assert ".github/workflows/genlb.yml" in made
        assert "schemas/cluster.schema.json" in made

    def test_the_modelines_lead_to_the_schemas(self, nowhere: Genlb) -> None:
        nowhere("init")

        for file in ("genlb.yaml", "clusters/_defaults.yaml", "clusters/my-cluster/cluster.yaml"):
            text = (nowhere.root / file).read_text()
            found = re.search(r"^# yaml-language-server: \$schema=(\S+)$", text, re.MULTILINE)
            assert found
            assert (nowhere.root / file).parent.joinpath(found[1]).is_file()

    def test_every_yaml_file_is_read_alike_by_another_reader(self, nowhere: Genlb) -> None:
        nowhere("init", "--ci", "gitlab", "--engine", "flux")

        for path in nowhere.root.rglob("*.y*ml"):
            assert yaml.safe_load(path.read_text())

    def test_the_image_is_that_of_this_release(self, nowhere: Genlb) -> None:
        nowhere("init")

        defaults = yaml.safe_load((nowhere.root / "clusters/_defaults.yaml").read_text())
        assert defaults["spec"]["agents"]["image"]["tag"] == f"v{__version__}"
        assert f"rev: v{__version__}\n" in (nowhere.root / ".pre-commit-config.yaml").read_text()

    def test_ci_asks_what_matters_and_pins_what_it_uses(self, nowhere: Genlb) -> None:
        nowhere("init")

        text = (nowhere.root / ".github/workflows/genlb.yml").read_text()
        assert "genlb validate" in text
        assert "genlb render --check" in text
        assert re.findall(r"uses: \S+@(\S+)", text)
        assert all(re.fullmatch(r"[0-9a-f]{40}", pin) for pin in re.findall(r"uses: \S+@(\S+)", text))

    @pytest.mark.parametrize(
        ("ci", "base"),
        [
            ("github", {}),
            ("github", {"GITHUB_BASE_REF": "main"}),
            ("gitlab", {}),
            ("gitlab", {"CI_MERGE_REQUEST_DIFF_BASE_SHA": "origin/main"}),
        ],
    )
    def test_what_ci_runs_can_be_run(self, nowhere: Genlb, ci: str, base: dict[str, str]) -> None:
        nowhere("init", "--ci", ci)
        file = {"github": ".github/workflows/genlb.yml", "gitlab": ".gitlab-ci.yml"}[ci]
        assert nowhere("render").code == 0
        _committed(nowhere.root)

        commands = re.findall(r"(?:run:|-) genlb (validate.*|render --check)", (nowhere.root / file).read_text())
        judged = [_words_of_shell(command, base) for command in commands]

        assert ["--from", "origin/main"] in [command[1:3] for command in judged] or not base
        for command in judged:
            done = process(*command, cwd=nowhere.root)
            assert (done.returncode, done.stderr) == (0, "")
        assert len(judged) == 2

    def test_a_folder_that_is_not_empty_is_refused(self, nowhere: Genlb) -> None:
        write(nowhere.root, "notes.txt", "mine")
        before = snapshot(nowhere.root)

        done = nowhere("init", ".")

        assert done.code == 2
        assert done.err.startswith(f"error: {nowhere.root} is not empty")
        assert snapshot(nowhere.root) == before

    def test_force_adds_and_overwrites_nothing(self, nowhere: Genlb) -> None:
        write(nowhere.root, "README.md", "mine")

        done = nowhere("init", "--force")

        assert done.code == 0
        assert "  README.md (kept as it was)\n" in done.out
        assert (nowhere.root / "README.md").read_text() == "mine"
        assert nowhere("validate").code == 0
        assert nowhere("init", "--force").code == 0

    def test_a_file_in_the_way_takes_everything_back(self, nowhere: Genlb) -> None:
        write(nowhere.root, "clusters", "a file")
        before = snapshot(nowhere.root)

        assert nowhere("init", "--force").code == 3
        assert snapshot(nowhere.root) == before

    def test_git_sees_nothing_of_a_genlb_that_was_killed(self, nowhere: Genlb, monkeypatch: pytest.MonkeyPatch) -> None:
        nowhere("init", "--cluster", "fra1")
        _committed(nowhere.root)
        cluster = str(nowhere.root / "clusters/fra1")
        before = snapshot(nowhere.root)
        with staging.locked(cluster):
            shutil.copy(f"{cluster}/.rendered.lock", nowhere.root / "lock")
        shutil.move(nowhere.root / "lock", f"{cluster}/.rendered.lock")
        staging.create(cluster)
        monkeypatch.setattr("genlb.stores.overwrite.os.replace", lambda *_: None)
        overwrite(f"{cluster}/cluster.yaml", b"as --fix does\n")
        monkeypatch.undo()

        assert len(snapshot(nowhere.root).keys() - before.keys()) == 4
        seen = subprocess.run(["git", "status", "--porcelain"], cwd=nowhere.root, check=True, capture_output=True)
        assert seen.stdout == b""

    @pytest.mark.parametrize("name", ["Fra1", "../x", "a/b", "", "a" * 64, "-x"])
    def test_a_name_that_no_cluster_can_have_is_a_usage_error(self, nowhere: Genlb, name: str) -> None:
        assert nowhere("init", f"--cluster={name}").code == 2
        assert snapshot(nowhere.root) == {}

    def test_a_file_is_no_folder(self, nowhere: Genlb) -> None:
        write(nowhere.root, "file", "")

        assert nowhere("init", "file").code == 2


class TestNew:
    @pytest.fixture
    def started(self, nowhere: Genlb) -> Genlb:
        nowhere("init", "--cluster", "fra1-prod")
        return nowhere

    def test_a_cluster_from_the_template_is_valid_with_values_of_its_own(self, started: Genlb) -> None:
        done = started("new", "muc1")

        assert done.code == 0
        assert done.out.startswith("clusters/muc1/cluster.yaml\n")
        assert rules_told(started) == {"GLB208", "GLB324"}
        replace(started.root, "clusters/muc1/cluster.yaml", "10.208.1.0/24", "10.208.2.0/24")
        replace(started.root, "clusters/muc1/cluster.yaml", "asNumber: 64600", "asNumber: 64700")
        assert rules_told(started) == set()

    def test_it_asks_for_a_look_at_all_clusters(self, started: Genlb) -> None:
        asked = re.findall(r"genlb (validate\b.*?)  and", started("new", "muc1").out)

        assert asked == ["validate"]  # a copy is wrong only beside what it was copied from
        assert (started(*asked).code, started("validate", "muc1").code) == (1, 0)

    def test_it_says_which_lines_to_change(self, started: Genlb) -> None:
        out = started("new", "muc1").out
        lines = (started.root / "clusters/muc1/cluster.yaml").read_text().split("\n")
        places = dict(re.findall(r"clusters/muc1/cluster.yaml:(\d+)  spec\.(\S+)", out))

        assert set(places.values()) == {
            "network.nodeCIDRs",
            "network.podCIDRs",
            "network.serviceCIDRs",
            "bgp.asNumber",
            "bgp.racks",
            "pools",
        }
        for line, field in places.items():
            assert lines[int(line) - 1].strip().startswith(field.rpartition(".")[2])

    def test_a_copy_has_the_new_name_everywhere_and_its_base_config(self, started: Genlb) -> None:
        source = "clusters/fra1-prod/cluster.yaml"
        replace(
            started.root,
            source,
            "  kubeProxy: {mode: iptables}",
            "  access: {context: admin@fra1-prod}\n"
            "  routingDomain: fra1-prod-net\n"
            "  sysctls: {interfaces: [x.fra1-prod, xfra1-prod]}\n"
            "  kubeProxy: {mode: iptables, ownership: Merge, baseConfig: base.yaml}",
        )
        base = (
            "apiVersion: kubeproxy.config.k8s.io/v1alpha1\nkind: KubeProxyConfiguration\n"
            "clientConnection: {kubeconfig: /var/lib/kube-proxy/kubeconfig.conf}\nclusterCIDR: 10.244.0.0/16\n"
        )
        write(started.root, "clusters/fra1-prod/base.yaml", base)
        assert started("validate").code == 0

        done = started("new", "muc1", "--from", "fra1-prod")

        assert done.code == 0
        assert done.out.startswith("clusters/muc1/cluster.yaml\nclusters/muc1/base.yaml\n")
        text = (started.root / "clusters/muc1/cluster.yaml").read_text()
        assert "  name: muc1 " in text
        assert "context: admin@muc1" in text
        assert "routingDomain: fra1-prod-net" in text
        assert "interfaces: [x.muc1, xfra1-prod]" in text
        assert "spec.access.context" in done.out
        assert rules_told(started) == {"GLB208", "GLB324"}

    @pytest.mark.parametrize(
        ("arguments", "message"),
        [
            (["fra1-prod"], "there is a cluster 'fra1-prod' already"),
            (["muc1", "--from", "fra1"], "did you mean 'fra1-prod'?"),
            (["Muc1"], "cannot name a cluster"),
            (["../../x"], "cannot name a cluster"),
            ([], "Missing argument"),
        ],
    )
    def test_a_request_that_makes_no_sense_changes_nothing(
        self, started: Genlb, arguments: list[str], message: str
    ) -> None:
        before = snapshot(started.root)

        done = started("new", *arguments)

        assert done.code == 2
        assert message in done.err
        assert snapshot(started.root) == before

    def test_a_folder_that_waits_for_its_spec_gets_it(self, started: Genlb) -> None:
        write(started.root, "clusters/muc1/base.yaml", "mine")

        assert started("new", "muc1").code == 0
        assert (started.root / "clusters/muc1/base.yaml").read_text() == "mine"

    def test_with_another_clusters_folder_the_modeline_still_fits(self, nowhere: Genlb) -> None:
        write(nowhere.root, "genlb.yaml", "clusters: deploy/lb/clusters\n")

        assert nowhere("new", "muc1").code == 0
        text = (nowhere.root / "deploy/lb/clusters/muc1/cluster.yaml").read_text()
        assert "$schema=../../../../schemas/cluster.schema.json" in text
