"""The step makes no array the size of the batch: what it needs is made once."""

from __future__ import annotations

import tracemalloc

import pytest

from sim.draw import draw
from sim.engine.passes import Passes
from sim.engine.room import Room
from sim.engine.step import step
from sim.model.compile import compile_model
from sim.scenario import load

N_RUN = 4096


@pytest.mark.parametrize("name", ["gallium-export-halt", "magnet-export-licence"])
def test_a_step_allocates_less_than_one_array(name: str) -> None:
    model = compile_model(load(name))
    room = Room(model.network, draw(model, 1, 0, N_RUN))
    room.effects.open[: len(room.effects.open) // 2] = 0.0
    room.do = Passes(room)
    step(room, 0)
    tracemalloc.start()
    worst = 0
    for k in range(1, 60):
        before = tracemalloc.get_traced_memory()[0]
        tracemalloc.reset_peak()
        step(room, k)
        worst = max(worst, tracemalloc.get_traced_memory()[1] - before)
    tracemalloc.stop()
    assert worst < 8 * N_RUN * model.network.n_node / 2
