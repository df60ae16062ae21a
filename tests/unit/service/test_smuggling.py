"""Forms by which one request hides inside another: all refused, and the connection ends."""

import pytest

from support.wires import Wires, post

HEAD = b"POST /echo HTTP/1.1\r\nHost: a\r\nContent-Type: application/jose\r\n"
CHUNKED = b"Transfer-Encoding: chunked\r\n\r\n"
END = b"0\r\n\r\n"
HIDDEN = post(body=b"hidden")

FORMS = {
    "both lengths": HEAD + b"Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n" + END,
    "both lengths, turned": HEAD + b"Transfer-Encoding: chunked\r\nContent-Length: 5\r\n\r\n" + END,
    "two lengths": HEAD + b"Content-Length: 3\r\nContent-Length: 4\r\n\r\nabcd",
    "the same length twice": HEAD + b"Content-Length: 3\r\nContent-Length: 3\r\n\r\nabc",
    "a list of lengths": HEAD + b"Content-Length: 3, 3\r\n\r\nabc",
    "a signed length": HEAD + b"Content-Length: +3\r\n\r\nabc",
    "a negative length": HEAD + b"Content-Length: -3\r\n\r\nabc",
    "a hexadecimal length": HEAD + b"Content-Length: 0x3\r\n\r\nabc",
    "an empty length": HEAD + b"Content-Length:\r\n\r\nabc",
    "a length with a blank inside": HEAD + b"Content-Length: 1 0\r\n\r\nabc",
    "a length beyond all numbers": HEAD + b"Content-Length: 99999999999999999999999\r\n\r\nabc",
    "another coding": HEAD + b"Transfer-Encoding: xchunked\r\n\r\n" + END,
    "no coding": HEAD + b"Transfer-Encoding: identity\r\n\r\nabc",
    "two codings": HEAD + b"Transfer-Encoding: gzip, chunked\r\n\r\n" + END,
    "codings in the wrong order": HEAD + b"Transfer-Encoding: chunked, identity\r\n\r\n" + END,
    "the coding twice": HEAD + b"Transfer-Encoding: chunked\r\n" + CHUNKED + END,
    "a coding behind a vertical tab": HEAD + b"Transfer-Encoding: \x0bchunked\r\n\r\n" + END,
    "a coding for HTTP/1.0": HEAD.replace(b"1.1", b"1.0") + CHUNKED + END,
    "a folded line": HEAD + b"X: a\r\n b\r\nContent-Length: 3\r\n\r\nabc",
    "a folded coding": HEAD + b"Transfer-Encoding:\r\n chunked\r\n\r\n" + END,
    "a blank before the first field": HEAD.replace(b"Host", b" Host") + b"\r\n",
    "a bare line feed": HEAD + b"Content-Length: 3\nX: a\r\n\r\nabc",
    "a bare line feed in the first line": HEAD.replace(b"1.1\r\n", b"1.1\n") + b"\r\n",
    "a bare line feed at the end": HEAD + b"Content-Length: 3\r\n\nabc",
    "only line feeds": (HEAD + b"Content-Length: 3\r\n\r\n").replace(b"\r", b"") + b"abc",
    "a bare carriage return": HEAD + b"X: a\rContent-Length: 3\r\n\r\nabc",
    "a blank before the colon": HEAD + b"Content-Length : 3\r\n\r\nabc",
    "a tab before the colon": HEAD + b"Transfer-Encoding\t: chunked\r\n\r\n" + END,
    "a NUL in a name": HEAD + b"Content-\x00Length: 3\r\n\r\nabc",
    "a NUL in a value": HEAD + b"X: a\x00b\r\nContent-Length: 3\r\n\r\nabc",
    "a field without a name": HEAD + b": a\r\nContent-Length: 3\r\n\r\nabc",
    "a field without a colon": HEAD + b"Content-Length 3\r\n\r\nabc",
    "two hosts": HEAD + b"Host: b\r\nContent-Length: 3\r\n\r\nabc",
    "no host": HEAD.replace(b"Host: a\r\n", b"") + b"Content-Length: 3\r\n\r\nabc",
    "two types": HEAD + b"Content-Type: application/jose\r\nContent-Length: 3\r\n\r\nabc",
    "an upgrade": HEAD + b"Connection: upgrade\r\nUpgrade: h2c\r\nContent-Length: 3\r\n\r\nabc",
    "an upgrade that is not asked for": HEAD + b"Upgrade: x\r\nContent-Length: 3\r\n\r\nabc",
    "a tunnel": b"CONNECT a:443 HTTP/1.1\r\nHost: a\r\n\r\n",
    "HTTP/2 without asking": b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
    "HTTP/0.9": b"GET /look\r\n\r\n",
    "no HTTP": b"\x16\x03\x01\x00\xa5\x01\x00\x00\xa1\x03\x03",
    "a blank first": b" " + HEAD + b"\r\n",
    "a blank behind the version": HEAD.replace(b"HTTP/1.1\r", b"HTTP/1.1 \r") + b"\r\n",
    "a blank in the target": HEAD.replace(b"/echo", b"/echo /look") + b"\r\n",
    "a small method": HEAD.replace(b"POST", b"post") + b"\r\n",
    "a chunk size with a sign": HEAD + CHUNKED + b"-3\r\nabc\r\n" + END,
    "a chunk size with 0x": HEAD + CHUNKED + b"0x3\r\nabc\r\n" + END,
    "a chunk size with a blank": HEAD + CHUNKED + b"3 \r\nabc\r\n" + END,
    "a chunk size beyond all numbers": HEAD + CHUNKED + b"FFFFFFFFFFFFFFFFFF\r\nabc\r\n" + END,
    "a chunk line with a line feed": HEAD + CHUNKED + b"3\nabc\r\n" + END,
    "a chunk extension with a line feed": HEAD + CHUNKED + b"3;a\nb\r\nabc\r\n" + END,
    "a chunk that ends with a line feed": HEAD + CHUNKED + b"3\r\nabc\n" + END,
    "a chunk that is longer than it says": HEAD + CHUNKED + b"3\r\nabcd\r\n" + END,
    "a trailer": HEAD + CHUNKED + b"3\r\nabc\r\n0\r\nX: a\r\n\r\n",
    "a length in a trailer": HEAD + CHUNKED + b"3\r\nabc\r\n0\r\nContent-Length: 9\r\n\r\n",
}


