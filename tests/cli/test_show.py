"""`genlb show`: the merged spec, where values come from, what each Auto became."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml

from tests.api.repositories import PROFILE, a_spec, replace, write
from tests.cli.genlb import Genlb

CLUSTER = "clusters/fra1-prod/cluster.yaml"


def test_the_merged_spec_is_yaml_that_reads_back(genlb: Genlb) -> None:
    done = genlb("show", "fra1-prod")

    assert (done.code, done.err) == (0, "")
    shown = yaml.safe_load(done.out)
    assert shown["metadata"]["name"] == "fra1-prod"
    assert shown["spec"]["agents"]["image"]["tag"] == "v0.1.0"
    assert shown["spec"]["versions"]["kubernetes"] == "1.35"


def test_layers_and_what_each_auto_became_stand_on_top(genlb: Genlb) -> None:
    head = [line for line in genlb("show", "fra1-prod").out.split("\n") if line.startswith("#")]

    assert head[0] == "# Merged from clusters/_defaults.yaml, clusters/fra1-prod/cluster.yaml"
    assert [line.split(" (")[0] for line in head[1:]] == [
        "# spec.bgp.dataplane: Iptables",
        "# spec.pools[public].announce: BGP",
        "# spec.sysctls.rpFilter: Loose",
        "# spec.vipBinder.routed.bind: AnyIP",
    ]
    assert all(line.endswith(")") for line in head[1:])


def test_nothing_is_told_about_what_the_spec_says_itself(genlb: Genlb, repository: Path) -> None:
    more = "  vipBinder: {routed: {bind: None}}\n".replace("None", '"None"')
    text = a_spec("fra1-prod", more=more).replace('"10.208.1.0/24"]}', '"10.208.1.0/24"], announce: BGP}')
    write(repository, CLUSTER, text)

    fields = [decision["field"] for decision in genlb("show", "fra1-prod", "-o", "json").json["decisions"]]

    assert fields == ["spec.bgp.dataplane", "spec.sysctls.rpFilter"]


def test_origin_tells_file_and_line_of_every_value_and_the_defaults_of_the_rest(genlb: Genlb, repository: Path) -> None:
    write(repository, CLUSTER, a_spec("fra1-prod", more="  profiles: [bare-metal]\n"))
    write(repository, "clusters/_profiles/bare-metal.yaml", PROFILE)

    done = genlb("show", "fra1-prod", "--origin")
    rows = {line.split()[0]: line.split()[1:] for line in done.out.split("\n") if line.startswith("  spec.")}

    assert done.code == 0
    assert rows["spec.agents.image.tag"] == ["v0.1.0", "clusters/_defaults.yaml:5"]
    assert rows["spec.sysctls.persist"] == ["true", "clusters/_profiles/bare-metal.yaml:5"]
    assert rows["spec.bgp.asNumber"] == ["64600", f"{CLUSTER}:10"]
    assert rows["spec.bgp.racks[r1].routers[tor-b].addresses[0]"] == ["10.20.1.3", f"{CLUSTER}:15"]
    assert rows["spec.bgp.nodeToNodeMesh"] == ["Enabled", "default"]
    assert rows["spec.vipBinder.l2.leaseDuration"] == ["10s", "default"]


def test_json_has_everything(genlb: Genlb) -> None:
    told = genlb("show", "fra1-prod", "-o", "json", "--origin").json

    assert told["schemaVersion"] == 1
    assert told["cluster"] == "fra1-prod"
    assert told["layers"] == ["clusters/_defaults.yaml", CLUSTER]
    assert told["merged"]["spec"]["bgp"]["asNumber"] == 64600
    assert told["decisions"][1]["value"] == "BGP"
    assert told["origins"]["spec.bgp.asNumber"] == f"{CLUSTER}:10"
    assert told["diagnostics"] == []
    assert "origins" not in genlb("show", "fra1-prod", "-o", "json").json


def test_text_tells_layers_and_decisions(genlb: Genlb) -> None:
    out = genlb("show", "fra1-prod", "-o", "text").out

    assert "  clusters/_defaults.yaml\n" in out
    assert "  spec.pools[public].announce: BGP\n" in out
    assert "spec.bgp.asNumber" not in out


def test_a_wrong_spec_is_shown_as_far_as_it_goes(genlb: Genlb, repository: Path) -> None:
    replace(repository, CLUSTER, "asNumber: 64600", "asNumber: none")

    done = genlb("show", "fra1-prod")

    assert done.code == 1
    assert yaml.safe_load(done.out)["spec"]["bgp"]["asNumber"] == "none"
    assert f"{CLUSTER}:10:15: error[GLB104]" in done.err
    assert genlb("show", "fra1-prod", "--origin").code == 1
    assert genlb("show", "fra1-prod", "-o", "json").json["diagnostics"][0]["rule"] == "GLB104"


def test_a_spec_that_is_no_yaml_shows_nothing(genlb: Genlb, repository: Path) -> None:
    write(repository, CLUSTER, "a: [")

    for arguments in ([], ["--origin"], ["-o", "json"]):
        assert genlb("show", "fra1-prod", *arguments).code == 1
    assert genlb("show", "fra1-prod").out == ""
    assert genlb("show", "fra1-prod", "-o", "json").json["merged"] is None


@pytest.mark.parametrize("arguments", [["fra1"], [], ["fra1-prod", "--origin", "-o", "yaml"], ["ams1", "fra1-prod"]])
def test_a_request_that_makes_no_sense_is_a_usage_error(genlb: Genlb, arguments: list[str]) -> None:
    assert genlb("show", *arguments).code == 2


def test_a_file_that_cannot_be_read_is_undetermined(genlb: Genlb, monkeypatch: pytest.MonkeyPatch) -> None:
    from genlb.errors import Undetermined
    from genlb.stores.repository import Repository

    def failing(self: Repository, name: str) -> object:
        raise Undetermined(f"clusters/{name}/cluster.yaml: cannot be read: Permission denied")

    monkeypatch.setattr(Repository, "load", failing)

    assert genlb("show", "ams1") == (3, "", "error: clusters/ams1/cluster.yaml: cannot be read: Permission denied\n")
