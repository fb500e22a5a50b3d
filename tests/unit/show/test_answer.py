"""What an answer reads like."""

from __future__ import annotations

import math
from typing import Any

import pytest

from sim.measure.answer import Answer, Figure, Rival
from sim.scenario import Headline
from sim.scenario.headline import MEASURES, OF_ECONOMIES, OF_SECTORS
from sim.show.answer import PHRASES, sentence
from sim.show.claims import claims_text

NAN = math.nan


def told(measure: Any, figure: tuple[float, float, float], *rivals: Rival, sector: str = "all", days: float = 4 * 365.25) -> str:
    commodity = None if measure in (*OF_SECTORS, *OF_ECONOMIES) else "gallium.refined"
    headline = Headline(measure=measure, commodity=commodity, region="EU27", sector=sector)
    return sentence(Answer(headline=headline, days=days, base=Figure(*figure), against=rivals))


def rival(figure: tuple[float, float, float], change: tuple[float, float, float], name: str = "pooled-60") -> Rival:
    return Rival(name, Figure(*figure), Figure(*change))


def test_every_measure_has_a_phrase() -> None:
    assert tuple(PHRASES) == MEASURES


@pytest.mark.parametrize(
    ("measure", "figure", "sector", "said"),
    [
        ("p_short", (0.44, 0.42, 0.46), "all", "The chance that EU27 runs short of gallium, refined, within 4 years is 44 % (42-46)."),
        ("p_short", (0, 0, 0.0149), "all", "The chance that EU27 runs short of gallium, refined, within 4 years is < 1.5 %."),
        (
            "unmet_share", (0.006, 0.0055, 0.0066), "all",
            "EU27 goes without 0.60 % (0.55-0.66) of the gallium, refined, it wants over 4 years.",
        ),
        ("unmet_share", (0, 0, 0), "all", "EU27 goes without 0 % (in every run) of the gallium, refined, it wants over 4 years."),
        ("unmet_share", (0.5, NAN, NAN), "all", "EU27 goes without 50 % of the gallium, refined, it wants over 4 years."),
        ("unmet_share", (2e-5, 0, 4e-5), "all", "EU27 goes without < 0.01 % of the gallium, refined, it wants over 4 years."),
        (
            "unmet_t", (0.7, 0.53, 0.86), "chips",
            "The chips sector of EU27 goes without 700 kg (530-860) of gallium, refined, over 4 years.",
        ),
        ("unmet_t", (123456.0, 12e4, 127e3), "all", "EU27 goes without 123.5 kt (120.0-127.0) of gallium, refined, over 4 years."),
        ("days_short", (75.7, 57, 94.4), "all", "EU27 is short of gallium, refined, for 76 days (57-94) in 4 years."),
        (
            "lowest_cover_days", (34.87, 34.66, 35.08), "all",
            "Users' stock of gallium, refined, in EU27 falls to 34.9 days (34.7-35.1) of use at its least within 4 years.",
        ),
        (
            "forgone_share", (0.107, 0.094, 0.12), "all",
            "Final users in EU27 give up 10.7 % (9.4-12.0) of the gallium, refined, they would use over 4 years, because it is dear.",
        ),
        (
            "price_peak", (13.53, 11.3, 15.8), "all",
            "Gallium, refined, in EU27 peaks at 13.5 times (11.3-15.8) its price at rest within 4 years.",
        ),
        (
            "price_mean", (1, 1, 1), "all",
            "Gallium, refined, in EU27 costs 1 times (in every run) its price at rest on average over 4 years.",
        ),
        (
            "sales_lost_share", (0.004, 0.0024, 0.0057), "chips",
            "The chips sector of EU27 loses 0.40 % (0.24-0.57) of its sales over 4 years.",
        ),
        ("value_added_lost", (14e8, 8e8, 2e9), "chips", "The chips sector of EU27 loses 1.4 bn USD (0.8-2.0) of value added over 4 years."),
        (
            "value_added_lost_high", (354e5, 27e6, 44e6), "chips",
            "The chips sector of EU27 loses up to 35 m USD (27-44) of value added over 4 years.",
        ),
        ("economy_lost", (3e9, 2e9, 4e9), "all", "The economy of EU27 loses 3.0 bn USD (2.0-4.0) of value added over 4 years."),
    ],
)  # fmt: skip
def test_a_number_in_a_sentence(measure: str, figure: tuple[float, float, float], sector: str, said: str) -> None:
    assert told(measure, figure, sector=sector) == said


