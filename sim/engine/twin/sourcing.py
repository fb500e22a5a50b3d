"""Whom buyers of the twin buy from: approval of new sellers, and shares that lean to those who deliver and are cheap."""

from __future__ import annotations

from math import exp

from sim.engine.twin.entities import APPROVED, Cast, Link


def qualify(cast: Cast) -> None:
    """Buyers under threat, or left wanting, go on approving sellers that are new to them."""
    for link in cast.links:
        if link.fit <= APPROVED and (link.buyer.threat > 0.0 or link.buyer.need > 0.0):
            link.fit = min(1.0, link.fit + 1.0 / link.qualify_steps)


def lean(cast: Cast) -> None:
    """Buyers' shares drift to what their sellers are worth to them; they stay where nobody is worth anything."""
    habits = cast.habits
    for buyer in cast.buyers:
        failing = max(0.0, 1.0 - sum(link.rest_share * link.passing * link.seller.served for link in buyer.inbound))
        worths = [
            _standing(link, failing) * link.passing * exp(-habits.switching * link.asked_price) * link.seller.served
            for link in buyer.inbound
        ]
        total = sum(worths)
        if total <= 0.0:
            continue
        for link, worth in zip(buyer.inbound, worths, strict=True):
            link.share += habits.g_source * (worth / total - link.share)


def _standing(link: Link, failing: float) -> float:
    # A seller that was new counts once approved, as far as the usual ones fail.
    if link.qualify_steps <= 0.0:
        return link.rest_share
    return failing if link.fit > APPROVED else 0.0
