"""All runs of one scenario."""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator
from dataclasses import replace

import numpy as np

from sim.draw import draw
from sim.draw.sampling import source_of
from sim.draw.source import Source
from sim.engine.batch import simulate
from sim.engine.room import Room
from sim.errors import ModelError, Problem
from sim.model.model import Model
from sim.model.world import Ints, Network, Stores, World
from sim.record.record import Record
from sim.scenario import Scenario
from sim.study.execution import Execution
from sim.study.kept import Kept, lay_out
from sim.study.task import Task

CACHE_BYTES = 2**23
"""Room for a batch's state and flows. More than the cache: with few nodes the cost of a call outweighs it (DESIGN.md)."""
STORE_NUMBERS = (
    *("store_target", "store_initial_frac", "store_fill_steps", "store_trigger", "store_at_most", "store_start", "store_reserve"),
    *("store_rate", "store_budget", "store_keep", "member_frac", "member_leave"),
)
REST_STEPS = 150
"""Long enough for rounding that grows at all to show."""
REST_TOLERANCE = 1e-6
"""Part of its size by which a stock may move in a world at rest; rounding alone stays below 1e-12."""
PARTS_A_WORKER, BATCHES_A_PART = 8, 8
"""Parts into which the work of each worker is split, where none gets more batches than that: progress is told a part at a time."""


def ensemble(scenario: Scenario, model: Model, execution: Execution | None = None, source: Source | None = None) -> Record:
    """Run every run of a scenario and fold what it asked to keep.

    Arguments:
        scenario: as written; its `runs` say how many and with which generator number.
        model: the scenario compiled.
        execution: who computes, who is told, in which batches; the results do not depend on it.
        source: of chance, where several scenarios share one; that of the scenario if not given.

    Raises:
        ScenarioError: the sampler cannot do that number of runs. ModelError: a market cannot be at rest.
        RunError: matter was not conserved, workers are lost, or there is no room on disk.
    """
    began = time.perf_counter()
    how = execution or Execution()
    n_run, drawn, checkpoint = scenario.runs.count, source or source_of(scenario, [model]), how.checkpoint
    check_rest(model, draw(model, drawn, 0, 1))
    kept = Kept(lay_out(model, n_run), checkpoint and checkpoint.file)
    if checkpoint:
        checkpoint.load(kept.arrays())
    left, n_batch, n_worker = list(kept.missing()), how.n_batch or batch_size(model.network), how.workers.n_worker
    task = Task(kept.layout, drawn, n_batch, n_each=sum(map(len, left)) // n_worker)
    jobs = tuple(split(left, n_batch, n_worker))
    done = n_run - sum(map(len, jobs))

    def told(n: int) -> None:
        if how.progress:
            how.progress(done + n, n_run)

    for part in how.workers.parts(task, jobs, kept, told):
        kept.put(part)
        done += part.n_run
        told(0)
        if checkpoint:
            checkpoint.save_if_due(kept.arrays())
    return kept.record(scenario, time.perf_counter() - began)


def split(missing: Iterable[range], n_batch: int, n_worker: int) -> Iterator[range]:
    """Stretches of runs, each a piece of work: a batch for one alone, equal shares of a few batches for several.

    Arguments:
        missing: runs to be done, in stretches.
        n_batch: runs in a batch.
        n_worker: how many work at a time.
    """
    stretches = list(missing)
    n_run, size = sum(map(len, stretches)), n_batch
    if n_worker > 1:
        n_whole = -(-n_run // n_batch)
        each = min(max(n_whole // (PARTS_A_WORKER * n_worker), 1), BATCHES_A_PART)
        n_part = -(-n_whole // (each * n_worker)) * n_worker
        size = max(-(-n_run // max(n_part, 1)), 1)
    for runs in stretches:
        yield from (runs[at : at + size] for at in range(0, len(runs), size))


def check_rest(model: Model, world: World) -> None:
    """Play one world in which nothing happens: what moves there would be taken for the doing of a shock.

    Arguments:
        model: the compiled scenario.
        world: one run of it, or a few.

    Raises:
        ModelError: stocks drift; with adjustments quicker than goods travel a market feeds on its own rounding.
    """
    net = model.network
    nobody: Ints = np.array([], dtype=np.intp)
    stores = Stores(name=(), member_store=nobody, member_node=nobody)
    calm = replace(net, shocks=(), stores=stores, payers=(), floor_payer=np.full(net.n_node, -1), n_step=min(net.n_step, REST_STEPS))
    none = {name: getattr(world, name)[:0] for name in STORE_NUMBERS}
    still = replace(
        world,
        events=(),
        scrap=(),
        tide=np.ones((1, 1, 1)),
        each_step=(),
        swing=np.ones((1, 1, 1)),
        ahead_steps=np.zeros((1, 1, 1)),
        season_low=np.zeros((1, 1)),
        stock_frac=np.ones((1, 1)),
        floor=np.zeros_like(world.floor),
        floor_budget=np.zeros((0, 1)),
        **none,
    )
    before = Room(calm, still)
    if before.stages is not None and not before.stages.can_rest:
        return
    room, start = simulate(calm, still, lambda room, k: None), before.state
    size = start.on_hand + start.expected_use
    moved = np.abs(room.state.on_hand - start.on_hand)
    size[room.plan.makers] += start.finished + start.expected_orders
    moved[room.plan.makers] += np.abs(room.state.finished - start.finished)
    worst, run = divmod(int(np.argmax(moved - REST_TOLERANCE * size)), moved.shape[1])
    if not moved[worst, run] <= REST_TOLERANCE * size[worst, run]:
        raise ModelError(
            Problem(
                where=f"{net.commodities[net.node_commodity[worst]]}.{net.regions[net.node_region[worst]]}",
                what=f"the world does not rest: with no shock at all stocks move within {calm.n_step} steps",
                got=f"by {moved[worst, run] / size[worst, run]:.2g} of their size",
                remedy="Lengthen rules.order_adjustment or rules.expectation, give producers a buffer, or shorten lead times.",
            )
        )


def batch_size(net: Network) -> int:
    """Runs whose state and flows fit the cache together, a multiple of 32 from 32 to 4096, to 8192 for the few rules of fixed levels."""
    rows = 14 * net.n_node + 8 * len(net.links.src) + 6 * len(net.users.node)
    return int(np.clip(CACHE_BYTES // (8 * rows) // 32 * 32, 32, 8192 if net.up_to_level else 4096))
