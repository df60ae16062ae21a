"""Turns decisions into signed answers: certificates from their orders, then the answer key."""

from datetime import datetime

from licet.kernel.time import epoch_seconds
from licet.ledger.model import CertificateOrder
from licet.pki.authority import AuthorityKeys
from licet.pki.issuer import Issuer
from licet.registrar.shapes import RegisteredDraft, RenewedDraft, Settled
from licet.wire import limits
from licet.wire.envelope import Kind, seal
from licet.wire.keys import to_base64
from licet.wire.messages import Answer, Outcome, Registered, Renewed, SignedTrustList


class Signer:
    """Signs answers with the keys of one authority."""

    def __init__(self, keys: AuthorityKeys) -> None:
        self._keys = keys
        self._issuer = Issuer(keys.issuing_key, keys.issuing_chain)
        self._issuers = tuple(to_base64(der) for der in keys.issuing_chain)

    def sign(
        self, settled: Settled, *, request: str, trust_version: int | None, now: datetime
    ) -> bytes:
        """Return the signed answer.

        Args:
            settled: the decision; it was committed before.
            request: digest of the request's envelope bytes.
            trust_version: of the device; None where it did not say, and gets no trust lists.
            now: the authority's instant.
        """
        answer = Answer(
            request=request,
            authority=self._keys.authority,
            at=epoch_seconds(now),
            epoch=self._keys.epoch,
            trust_lists=self._missing(trust_version),
            outcome=self._outcome(settled),
        )
        return seal(
            answer, kind=Kind.ANSWER, key=self._keys.answer_key, chain=self._keys.answer_chain
        )

    def _outcome(self, settled: Settled) -> Outcome:
        draft = settled.outcome
        if not isinstance(draft, RegisteredDraft | RenewedDraft):
            return draft
        if settled.order is None:
            raise ValueError("a decision that brings a certificate has no order for it")
        certificates = (to_base64(self._issue(settled.order)), *self._issuers)
        if isinstance(draft, RenewedDraft):
            return Renewed(
                place=draft.place, certificates=certificates, renew_in_s=draft.renew_in_s
            )
        return Registered(
            instance=draft.instance,
            place=draft.place,
            certificates=certificates,
            renew_in_s=draft.renew_in_s,
        )

    def _issue(self, order: CertificateOrder) -> bytes:
        return self._issuer.device_certificate(
            key=order.key,
            serial=order.serial,
            instance=order.instance,
            udi=order.udi,
            account=order.account,
            not_before=order.not_before,
            not_after=order.not_after,
        )

    def _missing(self, trust_version: int | None) -> tuple[SignedTrustList, ...]:
        """Return the lists that the device lacks, oldest first.

        A device without any pins one of the newest; any other needs the very next ones.
        """
        if trust_version is None:
            return ()
        lists = tuple(
            signed for signed in self._keys.trust_lists if signed.list.version > trust_version
        )
        if trust_version == 0:
            return lists[-limits.MAX_TRUST_LISTS :]
        return lists[: limits.MAX_TRUST_LISTS]
