"""What it costs to show pages as they look: milliseconds until a reader sees them, and memory.

Starts `dossier serve` on the index that DOSSIER_DATA names (default: data), drops the pictures kept in it,
and opens quotes of its PDFs in the reader, each twice: the first time the page has to be drawn. Over HTTP,
and where Chromium and playwright are installed in a browser, from the click to the painted picture.
"""

from __future__ import annotations

import argparse
import os
import shutil
import statistics
import sys
import time
from dataclasses import dataclass
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING

from questions import serving

from service.settings import load_settings

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    import httpx

PLACES = 5  # of a file, at equal distances
QUOTE_CHARACTERS = 200
PAINTED = """() => new Promise((resolve) => {
  const painted = () => requestAnimationFrame(() => setTimeout(() => resolve(performance.now())));
  const picture = document.querySelector(".sheet img");
  picture.decode().then(painted, () => resolve(NaN));
})"""


@dataclass(frozen=True, slots=True)
class Place:
    """A quote: the addresses of the reader, of its rectangles, and of the picture of its page."""

    reader: str
    boxes: str
    picture: str


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--port", type=int, default=8765)
    port = parser.parse_args().port
    shutil.rmtree(load_settings().settings.data / "pictures", ignore_errors=True)
    with serving(port) as client:
        places = [place for source in pictured(client) for place in places_of(client, source)]
        if len(places) < 2:
            sys.exit("the index has no PDF whose pages can be shown")
        print(f"{'milliseconds':<34}{'p50':>8}{'p95':>8}{'most':>8}{'places':>8}")
        # each place is drawn for the first time by one way of looking
        for words, times in chain(
            over_http(client, places[::2]), in_a_browser(str(client.base_url), places[1::2])
        ):
            p95 = statistics.quantiles(times, n=20)[-1] if len(times) > 1 else times[0]
            print(f"{words:<34}{statistics.median(times):8.0f}{p95:8.0f}{max(times):8.0f}{len(times):8}")
        print(*memory(), sep="\n")


def pictured(client: httpx.Client) -> list[str]:
    """Return the ids of the files whose pages can be shown."""
    sources = client.get("/v1/sources", params={"limit": 1000}).json()["sources"]
    return [one["id"] for one in sources if one["media_type"] == "application/pdf" and one["original_url"]]


def places_of(client: httpx.Client, source: str) -> Iterator[Place]:
    """Yield places in a file at the beginnings of pages, at equal distances."""
    documents = client.get("/v1/documents", params={"source": source, "limit": 1000}).json()["documents"]
    pages = [
        (document["id"], page)
        for document in documents
        for page in client.get(f"/v1/documents/{document['id']}").json()["pages"]
    ]
    for number in range(min(PLACES, len(pages))):
        document_id, page = pages[number * len(pages) // PLACES]
        start, end = page["start_char"], min(page["end_char"], page["start_char"] + QUOTE_CHARACTERS)
        yield Place(
            reader=f"/read/{document_id}?from={start}&to={end}",
            boxes=f"/v1/sources/{source}/boxes?start={start}&end={end}",
            picture=f"/v1/sources/{source}/pages/{page['position']}.png?width=1200",
        )


def over_http(client: httpx.Client, places: Sequence[Place]) -> Iterator[tuple[str, list[float]]]:
    """Yield the milliseconds of each request, for every place."""
    for name in ("boxes", "reader", "picture"):
        for times in ("first", "again"):
            yield f"{name}, {times}", [milliseconds(client, getattr(one, name)) for one in places]


def milliseconds(client: httpx.Client, address: str) -> float:
    """Return what a request takes."""
    began = time.perf_counter()
    client.get(address).raise_for_status()
    return (time.perf_counter() - began) * 1000


def in_a_browser(site: str, places: Sequence[Place]) -> Iterator[tuple[str, list[float]]]:
    """Yield the milliseconds from the click to the painted picture."""
    program = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
    if program is None:
        return
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=["--no-sandbox", "--disable-gpu"])
        for times in ("first", "again"):
            painted = []
            for place in places:
                # a context of its own: nothing comes out of the browser's own cache
                context = browser.new_context(viewport={"width": 1440, "height": 900})
                page = context.new_page()
                page.goto(site + place.reader, wait_until="commit")
                page.wait_for_selector(".sheet img")
                painted.append(page.evaluate(PAINTED))
                context.close()
            yield f"painted in Chromium, {times}", painted
        browser.close()


def memory() -> Iterator[str]:
    """Yield the most memory that each process of the service took, from what Linux tells."""
    below = {os.getpid()}
    for status in sorted(Path("/proc").glob("[0-9]*/status"), key=lambda path: int(path.parent.name)):
        told = dict(line.split(":", 1) for line in status.read_text().splitlines())
        if int(told["PPid"]) in below and "VmHWM" in told:
            command = status.with_name("cmdline").read_text().split("\0")
            if "-m" in command:
                below.add(int(told["Pid"]))
                module = command[command.index("-m") + 1]
                yield f"{module:<34}{int(told['VmHWM'].split()[0]) / 1024:8.0f} MiB at most"


if __name__ == "__main__":
    main()
