"""Chains that come back to where they began: recipes, hosts, shocks that follow one another."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping


def rings(needs: Mapping[str, Collection[str]]) -> Iterator[tuple[str, ...]]:
    """Every chain that closes, as names from need to need with the first again at the end: `(a, b, a)`, or `(a, a)`.

    needs: for each name those it rests on; a name that is no key rests on nothing. Depth costs no recursion.
    """
    done: set[str] = set()
    for root in needs:
        if root in done:
            continue
        trail, stack = [root], [iter(needs[root])]
        while stack:
            step = next((name for name in stack[-1] if name in needs and name not in done), None)
            if step is None:
                done.add(trail.pop())
                stack.pop()
            elif step in trail:
                yield (*trail[trail.index(step) :], step)
            else:
                trail.append(step)
                stack.append(iter(needs[step]))
