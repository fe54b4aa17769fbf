"""How fast `g12c serve` answers, alone and under attack.

``python tests/bench/serving.py`` prints the seconds from the command to the first answer, and for a
page, a stored question and a query the median and the 95th percentile in milliseconds and how many
a second: for one client, for sixteen, and for sixteen beside four that ask what has no end.
"""

import http.client
import re
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from statistics import quantiles
from urllib.parse import urlencode

sys.path.insert(0, str(Path(__file__).parents[2] / "scripts"))

SECONDS = 5.0
REQUESTS = {
    "page": "/claim/s066-kras-y96d-confers-resistance-to-sotorasib",
    "question": "/api/variants-without-rescue?drug=adagrasib",
    "query": "/sparql?"
    + urlencode({"query": "SELECT (COUNT(*) AS ?claims) WHERE { ?claim a g12c:Claim }"}),
}
ENDLESS = "/sparql?" + urlencode(
    {"query": "SELECT (COUNT(*) AS ?n) WHERE { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i }"}
)


@contextmanager
def served() -> Iterator[tuple[int, float]]:
    """The port of a server, and the seconds until it answered."""
    start = time.perf_counter()
    command = [sys.executable, "-m", "g12c", "serve", "--port", "0", "--seconds", "1"]
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True) as process:
        said = iter(process.stderr.readline, "Ctrl-C ends it\n") if process.stderr else ()
        if not (found := re.search(r":(\d+)/sparql", "".join(said))):
            sys.exit("the server does not start")
        port = int(found[1])
        ask(port, REQUESTS["query"])
        yield port, time.perf_counter() - start
        process.terminate()


def ask(port: int, path: str) -> int:
    """The status of a request on a connection of its own."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    connection.request("GET", path)
    reply = connection.getresponse()
    reply.read()
    connection.close()
    return reply.status


def measure(port: int, path: str, clients: int, attackers: int) -> tuple[list[float], int]:
    """The times in milliseconds, sorted, and how many answers were none."""
    times: list[float] = []
    failed = 0
    end = time.perf_counter() + SECONDS

    def work() -> None:
        nonlocal failed
        while (start := time.perf_counter()) < end:
            failed += ask(port, path) != 200
            times.append((time.perf_counter() - start) * 1000)

    def attack() -> None:
        while time.perf_counter() < end:
            ask(port, ENDLESS)

    threads = [threading.Thread(target=work) for _ in range(clients)]
    threads += [threading.Thread(target=attack) for _ in range(attackers)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return sorted(times), failed


def main() -> None:
    """Print the tables."""
    with served() as (port, seconds):
        print(f"first answer after {seconds:.2f} s\n")  # noqa: T201
        print("| asked | clients | attackers | median ms | 95 % ms | a second | refused |")  # noqa: T201
        print("| --- | ---: | ---: | ---: | ---: | ---: | ---: |")  # noqa: T201
        for name, path in REQUESTS.items():
            ask(port, path)
            for clients, attackers in ((1, 0), (16, 0), (16, 4)):
                times, failed = measure(port, path, clients, attackers)
                cuts = quantiles(times, n=20)
                row = f"{cuts[9]:.1f} | {cuts[18]:.1f} | {len(times) / SECONDS:.0f} | {failed}"
                print(f"| {name} | {clients} | {attackers} | {row} |")  # noqa: T201


if __name__ == "__main__":
    main()
