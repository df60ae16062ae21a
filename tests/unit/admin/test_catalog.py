"""The catalog: a whole document or nothing of it, and the one that ships."""

import json
import uuid

import pytest

from licet.admin.catalog import import_catalog, sample_catalog
from licet.admin.refusal import AdminRefused
from licet.kernel.ids import Tag, check_tag, tag_name
from licet.ledger.model import License, Product
from licet.switch.features import PRODUCT, TAGS
from support.books import LAN, UNKNOWN, Books

# The packages of device.md 1.6 that features use, and the two levels of the license boundary.
PACKAGES = {
    "NXOS_ESSENTIALS",
    "NXOS_ADVANTAGE",
    "LAN_ENTERPRISE_SERVICES_PKG",
    "NETWORK_SERVICES_PKG",
    "ENHANCED_LAYER2_PKG",
    "MPLS_PKG",
    "TRANSPORT_SERVICES_PKG",
    "FCOE_NPV_PKG",
}


@pytest.fixture
def books() -> Books:
    """The books of one account; its catalog has two licenses."""
    return Books()


def document(**lists: list[object]) -> bytes:
    """Return a catalog document."""
    return json.dumps(lists).encode()


def entry(tag: str, name: str = "A license", **more: object) -> dict[str, object]:
    """Return an entry."""
    return {"tag": tag, "name": name, **more}


def test_the_sample_has_what_the_example_switch_asks_for(books: Books) -> None:
    """The first switch of a lab would use licenses that its authority does not know."""
    counts = books.do(lambda work: import_catalog(work, sample_catalog()))
    listed = {row.tag: row for row in books.store.list_licenses().items}
    assert set(TAGS.values()) <= set(listed)
    assert {tag_name(tag) for tag in listed} >= PACKAGES
    assert books.look(lambda work: work.product(PRODUCT)) is not None
    assert counts == (1, len(listed) - 2), "two were there before"


def test_the_tags_of_the_sample_are_real_ones() -> None:
    """A vendor who copies the form would make tags that nothing accepts."""
    content = json.loads(sample_catalog())
    tags = [row["tag"] for rows in content.values() for row in rows]
    assert len(set(tags)) == len(tags)
    for tag in tags:
        assert check_tag(tag) == tag
        uuid.UUID(tag.rsplit("_", 1)[1])


def test_an_entry_is_put_to_the_last_field(books: Books) -> None:
    """A person would read another name, or a controlled license would not be controlled."""
    given = document(
        products=[entry(PRODUCT, "N9K", description="A switch")],
        licenses=[entry(UNKNOWN, "Crypto", description="Strong", export_controlled=True)],
    )
    assert books.do(lambda work: import_catalog(work, given)) == (1, 1)
    assert books.look(lambda work: work.product(PRODUCT)) == Product(PRODUCT, "N9K", "A switch")
    found = books.look(lambda work: work.license(UNKNOWN))
    assert found == License(UNKNOWN, "Crypto", "Strong", export_controlled=True)


def test_what_is_known_is_replaced_and_the_rest_stays(books: Books) -> None:
    """A wrong name could never be set right, or an update would empty the catalog."""
    given = document(licenses=[entry(LAN, "Renamed")])
    assert books.do(lambda work: import_catalog(work, given)) == (0, 1)
    names = [row.name for row in books.store.list_licenses().items]
    assert names == ["Renamed", "MPLS license"]


@pytest.mark.parametrize(
    ("bad", "why"),
    [
        (entry("LAN_ENTERPRISE_SERVICES_PKG"), "licenses, entry 2: .*not an entitlement tag"),
        (entry(UNKNOWN, ""), r"licenses, entry 2: .*\$.name"),
        (entry(UNKNOWN, "two\nlines"), r"licenses, entry 2: .*\$.name"),
        (entry(UNKNOWN, price=5), "licenses, entry 2: .*price"),
        (entry(UNKNOWN, export_controlled="yes"), "licenses, entry 2: .*export_controlled"),
        ({"name": "No tag"}, "licenses, entry 2: .*tag"),
        (7, "licenses, entry 2: "),
    ],
)
def test_one_bad_entry_refuses_the_whole_and_is_named(books: Books, bad: object, why: str) -> None:
    """Half a catalog would be imported, and a person would search ten thousand lines."""
    good = entry(Tag(LAN.replace("LAN", "GOOD")), "Good")
    given = document(products=[entry(PRODUCT)], licenses=[good, bad])
    with books.store.begin() as work:
        with pytest.raises(AdminRefused, match=why):
            import_catalog(work, given)
        work.commit()
    assert len(books.store.list_licenses().items) == 2
    assert books.look(lambda work: work.product(PRODUCT)) is None


@pytest.mark.parametrize(
    "given",
    [b"", b"{", b"[]", b"\xff", b'{"license": []}', b'{"licenses": {}}', b'{"products": null}'],
)
def test_what_is_no_catalog_is_refused(books: Books, given: bytes) -> None:
    """A misspelled list would be an empty catalog, or an error of ours."""
    with pytest.raises(AdminRefused, match="cannot be read"):
        books.do(lambda work: import_catalog(work, given))


@pytest.mark.parametrize("list_name", ["products", "licenses"])
def test_a_tag_that_comes_twice_is_refused(books: Books, list_name: str) -> None:
    """The last of two names would win, and nobody would know which one was meant."""
    entries = [{"tag": PRODUCT, "name": name} for name in ("one", "two")]
    with pytest.raises(AdminRefused, match=f"{list_name}, entry 2: entry 1 has the tag"):
        books.do(lambda work: import_catalog(work, json.dumps({list_name: entries}).encode()))
    assert books.look(lambda work: work.product(PRODUCT)) is None


@pytest.mark.parametrize("start", [b"", b'{"products": ', b'{"licenses": [{"tag": '])
def test_a_deep_document_is_refused(books: Books, start: bytes) -> None:
    """A hostile file would be an error of ours."""
    with pytest.raises(AdminRefused, match="cannot be read"):
        books.do(lambda work: import_catalog(work, start + b"[" * 200_000))
