"""Files of orders: all of one is taken or nothing, and every wrong line is named."""

import io
import json
from pathlib import Path

import pytest

from licet.admin.catalog import import_catalog, sample_catalog
from licet.shell.order_files import LINES_MAX
from licet.store.memory import MemoryStore
from support.books import Books
from support.clerk import Clerk

HEADER = "order,license,quantity,kind,starts_at,ends_at,virtual_account\n"
GOOD = "PO-1,NXOS_ADVANTAGE,2,,,,\nPO-2,LAN license,3,term,2026-10-01,2027-10-01,lab\n"


@pytest.fixture
def clerk() -> Clerk:
    """A clerk with the sample catalog, besides the licenses of the books."""
    clerk = Clerk()
    clerk.books.do(lambda work: import_catalog(work, sample_catalog()))
    return clerk


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """A file of orders that is to be written."""
    return tmp_path / "orders"


def bought(clerk: Clerk) -> list[tuple[str, str, str, int]]:
    """Return what was bought: order, license, virtual account and quantity."""
    names = ("order", "license", "virtual_account", "quantity")
    return sorted(tuple(row[name] for name in names) for row in clerk.ask("order list"))


BOUGHT = [("PO-1", "NXOS_ADVANTAGE", "Default", 2), ("PO-2", "LAN license", "Lab", 3)]


def as_json(lines: str) -> list[dict[str, object]]:
    """Return lines of CSV as objects."""
    rows = [
        dict(zip(HEADER.strip().split(","), line.split(","), strict=True)) for line in lines.split()
    ]
    return [{**row, "quantity": int(row["quantity"])} for row in rows]


@pytest.mark.parametrize(
    "text",
    [
        HEADER + GOOD,
        (HEADER + GOOD).replace("\n", "\r\n"),
        (HEADER + GOOD).replace(",", ";"),
        (HEADER + GOOD).replace(",", "\t"),
        "\ufeff" + HEADER.upper() + "\n" + GOOD + ",,,,,,\n\n",
        HEADER + GOOD.replace("LAN license", '"LAN license"').rstrip("\n"),
        json.dumps(as_json(GOOD.replace(" ", "_"))).replace("LAN_", "LAN "),
        json.dumps(as_json(GOOD.replace(" ", "_")), indent=1).replace("LAN_", "LAN "),
        "\n".join(map(json.dumps, as_json(GOOD.replace(" ", "_")))).replace("LAN_", "LAN "),
    ],
)
def test_a_file_is_taken(clerk: Clerk, file: Path, text: str) -> None:
    """Orders of a spreadsheet, or of a program, would have to be typed by hand."""
    file.write_text(text, newline="")
    assert clerk.do(f"order import {file}") == "2 orders taken: 2 lines, 5 licenses\n"
    assert bought(clerk) == BOUGHT
    [row] = clerk.ask("order list --virtual-account lab")
    assert (row["starts_at"], row["ends_at"]) == ("2026-10-01T00:00:00Z", "2027-10-01T00:00:00Z")
    assert (row["kind"], row["status"]) == ("TERM", "active")


def test_what_is_listed_can_be_imported_elsewhere(clerk: Clerk, file: Path) -> None:
    """Moving to another manager would mean writing every order anew."""
    file.write_text(HEADER + GOOD)
    clerk.do(f"order import {file}")
    file.write_text(clerk.do("order list --json"))
    other = Clerk()
    other.books.do(lambda work: import_catalog(work, sample_catalog()))
    other.do(f"order import {file}")
    assert other.ask("order list") == clerk.ask("order list")


def test_options_fill_in_what_a_file_leaves_out(clerk: Clerk, file: Path) -> None:
    """Every line would have to repeat the number of the order."""
    file.write_text("license,quantity,virtual_account\nLAN license,1,\nLAN license,2,default\n")
    assert "line 2: it names no order" in clerk.refused(f"order import {file}")
    clerk.do(f"order import {file} --order 'PO 7' --virtual-account lab")
    assert bought(clerk) == [
        ("PO 7", "LAN license", "Default", 2),
        ("PO 7", "LAN license", "Lab", 1),
    ]


