"""Taking quotes and papers along, in a real browser: kept, put in order, noted, saved, sent as a link."""

import re

import pytest
from browser_support import ask, open_passages, violations, words_of
from service_support import finished_job, make_app, serving, upload
from web_support import FILES, QUESTION, document_of

pytestmark = pytest.mark.browser


def count(page):
    return words_of(page.locator("#taken-count"))


def taken(page):
    page.locator("li[data-item]").first.wait_for()
    return [words_of(one) for one in page.locator("li[data-item]").all()]


def take_three(page, site):
    """Take along the quote of an answer, a passage and a whole paper."""
    page.goto("/")
    turn = ask(page, QUESTION)
    turn.locator(".cited .take").first.click()
    open_passages(turn)
    turn.get_by_role("button", name="Take along passage 2").click()
    page.goto(f"/read/{document_of(site, 'pirates.md')['id']}")
    page.get_by_role("button", name="Take along this paper").click()


def test_quotes_passages_and_papers_are_taken_and_counted_wherever_one_is(browser, site):
    with browser(site) as page:
        take_three(page, site)
        assert count(page) == "(3)"
        page.goto("/library")
        assert count(page) == "(3)"
        page.get_by_role("link", name="Taken along").click()
        first, second, third = taken(page)
        assert "agreed upon in Batum" in first
        assert "pp. 11–12" in first
        assert "whole paper" in third
        assert "all 3 stand as taken" in words_of(page.locator(".checked"))
        assert second != first
        assert violations(page) == []


def test_a_button_shows_what_is_taken_and_gives_it_back(browser, site):
    with browser(site) as page:
        page.goto(f"/?q={QUESTION}")
        button = page.locator(".cited .take").first
        button.click()
        assert button.get_attribute("aria-pressed") == "true"
        page.reload()
        button = page.locator(".cited .take").first
        assert button.get_attribute("aria-pressed") == "true"
        ask(page, "And what of Sinop?")
        assert page.locator("#t1 .cited .take").first.get_attribute("aria-pressed") == "true"
        page.locator("#t1 .cited .take").first.click()
        assert page.locator("#taken-count").is_hidden()


def test_what_is_selected_in_the_reader_is_taken_word_by_word(browser, site):
    words = "the envoy of Sinop wrote about the harbour"
    document = document_of(site, "envoys.txt")
    start = FILES["envoys.txt"].index(words)
    with browser(site) as page:
        page.goto(f"/read/{document['id']}?from={start}&to={start + len(words)}")
        page.get_by_role("button", name="Take along the quote").click()
        page.goto("/basket")
        taken(page)
        assert words_of(page.locator(".taken .words")) == words


def test_order_notes_and_removal_are_kept(browser, site):
    with browser(site) as page:
        take_three(page, site)
        page.goto("/basket")
        first, second, third = taken(page)
        page.get_by_role("button", name="Move entry 3 up").click()
        page.get_by_role("textbox", name="Note").first.fill("for the second chapter")
        page.reload()
        assert [one.split(" Note")[0] for one in taken(page)] == [
            one.split(" Note")[0] for one in (first, third, second)
        ]
        assert page.get_by_role("textbox", name="Note").first.input_value() == "for the second chapter"
        page.get_by_role("button", name="Remove entry 2").click()
        page.get_by_text("all 2 stand").wait_for()
        assert count(page) == "(2)"
        page.on("dialog", lambda dialog: dialog.accept())
        page.get_by_role("button", name="Remove all").click()
        page.get_by_text("Nothing is taken along yet").wait_for()
        assert page.locator("#taken-count").is_hidden()


def test_it_is_saved_with_the_notes(browser, site):
    with browser(site) as page:
        take_three(page, site)
        page.goto("/basket")
        taken(page)
        page.get_by_role("textbox", name="Note").nth(2).fill("of pirates")
        for name, suffix in (("Markdown", "md"), ("Word", "docx"), ("CSV", "csv"), ("RIS", "ris")):
            with page.expect_download() as download:
                page.get_by_role("button", name=name, exact=True).click()
            assert download.value.suggested_filename == f"taken-along.{suffix}"
            if suffix != "docx":
                assert "of pirates" in download.value.path().read_text("utf-8")


def test_the_link_opens_the_list_elsewhere_and_without_scripts(browser, site):
    with browser(site) as page:
        take_three(page, site)
        page.goto("/basket")
        mine = [one.split(" Note")[0] for one in taken(page)]
        link = page.get_by_role("link", name="Link to this list").get_attribute("href")
    assert re.fullmatch(r"/basket\?items=[0-9a-f.~]+", link)
    with browser(site, java_script_enabled=False) as page:
        page.goto(link)
        assert [one.split(" Note")[0] for one in taken(page)] == mine
        with page.expect_download() as download:
            page.get_by_role("button", name="Markdown").click()
        assert "agreed upon in Batum" in download.value.path().read_text("utf-8")
    with browser(site) as page:
        page.goto(link)
        assert page.locator("#taken-count").is_hidden()
        page.get_by_role("button", name="Take all of these along").click()
        page.goto("/basket")
        assert [one.split(" Note")[0] for one in taken(page)] == mine


def test_words_that_are_gone_are_said_and_can_be_looked_for(browser, tmp_path):
    text = "# Letter to the mill\n\nThe baker of Kars asks for eleven sacks of flour.\n"
    with serving(make_app(tmp_path)) as client, browser(client) as page:
        finished_job(client, upload(client, "letter.md", text))
        page.goto("/?q=What does the baker of Kars ask for?")
        page.locator(".cited .take").first.click()
        page.goto("/basket")
        taken(page)
        changed = text.replace("mill", "old mill")
        finished_job(client, upload(client, "letter.md", changed, replace=True))
        page.reload()
        page.get_by_text("This paper is no longer in the collection").wait_for()
        assert "eleven sacks of flour" in taken(page)[0]
        page.get_by_role("link", name="Look for them").click()
        assert "holds" in words_of(page.locator("#t1 .answer-text").first)
