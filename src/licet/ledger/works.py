"""Runs a piece of work on a store to its end, whoever else works on the same store."""

from collections.abc import Callable
from typing import TypeVar

from licet.ledger.ports import Conflict, Needs, Store, Work

Result = TypeVar("Result")


def work_in(store: Store, job: Callable[[Work], Result], *, needs: Needs = Needs()) -> Result:  # noqa: B008 - immutable
    """Return what `job` returns, once all that it put is committed.

    Where another unit of work overtook it, `job` is run a second time, alone: it must have no effect
    but on the unit of work that it is given. What it raises leaves nothing behind.
    """
    try:
        return _run(store, job, needs, alone=False)
    except Conflict:
        return _run(store, job, needs, alone=True)


def _run(store: Store, job: Callable[[Work], Result], needs: Needs, *, alone: bool) -> Result:
    with store.begin(needs, alone=alone) as work:
        result = job(work)
        work.commit()
    return result
