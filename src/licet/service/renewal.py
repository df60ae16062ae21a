"""Renews the certificates of a standing authority, and says in time where the root's key is missing.

The issuing CA is replaced by itself while the root's key is on the machine. Where that is kept
elsewhere a person must bring it; the serving goes on, and the log says so every day, from half a
year before it matters.
"""

from datetime import datetime

import structlog

from licet.kernel.chance import Chance
from licet.kernel.time import DAY, print_instant
from licet.pki.authority import (
    AuthorityKeys,
    answer_due,
    issuer_due,
    issuer_silent,
    keys_due,
    renew_answer,
    renew_keys,
)
from licet.service.keyring import Keyring

WARNED_BEFORE = 180 * DAY
WARNED_EVERY = DAY
REMEDY = "licet manager pki rotate-issuer --root-key FILE"

_LOG = structlog.get_logger(__name__)


class KeyRenewal:
    """The renewal of an authority's own certificates (`tending.Duty`).

    Args:
        keyring: used by nobody else.
        chance: where keys and serial numbers come from.
    """

    def __init__(self, keyring: Keyring, chance: Chance) -> None:
        self._keyring = keyring
        self._chance = chance
        self._warned_at: datetime | None = None

    def next_due(self) -> datetime:
        """Return when something is to be renewed, or said."""
        keys = self._keyring.current()
        if self._keyring.root_key_here():
            return keys_due(keys)
        warning = issuer_due(keys) - WARNED_BEFORE
        if self._warned_at is not None:
            warning = max(warning, self._warned_at + WARNED_EVERY)
            if self._warned_at >= issuer_silent(keys):
                # Nothing can be renewed any more: there is nothing left but to say so.
                return warning
        return min(answer_due(keys), warning)

    def tick(self, now: datetime) -> str:
        """Renew what is due, as far as the keys that are here allow."""
        before = self._keyring.current()
        after = self._keyring.change(lambda keys: self._renew(keys, now))
        if not self._keyring.root_key_here():
            self._warn(after, now)
        return "nothing" if after == before else "renewed"

    def _renew(self, keys: AuthorityKeys, now: datetime) -> AuthorityKeys:
        if keys.root_key is not None:
            return renew_keys(keys, chance=self._chance, now=now)
        if now < issuer_silent(keys):
            return renew_answer(keys, chance=self._chance, now=now)
        return keys

    def _warn(self, keys: AuthorityKeys, now: datetime) -> None:
        due, silent = issuer_due(keys), issuer_silent(keys)
        if now < due - WARNED_BEFORE:
            return
        if self._warned_at is not None and self._warned_at <= now < self._warned_at + WARNED_EVERY:
            return
        self._warned_at = now
        if now < silent:
            _LOG.warning(
                "the issuing CA must be replaced, and the root key is kept elsewhere",
                before=print_instant(silent),
                type=REMEDY,
            )
        else:
            _LOG.error(
                "the issuing CA issues no certificates any more, and the root key is kept elsewhere",
                since=print_instant(silent),
                type=REMEDY,
            )
