"""Pages as they look, over HTTP: the right page's picture, the words' places on it, and who may see them."""

import json
import sys
from io import BytesIO

import pytest
from encoders import WordHashEncoder
from harmful_files import swelling_pdf
from mcp_support import call
from pdf_files import RED, pages_pdf
from PIL import Image
from service_support import events_of, finished_job, make_app, make_settings, problem_of, serving, upload

import service.assembly
from chunker.readers.isolated import IsolatedReader, ReadingBounds
from service.cli import main
from service.dossier import Dossier
from service.library.facsimiles import Facsimiles
from service.library.pictures import Pictures

QUESTION = "What did the envoy of Batum write of the fishing rights on page 2?"


@pytest.fixture(scope="module")
def letters(tmp_path_factory):
    """A client of a server with a PDF and a text in it, the folder of its data, and the PDF as listed."""
    folder = tmp_path_factory.mktemp("letters")
    with serving(make_app(folder)) as client:
        for name, content in (("letters.pdf", pages_pdf()), ("note.txt", "The envoy of Batum wrote a note.")):
            assert finished_job(client, upload(client, name, content))["status"] == "succeeded"
        yield client, folder, source_named(client, "letters.pdf")


def source_named(client, name):
    return next(one for one in client.get("/v1/sources").json()["sources"] if one["name"] == name)


def text_of(client, source):
    documents = client.get("/v1/documents", params={"source": source["name"]}).json()["documents"]
    assert documents[0]["start_char"] == 0
    return "".join(
        client.get(f"/v1/documents/{one['id']}", params={"text": True}).json()["text"] for one in documents
    )


def places_of(client, source, words):
    text = text_of(client, source)
    start = text.index(words)
    place = {"start": start, "end": start + len(words)}
    return client.get(f"/v1/sources/{source['id']}/boxes", params=place)


def red_in(picture, box):
    """Whether there is red ink in a rectangle of a picture, and whether there is any outside."""
    pixels = picture.convert("RGB").load()
    left, top, right, bottom = (round(side * size) for side, size in zip(box, picture.size * 2, strict=True))
    red = [
        (x, y)
        for x in range(picture.width)
        for y in range(picture.height)
        if pixels[x, y][0] > 200 and pixels[x, y][1] < 100
    ]
    inside = [left - 1 <= x <= right + 1 and top - 1 <= y <= bottom + 1 for x, y in red]
    return any(inside), not all(inside)


def test_the_place_of_words_lies_on_them_in_the_picture_of_their_page(letters):
    client, _, source = letters
    answer = places_of(
        client, source, f"On page 2 the envoy of Batum wrote of the fishing rights at last.\n\n{RED}"
    )
    assert answer.status_code == 200, answer.text
    (page,) = answer.json()["pages"]
    assert (page["position"], page["pages"], page["page"]) == (2, 3, "12")
    assert (page["width"], page["height"], page["is_whole"]) == (400, 600, True)
    assert len(page["boxes"]) == 2
    response = client.get(page["image_url"], params={"width": 400})
    assert response.headers["content-type"] == "image/png"
    picture = Image.open(BytesIO(response.content))
    assert picture.size == (400, 600)
    assert red_in(picture, page["boxes"][1]) == (True, False)
    assert red_in(picture, page["boxes"][0]) == (False, True)


def test_words_over_the_end_of_a_page_are_told_page_by_page(letters):
    client, _, source = letters
    text = text_of(client, source)
    start, end = text.index("on the day of the 1th"), text.index("Batum wrote", text.index("On page 2"))
    answer = client.get(f"/v1/sources/{source['id']}/boxes", params={"start": start, "end": end}).json()
    assert [(page["position"], page["page"], page["is_whole"]) for page in answer["pages"]] == [
        (1, "11", True),
        (2, "12", True),
    ]
    assert (
        client.get(f"/v1/sources/{source['id']}/boxes", params={"start": 5, "end": 5}).json()["pages"] == []
    )
    assert (
        client.get(f"/v1/sources/{source['id']}/boxes", params={"start": 10**9 - 5, "end": 10**9}).json()[
            "pages"
        ]
        == []
    )


