"""A process that flips every byte of a document, and prints what the gate says, and its own memory."""

import io
import json
import sys
from collections import Counter
from pathlib import Path

from licet.kernel.ids import AccountId
from licet.ledger.sites import Road
from licet.pki.authority import AuthorityKeys
from licet.service.datadir import open_data
from licet.shell.site import MANAGER, ON_PREM, Site, open_site
from licet.sync.exchange import answer_request, take_response
from licet.sync.problems import SyncRefused
from support.sync_attacks import peak_kib


def read(site: Site, data: bytes, keys: AuthorityKeys) -> str:
    """Return why a document is refused, or that it is not."""
    file = io.BytesIO(data)
    try:
        if site.trade.local:
            take_response(
                site.store,
                keys,
                file,
                road=Road.FILE,
                now=site.now,
                keep=lambda _: None,
                dry=True,
            )
        else:
            answer_request(
                site.store,
                keys,
                file,
                road=Road.FILE,
                now=site.now,
                chance=site.chance,
                dry=True,
            )
    except SyncRefused as refused:
        return refused.why.value
    return "taken"


def main(folder: str, name: str) -> None:
    """Flip, and print."""
    good = Path(name).read_bytes()
    found: Counter[str] = Counter()
    data = open_data(Path(folder))
    with open_site(data.path, ON_PREM if data.is_on_prem else MANAGER) as site:
        account = AccountId(data.accounts()[0]) if data.is_on_prem else None
        keys = site.keys(account)
        assert read(site, good, keys) == "taken"
        for at in range(len(good)):
            damaged = bytearray(good)
            damaged[at] ^= 1 << at % 8
            found[read(site, bytes(damaged), keys)] += 1
    json.dump({"why": found, "peak_kib": peak_kib()}, sys.stdout)


if __name__ == "__main__":
    main(*sys.argv[1:])
