"""Lists of documents and facts of the catalogue, in a folder of letters, a minute book and a register."""

import re

import pytest
from encoders import WordHashEncoder
from index_support import CHUNKING, make_source
from service_support import dossier_over, finished_job, make_app, serving, upload

from chunker.documents import Page, PageStart
from embeddings.local_index import LocalIndex
from embeddings.search import Filters, HiddenSpan
from service.answer import Turn

LETTERS = {
    "1901.txt": (
        "Letter from Anna Weber to Josef Brandt",
        "Trieste, 2 March 1901\n\nDear Josef,\n\nThe schoolhouse has a new roof at last.\n\nAnna Weber",
    ),
    "1902a.txt": (
        "Letter from Anna Weber to her brother Karl Weber",
        "Trieste, 11 May 1902\n\nDear Karl,\n\nI pay the doctor from the money for the piano.\n\nAnna Weber",
    ),
    "1902b.txt": (
        "Letter from Josef Brandt, notary in Görz, to Anna Weber",
        "Görz, 3 October 1902\n\nDear Anna,\n\nYour piano will go through the window.\n\nJosef Brandt",
    ),
    "1903.txt": (
        "Letter to my sister",
        "Vienna, 15 January 1903\n\nI have passed the examination of the roads.\n\nKarl Weber",
    ),
    "undated.txt": ("Letter from Anna Weber to Josef Brandt", "The bells of the harbour rang.\n\nAnna Weber"),
}
MINUTES = {
    "may.md": "# Minutes of the parish council\n\n3 May 1954\n\nThe roof of the reading room let in rain.",
    "june.md": "# Minutes of the parish council\n\n7 June 1954\n\nThe vicar gave thanks for the gate.",
    "feb.md": "# Minutes of the parish council\n\n1 February 1955\n\nThe county refused money for the roof.",
}
REGISTER = {
    "1.txt": "Conversation of the commissar V. M. Molotov with the ambassador of Turkey Aktay\n\n"
    "August 9, 1940\n\nThe ambassador asked about the flights.\n\nFO 371/1234",
    "2.txt": "Conversation of the commissar V. M. Molotov with the ambassador of Turkey\n\n"
    "December 10, 1940\n\nThe ambassador Aktay spoke of Bulgaria.\n\nFO 371/1234",
    "3.txt": "Conversation of the commissar V. M. Molotov with the ambassador of Italy A. Rosso\n\n"
    "December 30, 1940\n\nThe ambassador asked about Papen.",
    "4.txt": "Telegram of the envoy in Turkey A. V. Terentyev to the commissar V. M. Molotov\n\n"
    "June 20, 1940\n\nKirov believes that the pact has ceased to exist. Von Papen agrees.",
    "5.txt": "Treaty of friendship concluded in Kars\n\nOctober 13, 1921\n\nThe parties agree on the border.",
}


@pytest.fixture(scope="module")
def dossiers(tmp_path_factory):
    """Return a dossier for each collection."""
    collections = {
        "letters": {name: f"{title}\n\n{body}\n" for name, (title, body) in LETTERS.items()},
        "minutes": MINUTES,
        "register": REGISTER,
    }
    opened, made = [], {}
    for collection, texts in collections.items():
        folder = tmp_path_factory.mktemp(collection)
        index = LocalIndex.open(folder, encoder=WordHashEncoder(), chunking=CHUNKING)
        index.add([make_source(name, text) for name, text in texts.items()])
        opened.append(index)
        made[collection] = dossier_over(index)
    yield made
    for index in opened:
        index.close()


def names_of(answer):
    return [quote.citation.place.source_name for quote in answer.quotes]


