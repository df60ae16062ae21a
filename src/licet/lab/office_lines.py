"""Lines about an account, the same at a manager and at an on-prem; each after the name of either."""

from licet.lab import tables
from licet.lab.counter import Counter
from licet.lab.grammar import Given
from licet.lab.rows import Row


def _virtual_account(counter: Counter, given: Given) -> None:
    counter.office.open_virtual_account(given.text("name"))


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


def _remove(counter: Counter, given: Given) -> str | None:
    asked = counter.office.remove_instance(counter.lab.bench(given.text("switch")).udi)
    if asked is None:
        return None
    return f"'{asked.name}' is asked to remove it when it synchronizes"


def _explain(counter: Counter, given: Given) -> str:
    return counter.office.explain(counter.lab.bench(given.text("switch")).udi)


def _show(counter: Counter, given: Given) -> str:
    office = counter.office
    side, places = office.side, office.places()
    store, now = side.store, side.clock.wall
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


def _rotate_tokens(counter: Counter, _: Given) -> None:
    counter.office.rotate_tokens()


ROWS: tuple[Row[Counter], ...] = (
    Row("virtual-account <name:text>", "open a virtual account beside Default", _virtual_account),
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
    Row("rotate tokens", "make a new token master key", _rotate_tokens),
)
