"""Past episodes played: their worlds simulated, and what was observed read off them run by run."""

from __future__ import annotations

from collections.abc import Callable, Iterable

import numpy as np

from sim.draw import draw
from sim.engine.batch import simulate
from sim.model.model import Model
from sim.model.world import Floats, Ints, Network, World
from sim.record.probe import Probe, Probes
from sim.study.ensemble import batch_size

Adjust = Callable[[World], World]


def observe(
    model: Model, probes: Iterable[Probe], n_run: int, rng_seed: int, adjust: Adjust = lambda world: world
) -> tuple[dict[Probe, Floats], dict[Probe, Floats]]:
    """Readings of every run, [step, run], and what they are at rest, [step or 1, run].

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
    size, parts = batch_size(net), []
    for first in range(0, n_run, size):
        world = adjust(draw(model, rng_seed, first, min(size, n_run - first)))
        kept = Probes(wanted, net.n_step, world.n_run)
        simulate(net, world, kept.count)
        parts.append((kept.kept, {probe: at_rest(net, world, probe) for probe in wanted}))
    series = {probe: np.concatenate([part[0][probe] for part in parts], axis=1) for probe in wanted}
    return series, {probe: np.concatenate([part[1][probe] for part in parts], axis=1) for probe in wanted}


def at_rest(net: Network, world: World, probe: Probe) -> Floats:
    """The reading of a world in which nothing happens but the seasons, [step, run]; of one step where it never changes.

    Arguments:
        net: structure.
        world: numbers of the batch.
        probe: what is read.
    """
    rows = np.array(probe.rows, dtype=np.intp)
    value = np.atleast_2d(_AT_REST[probe.reading](net, world, rows))
    return np.broadcast_to(value, (len(value), world.n_run)).copy()


def _used(net: Network, world: World, nodes: Ints) -> Floats:
    """Use spread evenly over the year, t per step, [node, run]."""
    inbound = np.stack([np.broadcast_to(world.base_flow[net.links.dst == n].sum(axis=0), (world.n_run,)) for n in nodes])
    return inbound + _rows(world.recycled, net, nodes)


def _stock(net: Network, world: World, nodes: Ints) -> Floats:
    steps = np.maximum(_rows(world.cover_steps, net, nodes) + _through_time(world.ahead_steps[-net.n_step :], net, nodes), 0.0)
    return np.minimum(steps * _used(net, world, nodes), _rows(world.storage_t, net, nodes)).sum(axis=1)


def _seasonal_use(net: Network, world: World, nodes: Ints) -> Floats:
    return (_through_time(world.swing, net, nodes) * _used(net, world, nodes)).sum(axis=1)


def _rows(values: Floats, net: Network, rows: Ints) -> Floats:
    return np.broadcast_to(values, (net.n_node, values.shape[1]))[rows]


def _through_time(values: Floats, net: Network, rows: Ints) -> Floats:
    return np.broadcast_to(values, (len(values), net.n_node, values.shape[2]))[:, rows]


_AT_REST: dict[str, Callable[[Network, World, Ints], Floats | float]] = {
    "price": lambda net, world, nodes: float(len(nodes)),
    "origin_price": lambda net, world, nodes: float(len(nodes)),
    "use": _seasonal_use,
    "wanted": _seasonal_use,
    "stock": _stock,
    "storage": lambda net, world, nodes: _rows(world.storage_t, net, nodes).sum(axis=0),
    "store": lambda net, world, nodes: float("nan"),
    "production": lambda net, world, nodes: _rows(world.production, net, nodes).sum(axis=0),
    "shipped": lambda net, world, links: world.base_flow[links].sum(axis=0),
    "arrived": lambda net, world, links: world.base_flow[links].sum(axis=0),
}
