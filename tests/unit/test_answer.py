"""The arithmetic of an answer: on paper, and read from runs."""

from __future__ import annotations

import math

import numpy as np
import pytest

import sim
from sim.errors import ScenarioError
from sim.measure.answer import CHANCES, Figure, answer, figure, headline_sample, paired
from sim.measure.estimate import Z95
from sim.measure.summary import UNITS
from sim.record.folder import manifest
from sim.scenario import Headline
from sim.scenario.headline import MEASURES, Measure
from tests.worlds import two_sources, write

FLAGSHIP = "gallium-export-halt"
READ = "commodity: x.made, region: B, against: half"
OUTAGE = f"""
clock: {{start: 2026-01-01, horizon: 2 years, step: 1 day}}
runs: {{count: 40, rng_seed: 3}}
rules: {{hoarding: 1, front_running: 1, buffer: 0 days, lead_abroad: 1 day, lead_home: 1 day, price: {{feedback: false}}}}
{two_sources(stock=2, home=0, shock="duration: {uniform: [11 months, 13 months]}")}
headline: {{measure: unmet_t, {READ}}}
variants:
  half: {{shocks: {{stop: {{duration: 6 months}}}}}}
  longer: {{clock: {{horizon: 3 years}}}}
"""


def test_a_mean_and_its_interval() -> None:
    sample = np.array([0.0, 0.2, 0.4, 0.2])
    width = Z95 * sample.std(ddof=1) / 2.0
    assert figure("unmet_share", sample) == pytest.approx((0.2, 0.2 - width, 0.2 + width))


def test_an_interval_ends_where_the_measure_does() -> None:
    assert figure("unmet_share", np.array([0.0, 1.0])) == (0.5, 0.0, 1.0)
    assert figure("unmet_t", np.array([0.0, 0.0, 6.0])).low == 0.0
    assert figure("unmet_t", np.array([0.0, 0.0, 6.0])).high > 2.0


def test_a_chance_has_its_exact_interval() -> None:
    assert figure("p_short", np.repeat([1.0, 0.0], [3, 7])) == pytest.approx((0.3, 0.0667395, 0.6524529), abs=1e-6)
    assert not figure("p_short", np.zeros(10)).is_same


def test_a_difference_is_taken_run_by_run() -> None:
    base = np.array([10.0, 20.0, 60.0, 30.0])
    change = paired(base, base - [1.0, 2.0, 2.0, 1.0])
    width = Z95 * math.sqrt(1.0 / 3.0) / 2.0
    assert change == pytest.approx((-1.5, -1.5 - width, -1.5 + width))
    assert width < 0.1 * (figure("unmet_t", base).high - figure("unmet_t", base).low)


def test_what_is_the_same_in_every_run_has_no_width() -> None:
    base = np.array([0.3, 1e6, 0.0])
    assert paired(base, base * (1.0 + 1e-12)) == (0.0, 0.0, 0.0)
    assert figure("unmet_t", np.full(3, 0.1)).is_same
    assert figure("unmet_t", np.zeros(3)) == (0.0, 0.0, 0.0)


def test_one_run_says_nothing_about_others() -> None:
    assert figure("unmet_t", np.array([3.0])).value == 3.0
    assert all(math.isnan(end) for end in figure("unmet_t", np.array([3.0]))[1:])
    assert math.isnan(paired(np.array([3.0]), np.array([2.0])).low)


def test_a_headline_may_name_measures_of_the_summary_only() -> None:
    assert set(MEASURES) - set(CHANCES) <= set(UNITS)


def test_an_answer_read_from_runs() -> None:
    path = write(OUTAGE)
    base, half = (sim.run(path, variant=variant).record for variant in (None, "half"))
    found = answer(base, [half])
    assert found is not None
    # A stock of 2 t lasts 0.2 years of an outage of 11 to 13 months, or of half a year; 10 t are used in a year.
    assert found.base.value == pytest.approx(8.0, abs=0.2)
    assert found.base.low < 8.0 < found.base.high
    (rival,) = found.against
    assert rival.figure.value == pytest.approx(3.0, abs=0.05)
    assert rival.figure.is_same
    assert rival.change.value == pytest.approx(rival.figure.value - found.base.value)
    assert found.days == 2 * 365.25
    assert answer(sim.run(path, sets=["headline=null"], runs=2).record) is None


def test_only_runs_of_the_same_worlds_are_set_against_each_other() -> None:
    path = write(OUTAGE)
    base = sim.run(path, runs=3).record
    for other in (sim.run(path, variant="half", runs=4).record, sim.run(path, variant="half", runs=3, rng_seed=9).record):
        with pytest.raises(ValueError, match="same worlds"):
            answer(base, [other])
    with pytest.raises(ScenarioError, match=r"headline.against: variant 'longer' looks over another length of time"):
        answer(base, [sim.run(path, variant="longer", runs=3).record])


def test_a_variant_with_another_generator_number_is_run_in_the_worlds_of_the_base() -> None:
    same = sim.answer(write(OUTAGE), runs=5)
    assert sim.answer(write(OUTAGE.replace("{duration: 6 months}}}", "{duration: 6 months}}, runs: {rng_seed: 8}}")), runs=5) == same


@pytest.mark.parametrize("measure", ["price_peak", "forgone_share"])
def test_what_is_not_kept_is_told_before_the_runs(measure: str) -> None:
    path = write(OUTAGE.replace("unmet_t", measure))
    for ask in (sim.check, sim.answer):
        with pytest.raises(ScenarioError, match=rf"scenario.yaml:\d+:1 headline: no {measure} is known here \(got x.made B all\)"):
            ask(path)


def test_a_variant_that_lacks_the_number_is_named() -> None:
    path = write(OUTAGE.replace("unmet_t", "price_peak").replace("price: {feedback: false}", "price: {feedback: true}"))
    sim.check(path)
    path.write_text(path.read_text().replace("half: {", "half: {rules: {price: {feedback: false}}, "))
    with pytest.raises(ScenarioError, match="no price_peak is known here in variant 'half'"):
        sim.check(path)


def test_losses_of_sectors_and_economies_are_read() -> None:
    sectors = "sectors: {use: {value_added: {B: 5 bn USD/year}}}\n"
    economies = "economies: {B: {sectors: [use], coefficients: [[0.2]], final_demand: [10 bn USD/year]}}\n"
    record = sim.run(write(OUTAGE + sectors + economies), runs=3).record
    places: tuple[tuple[Measure, str], ...] = (("sales_lost_share", "use"), ("value_added_lost", "use"), ("economy_lost", "all"))
    for measure, sector in places:
        assert (headline_sample(record, Headline(measure=measure, region="B", sector=sector)) > 0.0).all()
    assert headline_sample(record, Headline(measure="unmet_t", commodity="x.made", region="B", sector="use")).mean() > 7.0


def test_a_headline_changes_no_run() -> None:
    with_it, without = (sim.run(FLAGSHIP, sets=sets, runs=5) for sets in ([], ["headline=null"]))
    assert with_it.frame().equals(without.frame())
    assert manifest(with_it.record)["hash"] == manifest(without.record)["hash"]


def test_progress_counts_the_variants_too() -> None:
    told: list[tuple[int, int]] = []
    sim.answer(write(OUTAGE), runs=7, progress=lambda done, wanted: told.append((done, wanted)))
    assert told[-1] == (14, 14)
    assert [done for done, _ in told] == sorted(done for done, _ in told)


def test_a_figure_of_a_chance_is_not_the_same_in_every_run() -> None:
    assert Figure(1.0, 1.0, 1.0).is_same
    assert not Figure(1.0, math.nan, math.nan).is_same
