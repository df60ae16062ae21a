"""Lines about the world: its clock, its network, its machines, narration and expectations."""

from collections.abc import Callable
from datetime import timedelta

from licet.kernel.ids import check_udi
from licet.lab import paper_lines
from licet.lab.bench import Bench
from licet.lab.grammar import Given
from licet.lab.lab import Lab
from licet.lab.manager_office import ManagerOffice
from licet.lab.plant import Plant
from licet.lab.problems import LabError, Unexpected
from licet.lab.rows import Row
from licet.lab.timers import print_timers
from licet.world.faults import Fault, FaultKind

# What a switch's jitter is where a script says nothing: as in a real product (RULES.md 18).
JITTER_S = 60


def _clock(lab: Lab, given: Given) -> None:
    start = given.instant("instant")
    if start is not None:
        lab.begin(start)


def _say(lab: Lab, given: Given) -> None:
    lab.transcript.say(given.text("text"))


def _authority(lab: Lab, given: Given) -> None:
    name = _new_side(lab, given)
    lab.offices[name] = ManagerOffice(lab.world.found(name))


def _on_prem(lab: Lab, given: Given) -> None:
    name = _new_side(lab, given)
    lab.plants[name] = Plant(lab.world.found_on_prem(name))


def _new_side(lab: Lab, given: Given) -> str:
    name = given.text("name")
    _check_free(lab, name)
    if name in KEYWORDS:
        raise LabError(f"'{name}' begins other lines; another name is needed")
    return name


def _switch(lab: Lab, given: Given) -> None:
    name = given.text("name")
    _check_free(lab, name)
    try:
        udi = check_udi(given.text("pid"), given.text("sn"))
    except ValueError as error:
        raise LabError(str(error)) from error
    lab.benches[name] = Bench(
        lab.world,
        name,
        udi,
        jitter_s_max=given.number("jitter", JITTER_S),
        console=lambda line: lab.transcript.console(name, line),
    )


def _check_free(lab: Lab, name: str) -> None:
    if name in (lab.offices.keys() | lab.plants.keys() | lab.benches.keys()):
        raise LabError(f"there is a {name} already; another name is needed")


def _advance(lab: Lab, given: Given) -> None:
    try:
        lab.world.advance(given.length("by"))
    except OverflowError as error:
        raise LabError("that is further than the calendar goes") from error


def _advance_to(lab: Lab, given: Given) -> None:
    end = given.instant("instant")
    if end is None:
        return
    if end < lab.world.clock.now:
        raise LabError(f"time only goes on; it is {lab.world.clock.now:%Y-%m-%d %H:%M:%S} already")
    lab.world.advance_to(end)


def _network(lab: Lab, given: Given) -> None:
    network = lab.world.network
    up = given.text("choice") == "up"
    if "name" not in given:
        network.up = up
        return
    name = lab.sender(given.text("name"))
    if up:
        network.unplugged.discard(name)
    else:
        network.unplugged.add(name)


def _latency(lab: Lab, given: Given) -> None:
    lab.world.network.latency = given.length("each-way")


def _fault(lab: Lab, kind: FaultKind, given: Given) -> None:
    device = lab.sender(given.text("name")) if "name" in given else None
    by = given.length("by") if "by" in given else timedelta(0)
    lab.world.network.faults.add(Fault(kind, device, by))


def _fault_of(verb: str) -> Callable[[Lab, Given], None]:
    def add(lab: Lab, given: Given) -> None:
        _fault(lab, FaultKind(f"{verb} {given.text('choice', 'request')}"), given)

    return add


def _restart(lab: Lab, given: Given) -> None:
    _bench(lab, given).restart(reboot=False)


def _reboot(lab: Lab, given: Given) -> None:
    _bench(lab, given).restart(reboot=True)


def _bench(lab: Lab, given: Given) -> Bench:
    return lab.bench(given.text("switch"))


def _jump(lab: Lab, given: Given) -> None:
    name = given.text("name")
    names = [*lab.offices, *lab.plants, *lab.benches]
    if name not in names:
        known = ", ".join(names) or "none"
        raise LabError(f"there is nobody called {name}; known names: {known}")
    try:
        lab.world.jump(name, given.length("by"))
    except ValueError as error:
        raise LabError(str(error)) from error


