"""Who pays what for the policies of the twin, in USD of the clock's start (MODEL.md, pay)."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from math import exp, floor
from typing import NamedTuple

from sim.engine.twin.accounts import Store
from sim.engine.twin.entities import HIGHEST, Buyer, Cast, Link
from sim.engine.twin.shocks import Strike, column
from sim.model.world import Network, World
from sim.units import DAYS_PER_YEAR

KINDS = ("purchase", "proceeds", "holding", "programme", "support", "premium", "tariff")
"""What money is paid for; income counts as negative."""


class Cost(NamedTuple):
    """What one policy with a course costs beyond what goods and stocks do, USD."""

    payer: int
    upfront: float
    begun: float
    """When that is paid, steps."""
    per_step: float
    per_tonne: float


class Purse:
    """What each policy has paid so far, by kind, discounted to the clock's start."""

    def __init__(self, network: Network, world: World, run: int, cast: Cast) -> None:
        """What stores hold at the start is paid for at once."""
        self._cast = cast
        self._n_step = network.n_step
        self._growth = 1.0 + column(world.discount, run)[0]
        self._year = network.step_days / DAYS_PER_YEAR
        self._costs = _costs(network, world, run)
        self.paid = [[0.0] * len(KINDS) for _ in network.payers]
        for store in cast.stores:
            self._book(store.payer, "purchase", _at_rest(store), 0.0)

    def pay(self, step: int) -> None:
        """Every policy pays for the step."""
        middle = step + 0.5
        for cost in self._costs:
            if floor(cost.begun) == step:
                self._book(cost.payer, "programme", cost.upfront, middle)
        for strike in self._cast.strikes:
            cost = self._costs[strike.number]
            self._book(cost.payer, "programme", cost.per_step * strike.cover, middle)
            if strike.plan.kind in _BILLS:
                kind, bill = _BILLS[strike.plan.kind]
                self._book(cost.payer, kind, bill(strike, cost), middle)
        for store in self._cast.stores:
            self._book(store.payer, "purchase", sum(member.stored * member.buyer.price for member in store.members), middle)
            self._book(store.payer, "proceeds", -sum(member.released * member.buyer.price for member in store.members), middle)
            self._book(store.payer, "holding", store.keep * _at_rest(store), middle)
        for producer in self._cast.producers:
            if producer.guarantee:
                self._book(self._cast.guarantees.index(producer.guarantee), "support", producer.support, middle)

    def close(self) -> None:
        """What stores are left with counts as sold at the end."""
        for store in self._cast.stores:
            self._book(store.payer, "proceeds", -_at_rest(store), self._n_step)

    def _book(self, payer: int, kind: str, amount: float, at: float) -> None:
        if payer >= 0:
            self.paid[payer][KINDS.index(kind)] += amount * self._growth ** -(at * self._year)


def _costs(network: Network, world: World, run: int) -> list[Cost]:
    table = world.costs
    columns = [column(rows, run) for rows in (table.upfront, table.begun, table.per_step, table.per_tonne)]
    return [Cost(plan.payer, *numbers) for plan, *numbers in zip(network.shocks, *columns, strict=True)]


def _at_rest(store: Store) -> float:
    # The worth of what is in the accounts, at the price at rest.
    return sum(member.account * member.buyer.price0 for member in store.members)


def _made(strike: Strike, cost: Cost) -> float:
    return sum(cost.per_tonne * min(producer.made, producer.added) for producer in strike.producers)


def _recycled(strike: Strike, cost: Cost) -> float:
    return sum(cost.per_tonne * buyer.more for buyer in strike.buyers)


def _saved(strike: Strike, cost: Cost) -> float:
    part = strike.profile.size * strike.force
    return sum(cost.per_tonne * user.want * part / (1.0 - part) for user in strike.users) if part < 1.0 else 0.0


def _changed(strike: Strike, cost: Cost) -> float:
    return sum(cost.per_tonne * user.changed for user in strike.users)


def _duty(strike: Strike, cost: Cost) -> float:
    # A duty that is nobody's policy is no income of the one who pays for policies; a policy's is.
    part = strike.profile.size * strike.force
    return sum(link.shipped * _worth(link, link.seller.ask) * part for link in strike.links) if strike.plan.is_policy else 0.0


def _premium(strike: Strike, cost: Cost) -> float:
    # What goods cost beyond what the usual sellers would have asked for as much.
    beyond = 0.0
    for buyer in strike.buyers or _buyers(strike.links):
        shipped = sum(link.shipped for link in buyer.inbound)
        beyond += sum((link.shipped - link.rest_share * shipped) * _worth(link, link.asked_price) for link in buyer.inbound)
    return beyond * strike.cover


def _sales_lost(strike: Strike, cost: Cost) -> float:
    return sum(max(0.0, link.base_flow - link.shipped) * link.seller.price0 for link in strike.links) * strike.cover


def _worth(link: Link, price: float) -> float:
    return link.seller.price0 * exp(min(price, HIGHEST))


def _buyers(links: Sequence[Link]) -> list[Buyer]:
    found: list[Buyer] = []
    for link in links:
        if link.buyer not in found:
            found.append(link.buyer)
    return found


_BILLS: dict[str, tuple[str, Callable[[Strike, Cost], float]]] = {
    "capacity_project": ("programme", _made),
    "recycling": ("programme", _recycled),
    "demand_reduction": ("programme", _saved),
    "substitution": ("programme", _changed),
    "tariff": ("tariff", _duty),
    "beyond_price": ("premium", _premium),
    "single_source_cap": ("premium", _premium),
    "import_quota": ("premium", _premium),
    "export_control": ("premium", _sales_lost),
}
"""What policies of each kind pay beyond what is written, and in which kind of money."""
