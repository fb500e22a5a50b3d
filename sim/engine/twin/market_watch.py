"""What the twin's log tells of the market: prices, works that shut or are built, sources approved, and sales lost."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from math import exp

from sim.engine.twin.accounts import Guarantee
from sim.engine.twin.entities import Buyer, Link, Producer, Sector, User
from sim.engine.twin.news import ROUNDING, Told, dollars, lasting, listed, percent, times, tonnes

MARKS = (1.5, 2.0, 3.0, 5.0, 10.0)
"""Multiples of the price at rest that are news when it rises beyond them."""
CALM = 1.25
"""Multiple of the price at rest under which a price that was news has come back."""
NEWS = 0.01
"""New capacity from which works are news, as a part of output at rest."""


@dataclass
class PriceWatch:
    """Tells when a price rises beyond a mark, each mark once a rise, and when it has come back."""

    buyer: Buyer
    passed: int = 0

    def look(self, step: int) -> Iterator[Told]:
        """Of several marks passed in one step only the highest is told."""
        price = exp(min(self.buyer.log_price, 700.0))
        passed = sum(price >= mark for mark in MARKS)
        if passed > self.passed:
            self.passed = passed
            yield self._tell(step, "price rises", price, f"rises to {times(price)} times")
        elif self.passed > 0 and price < CALM:
            self.passed = 0
            yield self._tell(step, "price falls back", price, f"is back to {times(price)} times")

    def _tell(self, step: int, kind: str, price: float, what: str) -> Told:
        buyer = self.buyer
        text = f"{buyer.region} price of {buyer.commodity} {what} what it was at rest"
        return Told(step, kind, buyer.commodity, buyer.region, price, "times", text)


@dataclass
class WorksWatch:
    """Tells when half of a producer's works are shut or run again, and when new ones are begun and first put out."""

    producer: Producer
    period: str
    shut: bool = False
    begun: bool = False
    opened: bool = False

    def look(self, step: int) -> Iterator[Told]:
        """Building is told anew only after all that was begun has come to work."""
        producer = self.producer
        least = NEWS * producer.production
        if (producer.idle > 0.5) != self.shut:
            self.shut = not self.shut
            yield self._turned(step)
        if producer.building < least / 2:
            self.begun = False
        elif producer.building >= least and not self.begun:
            self.begun = True
            yield self._tell(step, "works begun", producer.building, "are begun")
        if producer.capacity_new >= least and not self.opened:
            self.opened = True
            yield self._tell(step, "works open", producer.capacity_new, "put out their first")

    def _turned(self, step: int) -> Told:
        producer = self.producer
        whose = f"{producer.region} works for {producer.commodity}"
        if self.shut:
            kind, text = "works shut", f"{whose} shut: {percent(producer.idle)} of them stand idle"
        else:
            kind, text = "works restart", f"{whose} restart: {percent(producer.idle)} of them still stand idle"
        return Told(step, kind, producer.commodity, producer.region, producer.idle, "share", text)

    def _tell(self, step: int, kind: str, amount: float, what: str) -> Told:
        producer = self.producer
        text = f"{producer.region}'s new works for {producer.commodity} {what}: {tonnes(amount)} a {self.period}"
        return Told(step, kind, producer.commodity, producer.region, amount, "t", text)


@dataclass
class ChangeWatch:
    """Tells when half of the use that can change to another material has changed, and when it is again less."""

    user: User
    most: float
    """Part of the use that can change in full, fraction."""
    gone: bool = False

    def look(self, step: int) -> Iterator[Told]:
        """What has changed follows price and policy alike."""
        user, buyer = self.user, self.user.buyer
        part = user.may * user.gone_over
        if (part > 0.0 and part >= self.most / 2) == self.gone:
            return
        self.gone = not self.gone
        other = user.instead.buyer.commodity if user.instead else "other materials"
        whose = f"{buyer.region} use of {buyer.commodity} by {user.sector}"
        if self.gone:
            kind, text = "users change", f"{whose} goes over to {other}: {percent(part)} of it has"
        else:
            kind, text = "users change back", f"{whose} comes back from {other}: {percent(part)} of it is still gone"
        yield Told(step, kind, buyer.commodity, buyer.region, part, "share", text)


@dataclass
class GuaranteeWatch:
    """Tells when the budget of a price floor is spent."""

    guarantee: Guarantee
    producers: list[Producer]
    budget: float
    told: bool = False

    def look(self, step: int) -> Iterator[Told]:
        """Told once: a budget does not come back."""
        if self.told or not self.guarantee.is_spent:
            return
        self.told = True
        commodity, regions = self.producers[0].commodity, listed(producer.region for producer in self.producers)
        text = f"price floor {self.guarantee.name} for {commodity} from {regions} ends: its budget of {dollars(self.budget)} is spent"
        yield Told(step, "price floor spent", commodity, regions, self.budget, "USD", text)


@dataclass
class SourceWatch:
    """Tells when a buyer has approved a seller that was new to it."""

    link: Link
    step_days: float
    begun: int | None = None
    helped: bool = False
    """A policy has had a part in it."""
    told: bool = False

    def look(self, step: int) -> Iterator[Told]:
        """Told once: an approval is not lost again."""
        if self.told:
            return
        if self.begun is None and self.link.fit > 0.0:
            self.begun = step
        self.helped = self.helped or self.link.effort > 0.0
        if self.begun is None or not self.link.is_fit:
            return
        self.told = True
        # Those who are helped need less than the time it takes, and have done by the end of a step in which the policy may have begun.
        steps, at = (step + 1 - self.begun, step + 1 - ROUNDING) if self.helped else (self.link.qualify_steps, step)
        buyer, took = self.link.buyer, steps * self.step_days
        text = f"{buyer.region} users of {buyer.commodity} have approved {self.link.seller.region} as a source; it took {lasting(took)}"
        yield Told(at, "source qualified", buyer.commodity, buyer.region, took, "days", text)


@dataclass
class SalesWatch:
    """Tells when a sector at work loses sales for want of products, and what it lost by the end."""

    sector: Sector
    threshold: float
    period: str
    step_days: float
    since: int | None = None
    lost: float = 0.0

    def look(self, step: int) -> Iterator[Told]:
        """Sales are lost above the threshold, and recovered at or below it; what is lost in between is summed, steps of sales."""
        missed = 1.0 - self.sector.sold
        loses = missed > max(self.threshold, ROUNDING)
        if loses and self.since is None:
            self.since, self.lost = step, 0.0
            what = f"loses {percent(missed)} of this {self.period}'s sales for want of products"
            yield self._tell(step, "sales lost", missed, "share", what)
        if loses:
            self.lost += missed
        elif self.since is not None:
            yield self._sum(step, "sales recovered", f"sells in full again after {self._lasted(step)}; it lost")
            self.since = None

    def at_horizon(self, horizon: int) -> Iterator[Told]:
        """Losses that the horizon cuts off."""
        if self.since is not None:
            yield self._sum(horizon, "sales still lost", f"still loses sales at the horizon, after {self._lasted(horizon)}, and has lost")

    def _lasted(self, step: int) -> str:
        return lasting((step - (self.since or 0)) * self.step_days)

    def _sum(self, step: int, kind: str, what: str) -> Told:
        days = self.lost * self.step_days
        return self._tell(step, kind, days, "days", f"{what} as much as it sells in {lasting(days)}")

    def _tell(self, step: int, kind: str, amount: float, unit: str, what: str) -> Told:
        return Told(step, kind, "", self.sector.region, amount, unit, f"sector {self.sector.name} of {self.sector.region} {what}")