@pytest.mark.parametrize(
    ("collection", "question", "line", "names"),
    [
        ("letters", "Which letters did Anna write in 1902?", "One letter written by Anna, dated 1902:",
         ["1902a.txt"]),
        ("letters", "How many letters did Josef write to Anna?", "One letter written by Josef to Anna:",
         ["1902b.txt"]),
        ("letters", "Which letters mention the piano?",
         "2 letters that hold “piano” in their title or text:", ["1902a.txt", "1902b.txt"]),
        ("letters", "Which letters do not mention the piano?",
         "3 letters that do not hold “piano” in their title or text:",
         ["1901.txt", "1903.txt", "undated.txt"]),
        ("letters", "Which letters were not written by Anna?", "2 letters not written by Anna:",
         ["1902b.txt", "1903.txt"]),
        ("letters", "What is Anna's earliest letter?", "The earliest of 3 letters written by Anna:",
         ["1901.txt"]),
        ("minutes", "List all meetings in 1954", "2 meetings dated 1954:", ["may.md", "june.md"]),
        ("minutes", "Which minutes speak of the roof?",
         "2 minutes that hold “roof” in their title or text:", ["may.md", "feb.md"]),
        ("register", "Which documents mention Papen?",
         "2 documents that hold “Papen” in their title or text:", ["4.txt", "3.txt"]),
        ("register", "Which documents are from FO?", "2 documents whose archive references hold “FO”:",
         ["1.txt", "2.txt"]),
        ("register", "List the meetings between Molotov and Rosso",
         "One meeting whose participants include Molotov and Rosso:", ["3.txt"]),
    ],
)  # fmt: skip
def test_a_list_gives_the_count_with_its_rule_and_then_the_documents(
    dossiers, collection, question, line, names
):
    answer = dossiers[collection].ask(question)

    assert (answer.pieces[0].text, answer.pieces[0].role) == (line, "fact")
    assert names_of(answer) == names
    assert answer.answerable
    assert answer.failed_quotes == 0


def test_documents_of_a_list_come_in_order_of_time_each_under_its_attribution(dossiers):
    answer = dossiers["letters"].ask("Which letters do not mention the piano?")

    assert (answer.form, answer.total) == ("list", 3)
    assert [piece.text for piece in answer.pieces if not piece.quotes][1:] == [
        "Letter from Anna Weber to Josef Brandt, 2 March 1901:",
        "Letter to my sister, 15 January 1903:",
        "Letter from Anna Weber to Josef Brandt:",
    ]
    assert answer.quotes[0].text == "The schoolhouse has a new roof at last."
    assert answer.rule == "A word counts in all its forms. In order of time, undated ones last."


def test_those_who_are_only_named_are_told_apart_from_those_who_took_part(dossiers):
    answer = dossiers["register"].ask("How many times did Molotov receive Aktay in 1940?")

    assert answer.total == 1
    assert answer.pieces[0].text == (
        "One conversation whose participants include Molotov and Aktay, dated 1940:"
    )
    assert [piece.text for piece in answer.pieces if not piece.quotes][2] == (
        "One more names them in its title or text, but not all of them as participants:"
    )
    assert names_of(answer) == ["1.txt", "2.txt"]
    assert "Counted are papers, not events." in answer.rule


def test_a_name_of_no_participant_is_looked_for_in_the_texts(dossiers):
    answer = dossiers["register"].ask("Were there meetings between Molotov and Papen in 1940?")

    assert answer.pieces[0].text == (
        "One meeting that names Molotov and Papen in its title or text, one of them as a participant,"
        " dated 1940:"
    )
    assert names_of(answer) == ["3.txt"]


def test_what_was_understood_of_a_list_is_told(dossiers):
    understood = dossiers["register"].ask("List meetings of Molotov in 1940").interpretation

    assert understood.participants == ("V. M. Molotov",)
    assert understood.kinds == ("conversation",)
    assert [(one.first_day, one.last_day) for one in understood.dates] == [("1940-01-01", "1940-12-31")]


def test_a_word_that_no_document_holds_is_looked_for_in_other_spellings(dossiers):
    answer = dossiers["register"].ask("Which documents mention Bulgarria?")

    assert names_of(answer) == ["2.txt"]
    assert answer.interpretation.also_searched == {"Bulgarria": ("bulgaria",)}
    assert answer.pieces[0].text == "One document that holds “Bulgarria” or “bulgaria” in its title or text:"


