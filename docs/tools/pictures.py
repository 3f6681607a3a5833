"""Take the pictures of docs/pictures/ from the real pages, over an index of the corpus: `make pictures`."""

import shutil
import subprocess
import sys
import time
from io import BytesIO
from pathlib import Path
from urllib.error import URLError
from urllib.request import urlopen

from PIL import Image
from playwright.sync_api import Page, sync_playwright

FOLDER = Path(__file__).parents[1] / "pictures"
PORT = 8765
SIZE = {"width": 1200, "height": 780}
MOST_BYTES = 150_000
QUESTION = "What did Ribbentrop propose to Molotov about revising the Montreux convention?"


def main() -> None:
    """Serve the index in the folder that is named, and take each picture."""
    command = [sys.executable, "-m", "service.cli", "serve", "--port", str(PORT), "--data", sys.argv[1]]
    service = subprocess.Popen(command)  # noqa: S603 - our own service
    try:
        _wait(f"http://127.0.0.1:{PORT}/health/ready")
        with sync_playwright() as playwright:
            program = shutil.which("chromium") or shutil.which("google-chrome")
            browser = playwright.chromium.launch(executable_path=program, args=["--no-sandbox"])
            page = browser.new_page(base_url=f"http://127.0.0.1:{PORT}", viewport=SIZE, color_scheme="light")
            _take(page)
            browser.close()
    finally:
        service.terminate()
        service.wait()


def _take(page: Page) -> None:
    page.goto("/")
    page.get_by_role("textbox", name="question").fill(QUESTION)
    page.keyboard.press("Enter")
    page.locator("article.turn:not(.is-waiting) .answer").wait_for()
    _save(page, "ask")
    page.goto(page.locator("article.turn .answer a.reference").first.get_attribute("href") or "")
    page.locator("mark").first.wait_for()
    _save(page, "reader")
    page.goto("/library")
    _save(page, "library")


def _save(page: Page, name: str) -> None:
    page.wait_for_timeout(1_000)  # until what moves has come to rest
    with Image.open(BytesIO(page.screenshot())) as picture:
        kept = FOLDER / f"{name}.webp"
        picture.save(kept, quality=80, method=6)
    if kept.stat().st_size > MOST_BYTES:
        sys.exit(f"{kept} has {kept.stat().st_size:,} bytes; {MOST_BYTES:,} are the most")


def _wait(address: str, *, seconds: int = 60) -> None:
    end = time.monotonic() + seconds
    while True:
        try:
            with urlopen(address, timeout=5):  # noqa: S310 - our own service
                return
        except (URLError, ConnectionError):
            if time.monotonic() > end:
                raise
            time.sleep(0.2)


if __name__ == "__main__":
    main()
