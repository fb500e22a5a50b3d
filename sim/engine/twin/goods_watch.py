"""What the twin's log tells of goods: shortages, stocks, output cut for want of input, and stores."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from sim.engine.twin.entities import Buyer, Producer, Store
from sim.engine.twin.news import ROUNDING, Told, lasting, listed, percent, tonnes


@dataclass
class ShortageWatch:
    """Tells when users of a node run short, and what they missed by the end."""

    buyer: Buyer
    threshold: float
    blow: float
    """The earliest instant at which a shock, or a control of one's own, is announced or starts in this run; `inf` if none does."""
    period: str
    step_days: float
    since: float | None = None
    missed: float = 0.0

    def look(self, step: int) -> Iterator[Told]:
        """A shortage starts above the threshold and ends at or below it; what is missed in between is summed, t."""
        buyer = self.buyer
        unmet = sum(user.unmet for user in buyer.users)
        short = unmet > max(self.threshold, ROUNDING) * buyer.wanted
        if short and self.since is None:
            self.since, self.missed = self._runs_out(step, unmet / buyer.wanted), 0.0
            text = (
                f"{buyer.region} users of {buyer.commodity} run short: {percent(unmet / buyer.wanted)} of this {self.period}'s "
                f"{tonnes(buyer.wanted)} cannot be served"
            )
            yield self._tell(self.since, "shortage starts", unmet, text)
        if short:
            self.missed += unmet
        elif self.since is not None:
            text = (
                f"{buyer.region} users of {buyer.commodity} are served again after {self._lasted(step)}; they missed {tonnes(self.missed)}"
            )
            yield self._tell(step, "shortage ends", self.missed, text)
            self.since = None

    def _runs_out(self, step: int, share: float) -> float:
        # The stock lasts through the part of the step that could be served; but what a blow within the step brings cannot precede it.
        at = step + 1.0 - min(1.0, share)
        return max(at, self.blow) if self.blow < step + 1 else at

    def at_horizon(self, horizon: int) -> Iterator[Told]:
        """A shortage that the horizon cuts off."""
        if self.since is not None:
            text = (
                f"{self.buyer.region} users of {self.buyer.commodity} are still short at the horizon, after {self._lasted(horizon)}, "
                f"and have missed {tonnes(self.missed)}"
            )
            yield self._tell(horizon, "shortage goes on", self.missed, text)

    def _lasted(self, step: int) -> str:
        return lasting((step - (self.since or 0.0)) * self.step_days)

    def _tell(self, at: float, kind: str, amount: float, text: str) -> Told:
        return Told(at, kind, self.buyer.commodity, self.buyer.region, amount, "t", text)


@dataclass
class StockWatch:
    """Tells when a users' stock is half gone, empty, and rebuilt (to 90 % of the stock at rest); each once a fall."""

    buyer: Buyer
    fallen: int = 0

    def look(self, step: int) -> Iterator[Told]:
        """How far the stock has fallen: 1 below half, 2 empty."""
        buyer, normal = self.buyer, self.buyer.rest_stock
        if self.fallen < 2 and buyer.on_hand <= ROUNDING * normal:
            self.fallen = 2
            yield self._tell(step, "stock empty", "is empty")
        elif self.fallen < 1 and buyer.on_hand < normal / 2:
            self.fallen = 1
            yield self._tell(step, "stock half gone", "is half gone")
        elif self.fallen > 0 and buyer.on_hand >= 0.9 * normal:
            self.fallen = 0
            yield self._tell(step, "stock rebuilt", "is rebuilt")

    def _tell(self, step: int, kind: str, what: str) -> Told:
        buyer = self.buyer
        left = max(0.0, buyer.on_hand)
        text = f"{buyer.region} users' stock of {buyer.commodity} {what}: {tonnes(left)} of a normal {tonnes(buyer.rest_stock)}"
        return Told(step, kind, buyer.commodity, buyer.region, left, "t", text)


