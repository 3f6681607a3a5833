"""A gold file is corrected in the browser: saved whole or not at all, its quotes found in the documents."""

import json
import os
import stat
from contextlib import contextmanager

import pytest
from browser_support import browser, chromium  # noqa: F401 - fixtures
from encoders import WordHashEncoder
from service_support import make_app, make_settings, serving

from chunker.readers.reading import read_source
from eval.commands.editor import Editor
from eval.errors import GoldError
from eval.gold.editing import GoldFile, entry_problems
from service.dossier import Dossier

EVIDENCE = '"evidence": [{"quote": "I keep the books"}]'
FIRST = '{"id":"q1", "question": "Who keeps the books?", ' + EVIDENCE + ', "own": [1]}'
SECOND = '{"id": "q2", "question": "Who paid?", "answerable": false}'


@pytest.fixture
def path(tmp_path):
    path = tmp_path / "gold.jsonl"
    path.write_text(f"{FIRST}\n\n{SECOND}\n")
    return path


def test_a_line_that_nobody_changed_stays_to_the_letter_and_unknown_fields_are_kept(path):
    gold = GoldFile(path)
    revision, entries = gold.read()
    entries[1]["question"] = "Who paid for the wheel?"
    entries.append({"id": "q3", "question": "Wer zahlte für das Rad?"})
    again = gold.save(entries, revision=revision)
    first, second, third = path.read_text(encoding="utf-8").splitlines()
    assert first == FIRST
    assert json.loads(second) == {"id": "q2", "question": "Who paid for the wheel?", "answerable": False}
    assert "für" in third
    assert gold.read() == (again, entries)


def test_what_another_changed_meanwhile_is_not_written_over(path):
    gold = GoldFile(path)
    revision, entries = gold.read()
    path.write_text(f"{FIRST}\n")
    with pytest.raises(GoldError, match="was changed meanwhile"):
        gold.save(entries, revision=revision)
    assert path.read_text() == f"{FIRST}\n"


def test_a_file_that_cannot_be_written_is_as_it_was_and_nothing_is_left_beside_it(path, monkeypatch):
    gold = GoldFile(path)
    revision, entries = gold.read()
    before = path.read_bytes()

    def full(_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(GoldError, match="No space left on device"):
        gold.save(entries[:1], revision=revision)
    assert path.read_bytes() == before
    assert [one.name for one in path.parent.iterdir()] == ["gold.jsonl"]


def test_the_files_rights_stay_and_a_new_file_is_made(path, tmp_path):
    path.chmod(0o600)
    gold = GoldFile(path)
    revision, entries = gold.read()
    gold.save(entries[:1], revision=revision)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    new = GoldFile(tmp_path / "new.jsonl")
    revision, entries = new.read()
    assert entries == []
    new.save([{"id": "q1", "question": "Who?"}], revision=revision)
    assert (tmp_path / "new.jsonl").read_text() == '{"id": "q1", "question": "Who?"}\n'


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ('{"id": "t", "turns": []}', "holds conversations; questions alone"),
        ('{"id": "q"}\n{', r"gold.jsonl:2: is not JSON"),
        ("[1]", r"gold.jsonl:1: is no JSON object"),
    ],
)
def test_what_is_no_file_of_questions_is_refused(path, text, message):
    path.write_text(text)
    with pytest.raises(GoldError, match=message):
        GoldFile(path)


def test_what_is_wrong_with_an_entry_is_told_by_its_number():
    sound = {"id": "q1", "question": "Who?", "evidence": [{"quote": "he"}]}
    same, bare = {"id": "q1", "question": "", "answerable": False}, {"id": "q2", "question": "?"}
    problems = entry_problems([sound, same, bare])
    assert list(problems) == [1, 2]
    assert problems[1][0] == '"question" must be a text that is not empty'
    assert problems[1][1] == "the id 'q1' is taken; give another"
    assert problems[2][0].startswith("answerable, but no evidence")


