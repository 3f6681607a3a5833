"""Reading, in a real browser: the mark is there, in sight, on the right page, with and without scripts."""

import json
import re

import pytest
from browser_support import ask, box_of, words_of
from service_support import wait_until
from web_support import FILES, HOSTILE_TITLE, LONG, QUESTION, document_of

pytestmark = pytest.mark.browser

QUOTE = "the envoy of Sinop wrote about the harbour"


def address_of_quote(site):
    start = FILES["envoys.txt"].index(QUOTE)
    return f"/read/{document_of(site, 'envoys.txt')['id']}?from={start}&to={start + len(QUOTE)}#page=14"


def is_in_sight(locator):
    return locator.evaluate(
        "one => one.getBoundingClientRect().top >= 0 && one.getBoundingClientRect().bottom <= innerHeight"
    )


def test_the_answers_reference_leads_to_its_words(browser, site):
    with browser(site) as page:
        page.goto("/")
        turn = ask(page, QUESTION)
        answer = words_of(turn.locator(".answer-text"))
        turn.locator(".reference").first.click()
        page.wait_for_url("**/read/**")
        quote = page.locator("#quote")
        quote.wait_for()
        assert answer.startswith(words_of(quote))
        page.wait_for_function("document.activeElement.id === 'quote'")
        assert is_in_sight(quote)


@pytest.mark.parametrize("has_scripts", [True, False])
def test_the_mark_is_on_its_page(browser, site, has_scripts):
    with browser(site, java_script_enabled=has_scripts, viewport={"width": 400, "height": 500}) as page:
        page.goto(address_of_quote(site))
        assert words_of(page.locator("mark")) == QUOTE
        order = page.locator("[role=doc-pagebreak], mark").evaluate_all("all => all.map(one => one.id)")
        assert order == ["page=11", "page=12", "page=13", "page=14", "quote"]
        if has_scripts:
            page.wait_for_function("document.activeElement.id === 'quote'")
            assert is_in_sight(page.locator("mark"))


def test_the_quote_is_in_sight_far_down_a_long_document(browser, site):
    document = document_of(site, "chronicle.md")
    start = LONG.index("In year 230 of")
    with browser(site) as page:
        page.goto(f"/read/{document['id']}?from={start}&to={start + 12}#quote")
        quote = page.locator("#quote")
        page.wait_for_function("document.activeElement.id === 'quote'")
        assert words_of(quote) == "In year 230"
        assert is_in_sight(quote)
        assert "Part 2 of" in words_of(page.locator("nav.parts").first)
        page.get_by_role("link", name="Part before").first.click()
        assert "In year 1 of" in words_of(page.locator(".text p").first)


def test_a_citation_from_the_reader_is_of_the_marked_page(browser, site):
    with browser(site) as page:
        page.goto(address_of_quote(site))
        page.get_by_role("link", name="Cite", exact=True).click()
        dialog = page.get_by_role("dialog", name="Cite this")
        dialog.get_by_text("the customs and the… p. 14.").first.wait_for()


def test_one_document_can_be_asked_alone(browser, site):
    with browser(site) as page:
        page.goto(f"/read/{document_of(site, 'pirates.md')['id']}")
        page.get_by_role("link", name="Ask this document").click()
        page.wait_for_url("**/?document=*")
        turn = ask(page, "What about the harbour?")
        turn.locator(".passages > summary").click()
        sources = {words_of(one) for one in turn.locator(".origin").all()}
        titles = {one["name"]: one["title"] for one in site.get("/v1/sources").json()["sources"]}
        assert sources == {titles["pirates.md"]}


def test_page_numbers_stand_in_the_margin_where_there_is_one(browser, site):
    with browser(site, viewport={"width": 1200, "height": 800}) as page:
        page.goto(address_of_quote(site))
        margin = box_of(page.locator("[id='page=13']"))
        text = box_of(page.locator(".text"))
        assert margin["x"] + margin["width"] <= text["x"]
    with browser(site, viewport={"width": 360, "height": 800}) as page:
        page.goto(address_of_quote(site))
        inline = box_of(page.locator("[id='page=13']"))
        assert inline["x"] >= box_of(page.locator(".text"))["x"]


def test_copied_words_are_the_documents_without_page_numbers(browser, site):
    with browser(site) as page:
        page.goto(address_of_quote(site))
        copied = page.evaluate(
            "() => { getSelection().selectAllChildren(document.querySelector('.text')); "
            "return getSelection().toString(); }"
        )
        assert QUOTE in copied
        assert "p. 14" not in copied


def in_sight(page, selector):
    """Wait until an element stands in the window, below the bar: scrolling takes a while."""
    one, bar = page.locator(selector), page.locator(".reading-bar")
    bottom = bar.evaluate("bar => bar.getBoundingClientRect().bottom")
    top = "one => one.getBoundingClientRect().top"
    wait_until(lambda: is_in_sight(one) and one.evaluate(top) >= bottom)


