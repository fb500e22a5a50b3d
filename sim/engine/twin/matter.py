"""The twin's books: matter is neither made nor lost but by making, recycling and use."""

from __future__ import annotations

from collections import defaultdict

from sim.engine.twin.entities import Buyer, Cast
from sim.errors import Problem, RunError

TOLERANCE = 1e-9
"""Gap allowed, as a fraction of all that was there or came and went so far."""


class Ledger:
    """What each commodity must amount to, t, from what stood at the start and what came and went since."""

    def __init__(self, cast: Cast) -> None:
        self._cast = cast
        self._due = _weigh(cast)
        self._turnover = dict(self._due)
        self._stocks = _stocks(cast)

    def check(self, step: int) -> None:
        """Close the books of a step; raises RunError with node, step and gap where matter appeared or vanished (MODEL.md, Matter)."""
        for producer, buyer in zip(self._cast.producers, self._cast.buyers, strict=True):
            used = sum(user.consumed for user in buyer.users)
            self._due[buyer.commodity] += producer.made + buyer.secondary - used
            self._turnover[buyer.commodity] += producer.made + buyer.secondary + used
        for commodity, there in _weigh(self._cast).items():
            gap = there - self._due[commodity]
            if not abs(gap) <= TOLERANCE * self._turnover[commodity]:
                raise RunError(self._breach(commodity, step, gap))
        self._stocks = _stocks(self._cast)

    def _breach(self, commodity: str, step: int, gap: float) -> Problem:
        released, stored = defaultdict(float), defaultdict(float)
        for member in self._cast.members:
            released[member.buyer.name] += member.released
            stored[member.buyer.name] += member.stored
        suspects = []
        pairs = zip(self._cast.producers, self._cast.buyers, self._stocks, strict=True)
        for producer, buyer, (on_hand, finished) in pairs:
            if buyer.commodity != commodity:
                continue
            came = sum(link.arrived for link in buyer.inbound) + buyer.secondary + released[buyer.name]
            went = sum(user.consumed for user in buyer.users) + stored[buyer.name]
            sold = sum(link.shipped for link in producer.outbound) + producer.taken
            own_gaps = (
                buyer.on_hand - (on_hand + came - went),
                producer.finished - (finished + producer.made - sold),
                buyer.on_order - _afloat(buyer),
            )
            suspects.append((max(abs(own) for own in own_gaps), buyer.name))
        worst = max(suspects)[1] if suspects else commodity
        return Problem(
            where=worst,
            what=f"{commodity} is not conserved in step {step}",
            got=f"a gap of {gap:.6g} t",
            remedy=f"{worst} is the node whose own accounts are furthest out; this is a fault of the engine, please report it.",
        )


def _weigh(cast: Cast) -> dict[str, float]:
    total: dict[str, float] = defaultdict(float)
    for producer, buyer in zip(cast.producers, cast.buyers, strict=True):
        total[buyer.commodity] += buyer.on_hand + producer.finished + producer.bought + _afloat(buyer)
    for store in cast.stores:
        total[store.commodity] += store.held
    return total


def _afloat(buyer: Buyer) -> float:
    return sum(shipment.amount for link in buyer.inbound for shipment in link.afloat)


def _stocks(cast: Cast) -> list[tuple[float, float]]:
    return [(buyer.on_hand, producer.finished) for producer, buyer in zip(cast.producers, cast.buyers, strict=True)]
