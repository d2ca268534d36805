"""A node of plain files: /proc/sys, /etc/sysctl.d and /var/lib/genlb below one folder."""

from __future__ import annotations

import shutil
from collections.abc import Mapping
from pathlib import Path

from genlb.agent.config import SysctlConfig
from genlb.agent.sysctl.holder import Holder
from genlb.agent.sysctl.patience import Patience
from genlb.agent.sysctl.proc import ProcSys
from tests.agent.objects import a_sysctl_config
from tests.builders import a_full_cluster

ALL = "net/ipv4/conf/all/rp_filter"
BOND = "net/ipv4/conf/bond0/rp_filter"
HASH = "net/ipv4/fib_multipath_hash_policy"
DROP_IN = "99-genlb.conf"


class Node:
    """``values`` are the files below /proc/sys, by path."""

    def __init__(self, folder: Path, values: Mapping[str, str]) -> None:
        self.sys = folder / "sys"
        self.drop_in = folder / "sysctl.d" / DROP_IN
        self.state = folder / "state"
        self.drop_in.parent.mkdir()
        for path, value in values.items():
            self.set(path, value)

    def set(self, path: str, value: str) -> None:
        """Somebody else writes a value, or the kernel makes the file."""
        (self.sys / path).parent.mkdir(parents=True, exist_ok=True)
        (self.sys / path).write_text(f"{value}\n")

    def get(self, path: str) -> str:
        """What a file says."""
        return (self.sys / path).read_text().strip()

    def all(self) -> dict[str, str]:
        """All of /proc/sys."""
        return {str(file.relative_to(self.sys)): file.read_text() for file in self.sys.rglob("*") if file.is_file()}

    def remove_interface(self, name: str) -> None:
        """An interface goes."""
        shutil.rmtree(self.sys / "net/ipv4/conf" / name)

    def config(self, **changes: object) -> SysctlConfig:
        """What render says for a full cluster, on this node."""
        config = a_sysctl_config(
            a_full_cluster(), **{"dropIn": str(self.drop_in), "stateDirectory": str(self.state), **changes}
        )
        return config._replace(sysctls={path: value for path, value in config.sysctls.items() if path in (ALL, HASH)})

    def holder(self, **changes: object) -> Holder:
        """A daemon that was just started."""
        return Holder(self.config(**changes), ProcSys(str(self.sys)), Patience())


def a_node(folder: Path) -> Node:
    """A node as a distribution leaves it: strict, with two interfaces, of which bond0 matches."""
    return Node(
        folder,
        {
            ALL: "0",
            "net/ipv4/conf/default/rp_filter": "1",
            "net/ipv4/conf/eth9/rp_filter": "1",
            BOND: "1",
            HASH: "0",
        },
    )
