"""A real on-prem beside a real manager: registered and synchronized both ways, and equal afterwards."""

import shutil
import signal
import ssl
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from licet.switch.features import TAGS
from support.sites_tables import Inside, check_equal, instances, licenses
from support.standing import client_of, eventually
from support.town import ON_PREM_PATH, Standing, Town, town

LAN = "LAN_ENTERPRISE_SERVICES_PKG"
WITHHELD = "withheld by the site"
LAPSED = "The on-prem authority has not synchronized in time"


@pytest.fixture
def place(tmp_path: Path) -> Iterator[Town]:
    """A manager alone."""
    with town(tmp_path) as there:
        yield there


def by_file(there: Town, name: str) -> Standing:
    """Run an on-prem with a local account that is registered by carrying files."""
    on_prem = there.on_prems[name] = there._standing("onprem", name)
    on_prem.start("--site", name)
    words = ("--smart-account", "Example", "--virtual-account", name)
    on_prem.do("account", "request", name, *words)
    folder = on_prem.folder
    asked = on_prem.ask("account", "approve", name, "--manual", "--output", str(folder))
    assert Path(asked["file"]).name == f"license-registration-request-{name}.yml"
    added = there.manager.ask("onprem", "add", asked["file"], "--output", str(folder))
    assert Path(added["file"]).name == f"license-registration-authorization-{name}.yml"
    wrong = on_prem.run("account", "authorize", added["file"], "--fingerprint", "AAAA-BBBB")
    assert wrong.returncode == 1
    assert "swapped on its way; nothing was done" in wrong.stderr
    asked = on_prem.ask(
        "account", "authorize", added["file"], "--fingerprint", added["fingerprint"].lower()
    )
    assert asked["fingerprint"] == added["fingerprint"]
    return on_prem


def carry(there: Town, name: str, *words: str) -> dict[str, Any]:
    """Synchronize by file, and return what the response was said to change."""
    on_prem = there.on_prems[name]
    folder = str(on_prem.folder)
    asked = on_prem.ask("sync", "request", name, "--output", folder, *words)
    answered = there.manager.ask("onprem", "sync", asked["file"], "--output", folder)
    took: dict[str, Any] = on_prem.ask("sync", "response", answered["file"])
    return took


def test_over_the_network_from_the_first_start(place: Town) -> None:
    """A site with a network could not let its devices register, or the two sides show other numbers."""
    place.manager.do("virtual-account", "open", "Plant")
    place.order("Plant", LAN, 3, "1")
    plant = place.on_prem("Plant")
    live = place.switch("FDO21120U5B")
    live.execute("configure terminal", "hostname leaf1", "feature bgp", "end")
    assert "Status: REGISTERED" in place.register(live, plant)
    eventually(lambda: instances(plant)[0]["status"] == "in-compliance")
    assert instances(place.manager, "--virtual-account", "Plant") == []
    [row] = place.synchronize("Plant")
    assert (row["done"], row["kind"]) == (True, "standard")
    check_equal(place.manager, "Plant", plant, "Plant")
    [found] = instances(place.manager, "--virtual-account", "Plant")
    assert found["host_name"] == "leaf1"
    assert licenses(plant) == {LAN: (3, 1, 2)}
    [listed] = plant.ask("sync", "list")
    assert (listed["name"], listed["alerts"]) == ("Plant", "Synchronization Successful")
    # More are bought, the instance is removed at the manager: both come with the next one.
    place.order("Plant", LAN, 2, "2")
    said = place.manager.do("instance", "remove", "FDO21120U5B")
    assert "Plant" in said
    assert len(instances(plant)) == 1, "it is asked of the on-prem, which knows better"
    place.synchronize("Plant")
    assert instances(plant) == []
    check_equal(place.manager, "Plant", plant, "Plant")
    assert licenses(plant) == {LAN: (5, 0, 5)}


def test_local_accounts_come_and_go_while_it_serves(place: Town) -> None:
    """Each change would need a restart, or one damaged file stop every customer of the site."""
    plant = place.on_prems["Plant"] = place._standing("onprem", "Plant")
    plant.start("--site", "Plant")
    assert post(plant)[0] == 404
    assert b"is not here" in post(plant)[2]
    place.on_prems.clear()
    plant.stop(signal.SIGTERM)
    shutil.rmtree(plant.folder)
    plant = by_file(place, "Plant")
    status, headers, _ = post(plant)
    assert (status, headers["content-type"]) == (400, "application/jose"), "it is signed"
    [file] = plant.data.joinpath("keys", "accounts").glob("*.json")
    whole = file.read_bytes()
    file.write_bytes(whole[:100])
    assert post(plant)[0] == 400, "who is served goes on being served"
    file.write_bytes(whole)
    plant.do("account", "deactivate", "Plant", "--abandon", "--yes")
    plant.do("account", "delete", "Plant", "--yes")
    assert post(plant)[0] == 404