@dataclass
class OutputWatch:
    """Tells when a producer makes less than planned for want of an input."""

    producer: Producer
    threshold: float
    period: str
    cut: bool = False

    def look(self, step: int) -> Iterator[Told]:
        """Output is cut when more than the threshold of what was planned cannot be made."""
        producer = self.producer
        lost = producer.plan - producer.made
        cut = lost > max(self.threshold, ROUNDING) * producer.plan
        # No plan is no news: a producer that plans nothing neither cuts nor restores.
        if cut == self.cut or producer.plan <= 0.0:
            return
        self.cut = cut
        whose = f"{producer.region} output of {producer.commodity}"
        if cut:
            scarcest = min((u for u in producer.inputs if u.want > 0.0), key=lambda u: u.got / u.want)
            text = (
                f"{whose} is cut by {percent(lost / producer.plan)} to {tonnes(producer.made)} this {self.period} "
                f"for want of {scarcest.buyer.commodity}"
            )
            yield Told(step, "output cut for want of input", producer.commodity, producer.region, lost, "t", text)
        else:
            text = f"{whose} is back to plan: {tonnes(producer.made)} this {self.period}"
            yield Told(step, "output restored", producer.commodity, producer.region, producer.made, "t", text)


@dataclass
class StoreWatch:
    """Tells when a store begins and ends to release, is empty, and is full."""

    store: Store
    step_days: float
    since: int | None = None
    given: float = 0.0
    takers: list[str] = field(default_factory=list)
    empty: bool = field(init=False)
    full: bool = field(init=False)

    def __post_init__(self) -> None:
        self.empty, self.full = self._is_empty(), self._is_full()

    def look(self, step: int) -> Iterator[Told]:
        """A release is told when it begins, not again while it lasts, and in full when it ends."""
        store = self.store
        for member in store.members:
            if len(store.members) > 1 and member.has_left(step) and not member.has_left(step - 1):
                own = f"{member.buyer.region} leaves store {store.name} of {store.commodity} with its account of {tonnes(member.account)}"
                yield Told(step, "member leaves", store.commodity, member.buyer.region, member.account, "t", own)
        served = [member for member in store.members if member.released > ROUNDING * member.buyer.wanted]
        amount = sum(member.released for member in store.members)
        if served and self.since is None:
            self.since, self.given, self.takers = step, 0.0, []
            to = listed(member.buyer.region for member in served)
            yield self._tell(step, "store releases", amount, f"releases {tonnes(amount)} to {to}; {tonnes(store.held)} is left")
        if served:
            self.given += amount
            self.takers += [member.buyer.region for member in served]
        elif self.since is not None:
            yield self._end(step, "releases no more")
            self.since = None
        if self._is_empty() and not self.empty:
            yield self._tell(step, "store empty", 0.0, f"is empty; its target is {tonnes(store.target)}")
        if self._is_full() and not self.full:
            yield self._tell(step, "store full", store.held, f"is full: {tonnes(store.held)}")
        self.empty, self.full = self._is_empty(), self._is_full()

    def at_horizon(self, horizon: int) -> Iterator[Told]:
        """A release that the horizon cuts off."""
        if self.since is not None:
            yield self._end(horizon, "still releases at the horizon")

    def _end(self, step: int, what: str) -> Told:
        lasted = lasting((step - (self.since or 0)) * self.step_days)
        gave = f"{tonnes(self.given)} to {listed(self.takers)} in {lasted}; {tonnes(self.store.held)} is left"
        return self._tell(step, "store release ends", self.given, f"{what}: it gave {gave}")

    def _is_empty(self) -> bool:
        return self.store.held <= ROUNDING * self.store.target

    def _is_full(self) -> bool:
        return self.store.held >= (1.0 - ROUNDING) * self.store.target

    def _tell(self, step: int, kind: str, amount: float, what: str) -> Told:
        store = self.store
        region = listed(member.buyer.region for member in store.members)
        return Told(step, kind, store.commodity, region, amount, "t", f"store {store.name} of {store.commodity} {what}")
