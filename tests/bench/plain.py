"""The classic serial system as a plain SimPy model: an object a stage, a process for its orders and one for each shipment."""

from __future__ import annotations

import random
from collections.abc import Generator
from itertools import pairwise
from typing import Any

import simpy

Process = Generator[simpy.Event, Any, None]
EARLY = 0.25
"""Part of a period by which goods arrive before the demand of their period; costs are counted as long after it."""
WARM_UP = 50
"""Periods left out: all stages begin with their whole level on hand."""


class Stage:
    """Holds stock, passes on every order it takes, and sends what it can of what it owes."""

    def __init__(self, env: simpy.Environment, level: float, lead: float) -> None:
        self.env, self.lead = env, lead
        self.stock = simpy.Container(env, init=level)
        self.orders: simpy.Store = simpy.Store(env)
        self.owed = self.under_way = 0.0
        self.supplier: Stage | Supplier | None = None
        self.customer: Stage | None = None
        env.process(self.take_orders())

    def take_orders(self) -> Process:
        """Order what is asked, which keeps stock and orders less debts at the level, and serve."""
        while True:
            asked = yield self.orders.get()
            self.owed += asked
            if self.supplier is not None:
                yield self.supplier.orders.put(asked)
            yield from self.serve()

    def serve(self) -> Process:
        """Send what is there of what is owed."""
        sent = min(self.stock.level, self.owed)
        if sent > 0.0:
            self.owed -= sent
            yield self.stock.get(sent)
            if self.customer is not None:
                self.env.process(self.customer.receive(sent))

    def receive(self, sent: float) -> Process:
        """Goods travel, arrive, and go on to who waits for them."""
        self.under_way += sent
        yield self.env.timeout(self.lead - EARLY)
        self.under_way -= sent
        yield self.stock.put(sent)
        yield from self.serve()


class Supplier:
    """Sends all that is ordered."""

    def __init__(self, env: simpy.Environment, customer: Stage) -> None:
        self.env, self.customer = env, customer
        self.orders: simpy.Store = simpy.Store(env)
        env.process(self.take_orders())

    def take_orders(self) -> Process:
        """Ship at once."""
        while True:
            asked = yield self.orders.get()
            self.env.process(self.customer.receive(asked))


def mean_cost(n_period: int, seed: int) -> float:
    """Mean cost of a period: 7, 4 and 2 a tonne held, goods under way at the rate of who sent them, 37.12 a tonne owed to customers.

    Arguments:
        n_period: periods simulated, the warm-up with them.
        seed: of the random numbers.
    """
    env, chance = simpy.Environment(), random.Random(seed)
    stages = [Stage(env, level, lead) for level, lead in ((6.49, 1.0), (5.53, 1.0), (10.69, 2.0))]
    for stage, supplier in pairwise(stages):
        stage.supplier, supplier.customer = supplier, stage
    stages[-1].supplier = Supplier(env, stages[-1])
    costs: list[float] = []

    def customers() -> Process:
        for _ in range(n_period):
            yield env.timeout(1.0)
            yield stages[0].orders.put(max(0.0, chance.gauss(5.0, 1.0)))

    def book() -> Process:
        yield env.timeout(EARLY)
        near, middle, far = stages
        for _ in range(n_period):
            yield env.timeout(1.0)
            held = 7.0 * near.stock.level + 4.0 * (middle.stock.level + near.under_way) + 2.0 * (far.stock.level + middle.under_way)
            costs.append(held + 37.12 * near.owed)

    env.process(customers())
    env.process(book())
    env.run()
    return sum(costs[WARM_UP:]) / (n_period - WARM_UP)
