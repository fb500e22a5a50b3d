"""What a person may write: a strict, frozen schema, and how a file becomes a Scenario."""

from sim.scenario.economy import Economy
from sim.scenario.headline import Headline
from sim.scenario.law import (
    Amount,
    Beta,
    Choice,
    Empirical,
    Exponential,
    Law,
    Lognormal,
    Normal,
    Pert,
    Triangular,
    Uniform,
    support,
)
from sim.scenario.library import sheets, shipped
from sim.scenario.load import check_materials, check_names, check_regions, load, load_text, variants
from sim.scenario.network import CommoditySpec, Demand, NetworkSpec, NodeSpec, TradeSpec
from sim.scenario.policy import Policy, PriceFloor, Release, Stockpile
from sim.scenario.rules import DemandRules, PriceRules, Rules, SourcingRules, SupplyRules
from sim.scenario.scenario import Clock, Runs, Scenario, Watch
from sim.scenario.schema import json_schema, reference, schema_text
from sim.scenario.sector import Sector
from sim.scenario.sheet import Sheet
from sim.scenario.shock import (
    After,
    DemandSurge,
    Dumping,
    Every,
    ExportBan,
    ExportLicence,
    Outage,
    Shock,
    Tariff,
    TechnologyBan,
    Transport,
)

__all__ = [
    "After",
    "Amount",
    "Beta",
    "Choice",
    "Clock",
    "CommoditySpec",
    "Demand",
    "DemandRules",
    "DemandSurge",
    "Dumping",
    "Economy",
    "Empirical",
    "Every",
    "Exponential",
    "ExportBan",
    "ExportLicence",
    "Headline",
    "Law",
    "Lognormal",
    "NetworkSpec",
    "NodeSpec",
    "Normal",
    "Outage",
    "Pert",
    "Policy",
    "PriceFloor",
    "PriceRules",
    "Release",
    "Rules",
    "Runs",
    "Scenario",
    "Sector",
    "Sheet",
    "Shock",
    "SourcingRules",
    "Stockpile",
    "SupplyRules",
    "Tariff",
    "TechnologyBan",
    "TradeSpec",
    "Transport",
    "Triangular",
    "Uniform",
    "Watch",
    "check_materials",
    "check_names",
    "check_regions",
    "json_schema",
    "load",
    "load_text",
    "reference",
    "schema_text",
    "sheets",
    "shipped",
    "support",
    "variants",
]
