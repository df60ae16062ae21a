"""HTTP on one connection: order, bounds and times. What is not strict HTTP is in `test_smuggling`."""

import pytest

from licet.service.exchange import Response
from licet.service.guard import Bounds
from support.wires import BODY_MAX, JOSE, Wires, post

BOUNDS = Bounds()


def test_a_request_is_answered_and_the_connection_kept() -> None:
    """Nothing would work."""
    wires = Wires().feed(post())
    assert bytes(wires.line.sent) == (
        b"HTTP/1.1 200 OK\r\n"
        b"Date: Sun, 01 Nov 2026 12:00:00 GMT\r\n"
        b"Content-Type: application/jose\r\n"
        b"Content-Length: 3\r\n"
        b"Cache-Control: no-store\r\n"
        b"\r\n"
        b"abc"
    )
    assert not wires.line.closed
    assert wires.feed(post()).statuses() == [200, 200]
    assert wires.asked[0].peer == "192.0.2.7"


@pytest.mark.parametrize("by", [1, 7, 64])
def test_it_may_come_in_any_pieces(by: int) -> None:
    """A product behind a slow link would be refused."""
    chunked = (
        b"POST /echo?a=b HTTP/1.1\r\nHost: a\r\nContent-Type: Application/JOSE; a=b\r\n"
        b"Transfer-Encoding: chunked\r\n\r\n2\r\nab\r\n1;x=y\r\nc\r\n0\r\n\r\n"
    )
    wires = Wires().feed(post() + chunked + post(body=b"xyz"), by=by)
    assert [request.body for request in wires.asked] == [b"abc", b"abc", b"xyz"]
    assert wires.statuses() == [200, 200, 200]


@pytest.mark.parametrize(
    ("request_", "status", "header"),
    [
        (post("/other"), 404, b""),
        (post("/look"), 405, b"Allow: GET, HEAD\r\n"),
        (b"GET /echo HTTP/1.1\r\nHost: a\r\n\r\n", 405, b"Allow: POST\r\n"),
        (post().replace(b"application/jose", b"text/xml"), 415, b"Accept: application/jose\r\n"),
        (post().replace(b"Content-Type: application/jose\r\n", b""), 415, b""),
        (post(body=bytes(BODY_MAX + 1)), 413, b""),
        (b"GET /look HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\n\r\nabc", 413, b""),
        (post().replace(b"HTTP/1.1", b"HTTP/2.0"), 505, b""),
    ],
)
def test_what_is_not_served_is_told_why(request_: bytes, status: int, header: bytes) -> None:
    """Somebody with a wrong URL or a wrong tool would not learn what is wrong."""
    wires = Wires().feed(request_)
    assert wires.statuses() == [status]
    assert b"Connection: close\r\n" in wires.line.sent
    assert header in wires.line.sent
    assert wires.line.sent.endswith(b"\n")
    assert wires.asked == []


def test_a_gigabyte_is_refused_by_its_head_alone() -> None:
    """It would be read before it is refused."""
    head = post().replace(b"Content-Length: 3", b"Content-Length: 1073741824")
    wires = Wires().feed(head.partition(b"\r\n\r\n")[0] + b"\r\n\r\n")
    assert wires.statuses() == [413]


def test_chunks_are_bounded_whatever_they_declare() -> None:
    """A body without a length would be collected until the memory is full."""
    head = post().replace(b"Content-Length: 3", b"Transfer-Encoding: chunked")[:-3]
    wires = Wires().feed(head + b"7d0\r\n" + bytes(2000))
    assert wires.statuses() == [413]
    wires = Wires().feed(head)
    for _ in range(10_000):
        wires.feed(b"1;" + b"x" * 500 + b"\r\na\r\n")
        if wires.statuses():
            break
    assert wires.statuses() == [413], "long extensions of short chunks"
    assert wires.asked == []


def test_a_head_is_bounded() -> None:
    """Whoever sends a head without an end would fill the memory."""
    many = b"GET /look HTTP/1.1\r\nHost: a\r\n" + b"".join(
        b"X%d: a\r\n" % n for n in range(100_000)
    )
    long = b"GET /look HTTP/1.1\r\nHost: a\r\nX: " + b"a" * 100_000
    target = b"GET /" + b"a" * 100_000
    assert Wires().feed(many).statuses() == [431]
    for head in (many, long, target):
        assert Wires().feed(head, by=1000).statuses() == [431]


def test_a_slow_head_and_a_slow_body_end() -> None:
    """A thousand peers that send a byte a minute would hold all seats."""
    wires = Wires()
    for byte in post()[:9]:
        wires.feed(bytes([byte]))
        wires.pass_time(1.0)
    assert wires.statuses() == []
    wires.pass_time(1.0)
    assert wires.statuses() == [408]
    slow_body = Wires().feed(post()[:-1])
    slow_body.pass_time(BOUNDS.body_s - 1)
    assert slow_body.statuses() == []
    slow_body.pass_time(1)
    assert slow_body.statuses() == [408]
    assert slow_body.asked == []


def test_a_refused_peer_may_go_on_for_a_little_and_no_longer() -> None:
    """It would see a reset in place of the reason; or it would go on for ever."""
    wires = Wires().feed(post("/other"))
    wires.feed(bytes(500_000))
    assert not wires.line.closed
    wires.pass_time(BOUNDS.linger_s)
    assert wires.line.aborted
    greedy = Wires().feed(post("/other")).feed(bytes(600_000)).feed(bytes(600_000))
    assert greedy.line.aborted


def test_a_kept_connection_that_is_silent_ends() -> None:
    """Every product that was once there would hold a seat for ever."""
    wires = Wires().feed(post())
    wires.pass_time(BOUNDS.idle_s - 1)
    seen = [wires.line.closed]
    wires.pass_time(1)
    assert [*seen, wires.line.closed] == [False, True]
    assert wires.statuses() == [200]
    wires.pass_time(BOUNDS.linger_s)
    assert wires.line.aborted, "a peer that does not take leave"


