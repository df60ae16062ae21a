"""What somebody can make who has stolen the sub-CA of a site."""

from cryptography import x509
from cryptography.x509.oid import NameOID

from licet.kernel.ids import AccountId, InstanceId, Udi
from licet.kernel.time import DAY
from licet.pki.issuer import draw_serial
from licet.pki.profiles import Profile
from licet.wire.keys import PrivateKey, draw_key, public_bytes
from support.certificates import Recipe, usage_of
from support.sites import SiteOffice

Chain = tuple[bytes, ...]
# What is wrong with the certificate of a device, and what a refusal says of it.
DEVICES = {
    "another account": "not permitted by its issuer",
    "a sub-CA of its own": "not a issuing certificate",
    "outlives the sub-CA": "outlives its issuer",
}


def forged_device(
    site: SiteOffice, what: str, *, key: PrivateKey, instance: str, udi: Udi
) -> Chain:
    """Return the chain of a device of the site, right but for one thing."""
    keys = site.keys
    right = Recipe(
        subject=_subject(site.site, udi, instance),
        not_before=site.now,
        not_after=site.now + 364 * DAY,
    )
    sub_ca = x509.load_der_x509_certificate(keys.issuing_chain[0])
    match what:
        case "another account":
            leaf = keys.issuer.device_certificate(
                key=public_bytes(key.public_key()),
                serial=draw_serial(site.chance),
                instance=InstanceId(instance),
                udi=udi,
                account=AccountId(site.manager.example.account),
                not_before=site.now,
                not_after=site.now + 364 * DAY,
            )
        case "a sub-CA of its own":
            own = draw_key(site.chance)
            below = Recipe(
                subject=_name(site.site, "Below"),
                key=own.public_key(),
                not_before=site.now,
                not_after=site.now + 400 * DAY,
                basic=x509.BasicConstraints(ca=True, path_length=0),
                usages=None,
                signs_certificates=True,
                extra=(
                    (sub_ca.extensions.get_extension_for_class(x509.NameConstraints).value, True),
                ),
            ).make(sub_ca, keys.issuing_key, own)
            leaf = right.make(x509.load_der_x509_certificate(below), own, key)
            # An envelope holds three certificates at most.
            return (leaf, below, keys.issuing_chain[0])
        case "outlives the sub-CA":
            right.not_after = sub_ca.not_valid_after_utc + DAY
            leaf = right.make(sub_ca, keys.issuing_key, key)
        case _:
            leaf = right.make(sub_ca, keys.issuing_key, key)
    return (leaf, *keys.issuing_chain)


def forged_answer(site: SiteOffice, authority: str, profile: Profile, key: PrivateKey) -> Chain:
    """Return the chain of a key that is to speak for an authority, signed by the site's sub-CA."""
    sub_ca = x509.load_der_x509_certificate(site.keys.issuing_chain[0])
    uri = x509.UniformResourceIdentifier(f"urn:licet:authority:{authority}")
    recipe = Recipe(
        subject=_name(site.site, authority),
        usages=[usage_of(profile)],
        not_before=site.now,
        not_after=site.now + 60 * DAY,
        extra=((x509.SubjectAlternativeName([uri]), False),),
    )
    return (recipe.make(sub_ca, site.keys.issuing_key, key), *site.keys.issuing_chain)


def _subject(account: str, udi: Udi, instance: str) -> x509.Name:
    return x509.Name(
        [
            x509.NameAttribute(NameOID.ORGANIZATION_NAME, account),
            x509.NameAttribute(NameOID.SERIAL_NUMBER, udi.text),
            x509.NameAttribute(NameOID.COMMON_NAME, instance),
        ]
    )


def _name(account: str, common: str) -> x509.Name:
    return x509.Name(
        [
            x509.NameAttribute(NameOID.ORGANIZATION_NAME, account),
            x509.NameAttribute(NameOID.COMMON_NAME, common),
        ]
    )