def test_one_bad_line_in_ten_thousand(clerk: Clerk, file: Path) -> None:
    """Half of an order would be there, and nobody would know which half."""
    lines = [f"PO-{number},LAN license,1,,,,\n" for number in range(10_000)]
    lines[6_999] = "PO-6999,LAN lisense,1,,,,\n"
    file.write_text(HEADER + "".join(lines))
    assert clerk.refused(f"order import {file}") == (
        f"{file}: 1 of 10000 lines is wrong; nothing was imported\n"
        "  line 7001: the catalog knows no license 'LAN lisense'; "
        "did you mean 'LAN license' or 'MPLS license'?"
    )
    assert bought(clerk) == []


def test_twenty_wrong_lines_are_named(clerk: Clerk, file: Path) -> None:
    """A person would correct one line, import, and be told of the next."""
    file.write_text(HEADER + "PO-1,LAN license,0,,,,\n" * 23 + GOOD)
    why = clerk.refused(f"order import {file}").splitlines()
    assert why[0] == f"{file}: 23 of 25 lines are wrong; nothing was imported"
    assert why[1:21] == [
        f"  line {number}: a quantity is 1 to 100000000, not 0" for number in range(2, 22)
    ]
    assert why[21:] == ["  and 3 more"]


@pytest.mark.parametrize(
    ("line", "why"),
    [
        ("PO,LAN license,-1,,,,", "a quantity is 1 to 100000000, not -1"),
        ("PO,LAN license,100000001,,,,", "a quantity is 1 to 100000000, not 100000001"),
        ("PO,LAN license,1.5,,,,", "'1.5' is not a quantity: a whole number, 1 or more"),
        ("PO,LAN license,²,,,,", "'²' is not a quantity"),
        (f"PO,LAN license,{'9' * 5000},,,,", "is not a quantity"),
        ("PO,LAN license,,,,,", "it has no quantity"),
        ("PO,,1,,,,", "it has no license"),
        ("PO,LAN license,1,lease,,,", "'LEASE' is no kind of license: PERPETUAL, TERM"),
        ("PO,LAN license,1,term,,,", "a TERM license needs an end"),
        ("PO,LAN license,1,,,2027-01-01,", "a PERPETUAL license has no end"),
        ("PO,LAN license,1,term,,01/02/2027,", "'01/02/2027' is not a date: write 2027-01-31"),
        ("PO,LAN license,1,term,,2027-02-30,", "'2027-02-30' is not a date"),
        ("PO,LAN license,1,term,,9999-01-01,", "'9999-01-01' lies out of reason"),
        ("PO,LAN license,1,term,,0001-01-01,", "'0001-01-01' lies out of reason"),
        ("PO,LAN license,1,term,2027-01-01,2026-12-01,", "it ends before it starts"),
        ("PO,LAN license,1,term,,2026-10-01,", "it ends before it starts"),
        ("PO,LAN license,1,,,,attic", "there is no virtual account called 'attic'"),
        (f"{'x' * 129},LAN license,1,,,,", "is not a name"),
        ("PO,LAN license,1,,,", "it has 6 values, the header has 7"),
        ("PO,LAN license,1,,,,,", "it has 8 values, the header has 7"),
    ],
)
def test_a_wrong_line_says_what_would_be_right(
    clerk: Clerk, file: Path, line: str, why: str
) -> None:
    """A person would not know what to correct, or licenses would come out of thin air."""
    file.write_text(HEADER + GOOD + line + "\n")
    told = clerk.refused(f"order import {file}")
    assert told.startswith(f"{file}: 1 of 3 lines is wrong; nothing was imported\n  line 4: ")
    assert why in told
    assert bought(clerk) == []