def _expect(lab: Lab, given: Given) -> None:
    text = lab.substitute(given.text("text"))
    if text not in lab.last_output:
        raise Unexpected(f"expected to see {text!r}; what was printed last:\n{_shown(lab)}")


def _expect_not(lab: Lab, given: Given) -> None:
    text = lab.substitute(given.text("text"))
    if text in lab.last_output:
        raise Unexpected(f"expected not to see {text!r}; what was printed last:\n{_shown(lab)}")


def _shown(lab: Lab) -> str:
    if not lab.last_output:
        return "    (nothing)"
    return "\n".join(f"    {line}" for line in lab.last_output.rstrip("\n").split("\n"))


def _timers(lab: Lab, _: Given) -> str:
    return print_timers(lab.world.journal)


def _time(lab: Lab, _: Given) -> str:
    world = lab.world
    lines = [f"true time  {world.clock.now:%Y-%m-%d %H:%M:%S}"]
    clocks = {name: each.clock for name, each in world.authorities.items()}
    clocks |= {name: each.clock for name, each in world.on_prems.items()}
    clocks |= {name: each.clock for name, each in world.machines.items()}
    width = max(map(len, clocks), default=0)
    lines += [f"{name:<{width}}  {each.wall:%Y-%m-%d %H:%M:%S}" for name, each in clocks.items()]
    return "\n".join(lines)


def _console(lab: Lab, given: Given) -> None:
    lab.transcript.repeats_shown = 0 if given.text("choice") == "all" else 2


def _connect(lab: Lab, given: Given) -> None:
    lab.connected = _bench(lab, given)


def _quit(lab: Lab, _: Given) -> None:
    lab.ended = True


ROWS: tuple[Row[Lab], ...] = (
    Row("clock <instant>", "begin at that instant (UTC); before anything else", _clock),
    Row("say <text>", "tell the reader something", _say, shown=False),
    Row("authority <name>", "found a manager, with the sample catalog", _authority),
    Row("on-prem <name>", "found an on-prem, without local accounts yet", _on_prem),
    Row(
        "switch <name> pid <pid:text> sn <sn:text> [jitter <jitter:number>]",
        "put a switch on the bench; its retries are up to so many seconds late (60)",
        _switch,
    ),
    Row("advance <by:length>", "let time pass, and everything happen that falls due", _advance),
    Row("advance to <instant>", "the same, until an instant of true time", _advance_to),
    Row(
        "network up|down [<name>]",
        "carry messages or not: all, one switch's, or those of an on-prem to its manager",
        _network,
    ),
    Row("latency <each-way:length>", "how long messages take, each way", _latency),
    Row(
        "lose next request|answer [of <name>]",
        "lose a message on its way",
        _fault_of("lose"),
    ),
    Row(
        "duplicate next request [of <name>]",
        "deliver a request twice",
        _fault_of("duplicate"),
    ),
    Row(
        "delay next request|answer by <by:length> [of <name>]",
        "let a message come late",
        _fault_of("delay"),
    ),
    Row(
        "reorder next request [of <name>]",
        "let a request arrive after the one that follows it",
        _fault_of("reorder"),
    ),
    Row("restart <switch:name>", "end its process and start it again", _restart),
    Row("reboot <switch:name>", "the same, with a new boot of the whole switch", _reboot),
    Row("jump <name> <by:shift>", "set the clock of one side on or back", _jump),
    Row(
        "expect not <text>", "stop if what was printed last has that text", _expect_not, shown=False
    ),
    Row("expect <text>", "stop unless what was printed last has that text", _expect, shown=False),
    Row("timers", "what the source document says of every timer, and what was observed", _timers),
    Row("time", "what every clock says", _time),
    Row("console all|brief", "show every console line, or count repeated ones", _console),
    Row(
        "connect <switch:name>",
        "type at its console until 'exit'; lines of the lab begin with ~ there",
        _connect,
    ),
    Row("quit", "leave", _quit, shown=False),
)
# What an authority cannot be called, for its name begins lines.
KEYWORDS = frozenset(row.pattern.split()[0] for row in (*ROWS, *paper_lines.ROWS)) | {"help"}
