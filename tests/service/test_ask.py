"""Questions over HTTP: the contract's fields, words that stand in the file, and plain refusals."""

import json

import pytest
from service_support import (
    LETTER,
    SHORT_NOTE,
    events_of,
    finished_job,
    index_files,
    make_app,
    problem_of,
    serving,
    upload,
)

QUESTION = "What did comrade Stalin propose to Eden?"


@pytest.fixture(scope="module")
def client(tmp_path_factory):
    with serving(make_app(tmp_path_factory.mktemp("data"))) as client:
        index_files(client, LETTER, SHORT_NOTE)
        yield client


def ask(client, **request):
    return client.post("/v1/ask", json={"question": QUESTION, **request})


def test_an_answer_has_every_field_of_the_contract(client):
    body = ask(client).json()
    assert set(body) >= {
        "question", "standalone_question", "answerable", "confidence", "answer", "passages", "index",
        "timings_ms",
    }  # fmt: skip
    assert set(body["answer"]) >= {"text", "kind", "quotes"}
    assert set(body["answer"]["quotes"][0]) >= {"citation", "text", "start_char", "end_char", "match"}
    passage = body["passages"][0]
    assert set(passage) >= {"rank", "score", "scores", "text", "highlights", "citation"}
    assert set(passage["scores"]) >= {"dense", "lexical"}
    assert set(passage["citation"]) >= {
        "number", "source", "source_id", "document_id", "title", "date", "kind", "participants", "page",
        "page_end", "page_method", "page_margin", "start_char", "end_char", "archive_reference", "url",
        "also_in",
    }  # fmt: skip
    assert set(body["index"]) >= {"generation", "model", "passages"}
    assert set(body["timings_ms"]) >= {"encode", "search", "rank", "answer", "total"}


@pytest.mark.parametrize("door", ["/v1/ask", "/v1/search"])
def test_what_was_understood_of_the_question_stands_beside_what_was_found(client, door):
    question = "What did comrade Stalin propose to Eden before May 1941 and in 1942?"
    body = client.post(door, json={"question": question}).json()
    assert body["interpretation"] == {
        "dates": [
            {"from": None, "to": "1941-04-30", "text": "before May 1941"},
            {"from": "1942-01-01", "to": "1942-12-31", "text": "1942"},
        ],
        "also_searched": {},
        "language": "en",
        "participants": [],
        "kinds": [],
        "mode": "ask",
    }
    nothing = {
        "dates": [],
        "also_searched": {},
        "language": "en",
        "participants": [],
        "kinds": [],
        "mode": "ask",
    }
    assert client.post(door, json={"question": QUESTION}).json()["interpretation"] == nothing


def test_the_words_searched_for_a_typing_error_stand_beside_what_was_found(client):
    body = client.post("/v1/ask", json={"question": "What did comrade Stalinn propose to Eden?"}).json()
    assert body["interpretation"]["also_searched"] == {"Stalinn": ["stalin"]}


def test_offsets_index_the_decoded_file(client):
    body = ask(client, filters={"sources": [LETTER.name]}).json()
    text = LETTER.read_text("utf-8")
    for passage in body["passages"]:
        citation = passage["citation"]
        words = text[citation["start_char"] : citation["end_char"]].split()
        assert words[0] in passage["text"]
        assert words[-1] in passage["text"]
    exact = [quote for quote in body["answer"]["quotes"] if quote["match"] == "exact"]
    assert exact
    for quote in exact:
        assert text[quote["start_char"] : quote["end_char"]] == quote["text"]


def test_every_quote_cites_a_passage_that_came_with_it(client):
    body = ask(client, top_k=3).json()
    numbers = [passage["citation"]["number"] for passage in body["passages"]]
    assert numbers == [1, 2, 3]
    assert {quote["citation"] for quote in body["answer"]["quotes"]} <= set(numbers)


