"""The same question through every door: the same words, places, limits, counts and refusals."""

import json
import re
import sys
from dataclasses import dataclass
from html.parser import HTMLParser
from urllib.parse import parse_qs, urlsplit

import docx
import pytest
from encoders import WordHashEncoder
from mcp_support import call, failure
from service_support import LETTER, PAGED, SHORT_NOTE, events_of, finished_job, make_app, serving, upload
from word_files import cite_note, saved, with_footnotes

import service.assembly
from service.cli import main

LIGHTHOUSE = (
    "The lighthouse\n\nThe lighthouse was built in 1871 by the harbour board.[2] An electric lamp was "
    "installed in 1904.[3] The first keeper was Anders Holm.[1] In 1932 its gallery was rebuilt.[5]\n"
)
"""Reference numbers of a source, as every encyclopedia's page and every edited source has them."""

QUESTIONS = (
    "When was the electric lamp installed?",
    "What did comrade Stalin propose to Eden?",
    "Which documents mention the harbour?",
    "What is on page 12?",
    '"harbour board" OR lamp* -gallery',
    "envoy",
)


@dataclass
class Said:
    """What a door says: the answer in words, and each reference with its address where the door has links."""

    words: str
    references: list
    problem: str = ""


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return tmp_path_factory.mktemp("data")


@pytest.fixture(scope="module")
def client(folder):
    with serving(make_app(folder)) as client:
        finished_job(client, upload(client, "lighthouse.txt", LIGHTHOUSE))
        finished_job(client, upload(client, "harbours.txt", PAGED))
        for path in (LETTER, SHORT_NOTE):
            finished_job(client, upload(client, path.name, path.read_bytes()))
        yield client


@pytest.fixture
def command(folder, monkeypatch, capsys):
    monkeypatch.setenv("DOSSIER_ANSWER_THRESHOLD", "0")
    monkeypatch.setenv("DOSSIER_DATA", str(folder))
    monkeypatch.setenv("COLUMNS", "5000")
    monkeypatch.setattr(service.assembly, "load_encoder", lambda _: WordHashEncoder())

    def run(*arguments):
        monkeypatch.setattr(sys, "argv", ["dossier", *arguments])
        with pytest.raises(SystemExit):
            main()
        return capsys.readouterr()

    return run


def over_json(client, question, **more):
    response = client.post("/v1/ask", json={"question": question, **more})
    body = response.json()
    if response.status_code != 200:
        return Said("", [], body["detail"])
    cited = {passage["citation"]["number"]: passage["citation"] for passage in body["passages"]}
    references = [
        (piece["citation"], cited[piece["citation"]]["document_id"], piece["start_char"], piece["end_char"])
        for piece in body["answer"]["pieces"]
        if piece["type"] == "quote"
    ]
    return Said(body["answer"]["text"], references)


def put_together(client, question):
    """Return the words of an answer with what a search found of a paper under its head, as pages show it."""
    body = client.post("/v1/ask", json={"question": question}).json()
    if not body["counted"]:
        return body["answer"]["text"]
    cited = {passage["citation"]["number"]: passage["citation"] for passage in body["passages"]}
    pieces, words, papers = body["answer"]["pieces"], [], []
    for piece, following in zip(pieces, [*pieces[1:], {}], strict=True):
        if piece.get("role") == "attribution":
            papers.append(cited[following["citation"]]["document_id"])
            if papers.count(papers[-1]) > 1:
                continue
        words.append(f"{piece['text']} [{piece['citation']}]" if piece["type"] == "quote" else piece["text"])
    return " ".join(words)


def over_stream(client, question, **more):
    response = client.post("/v1/ask", json={"question": question, "stream": True, **more})
    if response.status_code != 200:
        return Said("", [], response.json()["detail"])
    events = events_of(response.text)
    words = "".join(data["text"] for name, data in events if name == "answer.delta")
    return Said(words, over_json(client, question, **more).references)


def over_chat(client, question, **more):
    options = {"dossier": more} if more else {}
    response = client.post(
        "/v1/chat/completions", json={"messages": [{"role": "user", "content": question}], **options}
    )
    body = response.json()
    if response.status_code != 200:
        return Said("", [], body["error"]["message"])
    message = body["choices"][0]["message"]
    annotations = [one["url_citation"] for one in message["annotations"]]
    text = message["content"]
    references = [
        (int(text[one["start_index"] + 1 : one["end_index"] - 1]), *linked(one["url"], client))
        for one in annotations
    ]
    return Said(text.partition("\n\n- [")[0].partition("\n\n_")[0], references)


def over_mcp(client, question, **more):
    try:
        result = call(client, "ask", question=question, **more)
    except AssertionError:
        return Said("", [], failure(client, "ask", question=question, **more).partition("ask: ")[2])
    references = [(one["number"], *linked(one["url"], client)) for one in result["quotes"]]
    return Said(result["answer"], references)