def test_letters_that_do_not_say_who_wrote_them_are_not_counted_but_told(tmp_path):
    papers = {
        "a.txt": "Letter from Karl Weber to Anna Weber\n\nMay 3, 1903\n\nThe roads are long.\n\nKarl Weber\n",
        "b.txt": "Letter on the roads\n\nKarl Weber\n\nMay 4, 1903\n\n" + "The roads are dry.\n\n" * 40,
    }
    with LocalIndex.open(tmp_path, encoder=WordHashEncoder(), chunking=CHUNKING) as index:
        index.add([make_source(name, text) for name, text in papers.items()])
        answer = dossier_over(index).ask("How many letters did Karl write?")

    assert answer.pieces[0].text == "One letter written by Karl:"
    assert "Not counted: 1 of which that is not said." in answer.rule


def test_a_paper_in_two_files_is_counted_once(tmp_path):
    paper = (
        "Letter of the envoy to the vicar\n\nMay 3, 1903\n\nThe mill wheel froze and the council sat by.\n"
    )
    with LocalIndex.open(tmp_path, encoder=WordHashEncoder(), chunking=CHUNKING) as index:
        index.add([make_source("a.txt", paper), make_source("b.txt", f"{paper}\n")])
        index.add([make_source("c.txt", paper.replace("froze", "burst"))])
        answer = dossier_over(index).ask("Which letters mention the mill?")
        counted = dossier_over(index).ask("How many letters are there?")

    assert (answer.total, names_of(answer)) == (2, ["a.txt", "c.txt"])
    assert counted.text == (
        "There are 2 letters in the collection. Not counted: 1 further copy in other files."
    )
    assert "A paper that stands in two files is counted once." in answer.rule


def test_no_more_than_twelve_documents_are_shown_and_the_rest_is_counted(tmp_path):
    with LocalIndex.open(tmp_path, encoder=WordHashEncoder(), chunking=CHUNKING) as index:
        index.add(
            [
                make_source(f"{year}.txt", f"Letter\n\nMay 3, {year}\n\nThe mill of {year} is dry.\n")
                for year in range(1890, 1905)
            ]
        )
        answer = dossier_over(index).ask("Which letters mention the mill?", top_k=3)

    assert (answer.total, len(answer.quotes)) == (15, 12)
    assert answer.rule == "A word counts in all its forms. In order of time; the first 12 are shown."
    assert {passage.rank for passage in answer.passages} == set(range(1, 13))


@pytest.mark.parametrize(
    ("question", "rule"),
    [
        ("Which letters did Anna write in 1850?", "No letter written by Anna, dated 1850, was found."),
        ("How many letters mention Papen?",
         "No letter that holds “Papen” in its title or text was found."),
        ("Which letters are from Goethe?", "No letter whose title holds “Goethe” was found."),
    ],
)  # fmt: skip
def test_a_rule_that_finds_nothing_is_told_and_denies_nothing(dossiers, question, rule):
    answer = dossiers["letters"].ask(question)

    assert answer.form != "list"
    said = f"{answer.text} {answer.notice}"
    assert f"{rule} The words shown come nearest to the question." in said
    assert "do not answer" not in said
    assert answer.passages


def test_an_empty_collection_says_that_nothing_is_indexed(tmp_path):
    with LocalIndex.open(tmp_path, encoder=WordHashEncoder(), chunking=CHUNKING) as index:
        answer = dossier_over(index).ask("Which letters mention Papen?")

    assert answer.text.startswith("Nothing is indexed yet")


def test_filters_hold_for_lists_too(dossiers):
    ask = dossiers["register"].ask
    question = "Which documents mention Papen?"

    assert names_of(ask(question, filters=Filters(kinds=("telegram",)))) == ["4.txt"]
    assert names_of(ask(question, filters=Filters(date_from="1940-07-01"))) == ["3.txt"]
    assert ask("Which telegrams mention Papen?", filters=Filters(kinds=("letter",))).form != "list"
    counted = ask("How many documents are there from 1940?", filters=Filters(date_from="1940-12-01"))
    assert counted.pieces[0].text == "There are 2 documents of 1940 in the collection."


