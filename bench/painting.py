"""When a reader sees something: milliseconds in a browser until pages are painted, and what jumps on them.

Starts `dossier serve` on the index that DOSSIER_DATA names (default: data). Gold questions are opened as
addresses and asked in the page, their quotes opened in the reader; all pages are warm. A shift is the share
of the window that moved while the page came (the browser's layout shift score; 0: nothing jumped). Needs
Chromium and playwright.
"""

from __future__ import annotations

import argparse
import json
import shutil
import statistics
from typing import TYPE_CHECKING

from questions import GOLD, serving

if TYPE_CHECKING:
    from collections.abc import Sequence

    from playwright.sync_api import Page

PAINTED = """() => new Promise((resolve) => requestAnimationFrame(() => setTimeout(() => {
  const paint = performance.getEntriesByName("first-contentful-paint")[0];
  resolve(paint ? paint.startTime : NaN);
}, 50)))"""
SHIFTS = """() => new Promise((resolve) => {
  let sum = 0;
  const observer = new PerformanceObserver((list) => {
    for (const one of list.getEntries()) if (!one.hadRecentInput) sum += one.value;
  });
  observer.observe({ type: "layout-shift", buffered: true });
  setTimeout(() => resolve(sum), 50);
})"""
ASKED = """(question) => new Promise((resolve) => {
  const box = document.getElementById("question");
  box.value = question;
  const asked = performance.now();
  const watcher = new MutationObserver(() => {
    const turn = [...document.querySelectorAll(".turn")].at(-1);
    const words = turn?.querySelector(".answer-text")?.textContent;
    if (turn?.matches(".is-waiting") || !words?.trim()) return;
    watcher.disconnect();
    requestAnimationFrame(() => setTimeout(() => resolve(performance.now() - asked)));
  });
  watcher.observe(document.getElementById("turns"), { childList: true, subtree: true, attributes: true });
  document.getElementById("ask").requestSubmit();
})"""


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--port", type=int, default=8769)
    parser.add_argument("--questions", type=int, default=30)
    options = parser.parse_args()
    from playwright.sync_api import sync_playwright

    questions = [json.loads(line)["question"] for line in GOLD.read_text("utf-8").splitlines()]
    rows: dict[str, list[tuple[float, float]]] = {}
    with serving(options.port) as client, sync_playwright() as playwright:
        program = shutil.which("chromium") or shutil.which("google-chrome")
        browser = playwright.chromium.launch(executable_path=program, args=["--no-sandbox"])
        page = browser.new_context(base_url=str(client.base_url)).new_page()
        for address in ("/", "/library"):
            rows[address] = [opened(page, address) for _ in range(4)][1:]
        for question in questions[: options.questions]:
            page.goto("/")
            rows.setdefault("a question asked in the page", []).append(
                (page.evaluate(ASKED, question), page.evaluate(SHIFTS))
            )
            rows.setdefault("the same opened as an address", []).append(opened(page, page.url))
            if link := page.locator("a.reference").first.get_attribute("href", timeout=1_000):
                rows.setdefault("its first quote in the reader", []).append(opened(page, link))
        browser.close()
    print_table(rows)


def opened(page: Page, address: str) -> tuple[float, float]:
    """Return the milliseconds until a page is first painted, and what shifted."""
    page.goto(address)
    return page.evaluate(PAINTED), page.evaluate(SHIFTS)


def print_table(rows: dict[str, Sequence[tuple[float, float]]]) -> None:
    """Print milliseconds and shifts of each kind of page."""
    print(f"{'':<34}{'n':>4}{'p50':>8}{'p95':>8}{'worst shift':>13}")
    for name, measured in rows.items():
        times = [milliseconds for milliseconds, _ in measured]
        p95 = statistics.quantiles(times, n=20, method="inclusive")[-1]
        shift = max(moved for _, moved in measured)
        print(f"{name:<34}{len(times):>4}{statistics.median(times):8.0f}{p95:8.0f}{shift:13.3f}")


if __name__ == "__main__":
    main()
