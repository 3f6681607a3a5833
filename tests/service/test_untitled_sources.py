"""A folder of letters without titles: a reader sees each by its opening words and date, not by its file."""

import json
import re

import pytest
from service_support import finished_job, make_app, serving, upload
from untitled_letters import untitled_letters
from web_support import document_of, fill

SUBJECTLESS = "Dear Peter, the survey of the Weber letters is done. Professor Klein in Vienna…"
NAMED = {
    "IMG_2031.txt": "Vienna, 3 March 1911, Dear Anna",
    "scan0003.txt": "the crate has come and nothing was broken. Adler is delighted. I shall write to…",
    "scan0004.txt": "Linz, 2. April 1911, Lieber Karl",
    "0001.eml": f"{SUBJECTLESS}, 4 June 2019",
    "0002.eml": "Re: keys, 6 June 2019",
    "0003.eml": "Re: keys, 7 June 2019",
    "Document1.docx": "Graz, 11 April 1911, Dear Mr. Weber",
}
_FILE = re.compile(r"[\w.]+\.(?:txt|eml|docx)\b")
_SMALL_PRINT = re.compile(r'<span class="file">.*?</span>')
_ATTRIBUTES = re.compile(r'(?:value|href)="[^"]*"')


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    with serving(make_app(tmp_path_factory.mktemp("data"))) as client:
        fill(client, untitled_letters())
        yield client


def test_each_source_is_called_by_its_title_or_its_opening_words_and_its_date(site):
    words = {one["name"]: one["words"] for one in site.get("/v1/sources").json()["sources"]}
    assert {name: words[name] for name in NAMED} == NAMED
    assert len(set(words.values())) == len(untitled_letters())


def test_no_page_shows_a_file_by_its_name_but_the_library_in_small_print(site):
    letter = document_of(site, "scan0003.txt")
    addresses = ["/", "/?q=Who+has+the+keys+in+Linz%3F", f"/read/{letter['id']}", f"/cite/{letter['id']}"]
    for address in [*addresses, "/library", "/library?source=scan0003.txt"]:
        page = site.get(address).text
        seen = _ATTRIBUTES.sub("", page if "library" not in address else _SMALL_PRINT.sub("", page))
        assert _FILE.findall(seen.replace("file scan0003.txt", "")) == [], address
        if "cite" not in address:
            assert NAMED["scan0003.txt"] in seen, address
    assert '<span class="file">scan0003.txt</span>' in site.get("/library").text


def test_a_letter_without_a_title_is_cited_by_its_opening_words(site):
    letter = document_of(site, "0001.eml")
    forms = site.get(f"/cite/{letter['id']}", params={"format": "all"}).json()
    assert forms["plain"] == f"{SUBJECTLESS}, 4 June 2019."
    assert json.loads(forms["csl"])[0]["title"] == SUBJECTLESS


def test_opening_words_are_not_found_in_passages_that_do_not_hold_them(site):
    found = site.post("/v1/search", json={"question": '"crate has come"', "mode": "search"}).json()
    assert [one["citation"]["source"] for one in found["passages"]] == ["scan0003.txt"]
    assert found["counted"]["passages"] == 1


def test_a_file_of_several_papers_without_a_title_is_called_by_its_first_and_how_many_follow(site):
    days = ("3 May 1911", "9 June 1911", "1 July 1911", "20 July 1911")
    bodies = (
        "I have had no word from you since the thaw, and the roof of the mill still leaks in two places.",
        "The roof is mended. Josef came with the ladder on Monday and stayed until the hay was in.",
        "We leave for Graz on Friday, all of us but Marta, who has the cow to look after.",
        "Graz is hot and loud. I have seen the doctor, who says that I am to drink less coffee.",
    )
    letters = (
        f"Vienna, {day}\n\nDear Anna,\n\n{body}\n\nYour brother\nKarl\n\n\n"
        for day, body in zip(days, bodies, strict=True)
    )
    book = "".join(letters)
    job = finished_job(site, upload(site, "copybook.txt", book))
    source = site.get(f"/v1/sources/{job['source_id']}").json()
    assert source["documents"] == len(days)
    assert source["words"] == "Vienna, 3 May 1911, Dear Anna, and 3 more"
    cited = document_of(site, "copybook.txt")
    plain = site.get(f"/cite/{cited['id']}", params={"format": "plain"}).text
    assert "In: Vienna, 3 May 1911, Dear Anna, and 3 more" in plain
    assert site.delete(f"/v1/sources/{job['source_id']}").status_code in {200, 204}
