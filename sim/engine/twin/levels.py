"""Buyers who order up to fixed levels (MODEL.md, Levels to order up to): they hold stock, owe what they cannot send, and pass orders on."""

from __future__ import annotations

from sim.engine.twin.entities import Buyer, Cast, Producer
from sim.engine.twin.rationing import ration


def settle(cast: Cast) -> None:
    """Stocks and debts at rest, from sources to customers."""
    owing: dict[Producer, float] = dict.fromkeys(cast.producers, 0.0)
    spare: dict[Buyer, float] = {}
    for buyer in reversed(customers_first(cast)):
        under_way = sum(link.base_flow * link.lead_steps for link in buyer.inbound)
        lacking = sum(
            owing[link.seller] * link.base_flow / link.seller.production for link in buyer.inbound if link.seller.production > 0.0
        )
        spare[buyer] = buyer.level - under_way - lacking
        maker = _maker(buyer)
        if maker is None:
            buyer.on_hand = max(0.0, spare[buyer])
            whole = sum(user.demand for user in buyer.users)
            for user in buyer.users if buyer.waits and whole > 0.0 else ():
                user.owed = max(0.0, -spare[buyer]) * user.demand / whole
        elif all(user.buyer in spare for user in maker.inputs):
            could = min(spare[user.buyer] / user.t_per_t for user in maker.inputs)
            maker.finished, owing[maker] = max(0.0, could), max(0.0, -could)
            for user in maker.inputs:
                user.buyer.on_hand = spare[user.buyer] - user.t_per_t * could
    for producer in cast.producers:
        if not producer.inputs:
            producer.finished = 0.0
    for buyer in cast.buyers:
        buyer.rest_stock = buyer.on_hand


def customers_first(cast: Cast) -> list[Buyer]:
    """Buyers with users, a commodity after all that are made from it, in stored order within one."""
    depth: dict[str, int] = {}

    def below(commodity: str) -> int:
        # How many stages there are from a commodity to the last user.
        if commodity not in depth:
            makes = {user.feeds.commodity for buyer in cast.buyers if buyer.commodity == commodity for user in buyer.users if user.feeds}
            depth[commodity] = 1 + max((below(made) for made in makes), default=-1)
        return depth[commodity]

    return sorted((buyer for buyer in cast.buyers if buyer.users), key=lambda buyer: below(buyer.commodity))


def _maker(buyer: Buyer) -> Producer | None:
    return next((user.feeds for user in buyer.users if user.feeds), None)


def use(cast: Cast) -> None:
    """Final users share what is there, those who have waited first."""
    for buyer in cast.buyers:
        users = [user for user in buyer.users if not user.feeds]
        claims = [user.want + user.owed for user in users]
        shares = ration(
            min(buyer.on_hand, sum(claims)),
            claims,
            cast.habits.use_rule,
            [user.priority for user in users],
            [user.weight for user in users],
        )
        for user, claim, got in zip(users, claims, shares, strict=True):
            user.got = user.consumed = got
            user.late = min(user.want, claim - got)
            user.owed = claim - got if buyer.waits else 0.0
        buyer.wanted = sum(user.want for user in users)
        buyer.on_hand -= sum(shares)


def make(cast: Cast) -> None:
    """What has arrived is made into what the next stage buys, at once."""
    for producer in cast.producers:
        if not producer.inputs:
            continue
        most = producer.full * producer.working
        producer.plan = producer.made = min(most, *(user.buyer.on_hand / user.t_per_t for user in producer.inputs))
        producer.finished += producer.made
        for user in producer.inputs:
            user.want = user.got = user.consumed = user.t_per_t * producer.made
            user.buyer.wanted = user.want
            user.buyer.on_hand -= user.consumed


def order(cast: Cast) -> None:
    """From customers to sources, each orders what brings its stock, on hand and on order less what it owes, to its level."""
    for link in cast.links:
        link.ask = link.rushed = 0.0
    for buyer in customers_first(cast):
        owed, maker = sum(user.owed for user in buyer.users), _maker(buyer)
        if maker:
            per_tonne = next(user.t_per_t for user in buyer.users if user.feeds)
            owed += per_tonne * (sum(link.ask for link in maker.outbound) - maker.finished)
        buyer.order = max(0.0, buyer.level - buyer.on_hand - buyer.on_order + owed) if buyer.inbound else 0.0
        for link in buyer.inbound:
            link.ask = buyer.order * link.share
    for producer in cast.producers:
        if not producer.inputs:
            asked = sum(link.ask for link in producer.outbound)
            producer.plan = producer.made = min(producer.full * producer.working, max(0.0, asked - producer.finished))
            producer.finished += producer.made
