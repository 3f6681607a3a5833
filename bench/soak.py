"""Many clients for a long time by several doors, while sources come and go: does anything fail, grow or slow?

Starts `dossier serve` on a copy of the index that DOSSIER_DATA names (default: data). Each client asks gold
questions by one door after another; one more uploads small files, looks for the words that they alone have,
and deletes them again. Memory and handles are those of the service's process and of its children (Linux).
The exit code is 1 where a request failed, or what was uploaded was not found, or found once it was deleted.
"""

from __future__ import annotations

import argparse
import itertools
import json
import os
import random
import shutil
import statistics
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

import httpx

from bench.questions import GOLD, served

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

_LOOKS = 10  # at memory and handles, evenly spread, after one as the clients begin
_JOB_SECONDS = 120.0
_MCP_HEADERS = {"Accept": "application/json, text/event-stream"}


@dataclass(slots=True)
class Records:
    """What each door was asked: when it was answered, the milliseconds it took, and what failed."""

    taken: dict[str, list[tuple[float, float]]] = field(default_factory=dict)
    failed: dict[str, list[str]] = field(default_factory=dict)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    @contextmanager
    def timed(self, door: str) -> Iterator[None]:
        """Note how long a block took, or how it failed."""
        started = time.perf_counter()
        error = ""
        try:
            yield
        except (httpx.HTTPError, ValueError, KeyError, TimeoutError) as raised:
            error = f"{type(raised).__name__}: {raised}"
        ended = time.perf_counter()
        with self._lock:
            self.taken.setdefault(door, []).append((ended, (ended - started) * 1000))
            if error:
                self.failed.setdefault(door, []).append(error)


def main() -> None:
    """Print the tables."""
    parser = argparse.ArgumentParser(prog="python -m bench.soak", description=__doc__)
    parser.add_argument("folder", type=Path, help="folder to work in; what is there is deleted")
    parser.add_argument("--clients", type=int, default=16)
    parser.add_argument("--minutes", type=float, default=30.0)
    parser.add_argument("--port", type=int, default=8767)
    options = parser.parse_args()
    questions = [json.loads(line)["question"] for line in GOLD.read_text("utf-8").splitlines()]
    shutil.rmtree(options.folder, ignore_errors=True)
    shutil.copytree(os.environ.get("DOSSIER_DATA") or "data", options.folder)
    os.environ["DOSSIER_DATA"] = str(options.folder)
    records = Records()
    with served(options.port) as (client, process):
        sources = client.get("/v1/sources").json()
        address, begun = str(client.base_url), time.perf_counter()
        until = begun + options.minutes * 60
        with ThreadPoolExecutor(options.clients + 1) as threads:
            running = [
                threads.submit(_ask_on, address, questions, records, until, seed)
                for seed in range(options.clients)
            ]
            running.append(threads.submit(_change_on, address, records, until))
            _tell_footprints(process, begun, until)
            for one in running:
                one.result()
        print(f"sources as at first: {client.get('/v1/sources').json() == sources}")
    _tell(records, begun, until)
    sys.exit(1 if records.failed else 0)


def _ask_on(address: str, questions: Sequence[str], records: Records, until: float, seed: int) -> None:
    """Ask one question after another by the doors in turn."""
    draw = random.Random(seed)  # noqa: S311 - for questions, not for secrets
    with httpx.Client(base_url=address, timeout=120) as client:
        for door in itertools.cycle(draw.sample(sorted(DOORS), len(DOORS))):
            if time.perf_counter() >= until:
                return
            with records.timed(door):
                DOORS[door](client, draw.choice(questions))


def _change_on(address: str, records: Records, until: float) -> None:
    """Upload a file, find it, delete it, find it no more."""
    with httpx.Client(base_url=address, timeout=120) as client:
        for number in itertools.count():
            if time.perf_counter() >= until:
                return
            word = f"qualm{number}x"
            text = "\n\n".join(f"Report {n} tells of the {word} of Roennesund." for n in range(20))
            source = ""
            with records.timed("upload"):
                source = _uploaded(client, f"{word}.txt", text.encode())
            with records.timed("found"):
                _require(word in _found(client, word), "what was uploaded is not found")
            if source:
                with records.timed("delete"):
                    client.delete(f"/v1/sources/{source}").raise_for_status()
                with records.timed("gone"):
                    _require(word not in _found(client, word), "what was deleted is found")


def _uploaded(client: httpx.Client, name: str, data: bytes) -> str:
    """Upload a file, wait for its job, and return the id of the source."""
    sent = client.post("/v1/sources", files={"file": (name, data)}).raise_for_status()
    deadline = time.perf_counter() + _JOB_SECONDS
    while time.perf_counter() < deadline:
        job = client.get(sent.headers["Location"]).raise_for_status().json()
        if job["status"] == "succeeded":
            return next(
                one["id"] for one in client.get("/v1/sources").json()["sources"] if one["name"] == name
            )
        _require(job["status"] != "failed", f"the job failed: {job}")
        time.sleep(0.2)
    raise TimeoutError("the job did not end")


