"""The flagship with everything on: the twin, NumPy's passes, the compiled ones and the ceiling, as ratios taken in one run."""

from __future__ import annotations

import statistics

from sim.draw import draw
from sim.engine.batch import simulate
from sim.engine.fast import compiled
from sim.engine.passes import MakePasses, Passes
from sim.engine.room import Room
from sim.engine.twin import run_twin
from sim.model.compile import compile_model
from sim.model.model import Model
from sim.model.world import World
from sim.record.tally import Tally
from sim.scenario import load
from sim.study.ensemble import ensemble
from tests.bench.timing import Work, in_turns, ratios

ROUNDS = 15
SMALL, LARGE = 256, 3008
"""Runs in a batch: as many as fit the cache, and as many as the program takes."""
CEILING = "ceiling: all steps in one compiled loop"


def engine(model: Model, world: World, passes: MakePasses) -> dict[str, float]:
    """Simulate one batch and fold its outcomes; a few sums of them, to compare."""
    tally: list[Tally] = []

    def count(room: Room, k: int) -> None:
        if not tally:
            tally.append(Tally(room, model.threshold, model.sectors.cost_share))
        tally[0].count(room, k)

    room = simulate(model.network, world, count, passes=passes)
    return _sums(tally[0], room)


def _sums(tally: Tally, room: Room) -> dict[str, float]:
    arrays = {"unmet": tally.unmet, "peak": tally.peak, "stock": room.state.on_hand, "price": room.market.price, "share": room.market.share}
    return {name: float(array.sum()) for name, array in arrays.items()}


def flagship() -> None:
    """Print the table."""
    scenario = load("gallium-export-halt")
    model = compile_model(scenario)
    net, seed = model.network, scenario.runs.rng_seed
    small, large = draw(model, seed, 0, SMALL), draw(model, seed, 0, LARGE)
    turn = iter(range(10**6))
    works: dict[str, tuple[int, Work]] = {
        "twin, one run": (1, lambda: run_twin(net, small, next(turn) % SMALL) and None),
        f"NumPy: engine and outcomes, {LARGE:,} runs": (LARGE, lambda: engine(model, large, Passes)),
        f"NumPy: engine and outcomes, {SMALL} runs": (SMALL, lambda: engine(model, small, Passes)),
        "batch, draws, outcomes, weekly fans": (scenario.runs.count, lambda: ensemble(scenario, model) and None),
    }
    works |= _with_extra(model, small, large)
    took = in_turns({name: work for name, (_, work) in works.items()}, ROUNDS)
    per_run = {name: [t / works[name][0] for t in times] for name, times in took.items()}
    size = f"{net.n_step} weeks, {net.n_node} nodes, {len(net.links.src)} links, {len(net.users.node)} users"
    print(f"{scenario.name}: {size}; one process, processor time, median of {ROUNDS} rounds in turns\n")
    print(f"{'':48s}{'ms a run':>10s}  {'times the twin (range)':>24s}")
    for name, times in per_run.items():
        told = ratios(per_run["twin, one run"], times) if name != "twin, one run" else ""
        print(f"{name:48s}{1e3 * statistics.median(times):10.4f}  {told}")
    for name in per_run if CEILING in per_run else ():
        if "engine and outcomes" in name:
            times = statistics.median(a / b for a, b in zip(per_run[name], per_run[CEILING], strict=True))
            print(f"{name}: {times:.2f} times as long as the ceiling")


def _with_extra(model: Model, small: World, large: World) -> dict[str, tuple[int, Work]]:
    """Rows of the extra `fast` and of the ceiling, after a look that they give the same numbers; none where it is not installed."""
    try:
        passes = compiled(may_compile=True)
        from tests.bench.ceiling.loop import Loop
    except ImportError as error:
        print(f"without the extra `fast`: {error}")
        return {}
    expected, loop = engine(model, small, Passes), Loop(model, small)
    loop.play()
    for got in (engine(model, small, passes), _sums(loop.tally, loop.room)):
        off = max(abs(got[name] - value) / abs(value) for name, value in expected.items())
        if off > 1e-9:
            raise AssertionError(f"compiled numbers differ by {off:.2g}")
    return {
        f"compiled: engine and outcomes, {LARGE:,} runs": (LARGE, lambda: engine(model, large, passes)),
        f"compiled: engine and outcomes, {SMALL} runs": (SMALL, lambda: engine(model, small, passes)),
        CEILING: (SMALL, lambda: Loop(model, small).play()),
    }