@pytest.mark.parametrize(
    ("measure", "beside", "said"),
    [
        (
            "unmet_share", rival((0.0021, 0.0018, 0.0024), (-0.0039, -0.0043, -0.0035)),
            "with pooled-60 0.21 %, 0.39 points less (0.35-0.43).",
        ),
        ("unmet_share", rival((0.0081, 0.007, 0.009), (0.002, 0.001, 0.003)), "with pooled-60 0.81 %, 0.20 points more (0.10-0.30)."),
        (
            "unmet_share", rival((0.0057, 0.005, 0.007), (-0.0003, -0.0009, 0.0002)),
            "with pooled-60 0.57 %, no different within the error (0.09 points less to 0.02 points more).",
        ),
        (
            "unmet_share", rival((0.0057, 0.005, 0.007), (0.00003, 0.0, 0.0009)),
            "with pooled-60 0.57 %, no different within the error (0 points less to 0.09 points more).",
        ),
        ("unmet_share", rival((0.006, 0.0055, 0.0066), (0, 0, 0)), "with pooled-60 0.60 %, the same in every run."),
        ("unmet_share", rival((0, 0, 0), (-0.006, -0.006, -0.006)), "with pooled-60 0 %, 0.6 points less in every run."),
        ("unmet_share", rival((0.006, NAN, NAN), (0, NAN, NAN)), "with pooled-60 0.6 %, the same."),
        ("p_short", rival((0, 0, 0.0149), (-0.44, -0.5, -0.38)), "with pooled-60 < 1.5 %, 44 points less (38-50)."),
        ("p_short", rival((0, 0, 0.0149), (0, 0, 0)), "with pooled-60 < 1.5 %, the same in every run."),
        ("price_peak", rival((0.55, 0.5, 0.6), (-0.7, -0.9, -0.5)), "with pooled-60 0.55 times, lower by 0.70 (0.50-0.90)."),
        (
            "price_peak", rival((0.6, 0.5, 0.7), (0.1, -0.2, 0.4)),
            "with pooled-60 0.60 times, no different within the error (lower by 0.20 to higher by 0.40).",
        ),
        ("unmet_t", rival((5e4, 4e4, 6e4), (5e4, 4e4, 6e4)), "with pooled-60 50 kt, 50 kt more (40-60)."),
    ],
)  # fmt: skip
def test_a_variant_beside_it(measure: str, beside: Rival, said: str) -> None:
    assert told(measure, (0.006, 0.0055, 0.0066), beside).split("; ")[1] == said


def test_several_variants_stand_in_order() -> None:
    same = (0.0, 0.0, 0.0)
    text = told("unmet_share", same, rival(same, same, "one"), rival(same, same, "two"), days=365.25)
    assert text.endswith("it wants over 1 year; with one 0 %, the same in every run; with two 0 %, the same in every run.")


def test_claims_are_listed_sheet_by_sheet() -> None:
    rows = [
        {"id": "one#a", "title": "First", "text": "A is so.", "scenarios": ["x", "y"], "answer": ["It is.", None]},
        {"id": "one#b", "title": "First", "text": "B is so.", "scenarios": [], "answer": []},
        {"id": "two#a", "title": "Second", "text": "C is so.", "scenarios": ["x"], "answer": None},
    ]
    assert claims_text(rows, n_runs=1500, width=60).splitlines() == [
        "one: First",
        "  a: A is so.",
        "    x: It is.",
        "    y has no headline to answer with",
        "  b: B is so.",
        "    no scenario yet",
        "",
        "two: Second",
        "  a: C is so.",
        "    x",
        "",
        "2 of 3 claims have a scenario. 1,500 runs of each scenario",
        "and variant, in the same worlds; in brackets: 95 %",
        "intervals.",
    ]
    assert claims_text(rows[1:2], n_runs=200).endswith("\n0 of 1 claims have a scenario.")
    assert claims_text(rows, n_runs=None).endswith("\n2 of 3 claims have a scenario.")
