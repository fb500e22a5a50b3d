"""The batch engine: a SimPy calendar wakes shocks and the market; the market moves all runs of the batch at once."""

from __future__ import annotations

from collections.abc import Callable, Generator, Sequence

import simpy

from sim.engine.board import Board
from sim.engine.ledger import Breach, Ledger, Watch
from sim.engine.money import Purse
from sim.engine.passes import MakePasses, Passes
from sim.engine.room import Room
from sim.engine.step import step
from sim.errors import Problem, RunError
from sim.model.world import Network, World

MARKET_OPENS = 0.5

Count = Callable[[Room, int], None]


def simulate(net: Network, world: World, count: Count, start_order: Sequence[int] | None = None, passes: MakePasses = Passes) -> Room:
    """Run every step of one batch.

    Arguments:
        net: structure.
        world: numbers of the batch, `[axis, run]`.
        count: called after each step with the batch and the number of the step; folds what is to be kept.
        start_order: order in which the calendar's processes are started; results do not depend on it.
        passes: makes the passes over links, in NumPy or compiled; results do not depend on it.

    Raises:
        RunError: matter was made or lost; names the node and the step.
    """
    room = Room(net, world)
    if net.payers:
        room.purse = Purse(room)
    ledger = Ledger(room)
    _play(room, [ledger.count, count], start_order, passes)
    breach = ledger.breach(room)
    if breach:
        raise _fault(net, world, breach)
    return room


def _play(room: Room, counts: Sequence[Count], start_order: Sequence[int] | None = None, passes: MakePasses = Passes) -> None:
    """Start the processes of the calendar and let it run to the horizon."""
    board, env = Board(room), simpy.Environment()
    room.do = passes(room)
    n_shock, n_step = len(room.plan.net.shocks), room.plan.net.n_step
    processes = [_shock(env, board, shock) for shock in range(n_shock)] + [_market(env, room, board, counts)]
    for i in start_order if start_order is not None else range(len(processes)):
        env.process(processes[i])
    env.run(until=n_step)


def _shock(env: simpy.Environment, board: Board, shock: int) -> Generator[simpy.Event, None, None]:
    """Wake at each step where the shock opens, closes, rises or falls in some run."""
    for k, _ in board.wakes[shock]:
        yield env.timeout(k - env.now)
        board.switch()


def _market(env: simpy.Environment, room: Room, board: Board, counts: Sequence[Count]) -> Generator[simpy.Event, None, None]:
    """Trade once a step, half a step after shocks have switched, so that ties are settled by the clock."""
    yield env.timeout(MARKET_OPENS)
    for k in range(room.plan.net.n_step):
        board.apply(k)
        step(room, k)
        for count in counts:
            count(room, k)
        yield env.timeout(1)


def _fault(net: Network, world: World, breach: Breach) -> RunError:
    """Play the batch once more, looking after every step, to name where and when matter was made or lost."""
    watch = Watch()
    _play(Room(net, world), [watch.count])
    when = ""
    if watch.found is not None:
        step, breach = watch.found
        when = f" in step {step} ({net.date_of(step)})"
    return RunError(
        Problem(
            where=breach.place,
            what=f"matter was not conserved{when}, run {breach.run} of the batch",
            got=f"{breach.gap_t:.3g} t of {breach.scale_t:.6g} t",
            remedy="This is a fault of the program: please report it with the scenario file.",
        )
    )
