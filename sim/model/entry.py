"""A number of a scenario and the name under which its chance is drawn."""

from __future__ import annotations

from typing import NamedTuple

from sim.scenario.law import Amount


class Entry(NamedTuple):
    """A number and the name of its stream of chance."""

    name: str
    amount: Amount
