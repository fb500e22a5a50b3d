"""Rationing of any batch (R2): nobody gets more than the claim, goods go while claims last, and what a rule promises."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from sim.engine.ration import MaxMin, Priority, Proportional
from sim.engine.sums import Groups

AMOUNTS = st.one_of(st.just(0.0), st.floats(1e-6, 1e6))


@st.composite
def batches(draw: st.DrawFn) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Groups of rows in any order, supplies [group, run] and claims [row, run]."""
    n_group, n_row, n_run = draw(st.integers(1, 4)), draw(st.integers(1, 9)), draw(st.integers(1, 3))
    group = np.array([draw(st.integers(0, n_group - 1)) for _ in range(n_row)])
    supply = draw(hnp.arrays(np.float64, (n_group, n_run), elements=AMOUNTS))
    return group, supply, draw(hnp.arrays(np.float64, (n_row, n_run), elements=AMOUNTS))


def total(group: np.ndarray, rows: np.ndarray, n_group: int) -> np.ndarray:
    """Plain sum by group, [group, run]."""
    out = np.zeros((n_group, rows.shape[1]))
    np.add.at(out, group, rows)
    return out


@given(batches(), st.sampled_from(("proportional", "priority", "max-min")))
def test_any_rule(batch: tuple[np.ndarray, np.ndarray, np.ndarray], name: str) -> None:
    group, supply, claims = batch
    groups, n_run = Groups(group, len(supply)), supply.shape[1]
    rank, weight = np.arange(len(group)) % 3, np.where(np.arange(len(group)) % 2, 2.0, 1.0)
    rules = {
        "proportional": lambda: Proportional(groups, n_run),
        "priority": lambda: Priority(groups, rank, n_run),
        "max-min": lambda: MaxMin(groups, weight, n_run),
    }
    given_t = rules[name]()(supply, claims, np.empty_like(claims))
    asked, got = total(group, claims, len(supply)), total(group, given_t, len(supply))
    assert np.all(given_t >= 0)
    assert np.all(given_t <= claims)
    np.testing.assert_allclose(got, np.minimum(supply, asked), rtol=1e-9, atol=1e-9)
    if name == "max-min":
        for row in range(len(group)):
            for run in range(n_run):
                if given_t[row, run] < claims[row, run] * (1 - 1e-9) - 1e-12:
                    level = given_t[row, run] / weight[row]
                    others = (group == group[row]) & (claims[:, run] > 0)
                    assert np.all(given_t[others, run] / weight[others] <= level * (1 + 1e-9) + 1e-9)


@given(batches())
def test_sums_are_those_of_plain_addition(batch: tuple[np.ndarray, np.ndarray, np.ndarray]) -> None:
    group, supply, claims = batch
    groups = Groups(group, len(supply))
    np.testing.assert_allclose(groups.sum(claims, np.empty_like(supply)), total(group, claims, len(supply)), rtol=1e-12)
    np.testing.assert_array_equal(groups.scale(claims, supply, np.empty_like(claims)), claims * supply[group])


@given(batches())
def test_a_run_adds_up_to_the_same_bits_alone(batch: tuple[np.ndarray, np.ndarray, np.ndarray]) -> None:
    group, supply, claims = batch
    groups = Groups(group, len(supply))
    together = groups.sum(claims, np.empty_like(supply))
    for run in range(supply.shape[1]):
        alone = groups.sum(claims[:, [run]].copy(), np.empty((len(supply), 1)))
        np.testing.assert_array_equal(alone[:, 0], together[:, run])


def test_sixteen_members_add_up_to_the_same_bits_alone() -> None:
    """Enough members for NumPy to add a lone column pairwise if it were let."""
    claims = np.random.default_rng(3).uniform(size=(48, 5))
    for group in (np.repeat(np.arange(3), 16), np.tile(np.arange(3), 16)):
        groups = Groups(group, 3)
        together = groups.sum(claims, np.empty((3, 5)))
        for run in range(5):
            alone = groups.sum(claims[:, [run]].copy(), np.empty((3, 1)))
            np.testing.assert_array_equal(alone[:, 0], together[:, run])
