"""A small scenario to change in the tests."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

BASE = """\
title: A metal made in one country
clock: {start: 2026-01-01, horizon: 3 years}
network:
  commodities:
    ore.mined:
    metal.refined: {recipe: {ore.mined: 2 t/t}}
  nodes:
    ore.mined.AAA: {production: 20 t/year}
    metal.refined.AAA: {production: 10 t/year, spare: 20 %, demand: {chips: 4 t/year}}
    metal.refined.BBB: {cover: 8 weeks, demand: {chips: {amount: 5 t/year, weight: 2}, other: {uniform: [1 t/year, 2 t/year]}}}
    metal.refined.CCC:
  trade:
    - {commodity: metal.refined, from: AAA, to: BBB, flow: 6 t/year, lead: 6 weeks}
groups: {friends: [BBB, CCC]}
shocks:
  halt: {kind: export_ban, commodity: metal.refined, from: AAA, to: friends, start: 2026-07-01, duration: 6 months, leakage: 10 %}
policies:
  reserve: {kind: stockpile, commodity: metal.refined, holders: friends, target: 60 days, release: {when: shortage > 5 %}}
variants:
  long: {shocks: {halt: {duration: 2 years}}}
  free: {policies: {reserve: null}, title: No stock}
"""

Write = Callable[..., Path]


@pytest.fixture
def write(tmp_path: Path) -> Write:
    """Write a file into an empty folder and return its path."""

    def write_file(text: str = BASE, name: str = "base.yaml") -> Path:
        path = tmp_path / name
        path.write_text(text, encoding="utf-8")
        return path

    return write_file
