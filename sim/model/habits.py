"""How users, producers and sellers behave: the scenario's rules as entries that may be drawn and times in days."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from sim.model.entry import Entry
from sim.scenario import Scenario


@dataclass(frozen=True, kw_only=True)
class Habits:
    """Rules of a scenario: numbers that may be laws as entries, times and what must be certain as plain numbers."""

    hoarding: Entry
    """Multiple of cover wanted under a full threat."""
    front_running: Entry
    """Orders before an announced restriction as a multiple of normal trade."""
    uneven: Entry
    """Unevenness of stocks among users."""
    scarcity: Entry
    """Elasticity of price to the shortfall of stock."""
    prospect: Entry
    """Elasticity of price to supply that is out of sight."""
    momentum: Entry
    """Elasticity of cover to price against what it was of late."""
    ceiling: Entry
    """Highest multiple of the price at rest that scarcity makes."""
    switching: Entry
    """Elasticity of shares to what sellers ask."""
    bidding: Entry
    """Elasticity to price of the part of an order that a short seller serves."""
    full_cost: Entry
    shut_price: Entry
    entry_price: Entry
    """Multiples of the price at rest."""
    entry_elasticity: Entry
    entry_growth: Entry
    """Most that is begun in a year, part of output at rest."""
    slip: Entry
    """Multiple by which works come later than announced."""
    growth: Entry
    """Relative growth of final demand in a year."""
    season: float
    """Swing of final demand over the year, fraction."""
    season_regions: tuple[str, ...]
    """Regions whose use has it."""
    season_peak: float
    """Day of the year of its highest point, from 0."""
    noise: float
    """Standard deviation of final demand of a node, fraction."""
    order_days: float
    stock_days: float
    expect_days: float
    price_days: Entry
    belief_days: Entry
    memory_days: float
    contract_days: float
    response_days: Entry
    sourcing_days: float
    signal_days: float
    closing_days: float
    restart_days: float
    build_days: float
    run_in_days: float
    noise_days: float
    """Times over which each adjusts."""


def habits_of(scenario: Scenario) -> Habits:
    """The rules of a scenario, each number named after the place where it is written."""
    rules = scenario.rules
    price, demand, supply, sourcing = rules.price, rules.demand, rules.supply, rules.sourcing
    month, day = (int(part) for part in demand.season_peak.split("-"))
    return Habits(
        hoarding=Entry("rules.hoarding", rules.hoarding),
        front_running=Entry("rules.front_running", rules.front_running),
        uneven=Entry("rules.uneven_stocks", rules.uneven_stocks),
        scarcity=Entry("rules.price.scarcity", price.scarcity),
        prospect=Entry("rules.price.prospect", price.prospect),
        momentum=Entry("rules.price.momentum", price.momentum),
        ceiling=Entry("rules.price.ceiling", price.ceiling),
        switching=Entry("rules.sourcing.switching", sourcing.switching),
        bidding=Entry("rules.sourcing.bidding", sourcing.bidding),
        full_cost=Entry("rules.supply.full_cost", supply.full_cost),
        shut_price=Entry("rules.supply.shut_price", supply.shut_price),
        entry_price=Entry("rules.supply.entry_price", supply.entry_price),
        entry_elasticity=Entry("rules.supply.entry_elasticity", supply.entry_elasticity),
        entry_growth=Entry("rules.supply.entry_growth", supply.entry_growth),
        slip=Entry("rules.supply.slip", supply.slip),
        growth=Entry("rules.demand.growth", demand.growth),
        season=demand.season,
        season_regions=scenario.regions_of(demand.season_in),
        season_peak=float((date(2001, month, day) - date(2001, 1, 1)).days),
        noise=demand.noise,
        order_days=rules.order_adjustment,
        stock_days=rules.stock_adjustment,
        expect_days=rules.expectation,
        price_days=Entry("rules.price.adjustment", price.adjustment),
        belief_days=Entry("rules.price.belief", price.belief),
        memory_days=price.memory,
        contract_days=price.contract,
        response_days=Entry("rules.demand.response", demand.response),
        sourcing_days=sourcing.qualification,
        signal_days=supply.signal,
        closing_days=supply.closing,
        restart_days=supply.restart,
        build_days=supply.build,
        run_in_days=supply.run_in,
        noise_days=demand.noise_memory,
    )
