"""Rules that the readers enforce while they read: YAML, the shape of a spec, names, layers."""

from __future__ import annotations

from genlb.rules.catalogue import ERROR, WARNING, rule

SYNTAX = rule(
    "GLB101",
    ERROR,
    "The file is not YAML that every reader reads alike",
    why="Argo CD, Flux, kubectl and editors use different YAML readers: what one of them cannot read, or reads"
    " otherwise, must not decide which addresses are announced.",
    fix="Write plain YAML: one document, spaces for indentation, UTF-8, no tags, no merge keys (<<).",
)
DUPLICATE = rule(
    "GLB102",
    ERROR,
    "The same thing is declared twice",
    why="YAML readers keep one of two equal keys without a word, and not all keep the same one. Two pools, racks,"
    " routers or communities of one name would be merged into something that nobody wrote.",
    fix="Keep one of the two.",
)
UNKNOWN_FIELD = rule(
    "GLB103",
    ERROR,
    "A field that genlb does not know",
    why="A misspelt field would be ignored and its default used instead: strictArp for strictARP leaves every node"
    " answering ARP.",
    fix="Use the name that the message suggests; genlb explain spec lists the fields.",
)
WRONG_VALUE = rule(
    "GLB104",
    ERROR,
    "A value has the wrong type or format, or is missing",
    why="A value that cannot be read as what it stands for cannot be rendered.",
    fix="Write the value in the form that the message shows.",
    research="E-CIDR-BAREIP",
)
RETYPED = rule(
    "GLB105",
    ERROR,
    "YAML readers disagree about this value",
    why="Unquoted, 65001:50 is the number 3900110 to YAML 1.1 readers and text to YAML 1.2 readers; 010 is 8 or 10, yes"
    " is a boolean or text, 1.30 loses its zero.",
    fix="Put the value in double quotes if text is meant, or write the plain number.",
)
NAME = rule(
    "GLB106",
    ERROR,
    "A name that Kubernetes would refuse or that contradicts another",
    why="Names become object names, label values and paths; a cluster's name is also its folder's.",
    fix="Use lower-case letters, digits and dashes; make the names equal or unique as the message says.",
)
SUPPRESSION = rule(
    "GLB107",
    WARNING,
    "A suppression without a reason, or past its last day",
    why="A silenced rule whose reason nobody knows any more is a hole in the review.",
    fix="Give a reason, extend the date on purpose, or remove the entry.",
)
UNUSED = rule(
    "GLB108",
    WARNING,
    "Something is declared and used by nobody",
    why="A suppression that matches nothing, a community that no pool names or an item removed that was never"
    " inherited is usually a misspelling of the one that was meant.",
    fix="Correct the name, or remove it.",
    research="W-COMMUNITY-UNUSED",
)
NO_SPEC = rule(
    "GLB109",
    WARNING,
    "A folder without a cluster.yaml",
    why="The folder looks like a cluster, but nothing is rendered or checked for it.",
    fix="Add cluster.yaml, remove the folder, or begin its name with an underscore.",
)
POOL_ADDRESS = rule(
    "GLB206",
    ERROR,
    "Pool addresses that MetalLB would refuse or read differently",
    why="MetalLB takes CIDRs and first-last ranges of one family and nothing else; a range over two families passes its"
    " parser and yields no address at all.",
    fix='Write a CIDR ("10.0.0.0/24") or a range of one family ("10.0.0.1-10.0.0.9").',
    research="metallb_vip 1.3",
)
BASE_CONFIG = rule(
    "GLB407",
    ERROR,
    "kubeProxy.baseConfig cannot be used",
    why="config.conf is one opaque string in the ConfigMap: genlb can only write all of it, so it needs all of it.",
    fix="Capture the cluster's own config.conf into that file: genlb adopt does, or kubectl get configmap kube-proxy.",
)