def post(on_prem: Standing) -> tuple[int, dict[str, str], bytes]:
    """Send what is no message to the path of devices."""
    trust = ssl.create_default_context(cafile=str(on_prem.data / "tls" / "certificate.pem"))
    with client_of(trust, "localhost", on_prem.port) as client:
        return client.post(b"hello", path=ON_PREM_PATH)


def test_by_files_from_the_first_start(place: Town) -> None:
    """A site without a network could not be licensed at all."""
    place.manager.do("virtual-account", "open", "Ship")
    place.order("Ship", LAN, 2, "1")
    ship = by_file(place, "Ship")
    refused = ship.run("sync", "now", "Ship")
    assert refused.returncode == 1
    assert "carry files" in refused.stderr
    took = carry(place, "Ship")
    assert (took["lease"], took["lease_lines_changed"]) == (1, 1)
    live = place.switch("FDO21120U5B")
    live.execute("configure terminal", "feature bgp", "end")
    assert "Status: REGISTERED" in place.register(live, ship)
    eventually(lambda: instances(ship)[0]["status"] == "in-compliance")
    carry(place, "Ship")
    check_equal(place.manager, "Ship", ship, "Ship")
    # The request again is the same request, and both files again change nothing.
    folder = ship.folder
    asked = ship.ask("sync", "request", "--output", str(folder))
    bytes_before = Path(asked["file"]).read_bytes()
    assert ship.ask("sync", "request", "--output", str(folder))["again"]
    assert Path(asked["file"]).read_bytes() == bytes_before
    answered = place.manager.ask("onprem", "sync", asked["file"], "--output", str(folder))
    assert ship.ask("sync", "response", answered["file"])["again"] is False
    assert ship.ask("sync", "response", answered["file"])["again"] is True
    assert place.manager.ask("onprem", "sync", asked["file"], "--output", str(folder))["again"]
    wrong = ship.run("sync", "response", asked["file"])
    assert "this is a sync request" in wrong.stderr
    check_equal(place.manager, "Ship", ship, "Ship")


def test_what_is_withheld_is_not_in_the_bytes_that_leave(place: Town) -> None:
    """Names of a secret site would leave it, though somebody was promised that they do not."""
    place.manager.do("virtual-account", "open", "Secret")
    place.order("Secret", LAN, 9, "1")
    secret = by_file(place, "Secret")
    carry(place, "Secret")
    inside = Inside(secret.data, "Secret")
    inside.enter(2, TAGS[LAN])
    inside.close()
    folder = secret.folder
    plain = Path(secret.ask("sync", "request", "--output", str(folder))["file"]).read_bytes()
    assert b"host-0" in plain
    secret.do("privacy", "set", "--withhold", "host-names,user-names,addresses")
    asked = secret.ask("sync", "request", "--output", str(folder), "--new")
    assert asked["kind"] == "full", "what went up before is taken back"
    data = Path(asked["file"]).read_bytes()
    assert b"host-0" not in data
    assert b'"who":"root"' not in data
    assert b"SN0000000" in data
    answered = place.manager.ask("onprem", "sync", asked["file"], "--output", str(folder))
    secret.do("sync", "response", answered["file"])
    rows = instances(place.manager, "--virtual-account", "Secret")
    assert {row["host_name"] for row in rows} == {WITHHELD}
    assert {row["host_name"] for row in instances(secret)} == {"host-0", "host-1"}
    assert [row["udi"] for row in rows] == [row["udi"] for row in instances(secret)]
    assert licenses(secret) == licenses(place.manager, "--virtual-account", "Secret")


