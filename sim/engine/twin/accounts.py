"""What policies hold in the twin: stores with an account for each member, money for guaranteed prices, and products in use."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sim.engine.twin.entities import Buyer


@dataclass(kw_only=True, eq=False, slots=True)
class Member:
    """A buyer's part in a store, with what the store holds for it. Amounts in t."""

    buyer: Buyer
    frac: float
    """Part of the store's buying that it does, fraction."""
    target: float
    account: float
    leave: float
    """Step from which it is by itself."""
    claim: float = 0.0
    released: float = 0.0
    stored: float = 0.0

    def has_left(self, step: int) -> bool:
        """Whether it no longer shares with the others."""
        return self.leave <= step


@dataclass(kw_only=True, eq=False, slots=True)
class Store:
    """A strategic stockpile. Amounts in t."""

    name: str
    target: float
    fill_steps: float
    trigger: float
    at_most: float
    sharing: str
    """`need`, `contribution` or `max-min`."""
    start: float
    """Step in which it begins to buy and sell."""
    reserve: float
    """Part of the target that is never released, fraction."""
    rate: float
    """Most that is released in a step, part of the target."""
    budget: float
    """Money for buying, USD a step."""
    keep: float
    """Cost of holding for a step, part of the value at rest."""
    payer: int
    """Number of the policy that pays, or -1."""
    members: list[Member]

    @property
    def commodity(self) -> str:
        """What the store holds."""
        return self.members[0].buyer.commodity if self.members else ""

    @property
    def held(self) -> float:
        """What is in all its accounts, t."""
        return sum(member.account for member in self.members)

    def is_at_work(self, step: int) -> bool:
        """Whether it buys and sells: from the step on that holds its start."""
        return self.start < step + 1

    def groups(self, step: int) -> list[list[Member]]:
        """Those who share, and each that has left by itself."""
        sharing = [member for member in self.members if not member.has_left(step)]
        alone = [[member] for member in self.members if member.has_left(step)]
        return [sharing, *alone] if sharing else alone


@dataclass(kw_only=True, eq=False, slots=True)
class Guarantee:
    """Money a policy has for guaranteed prices, USD; infinite where it has no limit, or guarantees none."""

    name: str
    left: float

    @property
    def is_spent(self) -> bool:
        """Nothing is left of its budget."""
        return self.left <= 0.0

    def pay(self, amount: float) -> None:
        """Take USD from the budget; an amount that is not known, for want of a price at rest, takes nothing."""
        if amount > 0.0:
            self.left -= amount


@dataclass(kw_only=True, eq=False, slots=True)
class Products:
    """What a buyer's final users consume stays in use for a while and comes out again."""

    weight: list[float]
    """Part of what is consumed that comes out of use so many steps later, from 0 on."""
    before: list[float]
    """What comes out of use in each step of that consumed before the clock, t."""
    past: list[float] = field(default_factory=list)
    """Final consumption in each step so far, t."""

    def scrap(self, step: int) -> float:
        """What comes out of use in a step, t."""
        return self.before[step] + sum(amount * self.weight[step - j] for j, amount in enumerate(self.past[:step]))
