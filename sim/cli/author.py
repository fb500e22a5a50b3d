"""`sim new`, `sim validate`, `sim schema`: for those who write scenarios."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path

import click

from sim.cli.common import AS_JSON, DATA, ScenarioWord, print_json
from sim.errors import Problem, ScenarioError, SimError, shown

NEW_EXAMPLE = """
\b
Example:
  sim new my-question
"""


@click.command(epilog=NEW_EXAMPLE)
@click.argument("name")
def new(name: str) -> None:
    """Begin a scenario: write NAME.yaml, with comments, ready to run.

    A file that is already there is never overwritten.
    """
    from importlib import resources

    path = Path(name)
    if path.name.strip() in {"", ".."}:
        raise ScenarioError(Problem(what="not a name for a new file", got=shown(name), remedy="Write, for example, sim new my-question."))
    if path.suffix not in {".yaml", ".yml"}:
        path = path.with_name(f"{path.name}.yaml")
    template = resources.files("sim.cli").joinpath("template.yaml").read_text(encoding="utf-8")
    try:
        with path.open("x", encoding="utf-8") as file:
            file.write(template)
    except FileExistsError:
        raise ScenarioError(f"'{path}' is already there. Choose another name.") from None
    except OSError as error:
        raise ScenarioError(f"'{path}' cannot be written: {error.strerror}.") from error
    click.echo(f"Wrote {path}. Next: sim run {path}")


VALIDATE_EXAMPLES = """
\b
Examples:
  sim validate my-question.yaml
  sim validate my-question.yaml --data my-facts
  sim validate scenarios/*.yaml --json
"""


@click.command(epilog=VALIDATE_EXAMPLES)
@click.argument("files", type=ScenarioWord(), nargs=-1, required=True, metavar="FILE...")
@DATA
@AS_JSON
@click.pass_context
def validate(ctx: click.Context, files: tuple[str, ...], data: str | None, as_json: bool) -> None:
    """Check scenario files, all mistakes at once, and that each variant can be run.

    Each mistake is a line `file:line:column where: what (got ...). remedy`; exit status 2 if there is one.
    """
    from sim import api

    own = None if data is None else api.read_data(data)
    checked = []
    for file in files:
        try:
            scenario = api.load(file, data=own)
            api.check(file, data=own)
        except SimError as error:
            checked.append({"file": file, "ok": False, "title": None, "problems": [asdict(problem) for problem in error.problems]})
            if not as_json:
                click.echo(str(error), err=True)
        else:
            checked.append({"file": file, "ok": True, "title": scenario.title, "problems": []})
            if not as_json:
                click.echo(f"{file}: right ({scenario.title})")
    if as_json:
        print_json(checked)
    if not all(row["ok"] for row in checked):
        ctx.exit(2)


SCHEMA_EXAMPLE = """
\b
Example, for an editor that understands YAML schemas:
  sim schema > schema.json
  and as the first line of a scenario: # yaml-language-server: $schema=schema.json
"""


@click.command(epilog=SCHEMA_EXAMPLE)
def schema() -> None:
    """Print the JSON Schema of scenario files."""
    from sim.scenario import schema_text

    click.echo(schema_text(), nl=False)
