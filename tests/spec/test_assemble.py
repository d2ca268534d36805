"""One cluster from its files: what is told, where, and once."""

from __future__ import annotations

import pytest

from genlb.errors import Severity, in_order
from genlb.spec.assemble import LoadedSpec
from tests.spec.texts import MINIMAL, changed, loaded

HEAD = "apiVersion: genlb.io/v1alpha1\n"
DEFAULTS = f"{HEAD}kind: FleetDefaults\nmetadata: {{name: fleet}}\nspec:\n"
PROFILE = f"{HEAD}kind: Profile\nmetadata: {{name: edge}}\nspec:\n"
WITH_EDGE = MINIMAL.replace("spec:\n", "spec:\n  profiles: [edge]\n")


def told(spec: LoadedSpec) -> list[str]:
    return [f"{d.span} {d.severity.value} {d.rule} {d.message}" for d in spec.diagnostics]


def test_a_cluster_without_layers() -> None:
    spec = loaded(MINIMAL)

    assert spec.diagnostics == ()
    assert spec.layers == ("clusters/lab1/cluster.yaml",)
    assert spec.cluster is not None
    assert spec.cluster.name == "lab1"


def test_layers_are_merged_in_order() -> None:
    spec = loaded(
        WITH_EDGE.replace("[edge]", "[edge, last]"),
        defaults=f"{DEFAULTS}  bgp: {{dataplane: BPF, nodeToNodeMesh: Disabled, asNumber: 1}}\n",
        profiles={
            "edge": f"{PROFILE}  bgp: {{dataplane: Nftables}}\n  routingDomain: edge\n",
            "last": PROFILE.replace("edge", "last") + "  routingDomain: last\n",
        },
    )

    assert told(spec) == []
    assert spec.layers == (
        "clusters/_defaults.yaml",
        "clusters/_profiles/edge.yaml",
        "clusters/_profiles/last.yaml",
        "clusters/lab1/cluster.yaml",
    )
    assert spec.cluster is not None
    bgp = spec.cluster.spec.bgp
    assert (bgp.dataplane and bgp.dataplane.value, bgp.node_to_node_mesh.value, bgp.as_number) == (
        "Nftables",
        "Disabled",
        64800,
    )
    assert spec.cluster.spec.routing_domain == "last"


def test_a_required_field_may_come_from_any_layer() -> None:
    spec = loaded(changed(', metallb: "0.16.1"', ""), defaults=f'{DEFAULTS}  versions: {{metallb: "0.16.1"}}\n')

    assert told(spec) == []


def test_what_all_layers_lack_is_told_in_the_cluster() -> None:
    spec = loaded(changed(', metallb: "0.16.1"', ""), defaults=f'{DEFAULTS}  versions: {{calico: "3.32.1"}}\n')

    assert told(spec) == ["clusters/lab1/cluster.yaml:5:3 error GLB104 versions lacks metallb"]
    assert spec.diagnostics[0].cluster == "lab1"


def test_a_pool_that_only_a_layer_begins_is_told_there_with_the_cluster() -> None:
    spec = loaded(MINIMAL, defaults=f"{DEFAULTS}  pools: [{{name: dns, autoAssign: false}}]\n")

    assert told(spec) == ['clusters/_defaults.yaml:5:11 error GLB104 "dns" in pools lacks addresses']
    assert spec.diagnostics[0].cluster == "lab1"


def test_a_layers_mistake_is_told_once_and_in_the_layer() -> None:
    spec = loaded(WITH_EDGE, profiles={"edge": f"{PROFILE}  bgp: {{dataplane: x}}\n"})

    assert told(spec) == [
        'clusters/_profiles/edge.yaml:5:20 error GLB104 dataplane wants Iptables, Nftables or BPF, here is the text "x"'
    ]
    assert spec.diagnostics[0].cluster == ""
    assert spec.cluster is None


