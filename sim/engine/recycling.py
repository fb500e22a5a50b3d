"""Secondary supply, and what policies add to it from products that come out of use (step 2 of MODEL.md)."""

from __future__ import annotations

import numpy as np

from sim.engine.room import Room


def recycle(room: Room, k: int) -> None:
    """2. Secondary supply: `H += recycled`, and more where old products are collected."""
    np.add(room.state.on_hand, room.world.recycled, out=room.state.on_hand)
    if not room.recycles:
        return
    room.more[...] = 0.0
    aim = room.effects.aim
    for stock in room.in_use:
        nodes = stock.nodes
        scrap = stock.before[k].copy()
        if k:
            scrap += np.einsum("jnr,jr->nr", stock.past[:k], np.broadcast_to(stock.weight[k:0:-1], (k, scrap.shape[1])))
        recycled = np.broadcast_to(room.world.recycled, aim.shape)[nodes]
        room.more[nodes] = np.where(aim[nodes] > 0.0, np.maximum(aim[nodes] * scrap - recycled, 0.0), 0.0)
    np.add(room.state.on_hand, room.more, out=room.state.on_hand)


def remember_use(room: Room, k: int) -> None:
    """6c. What final users consumed will come out of use one day."""
    for stock in room.in_use:
        consumed = room.flows.consumed[stock.nodes]
        for row, processors in enumerate(stock.processors):
            for u, made in processors:
                consumed[row] -= room.plan.net.users.t_per_t[u] * room.flows.made[made]
        stock.past[k] = consumed
