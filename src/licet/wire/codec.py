"""The strict codec: one value has exactly one encoding, and nothing else is read."""

import msgspec

from licet.kernel.problems import Code, RulesBroken

_ENCODER = msgspec.json.Encoder(decimal_format="string")


class Part(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A piece of a message: immutable, every field always written, in the order of its class."""


class _Head(msgspec.Struct, frozen=True):
    v: int = 0


VERSION = 1


def encode(value: msgspec.Struct) -> bytes:
    """Return the canonical JSON of a message part: UTF-8, no white space, fields in order."""
    return _ENCODER.encode(value)


class Decoder:
    """Reads one type of message, in its canonical form only.

    Decoding and encoding again must give the same bytes. That one comparison refuses repeated
    keys, reordered fields, white space, other spellings of a number or a string, and whatever a
    JSON reader elsewhere might understand differently.
    """

    def __init__(self, shape: object, *, max_bytes: int) -> None:
        self._decoder: msgspec.json.Decoder[msgspec.Struct] = msgspec.json.Decoder(
            shape, strict=True
        )
        self.max_bytes = max_bytes

    def decode(self, data: bytes) -> msgspec.Struct:
        """Return the message in `data`.

        Raises:
            RulesBroken: too large, not canonical, of another shape, or of another version.
        """
        if len(data) > self.max_bytes:
            raise RulesBroken(
                Code.TOO_LARGE, f"{len(data)} bytes; at most {self.max_bytes} are read"
            )
        try:
            value = self._decoder.decode(data)
        except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
            raise self._why_not(data, error) from error
        if encode(value) != data:
            raise RulesBroken(Code.MALFORMED, "not in canonical form")
        version = getattr(value, "v", VERSION)
        if version != VERSION:
            raise _unsupported(version)
        return value

    @staticmethod
    def _why_not(data: bytes, error: Exception) -> RulesBroken:
        """Tell a message of another version from one that is broken."""
        try:
            version = msgspec.json.decode(data, type=_Head).v
        except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
            version = 0
        if version > VERSION:
            return _unsupported(version)
        return RulesBroken(Code.MALFORMED, str(error)[:200])


def _unsupported(version: object) -> RulesBroken:
    return RulesBroken(Code.UNSUPPORTED_VERSION, f"version {version}; this side speaks {VERSION}")
