"""The fit of laws on past episodes, on small cases whose answer is known."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from sim.api import calibrating
from sim.api.backtesting import Episode, read_episode
from sim.api.calibrating import CASES, PARAMETERS, N, drawn, told

PLAIN = [path.parent for path in sorted(CASES.glob("*/scenario.yaml"))]
TRUTH = np.zeros(2 * N)
"""Every law certain, and at the median of its prior."""


def seen(folder: Path, truth: np.ndarray) -> Episode:
    """The case of a lasting stop whose observed numbers are what the model itself makes of a truth, give or take a tenth."""
    case = read_episode(CASES / "lasting-stop")
    values = [float(np.median(runs)) for runs in told(case, drawn(truth[:, None], 16), 16)]
    header, *rows = (CASES / "lasting-stop" / "observed.csv").read_text(encoding="utf-8").splitlines()
    numbers = [f"{value:.6f},{0.9 * value:.6f},{1.1 * value:.6f}" for value in values]
    lines = [",".join([*row.split(",")[:9], number, *row.split(",")[12:]]) for row, number in zip(rows, numbers, strict=True)]
    folder.joinpath("observed.csv").write_text("\n".join([header, *lines]) + "\n", encoding="utf-8")
    folder.joinpath("scenario.yaml").write_bytes((CASES / "lasting-stop" / "scenario.yaml").read_bytes())
    return read_episode(folder)


def test_a_law_is_about_its_mode_by_a_factor_to_either_side() -> None:
    for parameter in PARAMETERS:
        low, mode, high = (float(end) for end in parameter.law(np.array(0.0), np.array(1.0)))
        assert mode == pytest.approx(parameter.median)
        above = parameter.above
        assert (mode - above) / (low - above) == pytest.approx(parameter.factor)
        assert (high - above) / (mode - above) == pytest.approx(parameter.factor)
        ninth = float(parameter.law(np.array(1.645), np.array(0.0))[1])
        assert ninth - above == pytest.approx((parameter.median - above) * parameter.factor)


def test_draws_are_those_of_the_law() -> None:
    laws = np.concatenate([np.full(N, 0.5), np.full(N, 0.7)])
    for parameter, values in zip(PARAMETERS, drawn(laws[:, None], 256), strict=True):
        ends = [float(end) for end in parameter.law(np.array(0.5), np.array(0.7))]
        assert values.mean() == pytest.approx(sum(ends) / 3, rel=0.01)
        assert ends[0] < values.min()
        assert values.max() < ends[2]
    for values in drawn(TRUTH[:, None], 16):
        assert np.ptp(values) < 1e-9


def test_the_truth_costs_nothing_but_what_priors_ask(tmp_path: Path) -> None:
    episode = seen(tmp_path, TRUTH)
    candidates = np.stack([TRUTH, TRUTH + np.eye(2 * N)[0]], axis=1)
    scores = calibrating.scores(episode, candidates)
    assert scores[:, 0] == pytest.approx(0.0, abs=1e-4)
    assert scores[:, 1].max() > 0.1
    costs = calibrating.Lessons([episode], []).cost(candidates)
    assert costs[0] == pytest.approx(0.0, abs=1e-3)
    assert costs[1] > costs[0] + calibrating.PULL / 2


def test_a_fit_comes_nearer_to_the_truth_and_is_the_same_again(tmp_path: Path) -> None:
    truth = TRUTH.copy()
    truth[[0, 1, 5]] = 1.0, -1.0, -1.0
    lessons = calibrating.Lessons([seen(tmp_path, truth)], [])
    best, again = (calibrating.fit(lessons.cost, TRUTH, 0.3, 6) for _ in range(2))
    np.testing.assert_array_equal(best, again)
    start, found = lessons.cost(np.stack([TRUTH, best], axis=1))
    assert found < 0.8 * start


@pytest.mark.parametrize("folder", PLAIN, ids=lambda folder: folder.name)
def test_plain_cases_hold_with_the_laws_that_ship(folder: Path) -> None:
    """What every fit is held to: the seven regularities, and no swings of the market's own, in the median of many runs."""
    import sim

    (played,) = sim.backtest(folder, runs=200).episodes
    missed = {found.item.name: found.p50 for found in played.agreements if not found.inside}
    assert not missed
