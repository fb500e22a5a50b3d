"""Rules of behaviour: prices, demand, supply, sourcing, and how stock is kept and goods are shared."""

from __future__ import annotations

import re
from datetime import date
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field, WithJsonSchema, model_validator

from sim.errors import BadValue, Fault, refuse
from sim.scenario.amount import (
    Elasticity,
    Excess,
    FixedDelay,
    FixedShare,
    FixedTime,
    Multiple,
    Names,
    Quantity,
    Share,
    Slope,
    Strict,
    Time,
    Whole,
    written,
)
from sim.scenario.law import Amount, support

_NotNegative = Annotated[Amount, Quantity("number", 0, 10)]
_Scarcity = Annotated[Amount, Quantity("number", 0, 30)]
_Prospect = Annotated[Amount, Quantity("number", 0, 100)]
_Momentum = Annotated[Amount, Quantity("number", 0, 2)]
_Ceiling = Annotated[Amount, Quantity("number", 1, 1e6, above=True, hint="It is a multiple of the price at rest.")]
_Growth = Annotated[Amount, Quantity("share", -1, 10, above=True)]
_Spread = Annotated[float, Quantity("share", 0, 2, law=False)]
_Below = Annotated[Amount, Quantity("number", 0, 1, above=True, below=True)]
_EntryPrice = Annotated[Amount, Quantity("number", 1, 100, hint="It is a multiple of the price at rest: 1.5 means half as much again.")]
_FullCost = Annotated[Amount, Quantity("number", 1.01, 1e6, hint="It is a multiple of the price at rest: 2 means twice as much.")]
_DAY_OF_YEAR = r"(\d{2})-(\d{2})"


def _read_day_of_year(value: Any) -> str:
    match = re.fullmatch(_DAY_OF_YEAR, value.strip(), re.ASCII) if isinstance(value, str) else None
    if match is None:
        raise refuse("not a day of the year", value, "Write month-day, such as '01-15'.")
    try:
        date(2025, int(match[1]), int(match[2]))  # not a leap year: the day must come every year
    except ValueError as error:
        raise refuse("no such day in every year", value, "Write month-day, such as '01-15'.") from error
    return match[0]


_DayOfYear = Annotated[str, BeforeValidator(_read_day_of_year), WithJsonSchema({"type": "string", "pattern": f"^{_DAY_OF_YEAR}$"})]


def is_long_below(short: Amount, long: Amount) -> bool:
    """Whether an elasticity in the long run is certainly below that at once."""
    return support(long)[1] < support(short)[0]


class PriceRules(Strict):
    """How prices answer scarcity, and whether anything answers prices."""

    feedback: bool = Field(
        default=True, description="False: quantities only; prices, and all that answers them, stand still. true: assumption."
    )
    scarcity: _Scarcity = Field(
        default=written({"triangular": [0.69, 0.83, 0.99]}),
        description="Elasticity of price to the shortfall of users' stock. The law is fitted on past episodes.",
    )
    prospect: _Prospect = Field(
        default=written({"triangular": [0.38, 2, 11]}),
        description="Elasticity of price to supply out of sight: what would be ordered at the usual price, and neither comes nor "
        "could. The law is fitted on past episodes.",
    )
    belief: Time = Field(
        default=written("170 days"),
        description="Time in which users come to believe that what they are sent is what they will be sent. 170 days: fitted on past "
        "episodes, which ask for no spread.",
    )
    momentum: _Momentum = Field(
        default=0.076,
        description="How far buyers stock up on rising prices and run down on falling ones: elasticity of the cover they want to "
        "price against what it was of late. 0.076: fitted on past episodes, which ask for no spread.",
    )
    memory: FixedDelay = Field(
        default=written("2 months"), description="Time over which what a price was of late follows it. 2 months: assumption."
    )
    ceiling: _Ceiling = Field(
        default=40.0, description="Highest price that scarcity can make, as a multiple of the one at rest. 40: cerium rose 36-fold in 2011."
    )
    adjustment: Time = Field(
        default=written("8 days"),
        description="Time in which a price closes its gap to what scarcity asks. 8 days: fitted on past episodes (6.9), then raised with "
        "hoarding lowered.",
    )
    contract: FixedDelay = Field(
        default=written("6 months"),
        description="Time in which what sellers ask follows what their last tonne costs them. 6 months: assumption, contracts of a year "
        "that run out at different times. Much shorter, and the stages of a chain feed on each other's prices.",
    )


