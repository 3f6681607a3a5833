"""What a source is as a publication: what files state, and what stands beside them."""

import logging

import pytest

from chunker.documents import Bibliography, Source
from chunker.readers.reading import read_bytes, read_source
from chunker.readers.sidecar import DescriptionError, checked_description, described
from chunker.readers.stated_bibliography import stated_bibliography

PAGE = """<html><head><title>On harbours</title>
<meta name="citation_author" content="Weber, Anna"><meta name="citation_author" content="Holm, Anders">
<meta name="DC.publisher" content="Harbour Press"><meta name="dcterms.date" content="1931-05-02">
<meta name="DC.rights" content="CC BY 4.0"></head><body><p>The harbour is full of ice.</p></body></html>"""


@pytest.mark.parametrize(
    "account",
    ["Administrator", "user", "admin", "(anonymous)", "Microsoft Word", "hp", "weber", "a@b.example"],
)
def test_a_program_or_an_account_is_no_author(account):
    assert stated_bibliography(authors=[account]).authors == ()


def test_names_joined_by_semicolons_are_several_and_each_is_told_once():
    stated = stated_bibliography(authors=["Anna Weber; Anders  Holm", "Anna Weber", None, ""])
    assert stated.authors == ("Anna Weber", "Anders Holm")


@pytest.mark.parametrize(
    ("date", "year"),
    [("1931-05-02", "1931"), ("May 1931", "1931"), ("D:20240101", None), ("", None), (None, None)],
)
def test_of_a_date_the_year_is_kept(date, year):
    assert stated_bibliography(date=date).year == year


def test_a_web_page_states_what_its_meta_elements_say():
    source = read_bytes(PAGE.encode(), name="page.html")
    assert source.title == "On harbours"
    assert source.bibliography == Bibliography(
        ("Weber, Anna", "Holm, Anders"), "Harbour Press", year="1931", rights="CC BY 4.0"
    )


def read_with_sidecar(folder, sidecar):
    path = folder / "letters.txt"
    path.write_text("The harbour is full of ice.", encoding="utf-8")
    path.with_name("letters.txt.toml").write_bytes(sidecar)
    return read_source(path, name="letters.txt")


def test_a_sidecar_says_what_its_file_is(tmp_path):
    sidecar = (
        'title = "Letters from the coast"\nauthors = ["Anna Weber"]\nyear = 1931\nplace = " Trieste\\n"\n'
    )
    source = read_with_sidecar(tmp_path, sidecar.encode())
    assert source.title == "Letters from the coast"
    assert source.bibliography == Bibliography(("Anna Weber",), place="Trieste", year="1931")


@pytest.mark.parametrize(
    ("sidecar", "told"),
    [
        (b"title = ", "letters.txt.toml is left out: "),
        (b"\xff\xfe", "letters.txt.toml is left out: "),
        (b"titel = 'Letters'", "titel is not known; a source has title, authors, publisher"),
        (b"title = 7", "title must be a text"),
        (b"authors = [1]", "authors must be a text"),
        (b"#" * 100_001, "more than 100,000 bytes"),
        (b"title = '" + b"x" * 1001 + b"'", "at most 1,000 characters"),
    ],
)
def test_a_sidecar_that_cannot_be_taken_is_told_and_left_out(tmp_path, caplog, sidecar, told):
    with caplog.at_level(logging.WARNING):
        source = read_with_sidecar(tmp_path, sidecar)
    assert (source.title, source.bibliography) == (None, Bibliography())
    (record,) = caplog.records
    assert told in record.message
    assert "\n" not in record.message


def test_what_is_not_described_stays_and_an_empty_text_says_that_there_is_none():
    source = Source(
        *("id", "a.txt", "text/plain", "text", 4),
        title="A",
        bibliography=Bibliography(("B",), "C", year="1931"),
    )
    changed = described(source, checked_description({"title": "", "authors": [], "year": "1932"}))
    assert changed.title is None
    assert changed.bibliography == Bibliography((), "C", year="1932")


def test_only_what_a_source_has_can_be_described():
    with pytest.raises(DescriptionError, match="date is not known"):
        checked_description({"date": "1931"})
