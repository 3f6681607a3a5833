"""Every page, light and dark, wide and narrow, held to the accessibility rules of axe-core."""

import re

import pytest
from browser_support import ask, open_passages, violations
from service_support import make_app, serving
from web_support import FILES, QUESTION, document_of

pytestmark = pytest.mark.browser


LOOKS = [
    pytest.param(
        {"color_scheme": scheme, "viewport": {"width": width, "height": 900}}, id=f"{scheme}-{width}"
    )
    for scheme, width in (("light", 1280), ("dark", 360))
]


@pytest.mark.parametrize("look", LOOKS)
def test_no_page_breaks_a_rule(browser, site, look):
    start = FILES["envoys.txt"].index("the envoy of Sinop")
    document = document_of(site, "envoys.txt")["id"]
    place = f"from={start}&to={start + 30}"
    with browser(site, **look) as page:
        for address in (
            "/",
            f"/?q={QUESTION}&q=And Sinop?&kind=letter",
            f"/?q={QUESTION}&from=nonsense",
            "/?mode=search",
            "/?q=fishing rights&mode=search",
            "/?q=nowhere",
            f"/read/{document}?{place}#page=14",
            f"/cite/{document}?{place}",
            "/library",
            "/library?title=nowhere",
            "/basket",
            f"/basket?items={document}~{document}.0.10.00000000~{'0' * 16}",
            "/browse",
            "/browse/dates/1921",
            "/browse/people",
            "/browse/kinds",
            "/browse/named/people",
            "/read/unknown",
        ):
            page.goto(address)
            assert violations(page) == [], address


@pytest.mark.parametrize("look", LOOKS)
def test_no_state_of_a_page_breaks_a_rule(browser, site, look):
    with browser(site, **look) as page:
        page.goto("/")
        open_passages(ask(page, QUESTION))
        page.locator(".passage .why summary").first.click()
        page.locator("#filters").evaluate("one => { one.open = true; }")
        assert violations(page) == []
        page.get_by_role("radio", name="Search").check()
        ask(page, "fishing rights")
        page.locator("#t2 .passages summary").first.click()
        assert violations(page) == []
        page.get_by_role("link", name="Cite passage 1").last.click()
        page.get_by_text("@").first.wait_for()
        assert violations(page) == []
        page.goto("/library")
        page.get_by_role("button", name=re.compile("^Delete ")).first.click()
        assert violations(page) == []


def test_an_empty_index_breaks_no_rule(browser, tmp_path):
    with serving(make_app(tmp_path)) as client, browser(client) as page:
        for address in ("/", "/library"):
            page.goto(address)
            assert violations(page) == []


@pytest.mark.parametrize("width", [320, 360, 800, 1280])
def test_nothing_is_wider_than_the_window(browser, site, width):
    document = document_of(site, "004_0215c096726144f6.txt")["id"]
    with browser(site, viewport={"width": width, "height": 800}) as page:
        for address in (
            "/",
            f"/?q={QUESTION}",
            "/?q=fishing rights&mode=search",
            f"/read/{document}",
            "/library",
            "/browse",
            "/browse/people",
            f"/basket?items={document}",
            f"/cite/{document}",
        ):
            page.goto(address)
            assert page.evaluate("document.documentElement.scrollWidth") <= width, address


def test_those_who_want_no_motion_get_none(browser, site):
    with browser(site, reduced_motion="reduce") as page:
        page.goto("/")
        assert page.evaluate("getComputedStyle(document.documentElement).scrollBehavior") == "auto"
