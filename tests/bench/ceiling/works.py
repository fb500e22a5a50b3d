"""Compiled passes over works that are built and shut (step 10 of MODEL.md).

As in `goods`: the operations of the NumPy rules in their order, and so their bits. Exponentials are NumPy's (`kernel`).
"""

from __future__ import annotations

from enum import auto

from sim.engine.fast.rows import Rows, Table, compiled, follow, larger, n_row, number, real, row, smaller
from sim.engine.supply import SPREAD
from sim.model.world import Floats


class Works(Rows):
    """What the kernels work on, [maker, run] unless said."""

    signal = auto()
    margin = auto()
    """Under way."""
    origin = auto()
    rebate = auto()
    price = auto()
    """[node, run]"""
    source = auto()
    """Input node of every cost, [cost]."""
    made_by = auto()
    """Maker whose cost it is, [cost]."""
    cost_part = auto()
    """Share of cost, [cost]."""
    log_entry = auto()
    """[run]"""
    log_shut = auto()
    """[run]"""
    production = auto()
    skill = auto()
    first = auto()
    second = auto()
    third = auto()
    """Under construction, by stage."""
    starting = auto()
    new = auto()
    idle = auto()
    idle_new = auto()
    begun = auto()
    """What is wanted, as a part of output at rest, then what is begun."""
    multiple = auto()
    """Exponential of `signal`."""


class Pace(Rows):
    """Gains and elasticities, [run]."""

    signal = auto()
    elasticity = auto()
    growth = auto()
    build = auto()
    ramp = auto()
    close = auto()
    restart = auto()
    shut = auto()
    shut_new = auto()


@compiled
def judge(x: Table, a: int, b: int, g: Table, can_part: bool) -> tuple[bool, bool]:
    """10b. Margins as they last; whether some call for works, and for works to shut."""
    for m in range(n_row(x, Works.signal)):
        margin, origin, rebate = row(x, Works.margin, m, a, b), row(x, Works.origin, m, a, b), row(x, Works.rebate, m, a, b)
        if can_part:
            for r in range(b - a):
                margin[r] = origin[r] - rebate[r]
        else:
            for r in range(b - a):
                margin[r] = origin[r]
    for i in range(n_row(x, Works.cost_part)):
        margin, price, part = (
            row(x, Works.margin, number(x, Works.made_by, i), a, b),
            row(x, Works.price, number(x, Works.source, i), a, b),
            -1.0 * real(x, Works.cost_part, i),
        )
        for r in range(b - a):
            margin[r] += price[r] * part
    builds, shuts = False, False
    entry, least = row(x, Works.log_entry, 0, a, b), row(x, Works.log_shut, 0, a, b)
    for m in range(n_row(x, Works.signal)):
        signal = row(x, Works.signal, m, a, b)
        follow(signal, row(x, Works.margin, m, a, b), row(g, Pace.signal, 0, a, b))
        for r in range(b - a):
            builds |= signal[r] > entry[r]
        for r in range(b - a):
            shuts |= signal[r] < least[r]
    return builds, shuts


@compiled
def call_for(x: Table, a: int, b: int, g: Table) -> None:
    """10b. How far margins call for works: `begun` is the exponent."""
    entry, elasticity = row(x, Works.log_entry, 0, a, b), row(g, Pace.elasticity, 0, a, b)
    for m in range(n_row(x, Works.signal)):
        signal, begun = row(x, Works.signal, m, a, b), row(x, Works.begun, m, a, b)
        for r in range(b - a):
            begun[r] = larger(signal[r] - entry[r], 0.0) * elasticity[r]


@compiled
def build(x: Table, a: int, b: int, g: Table) -> None:
    """10b. Works are begun, and pass three stages and a run-in."""
    growth, pace, ramp = row(g, Pace.growth, 0, a, b), row(g, Pace.build, 0, a, b), row(g, Pace.ramp, 0, a, b)
    for m in range(n_row(x, Works.signal)):
        begun, usual, skill = row(x, Works.begun, m, a, b), row(x, Works.production, m, a, b), row(x, Works.skill, m, a, b)
        first, second, third, starting, new = (
            row(x, Works.first, m, a, b),
            row(x, Works.second, m, a, b),
            row(x, Works.third, m, a, b),
            row(x, Works.starting, m, a, b),
            row(x, Works.new, m, a, b),
        )
        for r in range(b - a):
            begun[r] = larger(begun[r] * usual[r] - first[r] - second[r] - third[r] - starting[r] - new[r], 0.0)
        for r in range(b - a):
            begun[r] = smaller(begun[r], usual[r] * growth[r]) * skill[r]
        for stage in (first, second, third):
            for r in range(b - a):
                done = stage[r] * (skill[r] * pace[r])
                stage[r] = stage[r] - done + begun[r]
                begun[r] = done
        for r in range(b - a):
            running = starting[r] * ramp[r]
            starting[r] = starting[r] - running + begun[r]
            new[r] += running


@compiled
def shut(x: Table, a: int, b: int, g: Table, shuts: bool, builds: bool) -> None:
    """10b. Part shut moves to what the price leaves worth while, closing and restarting each at its own pace."""
    at, close, restart = row(g, Pace.shut_new, 0, a, b), row(g, Pace.close, 0, a, b), row(g, Pace.restart, 0, a, b)
    for m in range(n_row(x, Works.signal)):
        if shuts:
            _towards(
                row(x, Works.idle, m, a, b),
                row(x, Works.multiple, m, a, b),
                row(g, Pace.shut, 0, a, b),
                row(g, Pace.close, 0, a, b),
                row(g, Pace.restart, 0, a, b),
            )
        if builds:
            idle, multiple, new = row(x, Works.idle_new, m, a, b), row(x, Works.multiple, m, a, b), row(x, Works.new, m, a, b)
            for r in range(b - a):
                goal = smaller(larger((1.0 - multiple[r] / at[r]) / SPREAD, 0.0), 1.0) - idle[r]
                moved = idle[r] + goal * (close[r] if goal > 0.0 else restart[r])
                idle[r] = idle[r] if new[r] <= 0.0 else moved


@compiled
def _towards(idle: Floats, multiple: Floats, at: Floats, close: Floats, restart: Floats) -> None:
    for r in range(len(idle)):
        goal = smaller(larger((1.0 - multiple[r] / at[r]) / SPREAD, 0.0), 1.0) - idle[r]
        idle[r] = idle[r] + goal * (close[r] if goal > 0.0 else restart[r])
