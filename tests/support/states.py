"""Draws `docs/reference/states-and-timers.md` from the agent's tables and schedules.

    python tests/support/states.py > docs/reference/states-and-timers.md

`tests/golden/test_states.py` draws it again and compares.
"""

import sys
from collections.abc import Mapping
from enum import StrEnum

from licet.agent import schedule
from licet.agent.tables import (
    AUTHORIZATION,
    CERTIFICATE,
    EVALUATION,
    REGISTRATION,
    Occurrence,
)
from licet.kernel.problems import MEANINGS
from licet.kernel.retry import RetrySchedule
from licet.kernel.time import DAY, HOUR, MINUTE

HEAD = """# States and timers

Drawn from the code by `python tests/support/states.py`; the tables stand in `src/licet/agent/tables.py`,
the schedules in `src/licet/agent/schedule.py`, the problems in `src/licet/kernel/problems.py`.
"""
TABLES: list[tuple[str, Mapping[StrEnum, Mapping[Occurrence, StrEnum]]]] = [
    ("Registration", REGISTRATION),  # type: ignore[list-item]
    ("Authorization", AUTHORIZATION),  # type: ignore[list-item]
    ("ID certificate", CERTIFICATE),  # type: ignore[list-item]
    ("Evaluation", EVALUATION),  # type: ignore[list-item]
]


def draw_page() -> str:
    """Return the whole page."""
    parts = [HEAD]
    parts += [_machine(name, table) for name, table in TABLES]
    parts.append(_schedules())
    parts.append(_problems())
    return "\n".join(parts)


def _machine(name: str, table: Mapping[StrEnum, Mapping[Occurrence, StrEnum]]) -> str:
    lines = [f"## {name}", "", "| from | when | to |", "| --- | --- | --- |"]
    for state, row in table.items():
        lines += [f"| {state} | {occurrence} | {target} |" for occurrence, target in row.items()]
    return "\n".join([*lines, ""])


def _schedules() -> str:
    lines = [
        "## When a message cannot be sent",
        "",
        "Counted from the start of the first failed attempt of a streak.",
        "",
        "| message | attempts |",
        "| --- | --- |",
        f"| registration | {_stages(schedule.REGISTRATION)} |",
    ]
    lines += [
        f"| authorization, {state} | {_stages(retries)} |"
        for state, retries in schedule.AUTHORIZATION.items()
    ]
    lines.append(f"| authorization, nothing in use, deadline passed | {_stages(schedule.LAPSED)} |")
    lines.append(f"| ID certificate | {_stages(schedule.CERTIFICATE)} |")
    return "\n".join([*lines, ""])


def _stages(retries: RetrySchedule) -> str:
    told = []
    for stage in retries.stages:
        lasting = "" if stage.lasting is None else f" for {_length(stage.lasting)}"
        told.append(f"every {_length(stage.every)}{lasting}")
    return ", then ".join(told)


def _length(length: object) -> str:
    for unit, name in ((DAY, "days"), (HOUR, "hours"), (MINUTE, "minutes")):
        count, rest = divmod(length, unit)  # type: ignore[operator]
        if count and not rest:
            return f"{count} {name if count > 1 else name[:-1]}"
    return str(length)


def _problems() -> str:
    lines = [
        "## Problems",
        "",
        "| code | HTTP | final | what a person reads | remedy |",
        "| --- | --- | --- | --- | --- |",
    ]
    lines += [
        f"| {code} | {meaning.http_status} | {'yes' if meaning.final else 'no'} "
        f"| {meaning.text} | {meaning.remedy} |"
        for code, meaning in MEANINGS.items()
    ]
    return "\n".join([*lines, ""])


if __name__ == "__main__":
    sys.stdout.write(draw_page())