def test_it_synchronizes_by_itself_and_says_why_it_cannot(place: Town) -> None:
    """Synchronization would die unnoticed, or wait for a person for ever."""
    place.manager.do("virtual-account", "open", "Plant")
    plant = by_file(place, "Plant")
    place.manager.stop(signal.SIGTERM)
    plant.do("account", "reach", "Plant", *place.way())
    plant.stop(signal.SIGTERM)
    plant.start()
    eventually(lambda: plant.ask("sync", "list")[0]["alerts"] == "Synchronization Failed")
    shown = plant.ask("sync", "status")
    assert shown["last_failure"].endswith("refuses connections")
    [alert] = plant.ask("alert", "list")
    assert (alert["alert"], alert["severity"]) == ("Synchronization Failed", "Minor")
    assert "refuses connections" in (plant.folder / "log").read_text()
    assert [row["done"] for row in plant.ask("sync", "history")] == [False]
    place.manager.start()
    # What failed is tried again in an hour; a person need not wait.
    assert plant.ask("sync", "now")[0]["done"]
    assert plant.ask("alert", "list") == []
    done = [(row["done"], row["number"]) for row in plant.ask("sync", "history")]
    assert done == [(True, 2), (True, 1), (False, 1)], "the request that waited, and what is new"
    plant.do("sync", "schedule", "daily")
    assert plant.ask("sync", "status")["schedule"] == "daily"


def test_its_licenses_count_again_once_it_has_heard_of_its_removal(place: Town) -> None:
    """Who takes an on-prem down, as the manual says, would have nothing of its licenses for months."""
    for name in ("Plant", "Ship"):
        place.manager.do("virtual-account", "open", name)
        place.order(name, LAN, 3, name)
        place.on_prem(name)
        place.synchronize(name)
        place.manager.do("onprem", "remove", name, "--yes")
    assert pending(place) == {"Plant": 3, "Ship": 3}
    plant, ship = place.on_prems["Plant"], place.on_prems["Ship"]
    place.synchronize("Plant", "Plant")
    assert pending(place) == {"Plant": 0, "Ship": 3}
    assert plant.ask("account", "show", "Plant")["state"] == "removed"
    # Who ends it at once tells it too.
    said = ship.do("account", "deactivate", "Ship")
    assert "its manager knows, and its licenses count there again" in said
    assert pending(place) == {"Plant": 0, "Ship": 0}
    place.manager.stop(signal.SIGTERM)
    said = plant.do("account", "deactivate", "Plant")
    assert "the last synchronization failed" in said
    assert "if one more request was carried there since its removal" in said


def pending(place: Town) -> dict[str, int]:
    """Return how many licenses of each virtual account count for nobody yet."""
    rows = place.manager.ask("license", "list")
    return {row["virtual_account"]: row["pending"] for row in rows}


def test_a_restored_on_prem_grants_nothing_until_it_has_synchronized(place: Town) -> None:
    """Licenses that were cut after the backup would be used twice."""
    place.manager.do("virtual-account", "open", "Plant")
    place.order("Plant", LAN, 2, "1")
    plant = place.on_prem("Plant")
    live = place.switch("FDO21120U5B")
    live.execute("configure terminal", "feature bgp", "end")
    place.register(live, plant)
    place.synchronize("Plant")
    secret = plant.folder / "passphrase"
    secret.write_text("correct horse battery\n")
    secret.chmod(0o600)
    words = ("--with-keys", "--passphrase-file", str(secret))
    plant.do("backup", "--to", str(plant.folder / "b.tar"), *words)
    # The machine burns; meanwhile licenses were taken out, and the synchronization acknowledged it.
    place.manager.do("license", "transfer", LAN, "1", "--from", "Plant", "--to", "Default")
    place.synchronize("Plant")
    place.synchronize("Plant")
    plant.stop()
    (plant.data).rename(plant.folder / "burned")
    place.manager.stop(signal.SIGTERM)
    plant.do("restore", str(plant.folder / "b.tar"), "--passphrase-file", str(secret))
    # The HTTPS certificate is no part of a backup; here it was kept apart.
    for name in ("certificate.pem", "key.pem"):
        shutil.copy2(plant.folder / "burned" / "tls" / name, plant.data / "tls" / name)
    assert licenses(plant) == {LAN: (2, 1, 1)}, "as the backup had it"
    plant.start()
    assert plant.ask("sync", "status")["grants"].startswith("no: restored")
    live.execute("license smart renew auth")
    eventually(lambda: LAPSED in live.execute("show license status").out)
    place.manager.start()
    place.synchronize("Plant")
    # The server has tried by itself meanwhile: that request goes first, and what came since.
    went = [row["kind"] for row in plant.ask("sync", "history") if row["done"]]
    assert went[:2] == ["standard", "full"]
    assert plant.ask("sync", "status")["grants"] == "yes"
    assert licenses(plant) == {LAN: (1, 1, 0)}
    check_equal(place.manager, "Plant", plant, "Plant")
