"""Joint purchasing in the twin: members even out among them what sellers have granted."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from sim.engine.twin.entities import Cast, Link
from sim.engine.twin.rationing import ration
from sim.engine.twin.shocks import JOINT


def share_jointly(cast: Cast) -> None:
    """Members of each joint purchase even out what they were granted, in parts of what they usually buy."""
    for strike in cast.strikes:
        if strike.plan.kind == JOINT:
            _even_out(strike.links, strike.force * strike.profile.size)


def _even_out(links: Sequence[Link], strength: float) -> None:
    by_member, by_seller = _grouped(links, lambda link: link.buyer.name), _grouped(links, lambda link: link.seller.name)
    had = [sum(link.shipped for link in theirs) for theirs in by_member]
    orders = [theirs[0].buyer.order for theirs in by_member]
    usual = [sum(link.base_flow for link in theirs[0].buyer.inbound) for theirs in by_member]
    fair = ration(sum(had), orders, "max-min", [0] * len(had), usual)
    lacks = {theirs[0].buyer.name: strength * max(0.0, due - got) for theirs, got, due in zip(by_member, had, fair, strict=True)}
    sought = {sold[0].seller.name: sum(link.clear * lacks[link.buyer.name] for link in sold) for sold in by_seller}
    for theirs, got, due in zip(by_member, had, fair, strict=True):
        total = sum(link.shipped * sought[link.seller.name] for link in theirs)
        for link in theirs:
            part = link.shipped * sought[link.seller.name] / total if total > 0.0 else 0.0
            link.handed_back = min(link.shipped, strength * max(0.0, got - due) * part)
    pots = {sold[0].seller.name: sum(link.handed_back for link in sold) for sold in by_seller}
    for theirs in by_member:
        weights = [link.clear * pots[link.seller.name] for link in theirs]
        total = sum(weights)
        for link, weight in zip(theirs, weights, strict=True):
            link.ask = lacks[link.buyer.name] * weight / total if total > 0.0 else 0.0
            at_most = link.clear * link.buyer.order + link.leak * link.base_flow
            link.passable = min(link.clear * link.ask, max(0.0, at_most - link.shipped))
    for sold in by_seller:
        pot = pots[sold[0].seller.name]
        taken = ration(pot, [link.passable for link in sold], "proportional", [0] * len(sold), [1.0] * len(sold))
        for link, more in zip(sold, taken, strict=True):
            # What nobody takes stays with who had it.
            kept = link.shipped - (link.handed_back * sum(taken) / pot if pot > 0.0 else 0.0)
            link.shipped = max(0.0, kept + more)


def _grouped(links: Sequence[Link], name: Callable[[Link], str]) -> list[list[Link]]:
    found: dict[str, list[Link]] = {}
    for link in links:
        found.setdefault(name(link), []).append(link)
    return list(found.values())
