"""`sim scenarios` and `sim data`: what ships with the program."""

from __future__ import annotations

import click
from click.shell_completion import CompletionItem

from sim.cli.common import AS_JSON, DATA, print_columns, print_json, screen_width
from sim.errors import DataError

SCENARIOS_EXAMPLE = """
\b
Example:
  sim scenarios --json
"""


@click.command(epilog=SCENARIOS_EXAMPLE)
@AS_JSON
def scenarios(as_json: bool) -> None:
    """List the shipped scenarios: title, question, variants."""
    from sim import api

    shipped = api.shipped()
    if as_json:
        print_json(shipped)
        return
    for number, row in enumerate(shipped):
        click.echo(("\n" if number else "") + click.style(row["name"], bold=True))
        click.echo(f"  {row['title']}\n  {row['question']}")
        if row["variants"]:
            click.echo(f"  variants: {', '.join(row['variants'])}")


class MaterialWord(click.ParamType):
    """The name of a material with facts."""

    name = "material"

    def shell_complete(self, ctx: click.Context, param: click.Parameter, incomplete: str) -> list[CompletionItem]:
        """Offer the materials that begin so, those of the folder typed before it included."""
        from sim.data import pack

        try:
            names = pack.materials(pack.read_folder(ctx.params["data"]) if ctx.params.get("data") else None)
        except DataError:  # told when the line is carried out
            names = pack.materials()
        return [CompletionItem(name) for name in names if name.startswith(incomplete)]


SHOWN = ("commodity", "quantity", "region", "partner", "sector", "value", "status", "year", "basis", "source", "url", "licence")


DATA_EXAMPLES = """
\b
Examples:
  sim data
  sim data gallium
  sim data gallium --json
  sim data gallium --data my-facts
"""


@click.command(epilog=DATA_EXAMPLES)
@click.argument("material", type=MaterialWord(), required=False)
@DATA
@AS_JSON
def data(material: str | None, data: str | None, as_json: bool) -> None:
    """Show the facts a scenario starts from, each with its source.

    Without MATERIAL: the materials there are. Under each fact stands its formula if it is derived, its reason if it is an assumption.
    With --data, a fact that is replaced stays to be seen, for comparison, with the row that replaces it.
    """
    from sim import api

    if material is None:
        names = api.materials(data)
        if as_json:
            print_json(names)
        else:
            print_columns([name] for name in names)
        return
    facts = api.facts(material, data)
    if as_json:
        print_json(facts.to_dict(orient="records"))
    else:
        from sim.show.table import facts_table

        facts["commodity"] += facts["role"].map({"base": "", "context": ": for comparison, not in the model"}.get)
        click.echo(facts_table(facts.reindex(columns=list(SHOWN)), width=max(110, screen_width())))