@pytest.mark.parametrize(
    ("data", "why"),
    [
        (b"", "it is empty"),
        (b" \n\n", "it is empty"),
        (HEADER.encode(), "there is no order line in it"),
        (b"[]", "there is no order line in it"),
        (b"hello world\n1,2,3\n", "line 1: a header is expected, of these fields: order,"),
        (b"order,lisense,quantity\n", "there is no field 'lisense'; did you mean 'license'?"),
        (b"order,license\n", "line 1: the field 'quantity' is missing"),
        (b"order,license,quantity,order\n", "line 1: the field 'order' stands there twice"),
        (b'license,quantity\na,1\nb,"2\nc,3\n', "line 3: it is not CSV from there on"),
        (b"license,quantity\nok,1\n\xff\xfe,2\n", "line 3 is not text in UTF-8"),
        ("license,quantity\n".encode("utf-16"), "line 1 is not text in UTF-8"),
        (b"license,quantity\na\x00b,1\n", "the catalog knows no license 'a"),
        (b'[{"license": "x"},\n{"license"', "line 2: it is not JSON from there on"),
        (b'[{"license": "x"}\n{"license": "y"}]', "line 2: a ',' or ']' is expected, not '{'"),
        (b'[{"license": "x"}', "a ',' or ']' is expected, not the end of the file"),
        (b'[{"license": "x"}] [', "there is something behind the JSON array"),
        (b"[" * 100_000, "it is nested too deeply"),
        (b'[{"quantity": 1, "quantity": 2}]', "a field stands there twice"),
        (b'[{"quantity": NaN}]', "NaN is not a number"),
        (b"[7, 8]", "  line 1: it is not a JSON object"),
        (b'[\n{"license": "LAN license", "quantity": true, "order": "1"}]', "line 2: True is not"),
        (b'{"license": "LAN license", "quantity": "two", "order": "1"}', "line 1: 'two' is not"),
        (b'{"license": ["LAN"], "quantity": 1, "order": "1"}', "license is not a text: ['LAN']"),
        (b'{"lisense": "LAN"}\n{"license', "  line 2: it is not a JSON object"),
    ],
)
def test_a_file_that_is_none(clerk: Clerk, file: Path, data: bytes, why: str) -> None:
    """A broken file would end in a traceback, or be taken as far as it goes."""
    file.write_bytes(data)
    told = clerk.refused(f"order import {file} --order X")
    assert told.startswith(f"{file}: ")
    assert why in told
    assert bought(clerk) == []


