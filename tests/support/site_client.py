"""A site's side of the network: what it posts to its manager, step by step, and lies where a test wants it."""

import json
from typing import Any

from licet.ledger.sites import Road, SyncKind
from support.sites import SiteOffice
from support.standing import Client, eventually

REGISTRATION, BEGIN, PART, RESULT = (
    f"/onprem/v1/{name}" for name in ("registration", "begin", "part", "result")
)
YAML, JSON, BYTES, JOSE = (
    f"application/{name}" for name in ("yaml", "json", "octet-stream", "jose")
)


class SiteClient:
    """Posts over one connection."""

    def __init__(self, client: Client) -> None:
        self.client = client

    def register(self, request: bytes) -> tuple[int, Any]:
        """Post a registration request; return the status, and the authorization or what is said."""
        return self._post(REGISTRATION, request, YAML)

    def begin(self, envelope: bytes) -> tuple[int, Any]:
        """Announce a request."""
        return self._post(BEGIN, envelope, JOSE)

    def part(self, capability: str, offset: int, data: bytes) -> tuple[int, Any]:
        """Send a part."""
        return self._post(PART, f"{capability}\n{offset}\n".encode() + data, BYTES)

    def result(self, capability: str, offset: int = 0) -> tuple[int, Any]:
        """Ask for a part of the response."""
        return self._post(RESULT, f"{capability}\n{offset}\n".encode(), BYTES)

    def send(self, site: SiteOffice, request: bytes, *, part: int = 100_000) -> str:
        """Send a request to its end, and return its capability."""
        status, begun = self.begin(site.announcement(request))
        assert status == 200, begun
        offset = begun["offset"]
        while offset < len(request):
            status, said = self.part(begun["upload"], offset, request[offset:][:part])
            assert status == 200, said
            offset = said["offset"]
        return str(begun["upload"])

    def outcome(self, capability: str, *, within_s: float = 60) -> tuple[int, Any]:
        """Wait for the result, and return its first part, or what is said."""
        found: list[tuple[int, Any]] = []

        def there() -> bool:
            found.append(self.result(capability))
            return found[-1][0] != 202

        eventually(there, within_s=within_s)
        return found[-1]

    def answer(self, capability: str) -> bytes:
        """Return the whole response."""
        status, whole = self.outcome(capability)
        assert status == 200, whole
        status, rest = self.result(capability, len(whole))
        while rest:
            assert status == 200, rest
            whole += rest
            status, rest = self.result(capability, len(whole))
        return bytes(whole)

    def synchronize(self, site: SiteOffice, kind: SyncKind = SyncKind.STANDARD) -> None:
        """Synchronize a site to the end."""
        request = site.request(kind)
        site.take(self.answer(self.send(site, request)), Road.NETWORK)

    def _post(self, path: str, body: bytes, content_type: str) -> tuple[int, Any]:
        status, headers, said = self.client.post(body, path=path, content_type=content_type)
        if headers["content-type"] == JSON:
            return status, json.loads(said)
        assert status != 200 or headers["content-type"] == YAML, headers
        return status, said