def test_citations_tell_where_their_words_can_be_seen(letters):
    client, _, source = letters
    plain = client.post("/v1/ask", json={"question": QUESTION, "boxes": False}).json()
    cited = [one["citation"] for one in plain["passages"]]
    assert {one["source"]: one["boxes_url"] is not None for one in cited} == {
        "letters.pdf": True,
        "note.txt": False,
    }
    assert {one["boxes"] is None for one in cited} == {True}
    asked = client.post("/v1/ask", json={"question": QUESTION}).json()
    for one in (*(passage["citation"] for passage in asked["passages"]), *asked["answer"]["pieces"]):
        if one.get("boxes_url"):
            assert client.get(one["boxes_url"]).json()["pages"] == one["boxes"]
            assert all(page["boxes"] and page["is_whole"] for page in one["boxes"])
    quotes = [piece for piece in asked["answer"]["pieces"] if piece["type"] == "quote"]
    assert any(quote["boxes"] for quote in quotes)
    streamed = client.post("/v1/ask", json={"question": QUESTION, "stream": True})
    (whole,) = [data for name, data in events_of(streamed.text) if name == "answer"]
    assert whole["passages"] == asked["passages"]
    found = client.post("/v1/search", json={"question": QUESTION}).json()["passages"]
    assert [one["citation"]["boxes"] for one in found] == [
        one["citation"]["boxes"] for one in asked["passages"]
    ]
    assert source["id"] == cited[0]["source_id"]


def test_every_door_tells_where_words_can_be_seen(letters, monkeypatch, capsys):
    client, folder, _ = letters
    asked = client.post("/v1/ask", json={"question": QUESTION}).json()
    links = [one["citation"]["boxes_url"] for one in asked["passages"]]
    site = str(client.base_url).rstrip("/")

    def from_here(results):
        return [one["boxes_url"] and one["boxes_url"].removeprefix(site) for one in results]

    assert from_here(call(client, "ask", question=QUESTION)["passages"]) == links
    chat = {"messages": [{"role": "user", "content": QUESTION}]}
    assert from_here(client.post("/v1/chat/completions", json=chat).json()["search_results"]) == links

    monkeypatch.setattr(service.assembly, "load_encoder", lambda _: WordHashEncoder())
    for command in ("ask", "search"):
        monkeypatch.setattr(sys, "argv", ["dossier", command, QUESTION, "--json", "--data", str(folder)])
        with pytest.raises(SystemExit):
            main()
        printed = json.loads(capsys.readouterr().out)["passages"]
        assert [one["citation"]["boxes"] for one in printed] == [
            one["citation"]["boxes"] for one in asked["passages"]
        ]


def test_boxes_that_take_too_long_are_left_to_their_links(letters, monkeypatch):
    client, _, _ = letters
    monkeypatch.setattr("service.api.boxes._MAX_SECONDS", 0)
    asked = client.post("/v1/ask", json={"question": QUESTION}).json()
    cited = [one["citation"] for one in asked["passages"]]
    assert {one["boxes"] is None for one in cited} == {True}
    assert any(one["boxes_url"] for one in cited)


def test_a_picture_is_kept_for_the_next_who_looks_and_gone_with_its_source(tmp_path):
    with serving(make_app(tmp_path)) as client:
        source = finished_job(client, upload(client, "letters.pdf", pages_pdf()))["source_id"]
        address = f"/v1/sources/{source}/pages/1.png"
        first = client.get(address)
        (kept,) = (tmp_path / "pictures").glob("*/*")
        assert kept.read_bytes() == first.content
        assert client.get(address).content == first.content
        assert client.get(address, params={"width": 1001}).content == first.content
        tag = first.headers["etag"]
        again = client.get(address, headers={"If-None-Match": tag})
        assert (again.status_code, again.content, again.headers["etag"]) == (304, b"", tag)
        assert client.get(address, headers={"If-None-Match": '"other"'}).status_code == 200
        kept.write_bytes(first.content[:100])
        assert client.get(address).content == first.content
        client.delete(f"/v1/sources/{source}")
        assert list((tmp_path / "pictures").glob("*")) == []
        assert client.get(address).status_code == 404


