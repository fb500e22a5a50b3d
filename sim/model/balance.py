"""The world at rest: supply equals use in every commodity, and trade meets both margins exactly."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from sim.errors import ModelError, Problem
from sim.model.world import TINY, Floats, Network

MOST_PASSES = 20_000
CLOSE = 1e-14
CLOSE_ENOUGH = 1e-10


def trade(prior: Floats, sold: Floats, bought: Floats, name: str = "") -> Floats:
    """Flows with given margins, as near as can be to the prior (iterative proportional fitting).

    `x_ij = a_i b_j prior_ij` with row sums `sold` and column sums `bought`; Deming and Stephan (1940), Ann. Math. Stat. 11(4).

    Arguments:
        prior: t/year, 0 where there is no trade, [seller, buyer, run].
        sold: t/year, [seller, run].
        bought: t/year, same total as `sold`, [buyer, run].
        name: commodity, for the message.

    Raises:
        ModelError: no flows over the given links meet the margins.
    """
    n_run = max(prior.shape[2], sold.shape[1], bought.shape[1])
    x = np.broadcast_to(prior, (*prior.shape[:2], n_run)).copy()
    sold, bought = np.broadcast_to(sold, (len(sold), n_run)), np.broadcast_to(bought, (len(bought), n_run))
    running, last = np.arange(n_run), np.full(n_run, np.inf)
    for _ in range(MOST_PASSES):
        # Each run stops by itself, or its flows would depend on the company it is computed in.
        flows = x[:, :, running]
        flows *= _ratio(sold[:, running], total(np.moveaxis(flows, 1, 0)))[:, None]
        flows *= _ratio(bought[:, running], total(flows))[None]
        x[:, :, running] = flows
        gap = _gap(total(np.moveaxis(flows, 1, 0)), sold[:, running])
        going_on = (gap >= CLOSE) & ((gap < last[running]) | (gap >= CLOSE_ENOUGH))
        last[running] = gap
        running = running[going_on]
        if not len(running):
            break
    off = max(float(last.max()), float(_gap(total(x), bought).max()))
    if off > CLOSE_ENOUGH:
        raise ModelError(
            Problem(
                where=name,
                what="the stated trade links cannot carry what each region makes to where it is used",
                got=f"{off:.2g} of the total left over",
                remedy="Allow more links (leave out flows of 0), or change production or demand.",
            )
        )
    return x


def total(rows: Floats) -> Floats:
    """Sum over the first axis in stored order: the same bits for one run as for many, which NumPy's pairwise sum does not promise."""
    out = np.zeros(rows.shape[1:])
    for row in rows:
        out += row
    return out


def _ratio(wanted: Floats, there: Floats) -> Floats:
    return np.divide(wanted, there, out=np.zeros_like(there), where=there > 0)


def _gap(there: Floats, wanted: Floats) -> Floats:
    """Largest miss of a margin relative to the total, [run]."""
    return np.abs(there - wanted).max(0) / np.maximum(total(wanted), TINY)


def stages_from_use(recipes: Sequence[tuple[int, int]], n_commodity: int) -> list[int]:
    """Commodities ordered so that what a commodity goes into comes before it.

    Arguments:
        recipes: (commodity made, commodity used) pairs, without cycles.
        n_commodity: number of commodities.
    """
    goes_into = [{made for made, used in recipes if used == c} for c in range(n_commodity)]
    done: list[int] = []
    while len(done) < n_commodity:
        done += [c for c in range(n_commodity) if c not in done and goes_into[c] <= set(done)]
    return done


def close_markets(net: Network, production: Floats, recycled: Floats, demand: Floats) -> tuple[Floats, Floats]:
    """Scale final demand, or where there is none production, so that world supply equals world use.

    Arguments:
        net: structure.
        production: t/year, [node, run].
        recycled: t/year, [node, run].
        demand: t/year, [user, run].

    Returns:
        production [node, run] and demand [user, run] of a world at rest.

    Raises:
        ModelError: the next stage alone needs more than there is.
    """
    width = max(production.shape[1], recycled.shape[1], demand.shape[1])
    production = np.broadcast_to(production, (net.n_node, width)).copy()
    demand = np.broadcast_to(demand, (len(net.users.node), width)).copy()
    users, of = net.users, net.node_commodity
    used = of[users.node]
    recipes = sorted({(int(of[m]), int(used[u])) for u, m in enumerate(users.feeds) if m >= 0})
    for c in stages_from_use(recipes, len(net.commodities)):
        rows = np.flatnonzero(of == c)
        final = np.flatnonzero((used == c) & (users.feeds < 0))
        inner = np.flatnonzero((used == c) & (users.feeds >= 0))
        processed = total(users.t_per_t[inner, None] * production[users.feeds[inner]])
        again = total(np.broadcast_to(recycled, (net.n_node, width))[rows])
        wanted = total(demand[final])
        left = total(production[rows]) + again - processed
        if len(final) and np.any(wanted > 0):
            if np.any(left < 0):
                raise _short(net.commodities[c], "supply", processed, total(production[rows]) + again)
            demand[final] *= np.divide(left, wanted, out=np.zeros_like(left), where=wanted > 0)
        else:
            made = total(production[rows])
            if np.any(processed < again):
                raise _short(net.commodities[c], "use", again, processed)
            production[rows] *= np.divide(processed - again, made, out=np.zeros_like(made), where=made > 0)
    return production, demand


def _short(commodity: str, lacking: str, needed: Floats, there: Floats) -> ModelError:
    worst = int(np.argmax(needed - there))
    remedy = {
        "supply": "Raise its production, or lower the recipe or the output of the next stage.",
        "use": "Give it a final demand or a next stage, or lower what is recycled.",
    }[lacking]
    return ModelError(
        Problem(
            where=commodity,
            what=f"{lacking} at rest is below what the rest of the chain needs",
            got=f"{there[worst]:.6g} t/year against {needed[worst]:.6g} t/year",
            remedy=remedy,
        )
    )
