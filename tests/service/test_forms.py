"""Forms of answers: which one a question asks for, and overviews in order of time."""

import pytest
from encoders import WordHashEncoder
from index_support import CHUNKING, make_source
from service_support import dossier_over, finished_job, make_app, serving, upload

from embeddings.local_index import LocalIndex
from service.understanding.forms import form_of


@pytest.mark.parametrize(
    "question",
    [
        "How did the council's view of the mill change?",
        "How did the price of herring develop between the famine and 1851?",
        "What was the bishop's policy on the schools of the valley?",
        "What were the relations of the two villages?",
        "Compare the two offers for the bridge",
        "What do the two leases have in common?",
        "The harbour tax, 1820-1834",
        "Which repairs did the vicar ask for between 1890 and 1902?",
        "Trace the quarrel over the common",
        "Complaints about the noise of the mill and the answers of the miller",
    ],
)
def test_a_question_for_a_whole_course_of_things_asks_for_an_overview(question):
    assert form_of(question) == "overview"


@pytest.mark.parametrize(
    "question",
    [
        "When did the price of herring change?",
        "Who compared the two offers?",
        "How many ships came between 1820 and 1834?",
        "Which ships lay in the ice in the winter of 1870-71?",
        "What did the bishop say about his policy in May 1831?",
        "What was agreed upon in Batum?",
        "Where did Anna find a position?",
        "rent of the Astrup mill",
        "herring price Vestoe 1851",
        "Molotov",
        "Why should mother not be told?",
        "",
        "?",
    ],
)
def test_a_question_for_one_thing_asks_for_an_extract(question):
    assert form_of(question) == "extract"


LETTERS = {
    1903: "The mill wheel broke in spring and the miller asked the council for oak.",
    1899: "The council sold oak to the miller so that the mill wheel could be mended.",
    1911: "The mill wheel was taken down and the miller put a turbine in its place.",
    1907: "The miller complained that the mill wheel froze and that the council did nothing.",
}


@pytest.fixture
def dossier(tmp_path):
    with LocalIndex.open(tmp_path, encoder=WordHashEncoder(), chunking=CHUNKING) as index:
        index.add(
            [
                make_source(f"{year}.md", f"# Letter about the mill\n\nMay 3, {year}\n\n{text}")
                for year, text in LETTERS.items()
            ]
        )
        index.add([make_source("diary.md", "# Diary\n\nThe mill wheel of the miller was heard all night.")])
        yield dossier_over(index)


THEME = "How did the miller's trouble with the mill wheel and the council develop?"


def test_an_overview_gives_papers_in_order_of_time_each_under_its_attribution(dossier):
    answer = dossier.ask(THEME)

    assert (answer.form, answer.kind) == ("overview", "extractive")
    quotes = [piece for piece in answer.pieces if piece.quotes]
    dates = [quote.citation.date for quote in quotes if quote.citation.date]
    assert dates == sorted(dates)
    assert dates == ["1899-05-03", "1903-05-03", "1907-05-03", "1911-05-03"]
    assert quotes[-1].citation.place.source_name == "diary.md"  # undated papers come last
    lines = [piece for piece in answer.pieces if piece.quotes == ()]
    assert [line.role for line in lines] == ["attribution"] * len(quotes)
    assert lines[0].text == "Letter about the mill, 3 May 1899:"
    assert answer.total == 5
    assert answer.rule == "All 5 papers found on this, in order of time."


def test_every_paper_of_an_overview_is_among_the_passages_however_few_are_asked_for(dossier):
    answer = dossier.ask(THEME, top_k=1)

    by_number = {passage.rank: passage for passage in answer.passages}
    assert sorted(by_number) == list(range(1, len(by_number) + 1))
    for quote in answer.quotes:
        assert by_number[quote.citation.number].citation.place == quote.citation.place


def test_an_overview_returns_each_paper_once_however_many_passages_of_it_are_found(dossier):
    whole = "\n\n".join(f"Of the mill wheel in {year}: {text}" for year, text in LETTERS.items())
    dossier.index.add([make_source("chronicle.md", f"# Chronicle\n\n{whole}")])
    answer = dossier.ask(THEME, top_k=20)

    documents = [passage.citation.place.document.id for passage in answer.passages]
    assert len(documents) == len(set(documents)) == 6


def test_a_form_can_be_asked_for(dossier):
    assert dossier.ask("Who mended the mill wheel?", form="overview").form == "overview"
    assert dossier.ask(THEME, form="extract").form == "extract"


def test_one_paper_is_no_overview(tmp_path):
    with LocalIndex.open(tmp_path, encoder=WordHashEncoder(), chunking=CHUNKING) as index:
        index.add([make_source("a.md", "# Letter\n\nThe mill wheel of the miller broke in spring.")])
        assert dossier_over(index).ask(THEME).form == "extract"


def test_the_form_can_be_asked_for_over_http_and_what_is_left_out_is_counted(tmp_path):
    with serving(make_app(tmp_path, encoder=WordHashEncoder(dimension=512))) as client:
        things = "oak iron rope tar flour frost ice flood rats owls moss stones nails glue".split()
        for year, thing in enumerate(things, start=1899):
            told = f"The mill wheel needs {' '.join(f'{thing}{number}' for number in range(3))}."
            text = f"# Letter on {thing}\n\nMay 3, {year}\n\n{told}"
            finished_job(client, upload(client, f"{year}.md", text))
        asked = {"question": "mill wheel", "form": "overview"}
        answer = client.post("/v1/ask", json=asked).json()["answer"]
        refused = client.post("/v1/ask", json={"question": "mill wheel", "form": "poem"})

    assert answer["form"] == "overview"
    assert len(answer["quotes"]) == 9
    assert answer["total"] == 14
    assert answer["rule"] == "The 9 papers that bear on this most, of 14 found, in order of time."
    assert refused.status_code == 422


@pytest.mark.parametrize(
    ("question", "told"),
    [
        ("How many documents are there?", "There are 5 documents in the collection."),
        ("How many papers are in the collection?", "There are 5 papers in the collection."),
        ("How many files are there?", "There are 5 files in the collection."),
        (
            "How many papers are there from the 1890s?",
            "There is one paper of the 1890s in the collection. Not counted: 1 without a date.",
        ),
        ("how many letters are there in the archive", "There are 4 letters in the collection."),
        (
            "How many papers are there from 1903?",
            "There is one paper of 1903 in the collection. Not counted: 1 without a date.",
        ),
        ("What is the earliest document?", "The earliest document in the collection is this:"),
        ("Which is the latest letter?", "The latest letter in the collection is this:"),
    ],
)
def test_questions_about_the_collection_are_answered_from_the_catalogue(dossier, question, told):
    answer = dossier.ask(question)

    assert (answer.form, answer.answerable, answer.pieces[0].text) == ("facts", True, told)


def test_the_earliest_document_is_shown_with_its_first_words(dossier):
    answer = dossier.ask("What is the earliest document?")

    [quote] = answer.quotes
    assert quote.citation.date == "1899-05-03"
    assert "The council sold oak to the miller" in quote.text


@pytest.mark.parametrize(
    "question",
    ["How many letters did the miller write?", "How many wheels are there?", "What is the price of oak?"],
)
def test_questions_about_what_documents_say_are_not_answered_from_the_catalogue(dossier, question):
    assert dossier.ask(question).form == "extract"
