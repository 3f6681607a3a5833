"""Reading, in a real browser: the mark is there, in sight, on the right page, with and without scripts."""

import pytest
from browser_support import ask, words_of
from web_support import FILES, LONG, QUESTION, document_of

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
        dialog.get_by_text("the customs and the…. p. 14.").first.wait_for()


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
        margin = page.locator("[id='page=13']").bounding_box()
        text = page.locator(".text").bounding_box()
        assert margin["x"] + margin["width"] <= text["x"]
    with browser(site, viewport={"width": 360, "height": 800}) as page:
        page.goto(address_of_quote(site))
        inline = page.locator("[id='page=13']").bounding_box()
        assert inline["x"] >= page.locator(".text").bounding_box()["x"]


def test_copied_words_are_the_documents_without_page_numbers(browser, site):
    with browser(site) as page:
        page.goto(address_of_quote(site))
        copied = page.evaluate(
            "() => { getSelection().selectAllChildren(document.querySelector('.text')); "
            "return getSelection().toString(); }"
        )
        assert QUOTE in copied
        assert "p. 14" not in copied
