"""Things that readers come for, each done as they do it: in how many steps, and how many seconds.

A step is a click, or a field filled in, with Enter where that sends it. `pytest -rP` shows the table.
"""

import json
import time

import docx
import pytest
from browser_support import ask, words_of
from service_support import make_app, serving, wait_until
from web_support import FILES, QUESTION, fill

pytestmark = pytest.mark.browser

TELEGRAMS = "\n\n".join(
    f"# Telegram of the envoy in {place} to {name}\n\n{day}\n\nThe {ship} lies in the harbour of {place}."
    for place, name, day, ship in (
        ("Batum", "Anna Weber", "3 May 1940", "steamer Fortuna"),
        ("Odessa", "Karl Holm", "9 June 1940", "barge Rosa"),
        ("Sinop", "Anna Weber", "1 October 1940", "dredger Olga"),
        ("Batum", "Anna Weber", "2 May 1941", "tug Otto"),
    )
)
DIARY = (
    "# Diary of the keeper\n\n3 March 1911\n\nThe lamp of the lighthouse was put out by a storm at midnight."
)


@pytest.fixture(scope="module")
def archive(tmp_path_factory):
    """A site with a small library, of which nobody has asked anything yet."""
    with serving(make_app(tmp_path_factory.mktemp("archive"))) as client:
        fill(client, {**FILES, "telegrams.md": TELEGRAMS})
        yield client


class Reader:
    """Somebody at a browser whose steps are counted."""

    def __init__(self, page):
        self.page, self.steps, self.began = page, 0, time.monotonic()
        page.goto("/")

    def click(self, name, role="link", *, within=None, exact=True):
        self.steps += 1
        (within or self.page).get_by_role(role, name=name, exact=exact).first.click()

    def fill(self, field, words):
        self.steps += 1
        field.fill(words)
        field.press("Enter")

    def ask(self, question):
        self.steps += 1
        return ask(self.page, question)

    def done(self, *, within_steps):
        assert self.steps <= within_steps
        print(f"{self.steps} steps, {time.monotonic() - self.began:.1f} s")  # noqa: T201 - the table


@pytest.fixture
def reader(browser, archive):
    with browser(archive, permissions=["clipboard-read", "clipboard-write"]) as page:
        yield Reader(page)


def copied(page):
    return page.evaluate("navigator.clipboard.readText()")


def test_an_answer_is_checked_in_its_document(reader):
    turn = reader.ask(QUESTION)
    said = words_of(turn.locator(".answer-text"))
    reader.steps += 1
    turn.locator(".reference").first.click()
    quote = reader.page.locator("#quote")
    quote.wait_for()
    assert said.startswith(words_of(quote))
    reader.click("Back to the answer")
    reader.page.locator(".answer-text").first.wait_for()
    reader.done(within_steps=3)


def test_all_telegrams_to_somebody_in_a_year_are_listed(reader):
    turn = reader.ask("Find all telegrams to Anna Weber in 1940")
    listed = [words_of(one) for one in turn.locator(".entry-title").all()]
    assert [title.partition(" to Anna Weber")[0] for title in listed] == [
        "Telegram of the envoy in Batum",
        "Telegram of the envoy in Sinop",
    ]
    assert "2 telegrams to Anna Weber" in words_of(turn.locator(".answer-text").first)
    reader.done(within_steps=1)


def test_all_papers_of_a_person_are_looked_through(reader):
    reader.click("Browse")
    reader.click("By person", exact=False)
    reader.click("Anna Weber", exact=False)
    reader.page.wait_for_url("**/browse/people/Anna%20Weber*")
    assert reader.page.locator("main a", has_text="Telegram of the envoy").count() == 3
    reader.done(within_steps=3)


def test_a_page_is_cited_in_chicago_form(reader):
    turn = reader.ask(QUESTION)
    reader.click("Cite 1", within=turn)
    dialog = reader.page.get_by_role("dialog", name="Cite this")
    dialog.get_by_text("pp. 11–12").first.wait_for()
    reader.click("Copy as Chicago note", "button", within=dialog)
    dialog.get_by_text("Copied.").wait_for()
    assert "11–12" in copied(reader.page)
    reader.done(within_steps=3)


