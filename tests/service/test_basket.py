"""What is taken along: the link that names it, what is checked of it, the files it is written into."""

import csv
import io
import json
import re

import docx
import pytest
from markdown_it import MarkdownIt
from service_support import finished_job, make_app, serving, upload
from web_support import FILES, HOSTILE_TITLE, document_of

from chunker.documents import Span
from service.wording.taken import MAX_TAKEN, TakenPlace, check_of, read_taken, written

WORDS = "the envoy of Sinop wrote about the harbour"
FORMULA = '=HYPERLINK("http://x.example","click")'


def place_of(site, name, words):
    """Return how words of a file are taken along, and the id of their document."""
    document = document_of(site, name)
    start = FILES[name].index(words) - document["start_char"]
    return TakenPlace(document["id"], Span(start, start + len(words)), check_of(words))


def saved(site, form, places, notes=()):
    answer = site.post("/basket", data={"form": form, "items": written(places), "note": list(notes)})
    assert answer.status_code == 200, answer.text
    assert answer.headers["content-disposition"].startswith('attachment; filename="taken-along.')
    return answer.content


@pytest.fixture(scope="module")
def hostile(site):
    words = FILES["pirates.md"].split("\n\n")[2].strip()
    return place_of(site, "pirates.md", words)


def test_a_link_is_read_as_it_was_written_and_says_what_cannot_be_read():
    places = [TakenPlace("0" * 15 + "a"), TakenPlace("b" * 16, Span(12, 40), "0123abcd")]
    assert read_taken(written([*places, *places])) == (places, 0)
    assert read_taken(f"{places[0]}~nonsense~{places[1]}~x.1.2.3") == (places, 2)
    many = [TakenPlace(f"{number:016x}") for number in range(MAX_TAKEN + 3)]
    assert read_taken(written(many)) == (many[:MAX_TAKEN], 3)
    assert len(written(places[1:] * MAX_TAKEN)) < len(written(many)) * 3


def test_each_quote_is_held_to_the_documents(site):
    good = place_of(site, "envoys.txt", WORDS)
    other = TakenPlace(good.document_id, Span(good.span.start_char + 1, good.span.end_char), good.check)
    gone = TakenPlace("0" * 16, good.span, good.check)
    beyond = TakenPlace(good.document_id, Span(10**8, 10**8 + 5), good.check)
    html = site.get("/basket", params={"items": written([good, other, gone, beyond])}).text
    assert html.count(f'<blockquote class="words">{WORDS}</blockquote>') == 1
    assert html.count("Other words stand in this place now.") == 2
    assert html.count("This paper is no longer in the collection, or no longer as it was.") == 1
    assert "3 of 4 no longer stand as taken." in html
    assert "p. 14" in html
    assert "all 1" not in site.get("/basket", params={"items": str(good)}).text


def test_words_stay_the_same_when_other_papers_come_before_them_and_are_gone_when_they_change(tmp_path):
    letters = [
        f"# Letter of the baker of Kars to the mill, number {number}\n\n{number} May 1921\n\n"
        f"The baker of Kars asks for {number} sacks of flour.\n\n{'He waits since the winter. ' * 40}"
        for number in range(1, 6)
    ]
    with serving(make_app(tmp_path)) as client:

        def indexed(parts):
            job = finished_job(client, upload(client, "letters.md", "\n\n".join(parts), replace=True))
            assert job["status"] == "succeeded", job
            return client.get("/v1/documents").json()["documents"]

        documents = indexed(letters[1:])
        assert [one["title"][-1] for one in documents] == ["2", "3", "4", "5"]
        words = "The baker of Kars asks for 3 sacks of flour."
        source = client.get(f"/v1/sources/{documents[1]['source_id']}/original").text
        start = source.index(words) - documents[1]["start_char"]
        place = TakenPlace(documents[1]["id"], Span(start, start + len(words)), check_of(words))
        assert f">{words}<" in client.get("/basket", params={"items": str(place)}).text
        indexed(letters)
        assert f">{words}<" in client.get("/basket", params={"items": str(place)}).text
        indexed([*letters[:2], letters[2].replace("flour", "salt"), *letters[3:]])
        html = client.get("/basket", params={"items": str(place)}).text
        assert "This paper is no longer in the collection" in html
        assert "flour" not in html


