"""How goods move through the twin's market in one step: one function a line of MODEL.md, each acting on the whole cast."""

from __future__ import annotations

from collections.abc import Sequence
from math import exp, fsum, log

from sim.engine.twin.entities import Buyer, Cast, Link, User
from sim.engine.twin.joint import share_jointly
from sim.engine.twin.rationing import ration

TOO_LITTLE = 1e-4
"""Part of an order for which nobody asks again."""
ROUNDING = 1e-9
"""Part of an order up to which a shipment is rounding."""
THROUGHOUT = 1.0 - 1e-9
"""Part of a step for which a link must be open to be asked for what others do not pass."""
NOTHING = 1e-12
"""Part of an order, or of a finished stock, at or below which what is left of it is rounding."""


def arrive(cast: Cast) -> None:
    """What landed at the docks joins the buyers' stock."""
    for link in cast.links:
        # Under delays shipments of several steps may land together: an exact sum has no order.
        link.arrived, link.dock = fsum(link.dock), []
        link.buyer.on_hand += link.arrived
        link.buyer.on_order -= link.arrived


def recycle(cast: Cast, step: int) -> None:
    """Secondary supply joins the buyers' stock: the usual, and what policies win back beyond it of what comes out of use."""
    for buyer in cast.buyers:
        buyer.more = 0.0
        if buyer.products and buyer.aim > 0.0:
            buyer.more = max(0.0, buyer.aim * buyer.products.scrap(step) - buyer.recycled)
        buyer.on_hand += buyer.secondary


def want(cast: Cast, step: int) -> None:
    """Users say what they want: processors what plans take, final users what they would use at today's price."""
    for user in cast.users:
        user.want = user.t_per_t * user.feeds.plan if user.feeds else _final_want(user, step)
    _change(cast)


def _change(cast: Cast) -> None:
    # What has been changed to another material is not changed again in the same step.
    for user in cast.users:
        goal = 1.0 if user.change_price <= 0.0 or user.buyer.log_price >= user.change_price else 0.0
        user.gone_over += user.pace * (goal - user.gone_over)
        user.changed = user.want * user.may * user.gone_over
    for user in cast.users:
        user.want -= user.changed
        if user.instead:
            user.instead.want += user.ratio * user.changed


def _final_want(user: User, step: int) -> float:
    buyer = user.buyer
    demand = user.drawn(step) if user.drawn else user.demand
    return demand * user.surge * _at(buyer.tide, step) * buyer.answer * (user.works_in.work if user.works_in else 1.0)


def _at(course: Sequence[float], step: int) -> float:
    return course[step] if len(course) > 1 else course[0]


def muster(cast: Cast) -> None:
    """Buyers see what is wanted of them, what they can hand out of their stock, and what their users would lack."""
    for buyer in cast.buyers:
        buyer.wanted = sum(user.want for user in buyer.users)
        buyer.usable = buyer.on_hand / max(1.0, cast.habits.uneven * buyer.cover_steps)
        buyer.lack = max(0.0, usual_want(buyer) - min(buyer.wanted, buyer.usable))


def usual_want(buyer: Buyer) -> float:
    """What its users would want at the usual price; processors want what they plan at any."""
    return sum(user.want if user.feeds else user.want / buyer.answer for user in buyer.users)


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
    """Producers make what they planned, cut to the scarcest input."""
    for producer in cast.producers:
        scarcest = min((user.got / user.want for user in producer.inputs if user.want > 0.0), default=1.0)
        producer.made = producer.plan * min(1.0, scarcest)
        producer.finished += producer.made
        for user in producer.inputs:
            user.consumed = user.t_per_t * producer.made


def consume(cast: Cast, step: int) -> None:
    """What users consumed leaves the stock; buyers learn what is wanted of it, but for what they know of the season."""
    for buyer in cast.buyers:
        buyer.on_hand -= sum(user.consumed for user in buyer.users)
        buyer.expected_use += cast.habits.g_expect * (buyer.wanted / _at(buyer.swing, step) - buyer.expected_use)
        if buyer.products:
            buyer.products.past.append(sum(user.consumed for user in buyer.users if not user.feeds))


def aim(cast: Cast, step: int) -> None:
    """Buyers see what stock they want: more under threat, but for what members of a joint purchase forgo, and ahead of the season."""
    for buyer in cast.buyers:
        cover = buyer.cover_steps * (1.0 + (cast.habits.hoarding - 1.0) * (buyer.threat - buyer.calm * buyer.bite))
        trend = cast.habits.momentum * (buyer.log_price - buyer.late)
        cover *= exp(min(max(trend, -log(2.0)), log(2.0)))
        if len(buyer.ahead) > 1:
            cover = max(0.0, cover + buyer.ahead[step + 1])
        buyer.stock_wanted = min(buyer.storage, cover * buyer.expected_use)


