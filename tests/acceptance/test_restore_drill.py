"""The drill: a fleet on a real server, a backup, more life, a fire, a restore under another name."""

import shutil
import signal
from pathlib import Path
from typing import Any

from licet.agent.tables import Authorization, Registration
from licet.kernel.ids import Tag
from support.drill import LAN, WITHIN_S, Net, Product, licet, serving

GOOD = (Registration.COMPLETE, Authorization.AUTHORIZED)


class Drill:
    """A vendor, a fleet of products, and what is known of them."""

    def __init__(self, path: Path) -> None:
        self.net, self.old, self.new = Net(), path / "old", path / "new"
        self.secret = path / "passphrase"
        self.secret.write_text("correct horse battery staple\n")
        self.secret.chmod(0o600)
        self.backup = path / "backup.tar"
        self.limited: Any = None
        self.doomed: Any = None
        self.fleet: list[Product] = []
        self.young: list[Product] = []

    def product(self, number: int, *, force: bool = False) -> Product:
        """Return a product that registered with the token of twelve uses."""
        product = Product(f"SN{number}", self.net, self.tag)
        product.register(self.limited["token"], force=force)
        return product

    def begin(self) -> None:
        """Open an account with twenty licenses and two tokens; six products register."""
        licet(self.old, "account", "open", "Example", "--domain", "example.com")
        licet(self.old, "catalog", "import", "--sample")
        licet(self.old, "order", "add", LAN, "20", "--order", "7")
        rows = licet(self.old, "catalog", "list")
        self.tag = Tag(next(row["tag"] for row in rows if row["name"] == LAN))
        self.limited = licet(self.old, "token", "create", "--uses", "12")
        self.doomed = licet(self.old, "token", "create")
        self.fleet = [self.product(number) for number in range(6)]

    def back_up(self) -> None:
        """Back up, with keys."""
        sealed = ("--with-keys", "--passphrase-file", str(self.secret))
        written = licet(self.old, "backup", "--to", str(self.backup), *sealed)
        assert (written["instances"], written["private_keys"]) == (6, True)

    def go_on(self) -> None:
        """Live on: what happens here, the backup does not know."""
        self.young = [self.product(number) for number in range(6, 9)]
        self.fleet[0].renew()
        for product in self.fleet:
            product.contact()
        self.young.append(self.product(1, force=True))
        licet(self.old, "instance", "remove", "SN5")
        licet(self.old, "token", "revoke", self.doomed["id"])

    def restore(self) -> Any:
        """Examine and restore, and return what was printed."""
        opened = ("--passphrase-file", str(self.secret))
        examined = licet(self.new, "verify", str(self.backup), *opened)
        assert {check["result"] for check in examined["checks"]} == {"ok"}
        name = ("--name", "lic2.example.com")
        restored = licet(self.new, "restore", str(self.backup), *name, *opened)
        assert restored["epoch"] > examined["epoch"]
        return restored


def test_a_fleet_lives_through_a_fire(tmp_path: Path) -> None:
    """A vendor whose machine burns would have to visit every product of every customer."""
    drill = Drill(tmp_path)
    with serving(drill.old, "lic1.example.com", drill.net) as manager:
        drill.begin()
        drill.back_up()
        drill.go_on()
        manager.send_signal(signal.SIGKILL)
        manager.wait(WITHIN_S)
    shutil.rmtree(drill.old)
    for product in (*drill.fleet, *drill.young):
        product.contact()
    standing = [product for product in (*drill.fleet, *drill.young) if product.stands == GOOD]
    assert len(standing) == 10, "without an authority, everybody keeps what was granted"
    check_list(drill, drill.restore())
    with serving(drill.new, "lic2.example.com", drill.net):
        check_life(drill)
        written = licet(drill.new, "backup", "--to", str(tmp_path / "next.tar"))
        assert written["instances"] == 9, "the books balance, or there would be no backup"


def check_list(drill: Drill, restored: Any) -> None:
    """Pass if what was lost is on the list that the restore printed."""
    lost = {(loss["about"], loss["subject"]): loss["what"] for loss in restored["may_be_lost"]}
    assert "6 of 12 uses left by the backup" in lost["tokens", drill.limited["id"]]
    assert ("tokens", drill.doomed["id"]) in lost, "it was revoked, and is live again"
    kinds = {about for about, _ in lost}
    assert {"removals", "revocations", "registrations", "orders", "administration"} <= kinds
    tokens = {row["id"]: row["status"] for row in licet(drill.new, "token", "list")}
    assert tokens[drill.doomed["id"]] == "usable"


def check_life(drill: Drill) -> None:
    """Pass if every product goes on by itself, and the new ledger counts each once."""
    replaced, removed = drill.fleet[1], drill.fleet[5]
    on = [product for product in (*drill.fleet, *drill.young) if product is not replaced]
    for product in on:
        product.contact()
        assert product.good, product.why
    drill.fleet[0].renew()
    replaced.contact()
    assert not replaced.good, "it was replaced before the fire, and is replaced again"
    assert removed.good, "its removal is lost: it stands on the list"
    new = drill.new
    assert len(licet(new, "instance", "list")) == len(on) == 9
    [row] = [row for row in licet(new, "license", "list") if row["license"] == LAN]
    assert (row["purchased"], row["in_use"]) == (20, 9)
    events = [event["text"] for event in licet(new, "event", "list")]
    assert len([text for text in events if text.startswith("taken back")]) == 4
    assert len([text for text in events if text.startswith("the ledger was restored")]) == 1
    kinds = {alert["alert"] for alert in licet(new, "alert", "list")}
    assert kinds == {"Instances Taken Back", "Product Instance Replaced"}
