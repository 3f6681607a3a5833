"""Citations: what each form says, and that it never says a page that is not known."""

import json
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chunker.documents import Bibliography, Document, DocumentDate, DocumentMetadata, Page
from service.wording.citation_files import all_citations, bibtex, csl_json, ris
from service.wording.citations import CitedPlace, chicago_note, plain_citation

TELEGRAM = Document(
    "3f2a90b1c4d5e6f7",
    "source",
    4,
    "Telegram of the plenipotentiary in Turkey to the commissariat",
    0,
    10,
    DocumentMetadata(
        date=DocumentDate("1940-11-14", "1940-11-14", "day"),
        kind="telegram",
        participants=("A. V. Terentyev",),
        archive_reference="AVP RF, f. 059, op. 1, p. 338, d. 2314, l. 41-44.",
    ),
)
KNOWN = CitedPlace(
    TELEGRAM, "book.txt", "Papers on the Straits", Page("404", "contents"), Page("405", "printed")
)
ESTIMATED = CitedPlace(
    TELEGRAM, "book.txt", "Papers on the Straits", Page("404", "contents"), Page("405", "estimated", 2)
)
BARE = CitedPlace(Document("ab" * 8, "source", 0, "Memories", 0, 10), "memories.docx")


def dated(start, end, precision):
    document = Document(
        "ab" * 8, "s", 0, "Diary", 0, 1, DocumentMetadata(DocumentDate(start, end, precision))
    )
    return CitedPlace(document, "diary.txt", "Papers")


def test_the_plain_citation_has_title_date_archive_and_page():
    assert plain_citation(KNOWN) == (
        "Telegram of the plenipotentiary in Turkey to the commissariat, 14 November 1940. "
        "AVP RF, f. 059, op. 1, p. 338, d. 2314, l. 41-44. In: Papers on the Straits, pp. 404–405."
    )


def test_the_note_follows_chicago():
    assert chicago_note(KNOWN) == (
        "“Telegram of the plenipotentiary in Turkey to the commissariat,” November 14, 1940, "
        "AVP RF, f. 059, op. 1, p. 338, d. 2314, l. 41-44, in Papers on the Straits, 404–405."
    )


def test_a_whole_file_without_date_or_page_is_cited_by_what_there_is():
    assert plain_citation(BARE) == "Memories."
    assert chicago_note(BARE) == "“Memories.”"
    assert bibtex(BARE).startswith("@misc{memories-abab,\n  title = {{Memories}},\n")
    assert json.loads(csl_json(BARE)) == [
        {"id": "memories-abab", "type": "document", "title": "Memories", "note": "file memories.docx"}
    ]


def test_bibtex_cites_a_paper_as_a_part_of_its_book():
    assert bibtex(KNOWN) == (
        "@incollection{telegram1940-3f2a,\n"
        "  title = {{Telegram of the plenipotentiary in Turkey to the commissariat}},\n"
        "  booktitle = {{Papers on the Straits}},\n"
        "  year = {1940},\n"
        "  month = {11},\n"
        "  date = {1940-11-14},\n"
        "  pages = {404--405},\n"
        "  type = {telegram},\n"
        "  note = {AVP RF, f. 059, op. 1, p. 338, d. 2314, l. 41-44; file book.txt},\n"
        "}\n"
    )


def test_csl_json_is_one_item_that_citation_programs_import():
    assert json.loads(csl_json(KNOWN)) == [
        {
            "id": "telegram1940-3f2a",
            "type": "chapter",
            "title": "Telegram of the plenipotentiary in Turkey to the commissariat",
            "container-title": "Papers on the Straits",
            "issued": {"date-parts": [[1940, 11, 14]]},
            "page": "404-405",
            "genre": "telegram",
            "archive_location": "AVP RF, f. 059, op. 1, p. 338, d. 2314, l. 41-44",
            "note": "file book.txt",
        }
    ]


BOOK = Bibliography(("Svitlana M", "Erdogan A"), "Harbour Press", "Ankara", "2020", "CC BY-SA")
IN_BOOK = replace(KNOWN, bibliography=BOOK, url="https://archive.example/read/3f2a")
WHOLE = replace(BARE, bibliography=BOOK)


def test_a_paper_is_cited_in_its_book_with_who_made_it_and_where():
    assert plain_citation(IN_BOOK).endswith(
        "In: Svitlana M and Erdogan A, Papers on the Straits (Ankara: Harbour Press, 2020), pp. 404–405."
    )
    assert chicago_note(IN_BOOK).endswith(
        "in Papers on the Straits, by Svitlana M and Erdogan A (Ankara: Harbour Press, 2020), 404–405."
    )
    (item,) = json.loads(csl_json(IN_BOOK))
    assert item["container-author"] == [{"literal": "Svitlana M"}, {"literal": "Erdogan A"}]
    assert (item["publisher"], item["publisher-place"]) == ("Harbour Press", "Ankara")
    assert item["URL"] == "https://archive.example/read/3f2a"
    assert "published 2020" in item["note"]
    assert "  bookauthor = {{Svitlana M} and {Erdogan A}},\n" in bibtex(IN_BOOK)
    assert "  url = {https://archive.example/read/3f2a},\n" in bibtex(IN_BOOK)


def test_a_whole_file_is_cited_by_its_author_and_dated_by_its_publication():
    assert plain_citation(WHOLE) == "Svitlana M and Erdogan A, Memories. Ankara: Harbour Press, 2020."
    assert chicago_note(WHOLE) == "Svitlana M and Erdogan A, “Memories,” (Ankara: Harbour Press, 2020)."
    (item,) = json.loads(csl_json(WHOLE))
    assert item["author"] == [{"literal": "Svitlana M"}, {"literal": "Erdogan A"}]
    assert item["issued"] == {"literal": "2020"}
    assert "  author = {{Svitlana M} and {Erdogan A}},\n" in bibtex(WHOLE)
    assert "  year = {2020},\n" in bibtex(WHOLE)


