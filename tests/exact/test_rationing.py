"""Rationing through the product: one week in which 10 t must do for wants of 2, 4 and 8 t (R1), and any other (R2)."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.worlds import run_text

# The only producer stops on the first day. What was under way lands in the first week, in which wants are met; the second week
# has what is left on hand.
WEEKS = 365.25 / 7
SECTORS = ("chips", "cars", "arms")


def given_to(rule: str, wants: tuple[float, ...] = (2, 4, 8), stock: float = 10, **more: str) -> list[float]:
    """Tonnes given to each want from a stock under a rule."""
    demand = ", ".join(
        f"{sector}: {{amount: {t * WEEKS!r} t/year{more.get(sector, '')}}}" for sector, t in zip(SECTORS, wants, strict=True)
    )
    text = f"""
network:
  commodities: {{x.made: {{}}}}
  nodes:
    x.made.A: {{production: {sum(wants) * WEEKS!r} t/year, spare: 0}}
    x.made.B: {{cover: {stock / sum(wants)!r} weeks, demand: {{{demand}}}}}
shocks: {{stop: {{kind: outage, commodity: x.made, region: A, start: 2026-01-01}}}}
"""
    rules = f"{{hoarding: 1, buffer: 0 days, lead_abroad: 1 week, lead_home: 1 week, use: {rule}, price: {{feedback: false}}}}"
    result = run_text(text, horizon="2 weeks", step="1 week", runs=1, rules=rules)
    return [t - result.record.outcome("unmet_t", "x.made", "B", sector)[0] for sector, t in zip(SECTORS, wants, strict=True)]


def test_proportional() -> None:
    assert given_to("proportional") == pytest.approx([1.42857, 2.85714, 5.71429], abs=1e-5)


def test_max_min() -> None:
    assert given_to("max-min") == pytest.approx([2, 4, 4], abs=1e-9)


def test_max_min_with_weights() -> None:
    assert given_to("max-min", arms=", weight: 3") == pytest.approx([2, 2, 6], abs=1e-9)


def test_priority_to_the_last() -> None:
    assert given_to("priority", chips=", priority: 1", cars=", priority: 1") == pytest.approx([2 / 3, 4 / 3, 8], abs=1e-9)
    assert given_to("priority", chips=", priority: 2", cars=", priority: 1") == pytest.approx([0, 2, 8], abs=1e-9)


TONNES = st.floats(0.01, 100).map(lambda t: float(f"{t:.4g}"))


@settings(max_examples=20)
@given(st.sampled_from(("proportional", "priority", "max-min")), st.tuples(TONNES, TONNES, TONNES), TONNES)
def test_r2_any_wants(rule: str, wants: tuple[float, ...], stock: float) -> None:
    """Nobody gets less than nothing or more than it wants, all goes while wants last; under max-min who lacks gets as much as anyone."""
    got = given_to(rule, wants, stock, cars=", priority: 1")
    rounding = 1e-9 * sum(wants)
    assert all(-rounding <= tonnes <= want + rounding for tonnes, want in zip(got, wants, strict=True))
    assert sum(got) == pytest.approx(min(stock, sum(wants)), abs=rounding)
    if rule == "max-min":
        assert all(tonnes >= max(got) - 2 * rounding for tonnes, want in zip(got, wants, strict=True) if tonnes < want - rounding)
