"""Pages on which one leafs through a collection: by date, by person, by kind, a part at a time."""

import re
from urllib.parse import quote

import pytest
from service_support import finished_job, make_app, serving, upload
from untitled_letters import untitled_letters
from web_support import fill

from service.web import browsing

_PAPER = re.compile(r'<a href="(/read/[0-9a-f]{16})">(.*?)</a>')


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    with serving(make_app(tmp_path_factory.mktemp("data"))) as client:
        fill(client, untitled_letters())
        yield client


def shares(page):
    """Return what can be chosen on a page: words, the address, and the number of papers in words."""
    items = re.findall(
        r'<li>\s*<a href="([^"]+)">([^<]+)</a>\s*<svg.*?<span class="count">([^<]+)', page, re.DOTALL
    )
    return [(words, link, count) for link, words, count in items]


def titles(page):
    return [title for _, title in _PAPER.findall(page)]


def headings(page):
    return re.findall(r'<h2 class="year">(.*?)</h2>', page)


def test_years_lead_to_months_and_months_to_papers_in_the_order_of_their_days(site):
    assert shares(site.get("/browse").text) == [
        ("1911", "/browse/dates/1911", "5 papers"),
        ("2019", "/browse/dates/2019", "3 papers"),
        ("Undated", "/browse/dates/undated", "one paper"),
    ]
    year = site.get("/browse/dates/1911").text
    assert shares(year) == [
        ("March 1911", "/browse/dates/1911-03", "2 papers"),
        ("April 1911", "/browse/dates/1911-04", "3 papers"),
    ]
    assert headings(year) == ["March 1911", "April 1911"]
    assert titles(site.get("/browse/dates/1911-04").text) == [
        "Linz, 2. April 1911, Lieber Karl",
        "Graz, 11 April 1911, Dear Mr. Weber",
        "Vienna, 20 April 1911, Dear Mr. Pichler",
    ]
    assert len(titles(site.get("/browse/dates/undated").text)) == 1


def test_people_and_kinds_lead_to_their_papers(site):
    people = {words: (link, count) for words, link, count in shares(site.get("/browse/people").text)}
    facets = site.get("/v1/facets").json()
    assert set(people) == {one["value"] for one in facets["participants"]}
    link, count = people["Ruth Hall"]
    assert (link, count) == ("/browse/people/Ruth%20Hall", "3 papers")
    mails = site.get(link).text
    assert titles(mails)[1:] == ["Re: keys", "Re: keys"]
    assert headings(mails) == ["2019"]
    assert "/?participant=Ruth+Hall" in mails
    assert titles(site.get("/browse/kinds/email").text) == titles(mails)
    assert {words for words, _, _ in shares(site.get("/browse/kinds").text)} == {"letter", "email"}


def test_people_stand_under_their_surnames(site):
    page = site.get("/browse/people").text
    people = [words for words, _, _ in shares(page)]
    assert people == sorted(people, key=lambda name: (name.split()[-1], name))
    assert headings(page) == sorted({name.split()[-1][0] for name in people})


def test_a_person_leads_to_others_of_the_surname(tmp_path):
    letter = "Letter of {} to {}\n\nMay {}, 1921\n\nThe harbour is frozen, and nothing can be sent by sea."
    parties = [("K. Brandt", "Anna Holm"), ("Karl Brandt", "Anna Holm"), ("Ruth Hall", "Karl Brandt")]
    with serving(make_app(tmp_path)) as site:
        fill(site, {f"{day}.txt": letter.format(*both, day).encode() for day, both in enumerate(parties, 1)})
        page = site.get("/browse/people/K.%20Brandt").text
        assert re.search(r'See also <a href="([^"]+)">([^<]+)</a></p>', page).groups() == (
            "/browse/people/Karl%20Brandt",
            "Karl Brandt",
        )
        assert "See also" not in site.get("/browse/people/Ruth%20Hall").text


