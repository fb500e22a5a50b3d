"""What growth, season and noise make of final demand, and the stock that a foreseen season calls for."""

from __future__ import annotations

import numpy as np

from sim.draw.draws import Draws
from sim.model.habits import Habits
from sim.model.world import Floats, Network
from sim.units import DAYS_PER_YEAR


def tide(net: Network, habits: Habits, draws: Draws) -> Floats:
    """Multiple of final demand in each step, [step, node, run], any axis of length 1 where it makes no difference.

    `(1 + growth)^t * (1 + season cos(2 pi (t - peak))) * exp(x - s^2 / 2)` at the middle of the step, t in years; x is a first-order
    autoregression with spread s and the given memory, so that noise is lognormal with mean 1.

    Arguments:
        net: structure.
        habits: growth, season and noise as written.
        draws: the runs wanted.
    """
    growth = draws.rows([habits.growth])
    if not (growth.any() or habits.season or habits.noise):
        return np.ones((1, 1, 1))
    days = np.asarray((np.arange(net.n_step) + 0.5) * net.step_days, dtype=np.float64)
    path = np.exp(np.log1p(growth)[None] * (days / DAYS_PER_YEAR)[:, None, None])
    if habits.season:
        path = path * (1.0 + _has_season(net, habits) * (habits.season * np.cos(_season_angle(net, habits, days)))[:, None, None])
    return path * _noise(net, habits, draws) if habits.noise else path


def season(net: Network, habits: Habits, final_frac: Floats) -> tuple[Floats, Floats, Floats]:
    """What the season makes of use, and the stock it calls for, as `World.swing`, `World.ahead_steps` and `World.season_low`.

    With `f` the part of use that has a season and `s` its multiple of final demand, `swing = 1 + f (s - 1)`; a stock that takes in the mean
    and gives out the season changes by `1 - swing` a step, and is `-f season / (2 pi) sin(2 pi (t - peak))` years of use at a time t.

    Arguments:
        net: structure.
        habits: season as written.
        final_frac: part of use at rest that is final, [node, run].
    """
    if not habits.season:
        return np.ones((1, 1, 1)), np.zeros((1, 1, 1)), np.zeros((1, 1))
    same = (final_frac == final_frac[:, :1]).all()
    part = _has_season(net, habits) * (final_frac[None, :, :1] if same else final_frac[None])
    middle = np.asarray((np.arange(net.n_step) + 0.5) * net.step_days, dtype=np.float64)
    swing = 1.0 + part * (habits.season * np.cos(_season_angle(net, habits, middle)))[:, None, None]
    most = habits.season / (2.0 * np.pi) * DAYS_PER_YEAR / net.step_days
    begins = -most * float(np.sin(_season_angle(net, habits, np.zeros(1)))[0])
    return swing, np.concatenate([begins * part, begins * part + np.cumsum(1.0 - swing, axis=0)]), most * part[0]


def _has_season(net: Network, habits: Habits) -> Floats:
    """1 for nodes in regions that have the season, else 0, [1, node, 1]; of one column where all do."""
    there = np.isin(net.regions, habits.season_regions)
    return np.ones((1, 1, 1)) if there.all() else there[net.node_region].astype(np.float64)[None, :, None]


def _season_angle(net: Network, habits: Habits, days: Floats) -> Floats:
    first = (net.start - net.start.replace(month=1, day=1)).days
    return 2.0 * np.pi * (first + days - habits.season_peak) / DAYS_PER_YEAR


def _noise(net: Network, habits: Habits, draws: Draws) -> Floats:
    from scipy.special import ndtri

    spread = np.sqrt(np.log1p(habits.noise**2))
    kept = np.exp(-net.step_days / habits.noise_days) if habits.noise_days else 0.0
    x = np.empty((net.n_step, net.n_node, draws.n_run))
    for n in range(net.n_node):
        place = f"{net.commodities[net.node_commodity[n]]}.{net.regions[net.node_region[n]]}"
        for k in range(net.n_step):
            fresh = spread * ndtri(draws.noise(f"rules.demand.noise.{place}[{k}]"))
            x[k, n] = fresh if k == 0 else kept * x[k - 1, n] + np.sqrt(1.0 - kept**2) * fresh
    return np.exp(x - spread**2 / 2)
