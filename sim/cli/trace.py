"""`sim trace`."""

from __future__ import annotations

import click

from sim.cli.common import AS_JSON, DATA, MOST_RUNS, SCENARIO, SETS, VARIANT, WholeNumber, print_columns, print_json

EXAMPLES = """
\b
Examples:
  sim trace gallium-export-halt --run 17
  sim trace gallium-export-halt --run 17 --data my-facts
  sim trace gallium-export-halt --run 17 --json | jq .events[0]
"""


@click.command(epilog=EXAMPLES)
@SCENARIO
@click.option("--run", "number", type=WholeNumber(0, MOST_RUNS - 1), default=0, show_default=True, help="Which draw of chance, from 0.")
@VARIANT
@SETS
@DATA
@AS_JSON
def trace(scenario: str, number: int, variant: str | None, sets: tuple[str, ...], data: str | None, as_json: bool) -> None:
    """Tell one run as dated events.

    The run is simulated by the second engine, producer by producer and shipment by shipment, from the same draws as the run of that
    number in `sim run`.
    """
    from sim import api

    events = api.trace(scenario, run=number, variant=variant, sets=sets, data=data)
    if as_json:
        print_json({"run": number, "events": events})
    else:
        print_columns((event["date"], event["text"]) for event in events)
