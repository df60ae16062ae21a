"""Lines about an on-prem, each after its name: local accounts, synchronization, backups."""

from collections.abc import Callable
from dataclasses import replace

from licet.lab import on_prem_tables, papers
from licet.lab.counter import PlantCounter
from licet.lab.grammar import Given
from licet.lab.plant import Wanted
from licet.lab.problems import unless_refused
from licet.lab.rows import Row
from licet.ledger.sites import Every, Privacy, SyncKind
from licet.world.on_prem import Errand


def _address(counter: PlantCounter, given: Given) -> None:
    counter.lab.world.network.map(given.text("host"), counter.plant.on_prem.respond)


def _no_address(counter: PlantCounter, given: Given) -> None:
    counter.lab.world.network.unmap(given.text("host"))


def _request(counter: PlantCounter, given: Given) -> None:
    counter.plant.request(
        Wanted(
            given.text("name"),
            smart_account=given.text("account"),
            virtual_account=given.text("place"),
            email=given.text("email"),
        )
    )


def _use(counter: PlantCounter, given: Given) -> None:
    counter.plant.use(given.text("name"))


def _approve(counter: PlantCounter, _: Given) -> None:
    counter.plant.approve()


def _refuse(counter: PlantCounter, given: Given) -> None:
    counter.plant.refuse(given.text("reason"))


def _deactivate(counter: PlantCounter, given: Given) -> None:
    counter.plant.deactivate(given.text("reason"))


def _delete(counter: PlantCounter, _: Given) -> None:
    counter.plant.delete()


def _outcome(counter: PlantCounter, begin: Callable[[], Errand]) -> str:
    """Begin something over the network, and return what has become of it by now."""

    def run() -> str:
        errand = begin()
        counter.lab.world.settle()
        if errand.said is None:
            return "the request is on its way"
        return f"{'failed' if errand.failed else 'done'}: {errand.said}"

    return unless_refused(run)


def _register(counter: PlantCounter, given: Given) -> str:
    code, url = given.text("code"), given.text("url")
    return _outcome(counter, lambda: counter.plant.register(code, url))


def _registration(counter: PlantCounter, given: Given) -> str:
    def write() -> str:
        paper = counter.plant.registration()
        counter.lab.files[given.text("file")] = paper
        return papers.title(paper)

    return unless_refused(write)


def _authorization(counter: PlantCounter, given: Given) -> str:
    paper = counter.lab.file(given.text("file"))

    def look() -> str:
        account, authorized = counter.plant.on_prem.believe(paper.data)
        head = authorized.head
        into = f"{head.smart_account}, virtual account {head.virtual_account}"
        return (
            f"{papers.title(paper)}\n"
            f"takes the local account {account.name} into {into}\n"
            f"fingerprint: {authorized.fingerprint}\n"
            "If the manager showed the same, accept it."
        )

    return unless_refused(look)


def _accept(counter: PlantCounter, given: Given) -> str:
    paper = counter.lab.file(given.text("file"))

    def accept() -> str:
        counter.plant.accept(paper)
        return "registered; it grants nothing until it has synchronized"

    return unless_refused(accept)


def _sync_now(counter: PlantCounter, given: Given) -> str:
    kind = SyncKind(given.text("choice", "standard"))
    return _outcome(counter, lambda: counter.plant.synchronize(kind))


def _sync_request(counter: PlantCounter, given: Given) -> str:
    kind = SyncKind(given.text("choice", "standard"))

    def write() -> str:
        paper = counter.plant.write_request(kind)
        counter.lab.files[given.text("file")] = paper
        return papers.title(paper)

    return unless_refused(write)


def _sync_response(counter: PlantCounter, given: Given) -> str:
    paper = counter.lab.file(given.text("file"))

    def take() -> str:
        taken = counter.plant.take(paper)
        return f"applied: {'nothing; it was applied before' if taken.again else taken.text}"

    return unless_refused(take)


def _schedule(counter: PlantCounter, given: Given) -> None:
    counter.plant.schedule(Every(given.text("choice")))


def _withhold(counter: PlantCounter, given: Given) -> None:
    what = given.text("choice")
    privacy = Privacy()
    if what != "nothing":
        privacy = replace(counter.plant.account.privacy, **{what.replace("-", "_"): True})
    counter.plant.privacy(privacy)


def _backup(counter: PlantCounter, given: Given) -> None:
    counter.lab.backups[given.text("name")] = counter.plant.on_prem.backup()


def _restore(counter: PlantCounter, given: Given) -> None:
    counter.plant.restore(counter.lab.backup(given.text("name")))


def _show(counter: PlantCounter, given: Given) -> str:
    plant = counter.plant
    match given.text("choice"):
        case "accounts":
            return on_prem_tables.accounts(plant)
        case "synchronization":
            return on_prem_tables.synchronization(plant)
        case _:
            return on_prem_tables.history(plant.account)


ROWS: tuple[Row[PlantCounter], ...] = (
    Row("address <host:text>", "let that name lead here, inside the lab only", _address),
    Row("no address <host:text>", "let it lead nowhere again", _no_address),
    Row(
        "request <name:text> smart-account <account:text> virtual-account <place:text> "
        "[email <email:text>]",
        "request a local account; the lines after it are about this one",
        _request,
    ),
    Row("use <name:text>", "let the lines after it be about another local account", _use),
    Row("approve", "approve the request", _approve),
    Row("refuse <reason:text>", "refuse the request", _refuse),
    Row(
        "register code <code:text> at <url:text>",
        "register over the network, with a code that the manager made",
        _register,
    ),
    Row("registration as <file:name>", "keep the registration file", _registration),
    Row(
        "authorization <file:name>",
        "read an authorization file, and show its fingerprint; nothing is changed",
        _authorization,
    ),
    Row("accept <file:name>", "register by the authorization file", _accept),
    Row("sync now [standard|full]", "synchronize over the network", _sync_now),
    Row(
        "sync request [standard|full] as <file:name>",
        "keep the data file of a manual synchronization",
        _sync_request,
    ),
    Row("sync response <file:name>", "take the manager's response file", _sync_response),
    Row("schedule daily|weekly|monthly|never", "say when it synchronizes by itself", _schedule),
    Row(
        "withhold host-names|addresses|instance-names|user-names|nothing",
        "Data Privacy: withhold that too from what goes up, or nothing any more",
        _withhold,
    ),
    Row("deactivate <reason:text>", "deactivate a local account without products", _deactivate),
    Row("delete", "delete a local account that was refused or deactivated", _delete),
    Row("backup as <name>", "keep a backup of the whole on-prem", _backup),
    Row("restore <name>", "go on from a backup", _restore),
    Row(
        "show accounts|synchronization|history",
        "print its local accounts, when each was synchronized, or how",
        _show,
    ),
)
