"""The twin's log: what happened, when, to whom and how much of it, in plain English."""

from __future__ import annotations

from collections.abc import Iterator
from math import floor, inf

from sim.engine.twin.accounts import Guarantee
from sim.engine.twin.entities import Cast, Producer
from sim.engine.twin.goods_watch import OutputWatch, ShortageWatch, StockWatch, StoreWatch
from sim.engine.twin.market_watch import ChangeWatch, GuaranteeWatch, PriceWatch, SalesWatch, SourceWatch, WorksWatch
from sim.engine.twin.news import KINDS, Event, Told, period
from sim.engine.twin.policy_watch import PolicyWatch
from sim.engine.twin.shock_watch import StrikeWatch
from sim.model.world import Network


class Log:
    """Watches everyone at the end of each step and keeps what is worth telling."""

    def __init__(self, network: Network, cast: Cast, threshold: float) -> None:
        """threshold: share of wants unmet (or of planned output lost) above which there is a shortage (or a cut), fraction."""
        self._network = network
        self._told: list[Told] = []
        days, step_name = network.step_days, period(network.step_days)
        blows = [strike.profile for strike in cast.strikes if strike.restricts or not strike.plan.is_policy]
        blow = min((min(course.announced, course.start) for course in blows), default=inf)
        self._lasting = [
            *(ShortageWatch(buyer, threshold, blow, step_name, days) for buyer in cast.buyers),
            *(StoreWatch(store, days) for store in cast.stores if store.members),
            *(SalesWatch(sector, threshold, step_name, days) for sector in cast.sectors),
        ]
        self._watches = [
            *self._lasting,
            *((PolicyWatch if strike.plan.is_policy else StrikeWatch)(strike, network) for strike in cast.strikes),
            *(StockWatch(buyer) for buyer in cast.buyers if buyer.rest_stock > 0.0),
            *(OutputWatch(producer, threshold, step_name) for producer in cast.producers if producer.inputs),
            *(PriceWatch(buyer) for buyer in cast.buyers if buyer.users),
            *(WorksWatch(producer, step_name) for producer in cast.producers if producer.production > 0.0),
            *(ChangeWatch(user, s.profile.size) for s in cast.strikes if s.plan.kind == "substitution" for user in s.users),
            *(GuaranteeWatch(paid, under, paid.left) for paid, under in _floors(cast)),
            *(SourceWatch(link, days) for link in cast.links if link.fit < 1.0),
        ]

    def note(self, step: int) -> None:
        """Look at everyone once the step is done."""
        for watch in self._watches:
            self._told.extend(watch.look(step))

    def close(self) -> tuple[Event, ...]:
        """All events sorted by date; shortages, releases and losses of sales that outlast the horizon are told last."""
        for watch in self._lasting:
            self._told.extend(watch.at_horizon(self._network.n_step))
        events = [self._dated(told) for told in self._told]
        return tuple(sorted(events, key=lambda e: (e.date, e.step, KINDS.index(e.kind), e.commodity, e.region, e.text)))

    def _dated(self, told: Told) -> Event:
        when = self._network.date_of(told.at)
        return Event(floor(told.at), when, told.kind, told.commodity, told.region, told.amount, told.unit, told.text)


def _floors(cast: Cast) -> Iterator[tuple[Guarantee, list[Producer]]]:
    for guarantee in cast.guarantees:
        under = [producer for producer in cast.producers if producer.guarantee is guarantee]
        if under:
            yield guarantee, under
