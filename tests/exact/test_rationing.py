"""Rationing through the product: one week in which 10 t must do for wants of 2, 4 and 8 t (R1)."""

from __future__ import annotations

import pytest

from tests.worlds import run_text

# The only producer stops on the first day. What was under way lands in the first week, in which wants are met; the second week
# has the 10 t left on hand.
WEEKS = 365.25 / 7


def unmet_of(rule: str, keys: str = "{chips: {}, cars: {}, arms: {}}", **more: str) -> list[float]:
    """Tonnes given to wants of 2, 4 and 8 t from 10 t under a rule."""
    wants = {"chips": 2, "cars": 4, "arms": 8}
    demand = ", ".join(f"{s}: {{amount: {q * WEEKS!r} t/year{more.get(s, '')}}}" for s, q in wants.items())
    text = f"""
network:
  commodities: {{x.made: {{}}}}
  nodes:
    x.made.A: {{production: {14 * WEEKS!r} t/year, spare: 0}}
    x.made.B: {{cover: {10 / 14!r} weeks, demand: {{{demand}}}}}
shocks: {{stop: {{kind: outage, commodity: x.made, region: A, start: 2026-01-01}}}}
"""
    rules = f"{{hoarding: 1, buffer: 0 days, lead_abroad: 1 week, lead_home: 1 week, use: {rule}, price: {{feedback: false}}}}"
    result = run_text(text, horizon="2 weeks", step="1 week", runs=1, rules=rules)
    return [q - result.record.outcome("unmet_t", "x.made", "B", sector)[0] for sector, q in wants.items()]


def test_proportional() -> None:
    assert unmet_of("proportional") == pytest.approx([1.42857, 2.85714, 5.71429], abs=1e-5)


def test_max_min() -> None:
    assert unmet_of("max-min") == pytest.approx([2, 4, 4], abs=1e-9)


def test_max_min_with_weights() -> None:
    assert unmet_of("max-min", arms=", weight: 3") == pytest.approx([2, 2, 6], abs=1e-9)


def test_priority_to_the_last() -> None:
    assert unmet_of("priority", chips=", priority: 1", cars=", priority: 1") == pytest.approx([2 / 3, 4 / 3, 8], abs=1e-9)
    assert unmet_of("priority", chips=", priority: 2", cars=", priority: 1") == pytest.approx([0, 2, 8], abs=1e-9)
