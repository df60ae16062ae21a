"""A product that registers with a standing manager over HTTPS, and says what became of it.

    python examples/over_https.py URL CERTIFICATE TOKEN

CERTIFICATE is a file with what the product trusts, such as the manager's self-signed one. The state of
the product is kept in `./over-https.state`: called again, it goes on as the same product instance.
"""

import http.client
import ssl
import sys
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path
from urllib.parse import urlsplit

from licet.agent.events import Enable, Register, Request, Send
from licet.agent.machine import Agent, AgentSettings
from licet.agent.runtime import Deliver, Runtime
from licet.agent.store import FileStore
from licet.kernel.chance import SystemChance
from licet.kernel.ids import Tag, Udi
from licet.kernel.problems import NoAnswer
from licet.kernel.time import Moment, print_instant, whole

JOSE = "application/jose"
UDI = Udi("N9K-C93180YC-EX", "FDO21120U5B")


class Https:
    """A transport over HTTPS: one message, one POST, and no redirect is ever followed."""

    def __init__(self, url: str, certificate: str) -> None:
        self._url = urlsplit(url)
        self._trust = ssl.create_default_context(cafile=certificate)

    def send(self, message: Send, deliver: Deliver) -> None:
        """Carry a message. Whatever the status: an answer is what came as application/jose."""
        connection = http.client.HTTPSConnection(
            self._url.netloc, timeout=message.timeout.total_seconds(), context=self._trust
        )
        try:
            connection.request("POST", self._url.path, message.request, {"Content-Type": JOSE})
            response = connection.getresponse()
            data = response.read()
        except OSError as error:
            deliver(NoAnswer(f"Communication message send error: {error}"))
            return
        finally:
            connection.close()
        if response.getheader("Content-Type") == JOSE:
            deliver(data)
        else:
            again = response.getheader("Retry-After", "")
            reason = f"status {response.status}: {data.decode(errors='replace').strip()}"
            deliver(NoAnswer(reason, int(again) if again.isdecimal() else None))


class Clock:
    """The machine's clocks."""

    def now(self) -> Moment:
        """Return what they say."""
        elapsed = timedelta(seconds=int(time.clock_gettime(time.CLOCK_BOOTTIME)))  # noqa: TID251
        boot = Path("/proc/sys/kernel/random/boot_id").read_text().strip()
        return Moment(whole(datetime.now(UTC)), elapsed, boot)  # noqa: TID251 - a product's edge


def main(arguments: list[str]) -> int:
    """Register, ask for a license of the sample catalog, and print what is known then."""
    if len(arguments) != 3:  # noqa: PLR2004 - as in the usage
        print(__doc__)
        return 0
    url, certificate, token = arguments
    settings = AgentSettings(
        product="regid.2026-11.com.example.N9K,1.0_992838ab-429d-5b93-bd27-ec942a56cf1e",
        jitter_s_max=0,
    )
    essentials = Tag(
        "regid.2026-11.com.example.NXOS_ESSENTIALS,1.0_f7f6fc2c-416d-5890-bf0b-d1f7bff580db"
    )
    store, clock, chance = FileStore(Path("over-https.state")), Clock(), SystemChance()
    snapshot = store.load()
    if snapshot is None:
        agent = Agent.fresh(UDI, settings=settings, chance=chance, now=clock.now())
    else:
        agent = Agent.restore(snapshot, udi=UDI, settings=settings, chance=chance)
    runtime = Runtime(agent, store=store, transport=Https(url, certificate), clock=clock)
    runtime.tick()
    if snapshot is None:
        runtime.handle(Enable())
        runtime.handle(Request(essentials))
        runtime.handle(Register(token))
    until = clock.now().elapsed + timedelta(seconds=10)
    while clock.now().elapsed < until and agent.view(clock.now()).authorization.last is None:
        time.sleep(0.1)  # noqa: TID251 - a product would wait for `due_in`, and do other things
        if runtime.due_in() == timedelta(0):
            runtime.tick()
    view = agent.view(clock.now())
    registration, authorization = view.registration, view.authorization
    print(f"registration   {registration.state.value}", end="")
    print(f" in {registration.smart_account} / {registration.virtual_account}")
    if registration.initial is not None and not registration.initial.ok:
        print(f"failed         {registration.initial.reason}")
    print(f"authorization  {authorization.state.value}")
    for entitlement in view.entitlements:
        print(f"entitlement    {entitlement.name}: {entitlement.status.value}")
    if authorization.next_at is not None:
        print(f"next contact   {print_instant(authorization.next_at)}")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
