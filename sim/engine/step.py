"""One step of the market."""

from __future__ import annotations

from sim.engine import market, recycling, rules, sectors, stores, supply, trade
from sim.engine.room import Room


def step(room: Room, k: int) -> None:
    """Move the whole batch from step k to k + 1, in the order of MODEL.md."""
    rules.arrive(room, k)
    recycling.recycle(room, k)
    supply.capacity(room)
    rules.plan(room)
    sectors.work(room)
    rules.want(room, k)
    stores.release(room, k)
    rules.use(room)
    rules.make(room, k)
    recycling.remember_use(room, k)
    stores.fill(room, k)
    rules.order(room)
    trade.clear_way(room)
    trade.ship(room, k)
    trade.learn(room)
    trade.approve(room)
    trade.support(room)
    if room.plan.net.prices:
        market.price(room)
        market.switch(room)
        supply.build_and_shut(room)
    supply.remember(room)
    if room.purse is not None:
        room.purse.pay(room, k)
