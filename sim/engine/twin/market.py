"""What the twin's market does in one step: one function a line of MODEL.md, each acting on the whole cast."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from math import inf

from sim.engine.twin.entities import Buyer, Cast

NOTHING = 1e-12
"""Part of an order, or of a finished stock, at or below which what is left of it is rounding."""


def feel(cast: Cast) -> None:
    """Fold the level of every strike into what it strikes, in stored order (MODEL.md, Shocks)."""
    for producer in cast.producers:
        producer.availability = 1.0
    for user in cast.users:
        user.surge = 1.0
    for link in cast.links:
        link.open = link.passing = 1.0
        link.buyer.threat = 0.0
    for strike in cast.strikes:
        level, size = strike.level, strike.profile.size
        for producer in strike.producers:
            producer.availability *= 1.0 - size * level
        for user in strike.users:
            user.surge *= 1.0 + size * level
        for link in strike.links:
            link.open *= 1.0 - strike.cover
            link.passing *= (1.0 - level) + size * level
            link.buyer.threat = max(link.buyer.threat, strike.threat)


def arrive(cast: Cast) -> None:
    """What landed at the docks joins the buyers' stock."""
    for link in cast.links:
        link.arrived, link.dock = link.dock, 0.0
        link.buyer.on_hand += link.arrived
        link.buyer.on_order -= link.arrived


def recycle(cast: Cast) -> None:
    """Secondary supply joins the buyers' stock."""
    for buyer in cast.buyers:
        buyer.on_hand += buyer.recycled


def plan(cast: Cast) -> None:
    """Producers plan to meet expected orders and mend their finished stock; users say what they want."""
    for producer in cast.producers:
        expected = producer.expected_orders
        mend = cast.habits.g_stock * (producer.buffer_steps * expected - producer.finished)
        producer.plan = min(max(0.0, expected + mend), producer.capacity * producer.availability)
    for user in cast.users:
        user.want = user.t_per_t * user.feeds.plan if user.feeds else user.demand * user.surge


def release(cast: Cast) -> None:
    """Stores, in turn, hand their members part of what these lack."""
    for buyer in cast.buyers:
        buyer.wanted = sum(user.want for user in buyer.users)
        buyer.usable = buyer.on_hand / max(1.0, cast.habits.uneven * buyer.cover_steps)
    for store in cast.stores:
        for member in store.members:
            gap = max(0.0, member.buyer.wanted - member.buyer.usable)
            member.claim = store.at_most * gap if gap > store.trigger * member.buyer.wanted else 0.0
        claimed = sum(member.claim for member in store.members)
        served = min(1.0, store.held / claimed) if claimed > 0.0 else 0.0
        for member in store.members:
            member.released = member.claim * served
            member.buyer.on_hand += member.released
            member.buyer.usable += member.released
        store.held -= sum(member.released for member in store.members)


def use(cast: Cast) -> None:
    """Users share what their buyer can use; final sectors consume it."""
    for buyer in cast.buyers:
        users = buyer.users
        shares = ration(
            min(buyer.usable, buyer.wanted),
            [user.want for user in users],
            cast.habits.use_rule,
            [user.priority for user in users],
            [user.weight for user in users],
        )
        for user, got in zip(users, shares, strict=True):
            user.got = user.consumed = got


def make(cast: Cast) -> None:
    """Producers make what they planned, cut to the scarcest input; buyers learn what is used."""
    for producer in cast.producers:
        scarcest = min((user.got / user.want for user in producer.inputs if user.want > 0.0), default=1.0)
        producer.made = producer.plan * min(1.0, scarcest)
        producer.finished += producer.made
        for user in producer.inputs:
            user.consumed = user.t_per_t * producer.made
    for buyer in cast.buyers:
        buyer.on_hand -= sum(user.consumed for user in buyer.users)
        buyer.expected_use += cast.habits.g_expect * (buyer.wanted - buyer.expected_use)


def fill(cast: Cast) -> None:
    """Stores, in turn, take what their members' users can spare, and seek what they lack beyond what is under way for them."""
    for buyer in cast.buyers:
        buyer.fill_wanted = 0.0
    for store in cast.stores:
        pace = store.target / store.fill_steps if store.fill_steps > 0.0 else inf
        lack = max(0.0, store.target - store.held)
        for member in store.members:
            buyer = member.buyer
            spare = max(0.0, buyer.on_hand - cover_now(buyer, cast) * buyer.expected_use)
            member.bought = min(min(pace, lack) * member.frac, spare)
            buyer.on_hand -= member.bought
        store.held += sum(member.bought for member in store.members)
        ahead = sum(_ahead(member.buyer) for member in store.members)
        seeking = min(pace, max(0.0, store.target - store.held - ahead))
        for member in store.members:
            member.buyer.fill_wanted += seeking * member.frac


def _ahead(buyer: Buyer) -> float:
    # Goods afloat beyond what users need: this step's have landed, its order is not yet made.
    return max(0.0, buyer.on_order - (buyer.expected_lead - 1.0) * (buyer.expected_use - buyer.recycled))


def cover_now(buyer: Buyer, cast: Cast) -> float:
    """Cover a buyer aims at, in steps of use: more of it under threat."""
    return buyer.cover_steps * (1.0 + (cast.habits.hoarding - 1.0) * buyer.threat)


