"""Rationing of a whole batch: what a run gets does not hang on the company it is in."""

from __future__ import annotations

import numpy as np

from sim.engine.ration import HighestBid
from sim.engine.sums import Groups


def test_who_has_enough_gets_its_claims_to_the_bit_whoever_else_is_short() -> None:
    rng = np.random.default_rng(3)
    claims, n_enough = rng.uniform(0.1, 1.0, (6, 400)), 150
    groups = Groups(np.zeros(6, dtype=np.intp), 1)
    supply = groups.sum(claims, np.empty((1, 400)))
    supply[:, n_enough:] *= 0.5  # most runs are short, so that all are worked on at once; the first have just enough
    ration = HighestBid(groups, 400)
    ration.bid = rng.uniform(0.5, 2.0, (6, 400))
    granted = ration(supply, claims, np.empty((6, 400)))
    assert (granted[:, :n_enough] == claims[:, :n_enough]).all()
    assert (granted[:, n_enough:].sum(axis=0) < 0.6 * claims[:, n_enough:].sum(axis=0)).all()
    assert ration(supply, claims, claims) is claims
    assert (claims == granted).all()
