"""Whom buyers of the twin buy from: approval of new sellers, and shares that lean to those who deliver and are cheap."""

from __future__ import annotations

from collections.abc import Sequence
from math import exp

from sim.engine.twin.entities import Cast, Link
from sim.engine.twin.rationing import ration


def qualify(cast: Cast) -> None:
    """Buyers under threat, or left wanting, go on approving sellers that are new to them; policies have it done ahead of need."""
    for link in cast.links:
        if not link.is_fit:
            looking = 1.0 if link.buyer.threat > 0.0 or link.buyer.need > 0.0 else 0.0
            link.fit = min(1.0, link.fit + max(link.effort, looking / link.qualify_steps))


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
        targets = [worth / total for worth in worths]
        if buyer.cap < 1.0:
            targets = capped(targets, [1.0 if link.is_home else buyer.cap for link in buyer.inbound])
        for link, target in zip(buyer.inbound, targets, strict=True):
            link.share += habits.g_source * (target - link.share)


def _standing(link: Link, failing: float) -> float:
    # A seller that was new counts once approved, as far as the usual ones fail; a usual one may count for more than its price.
    if link.qualify_steps <= 0.0:
        return link.rest_share * exp(link.favour)
    return failing if link.is_fit else 0.0


def capped(targets: Sequence[float], limits: Sequence[float]) -> list[float]:
    """Shares held to limits, fractions: what is cut goes to the others in proportion; where the limits leave a gap, all go beyond alike."""
    there = [i for i, target in enumerate(targets) if target > 0.0]
    most = [limits[i] for i in there]
    if sum(most) < 1.0:
        held = [limit / sum(most) for limit in most]
    else:
        held = ration(1.0, most, "max-min", [0] * len(there), [targets[i] for i in there])
    shares = [0.0] * len(targets)
    for i, share in zip(there, held, strict=True):
        shares[i] = share
    return shares
