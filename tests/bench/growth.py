"""How time grows with nodes, links and steps: made-up networks, exponents by a straight line through logarithms."""

from __future__ import annotations

import statistics
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import NamedTuple

import numpy as np

from sim.engine.batch import simulate
from sim.engine.fast import compiled
from sim.engine.passes import MakePasses, Passes
from sim.model.world import Network, World
from tests.bench.timing import Work, in_turns
from tests.twin.worlds import Flow, Habits, Market, Node, Strike, build

ROUNDS = 5
RUNS = 256


class Size(NamedTuple):
    """How large a made-up network is."""

    n_node: int
    n_seller: int
    """Sellers of each buyer."""
    n_step: int


AXES: dict[str, tuple[Callable[[Size], int], Sequence[Size]]] = {
    "nodes (three links each)": (lambda size: size.n_node, [Size(n, 3, 104) for n in (12, 24, 48, 96, 192, 384)]),
    "links (48 nodes)": (lambda size: size.n_node * size.n_seller, [Size(48, n, 104) for n in (2, 4, 8, 16, 32, 48)]),
    "steps (24 nodes, 72 links)": (lambda size: size.n_step, [Size(24, 3, n) for n in (26, 52, 104, 208, 416, 832)]),
}


def network(size: Size) -> tuple[Network, World]:
    """One commodity, every region a maker that sells to as many regions after it as each buys from; one is shut out for a year."""
    names = [f"R{i:03d}" for i in range(size.n_node)]
    nodes = [Node("metal.refined", name, {"all": 10.0}, spare=0.1) for name in names]
    flows = [
        Flow("metal.refined", names[(i + j) % size.n_node], name, 10.0 / size.n_seller, lead=1 if j == 0 else 6)
        for i, name in enumerate(names)
        for j in range(size.n_seller)
    ]
    ban = Strike("export_ban", "metal.refined", ["R000"], 10.0, 20.0, size=0.1, announced=6.0, name="ban")
    case = build(nodes, flows, [ban], habits=Habits(ship_rule="highest-bid", market=Market()), n_step=size.n_step)
    events = tuple(
        replace(each, **{name: np.repeat(getattr(each, name), RUNS, axis=1) for name in vars(each)}) for each in case.world.events
    )
    return case.network, replace(case.world, n_run=RUNS, events=events)


def growth() -> None:
    """Print a table an axis."""
    kinds: dict[str, MakePasses] = {"NumPy": Passes}
    try:
        kinds["compiled"] = compiled(may_compile=True)
    except ImportError as error:
        print(f"without the extra `fast`: {error}")
    for axis, (number, sizes) in AXES.items():
        worlds = {size: network(size) for size in sizes}
        works: dict[str, Work] = {
            f"{kind} {size}": lambda world=world, passes=passes: simulate(*world, lambda room, k: None, passes=passes)
            for size, world in worlds.items()
            for kind, passes in kinds.items()
        }
        took = in_turns(works, ROUNDS)
        numbers = [number(size) for size in sizes]
        print(f"\n{axis}: microseconds a run, batches of {RUNS}, and the exponent over all and over the larger half")
        print(f"{'':10s}" + "".join(f"{n:>9d}" for n in numbers))
        for kind in kinds:
            times = [statistics.median(took[f"{kind} {size}"]) / RUNS for size in sizes]
            print(f"{kind:10s}" + "".join(f"{1e6 * t:9.1f}" for t in times) + f"   {_exponents(numbers, times)}")


def _exponents(sizes: Sequence[int], times: Sequence[float]) -> str:
    half = len(sizes) // 2
    slopes = [np.polyfit(np.log(sizes[first:]), np.log(times[first:]), 1)[0] for first in (0, half)]
    return ", ".join(f"{slope:.2f}" for slope in slopes)
