"""From a model to worlds: every number drawn, every market at rest."""

from __future__ import annotations

import numpy as np

from sim.draw.draws import Draws
from sim.draw.shocks import events
from sim.errors import ModelError, Problem
from sim.model.balance import CLOSE_ENOUGH, close_markets, total, trade
from sim.model.model import Facts, Model
from sim.model.world import TINY, Floats, Network, World
from sim.units import DAYS_PER_YEAR


def draw(model: Model, rng_seed: int, first: int, n_run: int) -> World:
    """Draw the worlds of runs first ... first + n_run - 1.

    Arguments:
        model: the compiled scenario.
        rng_seed: the generator's number.
        first: first run.
        n_run: number of runs.

    Raises:
        ModelError: a market of some run cannot be at rest.
    """
    net, facts = model.network, model.facts
    draws = Draws(rng_seed, first, n_run)
    per_step = net.step_days / DAYS_PER_YEAR
    recycled = draws.rows(facts.recycled)
    production, demand = close_markets(net, _production(net, facts, draws), recycled, draws.rows(facts.demand))
    use = _use(net, production, demand)
    _check_recycled(net, recycled, use)
    flow = _flows(net, facts, production, use - recycled)
    bought = np.zeros((net.n_node, flow.shape[1]))
    np.add.at(bought, net.links.dst, flow)
    sold = np.zeros_like(bought)
    np.add.at(sold, net.links.src, flow)
    target, member_frac = _stores(model, draws, use / DAYS_PER_YEAR)
    return World(
        n_run=n_run,
        capacity=_capacity(facts, draws, sold) * per_step,
        production=sold * per_step,
        demand=demand * per_step,
        recycled=recycled * per_step,
        cover_steps=draws.rows(facts.cover) / net.step_days,
        buffer_steps=draws.rows(facts.buffer) / net.step_days,
        share=flow / np.maximum(bought, TINY)[net.links.dst],
        base_flow=flow * per_step,
        hoarding=draws.rows([model.hoarding]),
        uneven=draws.rows([model.uneven]),
        g_order=_gain(net, model.order_days),
        g_stock=_gain(net, model.stock_days),
        g_expect=_gain(net, model.expect_days),
        store_target=target,
        store_initial_frac=draws.rows([s.initial for s in model.stores]),
        store_fill_steps=draws.rows([s.fill for s in model.stores]) / net.step_days,
        store_trigger=np.array([[s.trigger] for s in model.stores]).reshape(-1, 1),
        store_at_most=draws.rows([s.at_most for s in model.stores]),
        member_frac=member_frac,
        events=tuple(events(shock, draws, net.step_days, net.n_step) for shock in model.shocks),
    )


def _gain(net: Network, days: float) -> Floats:
    """Part of a gap closed in one step by a first-order lag."""
    return np.array([[1.0 if days == 0 else -np.expm1(-net.step_days / days)]])


def _production(net: Network, facts: Facts, draws: Draws) -> Floats:
    """t/year, [node, run]; where shares of world output are set, the others keep their proportions."""
    production = draws.rows(facts.production)
    for c in range(len(net.commodities)):
        rows = np.flatnonzero(net.node_commodity == c)
        fixed = [(n, facts.world_share[n]) for n in rows if facts.world_share[n] is not None]
        if not fixed:
            continue
        shares = {int(n): draws.value(entry) for n, entry in fixed if entry is not None}
        width = max(production.shape[1], *(len(v) for v in shares.values()))
        production = np.broadcast_to(production, (net.n_node, width)).copy()
        world_total = total(production[rows])
        others = [n for n in rows if int(n) not in shares]
        left = 1.0 - sum(shares.values())
        production[others] *= np.maximum(left, 0.0) * world_total / np.maximum(total(production[others]), TINY)
        for n, share in shares.items():
            production[n] = share * world_total
    return production


def _use(net: Network, production: Floats, demand: Floats) -> Floats:
    """Use at rest, t/year, [node, run]."""
    want = demand.copy()
    for u, m in enumerate(net.users.feeds):
        if m >= 0:
            want[u] = net.users.t_per_t[u] * production[m]
    use = np.zeros((net.n_node, demand.shape[1]))
    np.add.at(use, net.users.node, want)
    return use


def _check_recycled(net: Network, recycled: Floats, use: Floats) -> None:
    """Secondary supply beyond a region's own use has nowhere to go: it is not traded."""
    over = np.broadcast_to(recycled, use.shape) - use * (1.0 + CLOSE_ENOUGH)
    node, run = np.unravel_index(int(np.argmax(over)), over.shape)
    if over[node, run] > 0:
        name = f"{net.commodities[net.node_commodity[node]]}.{net.regions[net.node_region[node]]}"
        raise ModelError(
            Problem(
                where=f"{name}.recycled",
                what="more is recycled than is used there at rest",
                got=f"{np.broadcast_to(recycled, use.shape)[node, run]:.6g} t/year against {use[node, run]:.6g} t/year",
                remedy="Lower it, or raise the use.",
            )
        )


def _flows(net: Network, facts: Facts, production: Floats, bought: Floats) -> Floats:
    """Trade at rest, t/year, [link, run]: priors as stated, else in proportion to supply and purchases."""
    flow = np.zeros((len(net.links.src), production.shape[1]))
    n_region = len(net.regions)
    for c, name in enumerate(net.commodities):
        rows = np.flatnonzero(net.node_commodity == c)
        links = np.flatnonzero(net.node_commodity[net.links.dst] == c)
        src, dst = net.node_region[net.links.src[links]], net.node_region[net.links.dst[links]]
        made, taken = production[rows], np.maximum(bought[rows], 0.0)
        stated = facts.trade[rows][:, :, None]
        gravity = made[:, None] * taken[None] / np.maximum(total(made), TINY)
        prior = np.where(np.isnan(stated), gravity, stated)
        linked = np.zeros((n_region, n_region, 1), dtype=bool)
        linked[src, dst] = True
        flow[links] = trade(np.where(linked, prior, 0.0), made, taken, name)[src, dst]
    return flow


def _capacity(facts: Facts, draws: Draws, production: Floats) -> Floats:
    """t/year, [node, run]; never below output at rest."""
    spare = draws.rows(facts.spare)
    stated = [draws.value(entry) if entry is not None else np.array([np.nan]) for entry in facts.capacity]
    width = max(production.shape[1], spare.shape[1], *(len(v) for v in stated))
    capacity = np.empty((len(stated), width))
    for n, v in enumerate(stated):
        capacity[n] = v
    capacity = np.where(np.isnan(capacity), production * (1.0 + spare), capacity)
    return np.maximum(capacity, production)


def _stores(model: Model, draws: Draws, use_t_per_day: Floats) -> tuple[Floats, Floats]:
    """Targets in t, [store, run], and each member's part of the buying, [member, run]."""
    stores = model.network.stores
    mine = use_t_per_day[stores.member_node]
    use = np.zeros((len(stores.name), use_t_per_day.shape[1]))
    np.add.at(use, stores.member_store, mine)
    target = draws.rows([s.target for s in model.stores]) * use if model.stores else use
    return target, mine / np.maximum(use, TINY)[stores.member_store]
