"""All that one authority holds in keys and certificates, and how it renews and rotates them."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from cryptography import x509

from licet.kernel.chance import Chance, draw_uuid
from licet.kernel.ids import AuthorityId
from licet.kernel.time import DAY, epoch_seconds
from licet.pki.issuer import Issuer, draw_serial, make_root
from licet.pki.profiles import QUIET, RULES, YEAR, Profile
from licet.pki.trust import sign_trust_list
from licet.wire.keys import PrivateKey, draw_key, public_bytes, to_base64
from licet.wire.messages import SignedTrustList, TrustList

ROOT_LIVES = 20 * YEAR
ISSUING_LIVES = 6 * YEAR
ANSWER_LIVES = 90 * DAY
ANSWER_RENEWED_AFTER = 30 * DAY
# An on-prem may be silent for so long (manager-and-onprem.md 2.3). The issuing CA is replaced so much
# earlier that what it certifies for one can still certify until it is heard again.
SILENCE_MAX = 364 * DAY
# A certificate is dated back, so that it is valid at once and stays so where a clock is set back a little.
DATED_BACK = timedelta(hours=1)
MASTER_KEY_BYTES = 32
EPOCH_MAX = 2**53 - 1  # `limits.Counter`


@dataclass(frozen=True, slots=True)
class Gap:
    """The time between a backup and its restore: what was signed then, the ledger does not know.

    It lives beside the keys and not in the ledger, because it is about what these keys signed, and
    because it must change in the same instant as the epoch.
    """

    since: datetime
    until: datetime


@dataclass(frozen=True, slots=True)
class SyncSigner:
    """What a local account of an on-prem signs with when it writes to its manager.

    Attributes:
        chain: its own certificate first, without the root; DER.
    """

    key: PrivateKey
    chain: tuple[bytes, ...]


@dataclass(frozen=True, slots=True)
class AuthorityKeys:
    """Everything secret and certified that one authority holds.

    An authority is a manager, or a *site*: a local account of an on-prem, whose issuing CA is a
    sub-CA, and whose certificates its manager makes (`pki.sites`).

    Attributes:
        root_key: None where it is kept off the machine, and with a site.
        root: the newest root certificate, DER; tokens carry its mark.
        trust_lists: all of them, oldest first.
        issuing_chain, answer_chain: own certificate first, without the root; DER.
        master_keys: (number, 32 bytes) of every token master key, newest last.
        accepted_roots: every root of its own lists: devices certified under a former one stay good.
        epoch: higher after every restore from a backup.
        gaps: of every restore whose devices may still hold a certificate of then, oldest first.
        sync: a site's; None with a manager, which signs what it writes with its answer key.
    """

    authority: AuthorityId
    name: str
    epoch: int
    root_key: PrivateKey | None
    root: bytes
    trust_lists: tuple[SignedTrustList, ...]
    issuing_key: PrivateKey
    issuing_chain: tuple[bytes, ...]
    answer_key: PrivateKey
    answer_chain: tuple[bytes, ...]
    master_keys: tuple[tuple[int, bytes], ...]
    accepted_roots: tuple[bytes, ...]
    gaps: tuple[Gap, ...] = ()
    sync: SyncSigner | None = None

    @property
    def is_site(self) -> bool:
        """Whether they are those of a local account of an on-prem."""
        return self.sync is not None

    @property
    def issuer(self) -> Issuer:
        """The issuing CA."""
        return Issuer(self.issuing_key, self.issuing_chain)


def found_authority(*, name: str, chance: Chance, now: datetime) -> AuthorityKeys:
    """Make a new authority: its id, root, first trust list, issuing CA, answer and master key."""
    root_key = draw_key(chance)
    root = _root(root_key, name, chance, now)
    issuing_key, issuing_chain = _issuing(root_key, root, name, chance, now)
    authority = AuthorityId(draw_uuid(chance))
    answer_key, answer_chain = _answer(issuing_key, issuing_chain, authority, chance, now)
    return AuthorityKeys(
        authority=authority,
        name=name,
        epoch=0,
        root_key=root_key,
        root=root,
        trust_lists=(sign_trust_list(_list(1, (root,), now), [root_key]),),
        issuing_key=issuing_key,
        issuing_chain=issuing_chain,
        answer_key=answer_key,
        answer_chain=answer_chain,
        master_keys=((1, chance.random_bytes(MASTER_KEY_BYTES)),),
        accepted_roots=(root,),
    )


def keys_due(keys: AuthorityKeys) -> datetime:
    """Return when `renew_keys` has something to do."""
    return min(answer_due(keys), issuer_due(keys))


def renew_keys(keys: AuthorityKeys, *, chance: Chance, now: datetime) -> AuthorityKeys:
    """Return the keys with what is due renewed: the answer certificate, the issuing CA, the root.

    A certificate whose beginning lies in the future, after the clock was set back, is due too. The
    root is rotated when the next issuing CA would not have its whole life below it.

    Raises:
        ValueError: the issuing CA must be replaced and the root key is kept elsewhere.
    """
    if now >= issuer_due(keys) or now < _begins(keys.issuing_chain[0]):
        if _ends(keys.root) - now < ISSUING_LIVES:
            keys = rotate_root(keys, chance=chance, now=now)
        else:
            keys = rotate_issuer(keys, chance=chance, now=now)
    return renew_answer(keys, chance=chance, now=now)


def issuer_due(keys: AuthorityKeys) -> datetime:
    """Return when the issuing CA is to be replaced, for which the root's key is needed."""
    return issuer_silent(keys) - SILENCE_MAX


