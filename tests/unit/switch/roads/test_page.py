"""What the page on reaching an authority tells people to type."""

import re
from pathlib import Path

from licet.switch.changes.trust import END, print_pem
from licet.switch.configuration import TrustPoint
from licet.switch.roads.mapping import road_map
from licet.switch.roads.roadmap import ProxyRoad, Way
from licet.switch.session import Session
from support.certificates import Estate
from support.terminal import Lab

PAGE = Path(__file__).parents[4] / "docs/how-to/reach-an-authority.md"
TYPED = re.compile(r"^    switch(\S*)# (.+)$", re.MULTILINE)


def test_every_command_of_the_page_is_taken() -> None:
    """Somebody would type what the page says, and be told that it is wrong."""
    switch = Lab().switch()
    session = Session(switch)
    root = Estate().root
    pem = print_pem(root)
    for mode, line in TYPED.findall(PAGE.read_text()):
        if mode and session.prompt == "switch# ":
            session.execute("configure terminal")
        if "callhome" in mode and session.prompt != "switch(config-callhome)# ":
            session.execute("callhome")
        printed = session.execute(line)
        assert not printed.startswith(("%", " ")), (line, printed)
        assert "^" not in printed, (line, printed)
        if line.startswith("crypto ca authenticate"):
            assert printed in _as_told()
            for answer in (*pem.splitlines(), END, "yes"):
                session.execute(answer)
    configuration = switch.configuration
    assert configuration.trust_points == (TrustPoint("authority", (root,)),)
    road = road_map(configuration)
    assert road.anchors == (root,)
    assert road.way == Way("management", "127.0.0.1", "mgmt")
    assert road.proxy == ProxyRoad("proxy.example.com", 3128, "switch", "secret", secure=True)
    assert road.plain_http
    assert [server.address for server in road.names.servers] == ["192.0.2.53"]
    assert road.names.hosts == (
        ("licensing.example.com", ("192.0.2.10",)),
        ("tools.cisco.com", ("192.0.2.10",)),
    )
    assert road.obstacle is None


def _as_told() -> str:
    """Return the page's blocks as a terminal shows them."""
    return re.sub("^    ", "", PAGE.read_text(), flags=re.MULTILINE)
