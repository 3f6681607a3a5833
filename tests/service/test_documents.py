"""Documents, their pages and what they can be filtered by."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from service_support import (
    LETTER,
    PAGED,
    SHORT_NOTE,
    finished_job,
    index_files,
    make_app,
    problem_of,
    serving,
    upload,
)

from chunker.documents import Document, Page, PageMap, PageStart
from service.library.paging import document_pages


@pytest.fixture(scope="module")
def client(tmp_path_factory):
    with serving(make_app(tmp_path_factory.mktemp("data"))) as client:
        index_files(client, LETTER, SHORT_NOTE)
        finished_job(client, upload(client, "paged.txt", PAGED))
        yield client


@pytest.fixture(scope="module")
def paged(client):
    (document,) = client.get("/v1/documents", params={"source": "paged.txt"}).json()["documents"]
    return document


def test_documents_are_listed_in_parts_by_file_and_place(client):
    whole = client.get("/v1/documents").json()
    places = [(one["source"], one["ordinal"]) for one in whole["documents"]]
    assert places == sorted(places)
    assert whole["total"] == len(places) >= 3
    parts = [
        client.get("/v1/documents", params={"offset": offset, "limit": 2}).json()["documents"]
        for offset in range(0, len(places), 2)
    ]
    assert [one for part in parts for one in part] == whole["documents"]


def test_a_list_is_read_to_its_end_by_what_follows(client):
    whole = client.get("/v1/documents").json()
    read, following = [], {}
    while True:
        part = client.get("/v1/documents", params={"limit": 2, **following}).json()
        assert len(part["documents"]) in {1, 2}
        assert part["total"] == whole["total"]
        read += part["documents"]
        if part["next"] is None:
            break
        following = {"after": part["next"]}
    assert read == whole["documents"]
    assert client.get("/v1/documents", params={"after": read[-1]["id"]}).json()["documents"] == []
    assert client.get("/v1/documents", params={"after": "nothing"}).status_code == 404


def test_documents_are_filtered_by_date_participant_kind_and_title(client):
    letter = client.get("/v1/documents", params={"source": LETTER.name}).json()["documents"][0]
    for params in (
        {"date_from": "1941-12-18", "date_to": "1941-12-18"},
        {"participant": "Eden", "kind": letter["kind"], "date_from": "1941-01-01"},
        {"title": "great britain eden", "source": LETTER.name},
    ):
        assert letter in client.get("/v1/documents", params=params).json()["documents"]
    for params in ({"date_to": "1900-01-01"}, {"title": "no such title"}, {"source": "none"}):
        assert client.get("/v1/documents", params=params).json()["documents"] == []


@pytest.mark.parametrize(
    "query",
    ["limit=0", "limit=1001", "offset=-1", "date_from=1939", "date_from=x", "unknown=1", "limit=x",
     "date_from=1940-01-01&date_to=1939-01-01"],
)  # fmt: skip
def test_a_bad_query_is_refused(client, query):
    response = client.get(f"/v1/documents?{query}")
    assert response.status_code == 422
    problem_of(response)


def test_a_document_comes_with_its_pages_and_on_demand_its_text(client, paged):
    detail = client.get(f"/v1/documents/{paged['id']}").json()
    assert {name: detail[name] for name in paged} == paged
    assert [page["label"] for page in detail["pages"]] == ["11", "12", "13", "14"]
    assert {page["method"] for page in detail["pages"]} == {"printed"}
    assert detail["text"] is None
    text = client.get(f"/v1/documents/{paged['id']}", params={"text": True}).json()["text"]
    assert text == PAGED[paged["start_char"] : paged["end_char"]]


def test_a_page_gives_the_text_that_stands_on_it(client, paged):
    page = client.get(f"/v1/documents/{paged['id']}/pages/12").json()
    assert page["text"] == PAGED[page["start_char"] : page["end_char"]]
    assert "envoy of Batum" in page["text"]
    assert "Odessa" not in page["text"]
    assert "Trebizond" not in page["text"]
    assert (page["previous"], page["label"], page["next"]) == ("11", "12", "13")
    assert (page["method"], page["margin"]) == ("printed", 0)


def test_the_first_and_the_last_page_have_no_page_beyond(client, paged):
    assert client.get(f"/v1/documents/{paged['id']}/pages/11").json()["previous"] is None
    assert client.get(f"/v1/documents/{paged['id']}/pages/14").json()["next"] is None


@pytest.mark.parametrize("page", ["10", "15", "xii", "12%2F13", "%00", "0", "-1", "١٢"])
def test_a_page_the_document_has_not_is_not_found(client, paged, page):
    response = client.get(f"/v1/documents/{paged['id']}/pages/{page}")
    assert response.status_code == 404
    problem_of(response)


def test_of_a_document_without_pages_no_page_is_made_up(client):
    (letter,) = client.get("/v1/documents", params={"source": LETTER.name}).json()["documents"]
    assert client.get(f"/v1/documents/{letter['id']}").json()["pages"] == []
    response = client.get(f"/v1/documents/{letter['id']}/pages/1")
    assert response.status_code == 404
    assert "No pages are known" in problem_of(response)["detail"]


def test_neighbours_are_each_others(client):
    documents = client.get("/v1/documents").json()["documents"]
    for one in documents:
        detail = client.get(f"/v1/documents/{one['id']}").json()
        if detail["next"]:
            follower = client.get(f"/v1/documents/{detail['next']['id']}").json()
            assert follower["previous"] == {"id": one["id"], "title": one["title"]}
            assert follower["ordinal"] == one["ordinal"] + 1


def test_an_unknown_document_is_not_found(client):
    for path in ("", "/pages/1"):
        response = client.get(f"/v1/documents/0123456789abcdef{path}")
        assert response.status_code == 404
        problem_of(response)


def test_facets_count_documents(client):
    facets = client.get("/v1/facets").json()
    documents = client.get("/v1/documents").json()["documents"]
    dated = [one for one in documents if one["date"]]
    assert sum(year["documents"] for year in facets["years"]) == len(dated)
    assert facets["undated"] == len(documents) - len(dated)
    for kind in facets["kinds"]:
        listed = client.get("/v1/documents", params={"kind": kind["value"]}).json()
        assert listed["total"] == kind["documents"]


def page_map(*starts, end_char=None):
    return PageMap(tuple(PageStart(start, Page(label, "printed")) for start, label in starts), end_char)


def document(start_char, end_char):
    return Document("d", "s", 0, "Title", start_char, end_char)


def spans(pages):
    return [(page.page.label, page.start_char, page.end_char) for page in pages]


def test_the_first_and_last_page_are_cut_to_the_document():
    pages = document_pages(page_map((0, "1"), (10, "2"), (20, "3"), (30, "4")), document(15, 25))
    assert spans(pages) == [("2", 15, 20), ("3", 20, 25)]


def test_text_before_the_first_and_after_the_last_page_is_on_none():
    assert spans(document_pages(page_map((10, "1"), end_char=20), document(0, 30))) == [("1", 10, 20)]
    assert document_pages(page_map((10, "1"), end_char=20), document(0, 10)) == ()
    assert document_pages(PageMap(), document(0, 10)) == ()


def test_neighbouring_stretches_of_one_label_are_one_page():
    assert spans(document_pages(page_map((0, "1"), (5, "1"), (9, "2")), document(0, 12))) == [
        ("1", 0, 9),
        ("2", 9, 12),
    ]


@given(
    st.lists(st.integers(0, 60), unique=True).map(sorted),
    st.tuples(st.integers(0, 60), st.integers(0, 60)).map(sorted),
    st.none() | st.integers(0, 80),
)
def test_every_character_is_on_the_page_the_map_gives_it(starts, span, end_char):
    if end_char is not None and starts and end_char < starts[-1]:
        end_char = starts[-1]
    pages_of = page_map(
        *((start, str(number // 2)) for number, start in enumerate(starts)), end_char=end_char
    )
    pages = document_pages(pages_of, document(*span))
    found = {offset: page.page.label for page in pages for offset in range(page.start_char, page.end_char)}
    for offset in range(*span):
        page = pages_of.at(offset)
        assert found.get(offset) == (page.label if page else None)
