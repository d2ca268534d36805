"""The one place where results and exceptions become exit codes.

==== =================================================================================================
0    fine: valid, up to date
1    findings: invalid spec, stale render
2    usage: bad option, unknown cluster or field, no repository, ``requires`` not met
3    could not determine or do: unreadable file, missing ref, failed write; beats 1
70   a bug in genlb; the traceback shows with ``--debug``
130  interrupted
==== =================================================================================================
"""

from __future__ import annotations

import enum
import os
import sys
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING

import click

from genlb.cli.console import Console
from genlb.errors import Diagnostic, GenlbError, InvalidInput, UsageError

if TYPE_CHECKING:
    from genlb.report.text import Source


class Outcome(enum.Enum):
    """How a command ended; the value is the exit code."""

    FINE = 0
    FINDINGS = 1
    USAGE = 2
    UNDETERMINED = 3
    BUG = 70
    INTERRUPTED = 130


_WORDS = {
    Outcome.FINDINGS: "findings",
    Outcome.USAGE: "usage",
    Outcome.UNDETERMINED: "undetermined",
    Outcome.BUG: "bug",
    Outcome.INTERRUPTED: "interrupted",
}

_OUTCOMES: tuple[tuple[type[BaseException], Outcome], ...] = (
    (click.UsageError, Outcome.USAGE),
    (UsageError, Outcome.USAGE),
    (InvalidInput, Outcome.FINDINGS),
    (GenlbError, Outcome.UNDETERMINED),
    (click.ClickException, Outcome.UNDETERMINED),
    (OSError, Outcome.UNDETERMINED),
    (click.Abort, Outcome.INTERRUPTED),
    (KeyboardInterrupt, Outcome.INTERRUPTED),
)


def outcome(*, findings: bool, undetermined: bool) -> Outcome:
    """What could not be determined beats what was found."""
    if undetermined:
        return Outcome.UNDETERMINED
    return Outcome.FINDINGS if findings else Outcome.FINE


def guarded(work: Callable[[], object], console: Console, *, json: bool) -> int:
    """Do ``work`` and give the exit code; every exception becomes a message. ``json``: a failure is a document too."""
    try:
        try:
            result = work()
            console.flush()
        except BrokenPipeError:
            raise
        except (Exception, KeyboardInterrupt) as error:  # noqa: BLE001 -- the last resort: a sentence, no traceback
            result = _tell(error, console, json=json)
            console.flush()
    except BrokenPipeError:
        # The reader went away (`| head`): nothing to say to anybody, yet not everything was delivered.
        _drop_output()
        result = Outcome.UNDETERMINED
    except OSError as error:  # a full disk shows when the last of the output is written
        _drop_output()
        console.error(f"the result cannot be written: {error.strerror}")
        result = Outcome.UNDETERMINED
    return result.value if isinstance(result, Outcome) else Outcome.FINE.value


def _tell(error: Exception | KeyboardInterrupt, console: Console, *, json: bool) -> Outcome:
    """Say what happened, on stderr and, if asked for, as JSON on stdout."""
    if isinstance(error, click.exceptions.Exit):
        return Outcome(error.exit_code)
    how, message = _outcome_of(error), _sentence(error)
    if isinstance(error, OSError) and not error.filename:
        _drop_output()  # it was the output that failed: a document about that would fail again
    diagnostics = error.diagnostics if isinstance(error, InvalidInput) else ()
    if how is Outcome.BUG and console.debug:
        import traceback

        console.tell("".join(traceback.format_exception(error)).rstrip())
    if isinstance(error, click.UsageError):
        _show_usage(error, console)
    if diagnostics:
        tell_diagnostics(console, diagnostics, lambda _: ())
    else:
        console.error(message)
    if json:
        from genlb.report.jsonout import failure

        console.data(failure(_WORDS[how], message, diagnostics))
    return how


def _outcome_of(error: BaseException) -> Outcome:
    return next((how for kind, how in _OUTCOMES if isinstance(error, kind)), Outcome.BUG)


def _sentence(error: BaseException) -> str:
    if _outcome_of(error) is Outcome.BUG:
        told = f"{type(error).__name__}: {error}" if str(error) else type(error).__name__
        return f"{told}: this is a bug in genlb; --debug shows where"
    if isinstance(error, OSError):
        return f"{error.filename or 'the result cannot be written'}: {error.strerror or error}"
    if isinstance(error, click.ClickException):
        return error.format_message()
    return str(error) or "interrupted"


def tell_diagnostics(console: Console, diagnostics: Iterable[Diagnostic], source: Source) -> None:
    """Diagnostics to stderr, an empty line after each."""
    found = tuple(diagnostics)
    if not found:
        return
    from functools import lru_cache

    from genlb.report.text import diagnostics_text

    # Most files have several mistakes, and these stand together.
    lines = lru_cache(maxsize=4)(source)
    for block in diagnostics_text(found, lines, console.err_style):
        console.tell(f"{block}\n")


def _show_usage(error: click.UsageError, console: Console) -> None:
    if error.ctx is None:
        return
    console.tell(error.ctx.get_usage())
    console.tell(f"Try '{error.ctx.command_path} --help' for help.")
    root = error.ctx.find_root()
    if root is not error.ctx and isinstance(error, click.NoSuchOption):
        for option in root.command.params:
            if error.option_name in option.opts:
                value = "" if _takes_nothing(option) else f" {option.metavar or 'VALUE'}"
                told = f"genlb {error.option_name}{value} {error.ctx.info_name}"
                console.tell(f"Global options stand before the command: {told} …")
    console.tell("")


def _takes_nothing(option: click.Parameter) -> bool:
    return isinstance(option, click.Option) and (option.is_flag or option.count)


def _drop_output() -> None:
    """Let the interpreter's own last flush go nowhere instead of failing once more."""
    try:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    except (AttributeError, OSError, ValueError):  # no real stdout: nothing to flush
        return