def on_the_page(client, question, **more):
    names = {"top_k": "k"}
    query = {"q": question, **{names[name]: value for name, value in more.items()}}
    return read_turn(client.get("/", params=query).text, client)


def by_script(client, question, **more):
    names = {"top_k": "k"}
    query = {"q": question, **{names[name]: value for name, value in more.items()}}
    events = events_of(client.post("/turn", params=query, json={}).text)
    return read_turn(events[-1][1]["html"], client)


DOORS = {
    "json": over_json,
    "stream": over_stream,
    "chat": over_chat,
    "mcp": over_mcp,
    "page": on_the_page,
    "script": by_script,
}


class Turn(HTMLParser):
    """The answer of a turn as HTML has it: words, references, and the line of a problem.

    Where papers follow each other, the head of each stands for what the other doors say before its words.
    """

    def __init__(self, html):
        super().__init__()
        self.inside, self.words, self.links, self.problem, self.head = "", "", [], "", []
        self.feed(html)

    def handle_starttag(self, tag, attributes):
        classes = dict(attributes).get("class", "")
        if tag == "p" or classes == "entry-title":
            self.inside, self.words = classes, f"{self.words} "
        if "reference" in classes and self.inside == "answer-text":
            self.links.append(dict(attributes)["href"])
            self.inside = "reference"

    def handle_endtag(self, tag):
        if tag == "a" and self.inside == "reference":
            self.inside = "answer-text"
        elif tag == "p":
            self.inside = ""
        elif tag == "h3" and self.inside == "entry-title":
            self.words += ", ".join(self.head) + ":"
            self.inside, self.head = "", []

    def handle_data(self, data):
        if self.inside == "answer-text":
            self.words += data
        elif self.inside == "reference":
            self.words += f"[{data}]"
        elif self.inside == "entry-title" and data.strip() not in {"", "no page known"}:
            self.head.append(data.strip())
        elif self.inside == "problem-line":
            self.problem += data


def read_turn(html, client):
    turn = Turn(html)
    numbers = [int(number) for number in re.findall(r"\[(\d+)\](?=\s|$|\[)", turn.words)]
    references = [(number, *linked(link, client)) for number, link in zip(numbers, turn.links, strict=False)]
    return Said(" ".join(turn.words.split()), references, turn.problem)


def linked(url, client):
    """Return the document, and the characters marked in it, of a link that opens."""
    assert client.get(url).status_code == 200
    parts = urlsplit(url)
    query = parse_qs(parts.query)
    return parts.path.rpartition("/")[2], int(query["from"][0]), int(query["to"][0])


@pytest.mark.parametrize("door", DOORS)
@pytest.mark.parametrize("question", QUESTIONS)
def test_every_door_gives_the_same_words_with_the_same_places(client, door, question):
    wanted = over_json(client, question)
    said = DOORS[door](client, question)

    assert wanted.references
    assert [reference[1:] for reference in said.references] == [place[1:] for place in wanted.references]
    words = put_together(client, question) if door in {"page", "script"} else wanted.words
    assert without_marks(said.words) == without_marks(words)


def without_marks(words):
    """The page shows a source's own reference marks as they stand, the others raised: compare without."""
    return re.sub(r"[⁽\[]([⁰¹²³⁴⁵⁶⁷⁸⁹\d]+)[⁾\]]", "", words).replace("\\", "").split()


@pytest.mark.parametrize("question", QUESTIONS)
def test_the_command_line_prints_the_same_words(client, command, question):
    wanted = over_json(client, question)
    printed = command("ask", question).out

    assert wanted.words in printed
    answer = json.loads(command("ask", question, "--json").out)["answer"]
    assert answer == client.post("/v1/ask", json={"question": question}).json()["answer"]


@pytest.mark.parametrize("door", DOORS)
def test_every_door_says_that_nothing_holds_the_words_in_the_same_words(client, door):
    said = DOORS[door](client, 'lamp AND "harbour of gold"')

    assert said.words == (
        "No passage holds “lamp” and “harbour of gold”."
        " “lamp” stands in one passage, “harbour of gold” in none."
    )
    assert said.references == []


@pytest.mark.parametrize("door", ["json", "stream", "chat", "mcp"])
def test_what_is_meant_can_be_told_whatever_the_form(client, door):
    assert DOORS[door](client, "envoy", mode="ask").words != DOORS[door](client, "envoy").words
    searched = DOORS[door](client, "envoy harbour", mode="search")
    assert searched.words.startswith("2 passages in one document hold “envoy” and “harbour”.")


@pytest.mark.parametrize("door", DOORS)
@pytest.mark.parametrize(
    "query", ["(" * 1_000, "a* OR " * 300, 'NEAR("x', "-" * 2_000, '"' * 999, "body:x AND", "{x}^2"]
)
def test_no_search_breaks_a_door(client, door, query):
    assert DOORS[door](client, query).problem == ""