def test_a_layers_mistake_is_told_even_if_every_cluster_overrides_it() -> None:
    spec = loaded(MINIMAL, defaults=f"{DEFAULTS}  bgp: {{asNumber: 0}}\n")

    assert [d.rule for d in spec.diagnostics] == ["GLB104"]


def test_clusters_that_share_a_broken_layer_tell_it_once_together() -> None:
    broken = f"{DEFAULTS}  bgp: {{dataplane: nft}}\n"
    one, two = loaded(MINIMAL, defaults=broken), loaded(MINIMAL.replace("lab1", "lab2"), name="lab2", defaults=broken)

    assert len(in_order((*one.diagnostics, *two.diagnostics))) == 1


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "1:1 error GLB104 the file is empty"),
        ("# nothing but a comment\n", "1:1 error GLB104 the file is empty"),
        ("---\n", "1:1 error GLB104 the file is empty"),
        ("- a\n- b\n", "1:1 error GLB104 a Cluster is a map with keys"),
        ("just words\n", "1:1 error GLB104 a Cluster is a map with keys"),
    ],
)
def test_a_file_that_is_no_map(text: str, message: str) -> None:
    spec = loaded(text)

    assert told(spec) == [f"clusters/lab1/cluster.yaml:{message}"]
    assert (spec.tree, spec.cluster) == (None, None)


def test_nothing_is_called_missing_while_a_layer_cannot_be_read() -> None:
    spec = loaded(changed(', metallb: "0.16.1"', ', foo: "1"'), defaults="spec: [\n")

    assert [(d.span.file, d.rule) for d in spec.diagnostics] == [
        ("clusters/_defaults.yaml", "GLB101"),
        ("clusters/lab1/cluster.yaml", "GLB103"),
    ]


def test_mistakes_of_the_text_and_of_the_spec_come_together() -> None:
    text = changed("64800", '"64800"') + "  kubeProxy: {mode: ipvs}\n"
    spec = loaded(text)

    assert [d.rule for d in spec.diagnostics] == ["GLB104", "GLB102"]


def test_one_place_is_blamed_once() -> None:
    # "yes" is GLB105 whatever the field's type; that it is no boolean either is the same mistake.
    spec = loaded(changed("name: public,", "name: public, autoAssign: yes,"))

    assert [(d.rule, d.span.column) for d in spec.diagnostics] == [("GLB105", 38)]


class TestNames:
    def test_the_cluster_is_called_like_its_folder(self) -> None:
        spec = loaded(MINIMAL, name="lab2")

        assert told(spec) == [
            'clusters/lab2/cluster.yaml:3:18 error GLB106 metadata.name is "lab1", the folder is called "lab2"'
        ]
        assert spec.diagnostics[0].help == "write name: lab2, or rename the folder"

    def test_a_profile_is_called_like_its_file(self) -> None:
        spec = loaded(WITH_EDGE, profiles={"edge": PROFILE.replace("name: edge", "name: core")})

        assert told(spec) == [
            'clusters/_profiles/edge.yaml:3:18 error GLB106 metadata.name is "core", the file is called "edge"'
        ]

    def test_a_cluster_file_holds_a_cluster(self) -> None:
        spec = loaded(changed("kind: Cluster", "kind: Profile"))

        assert [d.rule for d in spec.diagnostics] == ["GLB104"]
        assert spec.diagnostics[0].message == 'kind wants Cluster, here is the text "Profile"'

    def test_names_of_layers_are_not_inherited(self) -> None:
        spec = loaded(changed("metadata: {name: lab1}\n", ""), defaults=DEFAULTS)

        assert told(spec) == ["clusters/lab1/cluster.yaml:1:1 error GLB104 a Cluster lacks metadata"]


