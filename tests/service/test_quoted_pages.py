"""Quotes over a break of pages: each is cited with the pages that its own words stand on, and opens there."""

import io
import re
from itertools import pairwise

import pytest
from encoders import WordHashEncoder
from index_support import CHUNKING, make_source
from mcp_support import call
from reportlab.pdfgen.canvas import Canvas
from service_support import dossier_over, finished_job, make_app, serving, upload

from chunker.documents import Page, PageStart
from embeddings.local_index import LocalIndex
from service.answer import Quote, Words

SENTENCES = [
    f"The ferry {name} carried {cargo} over the river for {person} before the ice came down from the north."
    for name, cargo, person in (
        *(("Aurelia", "salt", "Peder"), ("Borea", "timber", "Hans"), ("Cassia", "wool", "Niels")),
        *(("Doria", "wine", "Mette"), ("Elena", "glass", "Karen"), ("Flora", "copper", "Jens")),
        *(("Gala", "paper", "Maren"), ("Helga", "tallow", "Lars"), ("Irma", "hemp", "Ellen")),
        ("Juno", "barley", "Rasmus"),
    )
]
NAMES = [sentence.split()[2] for sentence in SENTENCES]


def broken_over_pages(boat="ferry"):
    """A text in which every second sentence begins on one page and ends on the next, numbered from 162."""
    text = " ".join(SENTENCES).replace("ferry", boat)
    breaks = [0, *(text.index("over the river", text.index(name)) for name in NAMES[1::2])]
    starts = [
        PageStart(offset, Page(str(162 + number), "printed", position=number + 1))
        for number, offset in enumerate(breaks)
    ]
    return make_source(f"{boat}.pdf", text, page_starts=tuple(starts))


@pytest.mark.parametrize("number", range(len(NAMES)), ids=NAMES)
def test_a_quote_is_cited_with_the_pages_its_own_words_stand_on(tmp_path, number):
    source = broken_over_pages()
    with LocalIndex.open(tmp_path, encoder=WordHashEncoder(), chunking=CHUNKING) as index:
        index.add([source])
        answer = dossier_over(index).ask(f"What did the ferry {NAMES[number]} carry over the river?")
    quote = next(one for one in answer.quotes if NAMES[number] in one.text)
    first, last = quote.citation.page, quote.citation.page_end
    span = quote.citation.span
    on_pages = {start.page.label: start.start_char for start in source.page_starts}
    assert on_pages[first.label] <= span.start_char
    assert on_pages[last.label] < span.end_char
    after = [offset for offset in on_pages.values() if offset > on_pages[first.label]]
    assert not after or span.start_char < min(after)
    assert quote.citation.link.endswith(f"#page={first.label}")
    sentence = source.text.index(SENTENCES[number])
    if number % 2 and span.start_char == sentence and quote.text == SENTENCES[number]:
        assert quote.citation.page_words == f"pp. {162 + number // 2}–{163 + number // 2}"


