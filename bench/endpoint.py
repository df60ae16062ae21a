"""Requests per second of the endpoint by kind, beside the bare signatures that each kind needs.

Run `python bench/endpoint.py [DEVICES] [BATCH]`. The endpoint works alone, in one process, over the
memory store. "Bare" is what the same number of P-256 signatures and verifications cost on the same
machine in the same run, and nothing else; the ratio says what reading, deciding and writing add.
"""

import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from time import perf_counter

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "tests"))

from licet.kernel.chance import SeededChance
from licet.wire import limits
from licet.wire.envelope import open_envelope
from licet.wire.keys import draw_key, sign_bytes, signature_fits
from licet.wire.messages import ANSWERS, Answer, Problem
from support.device import AUTHORIZE, EXPLAIN, RENEW, Device
from support.office import LAN, MPLS, Office

Compose = Callable[[Device], bytes]


@dataclass(frozen=True)
class Case:
    """One kind of request: how it is made, and the signatures that nobody could leave out.

    Attributes:
        signs: the answer, and the certificate where one is issued.
        verifies: the request, and the CSR or the device's certificate. The issuing CA's own
            certificate is verified once for many requests, and is not counted.
    """

    name: str
    compose: Compose
    signs: int
    verifies: int


def rate(work: Callable[[], object], times: int) -> float:
    """Return the seconds that one call takes, over `times` calls."""
    begun = perf_counter()
    for _ in range(times):
        work()
    return (perf_counter() - begun) / times


def bare() -> tuple[float, float]:
    """Return the seconds of one signature and of one verification over a message of usual size."""
    key = draw_key(SeededChance("bench"))
    public, data = key.public_key(), bytes(2_000)
    signature = sign_bytes(key, data)
    sign_s = rate(lambda: sign_bytes(key, data), 2_000)
    verify_s = rate(lambda: signature_fits(public, data, signature), 2_000)
    return sign_s, verify_s


def measure(office: Office, requests: list[bytes], batch: int) -> tuple[float, list[bytes]]:
    """Return the seconds of one request, and the answers."""
    answers: list[bytes] = []
    begun = perf_counter()
    for first in range(0, len(requests), batch):
        answers += office.post(*requests[first : first + batch])
    return (perf_counter() - begun) / len(requests), answers


def check(answers: list[bytes]) -> None:
    """Stop if any answer is a refusal: a fast refusal is no figure."""
    for data in answers:
        opened = open_envelope(data, max_bytes=limits.MAX_ANSWER_BYTES)
        answer = ANSWERS.decode(opened.payload)
        assert isinstance(answer, Answer)
        assert not isinstance(answer.outcome, Problem), answer.outcome


def main(devices: int = 512, batch: int = 64) -> None:
    """Measure every kind in one run and print the table."""
    office = Office()
    office.give(LAN, devices)
    office.give(MPLS, 1)
    token = office.token()
    fleet = [office.device(f"B{number}") for number in range(devices)]
    wanted = ((LAN, 1), (MPLS, 1))
    cases = (
        Case("register", lambda one: one.register(token, now=office.now), signs=2, verifies=2),
        Case("authorize", lambda one: one.say(AUTHORIZE, *wanted, now=office.now), 1, 2),
        Case("renew", lambda one: one.say(RENEW, *wanted, now=office.now), 2, 2),
        Case("explain", lambda one: one.say(EXPLAIN, *wanted, now=office.now), 1, 2),
        Case("leave", lambda one: one.leave(now=office.now), 1, 2),
    )
    sign_s, verify_s = bare()
    print(f"{devices} devices, batches of {batch}, memory store, one process")
    print(f"bare: sign {sign_s * 1e6:.0f} us, verify {verify_s * 1e6:.0f} us")
    print(
        f"{'kind':<10} {'requests/s':>10} {'us each':>8} {'bare us':>8} {'ratio':>6}  signs+verifies"
    )
    for case in cases:
        requests = [case.compose(one) for one in fleet]
        each_s, answers = measure(office, requests, batch)
        check(answers)
        bare_s = case.signs * sign_s + case.verifies * verify_s
        print(
            f"{case.name:<10} {1 / each_s:>10.0f} {each_s * 1e6:>8.0f} {bare_s * 1e6:>8.0f} "
            f"{each_s / bare_s:>6.2f}  {case.signs}+{case.verifies}"
        )
        if case.name == "leave":
            continue
        for one, request, answer in zip(fleet, requests, answers, strict=True):
            one.believe(answer, request=request, root_mark=office.root_mark)


if __name__ == "__main__":
    main(*(int(argument) for argument in sys.argv[1:3]))
