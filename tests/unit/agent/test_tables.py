"""The four tables: every state has a row, every occurrence has a place, nothing else is legal."""

from collections.abc import Mapping
from enum import StrEnum

import pytest

from licet.agent.tables import (
    AUTHORIZATION,
    CERTIFICATE,
    EVALUATION,
    REGISTRATION,
    Authorization,
    Certificate,
    Evaluation,
    IllegalMove,
    Occurrence,
    Registration,
    move,
)

TABLES: list[tuple[type[StrEnum], Mapping[StrEnum, Mapping[Occurrence, StrEnum]], StrEnum]] = [
    (Registration, REGISTRATION, Registration.NOT_REGISTERED),  # type: ignore[list-item]
    (Authorization, AUTHORIZATION, Authorization.NONE),  # type: ignore[list-item]
    (Certificate, CERTIFICATE, Certificate.NONE),  # type: ignore[list-item]
    (Evaluation, EVALUATION, Evaluation.FROZEN),  # type: ignore[list-item]
]


@pytest.mark.parametrize(("states", "table", "start"), TABLES, ids=lambda value: str(value)[:24])
def test_every_state_has_a_row_and_can_be_reached(
    states: type[StrEnum], table: Mapping[StrEnum, Mapping[Occurrence, StrEnum]], start: StrEnum
) -> None:
    """A machine would get into a state that it cannot leave, or have one that it cannot enter."""
    assert set(table) == set(states)
    reached, fresh = {start}, {start}
    while fresh:
        fresh = {target for state in fresh for target in table[state].values()} - reached
        reached |= fresh
    assert reached == set(states)
    assert all(row for row in table.values())


def test_every_occurrence_happens_somewhere() -> None:
    """A word of the tables would mean nothing."""
    happens = {occurrence for _, table, _ in TABLES for row in table.values() for occurrence in row}
    assert happens == set(Occurrence)


def test_what_has_no_entry_is_not_legal() -> None:
    """A defect would move a machine instead of being seen."""
    with pytest.raises(IllegalMove, match="not-registered"):
        move(REGISTRATION, Registration.NOT_REGISTERED, Occurrence.ACCEPTED)


def test_evaluation_never_comes_back() -> None:
    """Evaluation time could be had twice."""
    assert set(EVALUATION[Evaluation.EXPIRED].values()) == {Evaluation.EXPIRED}
    assert Authorization.EVAL not in AUTHORIZATION[Authorization.EVAL_EXPIRED].values()
    for state in (
        Authorization.AUTHORIZED,
        Authorization.OUT_OF_COMPLIANCE,
        Authorization.AUTHORIZATION_EXPIRED,
    ):
        assert Authorization.EVAL not in AUTHORIZATION[state].values()
