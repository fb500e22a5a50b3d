"""Published indices of dependence, as plain functions of numbers; NaN is what is not known, and stays so."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping

CRITICAL_SUPPLY_RISK, CRITICAL_IMPORTANCE = 1.0, 2.8
"""From these on the European Union calls a material critical."""
WORST_GOVERNANCE = 2.5
"""The World Bank's scale runs from about -2.5 to 2.5."""
MOST = 10.0
"""Upper end of the European Union's scales."""
COPPER_USD_PER_KG = 0.409412948
"""GeoPolRisk score x price of copper, mean of the OECD countries 2017-2021, USD/kg."""


def concentration(amounts: Iterable[float]) -> float:
    """Herfindahl-Hirschman index `sum (x_c / sum x)^2` of some amounts, 0 to 1 (Hirschman 1964, Am. Econ. Rev. 54); NaN of nothing.

    Arguments:
        amounts: what each country makes or sells, at least 0, in one unit, [country].
    """
    parts = list(amounts)
    total = sum(parts)
    return sum((part / total) ** 2 for part in parts) if total > 0 else math.nan


def governance_risk(mean: float) -> float:
    """Governance on the European Union's scale, `(2.5 - mean) 2`: about 0 (best) to 10 (worst).

    Arguments:
        mean: mean of the six dimensions of the Worldwide Governance Indicators.
    """
    return (WORST_GOVERNANCE - mean) * 2.0


def weighted_concentration(amounts: Mapping[str, float], risk: Mapping[str, float], trade: Mapping[str, float] | None = None) -> float:
    """Concentration weighted by governance, `sum S_c^2 WGI_c t_c`, 0 to 10 (Blengini et al. 2017, Resour. Policy 53).

    Arguments:
        amounts: what each country makes or sells, at least 0, in one unit.
        risk: governance of each on the scale of `governance_risk`; NaN if that of a country with an amount is not there.
        trade: factor for export restrictions and agreements; 1 for countries without one.
    """
    total = sum(amounts.values())
    if total <= 0:
        return math.nan
    factors = trade or {}
    return sum((x / total) ** 2 * risk.get(name, math.nan) * factors.get(name, 1.0) for name, x in amounts.items() if x)


def import_reliance(use: float, production: float, recycled: float) -> float:
    """Net import reliance `max(0, use - production - recycled) / use`: the part of use that home supply does not cover.

    With stocks at rest this is the USGS's (imports - exports) / apparent consumption. NaN where there is no use.

    Arguments:
        use: all use of a region, t in a time.
        production: its primary output, same unit.
        recycled: its secondary supply, same unit.
    """
    return max(0.0, use - production - recycled) / use if use > 0 else math.nan


def supply_risk(hhi_global: float, hhi_eu: float, reliance: float, recycled_frac: float, substitution: float = 1.0) -> float:
    """The European Union's supply risk of a stage, `[GS IR/2 + EU (1 - IR/2)] (1 - EoL_RIR) SI_SR` (European Commission 2017).

    Where one of the two mixes is not known the other is used alone; NaN without either.

    Arguments:
        hhi_global: concentration of the world's production weighted by governance (GS); NaN if not known.
        hhi_eu: the same of the buyer's sourcing (EU); NaN if not known.
        reliance: net import reliance (IR), fraction; not needed where one mix stands alone.
        recycled_frac: end-of-life recycling input rate, fraction.
        substitution: factor for substitutes (SI_SR), 0 to 1.
    """
    if math.isnan(hhi_eu):
        mix = hhi_global
    elif math.isnan(hhi_global):
        mix = hhi_eu
    else:
        mix = hhi_global * reliance / 2.0 + hhi_eu * (1.0 - reliance / 2.0)
    return mix * (1.0 - recycled_frac) * substitution


def largest(stages: Iterable[float]) -> float:
    """Supply risk of a material: the largest of its stages, those not known left out; NaN if none is known.

    Arguments:
        stages: supply risk of each stage.
    """
    return max((value for value in stages if not math.isnan(value)), default=math.nan)


def economic_importance(shares: Mapping[str, float], value_added: Mapping[str, float], most: float, substitution: float = 1.0) -> float:
    """The European Union's economic importance, `10 sum A_s Q_s / max Q  SI_EI`, 0 to 10 (European Commission 2017).

    Arguments:
        shares: share of end use by sector, A_s.
        value_added: of each of those sectors, Q_s, in one unit of money; NaN follows where one is not there.
        most: value added of the largest manufacturing sector, same unit.
        substitution: factor for substitutes (SI_EI), 0 to 1.
    """
    return MOST * sum(share * value_added.get(sector, math.nan) for sector, share in shares.items()) / most * substitution


def is_critical(risk: float, importance: float) -> bool:
    """Whether supply risk and economic importance both reach the European Union's thresholds, 1.0 and 2.8.

    Arguments:
        risk: of `supply_risk`.
        importance: of `economic_importance`.
    """
    return risk >= CRITICAL_SUPPLY_RISK and importance >= CRITICAL_IMPORTANCE


def instability(stability: float) -> float:
    """Political instability on GeoPolRisk's scale, `(2.5 - stability) / 5`, 0 (best) to 1 (worst).

    Arguments:
        stability: political stability and absence of violence of the Worldwide Governance Indicators.
    """
    return min(1.0, max(0.0, (WORST_GOVERNANCE - stability) / (2.0 * WORST_GOVERNANCE)))


def geopolrisk(hhi: float, imports: Mapping[str, float], unrest: Mapping[str, float], production: float) -> float:
    """GeoPolRisk score `HHI sum_i g_i f_i / (p + F)`, 0 to 1 (Gemechu et al. 2016, J. Ind. Ecol. 20(1)).

    NaN where there is neither production nor import, or where g of a seller is not known.

    Arguments:
        hhi: concentration of the world's production, 0 to 1.
        imports: f_i by country of origin, home not among them, t in a time; F is their sum.
        unrest: g_i by country, of `instability`.
        production: p, home output, same unit as imports.
    """
    supply = production + sum(imports.values())
    risky = sum(unrest.get(name, math.nan) * amount for name, amount in imports.items() if amount)
    return hhi * risky / supply if supply > 0 else math.nan


def geopolrisk_factor(score: float, price: float) -> float:
    """GeoPolRisk characterisation factor `score price / 0.409412948`, kg of copper equivalent per kg (Santillan-Saldivar et al. 2022).

    Arguments:
        score: of `geopolrisk`.
        price: of the material, USD/kg.
    """
    return score * price / COPPER_USD_PER_KG
