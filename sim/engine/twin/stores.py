"""What strategic stockpiles of the twin do in a step: they hand their members what these lack, and fill up again."""

from __future__ import annotations

from collections.abc import Sequence
from math import inf

from sim.engine.twin.accounts import Member, Store
from sim.engine.twin.entities import Buyer, Cast
from sim.engine.twin.market import usual_want
from sim.engine.twin.rationing import ration


def release(cast: Cast, step: int) -> None:
    """Stores, in turn, hand their members part of what these lack; who has left a pool has its own account only."""
    for member in cast.members:
        member.claim = member.released = member.buyer.given = 0.0
    for store in cast.stores:
        if store.is_at_work(step):
            for group in store.groups(step):
                _release(store, group)


def _release(store: Store, group: Sequence[Member]) -> None:
    for member in group:
        lack = member.buyer.lack
        member.claim = store.at_most * lack if lack > store.trigger * usual_want(member.buyer) else 0.0
    free = [max(0.0, member.account - store.reserve * member.target) for member in group]
    most = sum(free)
    if store.rate < inf:
        most = min(most, store.rate * sum(member.target for member in group))
    for member, given in zip(group, _shared(store.sharing, most, group), strict=True):
        member.released = given
        member.buyer.on_hand += given
        member.buyer.usable += given
        member.buyer.lack -= given
        member.buyer.given += given
    given = sum(member.released for member in group)
    if given > 0.0:
        total = sum(free)
        for member, part in zip(group, free, strict=True):
            member.account -= given * part / total


def _shared(rule: str, supply: float, group: Sequence[Member]) -> list[float]:
    claims = [member.claim for member in group]
    if rule == "need":
        claimed = sum(claims)
        served = min(1.0, supply / claimed) if claimed > 0.0 else 0.0
        return [claim * served for claim in claims]
    weights = [member.frac if rule == "contribution" else 1.0 for member in group]
    return ration(supply, claims, "max-min", [0] * len(claims), weights)


def fill(cast: Cast, step: int) -> None:
    """Stores, in turn, take what their members' users can spare, and seek what they lack beyond what is under way for them."""
    for buyer in cast.buyers:
        buyer.fill_wanted = 0.0
    for member in cast.members:
        member.stored = 0.0
    for store in cast.stores:
        if not store.is_at_work(step):
            continue
        for member in store.members:
            _take(store, member, cast)
        for group in store.groups(step):
            _seek(store, group)


def _take(store: Store, member: Member, cast: Cast) -> None:
    buyer = member.buyer
    spare = max(0.0, buyer.on_hand - buyer.stock_wanted)
    pace = min(_pace(store, member.target), _affordable(store, member))
    member.stored = min(pace, _lack(member), spare)
    member.account += member.stored
    buyer.on_hand -= member.stored


def _seek(store: Store, group: Sequence[Member]) -> None:
    target = sum(member.target for member in group)
    ahead = sum(_ahead(member.buyer) for member in group)
    seeking = min(_pace(store, target), max(0.0, sum(_lack(member) for member in group) - ahead))
    fracs = sum(member.frac for member in group)
    for member in group:
        part = member.frac / fracs if fracs > 0.0 else 0.0
        member.buyer.fill_wanted += min(seeking * part, _affordable(store, member))


def _pace(store: Store, target: float) -> float:
    return target / store.fill_steps if store.fill_steps > 0.0 else inf


def _lack(member: Member) -> float:
    return max(0.0, member.target - member.account)


def _affordable(store: Store, member: Member) -> float:
    # What its part of the budget buys at the price of the step before; what has no price has no limit.
    price = member.buyer.price
    return store.budget * member.frac / price if store.budget < inf and price > 0.0 else inf


def _ahead(buyer: Buyer) -> float:
    # Goods afloat beyond what users need: this step's have landed, its order is not yet made.
    return max(0.0, buyer.on_order - (buyer.expected_lead - 1.0) * (buyer.expected_use - buyer.secondary))