def issuer_silent(keys: AuthorityKeys) -> datetime:
    """Return when the issuing CA issues nothing any more, if it is not replaced before."""
    return _ends(keys.issuing_chain[0]) - QUIET


def renew_answer(keys: AuthorityKeys, *, chance: Chance, now: datetime) -> AuthorityKeys:
    """Return the keys with a new answer certificate if it is due; the root's key is not needed.

    Raises:
        ValueError: the issuing CA issues nothing any more.
    """
    begins = _begins(keys.answer_chain[0])
    if now >= answer_due(keys) or now < begins:
        return _with_answer(keys, chance, now)
    return keys


def answer_due(keys: AuthorityKeys) -> datetime:
    """Return when the answer certificate is to be renewed."""
    return _begins(keys.answer_chain[0]) + DATED_BACK + ANSWER_RENEWED_AFTER


def rotate_issuer(keys: AuthorityKeys, *, chance: Chance, now: datetime) -> AuthorityKeys:
    """Return the keys with a new issuing CA under the same root, and a new answer certificate.

    Raises:
        ValueError: the root key is kept elsewhere.
    """
    key, chain = _issuing(_root_key(keys), keys.root, keys.name, chance, now)
    return _with_answer(replace(keys, issuing_key=key, issuing_chain=chain), chance, now)


def rotate_root(keys: AuthorityKeys, *, chance: Chance, now: datetime) -> AuthorityKeys:
    """Return the keys with a new root: a newer trust list, issuing CA and answer certificate.

    The new list holds the new root alone, signed by the old and the new one. Devices that still
    hold an older list follow the chain; the authority goes on accepting their certificates.

    Raises:
        ValueError: the root key is kept elsewhere.
    """
    old_key = _root_key(keys)
    new_key = draw_key(chance)
    root = _root(new_key, keys.name, chance, now)
    version = keys.trust_lists[-1].list.version + 1
    signed = sign_trust_list(_list(version, (root,), now), [old_key, new_key])
    keys = replace(
        keys,
        root_key=new_key,
        root=root,
        trust_lists=(*keys.trust_lists, signed),
        accepted_roots=(*keys.accepted_roots, root),
    )
    return rotate_issuer(keys, chance=chance, now=now)


def rotate_master_key(keys: AuthorityKeys, *, chance: Chance) -> AuthorityKeys:
    """Return the keys with a new token master key; older tokens live on until they end."""
    number = keys.master_keys[-1][0] + 1
    added = (number, chance.random_bytes(MASTER_KEY_BYTES))
    return replace(keys, master_keys=(*keys.master_keys, added))


def begin_epoch(keys: AuthorityKeys, *, backup_at: datetime, now: datetime) -> AuthorityKeys:
    """Return the keys as they go on after a restore: a new epoch, and the gap that it leaves.

    The epoch counts seconds, so that it is a new one also where one backup is restored twice. Gaps
    are forgotten when no device certificate of then can be valid any more.
    """
    epoch = min(max(keys.epoch + 1, epoch_seconds(now)), EPOCH_MAX)
    remembered = [gap for gap in keys.gaps if gap.until + RULES[Profile.DEVICE].longest > now]
    return replace(keys, epoch=epoch, gaps=(*remembered, Gap(backup_at, now)))


def _with_answer(keys: AuthorityKeys, chance: Chance, now: datetime) -> AuthorityKeys:
    key, chain = _answer(keys.issuing_key, keys.issuing_chain, keys.authority, chance, now)
    return replace(keys, answer_key=key, answer_chain=chain)


def _root(key: PrivateKey, name: str, chance: Chance, now: datetime) -> bytes:
    begins = now - DATED_BACK
    return make_root(
        key,
        name=name,
        serial=draw_serial(chance),
        not_before=begins,
        not_after=begins + ROOT_LIVES,
    )


def _issuing(
    root_key: PrivateKey, root: bytes, name: str, chance: Chance, now: datetime
) -> tuple[PrivateKey, tuple[bytes, ...]]:
    key = draw_key(chance)
    certificate = Issuer(root_key, (root,)).issuing_certificate(
        key=public_bytes(key.public_key()),
        serial=draw_serial(chance),
        name=name,
        not_before=now - DATED_BACK,
        not_after=now - DATED_BACK + ISSUING_LIVES,
    )
    return key, (certificate,)


def _answer(
    issuing_key: PrivateKey,
    issuing_chain: tuple[bytes, ...],
    authority: AuthorityId,
    chance: Chance,
    now: datetime,
) -> tuple[PrivateKey, tuple[bytes, ...]]:
    key = draw_key(chance)
    certificate = Issuer(issuing_key, issuing_chain).answer_certificate(
        key=public_bytes(key.public_key()),
        serial=draw_serial(chance),
        authority=authority,
        not_before=now - DATED_BACK,
        not_after=now - DATED_BACK + ANSWER_LIVES,
    )
    return key, (certificate, *issuing_chain)


def _list(version: int, roots: tuple[bytes, ...], now: datetime) -> TrustList:
    return TrustList(
        version=version,
        roots=tuple(to_base64(root) for root in roots),
        not_before=epoch_seconds(now - DATED_BACK),
        not_after=epoch_seconds(now - DATED_BACK + ROOT_LIVES),
    )


def _root_key(keys: AuthorityKeys) -> PrivateKey:
    if keys.root_key is None:
        raise ValueError("the licensing root's key is kept elsewhere; bring it to rotate")
    return keys.root_key


def _ends(certificate: bytes) -> datetime:
    return x509.load_der_x509_certificate(certificate).not_valid_after_utc


def _begins(certificate: bytes) -> datetime:
    return x509.load_der_x509_certificate(certificate).not_valid_before_utc