def _found(client: httpx.Client, word: str) -> str:
    found = client.post("/v1/search", json={"question": f"the {word} of Roennesund"}).raise_for_status()
    return " ".join(passage["text"] for passage in found.json()["passages"])


def _require(is_so: bool, otherwise: str) -> None:
    if not is_so:
        raise ValueError(otherwise)


def _ask(client: httpx.Client, question: str) -> None:
    answer = client.post("/v1/ask", json={"question": question}).raise_for_status().json()
    _require(bool(answer["passages"]), "no passages")


def _ask_streamed(client: httpx.Client, question: str) -> None:
    with client.stream("POST", "/v1/ask", json={"question": question, "stream": True}) as response:
        response.raise_for_status()
        _require("event: done" in "".join(response.iter_text()), "the stream broke off")


def _chat(client: httpx.Client, question: str) -> None:
    messages = [{"role": "user", "content": question}]
    told = client.post("/v1/chat/completions", json={"messages": messages}).raise_for_status().json()
    _require(bool(told["choices"][0]["message"]["content"]), "an empty message")


def _chat_streamed(client: httpx.Client, question: str) -> None:
    asked = {"messages": [{"role": "user", "content": question}], "stream": True}
    with client.stream("POST", "/v1/chat/completions", json=asked) as response:
        response.raise_for_status()
        _require("data: [DONE]" in "".join(response.iter_text()), "the stream broke off")


def _agent(client: httpx.Client, question: str) -> None:
    call = {"name": "ask", "arguments": {"question": question}}
    asked = {"jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": call}
    told = client.post("/mcp", json=asked, headers=_MCP_HEADERS).raise_for_status().text
    _require('"result"' in told and '"isError":true' not in told, told[:200])


def _page(client: httpx.Client, question: str) -> None:
    page = client.get("/", params={"q": question}).raise_for_status().text
    _require("</html>" in page, "the page broke off")


def _library(client: httpx.Client, question: str) -> None:
    client.get("/library").raise_for_status()
    word = max(question.split(), key=len)
    documents = client.get("/v1/documents", params={"title": word}).raise_for_status().json()
    _require("documents" in documents, "no list of documents")


DOORS: dict[str, Callable[[httpx.Client, str], None]] = {
    "ask": _ask,
    "ask, streamed": _ask_streamed,
    "chat": _chat,
    "chat, streamed": _chat_streamed,
    "agent": _agent,
    "page": _page,
    "library": _library,
}


def _tell_footprints(process: int, begun: float, until: float) -> None:
    """Print memory and handles as the clients begin, and ten times until they end."""
    print(f"{'minute':>8}{'RSS, MiB':>10}{'handles':>9}{'processes':>11}")
    for look in range(_LOOKS + 1):
        time.sleep(max(0.0, begun + (until - begun) * look / _LOOKS - time.perf_counter()))
        bytes_, handles, processes = _footprint(process)
        minute = (time.perf_counter() - begun) / 60
        print(f"{minute:>8.1f}{bytes_ / 2**20:>10.0f}{handles:>9}{processes:>11}", flush=True)


def _footprint(process: int) -> tuple[int, int, int]:
    """Return the bytes in memory and the open handles of a process and its descendants, and their number."""
    parents = {}
    for status in Path("/proc").glob("[0-9]*/stat"):
        try:
            parents[int(status.parent.name)] = int(status.read_text().rpartition(")")[2].split()[1])
        except OSError:
            continue  # it has ended
    family = {process}
    while more := {one for one, parent in parents.items() if parent in family} - family:
        family |= more
    bytes_ = handles = 0
    for one in family:
        try:
            pages = int(Path(f"/proc/{one}/statm").read_text().split()[1])
            handles += len(os.listdir(f"/proc/{one}/fd"))  # noqa: PTH208 - names are enough
        except OSError:
            continue
        bytes_ += pages * os.sysconf("SC_PAGESIZE")
    return bytes_, handles, len(family)


def _tell(records: Records, begun: float, until: float) -> None:
    """Print the table of doors; p50 also of the first and the last quarter of the time."""
    quarter = (until - begun) / 4
    heads = ("requests", "errors", "p50", "p95", "first 1/4", "last 1/4")
    print(f"\n{'milliseconds':<16}" + "".join(f"{head:>11}" for head in heads))
    for door, taken in sorted(records.taken.items()):
        times = sorted(ms for _, ms in taken)
        first = [ms for ended, ms in taken if ended < begun + quarter]
        last = [ms for ended, ms in taken if ended >= until - quarter]
        p95 = times[min(len(times) - 1, int(len(times) * 0.95))]
        middles = "".join(f"{statistics.median(part) if part else 0:>11.0f}" for part in (first, last))
        failed = records.failed.get(door, [])
        print(
            f"{door:<16}{len(times):>11}{len(failed):>11}{statistics.median(times):>11.0f}{p95:>11.0f}{middles}"
        )
        for error in sorted(set(failed))[:5]:
            print(f"  {failed.count(error)} times: {error:.160}")
    print(f"all: {sum(map(len, records.taken.values())):,}; {sum(map(len, records.failed.values()))} failed")


if __name__ == "__main__":
    main()