class TestProfiles:
    def test_an_unknown_profile_gets_a_suggestion(self) -> None:
        spec = loaded(WITH_EDGE.replace("[edge]", "[egde]"), profiles={"edge": PROFILE, "core": PROFILE})

        assert told(spec) == ['clusters/lab1/cluster.yaml:5:14 error GLB104 there is no profile "egde"']
        assert spec.diagnostics[0].help == "did you mean edge?"

    def test_without_a_likely_one_all_are_listed(self) -> None:
        spec = loaded(WITH_EDGE.replace("[edge]", "[zzz]"), profiles={"edge": PROFILE, "core": PROFILE})

        assert spec.diagnostics[0].help == "there are core, edge"

    def test_a_profile_is_taken_once(self) -> None:
        spec = loaded(WITH_EDGE.replace("[edge]", "[edge, edge]"), profiles={"edge": PROFILE})

        assert told(spec) == ["clusters/lab1/cluster.yaml:5:20 error GLB102 profile edge is taken twice"]
        assert str(spec.diagnostics[0].related[0].span) == "clusters/lab1/cluster.yaml:5:14"

    def test_only_profiles_that_are_taken_are_read(self) -> None:
        spec = loaded(MINIMAL, profiles={"broken": "{["})

        assert told(spec) == []

    def test_a_layer_names_no_profiles(self) -> None:
        spec = loaded(MINIMAL, defaults=f"{DEFAULTS}  profiles: [edge]\n", profiles={"edge": PROFILE})

        assert [(d.rule, d.message) for d in spec.diagnostics] == [("GLB103", "a FleetDefaults names no profiles")]

    @pytest.mark.parametrize("name", ["../../etc/passwd", "/etc/passwd", "a/b", "", "."])
    def test_a_profile_is_no_path(self, name: str) -> None:
        spec = loaded(WITH_EDGE.replace("[edge]", f'["{name}"]'))

        assert {d.rule for d in spec.diagnostics} <= {"GLB104", "GLB106"}
        assert spec.cluster is None


class TestDuplicates:
    @pytest.mark.parametrize(
        ("section", "listing"),
        [
            ('pools: [{name: a, addresses: ["10.1.0.0/24"]}, {name: a}]', "pools"),
            ("bgp: {racks: [{name: a}, {name: a}]}", "racks"),
            ("bgp: {racks: [{name: r, routers: [{name: a}, {name: a}]}]}", "routers"),
            ('bgp: {communities: [{name: a, value: "1:1"}, {name: a}]}', "communities"),
        ],
    )
    def test_a_name_stands_once_in_a_list_of_one_file(self, section: str, listing: str) -> None:
        spec = loaded(WITH_EDGE, profiles={"edge": f"{PROFILE}  {section}\n"})
        found = [d for d in spec.diagnostics if d.rule == "GLB102"]

        assert [d.message for d in found] == [f'"a" stands twice in {listing}']
        assert found[0].related[0].span < found[0].span

    def test_the_clusters_own_list_too(self) -> None:
        again = '[{name: public, addresses: ["10.1.0.0/24"]}, {name: public, addresses: ["10.2.0.0/24"]}]'
        spec = loaded(changed('[{name: public, addresses: ["10.210.1.0/24"]}]', again))

        assert told(spec) == ['clusters/lab1/cluster.yaml:8:62 error GLB102 "public" stands twice in pools']

    def test_a_name_in_two_files_is_a_merge(self) -> None:
        spec = loaded(MINIMAL, defaults=f"{DEFAULTS}  pools: [{{name: public, autoAssign: false}}]\n")

        assert told(spec) == []


