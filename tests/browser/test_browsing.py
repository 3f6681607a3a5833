"""Leafing through a collection in a real browser: from the head of the page to a paper, without scripts."""

import pytest
from browser_support import box_of, words_of
from service_support import finished_job, make_app, serving, upload
from untitled_letters import untitled_letters

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    with serving(make_app(tmp_path_factory.mktemp("data"))) as client:
        for name, content in untitled_letters().items():
            assert finished_job(client, upload(client, name, content))["status"] == "succeeded"
        yield client


def test_one_leafs_from_the_question_page_to_a_letter_without_scripts(browser, site):
    with browser(site, java_script_enabled=False) as page:
        page.goto("/")
        page.get_by_role("link", name="Browse").click()
        page.get_by_role("link", name="1911", exact=True).click()
        page.get_by_role("link", name="April 1911", exact=True).click()
        assert words_of(page.locator(".total")) == "3 papers · Ask these papers"
        page.get_by_role("link", name="Graz, 11 April 1911").click()
        assert "I write on behalf of Marta Lindner" in words_of(page.locator(".text"))


def test_a_place_in_the_texts_leads_to_its_letters_and_to_a_search_for_it(browser, site):
    with browser(site) as page:
        page.goto("/browse")
        page.get_by_role("link", name="Places in the texts").click()
        page.get_by_role("link", name="Graz", exact=True).first.click()
        assert page.locator(".documents li").count() == 4
        page.get_by_role("link", name="Search for this name").click()
        assert "passages in 4 documents hold “Graz”" in words_of(page.locator("article.turn"))


def test_the_library_leads_to_the_people_and_these_to_their_papers(browser, site):
    with browser(site) as page:
        page.goto("/library")
        page.get_by_role("link", name="by person", exact=True).click()
        page.get_by_role("link", name="Peter Grant").first.click()
        assert words_of(page.locator(".documents li").last).startswith("7 June 2019 Re: keys email")
        page.get_by_role("link", name="Ask these papers").click()
        assert page.get_by_role("checkbox", name="Peter Grant").is_checked()


@pytest.mark.parametrize("width", [360, 1440])
def test_beside_a_letter_its_answer_is_a_step_away(browser, site, width):
    with browser(site, viewport={"width": width, "height": 900}) as page:
        page.goto("/browse/people/Peter Grant")
        page.locator(".documents a").last.click()
        beside = page.get_by_role("complementary", name="Related papers")
        text, aside = box_of(page.locator(".document")), box_of(beside)
        assert (aside["x"] >= text["x"] + text["width"]) is (width == 1440)
        assert page.evaluate("document.documentElement.scrollWidth") <= width
        beside.get_by_role("link", name="Re: keys").click()
        assert "Mrs Novak has the keys." in words_of(page.locator(".text"))
