"""Runs played batch by batch, and what is kept of them folded step by step."""

from __future__ import annotations

import gc
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from sim.draw import draw
from sim.draw.source import Source
from sim.engine import fast
from sim.engine.batch import simulate
from sim.engine.passes import MakePasses
from sim.engine.room import Room
from sim.model.model import Model
from sim.model.world import COST_KINDS, Floats, World
from sim.record.economy import EconomyTally
from sim.record.stock_tally import StockTally
from sim.record.tally import FLOOR_MEASURES, Tally
from sim.study.execution import Told
from sim.study.kept import Kept, Layout, Part

STEPS_A_REPORT = 64


@dataclass(frozen=True)
class Task:
    """Runs to be done of one model."""

    layout: Layout
    source: Source
    n_batch: int
    n_each: int = 0
    """Runs that each worker will play of it, about; what is kept does not depend on it."""

    def play(self, runs: range, whole: Kept | None = None, told: Told | None = None) -> Part:
        """Play some runs.

        Arguments:
            runs: their numbers.
            whole: what is kept of all runs, if it is at hand; its series are filled at once.
            told: called now and then with the number of runs done.

        Raises:
            ModelError: a market of some run cannot be at rest. RunError: matter was not conserved.
        """
        layout, n_run = self.layout, len(runs)
        part = Part(
            runs.start,
            n_run,
            outcomes={measure: np.empty((n_row, n_run)) for measure, n_row in layout.rows.items()},
            at_end=np.zeros((len(layout.places), n_run), dtype=np.bool_),
            fans=whole.fans if whole else layout.fans(n_run),
            fans_from=0 if whole else runs.start,
            means=whole.means if whole else layout.means(),
        )
        passes = fast.choose(layout.model.network, max(self.n_each, n_run))
        n_batch = -(-n_run // -(-n_run // self.n_batch))  # equal ones: a small rest would take nearly the calls of a whole one
        for first in runs[::n_batch]:
            world = draw(layout.model, self.source, first, min(n_batch, runs.stop - first))
            _Batch(layout, part, world, first).play(passes, told)
            gc.collect(1)  # a batch's arrays hang together in rings, and are too few things to be noticed soon
        return part


class _Batch:
    """Runs that are played together."""

    def __init__(self, layout: Layout, part: Part, world: World, first: int) -> None:
        self.layout, self.part, self.world, self.first = layout, part, world, first
        self.model, self.net, self.nodes = layout.model, layout.model.network, layout.nodes
        self.runs = slice(first - part.first, first - part.first + world.n_run)

    def play(self, passes: MakePasses, told: Told | None) -> None:
        """Simulate and fold, telling how many runs' worth of steps are done."""
        tally: list[Tally | StockTally] = []
        economy = EconomyTally(self.model.economies, self.world.n_run)
        n_step, before = self.net.n_step, self.first - self.part.first

        def count(room: Room, k: int) -> None:
            if not tally:
                tally.append(tally_of(self.model, room))
            tally[0].count(room, k)
            economy.count(room, k)
            self._series(room, tally[0], k)
            if told and (k + 1) % STEPS_A_REPORT == 0:
                told(before + self.world.n_run * (k + 1) // n_step)

        room = simulate(self.net, self.world, count, passes=passes)
        self.part.means["recycled"].add(slice(None), np.broadcast_to(self.world.recycled, (self.net.n_node, self.world.n_run)))
        self._outcomes(tally[0])
        self._shocks()
        for measure in FLOOR_MEASURES if len(room.plan.floors) else ():
            self._put(measure, room.state.bought)
        if room.purse is not None:
            paid = {"cost": room.purse.paid.sum(axis=1)} | {kind: room.purse.paid[:, i] for i, kind in enumerate(COST_KINDS)}
            for kind, usd in paid.items():
                self._put(f"policy_{kind}_usd", usd)
        for measure, values in economy.outcomes().items() if self.model.economies else ():
            self._put(measure, values)

    def _put(self, measure: str, values: Floats, rows: slice = slice(None)) -> None:
        self.part.outcomes[measure][rows, self.runs] = values

    def _outcomes(self, done: Tally | StockTally) -> None:
        """Put away what the runs have come to."""
        n_step, days = self.net.n_step, self.net.step_days
        n_all, n_user = len(self.nodes), len(self.net.users.node)
        of_node = done.outcomes(days, n_step) | (done.prices(days, n_step) if isinstance(done, Tally) and self.net.prices else {})
        if self.world.events:
            # Nothing runs short before the first shock is announced; within its step the date is only known to the step.
            onset = np.min([np.minimum(e.announced, e.start).min(0) for e in self.world.events], axis=0) * days
            dates = of_node["first_shortage_days"]
            same_step = onset < (np.floor(dates / days) + 1.0) * days
            of_node["first_shortage_days"] = np.where(same_step, np.maximum(dates, onset), dates)
        for measure, values in of_node.items():
            self._put(measure, values[self.nodes], slice(n_all))
        if isinstance(done, Tally) and self.net.sectors.name:
            for measure, values in done.by_sector(self.world.value_added, n_step).items():
                self._put(measure, values)
        for measure, values in done.by_user().items():
            self._put(measure, values, slice(n_all, n_all + n_user))
        self.part.at_end[:n_all, self.runs] = (done.last == n_step - 1)[self.nodes]

    def _shocks(self) -> None:
        """Put away how long shocks were in force."""
        n_step, days = self.net.n_step, self.net.step_days
        first = len(self.nodes) + len(self.net.users.node) + len(self.net.sectors.name)
        for row, events in enumerate(self.world.events):
            starts = np.minimum(events.start, n_step)
            lasted = np.where(starts < n_step, np.where(np.isfinite(events.end), events.end, n_step) - starts, 0.0)
            here = slice(row, row + 1)
            self._put("shock_days", in_force(starts, np.minimum(events.end, n_step)) * days, here)
            self._put("longest_shock_days", lasted.max(0) * days, here)
            self.part.at_end[first + row, self.runs] = ((events.start < n_step) & (events.end > n_step)).any(0)

    def _series(self, room: Room, tally: Tally | StockTally, k: int) -> None:
        values: dict[str, Callable[[], Floats]] = {
            "unmet": lambda: tally.share,
            "cover": lambda: tally.cover * self.net.step_days,
            "stock": lambda: tally.stock,
            "store": lambda: _held_by_node(room),
            "price": lambda: tally.price,
            "origin_price": lambda: np.exp(room.market.origin),
        }
        for series, fan in self.part.fans.items():
            rows, now = self.layout.fan_nodes[series], values[series]()
            fan.add(k, self.first - self.part.fans_from, now if len(now) == len(rows) else now[rows])
        means = self.part.means
        means["supply"].add(k, room.arrived)
        means["demand"].add(k, room.flows.wanted)
        means["shock"].add(k, room.effects.level)
        if room.recycles:
            means["recycled"].add(k, room.more)


def tally_of(model: Model, room: Room) -> Tally | StockTally:
    """The tally of a batch, at nothing yet."""
    if model.network.up_to_level:
        return StockTally(room, model.threshold, model.warm_up_steps)
    return Tally(room, model.threshold, model.sectors.cost_share)


def in_force(starts: Floats, ends: Floats) -> Floats:
    """Length of time covered by any of several strikes, which may overlap, [event, run] -> [run]."""
    order = np.argsort(starts, axis=0, kind="stable")
    covered, until = np.zeros(starts.shape[1]), np.full(starts.shape[1], -np.inf)
    for start, end in zip(np.take_along_axis(starts, order, 0), np.take_along_axis(ends, order, 0), strict=True):
        covered += np.maximum(end - np.maximum(start, until), 0.0)
        until = np.maximum(until, end)
    return covered


def _held_by_node(room: Room) -> Floats:
    held = np.zeros_like(room.state.on_hand)
    np.add.at(held, room.plan.net.stores.member_node, room.state.held)
    return held