def test_ris_has_a_tag_a_line_and_one_record():
    assert ris(IN_BOOK).split("\r\n") == [
        "TY  - CHAP",
        "TI  - Telegram of the plenipotentiary in Turkey to the commissariat",
        "A2  - Svitlana M",
        "A2  - Erdogan A",
        "T2  - Papers on the Straits",
        "PY  - 1940",
        "DA  - 1940/11/14",
        "PB  - Harbour Press",
        "CY  - Ankara",
        "SP  - 404",
        "EP  - 405",
        "M3  - telegram",
        "N1  - AVP RF, f. 059, op. 1, p. 338, d. 2314, l. 41-44; published 2020; file book.txt; CC BY-SA",
        "UR  - https://archive.example/read/3f2a",
        "ER  - ",
        "",
    ]
    assert "SP  - " not in ris(ESTIMATED)


def test_an_estimated_page_stands_in_the_note_and_not_as_the_page():
    (item,) = json.loads(csl_json(ESTIMATED))
    assert "page" not in item
    assert "about pp. 404–405 ± 2" in item["note"]
    assert "pages = " not in bibtex(ESTIMATED)
    assert "about pp. 404–405 ± 2" in bibtex(ESTIMATED)
    assert plain_citation(ESTIMATED).endswith("In: Papers on the Straits, about pp. 404–405 ± 2.")
    assert chicago_note(ESTIMATED).endswith("in Papers on the Straits, about pp. 404–405 ± 2.")


@pytest.mark.parametrize(
    ("when", "plain", "chicago", "parts"),
    [
        (("1937-01-01", "1937-12-31", "year"), "Diary, 1937.", "“Diary,” 1937, ", [[1937]]),
        (
            ("1920-12-01", "1920-12-31", "month"),
            "Diary, December 1920.",
            "“Diary,” December 1920, ",
            [[1920, 12]],
        ),
        (
            ("1920-12-22", "1920-12-29", "day"),
            "Diary, 22–29 December 1920.",
            "“Diary,” December 22–29, 1920, ",
            [[1920, 12, 22], [1920, 12, 29]],
        ),
        (
            ("1921-03-30", "1921-04-02", "day"),
            "Diary, 30 March – 2 April 1921.",
            "“Diary,” March 30–April 2, 1921, ",
            [[1921, 3, 30], [1921, 4, 2]],
        ),
        (
            ("1921-12-30", "1922-01-02", "day"),
            "Diary, 30 December 1921 – 2 January 1922.",
            "“Diary,” December 30, 1921–January 2, 1922, ",
            [[1921, 12, 30], [1922, 1, 2]],
        ),
    ],
)
def test_a_date_is_as_exact_as_the_document_gives_it(when, plain, chicago, parts):
    place = dated(*when)
    assert plain_citation(place).startswith(plain)
    assert chicago_note(place).startswith(chicago)
    assert json.loads(csl_json(place))[0]["issued"] == {"date-parts": parts}


def test_a_date_that_the_title_says_is_not_said_twice():
    document = Document(
        "ab" * 8,
        "s",
        0,
        "Conversation on June 11, 1937",
        0,
        1,
        DocumentMetadata(DocumentDate("1937-06-11", "1937-06-11", "day")),
    )
    place = CitedPlace(document, "a.txt")
    assert plain_citation(place) == "Conversation on June 11, 1937."
    assert chicago_note(place) == "“Conversation on June 11, 1937.”"


def test_a_quotation_within_the_title_gets_single_marks_in_the_note():
    document = Document("ab" * 8, "s", 0, "On the “Goeben”", 0, 1)
    assert chicago_note(CitedPlace(document, "a.txt")) == "“On the ‘Goeben’.”"


@pytest.mark.parametrize("end", ["?", "!", "…"])
def test_a_title_that_is_closed_gets_no_second_mark(end):
    document = replace(BARE.document, title=f"Who goes there{end}")
    assert plain_citation(replace(BARE, document=document)) == f"Who goes there{end}"


def test_what_tex_would_take_for_a_command_is_escaped():
    document = Document("ab" * 8, "s", 0, r"5% of $10 & {more} \input{x} a_b #1 ~ ^", 0, 1)
    assert (
        r"title = {{5\% of \$10 \& \{more\} \textbackslash{}input\{x\} a\_b \#1 "
        r"\textasciitilde{} \textasciicircum{}}}"
    ) in bibtex(CitedPlace(document, "a.txt"))


@given(title=st.text(min_size=1, max_size=60), reference=st.none() | st.text(max_size=40))
def test_any_title_gives_valid_json_balanced_bibtex_and_single_lines(title, reference):
    document = Document("cd" * 8, "s", 0, title, 0, 1, DocumentMetadata(archive_reference=reference))
    forms = all_citations(CitedPlace(document, "a.txt", "Container"))
    assert json.loads(forms["csl"])[0]["title"] == title
    bare = forms["bibtex"].replace("\\{", "").replace("\\}", "")
    assert bare.count("{") == bare.count("}")
    assert bare.splitlines()[0] == bare.split("\n")[0]
    assert set(forms) == {"plain", "chicago", "bibtex", "csl", "ris"}
    assert all(line[2:6] == "  - " for line in forms["ris"].split("\r\n")[:-1])
