"""Sectors at work: what they plan, make of the scarcest of their inputs, and sell from their products (MODEL.md, steps 3 and 6)."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from sim.model.world import TINY, Floats, Ints, Network

if TYPE_CHECKING:
    from sim.engine.room import Room


class SectorRows:
    """Which users belong to which sector, laid out so that all are worked on at once.

    `lacking` is what part of what its sector's usual output takes each went without in the step just done, [row, run].
    """

    def __init__(self, net: Network, n_run: int) -> None:
        at_work = np.flatnonzero(net.users.in_sector >= 0)
        order = np.argsort(net.users.in_sector[at_work], kind="stable")
        self.users: Ints = at_work[order]
        """Users at work, sector by sector, [row]."""
        self.sector: Ints = net.users.in_sector[self.users]
        """Sector of each, [row]."""
        self.n_sector = len(net.sectors.name)
        self.is_single = len(self.users) == self.n_sector
        """Every sector has one input, so that rows and sectors are the same."""
        size = np.bincount(self.sector, minlength=self.n_sector)
        self.slices = [slice(int(end - n), int(end)) for n, end in zip(size, np.cumsum(size), strict=True)]
        self.essential = net.users.essential[self.users][:, None]
        self.all_essential = bool((self.essential == 1.0).all())
        self.got, self.usual, self.part, self.lacking = np.zeros((4, len(self.users), n_run))
        self.by_sector = np.empty((0 if self.is_single else self.n_sector, n_run))

    def take(self, by_user: Floats, out: Floats) -> Floats:
        """Rows of the users at work, [user, run] -> [row, run]."""
        return np.take(by_user, self.users, axis=0, out=out, mode="clip")

    def spread(self, by_sector: Floats, out: Floats) -> Floats:
        """Each sector's value for each of its users, [sector, run] -> [row, run]."""
        return by_sector if self.is_single else np.take(by_sector, self.sector, axis=0, out=out, mode="clip")

    def fold(self, how: np.ufunc, rows: Floats, out: Floats) -> Floats:
        """Least, largest or sum over the users of each sector, [row, run] -> [sector, run]."""
        if self.is_single:
            return rows
        # One after the other: `reduce` adds a lone column in another order.
        for s, of_sector in enumerate(self.slices):
            first, *others = rows[of_sector]
            out[s] = first
            for row in others:
                how(out[s], row, out=out[s])
        return out


def work(room: Room) -> None:
    """3a. Sectors plan to sell what they usually do and mend their stock of products: `min(1 + g (stock - G), 1 + overtime)`."""
    f, w = room.flows, room.world
    if not len(f.work):
        return
    np.subtract(w.product_steps, room.state.products, out=f.work)
    np.multiply(f.work, w.g_stock, out=f.work)
    np.add(f.work, 1.0, out=f.work)
    np.minimum(f.work, 1.0 + w.overtime, out=f.work)


def want(room: Room) -> None:
    """3b. Users at work want as much more as their sector plans to make."""
    rows = room.plan.sectors
    if room.has_products:
        usual = rows.take(room.flows.want, rows.usual)
        room.flows.want[rows.users] = np.multiply(usual, rows.spread(room.flows.work, rows.got), out=rows.got)


def make(room: Room, used: Floats) -> None:
    """6a. A sector makes what its scarcest input allows, leaves the rest of the others in stock, and sells from its products.

    With `r = got / usual want` an input allows `work - essential (work - r)`; what is wanted beyond the usual, to refill products, is not
    missed: `unmet = max(0, 1 - r) * usual want`.
    """
    f, rows = room.flows, room.plan.sectors
    usual = rows.usual if room.has_products else rows.take(f.want, rows.usual)
    np.add(usual, TINY, out=usual)
    ratio = rows.take(f.got, rows.got)
    np.divide(np.add(ratio, TINY, out=ratio), usual, out=ratio)
    if room.has_products and not room.is_short and f.work.min() < 1.0:
        room.is_short = True  # rounding of stocks at rest may let a sector plan a last bit less than usual
    if room.is_short:
        np.subtract(1.0, ratio, out=rows.lacking)
        np.maximum(rows.lacking, 0.0, out=rows.lacking)
        if room.has_products:
            f.unmet[rows.users] = np.multiply(rows.lacking, usual, out=rows.part)
    elif room.was_short:
        rows.lacking[...] = 0.0
    allowed = ratio
    if not rows.all_essential:
        work_here = rows.spread(f.work, rows.part)
        allowed = np.subtract(work_here, ratio, out=ratio)
        np.multiply(allowed, rows.essential, out=allowed)
        np.subtract(work_here, allowed, out=allowed)
    if room.may_want_nothing:
        np.copyto(allowed, np.inf, where=usual <= TINY)
    np.minimum(rows.fold(np.minimum, allowed, rows.by_sector), f.work, out=f.output)
    if not rows.is_single:  # a lone input is used up: its sector makes no less than it allows
        needed = np.multiply(rows.spread(f.output, rows.part), usual, out=rows.part)
        used[rows.users] = np.minimum(rows.take(f.got, rows.got), needed, out=needed)
    products = room.state.products
    np.add(products, f.output, out=products)
    np.minimum(products, 1.0, out=f.sold)
    np.subtract(products, f.sold, out=products)
