"""One step of the market."""

from __future__ import annotations

from collections.abc import Callable

from sim.engine import base_stock, market, recycling, rules, sectors, stores, supply, trade
from sim.engine.room import Room

Rule = Callable[[Room, int], None]


def step(room: Room, k: int) -> None:
    """Move the whole batch from step k to k + 1, in the order of MODEL.md; what `room.do` does may be compiled."""
    if room.plan.net.up_to_level:
        room.rules = room.rules or rules_up_to_level(room)
        for rule in room.rules:
            rule(room, k)
        return
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
    room.do.ship(room, k)
    room.do.learn(room)
    trade.approve(room)
    trade.support(room)
    if room.plan.net.prices:
        market.price(room)
        room.do.switch(room)
        supply.build_and_shut(room)
    supply.remember(room)
    if room.purse is not None:
        room.purse.pay(room, k)


def rules_up_to_level(room: Room) -> tuple[Rule, ...]:
    """The rules of a step where every node orders up to a level, but for those that have nothing to do in this world."""
    stages, plan = room.stages, room.plan
    assert stages is not None
    is_serial = stages.is_serial and not len(plan.routes)
    told: list[tuple[bool, Rule]] = [
        (True, base_stock.arrive if is_serial and not plan.has_parts else rules.arrive),
        (bool(room.world.recycled.any()), recycling.recycle),
        (room.supply_moves or bool(plan.hosts), lambda room, k: supply.capacity(room)),
        (True, base_stock.want),
        (True, base_stock.serve),
        (True, base_stock.make),
        (True, base_stock.order),
        (True, base_stock.make_to_order),
        (bool(len(plan.new_links)), lambda room, k: trade.clear_way(room)),
        (True, base_stock.ship if is_serial else trade.ship),
        (bool(len(plan.new_links)), lambda room, k: trade.approve(room)),
        (bool(plan.hosts), lambda room, k: supply.remember(room)),
    ]
    return tuple(rule for is_needed, rule in told if is_needed)
