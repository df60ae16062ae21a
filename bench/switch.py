"""How long `licet switch exec` takes, beside what Python itself takes; and a show, beside a bare echo.

Run `python bench/switch.py`. Programs are started with an empty environment, as a service manager or
a cron job starts them. The best of several runs is shown, and the middle one.
"""

import signal
import socket
import statistics
import subprocess
import sys
import tempfile
import threading
from collections.abc import Callable, Sequence
from pathlib import Path
from time import perf_counter

from licet.switch.life.dialing import dial

LICET = Path(sys.executable).with_name("licet")
STARTS, SHOWS = 25, 2000
SHOW = "show license status"


def started_ms(command: Sequence[str | Path]) -> tuple[float, float]:
    """Return the best and the middle time of a program, in milliseconds."""
    took = []
    for _ in range(STARTS):
        begun = perf_counter()
        subprocess.run(command, env={}, stdout=subprocess.DEVNULL, check=True)  # noqa: S603
        took.append((perf_counter() - begun) * 1000)
    return min(took), statistics.median(took)


def asked_us(ask: Callable[[], object]) -> float:
    """Return the best of five averages of a question, in microseconds."""
    best = float("inf")
    for _ in range(5):
        begun = perf_counter()
        for _ in range(SHOWS):
            ask()
        best = min(best, (perf_counter() - begun) / SHOWS * 1e6)
    return best


def echo_us(size: int) -> float:
    """Return what a bare question and answer over a Unix socket costs, in microseconds."""
    ours, theirs = socket.socketpair()

    def answer() -> None:
        while theirs.recv(65536):
            theirs.sendall(b"x" * size)

    def ask() -> None:
        ours.sendall(b"x" * 60)
        left = size
        while left:
            left -= len(ours.recv(65536))

    thread = threading.Thread(target=answer)
    thread.start()
    took = asked_us(ask)
    ours.close()
    thread.join()
    theirs.close()
    return took


def main() -> None:
    """Measure and print."""
    with tempfile.TemporaryDirectory() as folder:
        data = Path(folder) / "switch"
        execute: list[str | Path] = [LICET, "switch", "exec", "--data", data, "show clock"]
        subprocess.run([*execute, "--sn", "BENCH1"], stdout=subprocess.DEVNULL, check=True)  # noqa: S603
        floor, _ = started_ms([sys.executable, "-c", "pass"])
        rows: list[tuple[str, Sequence[str | Path]]] = [
            ("python -c pass", [sys.executable, "-c", "pass"]),
            ("python -c 'import msgspec'", [sys.executable, "-c", "import msgspec"]),
            ("exec, no daemon", execute),
        ]
        measured = [(name, *started_ms(command)) for name, command in rows]
        with subprocess.Popen(  # noqa: S603
            [LICET, "switch", "run", "--data", data], stderr=subprocess.PIPE
        ) as daemon:
            assert daemon.stderr is not None
            daemon.stderr.readline()
            measured.append(("exec, beside the daemon", *started_ms(execute)))
            phone = dial(data)
            assert phone is not None
            size = len(phone.execute(SHOW).text)
            shown = asked_us(lambda: phone.execute(SHOW))
            phone.close()
            daemon.send_signal(signal.SIGTERM)
        for name, best, middle in measured:
            print(f"{name:<28} {best:6.0f} ms   middle {middle:6.0f} ms   {best / floor:5.1f}")
        bare = echo_us(size)
        print(f"{SHOW}, over the socket {shown:6.0f} µs   bare echo {bare:4.0f} µs")


if __name__ == "__main__":
    main()