def test_a_quote_longer_than_the_window_is_read_from_its_beginning(browser, site):
    document = document_of(site, "chronicle.md")
    start = LONG.index("In year 230 of")
    with browser(site, viewport={"width": 360, "height": 300}) as page:
        page.goto(f"/read/{document['id']}?from={start}&to={start + 4000}")
        page.wait_for_function("document.activeElement.id === 'quote'")
        bar = box_of(page.locator(".reading-bar"))
        assert bar["y"] + bar["height"] <= box_of(page.locator("#quote"))["y"] < 300


@pytest.mark.parametrize("has_scripts", [True, False])
def test_the_bar_stays_and_leads_to_a_page_by_its_number(browser, site, has_scripts):
    with browser(site, java_script_enabled=has_scripts, viewport={"width": 400, "height": 400}) as page:
        page.goto(f"/read/{document_of(site, 'envoys.txt')['id']}")
        field = page.get_by_label("Page", exact=True)
        field.fill("13")
        field.press("Enter")
        page.wait_for_url("**#page=13")
        assert page.locator("[id='page=13']").is_visible()
        assert box_of(page.locator(".reading-bar"))["y"] >= 0
        if has_scripts:
            in_sight(page, "[id='page=13']")
            wait_until(lambda: field.get_attribute("placeholder") == "13")
        field.fill("99")
        field.press("Enter")
        page.wait_for_url("**page=99*")
        assert (
            words_of(page.locator(".reading-bar .problem-line"))
            == "There is no page 99 here: it has 11 to 14."
        )


def test_words_are_found_in_all_parts_of_a_document(browser, site):
    with browser(site) as page:
        page.goto(f"/read/{document_of(site, 'chronicle.md')['id']}")
        page.get_by_role("searchbox").fill('"year 230" OR "YEAR 2 of"')
        page.keyboard.press("Enter")
        page.wait_for_url("**#found-1")
        assert words_of(page.locator(".bar-line").first).startswith("1 of 2")
        assert words_of(page.locator("#found-1")) == "year 2 of"
        in_sight(page, "#found-1")
        page.get_by_role("link", name="Next", exact=True).click()
        page.wait_for_url("**#found-2")
        assert words_of(page.locator(".found.is-current")) == "year 230"
        in_sight(page, "#found-2")
        assert "Part 2 of" in words_of(page.locator("nav.parts").first)
        page.get_by_role("searchbox").fill("nowhere")
        page.keyboard.press("Enter")
        page.get_by_text("“nowhere” does not stand here.").wait_for()


def test_from_an_answer_one_goes_to_its_words_and_back(browser, site):
    with browser(site) as page:
        page.goto("/")
        ask(page, QUESTION).locator(".reference").first.click()
        page.wait_for_url("**/read/**")
        page.get_by_role("searchbox").fill("Batum")
        page.keyboard.press("Enter")
        page.wait_for_url("**find=Batum*")
        in_sight(page, ".found.is-current")  # what scrolls moves the link away from the mouse
        page.get_by_role("link", name="Back to the answer").click()
        page.wait_for_url("**/?q=*")
        page.locator(".answer").wait_for()
    with browser(site) as page:
        page.goto(f"/read/{document_of(site, 'envoys.txt')['id']}")
        assert page.locator(".back").is_hidden()


def test_a_quote_is_copied_with_where_it_stands(browser, site):
    with browser(site, permissions=["clipboard-read", "clipboard-write"]) as page:
        page.goto(address_of_quote(site))
        page.get_by_role("button", name="Copy the quote").click()
        page.get_by_text("Copied, with where it stands.").wait_for()
        copied = page.evaluate("navigator.clipboard.readText()")
        assert copied.startswith(f"“{QUOTE}”\n\n")
        assert "p. 14" in copied
        assert "/read/" in copied


def test_what_is_selected_has_an_address_that_marks_it(browser, site):
    with browser(site) as page:
        page.goto(address_of_quote(site))
        page.evaluate(
            """() => {
                const text = document.querySelector(".text");
                const words = document.createTreeWalker(text, NodeFilter.SHOW_TEXT);
                while (!words.nextNode().data.includes("about the harbour, the customs"));
                const at = words.currentNode.data.indexOf("about the harbour");
                getSelection().setBaseAndExtent(words.currentNode, at, words.currentNode, at + 17);
            }"""
        )
        page.get_by_role("link", name="Quote what is selected").click()
        page.wait_for_url("**from=*")
        assert words_of(page.locator("mark")) == "about the harbour"
        [start, end] = [int(one) for one in re.findall(r"(?:from|to)=(\d+)", page.url)]
        assert FILES["envoys.txt"][start:end] == "about the harbour"


def test_a_page_says_what_it_is_to_those_that_link_to_it(browser, site):
    with browser(site) as page:
        page.goto(f"/read/{document_of(site, 'pirates.md')['id']}")
        said = json.loads(page.locator("script[type='application/ld+json']").text_content())
        assert said["name"] == HOSTILE_TITLE
        assert said["dateCreated"] == "1921-03-03"
        assert page.locator("meta[property='og:title']").get_attribute("content").startswith(HOSTILE_TITLE)
