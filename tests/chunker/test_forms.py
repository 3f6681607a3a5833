"""Forms above texts: registers, tickets, case files and articles that begin with labelled lines."""

from io import BytesIO

import docx
import pytest

from chunker.chunking import segment
from chunker.readers.reading import read_bytes
from chunker.text.forms import read_form

BODY = "\n\n" + "The council met in the old mill and spoke of the price of rye until the evening. " * 8


def document(source):
    [found] = segment(source).documents
    return found


ARTICLE = """ARTICLE:M130004  17-DEC-2000  [mill95]
TITLE   :Cannot Stop the Mill at Night
PRODUCT :Mill 95.x
PART/VER:MILL:95
OPER/SYS:
KEYWORDS:

====="""
CASE = """Case No.: 1921/34
Name: Anna Holm
Date of birth: 3 May 1890
Occupation: ferrywoman"""
INCIDENT = """Incident 17 of 4 May 1931
Reporter: Karl Brandt
Vessel: Aurora
Subject: Collision at the pier"""
PERMIT = "PERMIT\n\nPermit number: 88\nHolder: Anna Holm\nValid until: 3 May 1932\nIssued: 1 March 1931"
TICKET = "Ticket: 4411\nTitle: Ferry late\n  and late again\nReported: 2019-05-03\nStatus: open"
FILE = "**Akte:** 12/31\n**Betreff:** Fähre nach Vestö\n**Datum:** 3. Mai 1931"


@pytest.mark.parametrize(
    ("form", "title", "date"),
    [
        (ARTICLE, "Cannot Stop the Mill at Night", "2000-12-17"),
        (CASE, "Case No.: 1921/34, Name: Anna Holm", None),
        (f"{CASE}\nDate: 12 June 1921", "Case No.: 1921/34, Name: Anna Holm", "1921-06-12"),
        (f"{CASE}\nDate: 1921", "Case No.: 1921/34, Name: Anna Holm", "1921"),
        (TICKET, "Ferry late and late again", "2019-05-03"),
        (INCIDENT, "Collision at the pier", "1931-05-04"),
        (PERMIT, "PERMIT, Permit number: 88, Holder: Anna Holm", "1931-03-01"),
        (
            f"FORM 12\n\n{CASE}\nDated: 1921-06-12",
            "FORM 12, Case No.: 1921/34, Name: Anna Holm",
            "1921-06-12",
        ),
        (f"REGISTER OF FERRIES AND THEIR CREWS\n\n{CASE}", "REGISTER OF FERRIES AND THEIR CREWS", None),
        (FILE, "Fähre nach Vestö", "1931-05-03"),
    ],
)
def test_a_form_gives_title_and_date_in_its_fields(form, title, date):
    found = document(read_bytes((form + BODY).encode(), name="a.txt"))
    assert found.title == title
    assert (found.metadata.date and found.metadata.date.text) == date


ROWS = {"Inspection no.": "1921/34", "Vessel": "Aurora", "Master": "Anna Holm", "Date": "12 June 1921"}


@pytest.mark.parametrize("heading", ["INSPECTION FORM", "A long heading over the form of an inspection"])
@pytest.mark.parametrize("name", ["a.docx", "a.html", "a.md"])
def test_the_rows_of_a_table_are_fields_as_well(heading, name):
    found = document(read_bytes(written(heading, name), name=name))
    short = "INSPECTION FORM, Inspection no.: 1921/34, Vessel: Aurora"
    assert found.title == (short if heading == "INSPECTION FORM" else heading)
    assert found.metadata.date.text == "1921-06-12"


def written(heading, name):
    if name.endswith(".docx"):
        form = docx.Document()
        form.add_paragraph(heading)
        table = form.add_table(rows=len(ROWS), cols=2)
        for row, texts in zip(table.rows, ROWS.items(), strict=True):
            for cell, text in zip(row.cells, texts, strict=True):
                cell.text = text
        form.add_paragraph(BODY.strip())
        form.save(buffer := BytesIO())
        return buffer.getvalue()
    if name.endswith(".html"):
        rows = "".join(f"<tr><th>{label}</th><td>{value}</td></tr>" for label, value in ROWS.items())
        return f"<html><body><p>{heading}</p><table>{rows}</table><p>{BODY}</p></body></html>".encode()
    rows = "\n".join(f"| {label} | {value} |" for label, value in ROWS.items())
    return f"{heading}\n\n{rows}{BODY}".encode()


def test_a_table_of_two_columns_gives_no_title():
    ages = "Name | Boat\nAnna | Aurora\nKarl | Ferry\nOtto | None"
    assert document(read_bytes((ages + BODY).encode(), name="a.txt")).title.startswith("Name Boat Anna")


@pytest.mark.parametrize(
    "text",
    [
        "ANNA: I came on 3 May 1931.\nKARL: It was dark.\nANNA: It rained.\nKARL: So it did.",
        "At 10:30 we left.\nAt 11:15 we came.\nAt 12:40 we ate.",
        "Name: Anna Holm\nPlace: Vestoe\n\nThey came from all sides: it was late.",
        "It was late, and they said to each other: go.\nWe went: it rained.\nThe ferry came: it was full.",
        "https://example.org/a\nhttps://example.org/b\nhttps://example.org/c",
        "",
    ],
)
def test_what_is_spoken_counted_or_told_is_no_form(text):
    assert read_form(text + BODY) is None


def test_a_form_far_down_a_text_is_not_its_head():
    assert read_form("line\n" * 9 + "Name: Anna\nPlace: Vestoe\nState: open") is None
