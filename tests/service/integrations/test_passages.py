"""Passages for other frameworks: alike from an open collection and over HTTP, with citations and filters."""

import pytest
from service_support import PAGED, finished_job, make_app, serving, upload

from chunker.documents import Span
from service.api.schemas import SearchFilters
from service.errors import QuestionError, RemoteError
from service.integrations.comparisons import filters_from
from service.integrations.passages import find_passages, id_of, metadata_of

KEY = "a-key-of-the-archive"


@pytest.fixture(scope="module")
def address(tmp_path_factory, letters):
    app = make_app(tmp_path_factory.mktemp("service"), api_keys=[KEY], passage_tokens=50)
    with serving(app, headers={"Authorization": f"Bearer {KEY}"}) as client:
        for name, text in letters.items():
            finished_job(client, upload(client, name, text))
        yield str(client.base_url)


def test_an_open_collection_and_a_service_give_the_same(dossier, address):
    here = find_passages(dossier, "When did Anna leave Trieste?", top_k=3)
    there = find_passages(address, "When did Anna leave Trieste?", top_k=3, key=KEY)
    assert [one.text for one in here] == [one.text for one in there]
    assert len(here) == 3
    site = address.rstrip("/")
    for ours, theirs in zip(here, there, strict=True):
        assert metadata_of(theirs) == metadata_of(ours) | {"url": site + metadata_of(ours)["url"]}
        assert id_of(ours) == id_of(theirs)


def test_a_passage_is_cited_by_its_source_date_page_place_and_address(dossier):
    [passage] = find_passages(
        dossier, "the envoy of Batum", filters=SearchFilters(sources=["harbours.txt"]), top_k=1
    )
    cited = metadata_of(passage)
    source = dossier.source(cited["source_id"])
    assert (cited["source"], source.name) == ("harbours.txt", "harbours.txt")
    span = Span(cited["start_char"], cited["end_char"])
    with dossier.snapshot() as snapshot:
        text = snapshot.text(source.id, span.start_char, span.end_char)
    assert text in PAGED
    assert "Batum" in text
    place = dossier.cite(cited["document_id"], span)
    assert (cited["page"], cited["page_end"]) == (place.page and place.page.label, place.page_end.label)
    assert cited["page_end"] == "12"
    assert cited["url"].startswith(f"/read/{cited['document_id']}")
    assert dossier.read(cited["document_id"]).document.title == cited["title"]


@pytest.mark.parametrize(
    ("key", "query", "told"),
    [
        ("wrong", "Who?", "401"),
        (KEY, "x" * 3_000, "422"),
    ],
)
def test_what_a_service_refuses_is_told_with_its_reason(address, key, query, told):
    with pytest.raises(RemoteError, match=told) as raised:
        find_passages(address, query, key=key)
    assert len(str(raised.value)) < 500


def test_a_collection_of_a_service_is_asked_by_its_name_and_cited_by_its_address(tmp_path, letters):
    with serving(make_app(tmp_path)) as client:
        made = client.post("/v1/collections", json={"name": "letters", "title": "Letters"})
        assert made.status_code == 201, made.text
        response = client.post("/v1/sources", files={"file": ("anna.txt", letters["anna.txt"].encode())})
        finished_job(client, response)
        files = {"file": ("karl.txt", letters["karl.txt"].encode())}
        finished_job(client, client.post("/v1/collections/letters/sources", files=files))
        address = str(client.base_url)
        [usual], [other] = (find_passages(address, "Anna", collection=name) for name in (None, "letters"))
        assert (usual.citation.source, other.citation.source) == ("anna.txt", "karl.txt")
        for passage in (usual, other):
            assert client.get(passage.citation.url).status_code == 200
        with pytest.raises(RemoteError, match="404"):
            find_passages(address, "Anna", collection="nothing")


def test_an_open_collection_knows_no_other(dossier):
    with pytest.raises(ValueError, match="knows no other"):
        find_passages(dossier, "Anna", collection="letters")


def test_a_service_that_is_not_there_is_told_by_its_address():
    with pytest.raises(RemoteError, match=r"http://127\.0\.0\.1:9 cannot be asked"):
        find_passages("http://127.0.0.1:9/", "Who?")


def test_what_cannot_be_asked_of_an_open_collection_is_told(dossier):
    with pytest.raises(QuestionError):
        find_passages(dossier, " ")


@pytest.mark.parametrize(
    ("comparisons", "filters"),
    [
        ([], {}),
        ([("kind", "==", "letter")], {"kinds": ["letter"]}),
        ([("kind", "in", ["letter", "treaty"])], {"kinds": ["letter", "treaty"]}),
        ([("source", "==", "a.txt"), ("document_id", "==", "d")], {"sources": ["a.txt"], "documents": ["d"]}),
        ([("participants", "contains", "Anna")], {"participants": ["Anna"]}),
        (
            [("date", ">=", "1911-01-01"), ("date", "<=", "1911-12-31")],
            {"date_from": "1911-01-01", "date_to": "1911-12-31"},
        ),
        ([("date", "==", "1911-05-03")], {"date_from": "1911-05-03", "date_to": "1911-05-03"}),
    ],
)
def test_comparisons_become_the_filters_of_a_search(comparisons, filters):
    assert filters_from(comparisons) == SearchFilters.model_validate(filters)


@pytest.mark.parametrize(
    ("comparisons", "told"),
    [
        ([("colour", "==", "red")], "colour == cannot be searched for"),
        ([("kind", "!=", "letter")], "kind != cannot"),
        ([("date", ">", "1911-01-01")], "date > cannot"),
        ([("kind", "==", "letter"), ("kind", "==", "treaty")], "kinds: give one comparison"),
        ([("source", "==", "a"), ("source_id", "==", "b")], "sources: give one comparison"),
        ([("date", "==", "1911-05-03"), ("date", ">=", "1911-01-01")], "date_from: give one comparison"),
        ([("date", ">=", "yesterday")], "date_from"),
    ],
)
def test_what_a_search_cannot_compare_is_told_and_never_passed_over(comparisons, told):
    with pytest.raises(ValueError, match=told):
        filters_from(comparisons)