def test_a_file_that_is_not_there_or_too_large(
    clerk: Clerk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A mistyped name would be a traceback; an endless file would fill the memory."""
    missing = tmp_path / "missing.csv"
    assert clerk.refused(f"order import {missing}") == (
        f"{missing}: it cannot be read: No such file or directory"
    )
    assert "it cannot be read: Is a directory" in clerk.refused(f"order import {tmp_path}")
    monkeypatch.setattr("licet.shell.files.BYTES_MAX", 2**20)
    assert clerk.refused("order import /dev/zero") == (
        "/dev/zero: it is larger than 1 MiB; split it"
    )


def test_a_file_of_too_many_lines(
    clerk: Clerk, file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Devices would wait for their answers until an endless import is done."""
    assert LINES_MAX == 100_000
    monkeypatch.setattr("licet.shell.order_files.LINES_MAX", 50)
    file.write_text(HEADER + "PO,LAN license,1,,,,\n" * 51)
    assert clerk.refused(f"order import {file}") == f"{file}: it has more than 50 lines; split it"


def test_half_a_character_is_refused(clerk: Clerk, file: Path) -> None:
    """JSON can spell what no text has, and the database would fail over it."""
    file.write_text('[{"order": "a\\ud800", "license": "LAN license", "quantity": 1}]')
    assert "is not a name" in clerk.refused(f"order import {file}")
    assert bought(clerk) == []


def test_an_order_is_taken_once(clerk: Clerk, file: Path) -> None:
    """The same file twice would double what was paid for."""
    file.write_text(HEADER + GOOD)
    clerk.do(f"order import {file}")
    clerk.do("license transfer NXOS_ADVANTAGE 1 --to lab")
    assert clerk.refused(f"order import {file}") == (
        f"{file}: 2 orders were taken before (PO-1, PO-2), 5 licenses are there; "
        "nothing was imported. To take it all once more, give --again"
    )
    assert "the order po-1 was taken before, 2 licenses are there" in clerk.refused(
        "order add NXOS_ADVANTAGE 1 --order po-1"
    )
    assert clerk.ask("alert list") == []
    clerk.do(f"order import {file} --again")
    assert sum(quantity for *_, quantity in bought(clerk)) == 10
    [alert] = clerk.ask("alert list")
    assert (alert["alert"], alert["severity"]) == ("Duplicate Licenses", "Minor")
    assert alert["message"] == "taken again, though 5 licenses are there from before: PO-1, PO-2"
    clerk.do(f"alert dismiss {alert['id']}")
    assert clerk.ask("alert list") == []


def test_another_account_s_order_has_its_own_number(clerk: Clerk) -> None:
    """Customers count their orders alike, and one would hinder the other."""
    clerk.do("account open Other --domain other.example")
    for account in ("example", "other"):
        clerk.do(f"order add NXOS_ADVANTAGE 1 --order 1 --account {account}")


def test_one_line_can_be_added_by_hand(clerk: Clerk) -> None:
    """A single license would need a file."""
    made = clerk.ask(
        "order add nxos_advantage 4 --order PO-9 --kind subscription "
        "--starts 2026-12-01 --ends 2027-12-01T06:30:00+02:00 --virtual-account lab"
    )
    assert made == {"orders": ["PO-9"], "lines": 1, "licenses": 4}
    [row] = clerk.ask("order list")
    assert (row["status"], row["kind"]) == ("future", "SUBSCRIPTION")
    assert row["ends_at"] == "2027-12-01T04:30:00Z"
    assert clerk.ask("license list")[0]["purchased"] == 0


@pytest.mark.parametrize(
    ("line", "why"),
    [
        ("NXOS 1", "the catalog knows no license 'NXOS'"),
        ("NXOS_ADVANTAGE 0", "a quantity is 1 to 100000000, not 0"),
        ("NXOS_ADVANTAGE 1 --starts soon", "'soon' is not a date"),
        ("NXOS_ADVANTAGE 1 --kind demo", "a DEMO license needs an end"),
    ],
)
def test_a_line_by_hand_is_checked_alike(clerk: Clerk, line: str, why: str) -> None:
    """What a file may not bring could be typed."""
    assert clerk.refused(f"order add {line} --order PO-1").startswith(why)


def test_a_license_is_found_by_what_people_call_it(clerk: Clerk, file: Path) -> None:
    """Only whoever knows the tags by heart could order."""
    names = ("NXOS_ADVANTAGE", "nxos_advantage", "mpls", "MPLS License")
    for number, name in enumerate(names):
        clerk.do(f"order add '{name}' 1 --order 'A{number}'")
    file.write_text(
        json.dumps(
            {
                "licenses": [
                    {
                        "tag": f"regid.2026-11.com.example.X{n},1.0_6f1d9c1e-0000-4000-8000-00000000010{n}",
                        "name": "Twin",
                    }
                    for n in range(2)
                ]
            }
        )
    )
    clerk.do(f"catalog import {file}")
    why = clerk.refused("order add twin 1 --order 2")
    assert why.startswith(
        "'twin' is the name of 2 licenses; give the tag: regid.2026-11.com.example.X0,"
    )
    clerk.do("order add X1 1 --order 3")
    [tag] = [one["tag"] for one in clerk.ask("catalog list") if ".X0," in one["tag"]]
    clerk.do(f"order add {tag} 1 --order 4")
    assert "see: catalog list" in clerk.refused("order add zzz 1 --order 5")


def test_an_empty_catalog_says_so() -> None:
    """Whoever begins would look for a typing mistake."""
    books = Books()
    books.store = MemoryStore()
    clerk = Clerk(books)
    clerk.do("account open New --domain new.example")
    assert clerk.refused("order add LAN 1 --order 1") == (
        "the catalog is empty and knows no license 'LAN'; import one: catalog import"
    )


def test_a_program_can_hand_in_orders(clerk: Clerk, monkeypatch: pytest.MonkeyPatch) -> None:
    """A script would have to write a file first."""
    data = io.BytesIO((HEADER + GOOD).encode())
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(data))
    clerk.do("order import -")
    assert bought(clerk) == BOUGHT
