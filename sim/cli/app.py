"""The group of verbs, and what every verb has in common: errors, interruption, colour, closed pipes."""

from __future__ import annotations

import importlib
import io
import os
import sys
from collections.abc import Sequence
from typing import Any

import click

from sim.errors import SimError, near_miss

VERBS = {
    "run": "sim.cli.run:run",
    "backtest": "sim.cli.backtest:backtest",
    "compare": "sim.cli.compare:compare",
    "validate": "sim.cli.author:validate",
    "scenarios": "sim.cli.browse:scenarios",
    "new": "sim.cli.author:new",
    "data": "sim.cli.browse:data",
    "seeds": "sim.cli.seeds:seeds",
    "indices": "sim.cli.indices:indices",
    "trace": "sim.cli.trace:trace",
    "schema": "sim.cli.author:schema",
    "plot": "sim.cli.run:plot",
}


class Program(click.Group):
    """A group that imports a verb when it is asked for, and turns errors into exit statuses."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Names of the verbs, in the order of the help page."""
        return list(VERBS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Import one verb; None if there is no such verb."""
        if cmd_name not in VERBS:
            return None
        module, name = VERBS[cmd_name].split(":")
        return getattr(importlib.import_module(module), name)

    def resolve_command(self, ctx: click.Context, args: list[str]) -> tuple[str | None, click.Command | None, list[str]]:
        """Find the verb that was typed. Raises click.UsageError that names the nearest one."""
        if args[0] not in VERBS and not ctx.resilient_parsing:
            raise click.UsageError(" ".join(filter(None, (f"There is no verb '{args[0]}'.", near_miss(args[0], VERBS, "Verbs")))), ctx)
        return super().resolve_command(ctx, args)

    def invoke(self, ctx: click.Context) -> Any:
        """Run the verb; what a person can mend or has caused becomes a line and a status."""
        try:
            return super().invoke(ctx)
        except SimError as error:
            click.echo(str(error), err=True)
            ctx.exit(error.exit_code)
        except BrokenPipeError:
            drop_output()
            ctx.exit(0)
        except KeyboardInterrupt:
            click.echo("interrupted", err=True)
            ctx.exit(130)


EPILOG = """
\b
Start here:
  sim scenarios                     what ships with the program
  sim run gallium-export-halt       simulate one of them
  sim compare gallium-export-halt   the same worlds under each of its variants
  sim new my-question               begin a scenario of your own

\b
Exit status: 0 done, 1 the run failed, 2 bad input, 130 interrupted.
Results go to standard output; progress, warnings and errors to standard error. NO_COLOR is honoured.

\b
Completion of verbs, options and scenario names, once in a shell's start file:
  bash  eval "$(_SIM_COMPLETE=bash_source sim)"
  zsh   eval "$(_SIM_COMPLETE=zsh_source sim)"
  fish  _SIM_COMPLETE=fish_source sim | source
"""


@click.group(cls=Program, epilog=EPILOG, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(package_name="supply-chain-dependency-risk", prog_name="sim")
@click.pass_context
def sim(ctx: click.Context) -> None:
    """Simulate what happens when the supply of a critical material stops: who runs short, when, for how long."""
    if os.environ.get("NO_COLOR"):
        ctx.color = False


def carry_out(args: Sequence[str] | None) -> int:
    """Run one command line through click and return the exit status.

    args: the words after `sim`; those of the process if None.
    """
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="replace")  # a terminal that lacks a letter gets '?', not a traceback
    try:
        sim.main(args=None if args is None else list(args), prog_name="sim")
    except SystemExit as leaving:
        return int(leaving.code or 0)
    return 0


def drop_output() -> None:
    """Send what is still to be printed nowhere: the reader has left (`sim scenarios | head -1`)."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
