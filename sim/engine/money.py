"""What policies cost, in USD of the clock's start (step 12 of MODEL.md)."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from sim.engine.room import Room
from sim.model.world import COST_KINDS, Floats, Ints, ShockPlan
from sim.units import DAYS_PER_YEAR

Bill = tuple[int, str, Floats]
"""Policy that pays, kind, USD of the step before discounting, [run]."""


class Purse:
    """What each policy has paid so far."""

    def __init__(self, room: Room) -> None:
        """Stocks that are there at the start are counted at their price at rest."""
        net, n_run = room.plan.net, room.world.n_run
        self.paid = np.zeros((len(net.payers), len(COST_KINDS), n_run))
        """USD, [policy, kind, run]."""
        self.usual = np.broadcast_to(room.world.share, room.flows.shipped.shape)
        self.policies = [(s, plan) for s, plan in enumerate(net.shocks) if plan.payer >= 0]
        self._add(_stock(room, "purchase", 1.0), np.ones(1))

    def pay(self, room: Room, k: int) -> None:
        """12. What the step costs; a price floor whose budget is spent ends."""
        net, years = room.plan.net, room.plan.net.step_days / DAYS_PER_YEAR
        worth = (1.0 + room.world.discount[0]) ** -((k + 0.5) * years)
        for shock, plan in self.policies:
            self._add(self._of_course(room, k, shock, plan), worth)
        self._add(_of_stores(room), worth)
        if len(room.plan.floors):
            self._support(room, worth)
        if k == net.n_step - 1:
            self._add(_stock(room, "proceeds", -1.0), (1.0 + room.world.discount[0]) ** -((k + 1) * years))

    def _add(self, bills: Iterator[Bill], worth: Floats) -> None:
        for payer, kind, usd in bills:
            self.paid[payer, COST_KINDS.index(kind)] += usd * worth

    def _of_course(self, room: Room, k: int, shock: int, plan: ShockPlan) -> Iterator[Bill]:
        costs, effects = room.world.costs, room.effects
        begun = costs.begun[shock]
        yield plan.payer, "programme", np.where((begun >= k) & (begun < k + 1), costs.upfront[shock], 0.0)
        yield plan.payer, "programme", costs.per_step[shock] * effects.cover[shock]
        if costs.per_tonne[shock].any():
            yield plan.payer, "programme", costs.per_tonne[shock] * self._tonnes(room, shock, plan)
        match plan.kind:
            case "tariff":
                part = room.world.events[shock].size[0] * effects.level[shock]
                yield plan.payer, "tariff", (room.flows.shipped[plan.links] * _asked(room, plan.links, taxed=False)).sum(axis=0) * part
            case "beyond_price" | "single_source_cap" | "import_quota":
                yield plan.payer, "premium", self._premium(room, plan) * effects.cover[shock]
            case "export_control":
                lost = np.maximum(room.world.base_flow[plan.links] - room.flows.shipped[plan.links], 0.0)
                price = np.broadcast_to(room.world.price0, room.state.on_hand.shape)[room.plan.net.links.src[plan.links]]
                yield plan.payer, "premium", (lost * price).sum(axis=0) * effects.cover[shock]

    def _tonnes(self, room: Room, shock: int, plan: ShockPlan) -> Floats:
        """Tonnes that a policy saves, makes or recycles in the step, [run]."""
        f, now = room.flows, room.world.events[shock].size[0] * room.effects.level[shock]
        match plan.kind:
            case "demand_reduction":
                saved = np.where(now < 1.0, now / np.maximum(1.0 - now, 1e-12), 0.0)
                return f.want[plan.users].sum(axis=0) * saved
            case "capacity_project":
                rows = np.searchsorted(room.plan.makers, plan.nodes)
                return np.minimum(f.made[rows], room.effects.added[rows]).sum(axis=0)
            case "recycling":
                return room.more[plan.buyers].sum(axis=0)
            case "substitution":
                return next(swap.moved for swap in room.swaps if swap.users is plan.users).sum(axis=0)
        return np.zeros(1)

    def _premium(self, room: Room, plan: ShockPlan) -> Floats:
        """What goods cost beyond what the usual sellers would have asked for as much, [run]."""
        dst, shipped = room.plan.net.links.dst, room.flows.shipped
        links = np.flatnonzero(np.isin(dst, np.union1d(dst[plan.links], plan.buyers)))
        came = room.plan.by_dst.sum(shipped, np.empty(room.state.on_hand.shape))[dst[links]]
        return ((shipped[links] - self.usual[links] * came) * _asked(room, links, taxed=True)).sum(axis=0)

    def _support(self, room: Room, worth: Floats) -> None:
        """What guaranteed prices cost; where the money is spent they are guaranteed no longer."""
        net, plan = room.plan.net, room.plan
        sold = plan.by_src.sum(room.flows.shipped, np.empty(room.state.finished.shape))
        price = np.broadcast_to(room.world.price0, room.state.on_hand.shape)
        for row, n in enumerate(plan.floors):
            node = plan.makers[n]
            payer = int(net.floor_payer[node])
            made_up = sold[n] * room.below_floor[row] * price[node]
            self._add(iter([(payer, "support", room.taken[row] * room.floor[n] * price[node] + made_up)]), worth)
            # What was taken in has been paid for already.
            room.floor_left[payer] -= np.where(np.isfinite(room.floor_left[payer]), made_up, 0.0)
        for n in plan.floors:
            spent = room.floor_left[net.floor_payer[plan.makers[n]]] <= 0.0
            room.floor[n, spent] = 0.0


def _asked(room: Room, links: Ints, *, taxed: bool) -> Floats:
    """What is asked over some links, USD/t, tariffs included or not, [link of those, run]."""
    p = room.plan
    log_price = room.market.ask[p.seller[links]] if p.net.prices else np.zeros((len(links), room.world.n_run))
    if taxed and p.net.prices:
        log_price = log_price + room.effects.duty[links]
    return np.exp(log_price) * np.broadcast_to(room.world.price0, room.state.on_hand.shape)[p.net.links.src[links]]


def _of_stores(room: Room) -> Iterator[Bill]:
    stores, f, w = room.plan.net.stores, room.flows, room.world
    for account in room.plan.accounts:
        rows, payer = account.rows, stores.payer[account.store]
        worth = room.worth(account.nodes)
        yield payer, "purchase", (f.filled[rows] * worth).sum(axis=0)
        yield payer, "proceeds", -(f.released[rows] * worth).sum(axis=0)
        at_rest = np.broadcast_to(w.price0, room.state.on_hand.shape)[account.nodes]
        yield payer, "holding", w.store_keep[account.store] * (room.state.held[rows] * at_rest).sum(axis=0)


def _stock(room: Room, kind: str, sign: float) -> Iterator[Bill]:
    """Stocks at their price at rest."""
    for account in room.plan.accounts:
        at_rest = np.broadcast_to(room.world.price0, room.state.on_hand.shape)[account.nodes]
        yield room.plan.net.stores.payer[account.store], kind, sign * (room.state.held[account.rows] * at_rest).sum(axis=0)
