"""What drift is asked for."""

from __future__ import annotations

from typing import NamedTuple


class Question(NamedTuple):
    """What drift is asked for. Paths are relative to ``directory``; empty is not given.

    ``live`` are dumps, and ``live_complete`` says that they hold all there is; without any the cluster itself is asked.
    """

    context: str = ""
    kubeconfig: str = ""
    ref: str = ""
    live: tuple[str, ...] = ()
    desired: str = ""
    live_complete: bool = False
    strict: bool = False
    directory: str = "."
    nodes: bool = False
    """Whether the reports of the node daemons are judged as well; of clusters of the repository only."""