def test_what_is_hidden_is_not_told_by_the_catalogue(dossiers):
    hidden = [HiddenSpan("4.txt", 0, 10_000), HiddenSpan("3.txt", 0, 10_000)]
    answer = dossiers["register"].ask("Which documents mention Papen?", hidden_spans=hidden)

    assert answer.form != "list"


def test_lists_and_facts_can_be_asked_for(dossiers):
    ask = dossiers["register"].ask

    line = "2 documents that hold “Papen” in their title or text:"
    assert ask("Papen", form="list").pieces[0].text == line
    assert ask("What did Kirov believe?", form="facts").notice.startswith("The catalogue does not tell this.")
    assert ask("Which documents mention Papen?", form="extract").form == "extract"


def test_an_archive_reference_finds_its_papers(dossiers):
    answer = dossiers["register"].ask("What is FO 371/1234?")

    assert answer.form == "facts"
    assert answer.pieces[0].text == "There are 2 papers with the archive reference FO 371/1234:"
    assert names_of(answer) == ["1.txt", "2.txt"]


def test_a_sheet_within_a_file_is_found_by_its_archive_reference(tmp_path):
    text = "Letter on the mill\n\nThe mill is dry.\n\nAVP RF, f. 059, op. 1, p. 338, d. 2314, l. 41-44\n"
    with LocalIndex.open(tmp_path, encoder=WordHashEncoder(), chunking=CHUNKING) as index:
        index.add([make_source("a.txt", text)])
        dossier = dossier_over(index)
        for reference, form in (
            ("f. 059, op. 1, p. 338, d. 2314", "facts"),
            ("AVP RF, f. 059, op. 1, p. 338, d. 2314, l. 42", "facts"),
            ("AVP RF, f. 059, op. 1, p. 338, d. 2314, l. 45", "extract"),
            ("AVP RF, f. 059, op. 1, p. 338, d. 231", "extract"),
        ):
            assert dossier.ask(f"Which paper is {reference}?").form in (form, "none"), reference
            assert (dossier.ask(reference).form == "facts") == (form == "facts")


def test_the_office_that_a_title_names_answers_who_somebody_was(dossiers):
    answer = dossiers["letters"].ask("Who was Josef Brandt?")
    of_envoy = dossiers["register"].ask("Who was Terentyev?")

    assert (answer.form, answer.quotes[0].text) == ("facts", "Josef Brandt, notary in Görz")
    assert of_envoy.quotes[0].text == "envoy in Turkey A. V. Terentyev"
    assert of_envoy.pieces[1].text == "In one paper, 20 June 1940:"


def test_whom_no_title_gives_an_office_is_answered_from_the_texts(dossiers):
    assert dossiers["register"].ask("Who was Kirov?").form == "extract"


def test_a_treaty_is_signed_on_its_own_date(dossiers):
    answer = dossiers["register"].ask("When was the treaty of Kars signed?")

    assert answer.form == "facts"
    assert answer.pieces[0].text == "The treaty’s own date is 13 October 1921:"
    assert answer.quotes[0].text == "October 13, 1921"
    assert dossiers["register"].ask("When was the treaty of Lausanne signed?").form == "extract"


@pytest.fixture
def paged(tmp_path):
    """Return a dossier of two books with pages, and a leaflet without."""
    with LocalIndex.open(tmp_path, encoder=WordHashEncoder(), chunking=CHUNKING) as index:
        for name, first in (("town book.txt", 11), ("leases.txt", 13)):
            pages = [f"Page {number} is about the mill of {name[:4]}. It is dry." for number in range(4)]
            text = "\n\n".join(pages)
            starts = tuple(
                PageStart(text.index(page), Page(str(first + number), "printed"))
                for number, page in enumerate(pages)
            )
            index.add([make_source(name, text, page_starts=starts)])
        index.add([make_source("leaflet.txt", "No page of it is numbered.")])
        yield dossier_over(index)