def test_a_letter_is_cited_with_its_date_kind_and_archive_reference(client):
    citation = ask(client, filters={"sources": [LETTER.name]}).json()["passages"][0]["citation"]
    assert citation["date"] == "1941-12-18"
    assert citation["archive_reference"] == "AP RF, f. 45, op. 1, d. 279, l. 115-122"
    assert "Eden" in citation["participants"]
    assert citation["page"] is None
    assert citation["page_method"] == "none"
    assert citation["url"] == f"/read/{citation['document_id']}"


def test_filters_hold(client):
    for wanted in (LETTER.name, SHORT_NOTE.name):
        body = ask(client, filters={"sources": [wanted]}, top_k=50).json()
        assert {passage["citation"]["source"] for passage in body["passages"]} == {wanted}


def test_where_the_filters_leave_nothing_there_is_no_answer_and_no_passage(client):
    body = ask(client, filters={"date_to": "1066-10-14"}).json()
    assert body["answerable"] is False
    assert body["answer"]["kind"] == "none"
    assert body["answer"]["quotes"] == []
    assert body["passages"] == []


def test_below_the_threshold_the_nearest_passages_come_without_an_answer(tmp_path):
    with serving(make_app(tmp_path, answer_threshold=1.0)) as client:
        index_files(client, SHORT_NOTE)
        body = ask(client).json()
    assert body["answerable"] is False
    assert body["answer"]["kind"] == "none"
    assert body["answer"]["quotes"] == []
    assert body["answer"]["text"]
    assert body["passages"]


def test_an_empty_index_says_that_nothing_is_indexed_and_how_to_mend_it(tmp_path):
    with serving(make_app(tmp_path)) as client:
        response = ask(client)
    assert response.status_code == 200
    assert response.json()["answerable"] is False
    assert "dossier index" in response.json()["answer"]["text"]


def test_top_k_is_the_configured_one_unless_the_request_says_otherwise(tmp_path):
    with serving(make_app(tmp_path, top_k=2)) as client:
        index_files(client, LETTER)
        assert len(ask(client).json()["passages"]) == 2
        assert len(ask(client, top_k=4).json()["passages"]) == 4


def test_the_same_question_gets_the_same_answer(client):
    first, second = ask(client).json(), ask(client).json()
    del first["timings_ms"], second["timings_ms"]
    assert first == second


def test_a_stream_gives_passages_then_the_answer_in_pieces_then_the_whole(client):
    plain = ask(client).json()
    response = ask(client, stream=True)
    assert response.headers["X-Accel-Buffering"] == "no"  # else a proxy holds it back
    assert response.headers["content-type"].startswith("text/event-stream")
    events = events_of(response.text)
    names = [name for name, _ in events]
    assert names == ["passages", *["answer.delta"] * (len(names) - 3), "answer", "done"]
    assert events[0][1] == {"passages": plain["passages"]}
    pieces = "".join(data["text"] for name, data in events if name == "answer.delta")
    whole = events[-2][1]
    assert pieces == whole["answer"]["text"]
    assert whole["answer"] == plain["answer"]
    assert whole["passages"] == plain["passages"]


def test_a_search_gives_the_passages_of_the_answer_and_no_answer(client):
    found = client.post("/v1/search", json={"question": QUESTION}).json()
    assert found["passages"] == ask(client).json()["passages"]
    assert "answer" not in found


@pytest.mark.parametrize(
    ("request_body", "field"),
    [
        ({}, "body.question"),
        ({"question": ""}, "body.question"),
        ({"question": " \n\t"}, "body.question"),
        ({"question": None}, "body.question"),
        ({"question": "x", "top_k": 0}, "body.top_k"),
        ({"question": "x", "top_k": 51}, "body.top_k"),
        ({"question": "x", "topk": 5}, "body.topk"),
        ({"question": "x", "filters": {"kind": ["telegram"]}}, "body.filters.kind"),
        ({"question": "x", "filters": {"date_from": "yesterday"}}, "body.filters.date_from"),
        ({"question": "x", "filters": {"date_from": "1939"}}, "body.filters.date_from"),
        ({"question": "x", "filters": {"date_from": 0}}, "body.filters.date_from"),
        ({"question": "x", "filters": {"date_from": "1939-02-30"}}, "body.filters.date_from"),
        ({"question": "x", "filters": {"date_from": "1940-01-01", "date_to": "1939-01-01"}}, "body.filters"),
        ({"question": "x", "history": [{"role": "system", "content": "y"}]}, "body.history.0.role"),
        ({"question": "x" * 2_001}, "body.question"),
        ({"question": "x", "stream": 1}, "body.stream"),
    ],
)
def test_a_bad_request_is_refused_and_the_field_is_named(client, request_body, field):
    response = client.post("/v1/ask", json=request_body)
    assert response.status_code == 422
    assert field in {error["field"] for error in problem_of(response)["errors"]}


