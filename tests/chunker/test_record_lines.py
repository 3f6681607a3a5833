"""Records above texts: what libraries and transcribers say of a file in labelled lines."""

import pytest

from chunker.chunking import segment
from chunker.readers.reading import read_bytes, read_source

BODY = "\n\n" + "The council met in the old mill and spoke of the price of rye until the evening. " * 8
RECORDS = {
    "plain": "The Harbour Library\n\nTitle: The Ferry\n       of Vestoe\n\nAuthor: Anna Holm\n\nYear: 1931\n",
    "headings": "# Title: The Ferry of Vestoe\n\n## Author: Anna Holm\n\n## Year: 1931\n\n---\n\n## PART ONE",
    "bold": "**Title:** The Ferry of Vestoe\n**Author:** Anna Holm\n**Date:** 1931",
    "yaml": '---\ntitle: "The Ferry of Vestoe"\nauthors:\n  - Anna Holm\ndate: 1931-05-03\n---\n',
    "german": "Titel: The Ferry of Vestoe\nVerfasserin: Anna Holm\nJahr: 1931\nVerlag: Hafenverlag",
    "table": "| Title | The Ferry of Vestoe |\n| Author | Anna Holm |\n| Year | 1931 |",
}


def read(text, name="a.txt", encoding="utf-8"):
    return read_bytes(text.encode(encoding), name=name)


@pytest.mark.parametrize("name", ["a.txt", "a.md"])
@pytest.mark.parametrize("record", RECORDS.values(), ids=RECORDS)
def test_title_author_and_year_are_read_from_the_record_above_a_text(record, name):
    found = read(record + BODY, name)
    assert found.title == "The Ferry of Vestoe"
    assert found.bibliography.authors == ("Anna Holm",)
    assert found.bibliography.year == "1931"
    assert found.text == record + BODY


def test_a_records_lines_are_no_headings_and_no_documents(tmp_path):
    path = tmp_path / "a.md"
    path.write_text(RECORDS["headings"] + BODY + "\n\n## PART TWO" + BODY)
    source = read_source(path, name="a.md")
    assert [heading.text for heading in source.headings] == ["PART ONE", "PART TWO"]
    assert [document.title for document in segment(source).documents] == ["The Ferry of Vestoe"]


@pytest.mark.parametrize(
    "head",
    [
        "Title: The Ferry of Vestoe",
        "From: Anna Holm\nTo: Peder Lund\nDate: 3 May 1931\nSubject: The ferry",
        "Author: Anna Holm\nYear: 1931",
        "Title: One\nAuthor: A. Holm\n\nTitle: Two\nAuthor: P. Lund",
        BODY + BODY + "\n\nTitle: The Ferry\nAuthor: Anna Holm",
        "The title: it was given in 1931.\nAuthor and ferryman: they met.",
    ],
)
def test_what_is_no_record_of_the_file_says_nothing_of_it(head):
    found = read(head + BODY)
    assert found.title is None
    assert found.bibliography.authors == ()


@pytest.mark.parametrize(
    "line", ["Character set encoding: ISO-8859-2", "# -*- coding: latin2 -*-", "encoding=iso-8859-2"]
)
def test_the_encoding_that_a_text_states_is_believed(line):
    text = f"{line}\n\nPrzewoźnik żądał więcej."
    assert read(text, encoding="iso-8859-2").text == text
    assert read(text, encoding="utf-8").text == text
    assert read(text.replace(line, "encoding: nonsense") + " Był mróz.", encoding="utf-8").text.endswith(
        "mróz."
    )


@pytest.mark.parametrize(
    "mark", ["The Project Gutenberg eBook of ", "Full text of ", "The Project Gutenberg EBook, "]
)
def test_what_a_library_puts_before_a_title_is_no_part_of_it(mark):
    html = f"<html><head><title>{mark}The Ferry</title></head><body><p>{BODY}</p></body></html>"
    assert read(html, "a.html").title == "The Ferry"
