"""The catalog of products and licenses, imported from a document; a sample one ships."""

from collections.abc import Sequence
from importlib import resources
from typing import Annotated, TypeVar

import msgspec

from licet.admin.lines import Wrong, refuse_wrong
from licet.admin.refusal import AdminRefused
from licet.kernel.ids import check_tag
from licet.ledger.model import License, Product
from licet.ledger.ports import Work
from licet.wire import limits

SAMPLE = "sample_catalog.json"
ENTRIES_MAX = 100_000


class _Entry(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    tag: str
    name: limits.Line
    description: limits.Note = ""


class _License(_Entry, frozen=True, forbid_unknown_fields=True):
    export_controlled: bool = False


_AnyEntry = TypeVar("_AnyEntry", bound=_Entry)


class _Catalog(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    products: Annotated[list[msgspec.Raw], msgspec.Meta(max_length=ENTRIES_MAX)] = []
    licenses: Annotated[list[msgspec.Raw], msgspec.Meta(max_length=ENTRIES_MAX)] = []


def sample_catalog() -> bytes:
    """Return the catalog that ships: the example switch's packages and license levels."""
    return resources.files("licet.admin").joinpath(SAMPLE).read_bytes()


def import_catalog(work: Work, document: bytes) -> tuple[int, int]:
    """Put the products and licenses of a document (JSON) into the catalog; return how many of each.

    The document is `{"products": [...], "licenses": [...]}`; an entry has `tag`, `name` and
    `description`, a license also `export_controlled`. What the catalog knows already is replaced.

    Raises:
        AdminRefused: entries are wrong; they are named, and nothing is imported.
    """
    try:
        catalog = msgspec.json.decode(document, type=_Catalog)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
        raise AdminRefused(f"the catalog cannot be read: {error}") from error
    wrong: list[Wrong] = []
    products = _read_all(catalog.products, _Entry, "products", wrong)
    licenses = _read_all(catalog.licenses, _License, "licenses", wrong)
    entries = len(catalog.products) + len(catalog.licenses)
    refuse_wrong(wrong, "1 entry" if entries == 1 else f"{entries} entries")
    for product in products:
        work.put_product(Product(product.tag, product.name, product.description))
    for entry in licenses:
        work.put_license(
            License(check_tag(entry.tag), entry.name, entry.description, entry.export_controlled)
        )
    return len(products), len(licenses)


def _read_all(
    raws: Sequence[msgspec.Raw], shape: type[_AnyEntry], list_name: str, wrong: list[Wrong]
) -> list[_AnyEntry]:
    """Return the entries of a list; add to `wrong` what is wrong with others.

    A tag that comes twice is: which of the two is meant, nobody could tell.
    """
    entries: list[_AnyEntry] = []
    first: dict[str, int] = {}
    for at, raw in enumerate(raws, 1):
        where = f"{list_name}, entry {at}"
        try:
            entry = msgspec.json.decode(raw, type=shape)
            check_tag(entry.tag)
        except (msgspec.MsgspecError, ValueError, RecursionError) as error:
            wrong.append(Wrong(where, str(error)))
            continue
        if first.setdefault(entry.tag, at) != at:
            why = f"entry {first[entry.tag]} has the tag {entry.tag} already"
            wrong.append(Wrong(where, why))
        entries.append(entry)
    return entries
