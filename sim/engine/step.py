"""One step of the market."""

from __future__ import annotations

from sim.engine import rules
from sim.engine.state import Room


def step(room: Room, k: int) -> None:
    """Move the whole batch from step k to k + 1, in the order of MODEL.md."""
    rules.arrive(room, k)
    rules.recycle(room)
    rules.plan(room)
    rules.release(room)
    rules.use(room)
    rules.make(room)
    rules.fill(room)
    rules.order(room)
    rules.ship(room, k)
    rules.learn(room)