def pdf_of_ferries():
    """The same sentences in halves, five on a page, so that two run over its foot, numbered from 162."""
    buffer = io.BytesIO()
    paper = Canvas(buffer, invariant=1)
    half = [part for sentence in SENTENCES for part in re.split(r"(?= over the river)", sentence)]
    lines = [half[start : start + 5] for start in range(0, len(half), 5)]
    for number, page in enumerate(lines):
        for row, line in enumerate(page):
            paper.drawString(72, 700 - 14 * row, line.strip())
        paper.drawString(290, 40, str(162 + number))
        paper.showPage()
    paper.save()
    pages = {name: (162 + 2 * at // 5, 162 + (2 * at + 1) // 5) for at, name in enumerate(NAMES)}
    return buffer.getvalue(), pages


@pytest.fixture(scope="module")
def client(tmp_path_factory):
    data, _ = pdf_of_ferries()
    with serving(make_app(tmp_path_factory.mktemp("data"), encoder=WordHashEncoder())) as client:
        assert finished_job(client, upload(client, "ferries.pdf", data))["status"] == "succeeded"
        yield client


def pages_said(text):
    """The first and the last page of the quoted words, by the names and halves of sentences in them."""
    _, pages = pdf_of_ferries()
    said = [(text.index(name), name) for name in NAMES if name in text]
    begun, ended = min(said)[1], max(said)[1]
    first = pages[begun][0]
    return first, pages[ended][1] if text.rstrip().endswith("north.") else pages[ended][0]


def asked(name):
    return f"What did the ferry {name} carry over the river?"


@pytest.mark.parametrize("name", NAMES)
def test_every_door_cites_the_pages_of_the_words_it_quotes(client, name):
    answer = client.post("/v1/ask", json={"question": asked(name)}).json()
    agent = call(client, "ask", question=asked(name))
    chat = client.post(
        "/v1/chat/completions", json={"messages": [{"role": "user", "content": asked(name)}]}
    ).json()["choices"][0]["message"]
    pieces = [piece for piece in answer["answer"]["pieces"] if piece["type"] == "quote"]
    assert pieces
    for piece, quote, of_agent, of_chat in zip(
        pieces, answer["answer"]["quotes"], agent["quotes"], chat["annotations"], strict=True
    ):
        first, last = pages_said(piece["text"])
        for place in (piece, quote, of_agent):
            assert (place["page"], place["page_end"]) == (str(first), str(last))
        for place in (piece, quote):
            assert (place["page_method"], place["page_margin"]) == ("printed", 0)
            assert (place["page_position"], place["page_end_position"]) == (first - 161, last - 161)
        words = f"p. {first}" if first == last else f"pp. {first}–{last}"
        assert of_chat["url_citation"]["title"].endswith(f", {words}")
        for url in (of_agent["url"], of_chat["url_citation"]["url"]):
            assert url.endswith(f"#page={first}")


@pytest.mark.parametrize("name", NAMES)
def test_a_quote_opens_in_the_reader_at_its_own_page(client, name):
    answer = client.post("/v1/ask", json={"question": asked(name)}).json()
    quote = answer["answer"]["quotes"][0]
    document_id = answer["passages"][quote["citation"] - 1]["citation"]["document_id"]
    page = client.get(f"/v1/documents/{document_id}/pages/{quote['page']}").json()
    assert quote["text"].split(" carried")[0] in page["text"]
    place = {"from": quote["start_char"], "to": quote["end_char"]}
    opened = client.get(f"/read/{document_id}", params=place).text
    ends = (opened.index("<mark"), quote["page"]), (opened.rindex("</mark>"), quote["page_end"])
    for offset, label in ends:
        assert re.findall(r'id="page=(\d+)"', opened[:offset])[-1] == label


def test_the_line_that_introduces_a_quote_names_the_pages_of_its_words_and_not_of_its_passage(tmp_path):
    sources = [broken_over_pages(boat) for boat in ("ferry", "steamer")]
    with LocalIndex.open(tmp_path, encoder=WordHashEncoder(), chunking=CHUNKING) as index:
        index.add(sources)
        dossier = dossier_over(index)
        answers = [dossier.ask(asked(name), form="overview") for name in NAMES]
        answers += [dossier.ask(f'"{name} carried"', mode="search") for name in NAMES]
    introduced = [
        (line, quote)
        for answer in answers
        for line, quote in pairwise(answer.pieces)
        if isinstance(line, Words) and line.role == "attribution" and isinstance(quote, Quote)
    ]
    assert {answer.form for answer in answers} >= {"overview", "list"}
    assert len(introduced) >= len(NAMES)
    assert any(
        quote.citation.page_words != passage.citation.page_words
        for answer in answers
        for quote in answer.quotes
        for passage in answer.passages
        if passage.rank == quote.citation.number
    )
    for line, quote in introduced:
        assert line.text.endswith(f", {quote.citation.page_words}:")
