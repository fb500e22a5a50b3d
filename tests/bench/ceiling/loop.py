"""How fast the flagship could be: all its steps in one compiled loop, a tile of runs at a time, no Python and no trips beyond the cache.

It is made of the kernels of `sim.engine.fast` and gives the same bits. What it leaves out is what Python does around them: the calendar,
laying out a batch, working out ahead what shocks come to, and checking matter. A loop written for this one network alone, with its sizes
known to the compiler, was not made; it would be the faster for it.
"""

from __future__ import annotations

import time
from typing import Any, NamedTuple

import numpy as np
from numba import njit

from sim.engine.board import Board
from sim.engine.room import Room
from sim.model.model import Model
from sim.model.world import Floats, Ints, World
from sim.record.tally import Tally
from tests.bench.ceiling import kernel
from tests.bench.ceiling.layout import Laid


class Course(NamedTuple):
    """What changes from step to step."""

    first: Any
    """Where the runs begin in which shocks switch in a step, [step + 1]."""
    runs: Ints
    effects: tuple[Floats, ...]
    """Arrays that shocks change, [row, run]."""
    values: tuple[Floats, ...]
    """What they change to, [row, pair of step and run]."""
    half_open: Any
    is_half: Any
    hurried: Any
    """Whether buyers may hurry, [step]."""
    due: Ints
    before: Ints
    """Rows of the pipeline that land, [step modulo slots, link]."""
    pipeline: Floats


@njit(cache=True, error_model="numpy")
def _all_steps(batch, tallied, course):
    n_slot, n_link = course.due.shape
    builds, shuts = False, False
    for k in range(len(course.hurried)):
        first, end = course.first[k], course.first[k + 1]
        for e in range(len(course.effects)):
            effect, value = course.effects[e], course.values[e]
            for i in range(len(effect)):
                for j in range(first, end):
                    effect[i, course.runs[j]] = value[i, j]
        for j in range(first, end):
            course.half_open[course.runs[j]] = course.is_half[j]
        slot = k % n_slot
        now = kernel.Now(builds or shuts, False, course.hurried[k], False, False, builds, shuts)
        under_way = course.pipeline[slot * n_link : (slot + 1) * n_link]
        _, builds, shuts = kernel.run(batch, now, course.due[slot], course.before[slot], under_way)
        kernel.fold(tallied, batch.loops, k)


class Loop:
    """A few runs, laid out for the loop."""

    def __init__(self, model: Model, world: World) -> None:
        net = model.network
        room = Room(net, world)
        board = Board(room)
        self.laid = Laid(room)
        board._look_ahead(0)
        if board.end < net.n_step or any(board.may_be[flag].any() for flag in board.may_be if flag != "is_hurried"):
            raise ValueError("the ceiling covers few runs, under bans alone")
        of_rows = [(array, values) for array, values in board.columns if array.ndim == 2]
        halves: list[Any] = [(array, values) for array, values in board.columns if array.ndim == 1]
        self.tally = Tally(room, model.threshold, model.sectors.cost_share)
        self.tallied = self.laid.tallied(self.tally, room)
        effects, values = zip(*of_rows, strict=True)
        half_open, is_half = halves[0]
        self.course = Course(
            *(board.first, board.runs, effects, tuple(np.ascontiguousarray(value) for value in values), half_open, is_half),
            *(board.may_be["is_hurried"], room.plan.due, room.plan.due_before, room.state.pipeline),
        )
        self.room = room

    def play(self) -> float:
        """Seconds that all steps take."""
        began = time.process_time()
        _all_steps(self.laid.batch, self.tallied, self.course)
        return time.process_time() - began