@pytest.mark.parametrize("by", [None, 1], ids=["whole", "bytewise"])
@pytest.mark.parametrize("form", FORMS)
def test_it_is_refused_and_nothing_behind_it_is_heard(form: str, by: int | None) -> None:
    """A proxy in front would see one request, and we two; the second is nobody's whom it checked."""
    wires = Wires().feed(post(body=b"good") + FORMS[form] + HIDDEN, by=by)
    assert [request.body for request in wires.asked] == [b"good"]
    assert wires.statuses()[0] == 200
    assert wires.statuses()[1] >= 400
    assert len(wires.statuses()) == 2
    assert bytes(wires.line.sent).count(b"Connection: close\r\n") == 1


def test_what_comes_after_a_last_request_is_not_heard() -> None:
    """Behind `Connection: close` anything could be hidden."""
    wires = Wires().feed(post(more=b"Connection: close\r\n") + HIDDEN)
    assert b"hidden" not in wires.line.sent
    assert all(request.body != b"hidden" for request in wires.asked)


def test_an_honest_request_in_the_same_words_is_answered() -> None:
    """The tests above would pass if everything was refused."""
    assert Wires().feed(HEAD + b"Content-Length: 3\r\n\r\nabc").statuses() == [200]
    assert Wires().feed(HEAD + CHUNKED + b"3\r\nabc\r\n" + END).statuses() == [200]
