"""Searching, in a real browser: the switch, its link, hits with their words marked, without scripts, too."""

from urllib.parse import parse_qs, urlsplit

import pytest
from browser_support import ask, words_of

pytestmark = pytest.mark.browser

COUNTED = "2 passages in one document hold “fishing” and “rights”."


def search(page, words):
    page.get_by_role("radio", name="Search").check()
    return ask(page, words)


def marked(turn):
    return {words_of(one).lower() for one in turn.locator(".answer mark").all()}


def test_the_switch_searches_for_the_words_and_the_link_repeats_it(browser, site):
    with browser(site) as page:
        page.goto("/")
        turn = search(page, "fishing rights")
        assert words_of(turn.locator(".answer-text").first) == COUNTED
        assert marked(turn) == {"fishing", "rights"}
        assert "were counted" in words_of(turn.locator(".rule")) or "was counted" in words_of(
            turn.locator(".rule")
        )
        assert "confidence" not in words_of(turn)
        assert page.get_by_role("status").first.inner_text().startswith(COUNTED)
        assert parse_qs(urlsplit(page.url).query) == {"q": ["fishing rights"], "mode": ["search"]}
        page.reload()
        assert words_of(page.locator("#t1 .answer-text").first) == COUNTED
        assert page.get_by_role("radio", name="Search").is_checked()
        page.get_by_role("link", name="Ask it as a question").click()
        assert page.locator("#t1 .answer-text").first.inner_text() != COUNTED
        assert page.get_by_role("radio", name="Ask").is_checked()


def test_each_question_keeps_its_mode(browser, site):
    with browser(site) as page:
        page.goto("/")
        search(page, "fishing rights")
        page.get_by_role("radio", name="Ask").check()
        ask(page, "What did the envoy of Sinop write?")
        page.reload()
        assert words_of(page.locator("#t1 .answer-text").first) == COUNTED
        assert "hold" not in words_of(page.locator("#t2 .answer-text").first)
        assert parse_qs(urlsplit(page.url).query, keep_blank_values=True)["mode"] == ["search", ""]


def test_the_switch_is_worked_by_keys_and_remembered_before_anything_is_asked(browser, site):
    with browser(site) as page:
        page.goto("/")
        page.get_by_role("radio", name="Ask").focus()
        page.keyboard.press("ArrowRight")
        assert page.get_by_role("radio", name="Search").is_checked()
        assert page.get_by_text("exact phrase").is_visible()
        assert urlsplit(page.url).query == "mode=search"
        page.reload()
        page.get_by_role("textbox", name="Your question").fill("fishing rights")
        page.get_by_role("button", name="Search").click()
        page.get_by_text(COUNTED).first.wait_for()


def test_it_is_the_same_without_scripts(browser, site):
    with browser(site, java_script_enabled=False) as page:
        page.goto("/")
        page.get_by_role("radio", name="Search").check()
        page.get_by_role("textbox", name="Your question").fill("fishing rights")
        page.get_by_role("button", name="Search").click()
        without = words_of(page.locator("#t1"))
        assert page.get_by_role("radio", name="Search").is_checked()
        page.get_by_role("textbox", name="Search again").fill("customs -sea")
        page.get_by_role("button", name="Search").click()
        assert words_of(page.locator("#t1 .answer-text").first) == COUNTED
        assert "hold “customs” and not “sea”" in words_of(page.locator("#t2 .answer-text").first)
    with browser(site) as page:
        page.goto("/")
        assert words_of(search(page, "fishing rights")).replace(" Take along", "") == without


def test_more_hits_are_shown_in_place(browser, site):
    with browser(site) as page:
        page.goto("/")
        turn = ask(page, "chronicle*")
        assert turn.locator(".answer .reference").count() == 5
        page.get_by_role("link", name="Show more passages").click()
        page.locator(".answer .reference").nth(5).wait_for()
        assert parse_qs(urlsplit(page.url).query)["k"] == ["15"]


def test_what_is_searched_by_its_form_or_found_nowhere_says_so(browser, site):
    with browser(site) as page:
        page.goto("/")
        turn = ask(page, '"fishing harbour"')
        assert words_of(turn.locator(".answer-text").first).startswith("No passage holds “fishing harbour”.")
        assert turn.get_by_text("Searched for these words as they are written.").is_visible()
        assert turn.locator(".passage").count() == 0


def test_what_is_found_is_sorted_narrowed_and_put_right_by_links(browser, site):
    with browser(site) as page:
        page.goto("/")
        search(page, "the")
        page.get_by_role("link", name="by date").click()
        assert parse_qs(urlsplit(page.url).query)["order"] == ["date"]
        entries = [words_of(one) for one in page.locator(".entry-year").all()]
        assert [year for year in entries if year] == sorted(year for year in entries if year)
        page.get_by_role("link", name="Show more passages").click()
        page.locator(".answer .reference").nth(5).wait_for()
        assert parse_qs(urlsplit(page.url).query)["order"] == ["date"]
        page.get_by_text("Narrow down").click()
        page.locator(".found-facets").get_by_role("link", name="telegram").click()
        assert words_of(page.locator("#t1 .answer-text").first).endswith("under the filters given.")
        assert page.locator("#filters").get_by_role("checkbox", name="telegram 1").is_checked()
        page.goto("/?mode=search")
        search(page, "fishign")
        page.get_by_text("Did you mean").get_by_role("link", name="fishing").click()
        assert "hold “fishing”" in words_of(page.locator("#t1 .answer-text").first)
