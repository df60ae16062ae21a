"""Lines about an authority, each after its name: what its operator and its administrators do."""

from dataclasses import fields, replace

from licet.lab import tables
from licet.lab.counter import Counter
from licet.lab.grammar import Given
from licet.lab.problems import LabError
from licet.lab.rows import Row
from licet.ledger.model import LicenseKind, Policy

_KINDS = {kind.value: kind for kind in LicenseKind}
# Ten years: the longest time that the wire carries.
_POLICY_S_MAX = 315_360_000
_NUMBERS = [field.name for field in fields(Policy)]


def _address(counter: Counter, given: Given) -> None:
    authority = counter.office.authority
    counter.lab.world.network.map(given.text("host"), authority.respond)


def _no_address(counter: Counter, given: Given) -> None:
    counter.lab.world.network.unmap(given.text("host"))


def _policy(counter: Counter, given: Given) -> None:
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


def _account(counter: Counter, given: Given) -> None:
    counter.office.open_account(
        given.text("name"), given.text("domain"), export_allowed=given.text("choice") != "denied"
    )


def _virtual_account(counter: Counter, given: Given) -> None:
    counter.office.open_virtual_account(given.text("name"))


def _order(counter: Counter, given: Given) -> None:
    counter.office.order(
        given.text("license"),
        given.number("quantity"),
        kind=_KINDS[given.text("choice")],
        starts_at=given.instant("starts"),
        lasting=given.length("lasting") if "lasting" in given else None,
        place=given.text("place"),
    )


def _token(counter: Counter, given: Given) -> str:
    name = given.text("name")
    token = counter.office.token(
        description=given.text("description", name),
        days=given.number("days"),
        uses=given.number("uses") if "uses" in given else None,
        export_allowed=given.text("choice") == "allowed" if "choice" in given else None,
        place=given.text("place"),
    )
    counter.lab.names[name] = token
    return token


def _revoke(counter: Counter, given: Given) -> None:
    counter.office.revoke(given.text("description"))


def _transfer(counter: Counter, given: Given) -> None:
    counter.office.transfer(
        given.text("license"),
        given.number("quantity"),
        source=given.text("source"),
        target=given.text("target"),
    )


def _move(counter: Counter, given: Given) -> None:
    udi = counter.lab.bench(given.text("switch")).udi
    counter.office.move_instance(udi, given.text("target"))


def _keep(counter: Counter, given: Given) -> None:
    counter.office.keep_clone(counter.lab.bench(given.text("switch")).udi)


def _remove(counter: Counter, given: Given) -> None:
    counter.office.remove_instance(counter.lab.bench(given.text("switch")).udi)


def _explain(counter: Counter, given: Given) -> str:
    return counter.office.explain(counter.lab.bench(given.text("switch")).udi)


def _show(counter: Counter, given: Given) -> str:
    office = counter.office
    authority, places = office.authority, office.places()
    store, now = authority.store, authority.clock.wall
    match given.text("choice"):
        case "licenses":
            return tables.licenses(store, places, now)
        case "instances":
            return tables.instances(store, places)
        case "tokens":
            return tables.tokens(store, places, now)
        case "alerts":
            return tables.alerts(store, office.account, places)
        case "events":
            return tables.events(store, office.account)
        case _:
            return tables.catalog(store)


def _rotate(counter: Counter, given: Given) -> None:
    counter.office.rotate(given.text("choice"))


ROWS: tuple[Row[Counter], ...] = (
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
    Row("virtual-account <name:text>", "open a virtual account beside Default", _virtual_account),
    Row(
        "order <license:text> quantity <quantity:number> kind PERPETUAL|TERM|SUBSCRIPTION|DEMO "
        "[starts <starts:instant>] [for <lasting:length>] [in <place:text>]",
        "add licenses that were bought",
        _order,
    ),
    Row(
        "token [description <description:text>] days <days:number> [uses <uses:number>] "
        "[export allowed|denied] [in <place:text>] as <name>",
        "make an ID token, and keep it as $NAME",
        _token,
    ),
    Row("revoke <description:text>", "revoke the newest token of that description", _revoke),
    Row(
        "transfer <license:text> quantity <quantity:number> from <source:text> to <target:text>",
        "move licenses to another virtual account",
        _transfer,
    ),
    Row("move instance <switch:name> to <target:text>", "move a product instance", _move),
    Row("keep instance <switch:name>", "let a suspected clone speak again", _keep),
    Row("remove instance <switch:name>", "remove a product instance", _remove),
    Row("explain <switch:name>", "tell why an instance is out of compliance", _explain),
    Row(
        "show licenses|instances|tokens|alerts|events|catalog",
        "print what the account holds",
        _show,
    ),
    Row("rotate root|issuer|tokens", "make a new root, issuing CA or token master key", _rotate),
)
