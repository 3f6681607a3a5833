"""A real Chromium for the tests of the pages, and pages in it that notice every fault."""

import os
import shutil
from contextlib import contextmanager

import pytest

_PROGRAMS = ("chromium", "chromium-browser", "google-chrome")
_OPTIONS = (
    "--no-sandbox --disable-gpu --disable-background-networking --disable-component-update --disable-sync "
    "--no-first-run --disable-dev-shm-usage"
).split()


@pytest.fixture(scope="module")
def chromium():
    """The running browser; without one the tests are skipped, but not in CI, where there must be one.

    It ends with its module: as long as it runs, no other test in this thread can have an event loop.
    """
    program = next(filter(None, map(shutil.which, _PROGRAMS)), None)
    try:
        from playwright.sync_api import sync_playwright
    except ImportError:
        program = None
    if program is None:
        reason = "needs Chromium (Debian: apt-get install chromium) and playwright (pip install playwright)"
        if os.environ.get("CI") == "true":
            pytest.fail(reason)
        pytest.skip(reason)
    with sync_playwright() as playwright:
        running = playwright.chromium.launch(executable_path=program, args=_OPTIONS)
        yield running
        running.close()


@pytest.fixture
def browser(chromium):
    """A function that opens pages of a site: ``with browser(client) as page``."""

    @contextmanager
    def opened(client, **options):
        site = str(client.base_url).rstrip("/")
        faults, strangers = [], []
        context = chromium.new_context(base_url=site, **options)
        context.set_default_timeout(30_000)
        page = context.new_page()
        page.on("pageerror", lambda error: faults.append(str(error)))
        page.on("console", lambda message: faults.append(message.text) if _is_fault(message) else None)
        page.on(
            "request", lambda request: strangers.append(request.url) if _is_strange(request, site) else None
        )
        try:
            yield page
        finally:
            context.close()
        assert faults == []
        assert strangers == []

    return opened


def _is_fault(message):
    """Tell whether the browser complains, other than that an answer of the server was an error."""
    return message.type in {"error", "warning"} and not message.text.startswith("Failed to load resource")


def _is_strange(request, site):
    return not request.url.startswith((site + "/", "data:", "blob:"))


def ask(page, question):
    """Ask, and wait until the answer, or the line that says why there is none, stands there."""
    page.locator("#question").fill(question)
    page.keyboard.press("Enter")
    turn = page.locator("article.turn").last
    turn.get_by_role("heading", name=question, exact=True).wait_for()
    page.locator("article.turn:not(.is-waiting)").nth(page.locator("article.turn").count() - 1).wait_for()
    return turn


def open_passages(turn):
    """Show the passages of a turn, which its answer stands before."""
    turn.locator(".passages > summary").click()
    turn.locator(".passage").first.wait_for()


def words_of(locator):
    """Return the visible words of an element, white space levelled."""
    return " ".join(locator.inner_text().split())


def box_of(locator):
    """Return where an element stands, once its page has its style sheets: words are there before them."""
    locator.wait_for()
    locator.page.wait_for_load_state()
    return locator.bounding_box()


def violations(page):
    """Return what of a page breaks the accessibility rules of axe-core: the rule, and the element."""
    from axe_playwright_python.sync_playwright import Axe

    page.wait_for_load_state()
    # Colours are measured as they are, not half way through a change.
    found = Axe().run(page, options={"resultTypes": ["violations"]}).response["violations"]
    return [(one["id"], node["html"][:200]) for one in found for node in one["nodes"]]
