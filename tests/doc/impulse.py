"""What half a year at half supply does to a buyer's price and stock: `python -m tests.doc.impulse` draws the chart of DESIGN.md."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from sim.draw import draw
from sim.engine.batch import simulate
from sim.engine.room import Room
from sim.model.compile import compile_model
from sim.model.world import Floats
from sim.scenario import load
from sim.show import style
from tests.worlds import write

CHART = Path(__file__).parents[2] / "impulse.svg"
START, CUT, YEARS = 13, 26, 4
"""Weeks before the cut, weeks it lasts, and years shown."""
RUNS = 64
ONE_STAGE = """
  commodities: {x.made: {}}
  nodes:
    x.made.A: {production: 10 t/year}
    x.made.B: {demand: {use: 10 t/year}}
"""
THREE_STAGES = """
  commodities: {ore.mined: {}, metal.refined: {recipe: {ore.mined: 2}}, x.made: {recipe: {metal.refined: 1}}}
  nodes:
    ore.mined.A: {production: 20 t/year}
    metal.refined.A: {production: 10 t/year}
    x.made.A: {production: 10 t/year}
    x.made.B: {demand: {use: 10 t/year}}
"""
CASES = {
    "one maker, halved": (ONE_STAGE, "x.made"),
    "a chain of three, its middle halved": (THREE_STAGES, "metal.refined"),
}
"""Name -> (network, commodity of which half is lost). All else is default: laws of behaviour, so a chart of medians."""


def response(network: str, commodity: str) -> dict[str, Floats]:
    """`price` (multiple of rest) and `stock` (part of what it is at rest) of the buyer B, medians of many runs, [week]."""
    text = f"""
clock: {{start: 2026-01-01, horizon: {YEARS} years, step: 1 week}}
runs: {{count: {RUNS}}}
network: {network}
shocks: {{cut: {{kind: outage, commodity: {commodity}, region: A, severity: 0.5, start: 2026-04-02, duration: {CUT} weeks}}}}
"""
    model = compile_model(load(write(text)))
    net, world = model.network, draw(model, 0, 0, RUNS)
    buyer = next(n for n in range(net.n_node) if net.regions[net.node_region[n]] == "B" and n in net.users.node)
    prices: list[Floats] = []
    stocks: list[Floats] = []

    def count(room: Room, k: int) -> None:
        stocks.append(room.state.on_hand[buyer].copy())
        prices.append(np.exp(room.market.price[buyer]))

    simulate(net, world, count)
    return {"price": np.median(prices, axis=1), "stock": np.median(stocks / stocks[0], axis=1)}


def main() -> None:
    """Draw the chart."""
    from matplotlib.figure import Figure

    with style.chart_style():
        figure = Figure(figsize=(7.2, 3.0), layout="constrained")
        for axes, (name, case) in zip(figure.subplots(1, 2, sharey=True), CASES.items(), strict=True):
            found = response(*case)
            years = (np.arange(len(found["price"])) - START) / 52.18
            axes.axvspan(0, CUT / 52.18, color="#dddddd", label="half of supply lost")
            axes.axhline(1.0, color="#7f7f7f", linewidth=0.8)
            axes.plot(years, found["price"], color="#d55e00", label="price, multiple of rest")
            axes.plot(years, found["stock"], color="#0072b2", linestyle="--", label="users' stock, part of rest")
            axes.set_ylim(bottom=0)
            axes.set_xlabel("years after the cut")
            axes.set_title(name)
        figure.axes[0].legend(loc="upper right")
        figure.savefig(CHART, metadata={"Date": None})


if __name__ == "__main__":
    main()
