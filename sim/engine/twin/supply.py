"""The supply side of the twin: capacity that works, is built, shut or started again, and price floors."""

from __future__ import annotations

from math import exp, inf

from sim.engine.twin.entities import HIGHEST, Cast, Producer
from sim.engine.twin.habits import Habits
from sim.model.world import TINY

SPREAD = 0.25
"""Works shut one after the other as price falls from that at which the first do to this fraction less."""


def muster(cast: Cast) -> None:
    """Producers see what they can make in the step: in full, as they normally would, and how much of it works."""
    for producer in cast.producers:
        new = producer.capacity_new * (1.0 - producer.idle_new)
        old = producer.surplus * (1.0 - producer.idle)
        producer.full = producer.capacity * old + new + producer.added
        producer.normal = producer.production * old + new + producer.added
        producer.working = producer.availability
        there = sum(share for host, share in producer.hosts if host.production > 0.0)
        if there > 0.0:
            producer.working = min(producer.working, _streams(producer) / there)


def _streams(producer: Producer) -> float:
    # What the hosts made in the step before is what their by-product can be drawn from.
    yields = producer.potential * sum(
        share * host.made_before / max(host.production, TINY) for host, share in producer.hosts if host.production > 0.0
    )
    return yields / producer.full if producer.full > 0.0 else 0.0


def plan(cast: Cast) -> None:
    """Producers plan to meet expected orders and mend their finished stock; under a price floor, to make what pays at it."""
    for producer in cast.producers:
        expected, most = producer.expected_orders, producer.full * producer.working
        mend = cast.habits.g_stock * (producer.buffer_steps * max(expected, producer.added) - producer.finished)
        producer.plan = min(max(0.0, expected + mend), most)
        if producer.price_floor > 0.0:
            pays = producer.normal * producer.working * producer.price_floor ** (1.0 / producer.steepness)
            producer.plan = max(producer.plan, min(most, pays))


def buy_up(cast: Cast) -> None:
    """Under a price floor what producers hold beyond their buffer is taken in, as far as its budget goes, in stored order."""
    for producer in cast.producers:
        producer.taken = 0.0
        if producer.price_floor > 0.0:
            over = max(0.0, producer.finished - producer.buffer_steps * producer.expected_orders)
            producer.taken = min(over, _affordable(producer))
            if producer.guarantee:
                producer.guarantee.pay(producer.taken * producer.price_floor * producer.price0)
            producer.finished -= producer.taken
            producer.bought += producer.taken


def _affordable(producer: Producer) -> float:
    # What has no price has no limit.
    price = producer.price_floor * producer.price0
    return max(0.0, producer.guarantee.left) / price if producer.guarantee and price > 0.0 else inf


def support(cast: Cast) -> None:
    """Price floors pay for what was taken in and make up what producers earn less; those whose budget is spent are no more."""
    for producer in cast.producers:
        lacking = 0.0
        if producer.earned is not None:
            lacking = max(0.0, producer.price_floor - exp(min(producer.earned, HIGHEST)))
        made_up = sum(link.shipped * lacking * producer.price0 for link in producer.outbound)
        producer.support = producer.taken * producer.price_floor * producer.price0 + made_up
        if producer.guarantee:
            producer.guarantee.pay(made_up)
    for producer in cast.producers:
        if producer.guarantee and producer.guarantee.is_spent:
            producer.price_floor = 0.0


def adapt(cast: Cast) -> None:
    """Producers follow their margin: they begin works, build on those begun, and shut or restart."""
    habits = cast.habits
    for producer in cast.producers:
        if not producer.sells:
            continue
        producer.signal += habits.g_signal * (producer.origin - producer.rebate - producer.input_price - producer.signal)
        _build(producer, habits)
        margin = exp(producer.signal)
        producer.idle += _turn(producer.idle, shut_part(margin, habits.shut), habits)
        if producer.capacity_new > 0.0:
            producer.idle_new += _turn(producer.idle_new, shut_part(margin / habits.entry_price, habits.shut), habits)


def _wanted(producer: Producer, habits: Habits) -> float:
    # New capacity that would pay, t per step.
    over = (exp(producer.signal) / habits.entry_price) ** habits.entry_elasticity - 1.0
    wanted = producer.production * max(0.0, over)
    return wanted if not producer.hosts else min(wanted, max(0.0, producer.potential - producer.capacity))


def _build(producer: Producer, habits: Habits) -> None:
    lacking = max(0.0, _wanted(producer, habits) - (producer.building + producer.capacity_new))
    begun = min(lacking, habits.entry_growth * producer.production) * producer.skill
    done = [habits.g_build * producer.skill * stage for stage in producer.stages]
    running = habits.g_ramp * producer.run_in
    entering = [begun, *done[:-1]]
    producer.stages = [stage + came - went for stage, came, went in zip(producer.stages, entering, done, strict=True)]
    producer.run_in += done[-1] - running
    producer.capacity_new += running


def _turn(idle: float, aim: float, habits: Habits) -> float:
    return (habits.g_close if aim > idle else habits.g_restart) * (aim - idle)


def shut_part(price: float, shut: float) -> float:
    """Part of the works that shut at a price, a fraction; both prices are multiples of the one at rest."""
    return min(1.0, max(0.0, (1.0 - price / max(shut, TINY)) / SPREAD))


def remember(cast: Cast) -> None:
    """What was made in this step is what by-products are drawn from in the next."""
    for producer in cast.producers:
        producer.made_before = producer.made
