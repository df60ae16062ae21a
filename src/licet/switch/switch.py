"""One switch: its configuration, its agent, its log."""

from collections import deque
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime

from licet.agent.events import (
    Command,
    Disable,
    Enable,
    Explanation,
    Notify,
    Release,
    Request,
    SetHostName,
)
from licet.agent.machine import Agent
from licet.agent.runtime import Clock, Runtime, SnapshotStore
from licet.agent.view import LicenseView
from licet.kernel.ids import Tag
from licet.kernel.problems import NoAnswer
from licet.kernel.time import Moment
from licet.switch.box import Box, MemoryBox
from licet.switch.callhome import CallHomeTransport, Knocker, Network, lacks
from licet.switch.configuration import FACTORY, Callhome, Configuration
from licet.switch.features import wanted
from licet.switch.roads.faults import Missed
from licet.switch.syslog import print_line, print_missed, print_test

LOG_LINES_MAX = 2000
# NX-OS's words, recalled (mark M); it waits for the outcome, and this switch does not.
TESTING = "trying to send test callhome message\n"
TESTED_LATER = "The outcome will be logged. run show logging logfile\n"


class Switch:
    """A switch over an agent; sessions type at it, a runtime's owner ticks `switch.runtime`.

    A restart is a new `Switch` with a restored agent and the configuration of the old one.

    Args:
        agent: fresh or restored.
        store: where the agent's snapshots are kept.
        network: how the configured URL is reached.
        configuration: what the switch boots with.
        syslog: told every line of the log, as a console would print it.
        box: where files and the startup configuration are; one in memory where there is none.
    """

    def __init__(
        self,
        *,
        agent: Agent,
        store: SnapshotStore,
        network: Network,
        clock: Clock,
        configuration: Configuration = FACTORY,
        syslog: Callable[[str], None] = lambda _: None,
        box: Box | None = None,
    ) -> None:
        self.box: Box = MemoryBox(booted=clock.now().wall) if box is None else box
        self.configuration = configuration
        self.log: deque[str] = deque(maxlen=LOG_LINES_MAX)
        self._syslog = syslog
        self._clock = clock
        self._network = network
        self.runtime = Runtime(
            agent,
            store=store,
            transport=CallHomeTransport(self._callhome, network, self._missed),
            clock=clock,
            heard=self._heard,
        )
        self._reconcile()

    def now(self) -> Moment:
        """Return what the switch's clocks say."""
        return self._clock.now()

    def view(self) -> LicenseView:
        """Return what can be seen of the agent now."""
        return self.runtime.agent.view(self.now())

    def configure(self, configuration: Configuration) -> None:
        """Put a configuration in force and tell the agent what follows from it."""
        old = self.configuration
        self.configuration = replace(configuration, changed_at=self.now().wall)
        if configuration.smart != old.smart:
            self.runtime.handle(Enable() if configuration.smart else Disable())
        if configuration.host_name != old.host_name:
            self.runtime.handle(SetHostName(configuration.host_name))
        before = wanted(old.features, old.level)
        self._use(before, wanted(configuration.features, configuration.level))

    def command(self, command: Command) -> None:
        """Give the agent a command.

        Raises:
            CommandRefused: the agent does not take it now; nothing changed.
        """
        self.runtime.handle(command)

    def try_road(self) -> str:
        """Go the road to CiscoTAC-1's server; return what is known at once, the rest is logged."""
        callhome = self.configuration.callhome
        missed = lacks(callhome)
        if missed is not None:
            return f"{TESTING}% The test message was not sent: {missed.story}\n"
        if not isinstance(self._network, Knocker):
            return f"{TESTING}% There is no road to test: this network is simulated\n"
        url, told = callhome.url or "", list[str]()
        asked = True

        def came(outcome: int | Missed) -> None:
            line = print_test(url, outcome, self._local_now(), self.configuration.host_name)
            self.put_log(line)
            if asked:
                told.append(f"{line}\n")

        self._network.knock(url, came)
        asked = False
        return TESTING + ("".join(told) or TESTED_LATER)

    def clear_log(self) -> None:
        """Forget the log, here and in the box."""
        self.log.clear()
        self.box.clear_log()

    def _local_now(self) -> datetime:
        return self.now().wall.astimezone(self.configuration.time_zone.zone)

    def _callhome(self) -> Callhome:
        return self.configuration.callhome

    def _use(self, before: dict[Tag, int], after: dict[Tag, int]) -> None:
        """Tell the agent what changed; new entitlements first, so that it is never without."""
        for tag, count in after.items():
            if before.get(tag) != count:
                self.runtime.handle(Request(tag, count))
        for tag in before:
            if tag not in after:
                self.runtime.handle(Release(tag))

    def _reconcile(self) -> None:
        """Bring a restored agent and the configuration that the switch boots with together."""
        view = self.view()
        configuration = self.configuration
        if view.enabled and not configuration.smart:
            # The agent's store is durable and the configuration may not have been saved: a switch
            # is never deregistered by a reboot.
            self.configuration = replace(configuration, smart=True)
        elif configuration.smart and not view.enabled:
            self.runtime.handle(Enable())
        if view.host_name != configuration.host_name:
            self.runtime.handle(SetHostName(configuration.host_name))
        before = {used.tag: used.count for used in view.entitlements}
        self._use(before, wanted(configuration.features, configuration.level))

    def _heard(self, heard: Notify | Explanation) -> None:
        if isinstance(heard, Notify):
            local = replace(heard, at=heard.at.astimezone(self.configuration.time_zone.zone))
            self.put_log(print_line(local, self.configuration.host_name))

    def _missed(self, url: str, missed: NoAnswer) -> None:
        """Log the cause of a failure that a road tells, before the agent logs its reason."""
        if isinstance(missed, Missed):
            host_name = self.configuration.host_name
            self.put_log(print_missed(url, missed, self._local_now(), host_name))

    def put_log(self, line: str) -> None:
        """Put a line at the end of the log, and tell it."""
        self.log.append(line)
        self._syslog(line)
