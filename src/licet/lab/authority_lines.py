"""Lines about a manager, each after its name: what its operator and its administrators do."""

from dataclasses import fields, replace

from licet.lab import on_prem_tables, papers
from licet.lab.counter import ManagerCounter
from licet.lab.grammar import Given
from licet.lab.problems import LabError, unless_refused
from licet.lab.rows import Row
from licet.ledger.model import LicenseKind, Policy
from licet.world.upstream import answer_site

_KINDS = {kind.value: kind for kind in LicenseKind}
# Ten years: the longest time that the wire carries.
_POLICY_S_MAX = 315_360_000
_NUMBERS = [field.name for field in fields(Policy)]


def _address(counter: ManagerCounter, given: Given) -> None:
    authority = counter.office.authority
    counter.lab.world.network.map(
        given.text("host"), authority.respond, lambda data, _: answer_site(authority, data)
    )


def _no_address(counter: ManagerCounter, given: Given) -> None:
    counter.lab.world.network.unmap(given.text("host"))


def _policy(counter: ManagerCounter, given: Given) -> None:
    authority = counter.office.authority
    policy = authority.policy
    for which in ("", "2", "3"):
        if f"field{which}" not in given:
            break
        name, value = given.text(f"field{which}"), given.number(f"seconds{which}")
        if name not in _NUMBERS:
            raise LabError(f"the policy has no '{name}'; it has {', '.join(_NUMBERS)}")
        if value > _POLICY_S_MAX:
            raise LabError(f"{name} is {_POLICY_S_MAX} seconds at the most")
        policy = replace(policy, **{name: value})
    authority.policy = policy


def _account(counter: ManagerCounter, given: Given) -> None:
    counter.office.open_account(
        given.text("name"), given.text("domain"), export_allowed=given.text("choice") != "denied"
    )


def _use(counter: ManagerCounter, given: Given) -> None:
    counter.office.use(given.text("name"))


def _order(counter: ManagerCounter, given: Given) -> None:
    counter.office.order(
        given.text("license"),
        given.number("quantity"),
        kind=_KINDS[given.text("choice")],
        starts_at=given.instant("starts"),
        lasting=given.length("lasting") if "lasting" in given else None,
        place=given.text("place"),
    )


def _rotate(counter: ManagerCounter, given: Given) -> None:
    counter.office.rotate(given.text("choice"))


def _number(given: Given, name: str) -> int | None:
    return given.number(name) if name in given else None


def _invite(counter: ManagerCounter, given: Given) -> str:
    code = counter.office.invite(
        given.text("place"), removal_days=_number(given, "removal"), days=_number(given, "days")
    )
    counter.lab.names[given.text("name")] = code
    return code


def _add(counter: ManagerCounter, given: Given) -> str:
    lab, kept = counter.lab, given.text("copy")

    def add() -> str:
        enrolled, paper = counter.office.enroll(
            lab.file(given.text("file")), removal_days=_number(given, "removal")
        )
        lab.files[kept], lab.names[kept] = paper, enrolled.fingerprint
        return f"{papers.title(paper)}\nfingerprint: {enrolled.fingerprint}"

    return unless_refused(add)


def _file_sync(counter: ManagerCounter, given: Given) -> str:
    lab = counter.lab

    def answer() -> str:
        answered, paper = counter.office.answer(lab.file(given.text("file")))
        lab.files[given.text("copy")] = paper
        tally = answered.tally
        what = tally.text if tally else "nothing; it was applied before, the same response again"
        return f"applied: {what}\n{papers.title(paper)}"

    return unless_refused(answer)


def _show_on_prems(counter: ManagerCounter, _: Given) -> str:
    return on_prem_tables.on_prems(counter.office)


def _cut(counter: ManagerCounter, given: Given) -> str:
    return counter.office.cut(given.text("name"))


def _remove_on_prem(counter: ManagerCounter, given: Given) -> None:
    counter.office.remove(given.text("name"))


ROWS: tuple[Row[ManagerCounter], ...] = (
    Row("address <host:text>", "let that name lead here, inside the lab only", _address),
    Row("no address <host:text>", "let it lead nowhere again", _no_address),
    Row(
        "policy <field:name> <seconds:number> [<field2:name> <seconds2:number> "
        "[<field3:name> <seconds3:number>]]",
        "set numbers that the authority decides, in seconds",
        _policy,
    ),
    Row(
        "account <name:text> domain <domain:text> [export allowed|denied]",
        "open a smart account; the lines after it are about this one",
        _account,
    ),
    Row("use <name:text>", "let the lines after it be about another smart account", _use),
    Row(
        "order <license:text> quantity <quantity:number> kind PERPETUAL|TERM|SUBSCRIPTION|DEMO "
        "[starts <starts:instant>] [for <lasting:length>] [in <place:text>]",
        "add licenses that were bought",
        _order,
    ),
    Row("rotate root|issuer", "make a new root or issuing CA", _rotate),
    Row(
        "invite <place:text> [removal <removal:number>] [days <days:number>] as <name>",
        "make a code with which an on-prem registers into that virtual account, and keep it as "
        "$NAME; the on-prem is removed after so many days without synchronization (90)",
        _invite,
    ),
    Row(
        "add <file:name> [removal <removal:number>] as <copy:name>",
        "New On-Prem: take its registration file, keep the authorization file, and its fingerprint "
        "as $COPY",
        _add,
    ),
    Row(
        "file-sync <file:name> as <copy:name>",
        "File Sync: take an on-prem's request, and keep the response file",
        _file_sync,
    ),
    Row("show on-prems", "print the On-Prem Accounts", _show_on_prems),
    Row(
        "cut <name:text>",
        "let licenses that were taken from an on-prem count before it acknowledged that",
        _cut,
    ),
    Row("remove on-prem <name:text>", "remove an on-prem", _remove_on_prem),
)