class TestRemovals:
    def test_an_inherited_value_and_an_inherited_entry_go(self) -> None:
        spec = loaded(
            MINIMAL.replace("pools: [", "pools: [{name: dns, $remove: true}, ").replace(
                "asNumber: 64800", "asNumber: 64800, password: null"
            ),
            defaults=f'{DEFAULTS}  pools: [{{name: dns, addresses: ["10.1.0.0/24"]}}]\n'
            "  bgp: {password: {secretName: s, key: k}}\n",
        )

        assert told(spec) == []
        assert spec.cluster is not None
        assert [pool.name for pool in spec.cluster.spec.pools] == ["public"]
        assert spec.cluster.spec.bgp.password is None

    def test_removing_nothing_is_a_warning(self) -> None:
        spec = loaded(
            MINIMAL.replace("pools: [", "pools: [{name: dns, $remove: true}, ").replace(
                "asNumber: 64800", "asNumber: 64800, password: null"
            )
        )

        assert told(spec) == [
            "clusters/lab1/cluster.yaml:7:26 warning GLB108 password: null removes nothing: no layer below has it",
            "clusters/lab1/cluster.yaml:8:23 warning GLB108 $remove removes nothing: no layer below has it",
        ]
        assert spec.cluster is not None
        assert not spec.has_errors

    def test_a_section_that_was_left_empty_is_missing_at_its_key(self) -> None:
        spec = loaded(changed("kubeProxy: {mode: iptables}", "kubeProxy:"))

        assert told(spec) == ["clusters/lab1/cluster.yaml:9:3 error GLB104 spec lacks kubeProxy"]

    @pytest.mark.parametrize(
        ("entry", "message"),
        [
            ("{name: dns, $remove: false}", "$remove wants true"),
            ("{name: dns, $remove: true, autoAssign: true}", "autoAssign beside $remove: true has no effect"),
        ],
    )
    def test_a_removal_is_written_in_one_way(self, entry: str, message: str) -> None:
        spec = loaded(
            MINIMAL.replace("pools: [", f"pools: [{entry}, "),
            defaults=f'{DEFAULTS}  pools: [{{name: dns, addresses: ["10.1.0.0/24"]}}]\n',
        )

        assert [d.message for d in spec.diagnostics if d.severity is Severity.ERROR] == [message]


class TestPlaces:
    SPEC = loaded(
        WITH_EDGE,
        defaults=f"{DEFAULTS}  bgp: {{dataplane: BPF}}\n  pools: [{{name: public, autoAssign: false}}]\n",
        profiles={"edge": f"{PROFILE}  sysctls: {{persist: true}}\n"},
    )

    @pytest.mark.parametrize(
        ("path", "place"),
        [
            (("spec", "bgp", "asNumber"), "clusters/lab1/cluster.yaml:8:19"),
            (("spec", "bgp", "dataplane"), "clusters/_defaults.yaml:5:20"),
            (("spec", "sysctls", "persist"), "clusters/_profiles/edge.yaml:5:22"),
            (("spec", "pools", 0, "autoAssign"), "clusters/_defaults.yaml:6:38"),
            (("spec", "pools", 0, "addresses", 0), "clusters/lab1/cluster.yaml:9:38"),
            # what nobody wrote stands where it would belong
            (("spec", "bgp", "maxRestartTime"), "clusters/lab1/cluster.yaml:8:3"),
            (("spec", "pools", 0, "announce"), "clusters/lab1/cluster.yaml:9:11"),
            (("spec", "pools", 7, "announce"), "clusters/lab1/cluster.yaml:9:3"),
            (("spec", "gitops", "engine"), "clusters/lab1/cluster.yaml:4:1"),
            (("nothing",), "clusters/lab1/cluster.yaml:1:1"),
        ],
    )
    def test_span_is_where_it_was_written(self, path: tuple[str | int, ...], place: str) -> None:
        assert str(self.SPEC.span(*path)) == place

    def test_node_is_none_where_nothing_was_said(self) -> None:
        assert self.SPEC.node("spec", "gitops") is None
        assert self.SPEC.node("spec", "pools", 1) is None
        assert self.SPEC.node("spec", 0) is None

    def test_key_is_the_place_of_the_key(self) -> None:
        assert str(self.SPEC.key("spec", "bgp", "asNumber")) == "clusters/lab1/cluster.yaml:8:9"
