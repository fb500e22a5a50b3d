"""Every chain of the pack stands still when nothing happens, by itself and all together, with six regions and with twelve."""

from __future__ import annotations

import numpy as np
import pytest

from sim.data import materials
from sim.draw import draw
from sim.engine.batch import simulate
from sim.engine.state import at_rest
from sim.model.compile import compile_model
from sim.model.model import Model
from sim.scenario import load

SIX = "CHN, EU27, JPN, KOR, USA, ROW"
TWELVE = "CHN, EU27, JPN, KOR, USA, IND, GBR, TWN, AUS, COD, IDN, ROW"


def whole(names: tuple[str, ...], regions: str, path, years: int = 5) -> Model:
    text = f"title: t\nquestion: q?\nclock: {{start: 2026-10-01, horizon: {years} years, step: 1 week}}\nruns: {{count: 3, rng_seed: 1}}\n"
    path.write_text(f"{text}materials: [{', '.join(names)}]\nregions: [{regions}]\n", encoding="utf-8")
    return compile_model(load(path))


def moved(model: Model) -> float:
    """Largest part of itself by which a stock or a price has moved at the end."""
    room = simulate(model.network, draw(model, 1, 0, 2), lambda room, k: None)
    start = at_rest(room.plan, room.world)
    gaps = [np.abs(room.state.on_hand - start.on_hand) / np.maximum(start.on_hand, 1e-12)]
    gaps += [np.abs(room.state.finished - start.finished) / np.maximum(start.finished, 1e-12), np.abs(room.market.price)]
    return max(float(gap.max()) for gap in gaps)


@pytest.mark.parametrize("regions", [SIX, TWELVE], ids=["six", "twelve"])
@pytest.mark.parametrize("material", materials())
def test_a_chain_rests(material: str, regions: str, tmp_path) -> None:
    assert moved(whole((material,), regions, tmp_path / "rest.yaml", years=2)) < 1e-9


@pytest.mark.parametrize("regions", [SIX, TWELVE], ids=["six", "twelve"])
def test_all_chains_rest_as_one(regions: str, tmp_path) -> None:
    model = whole(materials(), regions, tmp_path / "rest.yaml")
    assert model.network.n_node > 20 * len(regions.split(","))  # a few hundred places
    assert moved(model) < 1e-9