def test_a_page_is_told_by_its_first_words_in_each_file_that_has_it(paged):
    answer = paged.ask("What is on page 14?")

    assert answer.form == "facts"
    assert answer.pieces[0].text == "There is a page 14 in 2 places. It begins:"
    assert [(one.citation.place.source_name, one.citation.page_label) for one in answer.quotes] == [
        ("leases.txt", "14"),
        ("town book.txt", "14"),
    ]
    assert answer.quotes[0].text == "Page 1 is about the mill of leas. It is dry."
    assert names_of(paged.ask("page 14 of the town book")) == ["town book.txt"]
    assert paged.ask("page 11 of the leases").text.startswith(
        "There is no page 11 of “the leases”. Another page 11 begins:\n\nPage 0 is about the mill of town."
    )


def test_where_there_is_no_such_page_those_there_are_are_told(paged):
    assert paged.ask("What is on page 99?").text == (
        "There is no page 99. The pages there are: leases.txt: 13–16; town book.txt: 11–14."
    )


def test_a_collection_without_pages_says_so(dossiers):
    assert (
        dossiers["letters"].ask("page 3").text == "There is no page 3. No file of the collection has pages."
    )


@pytest.mark.parametrize("question", ["Which " + "letters " * 9_000, "page " + "9" * 2_000, "List " * 400])
def test_hostile_questions_are_answered_like_others(dossiers, question):
    assert dossiers["letters"].ask(question[:2_000]).question == question[:2_000].strip()


def test_every_door_shows_a_list_with_its_rule(tmp_path):
    with serving(make_app(tmp_path)) as client:
        for name, text in REGISTER.items():
            finished_job(client, upload(client, name, text))
        question = "Which documents mention Papen?"
        body = client.post("/v1/ask", json={"question": question}).json()
        chat = client.post(
            "/v1/chat/completions", json={"messages": [{"role": "user", "content": question}]}
        ).json()["choices"][0]["message"]["content"]
        page = client.get("/", params={"q": question}).text

    answer = body["answer"]
    rule = "A word counts in all its forms. In order of time."
    assert (answer["form"], answer["total"], answer["rule"]) == ("list", 2, rule)
    assert answer["text"].startswith("2 documents that hold “Papen” in their title or text:\n\nTelegram of")
    assert body["interpretation"]["kinds"] == []
    assert f"_{rule}_" in chat
    assert f'<p class="rule">{rule}</p>' in page
    assert "From the catalogue · confidence 100%" in page


def test_the_page_sets_papers_out_by_their_years_each_with_its_words_once(tmp_path):
    with serving(make_app(tmp_path)) as client:
        for name, (title, body) in LETTERS.items():
            finished_job(client, upload(client, name, f"{title}\n\n{body}\n"))
        page = client.get("/", params={"q": "Which letters did Anna write?"}).text

    answer, _ = re.findall(r'<div class="answer.*?</div>', page, re.DOTALL)  # the other is the template
    assert re.findall(r'class="entry-year">(\d*)<', answer) == ["1901", "1902", ""]
    assert re.findall(r'class="title" href="/read/[^"]+">([^<]+)<', answer) == [
        "Letter from Anna Weber to Josef Brandt",
        "Letter from Anna Weber to her brother Karl Weber",
        "Letter from Anna Weber to Josef Brandt",
    ]
    assert answer.count("The schoolhouse has a new roof at last.") == 1
    assert '<details class="passages">' in page


def test_a_question_to_the_catalogue_takes_nothing_from_those_before_it(dossiers):
    history = [Turn("user", "What did Kirov believe of the pact?"), Turn("assistant", "That it has ceased.")]
    ask = dossiers["register"].ask

    page = ask("What is on page 3?", history=history)
    counted = ask("How many documents are there?", history=history)
    listed = ask("Which documents mention Papen?", history=history)

    assert page.text == "There is no page 3. No file of the collection has pages."
    assert counted.text == "There are 5 documents in the collection."
    assert (names_of(listed), listed.standalone_question) == (["4.txt", "3.txt"], listed.question)
