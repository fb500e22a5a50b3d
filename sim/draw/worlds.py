"""From a model to worlds: every number drawn, every market at rest."""

from __future__ import annotations

import numpy as np

from sim.draw import policies
from sim.draw.draws import Draws
from sim.draw.each_step import Steps
from sim.draw.shocks import events, in_order
from sim.draw.source import Plain, Source
from sim.draw.tide import season, tide
from sim.errors import ModelError, Problem
from sim.model.balance import CLOSE_ENOUGH, close_markets, total, trade
from sim.model.habits import Habits
from sim.model.model import Entry, Facts, Model
from sim.model.world import TINY, Events, Floats, Network, Varied, World
from sim.units import DAYS_PER_YEAR


def draw(model: Model, source: Source | int, first: int, n_run: int) -> World:
    """Draw the worlds of runs first ... first + n_run - 1.

    Arguments:
        model: the compiled scenario.
        source: of uniforms; the generator's number stands for plain streams.
        first: first run.
        n_run: number of runs.

    Raises:
        ModelError: a market of some run cannot be at rest.
    """
    net, facts = model.network, model.facts
    draws = Draws(Plain(source) if isinstance(source, int) else source, first, n_run)
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
    capacity = _capacity(facts, draws, sold)
    short = draws.rows(facts.short)
    swing, ahead_steps, season_low = season(net, model.habits, _final(net, demand) / np.maximum(use, TINY))
    return World(
        n_run=n_run,
        capacity=capacity * per_step,
        production=sold * per_step,
        demand=demand * per_step,
        recycled=recycled * per_step,
        cover_steps=draws.rows(facts.cover) / net.step_days,
        storage_t=_storage(facts, draws, use),
        stock_frac=draws.rows(facts.stock_at_start),
        swing=swing,
        ahead_steps=ahead_steps,
        season_low=season_low,
        buffer_steps=draws.rows(facts.buffer) / net.step_days,
        share=flow / np.maximum(bought, TINY)[net.links.dst],
        base_flow=flow * per_step,
        tide=tide(net, model.habits, draws),
        short=short,
        long=np.maximum(draws.rows(facts.long), short),
        supply_elasticity=draws.rows(facts.supply_elasticity),
        potential=_potential(net, facts, draws, capacity) * per_step,
        floor=draws.rows(facts.floor),
        events=_events(model, draws),
        **_habits(model.habits, draws, per_step),
        **_gains(model.habits, draws, net.step_days),
        **_sectors(model, draws, per_step),
        **policies.stores(model, draws, use / DAYS_PER_YEAR),
        **policies.money(model, draws),
        costs=policies.costs(model, draws),
        scrap=policies.scrap(model, draws, _final(net, demand) * per_step),
        level=draws.rows([entry or Entry("", 0.0) for entry in facts.level]),
        each_step=tuple(Varied(how.user, Steps(how, draws, demand[how.user] * per_step)) for how in facts.each_step),
    )


def _habits(habits: Habits, draws: Draws, per_step: float) -> dict[str, Floats]:
    """Rules that are one number for everyone, [1, run]."""
    return {
        "hoarding": draws.rows([habits.hoarding]),
        "front_running": draws.rows([habits.front_running]),
        "uneven": draws.rows([habits.uneven]),
        "alpha": draws.rows([habits.scarcity]),
        "momentum": draws.rows([habits.momentum]),
        "prospect": draws.rows([habits.prospect]),
        "log_ceiling": np.log(draws.rows([habits.ceiling])),
        "switching": draws.rows([habits.switching]),
        "bidding": draws.rows([habits.bidding]),
        "full_cost": draws.rows([habits.full_cost]),
        "shut": draws.rows([habits.shut_price]),
        "entry_price": draws.rows([habits.entry_price]),
        "entry_elasticity": draws.rows([habits.entry_elasticity]),
        "entry_growth": draws.rows([habits.entry_growth]) * per_step,
    }


def _gains(habits: Habits, draws: Draws, step_days: float) -> dict[str, Floats]:
    """Adjustments per step, [1, run]."""
    days = {
        "g_order": habits.order_days,
        "g_stock": habits.stock_days,
        "g_expect": habits.expect_days,
        "g_price": draws.rows([habits.price_days]),
        "g_belief": draws.rows([habits.belief_days]),
        "g_memory": habits.memory_days,
        "g_contract": habits.contract_days,
        "g_demand": draws.rows([habits.response_days]),
        "g_source": habits.sourcing_days,
        "g_signal": habits.signal_days,
        "g_close": habits.closing_days,
        "g_restart": habits.restart_days,
        "g_build": draws.rows([habits.slip]) * habits.build_days / 3,
        "g_ramp": habits.run_in_days,
    }
    return {name: gain(step_days, over) for name, over in days.items()}


def _sectors(model: Model, draws: Draws, per_step: float) -> dict[str, Floats]:
    """Sectors at work, [sector, run]."""
    unknown = Entry("", float("nan"))
    return {
        "product_steps": draws.rows(model.sectors.product_stock) / model.network.step_days,
        "overtime": draws.rows(model.sectors.overtime),
        "value_added": draws.rows([entry or unknown for entry in model.sectors.value_added]) * per_step,
    }


def gain(step_days: float, days: float | Floats) -> Floats:
    """Part of a gap closed in one step by a first-order lag of some days, [1, run]."""
    return -np.expm1(-step_days / np.maximum(np.atleast_2d(days), TINY))


def _events(model: Model, draws: Draws) -> tuple[Events, ...]:
    """Events of every shock, in the order of the network's shocks."""
    drawn: dict[int, Events] = {}
    for i in in_order(model.shocks):
        after = model.shocks[i].after
        parent = None if after is None else drawn[after.shock]
        drawn[i] = events(model.shocks[i], draws, model.network.step_days, model.network.n_step, parent)
    return tuple(drawn[i] for i in range(len(model.shocks)))


def _potential(net: Network, facts: Facts, draws: Draws, capacity: Floats) -> Floats:
    """t/year that host streams would yield at rest, [node, run]: as stated, else capacity; no less than capacity."""
    if not len(net.hosts.host):
        return np.full((net.n_node, 1), np.inf)
    stated = [np.array([np.nan]) if entry is None else draws.value(entry) for entry in facts.potential]
    width = max(capacity.shape[1], *(len(v) for v in stated))
    potential = np.broadcast_to(capacity, (net.n_node, width)).copy()
    for n, value in enumerate(stated):
        potential[n] = np.where(np.isnan(value), potential[n], np.maximum(value, capacity[n]))
    potential[np.setdiff1d(np.arange(net.n_node), net.hosts.by_product)] = np.inf
    return potential


def _storage(facts: Facts, draws: Draws, use: Floats) -> Floats:
    """Largest stock, t, [node, run]: as stated in days of use, else without limit."""
    days = draws.rows([entry or Entry("", float("inf")) for entry in facts.storage])
    return np.where(np.isinf(days), np.inf, np.where(np.isinf(days), 0.0, days) * use / DAYS_PER_YEAR)


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


def _final(net: Network, demand: Floats) -> Floats:
    """Final demand at rest, t/year, [node, run]."""
    final = np.zeros((net.n_node, demand.shape[1]))
    np.add.at(final, net.users.node, demand)
    return final


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
