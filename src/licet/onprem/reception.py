"""Who answers devices at an on-prem: one endpoint for each local account, with keys as they are on the disk."""

from collections.abc import Sequence
from datetime import datetime

import structlog

from licet.endpoint.endpoint import Call, Endpoint, Reply
from licet.endpoint.reception import Reception
from licet.kernel.chance import Chance
from licet.kernel.ids import AuthorityId
from licet.kernel.problems import Code
from licet.ledger.ports import Store, Work
from licet.registrar.lapse import closed
from licet.service.datadir import DataDir
from licet.service.keyring import Keyring
from licet.service.problems import ServiceError

_LOG = structlog.get_logger(__name__)


class LocalAuthorities:
    """The local accounts of an on-prem that are registered; looked for before every batch.

    Args:
        data: of the on-prem.
        store: its ledger.
        chance: where ids and serial numbers come from.
    """

    def __init__(self, data: DataDir, store: Store, chance: Chance) -> None:
        self._data = data
        self._store = store
        self._chance = chance
        self._keyrings: dict[AuthorityId, Keyring] = {}
        self._endpoints: dict[AuthorityId, Endpoint] = {}
        self._damaged: dict[AuthorityId, str] = {}
        self._reception = Reception(self._endpoints)

    def handle(self, calls: Sequence[Call], *, now: datetime) -> Sequence[Reply | None]:
        """Return a signed answer to each request, in their order; None where none of these is meant."""
        self._look()
        return self._reception.handle(calls, now=now)

    def _look(self) -> None:
        """Take up what was registered, renewed or deleted since the last batch."""
        found = set(self._data.accounts())
        for gone in set(self._endpoints) - found:
            del self._endpoints[gone], self._keyrings[gone]
        for account in found:
            if account in self._endpoints:
                keys = self._keyrings[account].current()
                if keys is not self._endpoints[account].keys:
                    self._endpoints[account].keys = keys
            else:
                self._open(account)

    def _open(self, account: AuthorityId) -> None:
        try:
            keyring = Keyring.open(self._data, file=self._data.account_file(account))
        except ServiceError as error:
            # The others go on being served, and it is looked at again.
            if self._damaged.get(account) != str(error):
                _LOG.error("a local account is not served", why=str(error))
                self._damaged[account] = str(error)
            return
        self._damaged.pop(account, None)

        def is_closed(work: Work, now: datetime) -> Code | None:
            found = work.local_account(account)
            return Code.UNKNOWN_INSTANCE if found is None else closed(found, now)

        self._keyrings[account] = keyring
        self._endpoints[account] = Endpoint(
            self._store, keyring.current(), chance=self._chance, closed=is_closed
        )
