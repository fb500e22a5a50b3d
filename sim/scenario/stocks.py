"""Fixed stock policies of a network of one's own: levels to order up to, what becomes of unmet demand, and demand drawn step by step."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Annotated, Literal

from pydantic import Field, model_validator

from sim.errors import BadValue, Fault
from sim.scenario.amount import Quantity, Strict

if TYPE_CHECKING:
    from sim.scenario.cross import Parts

FixedMass = Annotated[float, Quantity("mass", 0, above=True, law=False)]


class EachStep(Strict):
    """Demand drawn anew in each step, whatever it was in the steps before; its mean is the amount."""

    kind: Literal["poisson", "normal"] = Field(description="poisson: whole lots, a Poisson number of them; normal: a normal law, cut at 0.")
    lot: FixedMass | None = Field(default=None, description="Tonnes of one lot under the poisson law; 1 t if left out.")
    sd: FixedMass | None = Field(default=None, description="Standard deviation of the demand of one step, in tonnes, under the normal law.")

    @model_validator(mode="after")
    def _check(self) -> EachStep:
        if self.kind == "normal" and self.sd is None:
            raise BadValue(Fault("a normal law needs its spread", None, "Write sd: with the tonnes of one step.", ("kind",)))
        strange = "lot" if self.kind == "normal" else "sd"
        if getattr(self, strange) is not None:
            other = "poisson" if strange == "lot" else "normal"
            raise BadValue(Fault(f"{strange} belongs to the {other} law", None, f"Remove it, or write kind: {other}.", (strange,)))
        return self


def stock_faults(parts: Parts) -> Iterator[Fault]:
    """Levels to order up to beside what they do not go with: prices that move, policies, sectors at work, the chains of materials."""
    if parts.network is None:
        return
    names = [name for name, node in parts.network.nodes.items() if node.order_up_to is not None]
    if not names:
        return
    path = ("network", "nodes", names[0], "order_up_to")
    if parts.rules is not None and parts.rules.price.feedback:
        what, remedy = "a fixed level does not answer prices, and here they move", "Write rules: {price: {feedback: false}}."
        yield Fault(what, "rules.price.feedback: true", remedy, path)
    if parts.materials:
        what = "a fixed level stands only in a network of one's own, without materials"
        yield Fault(what, ", ".join(parts.materials), "Remove order_up_to or materials.", path)
    for section, there in (("policies", parts.policies), ("sectors", parts.sectors)):
        for name in there:
            what = f"{section} do not act on nodes that order up to a fixed level"
            yield Fault(what, repr(name), "Remove it, or order_up_to from all nodes.", (section, name), on_key=True)