def test_a_record_goes_to_a_reference_manager(reader):
    turn = reader.ask("Where does the steamer Fortuna lie?")
    reader.click("Cite 1", within=turn)
    dialog = reader.page.get_by_role("dialog", name="Cite this")
    with reader.page.expect_download() as saving:
        reader.click("Download as CSL-JSON", within=dialog)
    (record,) = json.loads(saving.value.path().read_text())
    assert record["title"] == "Telegram of the envoy in Batum to Anna Weber"
    reader.done(within_steps=3)


def test_an_exact_phrase_is_found_and_read(reader):
    turn = reader.ask('"treasure of Tortuga"')
    assert "One passage in one document holds" in words_of(turn.locator(".answer-text").first)
    reader.steps += 1
    turn.locator(".entry-title a").first.click()
    reader.page.locator("#quote").wait_for()
    assert "treasure of Tortuga" in words_of(reader.page.locator("mark").first)
    reader.done(within_steps=2)


def test_a_page_of_a_paper_is_opened_by_its_number(reader):
    turn = reader.ask(QUESTION)
    reader.steps += 1
    turn.locator(".reference").first.click()
    reader.page.locator("#quote").wait_for()
    reader.fill(reader.page.get_by_label("Page", exact=True), "13")
    reader.page.wait_for_url("**#page=13")
    reader.done(within_steps=3)


def test_a_sentence_of_ones_own_choice_is_quoted_with_its_place(reader):
    turn = reader.ask("Where does the barge Rosa lie?")
    reader.steps += 1
    turn.locator(".reference").first.click()
    reader.page.locator("#quote").wait_for()
    reader.steps += 1  # with the mouse
    reader.page.locator(".text p", has_text="barge Rosa").first.click(click_count=3)
    reader.click("Quote what is selected")
    reader.page.wait_for_url("**from=*")
    reader.click("Copy the quote", "button")
    reader.page.get_by_text("Copied, with where it stands.").wait_for()
    assert copied(reader.page).startswith("“The barge Rosa lies in the harbour of Odessa.”")
    reader.done(within_steps=5)


def test_a_question_is_put_to_letters_of_one_year_alone(reader):
    reader.fill(reader.page.get_by_label("From", exact=False).first, "1941")
    turn = reader.ask("What lies in the harbour of Batum?")
    assert "The tug Otto" in words_of(turn.locator(".answer-text").first)
    assert "Fortuna" not in words_of(turn)
    reader.done(within_steps=2)


def test_a_paper_of_ones_own_is_added_and_asked(reader):
    reader.click("Library")
    reader.steps += 1
    reader.page.get_by_label("Choose files").set_input_files(
        {"name": "diary.md", "mimeType": "text/plain", "buffer": DIARY.encode()}
    )
    reader.page.locator(".uploads .is-done").wait_for()
    reader.click("Ask")
    reader.page.wait_for_url("**/")
    turn = reader.ask("What put out the lamp of the lighthouse?")
    wait_until(lambda: "by a storm at midnight" in words_of(turn.locator(".answer-text").first), seconds=10)
    reader.done(within_steps=4)


def test_five_quotes_are_collected_and_go_into_word(reader):
    for place, name in (("Batum", "Fortuna"), ("Odessa", "Rosa"), ("Sinop", "Olga"), ("Batum", "Otto")):
        turn = reader.ask(f"Where does the {name} lie, in {place}?")
        reader.steps += 1
        turn.locator(".take").first.click()
    turn = reader.ask('"treasure of Tortuga"')
    reader.steps += 1
    turn.locator(".take").first.click()
    reader.click("Taken along", exact=False)
    reader.page.locator("li[data-item]").nth(4).wait_for()
    with reader.page.expect_download() as saving:
        reader.click("Word", "button")
    words = "\n".join(one.text for one in docx.Document(saving.value.path()).paragraphs)
    for ship in ("steamer Fortuna", "barge Rosa", "dredger Olga", "tug Otto", "treasure of Tortuga"):
        assert ship in words
    reader.done(within_steps=12)
