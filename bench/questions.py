"""Times questions through HTTP, as a client sees them, with the service's own account of the stages.

Starts `dossier serve` on the index that DOSSIER_DATA names (default: data) and asks each gold question
several times, one after another, then from several clients at once; at last it times `dossier ask`, which
begins with nothing loaded. Ratios within the run hold on other machines.
"""

from __future__ import annotations

import argparse
import json
import statistics
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import httpx

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

CLIENTS = (1, 4, 16)
COLD_STARTS = 5
GOLD = Path(__file__).parent.parent / "eval" / "data" / "questions.jsonl"


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--port", type=int, default=8765)
    parser.add_argument("--rounds", type=int, default=3)
    options = parser.parse_args()
    questions = [json.loads(line)["question"] for line in GOLD.read_text("utf-8").splitlines()]
    with serving(options.port) as client:
        for question in questions[:10]:
            ask(client, question)
        timings = [
            {**ask(client, question), **ask_streamed(client, question)}
            for _ in range(options.rounds)
            for question in questions
        ]
        print_stages(timings)
        print_clients(client, questions * options.rounds)
    print_cold_start(questions[0])


def print_stages(timings: Sequence[Mapping[str, float]]) -> None:
    """Print how long each stage of a question takes."""
    print(f"{len(timings)} warm questions, one at a time, milliseconds")
    print(f"{'stage':<14}{'p50':>8}{'p95':>8}{'share':>8}")
    whole = statistics.median(timing["round trip"] for timing in timings)
    for stage in timings[0]:
        values = [timing.get(stage, 0.0) for timing in timings]
        p95 = statistics.quantiles(values, n=20)[-1]
        middle = statistics.median(values)
        print(f"{stage:<14}{middle:8.1f}{p95:8.1f}{middle / whole:8.0%}")


def print_clients(client: httpx.Client, questions: Sequence[str]) -> None:
    """Print how many questions are answered a second when several clients ask at once."""
    print(f"\n{'clients':<14}{'p50':>8}{'p95':>8}{'a second':>10}{'ratio':>8}")
    alone = 0.0
    for clients in CLIENTS:
        started = time.perf_counter()
        with ThreadPoolExecutor(clients) as pool:
            timings = list(pool.map(lambda question: ask(client, question)["round trip"], questions))
        rate = len(timings) / (time.perf_counter() - started)
        alone = alone or rate
        p95 = statistics.quantiles(timings, n=20)[-1]
        print(f"{clients:<14}{statistics.median(timings):8.1f}{p95:8.1f}{rate:10.1f}{rate / alone:8.2f}")


def print_cold_start(question: str) -> None:
    """Print how long `dossier ask` takes from its start to its end."""
    command = [sys.executable, "-m", "service.cli", "ask", question]
    seconds = []
    for _ in range(COLD_STARTS):
        started = time.perf_counter()
        subprocess.run(command, check=True, capture_output=True)  # noqa: S603 - our own command
        seconds.append(time.perf_counter() - started)
    print(f"\ncold start of `dossier ask`: {statistics.median(seconds):.2f} s, of {COLD_STARTS} the median")


def ask(client: httpx.Client, question: str) -> dict[str, float]:
    """Return the milliseconds of each stage and of the whole round trip."""
    started = time.perf_counter()
    response = client.post("/v1/ask", json={"question": question})
    elapsed = (time.perf_counter() - started) * 1000
    response.raise_for_status()
    return {**response.json()["timings_ms"], "round trip": elapsed}


def ask_streamed(client: httpx.Client, question: str) -> dict[str, float]:
    """Return the milliseconds to the first byte of the stream and to its end."""
    started = time.perf_counter()
    with client.stream("POST", "/v1/ask", json={"question": question, "stream": True}) as response:
        response.raise_for_status()
        first = 0.0
        for _ in response.iter_raw():
            first = first or (time.perf_counter() - started) * 1000
    return {"first byte": first, "whole stream": (time.perf_counter() - started) * 1000}


@contextmanager
def serving(port: int) -> Iterator[httpx.Client]:
    """Run the service, and give a client for it once it is ready."""
    with served(port) as (client, _):
        yield client


@contextmanager
def served(port: int) -> Iterator[tuple[httpx.Client, int]]:
    """Run the service, and give a client for it once it is ready, and the number of its process."""
    command = [sys.executable, "-m", "service.cli", "serve", "--port", str(port)]
    process = subprocess.Popen(  # noqa: S603 - our own command
        command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    try:
        with httpx.Client(base_url=f"http://127.0.0.1:{port}", timeout=60) as client:
            wait_until_ready(client, process)
            yield client, process.pid
    finally:
        process.terminate()
        process.wait()


def wait_until_ready(client: httpx.Client, process: subprocess.Popen[bytes]) -> None:
    """Return when the service answers; end the program when it has ended."""
    while process.poll() is None:
        try:
            if client.get("/health/ready").status_code == 200:
                return
        except httpx.TransportError:
            pass
        time.sleep(0.1)
    sys.exit("the service did not start: is there an index? (make index)")


if __name__ == "__main__":
    main()
