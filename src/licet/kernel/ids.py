"""The names that things go by: UDI, entitlement tag, and the kinds of identifier."""

import re
from dataclasses import dataclass
from typing import NewType

InstanceId = NewType("InstanceId", str)
AuthorityId = NewType("AuthorityId", str)
AccountId = NewType("AccountId", str)
VirtualAccountId = NewType("VirtualAccountId", str)
TokenId = NewType("TokenId", str)
Tag = NewType("Tag", str)

_TAG = re.compile(
    r"regid\.\d{4}-\d{2}(?:\.[A-Za-z0-9][A-Za-z0-9_-]*)+,\d+(?:\.\d+)*_[0-9a-f-]{36}\Z"
)
_TAG_CHARS_MAX = 255
# What an X.509 PrintableString can hold, since an ID certificate names the UDI.
_UDI_PART = re.compile(r"[A-Za-z0-9][A-Za-z0-9./+-]{0,63}\Z")


@dataclass(frozen=True, slots=True, order=True)
class Udi:
    """The unique device identifier: product id and serial number."""

    pid: str
    sn: str

    @property
    def text(self) -> str:
        """The UDI as products print it, e.g. `PID:N9K-C93180YC-EX,SN:FDO21120U5B`."""
        return f"PID:{self.pid},SN:{self.sn}"


def check_udi(pid: str, sn: str) -> Udi:
    """Return the UDI of a product id and a serial number.

    Raises:
        ValueError: a part is empty, too long or has a character that no label prints.
    """
    for name, part in (("product id", pid), ("serial number", sn)):
        if not _UDI_PART.match(part):
            raise ValueError(
                f"{name} {part!r} is not valid: 1 to 64 of letters, digits, and . / + - inside"
            )
    return Udi(pid, sn)


def check_tag(text: str) -> Tag:
    """Return `text` as an entitlement tag.

    The form is `regid.YYYY-MM.<reversed domain>.<name>,<version>_<uuid>` (device.md 2.6).

    Raises:
        ValueError: `text` has another form, or over 255 characters.
    """
    if len(text) > _TAG_CHARS_MAX or not _TAG.match(text):
        raise ValueError(
            f"{text!r} is not an entitlement tag: "
            "regid.YYYY-MM.<reversed domain>.<name>,<version>_<uuid>"
        )
    return Tag(text)


def tag_name(tag: str) -> str:
    """Return the last label of an entitlement tag, e.g. `LAN_ENTERPRISE_SERVICES_PKG`."""
    return tag.split(",", 1)[0].rsplit(".", 1)[-1]


def tag_version(tag: str) -> str:
    """Return the version in an entitlement tag, e.g. `1.0`."""
    return tag.split(",", 1)[-1].split("_", 1)[0]
