"""Economies: what an input-output table says of output, value added, and how much of each sector a loss of sales stops."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from sim.errors import ScenarioError
from sim.model.world import TINY, Floats, Ints, Network
from sim.scenario import Economy as Table
from sim.scenario import Scenario
from sim.units import DAYS_PER_YEAR


@dataclass(frozen=True, kw_only=True)
class Economy:
    """The input-output table of one region, solved."""

    region: str
    sectors: tuple[str, ...]
    output: Floats
    """Output at rest, USD/year, [sector]."""
    value_added: Floats
    """Value added at rest, USD per step, [sector]."""
    interdependency: Floats
    """Part of a sector that stops for want of buyers, per part of another that does, [sector, buying sector]."""
    final_share: Floats
    """Share of output that is sold to final users, [sector]."""
    hit: Ints
    """Sector at work (its number in `Network.sectors`) that each sector is, or -1, [sector]."""
    gain: float
    """Part of a gap to what it can sell that a sector closes in a step."""


def outputs(coefficients: Floats, final_demand: Floats) -> Floats:
    """Output that meets a final demand and all inputs it takes, `x = (I - A)^-1 y`: Leontief 1936, the open model.

    Arguments:
        coefficients: A, input from sector i per unit of output of sector j, each column summing to less than 1, [i, j].
        final_demand: y, USD/year, [sector].

    Returns:
        x, USD/year, [sector].

    Raises:
        numpy.linalg.LinAlgError: I - A cannot be inverted; no table whose columns sum to less than 1 is so.
    """
    return np.asarray(np.linalg.solve(np.eye(len(final_demand)) - coefficients, final_demand), dtype=np.float64)


def values_added(coefficients: Floats, output: Floats) -> Floats:
    """What each sector adds to its inputs, `v_j = x_j (1 - sum over i of a_ij)`; over all sectors it sums to final demand.

    Arguments:
        coefficients: A, [i, j].
        output: x, USD/year, [sector].

    Returns:
        v, USD/year, [sector].
    """
    return output * (1.0 - coefficients.sum(axis=0))


def interdependency(coefficients: Floats, output: Floats) -> Floats:
    """The table in parts of output, `A* = diag(x)^-1 A diag(x)`: Haimes and Jiang 2001, demand-driven as in Santos and Haimes 2004.

    Arguments:
        coefficients: A, [i, j].
        output: x, USD/year, [sector]; a sector that makes nothing loses nothing.

    Returns:
        A*, [i, j].
    """
    return coefficients * output[None, :] / np.maximum(output, TINY)[:, None]


def inoperability(dependency: Floats, lost: Floats) -> Floats:
    """Part of each sector that stops in the end, `q = (I - A*)^-1 c*`: Haimes and Jiang 2001.

    Arguments:
        dependency: A*, [i, j].
        lost: c*, final sales lost as a share of output, [sector].

    Returns:
        q, [sector].

    Raises:
        numpy.linalg.LinAlgError: I - A* cannot be inverted; see `outputs`.
    """
    return np.asarray(np.linalg.solve(np.eye(len(lost)) - dependency, lost), dtype=np.float64)


def compile_economies(scenario: Scenario, net: Network) -> tuple[Economy, ...]:
    """Solve the tables of a scenario and find which of their sectors are hit.

    Arguments:
        scenario: as written.
        net: its network, with the sectors at work.

    Raises:
        ScenarioError: no sector of a table is at work in its region.
    """
    at_work = {(name, net.regions[region]): s for s, (name, region) in enumerate(zip(net.sectors.name, net.sectors.region, strict=True))}
    economies, problems = [], []
    for region, table in scenario.economies.items():
        hit = np.array([at_work.get((name, region), -1) for name in table.sectors], dtype=np.intp)
        if (hit < 0).all():
            working = ", ".join(name for name, where in at_work if where == region)
            remedy = f"Sectors at work here: {working}." if working else f"No sector at work is in {region}: give one a demand there."
            what = "none of these is a sector at work in this region, so nothing hits this economy"
            problems.append(scenario.problem(("economies", region, "sectors"), what, ", ".join(table.sectors), remedy))
        economies.append(_solved(region, table, hit, net.step_days))
    if problems:
        raise ScenarioError(*problems)
    return tuple(economies)


def _solved(region: str, table: Table, hit: Ints, step_days: float) -> Economy:
    coefficients, final_demand = np.array(table.coefficients), np.array(table.final_demand)
    output = outputs(coefficients, final_demand)
    return Economy(
        region=region,
        sectors=table.sectors,
        output=output,
        value_added=values_added(coefficients, output) * step_days / DAYS_PER_YEAR,
        interdependency=interdependency(coefficients, output),
        final_share=final_demand / np.maximum(output, TINY),
        hit=hit,
        gain=-math.expm1(-step_days / max(table.recovery, TINY)),
    )
