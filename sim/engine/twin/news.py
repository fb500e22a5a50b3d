"""What the twin tells: events, their kinds, and how amounts and names are put into words."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from sim.units import format_amount

KINDS = (
    "announced",
    "restriction starts",
    "approvals begin",
    "restriction eases",
    "restriction ends",
    "outage starts",
    "recovery begins",
    "outage ends",
    "surge starts",
    "surge fades",
    "surge ends",
    "disruption starts",
    "disruption eases",
    "disruption ends",
    "tariff starts",
    "tariff falls",
    "tariff ends",
    "dumping starts",
    "dumping fades",
    "dumping ends",
    "technology ban starts",
    "technology ban eases",
    "technology ban ends",
    "warning given",
    "warning called off",
    "policy in force",
    "policy in full force",
    "policy ends",
    "source qualified",
    "member leaves",
    "store releases",
    "store empty",
    "store release ends",
    "stock half gone",
    "stock empty",
    "shortage starts",
    "output cut for want of input",
    "output restored",
    "shortage ends",
    "shortage goes on",
    "sales lost",
    "sales recovered",
    "sales still lost",
    "price rises",
    "price falls back",
    "works shut",
    "works restart",
    "works begun",
    "works open",
    "users change",
    "users change back",
    "price floor spent",
    "stock rebuilt",
    "store full",
)
"""Kinds of event, in the order in which those of the same date are told: causes before effects."""

ROUNDING = 1e-9
"""Fraction below which an amount is rounding, and no news."""


@dataclass(frozen=True)
class Event:
    """One line of the log. `amount` is in `unit`: `t`, `share`, `days`, `times` (a multiple) or `USD`."""

    step: int
    date: date
    kind: str
    commodity: str
    region: str
    amount: float
    unit: str
    text: str


@dataclass(frozen=True)
class Told:
    """An event before it has its date: `at` in steps from the clock's start."""

    at: float
    kind: str
    commodity: str
    region: str
    amount: float
    unit: str
    text: str


def listed(names: Iterable[str], at_most: int = 4) -> str:
    """Names, each once; beyond `at_most` of them the rest is counted."""
    unique = list(dict.fromkeys(names))
    if len(unique) <= at_most:
        return ", ".join(unique)
    return f"{', '.join(unique[:at_most])} and {len(unique) - at_most} more"


def period(step_days: float) -> str:
    """What a step of so many days is called."""
    # A month is given as days: between 28 and 31 of them.
    return "day" if step_days == 1.0 else "week" if step_days == 7.0 else "month" if 28.0 <= step_days <= 31.0 else "step"


def lasting(days: float) -> str:
    """A time in whole days."""
    return format_amount(float(round(days)), "time")


def tonnes(amount: float) -> str:
    """An amount in t to three digits."""
    return format_amount(float(f"{amount:.3g}"), "mass")


def dollars(amount: float) -> str:
    """An amount in USD to three digits."""
    return f"{float(f'{amount:.3g}'):.15g} USD"


def percent(share: float) -> str:
    """A fraction to two digits."""
    return format_amount(float(f"{share:.2g}"), "share")


def times(multiple: float) -> str:
    """A multiple to two digits."""
    return format_amount(float(f"{multiple:.2g}"), "number")
