"""What policies draw beside their course: stores, money, and what comes out of use."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.special import ndtr

from sim.draw.draws import Draws
from sim.model.model import Entry, Model
from sim.model.world import TINY, Costs, Floats, Scrap
from sim.units import DAYS_PER_YEAR

FAR = 8.0
"""Standard deviations beyond which a normal law has no weight that a number could hold."""


def stores(model: Model, draws: Draws, use_t_per_day: Floats) -> dict[str, Floats]:
    """Strategic stockpiles: targets in t and how they fill and open, [store, run]; each member's part of the buying, [member, run].

    Arguments:
        model: the compiled scenario.
        draws: the runs wanted.
        use_t_per_day: use at rest, [node, run].
    """
    net, step, facts = model.network, model.network.step_days, model.stores
    year = step / DAYS_PER_YEAR
    mine = use_t_per_day[net.stores.member_node]
    use = np.zeros((len(facts), use_t_per_day.shape[1]))
    np.add.at(use, net.stores.member_store, mine)
    never = Entry("policies.none", np.inf)
    leave = [day for store in facts for day in store.leave]
    turned_over = draws.rows([s.rotation for s in facts]) * draws.rows([s.rotation_loss for s in facts])
    return {
        "store_target": draws.rows([s.target for s in facts]) * use if facts else use,
        "store_initial_frac": draws.rows([s.initial for s in facts]),
        "store_fill_steps": draws.rows([s.fill for s in facts]) / step,
        "store_trigger": _column([s.trigger for s in facts]),
        "store_at_most": draws.rows([s.at_most for s in facts]),
        "store_start": _column([s.start / step for s in facts]),
        "store_reserve": draws.rows([s.reserve for s in facts]),
        "store_rate": draws.rows([s.rate or never for s in facts]) * year,
        "store_budget": draws.rows([s.budget or never for s in facts]) * year,
        "store_keep": (draws.rows([s.holding for s in facts]) + turned_over) * year,
        "member_frac": mine / np.maximum(use, TINY)[net.stores.member_store],
        "member_leave": _column([day / step for day in leave]),
    }


def _column(values: list[float]) -> Floats:
    return np.array(values, dtype=np.float64).reshape(-1, 1)


def money(model: Model, draws: Draws) -> dict[str, Floats]:
    """Prices at rest, the rate that discounts, and budgets.

    Arguments:
        model: the compiled scenario.
        draws: the runs wanted.
    """
    facts, unknown, never = model.facts, Entry("", float("nan")), Entry("policies.none", np.inf)
    return {
        "price0": draws.rows([entry or unknown for entry in facts.price]),
        "discount": draws.rows([facts.discount]),
        "floor_budget": draws.rows([entry or never for entry in facts.floor_budget]),
    }


def costs(model: Model, draws: Draws) -> Costs:
    """What policies with a course cost beyond what goods and stocks do.

    Arguments:
        model: the compiled scenario.
        draws: the runs wanted.
    """
    none = Entry("policies.none", 0.0)
    paid = [shock.cost for shock in model.shocks]
    step = model.network.step_days
    return Costs(
        upfront=draws.rows([none if cost is None else cost.upfront for cost in paid]),
        begun=draws.rows([none if shock.start is None else shock.start for shock in model.shocks]) / step - _origins(model) / step,
        per_step=draws.rows([none if cost is None else cost.yearly for cost in paid]) * (step / DAYS_PER_YEAR),
        per_tonne=draws.rows([none if cost is None else cost.per_tonne for cost in paid]),
    )


def _origins(model: Model) -> Floats:
    return np.array([[0.0 if shock.start is None else shock.origin] for shock in model.shocks]).reshape(-1, 1)


@dataclass(frozen=True)
class Ages:
    """How long products with a material are used, in steps."""

    life: Floats
    """[run]"""
    sd: Floats
    """[run]"""

    def weight(self, ages: Floats) -> Floats:
        """Part of what is consumed that comes out of use after so many steps, [age, run]; nothing does at age 0."""
        upper, lower = self._until(ages + 0.5), self._until(ages - 0.5)
        return np.where(ages > 1.0, upper - lower, np.where(ages > 0.0, upper, 0.0))

    def _until(self, age: Floats) -> Floats:
        with np.errstate(divide="ignore", invalid="ignore"):
            return np.where(self.sd > 0.0, ndtr((age - self.life) / self.sd), age >= self.life)


def scrap(model: Model, draws: Draws, final: Floats) -> tuple[Scrap, ...]:
    """Products in use under each recycling policy: how they age, and those from before the clock.

    Arguments:
        model: the compiled scenario.
        draws: the runs wanted.
        final: final demand at rest, t per step, [node, run].
    """
    net = model.network
    growth = np.log1p(draws.value(model.habits.growth)) * net.step_days / DAYS_PER_YEAR
    found = []
    for i, (plan, facts) in enumerate(zip(net.shocks, model.shocks, strict=True)):
        if facts.life is not None:
            ages = Ages(*(draws.value(entry) / net.step_days for entry in facts.life))
            found.append(_scrap(i, ages, growth, np.broadcast_to(final[plan.buyers], (len(plan.buyers), draws.n_run)), net.n_step))
    return tuple(found)


def _scrap(shock: int, ages: Ages, growth: Floats, final: Floats, n_step: int) -> Scrap:
    oldest = int(np.ceil((ages.life + FAR * ages.sd).max())) + 2
    age = np.arange(n_step + oldest + 1.0)[:, None]
    weight = np.broadcast_to(ages.weight(age), (len(age), final.shape[1]))
    # What came into use a steps before step k, k < a, was final * exp(growth (k - a + 1/2)).
    grown = np.cumsum((weight * np.exp(-growth * age))[::-1], axis=0)[::-1]
    steps = np.arange(n_step)
    before = grown[steps + 1] * np.exp(growth * (steps[:, None] + 0.5))
    return Scrap(shock, weight[: n_step + 1].copy(), before[:, None] * final[None])