class DemandRules(Strict):
    """How final demand answers prices, and how it grows, swings with the season and wavers."""

    elasticity: Elasticity = Field(
        default=written({"triangular": [0.14, 0.21, 0.3]}),
        description="Part by which users cut their use at once for a rise of the price: 0.15 means 10 % dearer, 1.5 % less. Written "
        "positive. In the literature collected for GLOMBO 0.05 to 0.35 (66 publications). The law is fitted on past episodes.",
    )
    elasticity_long: Elasticity = Field(
        default=written({"triangular": [0.27, 0.37, 0.5]}),
        description="The same in the long run, not below elasticity. In the same literature 0.2 to 0.9. The law is fitted on past "
        "episodes.",
    )
    response: Time = Field(
        default=written("400 days"),
        description="Time over which use moves from the first to the second. 400 days: fitted on past episodes, which ask for no spread.",
    )
    growth: _Growth = Field(default=0.0, description="Growth of final demand per year, above -100 %. 0: assumption, none.")
    season: FixedShare = Field(default=0.0, description="Swing of final demand over the year, up and down. 0: assumption, none.")
    season_in: Names = Field(default=("all",), description="Regions or groups whose use has this season; all if left out.")
    season_peak: _DayOfYear = Field(
        default=written("01-15"), description="Day of the year on which it is highest, as month-day. 01-15: assumption, mid-winter."
    )
    noise: _Spread = Field(
        default=0.0, description="Spread (standard deviation) of final demand about its path, as a share of it. 0: assumption, none."
    )
    noise_memory: FixedDelay = Field(
        default=written("1 month"), description="Time in which such a deviation fades to about a third. 1 month: assumption."
    )

    @model_validator(mode="after")
    def _check(self) -> DemandRules:
        if is_long_below(self.elasticity, self.elasticity_long):
            raise BadValue(below_short(self.elasticity, self.elasticity_long, ("elasticity_long",)))
        return self


def below_short(short: Amount, long: Amount, path: tuple[str | int, ...]) -> Fault:
    """The fault of an elasticity that is smaller in the long run than at once."""
    least, greatest = support(short)[0], support(long)[1]
    remedy = f"Users find more ways in the long run: give {least:g} or more."
    return Fault(f"below the elasticity at once, {least:g}", f"{greatest:g}", remedy, path)


class SupplyRules(Strict):
    """How producers answer prices: within capacity, by shutting works and by building new ones."""

    elasticity: Slope = Field(
        default=0.2, description="Elasticity of output to price within capacity, at least 0.05. 0.2: literature collected for GLOMBO."
    )
    full_cost: _FullCost = Field(
        default=2.2,
        description="Price, as a multiple of the one at rest, at which all capacity is worth running, however much of it stood idle: "
        "elasticities are measured near usual output and would make idle works dear beyond all measure. 2.2: fitted on past episodes, "
        "which ask for no spread.",
    )
    shut_price: _Below = Field(
        default=0.7,
        description="Price, as a multiple of the one at rest, below which works begin to shut; all have shut at three quarters of it. "
        "0.7: assumption.",
    )
    closing: FixedDelay = Field(default=written("90 days"), description="Time over which works shut. 90 days: assumption.")
    restart: FixedDelay = Field(default=written("1 year"), description="Time over which shut works come back. 1 year: assumption.")
    entry_price: _EntryPrice = Field(
        default=1.8,
        description="Price, as a multiple of the one at rest, that new capacity needs. 1.8: assumption after one case; in 2025 a floor of "
        "110 USD/kg was agreed for NdPr at about 60 in China.",
    )
    entry_elasticity: _NotNegative = Field(
        default=0.79, description="Elasticity of capacity to price in the long run, above entry_price. 0.79 (0.6 to 1.2): literature."
    )
    entry_growth: Excess = Field(
        default=written("25 %"), description="Most new capacity begun in a year, as a share of output at rest. 25 %: assumption."
    )
    signal: FixedDelay = Field(
        default=written("6 months"),
        description="Time over which the price that investors believe follows the market. 6 months: assumption.",
    )
    build: FixedTime = Field(
        default=written("17 months"),
        description="Announced time to build new works. 17 months: with slip 2.4 years, the record for brownfield expansions.",
    )
    slip: Multiple = Field(default=1.7, description="Multiple by which works come later than announced. 1.7: 1.5 to 2.2 in the record.")
    run_in: FixedDelay = Field(
        default=written("3.5 years"),
        description="Time constant of running new works in. 3.5 years: a quarter of nameplate a year after first output, as in past cases.",
    )


