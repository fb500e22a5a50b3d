"""What growth, season and noise make of final demand."""

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
    days = (np.arange(net.n_step) + 0.5) * net.step_days
    path = np.exp(np.log1p(growth)[None] * (days / DAYS_PER_YEAR)[:, None, None])
    if habits.season:
        first = (net.start - net.start.replace(month=1, day=1)).days
        year = (first + days - habits.season_peak) / DAYS_PER_YEAR
        path = path * (1.0 + habits.season * np.cos(2.0 * np.pi * year))[:, None, None]
    return path * _noise(net, habits, draws) if habits.noise else path


def _noise(net: Network, habits: Habits, draws: Draws) -> Floats:
    from scipy.special import ndtri

    spread = np.sqrt(np.log1p(habits.noise**2))
    kept = np.exp(-net.step_days / habits.noise_days) if habits.noise_days else 0.0
    x = np.empty((net.n_step, net.n_node, draws.n_run))
    for n in range(net.n_node):
        place = f"{net.commodities[net.node_commodity[n]]}.{net.regions[net.node_region[n]]}"
        for k in range(net.n_step):
            fresh = spread * ndtri(draws.uniform(f"rules.demand.noise.{place}[{k}]"))
            x[k, n] = fresh if k == 0 else kept * x[k - 1, n] + np.sqrt(1.0 - kept**2) * fresh
    return np.exp(x - spread**2 / 2)