def test_no_more_pictures_are_kept_than_there_is_room_for(tmp_path):
    with serving(make_app(tmp_path, pictures_mib=1)) as client:
        source = finished_job(client, upload(client, "letters.pdf", pages_pdf(pages=24)))["source_id"]
        address = f"/v1/sources/{source}/pages/1.png"
        for position in range(1, 25):
            assert client.get(f"/v1/sources/{source}/pages/{position}.png?width=1600").status_code == 200
            assert client.get(address, params={"width": 1600}).status_code == 200
        kept = list((tmp_path / "pictures").glob("*/*"))
        assert sum(path.stat().st_size for path in kept) <= 1 << 20
        assert 1 < len(kept) < 24
        assert [path.name for path in kept if path.name.startswith("1-")], "the one that is looked at stays"


def test_without_room_or_leave_to_write_pictures_are_drawn_all_the_same(tmp_path):
    with serving(make_app(tmp_path, pictures_mib=0)) as client:
        source = finished_job(client, upload(client, "letters.pdf", pages_pdf()))["source_id"]
        assert client.get(f"/v1/sources/{source}/pages/1.png").status_code == 200
        assert not (tmp_path / "pictures").exists()
    (tmp_path / "pictures").write_text("in the way")
    with serving(make_app(tmp_path)) as client:
        assert client.get(f"/v1/sources/{source}/pages/1.png").status_code == 200


@pytest.mark.parametrize(
    ("path", "status", "told"),
    [
        ("unknown/pages/1.png", 404, "no source unknown"),
        ("unknown/boxes?start=0&end=5", 404, "no source unknown"),
        ("letters.pdf/pages/4.png", 404, "has no page 4; it has 3"),
        ("letters.pdf/pages/0.png", 404, "has no page 0; it has 3"),
        ("letters.pdf/pages/x.png", 422, "position"),
        ("letters.pdf/pages/1.png?width=0", 422, "width"),
        ("letters.pdf/pages/1.png?width=5000", 422, "width"),
        ("letters.pdf/boxes?start=-1&end=5", 422, "start"),
        ("letters.pdf/boxes", 422, "start"),
        ("note.txt/pages/1.png", 404, "pages of note.txt cannot be shown"),
        ("note.txt/boxes?start=0&end=5", 404, "pages of note.txt cannot be shown"),
    ],
)
def test_what_cannot_be_shown_is_told_in_one_line(letters, path, status, told):
    client, _, _ = letters
    response = client.get(f"/v1/sources/{path}")
    assert response.status_code == status
    assert told in problem_of(response)["detail"]


def test_a_page_that_takes_all_memory_or_time_harms_nobody(tmp_path):
    def open_dossier(_settings):
        settings = make_settings(tmp_path)
        dossier = Dossier.open(settings=settings, encoder=WordHashEncoder())
        dossier.facsimiles.close()
        bounds = ReadingBounds(memory_mib=500, seconds=60)
        dossier.facsimiles = Facsimiles(dossier.index, IsolatedReader(bounds), Pictures(tmp_path))
        return dossier

    with serving(make_app(tmp_path, open_dossier=open_dossier)) as client:
        finished_job(client, upload(client, "swelling.pdf", pages_pdf(pages=1)))
        (original,) = (tmp_path / "originals").glob("*/*")
        original.write_bytes(swelling_pdf(4_000_000))  # to index so many letters would take its time
        finished_job(client, upload(client, "letters.pdf", pages_pdf()))
        response = client.get("/v1/sources/swelling.pdf/pages/1.png")
        assert response.status_code == 404
        assert "swelling.pdf: needs more than 500 MiB" in problem_of(response)["detail"]
        assert client.get("/v1/sources/letters.pdf/pages/1.png").status_code == 200


def test_pictures_need_a_key_like_everything_else(tmp_path):
    with serving(make_app(tmp_path, api_keys=("12345678",))) as client:
        for path in ("x/pages/1.png", "x/boxes?start=0&end=5"):
            assert client.get(f"/v1/sources/{path}").status_code == 401