@pytest.fixture
def edited(path, tmp_path, small_collection):
    """The editor over the letters, as a site."""
    folder = tmp_path / "data"
    encoder = WordHashEncoder()
    with Dossier.open(settings=make_settings(folder), encoder=encoder) as dossier:
        for file in sorted((small_collection / "files").iterdir()):
            dossier.add_source(read_source(file, name=file.name))

    @contextmanager
    def site():
        dossier = Dossier.open(settings=make_settings(folder), encoder=encoder, read_only=True)
        app = make_app(folder, open_dossier=lambda _: dossier, without_key="ask")
        with serving(Editor(GoldFile(path), dossier, app)) as client:
            yield client

    return site


def test_words_are_found_to_the_letter_with_their_paper_and_where_it_is_read(edited):
    with edited() as client:
        (place,) = client.post("/gold/places", json={"quote": "the  BOOKS of the\ncooper"}).json()["places"]
        assert place["quote"] == "the books of the cooper"
        assert (place["file"], place["date"]) == ("ida-1881.txt", "1881-03-03")
        assert "<mark" in client.get(place["link"]).text
        assert client.post("/gold/places", json={"quote": "zebras"}).json() == {"places": []}


def test_only_this_machines_own_page_may_ask_and_only_it_may_frame_the_reader(edited):
    with edited() as client:
        assert client.get("/gold", headers={"host": "elsewhere.example:80"}).status_code == 403
        strange = {"origin": "http://elsewhere.example"}
        assert client.post("/gold/entries", json={}, headers=strange).status_code == 403
        assert client.post("/gold/entries", content="{").status_code == 400
        assert client.get("/gold/nothing").status_code == 404
        assert "frame-ancestors 'none'" in client.get("/gold").headers["content-security-policy"]
        reader = client.get("/library").headers
        assert "frame-ancestors 'self'" in reader["content-security-policy"]
        assert "x-frame-options" not in reader


def test_what_another_changed_is_told_and_what_is_wrong_is_saved_all_the_same(edited, path):
    with edited() as client:
        read = client.get("/gold/entries").json()
        sent = {"revision": read["revision"], "entries": [*read["entries"], {"id": "q3"}]}
        saved = client.post("/gold/entries", json=sent)
        assert saved.json()["problems"]["2"][0] == '"question" must be a text that is not empty'
        assert len(path.read_text().splitlines()) == 3
        refused = client.post("/gold/entries", json=sent)
        assert refused.status_code == 409
        assert "was changed meanwhile" in refused.json()["detail"]


SELECT = """words => {
  const walker = document.createTreeWalker(document.querySelector(".text"), NodeFilter.SHOW_TEXT);
  while (walker.nextNode()) {
    const start = walker.currentNode.data.indexOf(words);
    if (start >= 0) {
      getSelection().setBaseAndExtent(walker.currentNode, start, walker.currentNode, start + words.length);
      return;
    }
  }
  throw new Error("not there");
}"""


@pytest.mark.browser
def test_a_question_is_written_in_the_browser_and_its_evidence_marked_in_the_reader(browser, edited, path):  # noqa: F811
    words = "the crane on the north quay had lost a wheel"
    with edited() as client, browser(client) as page:
        page.goto("/gold")
        page.get_by_role("button", name="Who keeps the books?").wait_for()
        page.get_by_role("button", name="New question").click()
        page.get_by_role("textbox", name="Question").fill("What had the crane lost?")
        page.get_by_role("textbox", name="Answer").fill("A wheel.")
        (place,) = client.post("/gold/places", json={"quote": "Captain Wiese reported"}).json()["places"]
        with page.expect_event("framenavigated"):
            page.evaluate("link => { document.getElementById('reader').src = link }", place["link"])
        reader = page.frames[1]
        reader.wait_for_selector("mark")
        reader.evaluate(SELECT, words)
        page.get_by_role("button", name="Take the marked words").click()
        page.get_by_text(words).wait_for()
        page.frame_locator("#reader").locator("mark", has_text=words).wait_for()
        page.get_by_role("button", name="Save", exact=True).click()
        page.get_by_text("Saved").wait_for()
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    third = json.loads(path.read_text().splitlines()[2])
    assert (third["question"], third["answer"]) == ("What had the crane lost?", "A wheel.")
    (piece,) = third["evidence"]
    assert (piece["quote"], piece["file"], piece["date"]) == (words, "harbour.md", "1886-04-12")