def order(cast: Cast) -> None:
    """Buyers order what they use, mend stock and pipeline, and hurry before a restriction that they know of ahead."""
    for buyer in cast.buyers:
        buyer.order = buyer.meant = 0.0
        buyer.buy = buyer.expected_use - buyer.secondary + buyer.fill_wanted
        if not buyer.inbound:
            continue
        target = buyer.stock_wanted + (buyer.expected_lead - 1.0) * buyer.buy
        buyer.meant = buyer.buy + cast.habits.g_order * (target - buyer.on_hand - buyer.on_order)
        buyer.order = max(0.0, buyer.meant)
        _place(buyer, cast)
        buyer.order += sum(link.rushed for link in buyer.inbound)


def _place(buyer: Buyer, cast: Cast) -> None:
    # What was agreed with new works is ordered first, the rest by shares; who hurries asks for more on top of that.
    firm = sum(link.firm for link in buyer.inbound)
    kept = min(1.0, buyer.order / firm) if firm > 0.0 else 1.0
    left = max(0.0, buyer.order - kept * firm)
    for link in buyer.inbound:
        link.ask = link.firm * kept + left * link.share
        link.rushed = link.hurry * max(0.0, cast.habits.front_running * link.base_flow - link.ask)
        link.ask += link.rushed


def ship(cast: Cast) -> None:
    """Producers serve orders over the links that let them pass; buyers ask again where goods are left."""
    for link in cast.links:
        link.shipped = 0.0
        link.passable = min(link.ask, link.clear * link.ask + link.leak * link.base_flow)
    for buyer in cast.buyers:
        _turn_to_others(buyer)
    for link in cast.links:
        link.first_passable = link.passable
    for producer in cast.producers:
        passable = sum(link.passable for link in producer.outbound)
        producer.served = min(1.0, producer.finished / passable) if passable > 0.0 else 1.0
    _grant(cast)
    for _ in range(cast.habits.sweeps - 1):
        _ask_again(cast)
        _grant(cast)
    share_jointly(cast)
    for buyer in cast.buyers:
        buyer.on_order += sum(link.shipped for link in buyer.inbound)


def _turn_to_others(buyer: Buyer) -> None:
    # What restricted links do not pass is asked at once of those that are open throughout.
    rest = sum(link.ask - link.passable for link in buyer.inbound)
    others = [link for link in buyer.inbound if link.clear >= THROUGHOUT]
    total = sum(link.share for link in others)
    for link in others:
        link.passable += rest * link.share / total if total > 0.0 else 0.0


def _grant(cast: Cast) -> None:
    for producer in cast.producers:
        links = producer.outbound
        shares = ration(
            producer.finished,
            [link.passable for link in links],
            "max-min" if cast.habits.ship_rule == "highest-bid" else cast.habits.ship_rule,
            [link.ship_class for link in links],
            [_bid(link, cast) for link in links],
        )
        for link, granted in zip(links, shares, strict=True):
            link.shipped += granted
        # A rounding left over, or below zero, would turn the weights of the next sweep round.
        left = producer.finished - sum(shares)
        producer.finished = left if left > NOTHING * producer.finished else 0.0


def _bid(link: Link, cast: Cast) -> float:
    # Those who pay more are served more of what they ask for; by any other rule all bid alike.
    if cast.habits.ship_rule != "highest-bid":
        return 1.0
    return link.passable * exp(cast.habits.bidding * (link.buyer.log_price - link.duty))


def _ask_again(cast: Cast) -> None:
    for buyer in cast.buyers:
        need = _unserved(buyer)
        weights = [link.seller.finished * link.clear for link in buyer.inbound]
        total = sum(weights)
        for link, weight in zip(buyer.inbound, weights, strict=True):
            link.ask = need * weight / total if total > 0.0 else 0.0
            # Asking twice gets no more through a link than the whole order would have.
            at_most = link.clear * buyer.order + link.leak * link.base_flow
            link.passable = min(link.clear * link.ask, max(0.0, at_most - link.shipped))


def _unserved(buyer: Buyer) -> float:
    need = buyer.order - sum(link.shipped for link in buyer.inbound)
    return need if need > TOO_LITTLE * buyer.order else 0.0


def learn(cast: Cast) -> None:
    """Buyers learn how long their goods now take; producers what is asked of them, up to what they could make in full."""
    _learn_leads(cast)
    see_needs(cast)
    _learn_orders(cast)


def _learn_leads(cast: Cast) -> None:
    # Whoever took goods from farther away for plenty would order too little for good.
    for buyer in cast.buyers:
        shipped = sum(link.shipped for link in buyer.inbound)
        if shipped > ROUNDING * buyer.order:
            lead = sum(link.shipped * link.travel for link in buyer.inbound) / shipped
            buyer.expected_lead += cast.habits.g_expect * (lead - buyer.expected_lead)


def see_needs(cast: Cast) -> None:
    """Buyers see what they still need, and sellers what they had to turn away."""
    for buyer in cast.buyers:
        buyer.need = _unserved(buyer)
        weights = [link.share * link.clear for link in buyer.inbound]
        total = sum(weights)
        for link, weight in zip(buyer.inbound, weights, strict=True):
            link.turned_away = buyer.need * weight / total if total > 0.0 else 0.0


def _learn_orders(cast: Cast) -> None:
    for producer in cast.producers:
        if producer.sells:
            seen = sum(link.seen for link in producer.outbound)
            producer.expected_orders += cast.habits.g_expect * (min(seen, producer.full) - producer.expected_orders)