def test_people_and_places_in_the_texts_lead_to_the_papers_that_name_them(site):
    places = {words: (link, count) for words, link, count in shares(site.get("/browse/named/places").text)}
    assert places == {
        "Graz": ("/browse/named/places/Graz", "4 papers"),
        "Linz": ("/browse/named/places/Linz", "7 papers"),
        "Trieste": ("/browse/named/places/Trieste", "5 papers"),
        "Vienna": ("/browse/named/places/Vienna", "6 papers"),
    }
    people = {words: count for words, _, count in shares(site.get("/browse/named/people").text)}
    assert people == {
        "Adler": "5 papers",
        "Hofer": "5 papers",
        "Anna": "4 papers",
        "Josef": "2 papers",
        "Karl": "3 papers",
        "Klein": "3 papers",
        "Novak": "3 papers",
        "Peter": "3 papers",
        "Peter Grant": "3 papers",
        "Ruth": "3 papers",
        "Ruth Hall": "3 papers",
        "Anna Weber": "2 papers",
        "Karl Weber": "2 papers",
        "Eduard Pichler": "2 papers",
        "Josef Brandt": "3 papers",
    }
    pichler = site.get("/browse/named/people/Eduard%20Pichler").text
    assert titles(pichler) == [
        "Graz, 11 April 1911, Dear Mr. Weber",
        "Vienna, 20 April 1911, Dear Mr. Pichler",
    ]
    assert "Also as Pichler" in pichler
    assert "See also" not in pichler


@pytest.mark.parametrize(("name", "other"), [("Anna", "Anna Weber"), ("Ruth Hall", "Ruth")])
def test_a_first_name_alone_and_whole_names_with_it_lead_to_each_other(site, name, other):
    page = site.get(f"/browse/named/people/{quote(name)}").text
    link = f"/browse/named/people/{quote(other)}"
    assert f'See also <a href="{link}">{other}</a></p>' in page


def test_all_papers_come_once_when_leafed_through_in_parts(site, monkeypatch):
    whole = titles(site.get("/browse/kinds/letter").text)
    names = [words for words, _, _ in shares(site.get("/browse/people").text)]
    monkeypatch.setattr(browsing, "_PAPERS_AT_ONCE", 2)
    monkeypatch.setattr(browsing, "_NAMES_AT_ONCE", 3)
    assert _leafed(site, "/browse/kinds/letter", titles) == whole
    assert len(set(whole)) == 5
    assert sorted(
        set(_leafed(site, "/browse/people", lambda page: [one[0] for one in shares(page)]))
    ) == sorted(set(names))


def _leafed(site, address, read):
    found = []
    while address:
        page = site.get(address).text
        found += read(page)
        further = re.search(r'<a rel="next" href="([^"]+)"', page)
        address = further[1].replace("&amp;", "&") if further else ""
    return found


@pytest.mark.parametrize(
    "address", ["dates/1500", "dates/19", "dates/x%25", "people/Nobody", "kinds/song", "named/people/Linz"]
)
def test_what_has_no_papers_is_not_found_in_words(site, address):
    response = site.get(f"/browse/{address}")
    assert response.status_code == 404
    assert "There are no papers of" in response.text


def test_a_name_of_any_letters_has_its_page(site):
    name = 'Léa "d/e" <b> & Co?'
    sender = f"{name.replace('<b>', '(b)')} <lea@example.org>"
    letter = f"From: {sender}\nTo: x@example.org\nSubject: Tea\n\nTea at five.\n"
    job = finished_job(site, upload(site, "tea.eml", letter.encode()))
    (document,) = site.get("/v1/documents", params={"source": "tea.eml"}).json()["documents"]
    for person in document["participants"]:
        assert titles(site.get(f"/browse/people/{quote(person, safe='')}").text) == ["Tea"]
    site.delete(f"/v1/sources/{job['source_id']}")


def test_each_collection_is_browsed_under_its_own_address(tmp_path):
    with serving(make_app(tmp_path)) as client:
        made = client.post("/v1/collections", json={"name": "weber"})
        assert made.status_code == 201, made.text
        letter = untitled_letters()["IMG_2031.txt"]
        files = {"file": ("a.txt", letter)}
        job = client.post("/v1/collections/weber/sources", files=files)
        assert finished_job(client, job)["status"] == "succeeded"
        assert shares(client.get("/c/weber/browse").text) == [
            ("1911", "/c/weber/browse/dates/1911", "one paper")
        ]
        assert '<a href="/c/weber/read/' in client.get("/c/weber/browse/dates/1911").text
        assert shares(client.get("/browse").text) == []
