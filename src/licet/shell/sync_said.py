"""What became, or would become, of a document of synchronization: in a sentence, and for a program."""

from licet.kernel.words import counted
from licet.shell.printer import Printer
from licet.shell.values import Record, Shown
from licet.sync.exchange import Answered, Taken

# More changes are not named to a person; JSON has a thousand.
_NAMED = 20


def say_request(answered: Answered) -> str:
    """Return what became of a request at its manager, as a sentence."""
    request = f"Request {answered.letter.number} of '{answered.name}'"
    tally = answered.tally
    notes = counted(tally.notes, "leave note") if tally else ""
    if answered.on_prem.removed_at is not None:
        brought = f"; it brought {notes}" if tally and tally.notes else ""
        return f"{request}: this on-prem was removed, and the response tells it so{brought}."
    if tally is None:
        return f"{request} was applied before; nothing changed."
    return f"{request}: {tally.text}; {counted(tally.events, 'event')}, {notes}."


def tell_request(answered: Answered) -> Record:
    """Return what became of a request at its manager, for a program."""
    tally = answered.tally
    return {
        "name": answered.name,
        "removed": answered.on_prem.removed_at is not None,
        "number": answered.letter.number,
        "again": tally is None,
        "new": tally.new if tally else 0,
        "changed": tally.changed if tally else 0,
        "gone": tally.gone if tally else 0,
        "unchanged": tally.same if tally else None,
        "events": tally.events if tally else 0,
        "leave_notes": tally.notes if tally else 0,
        "changes": [{"change": mark, "udi": udi} for mark, udi in (tally.named if tally else ())],
        "left": list(tally.left) if tally else [],
    }


def name_changes(answered: Answered, printer: Printer) -> None:
    """Print the first of what a request changed, for a person."""
    tally = answered.tally
    left = [("-", f"{udi}, left") for udi in tally.left] if tally else []
    named = [*left, *tally.named] if tally else []
    for mark, udi in named[:_NAMED]:
        printer.item(Shown(mark, f"  {mark}"), udi)
    if len(named) > _NAMED:
        printer.say("  ...")


def say_response(taken: Taken) -> str:
    """Return what became of a response at its site, as a sentence."""
    account = taken.account
    response = f"The response to request {account.acknowledged} of '{account.name}'"
    return f"{response}: {taken.text}."


def tell_response(taken: Taken) -> Record:
    """Return what became of a response at its site, for a program."""
    account, applied = taken.account, taken.applied
    return {
        "name": account.name,
        "number": account.acknowledged,
        "again": taken.again,
        "set_back": taken.set_back,
        "state": account.state,
        "lease": account.lease,
        "lease_ends_at": account.lease_ends_at,
        "lease_lines": applied.lines if applied else None,
        "lease_lines_changed": applied.lines_changed if applied else 0,
        "removed": applied.removed if applied else 0,
        "alerts": applied.alerts if applied else None,
        "licenses": [
            {"license": name, "before": before, "after": after}
            for name, before, after in (applied.licenses if applied else ())
        ],
        "changes": list(applied.said) if applied else [],
    }
