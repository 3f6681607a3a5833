"""Several collections in one service: each is read, searched and filled on pages of its own."""

import pytest
from browser_support import ask, words_of
from service_support import finished_job, make_app, serving, upload
from web_support import LETTER, PAGED, QUESTION

from service.collections import create_collection

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    """A client of a service with papers in its main collection, and an empty one of letters."""
    folder = tmp_path_factory.mktemp("archive")
    create_collection(folder, "letters", title="Letters from the coast")
    with serving(make_app(folder)) as client:
        finished_job(client, upload(client, "envoys.txt", PAGED))
        yield client


def test_a_reader_goes_from_one_collection_to_another_and_stays_there(browser, site, tmp_path):
    letter = tmp_path / LETTER.name
    letter.write_text(LETTER.read_text("utf-8"))
    with browser(site) as page:
        page.goto("/")
        shelves = page.locator(".shelves")
        assert words_of(shelves.locator("summary")) == "Collection: Main collection"
        shelves.locator("summary").click()
        shelves.get_by_role("link", name="Letters from the coast").click()
        page.wait_for_url("**/c/letters/")
        assert words_of(page.locator("main pre")) == "dossier --collection letters index PATH"
        page.get_by_role("link", name="library").first.click()
        page.wait_for_url("**/c/letters/library")
        page.locator("input[type=file]").first.set_input_files(letter)
        page.locator(".uploads .is-done").wait_for()
        assert len(site.get("/v1/sources").json()["sources"]) == 1
        page.locator(".documents a").first.click()
        page.wait_for_url("**/c/letters/read/*")
        page.get_by_role("link", name="Ask this document").click()
        page.wait_for_url("**/c/letters/?document=*")
        turn = ask(page, QUESTION)
        assert "/c/letters/?q=" in page.url
        assert "envoys" not in words_of(turn)
        page.get_by_role("link", name="Clear").click()
        page.reload()
        assert words_of(page.locator(".shelves summary")) == "Collection: Letters from the coast"


def test_where_there_is_one_collection_nothing_is_to_be_chosen(browser, tmp_path):
    with serving(make_app(tmp_path)) as client, browser(client) as page:
        page.goto("/")
        assert page.locator(".shelves").count() == 0
