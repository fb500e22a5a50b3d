"""`sim indices`."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import click

from sim.cli.browse import MaterialWord
from sim.cli.common import AS_JSON, DATA, picture, print_json, screen_width, taking_one_record


@dataclass(frozen=True, kw_only=True)
class Asked:
    """All that may be typed after `sim indices`."""

    materials: tuple[str, ...]
    regions: tuple[str, ...]
    buyers: tuple[str, ...]
    origin: str
    heat: Path | None
    data: str | None
    as_json: bool


def listed(ctx: click.Context, param: click.Parameter, value: str | None) -> tuple[str, ...]:
    """Names of a list with commas.

    value: as typed, None if it was not. Raises click.BadParameter where a name is missing.
    """
    if value is None:
        return ()
    names = tuple(name.strip() for name in value.split(","))
    if not all(names):
        raise click.BadParameter(f"a name is missing (got '{value}'). Write, for example, CHN,EU27,ROW.")
    return names


def indices_asked(asked: Asked) -> None:
    """Work them out, print them, draw them."""
    from sim import api
    from sim.measure.exposure import index_sources

    own = api.read_data(asked.data) if asked.data else None
    table = api.indices(asked.materials, regions=asked.regions or None, buyers=asked.buyers, on=asked.origin, data=own)
    names = tuple(dict.fromkeys(table["material"]))
    if asked.as_json:
        print_json(table.to_dict(orient="records"))
    else:
        from sim.show.exposure import indices_table

        click.echo(indices_table(table, index_sources(names, own), width=screen_width()))
    if asked.heat is not None:
        from sim.data import pack
        from sim.show.heat import write_heat

        write_heat(table, asked.heat, pack.sources(names, own))
        click.echo(f"Heat map: {asked.heat}", err=True)


EXAMPLES = """
\b
Examples:
  sim indices
  sim indices rare-earths --for EU27,JPN --on CHN
  sim indices gallium --regions CHN,EU27,ROW --json
  sim indices --heat dependence.png
"""


@click.command(cls=taking_one_record(Asked, indices_asked), epilog=EXAMPLES)
@click.argument("materials", type=MaterialWord(), nargs=-1, metavar="[MATERIAL]...")
@click.option("--regions", callback=listed, metavar="A,B,...", help="Regions told apart, ROW among them (default: those of the facts).")
@click.option("--for", "buyers", callback=listed, metavar="A,B,...", help="Show these buyers only (default: all regions).")
@click.option("--on", "origin", default="CHN", show_default=True, metavar="REGION", help="Tell the dependence on this region.")
@click.option(
    "--heat",
    type=click.Path(dir_okay=False, path_type=Path),
    callback=picture,
    metavar="FILE",
    help="Draw the dependence as a heat map too, .png or .svg.",
)
@DATA
@AS_JSON
def indices() -> None:
    """Show how concentrated supply is and who depends on whom.

    For each stage of each MATERIAL (default: all): the concentration of production; and for each region its import reliance, its
    dependence on one origin, direct and through the whole chain, its GeoPolRisk, and its supply
    risk and economic importance by the European Union's method.
    """