def test_answers_keep_the_order_of_requests() -> None:
    """A product would take another one's answer for its own."""
    wires = Wires().feed(post("/later", b"1") + post("/echo", b"2") + post("/later", b"3"))
    assert not wires.line.reads(), "who has not been answered is not read any further"
    first, third = wires.promises
    third.keep(Response(200, b"third"))
    assert wires.line.sent == b""
    first.keep(Response(200, b"first"))
    sent = bytes(wires.line.sent)
    assert sent.index(b"first") < sent.index(b"\r\n\r\n2") < sent.index(b"third")
    assert wires.line.reads()


def test_a_refusal_waits_for_its_turn() -> None:
    """The answer to a good request would be lost to a bad one behind it."""
    wires = Wires().feed(post("/later", b"1") + b"garbage\r\n\r\n")
    assert wires.line.sent == b""
    wires.promises[0].keep(Response(200, b"first"))
    assert wires.statuses() == [200, 400]
    assert wires.feed(post()).statuses() == [200, 400], "nothing more is heard"


def test_pipelining_is_bounded() -> None:
    """One connection would have thousands of requests computed."""
    wires = Wires().feed(post("/later") * 100)
    assert len(wires.promises) == BOUNDS.pipelined_max + 1
    for promise in wires.promises:
        promise.keep(Response(200, b""))
    assert wires.statuses() == [200] * (BOUNDS.pipelined_max + 1) + [429]


def test_who_does_not_read_is_not_read() -> None:
    """Answers would pile up for a peer that never takes them."""
    wires = Wires()
    seen = []
    for told in (wires.connection.pause_writing, wires.connection.resume_writing):
        told()
        seen.append(wires.line.reads())
    assert seen == [False, True]


def test_who_does_not_take_an_answer_asks_no_more() -> None:
    """Each answer would start the reading again, and they would pile up without a bound."""
    wires = Wires().feed(post("/later"))
    wires.connection.pause_writing()
    [promise] = wires.promises
    promise.keep(Response(200, b""))
    assert not wires.line.reads()
    assert wires.line.high == BOUNDS.untaken_bytes
    wires.connection.resume_writing()
    assert wires.line.reads()


def test_a_length_of_many_zeros_is_refused() -> None:
    """Its conversion would fail, and each such request would be a stack trace in the log."""
    head = f"POST /echo HTTP/1.1\r\nHost: a\r\nContent-Type: {JOSE}\r\n"
    wires = Wires().feed(f"{head}Content-Length: {'0' * 5000}3\r\n\r\nabc".encode())
    assert wires.statuses() == [400]
    assert wires.asked == []


def test_who_has_gone_is_not_answered() -> None:
    """An answer to nobody would end in an error in the log."""
    wires = Wires().feed(post("/later"))
    wires.connection.connection_lost(None)
    wires.promises[0].keep(Response(200, b"late"))
    assert wires.line.sent == b""
    assert len(wires.roster) == 0


def test_an_answer_that_never_comes_ends_the_connection() -> None:
    """A product would wait for ever, and hold its seat."""
    wires = Wires().feed(post("/later"))
    wires.pass_time(BOUNDS.answer_s)
    assert wires.line.aborted


def test_an_answer_that_was_given_up_is_told() -> None:
    """The last requests before a stop would hang."""
    wires = Wires().feed(post("/later"))
    wires.promises[0].keep(None)
    assert wires.statuses() == [503]


def test_a_stop_ends_idle_connections_at_once_and_others_after_their_answer() -> None:
    """A restart would cut off what is under way, or wait for everybody's next request."""
    idle, busy, half = Wires().feed(post()), Wires().feed(post("/later")), Wires().feed(post()[:-1])
    for wires in (idle, busy, half):
        wires.front.stopping = True
        wires.roster.finish()
    assert idle.line.closed
    assert not busy.line.closed
    busy.promises[0].keep(Response(200, b"done"))
    half.feed(b"c")
    for wires in (busy, half):
        assert wires.statuses() == [200]
        assert b"Connection: close\r\n" in wires.line.sent
        assert wires.line.closed


def test_head_has_no_body_and_old_clients_are_not_kept() -> None:
    """A probe would take the body for the next answer; an old proxy would wait for the end."""
    wires = Wires().feed(b"HEAD /look HTTP/1.1\r\nHost: a\r\n\r\n")
    assert wires.line.sent.endswith(b"Content-Length: 5\r\nCache-Control: no-store\r\n\r\n")
    old = Wires().feed(b"GET /look HTTP/1.0\r\n\r\n")
    assert old.statuses() == [200]
    assert old.line.closed
    closing = Wires().feed(post(more=b"Connection: close\r\n"))
    assert closing.line.closed


def test_who_expects_to_be_asked_for_the_body_is_asked() -> None:
    """Programs that ask first would wait for a second or for ever."""
    wires = Wires().feed(post(more=b"Expect: 100-continue\r\n")[:-3])
    assert bytes(wires.line.sent) == b"HTTP/1.1 100 Continue\r\n\r\n"
    assert wires.feed(b"abc").statuses() == [100, 200]
    refused = Wires().feed(post("/other", more=b"Expect: 100-continue\r\n")[:-3])
    assert refused.statuses() == [404], "before anything of the body was sent"


def test_half_bodies_of_all_connections_are_bounded() -> None:
    """Each within its bound, a thousand together would fill the memory."""
    wires = Wires(held_bytes_max=500).feed(post(body=bytes(600))[:-1])
    assert wires.line.aborted
    assert wires.roster.held_bytes == 0
