"""The title that a text gives itself: its first line that is one."""

import pytest

from chunker.documents import Span
from chunker.segmenting.title_lines import first_title, may_be_title

PROSE = (
    "The ferry left at dawn with forty barrels of tar and came back at noon, and nobody was on board. " * 3
)


def title(text):
    return first_title(text, Span(0, len(text)))


@pytest.mark.parametrize(
    "line",
    [
        *("[p. 41]", "Seite IV", "page 3 of 10", "17", "***"),
        *("3 May 1910", "Lisbon, 20 June 1847", "Paris, Hotel Adlon, 3 May 1910", "den 14. November 1920"),
        *("Dear Uncle,", "Sehr geehrte Frau Weber,", "To whom it may concern:"),
        *("12 Prince Street, Leeds", "14, rue de Rivoli, Paris", "Hauptstrasse 12", "10115 Berlin"),
        *("anna@example.org", "https://example.org/ferry", "Tel. 03112/36484", "P.O. Box 34"),
        *("TOP SECRET", "Strictly confidential", "Contents", "Inhalt"),
        *(
            "4 MMWR / January 14, 2011 / Vol. 60",
            "The Ferry Journal 22 (2019) 484-487",
            "Harbour review 1907 65",
        ),
        *("Name | Price | Year", "Alabama 18,870 23,022 22,650", "• the tar was dear"),
        *("Present:", "<DOCUMENT>", "X", "doi:10.1016/j.tcs.2003.05.002"),
    ],
)
def test_what_stands_above_a_title_is_none(line):
    assert not may_be_title(line)
    assert title(f"{line}\n\nOf ferries\n\nThe ferry left at dawn.") in {"Of ferries", None}


@pytest.mark.parametrize(
    "line",
    [
        *("The Ferry", "Apollo 11", "1984: a novel", "Treaty of Lausanne, 24 July 1923"),
        *(
            "Minutes of the meeting of 3 May 1954",
            "Letters 1902-1907",
            "4 years on the road",
            "Secret histories",
        ),
        *("Battle of Borodino, 7 September 1812", "渡し船は夜明けに出た", "Report for the year 1931"),
    ],
)
def test_a_line_that_names_a_text_is_its_title(line):
    assert title(f"{line}\n\nThe ferry left at dawn.") == line


def test_a_title_goes_on_in_the_next_line_where_it_ends_open_or_a_date_does():
    assert title("A guide for pilots,\ntheir masters and friends\n\nText.") == (
        "A guide for pilots, their masters and friends"
    )
    assert (
        title("Report of the harbour board of 3\nMay 1911\n\nText.")
        == "Report of the harbour board of 3 May 1911"
    )
    assert (
        title("Report of the harbour board\nPresent: Lund, Bille\n\nText.") == "Report of the harbour board"
    )


def test_a_date_goes_on_in_the_next_paragraph_and_before_a_word():
    assert title("Report of the board of 3\n\nMay 1911\n\nText.") == "Report of the board of 3 May 1911"
    assert title("Протокол от 3 мая\n1911 года\n\nТекст.") == "Протокол от 3 мая 1911 года"


def test_prose_gives_no_title():
    prose = "The ferry Aurelia left at dawn with tar and barley, and the pilot\n" * 5
    assert title(prose.replace("\nThe", "\nthe") + "was ill.") is None
    assert title("and so the ferry left at dawn\nwithout its pilot.") is None
    assert title("Lisbon, 20 June 1847\n\nDear Uncle,\n\nThe butter was sold.") is None


def test_the_head_of_pages_is_no_title():
    pages = "".join(f"{number} The Ferry Company\n\nOf the year {number}.\n\n" for number in range(21, 26))
    assert title(pages) == "Of the year 21."


def test_a_memorandum_is_called_by_its_subject():
    assert title("From: A. Lund\nTo: N. Bille\nSubject: The price of tar\n\nIt rose.") == "The price of tar"


@pytest.mark.parametrize(
    "above",
    [
        *("FILED", "COPY", "Received by the clerk", "DRAFT", "Abschrift", "КОПИЯ", "For immediate release"),
        *("Name ..............................", "Name: ____________", "Case No.: 12-345", "Akten: 44/1911"),
        *("UNCLASSIFIED", "Copie conforme", "Duplicate", "03:11 PM(CT)"),
    ],
)
def test_stamps_hours_and_lines_of_a_form_are_no_title(above):
    assert title(f"{above}\n\nThe ferry of Vestoe\n\n{PROSE}") == "The ferry of Vestoe"


@pytest.mark.parametrize(
    ("lines", "told"),
    [
        (
            ["UNITED STATES", "HARBOUR COMMISSION", "Washington", "FORM 8-K", "Current report"],
            "FORM 8-K, Current report",
        ),
        (
            ["Ministry of Rivers", "Office of the Minister", "Report on the ferry of Vestoe"],
            "Report on the ferry of Vestoe",
        ),
        (["Royal Embassy of Jutland", "Memorandum"], "Memorandum, Royal Embassy of Jutland"),
        (
            ["Harbour Board of Vestoe", "Minutes of the meeting of 3 May 1911"],
            "Minutes of the meeting of 3 May 1911",
        ),
        (["THE CITY OF VESTOE", "Resolution"], "Resolution, THE CITY OF VESTOE"),
        (["Ministerium des Innern", "Form 12 b"], "Form 12 b, Ministerium des Innern"),
        (["MUNICIPALITY OF VESTOE", "Licence to keep a shop    No. 114"], "Licence to keep a shop No. 114"),
        (["Ministerium des Innern", "Bescheinigung"], "Bescheinigung, Ministerium des Innern"),
        # no paper is named below, or far below, or the line is itself one
        (["The Ministry of Rivers", "A novel"], "The Ministry of Rivers"),
        (["Report of the Harbour Board", "Letter of the chairman"], "Report of the Harbour Board"),
        (["The society of pilots", PROSE, "Minutes of the meeting"], "The society of pilots"),
    ],
)
def test_below_the_name_of_a_body_the_paper_is_named(lines, told):
    assert title("\n\n".join([*lines, PROSE])) == told
