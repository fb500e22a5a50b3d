"""Past episodes played: their worlds simulated, and what was observed read off them run by run."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

import numpy as np

from sim.draw import draw
from sim.engine.batch import simulate
from sim.model.model import Model
from sim.model.world import Floats, Network, World
from sim.record.probe import Probe, Probes
from sim.study.ensemble import batch_size, check_rest

Adjust = Callable[[World], World]


def observe(
    model: Model, probes: Iterable[Probe], n_run: int, rng_seed: int, adjust: Adjust = lambda world: world
) -> tuple[dict[Probe, Floats], dict[Probe, Floats]]:
    """Readings of every run, [step, run], and their values at rest, [run].

    Arguments:
        model: the compiled episode.
        probes: what to read.
        n_run: number of runs.
        rng_seed: the generator's number.
        adjust: changes the worlds of a batch before it is played, for calibration.

    Raises:
        ModelError: a market cannot be at rest. RunError: matter was not conserved.
    """
    wanted, net = tuple(dict.fromkeys(probes)), model.network
    check_rest(model, draw(model, rng_seed, 0, 1))
    size, parts = batch_size(net), []
    for first in range(0, n_run, size):
        world = adjust(draw(model, rng_seed, first, min(size, n_run - first)))
        kept = Probes(wanted, net.n_step, world.n_run)
        simulate(net, world, kept.count)
        parts.append((kept.kept, {probe: at_rest(net, world, probe) for probe in wanted}))
    series = {probe: np.concatenate([part[0][probe] for part in parts], axis=1) for probe in wanted}
    return series, {probe: np.concatenate([part[1][probe] for part in parts]) for probe in wanted}


def at_rest(net: Network, world: World, probe: Probe) -> Floats:
    """The reading of a world in which nothing happens, [run].

    Arguments:
        net: structure.
        world: numbers of the batch.
        probe: what is read.
    """
    rows = np.array(probe.rows, dtype=np.intp)
    return np.broadcast_to(_AT_REST[probe.reading](net, world, rows), (world.n_run,)).copy()


def _used(net: Network, world: World, nodes: Sequence[int]) -> Floats:
    inbound = [world.base_flow[net.links.dst == n].sum(axis=0) for n in nodes]
    return np.stack(inbound) + np.broadcast_to(world.recycled, (net.n_node, world.recycled.shape[1]))[nodes]


def _rows(values: Floats, net: Network, rows: Sequence[int]) -> Floats:
    return np.broadcast_to(values, (net.n_node, values.shape[1]))[rows]


_AT_REST: dict[str, Callable[[Network, World, Sequence[int]], Floats | float]] = {
    "price": lambda net, world, nodes: float(len(nodes)),
    "origin_price": lambda net, world, nodes: float(len(nodes)),
    "use": lambda net, world, nodes: _used(net, world, nodes).sum(axis=0),
    "wanted": lambda net, world, nodes: _used(net, world, nodes).sum(axis=0),
    "stock": lambda net, world, nodes: (_used(net, world, nodes) * _rows(world.cover_steps, net, nodes)).sum(axis=0),
    "store": lambda net, world, nodes: float("nan"),
    "production": lambda net, world, nodes: _rows(world.production, net, nodes).sum(axis=0),
    "shipped": lambda net, world, links: world.base_flow[links].sum(axis=0),
    "arrived": lambda net, world, links: world.base_flow[links].sum(axis=0),
}
