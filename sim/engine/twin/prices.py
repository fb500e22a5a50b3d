"""Prices of the twin, all as logarithms of multiples of those at rest: what sellers ask, buyers pay and producers earn."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from math import log

from sim.engine.twin.entities import Buyer, Cast, Habits, Link, Producer
from sim.engine.twin.market import ROUNDING
from sim.model.world import TINY

LEAST = 0.03
"""Stock and pipeline as a part of their target below which a shortfall raises the price no further."""


def price(cast: Cast) -> None:
    """Sellers ask what the last tonne costs them; buyers pay that, and more where their stock falls short; producers see what they earn."""
    habits = cast.habits
    for producer in cast.producers:
        producer.cost += habits.g_contract * (_marginal(producer, habits) - producer.cost)
        producer.ask = producer.cost + producer.rebate
        if producer.price_floor > 0.0:
            producer.ask = max(producer.ask, _ln(producer.price_floor))
    for buyer in cast.buyers:
        offer = _mean(buyer.inbound, lambda link: link.asked_price, ROUNDING * buyer.order)
        buyer.offer = buyer.offer if offer is None else offer
        buyer.log_price += habits.g_price * (buyer.offer + _scarcity(buyer, cast) - buyer.log_price)
        buyer.slow += habits.g_demand * (buyer.log_price - buyer.slow)
    for producer in cast.producers:
        producer.earned = _mean(producer.outbound, lambda link: link.buyer.log_price - link.duty, ROUNDING * producer.expected_orders)
        producer.origin = producer.origin if producer.earned is None else producer.earned
        if producer.price_floor > 0.0:
            producer.origin = max(producer.origin, _ln(producer.price_floor))


def _marginal(producer: Producer, habits: Habits) -> float:
    if not (producer.sells and producer.has_works):
        return 0.0
    # How hard works are run against the normal; beyond their full capacity they cannot.
    run = min(_quotient(producer.expected_orders, producer.normal * producer.working), _quotient(producer.full, producer.normal))
    own = max(_ln(habits.shut), producer.steepness * _ln(run))
    return own + producer.input_price


def _scarcity(buyer: Buyer, cast: Cast) -> float:
    target = max(0.0, buyer.stock_wanted + buyer.expected_lead * buyer.buy)
    short = (target + TINY) / (max(0.0, buyer.on_hand + buyer.on_order) + TINY)
    return cast.habits.alpha * log(min(max(short, LEAST), 1.0 / LEAST))


def _mean(links: Sequence[Link], value: Callable[[Link], float], least: float) -> float | None:
    # Weighted by what was shipped; None where nothing was.
    shipped = sum(link.shipped for link in links)
    return sum(link.shipped * value(link) for link in links) / shipped if shipped > least else None


def _quotient(part: float, whole: float) -> float:
    return part / max(whole, TINY)


def _ln(number: float) -> float:
    return log(max(number, TINY))
