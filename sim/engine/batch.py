"""The batch engine: a SimPy calendar wakes shocks and the market; the market moves all runs of the batch at once."""

from __future__ import annotations

from collections.abc import Callable, Generator, Sequence

import numpy as np
import simpy

from sim.engine.board import Board, schedule
from sim.engine.state import Room
from sim.engine.step import step
from sim.errors import Problem, RunError
from sim.model.world import Network, World

MARKET_OPENS = 0.5
MATTER_TOLERANCE = 1e-9

Count = Callable[[Room, int], None]


def simulate(net: Network, world: World, count: Count, start_order: Sequence[int] | None = None) -> Room:
    """Run every step of one batch.

    Arguments:
        net: structure.
        world: numbers of the batch, `[axis, run]`.
        count: called after each step with the batch and the number of the step; folds what is to be kept.
        start_order: order in which the calendar's processes are started; results do not depend on it.

    Raises:
        RunError: matter was made or lost.
    """
    room = Room(net, world)
    board = Board(room)
    ledger = Ledger(room)
    env = simpy.Environment()
    processes = [_shock(env, board, i, net.n_step) for i in range(len(net.shocks))]
    processes.append(_market(env, room, board, [ledger.count, count]))
    for i in start_order if start_order is not None else range(len(processes)):
        env.process(processes[i])
    env.run(until=net.n_step)
    ledger.close()
    return room


def _shock(env: simpy.Environment, board: Board, shock: int, n_step: int) -> Generator[simpy.Event, None, None]:
    """Wake at each step where the shock opens, closes, rises or falls in some run."""
    for k, runs in schedule(board.room.world.events[shock], n_step):
        yield env.timeout(k - env.now)
        board.switch(shock, k, runs)


def _market(env: simpy.Environment, room: Room, board: Board, counts: Sequence[Count]) -> Generator[simpy.Event, None, None]:
    """Trade once a step, half a step after shocks have switched, so that ties are settled by the clock."""
    yield env.timeout(MARKET_OPENS)
    for k in range(room.plan.net.n_step):
        board.apply()
        step(room, k)
        for count in counts:
            count(room, k)
        yield env.timeout(1)


class Ledger:
    """Matter: what came in less what went out must equal what is there, per commodity and run."""

    def __init__(self, room: Room) -> None:
        net, n_run = room.plan.net, room.world.n_run
        self.room = room
        self.made = np.zeros((net.n_node, n_run))
        self.consumed = np.zeros((net.n_node, n_run))
        self.opening = self._stock()

    def count(self, room: Room, k: int) -> None:
        """Add this step's output and consumption."""
        np.add(self.made, room.flows.made, out=self.made)
        np.add(self.consumed, room.flows.consumed, out=self.consumed)

    def close(self) -> None:
        """Compare with the stocks, goods afloat counted one by one.

        Raises:
            RunError: a gap above 1e-9 of what passed through; names the commodity and the run.
        """
        net = self.room.plan.net
        of = net.node_commodity
        recycled = np.broadcast_to(self.room.world.recycled * self.room.next_step, self.made.shape)
        gained, closing = self.made + recycled - self.consumed, self._stock()
        for c, commodity in enumerate(net.commodities):
            rows = of == c
            gap = closing[c] - self.opening[c] - gained[rows].sum(0)
            scale = self.opening[c] + self.consumed[rows].sum(0)
            bad = np.abs(gap) > MATTER_TOLERANCE * scale + MATTER_TOLERANCE * 1e-3
            if bad.any():
                run = int(np.argmax(np.abs(gap)))
                raise RunError(
                    Problem(
                        where=commodity,
                        what=f"matter was not conserved in run {run} of the batch",
                        got=f"{gap[run]:.3g} t of {scale[run]:.6g} t",
                        remedy="this is a fault of the program: please report it with the scenario file",
                    )
                )

    def _stock(self) -> np.ndarray:
        """All tonnes in the system, [commodity, run]."""
        room, net = self.room, self.room.plan.net
        s = room.state
        plan = room.plan
        ago = (room.next_step - 1 - np.arange(plan.n_slot)[:, None]) % plan.n_slot + 1
        owed = np.clip(plan.lead_whole + plan.lead_rest[:, 0] - ago + 1.0, 0.0, 1.0)
        afloat = (s.pipeline.reshape(plan.n_slot, -1, room.world.n_run) * owed[:, :, None]).sum(0)
        total = np.zeros((len(net.commodities), room.world.n_run))
        np.add.at(total, net.node_commodity, s.on_hand + s.finished)
        np.add.at(total, net.node_commodity[net.links.dst], afloat)
        for store, members in enumerate(room.plan.store_members):
            total[net.node_commodity[members[0][1]]] += s.held[store]
        return total