def order(cast: Cast) -> None:
    """Buyers order what they use, and mend stock and pipeline."""
    for buyer in cast.buyers:
        buyer.order = 0.0
        if not buyer.inbound:
            continue
        buy = buyer.expected_use - buyer.recycled + buyer.fill_wanted
        target = cover_now(buyer, cast) * buyer.expected_use + (buyer.expected_lead - 1.0) * buy
        buyer.order = max(0.0, buy + cast.habits.g_order * (target - buyer.on_hand - buyer.on_order))


def ship(cast: Cast) -> None:
    """Producers serve orders over the links that let them pass; buyers ask again where goods are left."""
    for link in cast.links:
        link.shipped = 0.0
        link.ask = link.buyer.order * link.share
        link.passable = link.first_passable = min(link.ask, link.open * link.ask + link.leak * link.base_flow)
    _grant(cast)
    for _ in range(cast.habits.sweeps - 1):
        _ask_again(cast)
        _grant(cast)
    for buyer in cast.buyers:
        buyer.on_order += sum(link.shipped for link in buyer.inbound)


def _grant(cast: Cast) -> None:
    for producer in cast.producers:
        links = producer.outbound
        shares = ration(
            producer.finished,
            [link.passable for link in links],
            cast.habits.ship_rule,
            [link.ship_class for link in links],
            [1.0] * len(links),
        )
        for link, granted in zip(links, shares, strict=True):
            link.shipped += granted
        # A rounding left over, or below zero, would turn the weights of the next sweep round.
        left = producer.finished - sum(shares)
        producer.finished = left if left > NOTHING * producer.finished else 0.0


def _ask_again(cast: Cast) -> None:
    for buyer in cast.buyers:
        need = _unserved(buyer)
        weights = [link.seller.finished * link.open for link in buyer.inbound]
        total = sum(weights)
        for link, weight in zip(buyer.inbound, weights, strict=True):
            link.ask = need * weight / total if total > 0.0 else 0.0
            # Asking twice gets no more through a link than the whole order would have.
            at_most = link.open * buyer.order + link.leak * link.base_flow
            link.passable = min(link.open * link.ask, max(0.0, at_most - link.shipped))


def _unserved(buyer: Buyer) -> float:
    need = buyer.order - sum(link.shipped for link in buyer.inbound)
    return need if need > NOTHING * buyer.order else 0.0


def learn(cast: Cast) -> None:
    """Buyers learn how long their goods now take; producers what is asked of them, up to what they could ever make."""
    _learn_leads(cast)
    _learn_orders(cast)


def _learn_leads(cast: Cast) -> None:
    # Whoever took goods from farther away for plenty would order too little for good.
    for buyer in cast.buyers:
        shipped = sum(link.shipped for link in buyer.inbound)
        if shipped > 0.0:
            lead = sum(link.shipped * link.lead_steps for link in buyer.inbound) / shipped
            buyer.expected_lead += cast.habits.g_expect * (lead - buyer.expected_lead)


def _learn_orders(cast: Cast) -> None:
    for buyer in cast.buyers:
        buyer.need = _unserved(buyer)
        weights = [link.share * link.open for link in buyer.inbound]
        total = sum(weights)
        for link, weight in zip(buyer.inbound, weights, strict=True):
            link.turned_away = buyer.need * weight / total if total > 0.0 else 0.0
    for producer in cast.producers:
        if producer.capacity > 0.0:
            seen = sum(link.seen for link in producer.outbound)
            producer.expected_orders += cast.habits.g_expect * (min(seen, producer.capacity) - producer.expected_orders)


def ration(supply: float, claims: Sequence[float], rule: str, classes: Sequence[int], weights: Sequence[float]) -> list[float]:
    """Share `supply` t among `claims` t by `proportional`, `priority` (classes, 0 first) or `max-min` (weights); MODEL.md, Rationing."""
    if supply >= sum(claims):
        return list(claims)
    if supply <= 0.0:
        return [0.0] * len(claims)
    if rule == "priority":
        return _by_class(supply, claims, classes)
    if rule == "max-min":
        return _by_level(supply, claims, weights)
    return _in_proportion(supply, claims)


def _in_proportion(supply: float, claims: Sequence[float]) -> list[float]:
    total = sum(claims)
    return [claim * supply / total for claim in claims]


def _by_class(supply: float, claims: Sequence[float], classes: Sequence[int]) -> list[float]:
    shares = [0.0] * len(claims)
    members = defaultdict(list)
    for i, rank in enumerate(classes):
        members[rank].append(i)
    left = supply
    for rank in sorted(members):
        asked = [claims[i] for i in members[rank]]
        served = asked if left >= sum(asked) else _in_proportion(left, asked)
        for i, share in zip(members[rank], served, strict=True):
            shares[i] = share
        left = max(0.0, left - sum(served))
    return shares


def _by_level(supply: float, claims: Sequence[float], weights: Sequence[float]) -> list[float]:
    # Those who fill up at the lowest level leave the rest to the others.
    waiting = sorted(range(len(claims)), key=lambda i: claims[i] / weights[i])
    left, level = supply, 0.0
    while waiting:
        level = left / sum(weights[i] for i in waiting)
        first = waiting[0]
        if claims[first] > weights[first] * level:
            break
        left -= claims[first]
        waiting.pop(0)
    unfilled = set(waiting)
    return [weights[i] * level if i in unfilled else claim for i, claim in enumerate(claims)]
