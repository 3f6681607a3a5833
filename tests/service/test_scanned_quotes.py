"""Quotes from scans: marked on the picture of the page, with how sure their reading is, at every door."""

import io
import sys

import pytest
from encoders import WordHashEncoder
from mcp_support import call
from PIL import Image
from service_support import finished_job, make_app, serving, upload

import service.assembly
from chunker.documents import Span
from service.cli import main
from service.jobs.store import JobStore
from service.wording.links import reader_link
from tests.support.scans import (
    COMMITTEE,
    ENGINEER,
    PAGE,
    file_of,
    needs_tesseract,
    page_of,
    place_of,
    scanned,
)

pytestmark = needs_tesseract
QUESTION = "What did the engineer say of the old wall?"
WORDS = "old wall would stand"


@pytest.fixture(scope="module", params=["PDF", "TIFF"])
def scans(request, tmp_path_factory):
    """A client of a server with a scan of two pages in it, its folder, and the source as it is listed."""
    folder = tmp_path_factory.mktemp("scans")
    pages = [scanned(page_of((120, 200, lines)), angle=0) for lines in (COMMITTEE, ENGINEER)]
    with serving(make_app(folder, ocr_languages="eng")) as client:
        name = f"minutes.{request.param.lower()}"
        job = finished_job(client, upload(client, name, file_of(*pages, kind=request.param)))
        assert job["status"] == "succeeded", job
        (source,) = client.get("/v1/sources").json()["sources"]
        yield client, folder, source


def quote_of(client):
    answer = client.post("/v1/ask", json={"question": QUESTION, "boxes": True}).json()["answer"]
    return next(piece for piece in answer["pieces"] if WORDS in piece["text"])


def test_the_words_of_a_scan_are_found_on_its_picture(scans):
    client, _, source = scans
    quote = quote_of(client)
    start = quote["start_char"] + quote["text"].index(WORDS)
    place = {"start": start, "end": start + len(WORDS)}
    (page,) = client.get(f"/v1/sources/{source['id']}/boxes", params=place).json()["pages"]
    assert (page["position"], page["pages"], page["is_whole"]) == (2, 2, True)
    (box,) = page["boxes"]
    top = 200 + 24 * 1.6
    first, last = (place_of(word, ENGINEER[1], 120, top) for word in ("old", "stand"))
    drawn = (first[0], min(first[1], last[1]), last[2], max(first[3], last[3]))
    assert [side * size for side, size in zip(box, PAGE * 2, strict=True)] == pytest.approx(
        drawn, abs=12
    )  # a third of a line
    picture = Image.open(io.BytesIO(client.get(page["image_url"]).content)).convert("L")
    assert picture.width / picture.height == pytest.approx(page["width"] / page["height"], abs=0.01)
    sides = (round(side * size) for side, size in zip(box, picture.size * 2, strict=True))
    assert picture.crop(tuple(sides)).getextrema()[0] < 100  # ink


def test_each_door_says_how_sure_the_reading_is(scans, capsys, monkeypatch):
    client, folder, source = scans
    quote = quote_of(client)
    assert 0.8 < quote["ocr_confidence"] <= 1
    assert quote["boxes"][0]["ocr_confidence"] == quote["ocr_confidence"]
    said = f"read by OCR, {100 * quote['ocr_confidence']:.0f} %"
    chat = {"model": "dossier", "messages": [{"role": "user", "content": QUESTION}]}
    assert said in client.post("/v1/chat/completions", json=chat).json()["choices"][0]["message"]["content"]
    found = call(client, "ask", question=QUESTION)
    assert quote["ocr_confidence"] in [one["ocr_confidence"] for one in found["quotes"]]
    assert "read by OCR, " in client.get("/", params={"q": QUESTION}).text
    (document,) = client.get("/v1/documents").json()["documents"]
    marked = Span(quote["start_char"], quote["end_char"])
    shown = client.get(reader_link(document["id"], span=marked)).text
    assert said in shown
    assert "<rect" in shown
    monkeypatch.setattr(service.assembly, "load_encoder", lambda _: WordHashEncoder())
    monkeypatch.setattr(sys, "argv", ["dossier", "ask", QUESTION, "--data", str(folder)])
    with pytest.raises(SystemExit):
        main()
    assert said in " ".join(capsys.readouterr().out.split())
    assert source["notices"][0].startswith("2 of 2 pages were read by OCR, ")


def test_a_longer_scan_is_read_in_the_job_page_by_page(tmp_path, monkeypatch):
    told = []
    report = JobStore.report
    monkeypatch.setattr(
        JobStore, "report", lambda store, job, progress: told.append(progress) or report(store, job, progress)
    )
    pages = [page_of((120, 200, lines)) for lines in (COMMITTEE, ENGINEER, COMMITTEE, ENGINEER)]
    with serving(make_app(tmp_path, ocr_languages="eng")) as client:
        data = file_of(*pages, kind="TIFF")
        job = finished_job(client, upload(client, "minutes.tiff", data))
        assert (job["status"], job["change"]["status"]) == ("succeeded", "added")
        assert [one.pages_done for one in told if one.pages_total == 4] == [0, 1, 2, 3, 4]
        assert client.get(f"/v1/sources/{job['source_id']}").status_code == 200
        assert upload(client, "minutes.tiff", data).status_code == 409
        blank = finished_job(client, upload(client, "blank.tiff", file_of(*[page_of()] * 4, kind="TIFF")))
        assert blank["status"] == "failed"
        assert "its 4 pages are images without text" in blank["problem"]["detail"]