class SourcingRules(Strict):
    """How buyers move between sellers."""

    bidding: _NotNegative = Field(
        default=4.1,
        description="Elasticity to price of the part of their orders that buyers are served from a seller who has not enough. 4.1: "
        "fitted on past episodes, which ask for no spread.",
    )
    switching: _NotNegative = Field(
        default=1.0,
        description="Elasticity of sellers' shares to what they ask. 1: fitted on past episodes, which ask for no spread.",
    )
    qualification: FixedDelay = Field(
        default=written("5 months"),
        description="Time over which shares move to other sellers. 5 months: 4 to 7 months for approval of a supplier to car makers "
        "(a weak source).",
    )


class Rules(Strict):
    """How users, producers and sellers behave. Defaults are judged by `sim backtest`."""

    price: PriceRules = Field(default_factory=PriceRules, description="How prices answer scarcity.")
    demand: DemandRules = Field(default_factory=DemandRules, description="How final demand answers prices, grows and wavers.")
    supply: SupplyRules = Field(default_factory=SupplyRules, description="How producers answer prices.")
    sourcing: SourcingRules = Field(default_factory=SourcingRules, description="How buyers move between sellers.")
    order_adjustment: FixedDelay = Field(
        default=written("8 weeks"), description="Time in which users close a gap in their stock. 8 weeks: assumption."
    )
    stock_adjustment: FixedDelay = Field(
        default=written("4 weeks"), description="Time in which producers close a gap in theirs. 4 weeks: assumption."
    )
    expectation: FixedDelay = Field(
        default=written("8 weeks"),
        description="Time over which expected use and orders follow what is seen. 8 weeks: assumption, equal to order_adjustment.",
    )
    discount: Share = Field(
        default=written("3 %"),
        description="Rate at which money of later years counts less, per year. 3 %: an assumption, social discount rates are 2 to 5 %.",
    )
    hoarding: Multiple = Field(
        default=2.4,
        description="Multiple of cover that buyers want under a threat. Seen: stocks of 1.3 to 2 times the usual. 2.4: fitted on past "
        "episodes (2.6), then lowered until an alarm moves a price by no more than a quarter.",
    )
    front_running: Multiple = Field(
        default=2.7,
        description="Orders over links about to be restricted, as a multiple of normal trade, in the last 30 days before a "
        "restriction that was announced ahead. Seen: exports of 2 to 5 times normal. 2.7: fitted on past episodes, which ask for no "
        "spread.",
    )
    uneven_stocks: Share = Field(
        default=0.0,
        description="How unevenly stock is spread among users: 0 all alike, 0.8 the default of ARIO. 0: assumption, the mildest case.",
    )
    input_cost: FixedShare = Field(
        default=written("50 %"),
        description="Share of all inputs together in the cost of what is made from them, where not stated. 50 %: assumption.",
    )
    spare: Excess = Field(default=written("10 %"), description="Capacity above output at rest where none is given. 10 %: assumption.")
    cover: Time = Field(
        default=written("6 weeks"),
        description="Users' stock where none is given. 6 weeks: assumption, the low end of what past episodes show.",
    )
    buffer: Time = Field(default=written("2 weeks"), description="Producers' finished stock where none is given. 2 weeks: assumption.")
    lead_home: FixedTime = Field(default=written("1 week"), description="Lead time within a region. 1 week: assumption, road and rail.")
    lead_abroad: FixedTime = Field(
        default=written("6 weeks"), description="Lead time between regions. 6 weeks: by sea in past episodes (Japan to Korea 1)."
    )
    sweeps: Whole = Field(
        default=3, ge=1, le=10, description="Rounds in which unmet orders are placed again with other sellers. 3: assumption."
    )
    use: Literal["proportional", "priority", "max-min"] = Field(
        default="proportional", description="How a node's stock is shared among its users. proportional: assumption, nobody is favoured."
    )
    ship: Literal["highest-bid", "proportional", "domestic-first", "allies-first", "max-min"] = Field(
        default="highest-bid",
        description="How sellers share goods among buyers when there is not enough. highest-bid: those more who pay more, as far as "
        "rules.sourcing.bidding goes; proportional: nobody is favoured.",
    )
    allies: Names | None = Field(default=None, description="Regions or groups that serve each other first; needed for ship: allies-first.")

    @model_validator(mode="after")
    def _check(self) -> Rules:
        if self.ship == "allies-first" and self.allies is None:
            what, remedy = "allies-first needs allies", "Write allies: with a group or a list of regions."
            raise BadValue(Fault(what, None, remedy, ("ship",)))
        return self