def test_markdown_shows_words_and_notes_as_they_stand(site, hostile):
    note = "<b>mine</b> [x](http://x.example) `code`\n# no heading"
    text = saved(site, "markdown", [hostile], [note]).decode()
    html = MarkdownIt("commonmark").render(text)
    assert re.findall(r"<(script|img|b|code|h2)\b", html) == []
    assert html.count("<h1>") == 1
    assert [link.split("?")[0] for link in re.findall(r'href="([^"]*)"', html)] == [
        f"{site.base_url}/read/{hostile.document_id}".replace("//read", "/read")
    ]
    assert "[x](http://x.example)" in html
    assert "# no heading" in html
    assert "onerror=alert" in html


def test_word_holds_the_quotes_in_order_with_notes(site, hostile):
    first = place_of(site, "envoys.txt", WORDS)
    content = saved(site, "word", [hostile, first], ["note \x00\x0b one", "note two"])
    paragraphs = [(one.style.name, one.text) for one in docx.Document(io.BytesIO(content)).paragraphs]
    quotes = [text for style, text in paragraphs if style == "Quote"]
    assert "<script>alert('text')</script>" in quotes[0]
    assert quotes[1] == WORDS
    texts = [text for _, text in paragraphs]
    assert [text for text in texts if text.startswith("note")] == ["note \ufffd\ufffd one", "note two"]
    assert any(HOSTILE_TITLE in text for text in texts)


def test_a_sheet_holds_no_formula(site):
    place = place_of(site, "envoys.txt", WORDS)
    whole = TakenPlace(place.document_id)
    gone = TakenPlace("0" * 16)
    notes = [FORMULA, "\t-1+1", " @SUM(A1)"]
    content = saved(site, "csv", [place, whole, gone], notes)
    rows = list(csv.reader(io.StringIO(content.decode("utf-8-sig"))))
    assert [row[0] for row in rows] == ["number", "1", "2", "3"]
    assert [row[1] for row in rows[1:]] == [WORDS, "", ""]
    assert [row[2] for row in rows[1:]] == ["'" + FORMULA, "'-1+1", "'@SUM(A1)"]
    assert "no longer in the collection" in rows[3][10]
    assert not [cell for row in rows for cell in row if cell[:1] in {"=", "+", "-", "@", "\t", "\r"}]


def test_reference_managers_get_each_paper_once_with_what_was_taken_of_it(site):
    first = place_of(site, "envoys.txt", WORDS)
    second = place_of(site, "envoys.txt", "the envoy of Odessa")
    other = TakenPlace(document_of(site, "pirates.md")["id"])
    notes = ["see 50% & more", "", "read later"]
    places = [first, second, other, TakenPlace("0" * 16)]
    [paper, pirate] = json.loads(saved(site, "csl", places, notes))
    assert paper["annote"] == f"“{WORDS}” (p. 14) – see 50% & more; “the envoy of Odessa” (p. 11)"
    assert (pirate["annote"], pirate["title"]) == ("read later", HOSTILE_TITLE)
    ris = saved(site, "ris", places, notes).decode()
    assert ris.count("TY  - ") == ris.count("ER  - ") == 2
    assert f"N1  - “{WORDS}” (p. 14) – see 50% & more\r\n" in ris
    bibtex = saved(site, "bibtex", places, notes).decode()
    keys = re.findall(r"@\w+\{(.+),", bibtex)
    assert len(keys) == len(set(keys)) == 2
    assert r"see 50\% \& more" in bibtex


def test_what_is_too_much_or_comes_from_another_site_is_refused(site):
    place = place_of(site, "envoys.txt", WORDS)
    data = {"form": "csv", "items": str(place)}
    foreign = {"Sec-Fetch-Site": "cross-site", "Origin": "https://other.example"}
    assert site.post("/basket", data=data, headers=foreign).status_code == 403
    assert site.post("/basket", data={**data, "form": "exe"}).status_code == 422
    assert site.post("/basket", data={**data, "note": "x" * 4_001}).status_code == 422
    assert site.post("/basket", data={**data, "items": "0" * 20_000}).status_code == 422
    assert site.post("/basket", data={**data, "note": "x" * 2_000_000}).status_code == 413
    assert site.get("/basket", params={"items": "0" * 20_000}).status_code == 422
