"""Prices of the twin, all as logarithms of multiples of those at rest: what sellers ask, buyers pay and producers earn."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from math import exp, log

from sim.engine.twin.entities import Buyer, Cast, Link, Producer
from sim.engine.twin.habits import Habits
from sim.engine.twin.market import ROUNDING
from sim.model.world import TINY

LEAST = 1e-3
"""Part in sight below which less of it raises the price no further."""
SLACK = 10.0
"""Most that a seller is thought to have beyond what is asked of it, as a multiple."""


def price(cast: Cast, step: int) -> None:
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
        _look_ahead(buyer, habits, step)
        buyer.late += habits.g_memory * (buyer.log_price - buyer.late)
        buyer.log_price += habits.g_price * (buyer.offer + _scarcity(buyer, habits, step) - buyer.log_price)
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


def _look_ahead(buyer: Buyer, habits: Habits, step: int) -> None:
    """What users will want at the usual price, and what part of the order for it comes or could come."""
    short_answer = exp(-buyer.short * buyer.log_price)
    wants = sum(user.want if user.feeds else user.want / short_answer for user in buyer.users)
    season = buyer.swing[step] if len(buyer.swing) > 1 else buyer.swing[0]
    buyer.usual_use += habits.g_expect * (wants / season - buyer.usual_use)
    would = buyer.meant + max(0.0, buyer.usual_use - buyer.expected_use)
    usual = max(0.0, buyer.usual_use - buyer.secondary)
    sent = sum(link.shipped for link in buyer.inbound)
    comes = _quotient(sent, min(would, usual)) if would > ROUNDING * buyer.usual_use else 0.0
    could = sum(_could(link) for link in buyer.inbound) / usual if usual > 0.0 else 1.0
    buyer.in_sight += habits.g_belief * (min(1.0, max(comes, could) + _quotient(buyer.given, usual)) - buyer.in_sight)


def _could(link: Link) -> float:
    seller = link.seller
    slack = min(SLACK, _quotient(seller.full * seller.working, seller.expected_orders))
    if seller.served < 1.0:
        slack = min(slack, seller.served)
    return link.base_flow * (link.clear * slack + link.expected_leak * min(1.0, slack))


def _scarcity(buyer: Buyer, habits: Habits, step: int) -> float:
    # What stock the season will still take before its low is spoken for: only what is left beyond it can be plenty, or short.
    taken = (buyer.ahead[step + 1] + min(buyer.season_low, buyer.cover_steps)) * buyer.expected_use if len(buyer.ahead) > 1 else 0.0
    target = max(0.0, buyer.stock_wanted + buyer.expected_lead * buyer.buy - taken)
    short = (target + TINY) / (max(0.0, buyer.on_hand + buyer.on_order - taken) + TINY)
    scarce = habits.alpha * _ln(short) - habits.prospect * log(max(buyer.in_sight, LEAST))
    return min(max(scarce, -habits.log_ceiling), habits.log_ceiling)


def _mean(links: Sequence[Link], value: Callable[[Link], float], least: float) -> float | None:
    # Weighted by what was shipped; None where nothing was.
    shipped = sum(link.shipped for link in links)
    return sum(link.shipped * value(link) for link in links) / shipped if shipped > least else None


def _quotient(part: float, whole: float) -> float:
    return part / max(whole, TINY)


def _ln(number: float) -> float:
    return log(max(number, TINY))
