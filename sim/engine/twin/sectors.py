"""Sectors at work: final users that make one output together and sell it from a stock of products, in steps of output at rest."""

from __future__ import annotations

from sim.engine.twin.entities import Cast, Sector


def plan(cast: Cast) -> None:
    """Sectors plan to sell as at rest and to mend their stock of products, in overtime if need be."""
    for sector in cast.sectors:
        mend = cast.habits.g_stock * (sector.product_steps - sector.stock)
        sector.work = min(max(0.0, 1.0 + mend), 1.0 + sector.overtime)


def make(cast: Cast) -> None:
    """Sectors make what they planned, cut to the input they miss most, use what that takes, and sell."""
    for sector in cast.sectors:
        sector.output = sector.work * _possible(sector)
        for user in sector.users:
            needed = user.want * sector.output / sector.work if sector.work > 0.0 else user.got
            user.consumed = min(user.got, needed)
        sector.stock += sector.output
        sector.sold = min(1.0, sector.stock)
        sector.stock -= sector.sold


def _possible(sector: Sector) -> float:
    parts = (1.0 - user.essential * (1.0 - user.got / user.want) for user in sector.users if user.want > 0.0)
    return min(parts, default=1.0)