@pytest.mark.parametrize("path", ["/v1/ask", "/v1/search"])
def test_a_null_is_as_if_it_were_absent(client, path):
    fields = ["top_k", "mode", "filters", *(["history", "form", "boxes", "stream"] * (path == "/v1/ask"))]
    plain = client.post(path, json={"question": QUESTION}).json()
    nulls = {"filters": {"kinds": None, "sources": None, "date_from": None}}
    for body in (dict.fromkeys(fields), nulls):
        found = client.post(path, json={"question": QUESTION, **body})
        assert found.status_code == 200, found.text
        assert found.json()["passages"] == plain["passages"]


@pytest.mark.parametrize(
    ("content", "content_type", "status"),
    [
        ("{bad", "application/json", 400),
        ('"text"', "application/json", 422),
        ("[]", "application/json", 422),
        ("", "application/json", 422),
        ("question=x", "application/x-www-form-urlencoded", 415),
        ('{"question": "x"}', "text/plain", 415),
        (b"\xff\xfe\x00", "application/json", 400),
    ],
)
def test_what_is_no_json_object_is_refused(client, content, content_type, status):
    response = client.post("/v1/ask", content=content, headers={"Content-Type": content_type})
    assert response.status_code == status
    problem_of(response)


@pytest.mark.parametrize(
    "question", ["\ud800", "\0", "a\0b", "؟", "“”", "NEAR(", '"', "*", "-", "AND OR NOT", "?" * 2_000]
)
def test_odd_questions_are_answered_or_refused_but_never_fail(client, question):
    response = client.post(
        "/v1/ask", content=json.dumps({"question": question}), headers={"Content-Type": "application/json"}
    )
    assert response.status_code in {200, 400, 422}, response.text


def test_a_body_larger_than_allowed_is_refused_by_its_announced_length(client):
    response = ask(client, question="x" * 1_000_001)
    assert response.status_code == 413
    assert problem_of(response)["type"] == "urn:dossier:problem:body-too-large"


def test_a_body_larger_than_allowed_is_refused_where_no_length_was_announced(client):
    pieces = (b"x" * 100_000 for _ in range(11))
    response = client.post("/v1/ask", content=pieces, headers={"Content-Type": "application/json"})
    assert response.status_code == 413
    problem_of(response)


def test_words_of_a_long_document_are_cited_with_the_heading_they_stand_below(tmp_path):
    rain = "It rained on the moor, and nobody came down from the farms to the market. " * 5
    text = (
        f"A year on the coast\n\nCHAPTER I. The moor\n\n{rain}\n\nCHAPTER II. The harbour\n\n"
        f"The lighthouse was built in 1871 by the harbour board. {rain}\n"
    )
    with serving(make_app(tmp_path)) as client:
        finished_job(client, upload(client, "coast.txt", text))
        asked = {"question": "When was the lighthouse built?"}
        body = client.post("/v1/ask", json=asked).json()
        quote = body["answer"]["quotes"][0]
        passage = body["passages"][quote["citation"] - 1]["citation"]
        assert (passage["title"], passage["section"]) == ("A year on the coast", "CHAPTER II. The harbour")
        page = client.get("/", params={"q": asked["question"]}).text
        assert "A year on the coast › CHAPTER II. The harbour" in page