@pytest.mark.parametrize("door", DOORS)
@pytest.mark.parametrize(
    ("question", "more", "problem"),
    [
        ("x" * 2_001, {}, "The question has 2,001 characters, at most 2,000 are allowed"),
        ("Who?", {"top_k": 51}, "51 passages cannot be asked for: 1 to 50 can."),
    ],
)
def test_every_door_refuses_what_cannot_be_asked_in_the_same_words_and_counts_it(
    client, door, question, more, problem
):
    before = counted(client, door, "refused")
    said = DOORS[door](client, question, **more)

    assert said.problem.startswith(problem)
    assert said.words == ""
    assert counted(client, door, "refused") > before


def test_the_command_line_refuses_in_the_same_words(client, command):
    assert "The question has 2,001 characters, at most" in command("ask", "x" * 2_001).err
    assert "51 passages cannot be asked for: 1 to 50 can." in command("ask", "Who?", "-k", "51").err


@pytest.mark.parametrize("door", DOORS)
def test_every_door_counts_a_question_once(client, door):
    before = counted(client, door, "extractive")
    DOORS[door](client, QUESTIONS[0])

    asked = 2 if door == "stream" else 1  # the test asks again for the places
    assert counted(client, door, "extractive") == before + asked


@pytest.mark.parametrize("door", DOORS)
def test_every_door_says_that_the_documents_do_not_answer_in_the_same_words(door, tmp_path):
    with serving(make_app(tmp_path, answer_threshold=1.0)) as client:
        finished_job(client, upload(client, "lighthouse.txt", LIGHTHOUSE))
        said = DOORS[door](client, QUESTIONS[0])

    assert said.words == "The documents do not answer this question. These passages come nearest."
    assert said.references == []


def counted(client, door, kind):
    label = {"json": "http", "stream": "http", "page": "web", "script": "web"}.get(door, door)
    line = rf'dossier_questions_total{{door="{label}",kind="{kind}"}} (\S+)'
    return float(re.search(line, client.get("/metrics").text)[1])


def test_reference_numbers_of_a_source_are_words_and_link_to_nothing(client):
    body = client.post("/v1/ask", json={"question": QUESTIONS[0]}).json()
    answer = body["answer"]

    assert any("[3]" in quote["text"] for quote in answer["quotes"])
    assert all(LIGHTHOUSE[q["start_char"] : q["end_char"]] == q["text"] for q in answer["quotes"])
    numbers = {int(number) for number in re.findall(r"\[(\d+)\]", answer["text"])}
    assert numbers == {quote["citation"] for quote in answer["quotes"]}
    assert "installed in 1904.⁽³⁾" in answer["text"]


def test_a_chat_lists_only_the_sources_it_cites(client):
    message = client.post(
        "/v1/chat/completions", json={"messages": [{"role": "user", "content": QUESTIONS[0]}]}
    ).json()["choices"][0]["message"]
    listed = re.findall(r"^- \[\d+\] \[(.+)\]\(", message["content"], re.MULTILINE)

    assert listed
    assert {title.partition(",")[0] for title in listed} == {"The lighthouse"}
    assert {one["url_citation"]["title"] for one in message["annotations"]} == {"The lighthouse"}


def harbour_book():
    """A Word file whose sentences end in footnotes, as a historian's manuscript has them."""
    document = docx.Document()
    document.add_heading("The harbour of Vestoe", 0)
    for number, sentence in enumerate(
        (
            "The mole was begun in 1851.",
            "The dredger Fortuna came in 1866.",
            "The fish hall burnt down in 1893.",
        ),
        start=2,
    ):
        cite_note(document.add_paragraph(sentence), number)
    return with_footnotes(saved(document), {2: "Town book 12.", 3: "Town book 31.", 4: "Town book 77."})


@pytest.mark.parametrize("door", DOORS)
def test_footnotes_of_a_word_file_link_to_nothing_at_any_door(door, tmp_path):
    with serving(make_app(tmp_path)) as client:
        finished_job(client, upload(client, "vestoe.docx", harbour_book()))
        finished_job(client, upload(client, "lighthouse.txt", LIGHTHOUSE))
        finished_job(client, upload(client, "harbours.txt", PAGED))
        question = "When did the dredger Fortuna come?"
        wanted = over_json(client, question)
        said = DOORS[door](client, question)
        quotes = client.post("/v1/ask", json={"question": question}).json()["answer"]["quotes"]

    assert any("1866.[2]" in quote["text"] for quote in quotes)
    assert "1866.⁽²⁾" in wanted.words
    assert [place[1:] for place in said.references] == [place[1:] for place in wanted.references]
    assert len(set(re.findall(r"\[(\d+)\]", said.words.replace("\\", "")))) == len(
        {n for n, *_ in said.references}
    )
