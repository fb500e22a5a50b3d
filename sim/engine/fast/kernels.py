"""The compiled passes as they are called: tile after tile of a batch's runs."""

from __future__ import annotations

import numpy as np

from sim.engine.fast import links, trade
from sim.engine.fast.rows import TILE, Table, compiled, larger, n_row, row
from sim.model.world import TINY, Floats


@compiled
def ship(x: Table, n_run: int, under_way: Floats) -> bool:
    """8. Goods go to the highest bidders and are on their way; whether some need is left.

    Arguments:
        x: as `again.Ship` names it.
        n_run: runs of the batch.
        under_way: rows of the pipeline that what is shipped goes to, t, [link, run].
    """
    in_need = False
    for a in range(0, n_run, TILE):
        b = min(a + TILE, n_run)
        trade.limit(x, a, b)
        in_need |= trade.ship(x, a, b)
        trade.send(x, a, b, under_way)
    return in_need


@compiled
def learn(x: Table, n_run: int, in_need: bool) -> None:
    """8b. Sellers see what they were asked; x: as `again.Ship` names it."""
    for a in range(0, n_run, TILE):
        trade.learn(x, a, min(a + TILE, n_run), in_need)


@compiled
def could_come(x: Table, n_run: int, has_limits: bool) -> None:
    """9b. What sellers could send, as a part of what buyers would buy; x: as `links.Come` names it."""
    for a in range(0, n_run, TILE):
        b, slack = min(a + TILE, n_run), np.empty((n_row(x, links.Come.full), TILE))
        links.slack_of(x, slack, a, b)
        for n in range(n_row(x, links.Come.could)):
            could, bought = row(x, links.Come.could, n, a, b), row(x, links.Come.bought, n, a, b)
            links.could_come(x, a, b, n, (slack, could), has_limits)
            for r in range(b - a):
                could[r] = 1.0 if bought[r] <= 0.0 else could[r] / larger(bought[r], TINY)


@compiled
def lean(x: Table, n_run: int) -> None:
    """10a. Shares lean to sellers that deliver and are cheap; x: as `links.Lean` names it."""
    for a in range(0, n_run, TILE):
        links.lean(x, a, min(a + TILE, n_run))
