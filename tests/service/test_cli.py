"""The command line: what it prints, its exit codes, and one line for each error."""

import json
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
from email.message import EmailMessage
from pathlib import Path
from types import SimpleNamespace

import httpx
import pytest
from fillings import SILENCE, Filling
from harmful_files import swelling_pdf
from index_support import changed_by_hand
from qdrant_client import models
from real_model import use_graphs
from service_support import LETTER, PAGED, SHORT_NOTE, wait_until

import service.assembly
import service.examining
from chunker.readers import djvu, fingerprint, tesseract
from chunker.readers.extraction import RecognitionSettings
from chunker.readers.recognising import recognition_hint
from chunker.readers.sniffing import FORMAT_NAMES
from embeddings.distributed import engine
from embeddings.encoders.encoder import EncoderError
from embeddings.indexing.preparing import encode
from service.cli import main
from service.wording.phrases import page_words
from tests.support.scans import COMMITTEE, file_of, page_of

CAN_BE_READ = f"what can be read: {FORMAT_NAMES}"
TREATY = "The treaty of Kars was signed on 13 October 1921 by the envoys of three republics."


def test_indexing_tells_what_came_of_it_and_again_finds_nothing_to_do(run):
    code, out, err = run("index", LETTER, SHORT_NOTE)
    assert (code, err) == (0, [])
    assert "2 added" in out
    assert "2 in the index" in out
    code, out, _ = run("index", LETTER, SHORT_NOTE)
    assert code == 0
    assert "2 unchanged" in out


def test_indexing_gives_json_with_an_entry_for_each_file(run):
    code, out, _ = run("index", LETTER, "--json")
    report = json.loads(out)
    assert code == 0
    assert report["added"] == 1
    assert report["index"]["sources"] == 1
    (file,) = report["files"]
    assert (file["name"], file["status"], file["error"]) == (LETTER.name, "added", None)
    assert file["passages"] == report["index"]["passages"] > 0
    assert report["tokens"] == file["tokens"] > 0


def test_a_file_that_cannot_be_read_is_one_line_and_does_not_stop_the_others(run, tmp_path):
    (tmp_path / "letters").mkdir()
    (tmp_path / "letters" / "a.pdf").write_bytes(b"%PDF-1.7 broken")
    (tmp_path / "letters" / "b.txt").write_text(TREATY)
    (tmp_path / "letters" / "c.txt").write_bytes(b"")
    code, out, err = run("index", "letters")
    assert code == 1
    assert "1 added, 2 refused" in out
    assert [line.split(":")[1].strip() for line in err] == ["a.pdf", "c.txt"]
    assert all(line.startswith("dossier: ") for line in err)


def test_a_file_that_would_take_all_memory_is_one_line_and_does_not_stop_the_others(
    run, monkeypatch, tmp_path
):
    monkeypatch.setenv("DOSSIER_READING_MEMORY_MIB", "256")
    path = tmp_path / "swelling.pdf"
    path.write_bytes(swelling_pdf(3_000_000))
    code, out, err = run("index", path, LETTER)
    assert code == 1
    assert "1 added, 1 refused" in out
    (told,) = err
    assert told.startswith("dossier: swelling.pdf: needs more than 256 MiB to read; ")


def test_a_path_that_does_not_exist_is_told_and_the_others_are_indexed(run):
    code, out, err = run("index", "gone.txt", LETTER)
    assert code == 1
    assert err == ["dossier: gone.txt: does not exist"]
    assert "1 added" in out


def test_files_of_no_readable_kind_in_a_folder_are_skipped_without_failing(run, tmp_path):
    (tmp_path / "letters").mkdir()
    (tmp_path / "letters" / "photo.jpg").write_bytes(b"\xff\xd8")
    (tmp_path / "letters" / "b.txt").write_text(TREATY)
    code, _, err = run("index", "letters")
    assert code == 0
    assert err == ["1 skipped: 1 .jpg"]


@pytest.fixture
def _no_programs(monkeypatch):
    """Let no program be found; what is remembered of those that are there is forgotten, before and after."""
    remembered = (tesseract.version, tesseract.installed_languages, fingerprint._readers)
    for one in remembered:
        one.cache_clear()
    monkeypatch.setenv("PATH", "")
    yield
    for one in remembered:
        one.cache_clear()


@pytest.mark.usefixtures("_no_programs")
def test_what_to_install_is_told_once_for_all_files(run, tmp_path):
    (tmp_path / "letters").mkdir()
    scan = page_of((120, 200, COMMITTEE))
    for name, data in {
        "a.txt": TREATY.encode(),
        "b.png": file_of(scan),
        "c.pdf": file_of(scan, kind="PDF"),
        "d.pdf": file_of(scan, scan, kind="PDF"),
        "e.djvu": b"AT&TFORM" + bytes(30),
        "f.eml": _mail_with(file_of(scan)),
    }.items():
        (tmp_path / "letters" / name).write_bytes(data)
    for _ in range(2):  # what is unchanged is told as if it had been read
        code, _, err = run("index", "letters")
        assert code == 1
        assert err == [
            "dossier: c.pdf: it is an image without text",
            "dossier: d.pdf: its 2 pages are images without text",
            "2 skipped: 1 .djvu, 1 .png",
            f"4 files are not read whole: {recognition_hint(RecognitionSettings())}",
            f"1 file is not read whole: {djvu.HINT}",
        ]
    _, out, _ = run("index", "letters", "--json")
    told = {one["name"]: one["error"] for one in json.loads(out)["files"]}
    assert told["c.pdf"].startswith("c.pdf: it is an image without text; install tesseract")


def _mail_with(picture):
    message = EmailMessage()
    message["From"], message["Subject"] = "anna@example.org", "Toll of the ferry"
    message.set_content("The toll was raised.")
    message.add_attachment(picture, maintype="image", subtype="png", filename="toll.png")
    return message.as_bytes()


def test_what_is_skipped_is_summed_up_in_one_line_and_the_run_in_another(run, tmp_path):
    (tmp_path / "letters" / "sub").mkdir(parents=True)
    for name, data in {
        "a.txt": TREATY.encode(),
        "sub/a.txt": b"Another letter.",
        "sub/copy.txt": TREATY.encode(),
        "empty.txt": b"",
        "film.mp4": b"\0\0\0\x18ftypmp42",
        "one.jpg": b"\xff\xd8\xff",
        "two.JPG": b"\xff\xd8\xff",
        "all.zip": b"PK\x05\x06" + bytes(18),
        ".hidden": b"x",
    }.items():
        (tmp_path / "letters" / name).write_bytes(data)
    code, out, err = run("index", "letters", "gone.txt")
    assert code == 1
    assert err[0] == "dossier: gone.txt: does not exist"
    assert err[1].startswith("dossier: empty.txt: has 0 bytes")
    assert err[2:] == ["5 skipped: 2 .jpg, 1 .mp4, 1 .zip, 1 hidden"]
    assert re.search(r"2 added, 1 known under another name, 2 refused, 5 skipped, in [\d.]+ s", out)
    code, out, err = run("index", "letters", "--json")
    summary = json.loads(out)
    assert [summary[name] for name in ("added", "unchanged", "copy", "failed", "skipped")] == [0, 2, 1, 1, 5]
    assert len(err) == 2


@pytest.mark.parametrize("name", ["settings.yaml", "data.xml", "film.mkv", "photo.heic"])
def test_what_no_reader_is_for_is_refused_by_name_and_skipped_in_a_folder(run, tmp_path, name):
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / name).write_text('{"a": 1}')
    (tmp_path / "in" / "a.txt").write_text(TREATY)
    code, out, err = run("index", f"in/{name}")
    assert (code, "1 refused" in out) == (1, True)
    assert err == [f"dossier: {name}: is a {Path(name).suffix} file, which no reader is for ({CAN_BE_READ})"]
    code, out, err = run("index", "in")
    assert (code, err) == (0, [f"1 skipped: 1 {Path(name).suffix}"])
    assert "1 added, 1 skipped" in out


def test_where_there_is_nothing_to_index_it_says_so(run, tmp_path):
    (tmp_path / "empty").mkdir()
    assert run("index", "empty") == (1, "", ["dossier: there is no file to index"])
    code, _, err = run("index")
    assert code == 2
    assert "name at least one file or folder" in " ".join(err)


def test_an_index_is_made_anew_from_its_own_sources(indexed, monkeypatch):
    monkeypatch.setenv("DOSSIER_PASSAGE_TOKENS", "50")
    code, _, err = indexed("search", "Eden")
    assert code == 1
    assert "--rebuild" in err[-1]
    code, out, _ = indexed("index", "--rebuild", "--json")
    assert code == 0
    assert json.loads(out)["index"]["sources"] == 2
    assert indexed("search", "Eden")[0] == 0


def test_an_answer_shows_its_quotes_and_where_they_stand(indexed):
    code, out, err = indexed("ask", "What did comrade Stalin propose to Eden?", "--source", LETTER.name)
    assert (code, err) == (0, [])
    text = " ".join(out.split())
    assert re.search(r"\[[123]\]", text)
    assert "1941-12-18" in text
    assert "AP RF, f. 45, op. 1, d. 279, l. 115-122" in text
    assert LETTER.name in text
    assert "“" in text


def test_a_page_is_shown_as_a_reader_would_cite_it(run, tmp_path, monkeypatch):
    monkeypatch.setenv("DOSSIER_PASSAGE_TOKENS", "50")
    (tmp_path / "paged.txt").write_text(PAGED)
    run("index", "paged.txt")
    question = ("search", "the envoy of Batum wrote about the harbour", "--top-k", "1")
    citation = json.loads(run(*question, "--json")[1])["passages"][0]["citation"]
    assert citation["page_end"] == "12"
    names = ("page", "page_end", "page_method", "page_margin")
    assert page_words(*(citation[name] for name in names)) in run(*question)[1]


def test_json_is_that_of_the_api(indexed):
    code, out, _ = indexed("ask", "What did comrade Stalin propose to Eden?", "--json", "--top-k", "2")
    body = json.loads(out)
    assert code == 0
    assert len(body["passages"]) == 2
    assert body["passages"][0]["citation"]["number"] == 1
    found = json.loads(indexed("search", "What did comrade Stalin propose to Eden?", "--json", "-k", "2")[1])
    assert found["passages"] == body["passages"]


@pytest.mark.parametrize("command", ["ask", "search"])
def test_what_a_search_finds_is_shown_in_the_order_asked_for(indexed, command):
    def dates(*options):
        found = json.loads(indexed(command, "Stalin OR Eden OR letter", "-k", "50", "--json", *options)[1])
        return [passage["citation"]["date"] for passage in found["passages"]]

    by_weight, by_date = dates(), dates("--order", "date")
    assert by_date == sorted(by_date, key=lambda date: date or "9999")
    assert len(set(by_date)) > 1
    assert by_weight != by_date
    assert sorted(map(str, by_weight)) == sorted(map(str, by_date))


@pytest.mark.parametrize(
    ("options", "is_found"),
    [
        (["--from", "1941", "--to", "1941"], True),
        (["--from", "1941-12", "--to", "1941-12"], True),
        (["--from", "1941-12-18", "--to", "1941-12-18"], True),
        (["--to", "1941-11"], False),
        (["--from", "1942"], False),
        (["--participant", "eden"], True),
        (["--participant", "nobody"], False),
    ],
)
def test_filters_take_days_months_and_years(indexed, options, is_found):
    passages = json.loads(indexed("search", "Eden", "--source", LETTER.name, "--json", *options)[1])[
        "passages"
    ]
    assert bool(passages) == is_found


@pytest.mark.parametrize(
    "arguments",
    [
        ["ask"],
        ["ask", ""],
        ["ask", "x" * 2_001],
        ["ask", "Who?", "--top-k", "51"],
        ["ask", "Who?", "--from", "yesterday"],
        ["ask", "Who?", "--from", "1939-13"],
        ["ask", "Who?", "--from", "1939-02-30"],
        ["ask", "Who?", "--from", "0000"],
        ["ask", "Who?", "--from", "1940", "--to", "1939"],
        ["serve", "--port", "65536"],
        ["unknown"],
        ["--unknown"],
    ],
)
def test_wrong_usage_is_told_with_exit_code_2(run, arguments):
    code, out, err = run(*arguments)
    assert (code, out) == (2, "")
    assert err
    assert not any("Traceback" in line for line in err)


@pytest.mark.parametrize("arguments", [["ask", "Who?"], ["search", "Who?"], ["sources"], ["delete", "a.txt"]])
def test_without_an_index_one_line_says_how_to_make_one(run, arguments, tmp_path):
    code, out, err = run(*arguments)
    assert (code, out) == (1, "")
    assert err == ["dossier: There is no index in data: make one with `dossier index`."]
    assert not (tmp_path / "data").exists()


def test_bad_settings_are_all_told_before_anything_is_done(run, monkeypatch, tmp_path):
    monkeypatch.setenv("DOSSIER_PORT", "x")
    monkeypatch.setenv("DOSSIER_THREADS", "0")
    code, out, err = run("index", LETTER)
    assert (code, out) == (2, "")
    assert [line.split()[1] for line in err] == ["port", "threads"]
    assert not (tmp_path / "data").exists()


def test_sources_are_listed_and_deleted_by_name_or_id(indexed):
    listed = json.loads(indexed("sources", "--json")[1])["sources"]
    assert {one["name"] for one in listed} == {LETTER.name, SHORT_NOTE.name}
    assert all(one["name"] in indexed("sources")[1] for one in listed)
    code, out, _ = indexed("delete", LETTER.name)
    assert code == 0
    assert out.startswith(f"deleted {LETTER.name}")
    assert indexed("delete", listed[0]["id"], listed[1]["id"])[0] == 1
    (left,) = json.loads(indexed("sources", "--json")[1])["sources"]
    assert left["name"] == SHORT_NOTE.name


def test_the_settings_in_effect_are_shown_with_their_origins(run, monkeypatch):
    monkeypatch.setenv("DOSSIER_API_KEYS", "very-secret-key")
    Path("dossier.toml").write_text("port = 1234")
    code, out, _ = run("config", "--json", "--data", "elsewhere")
    shown = json.loads(out)
    assert code == 0
    assert shown["port"] == {"value": 1234, "from": "dossier.toml"}
    assert shown["data"] == {"value": "elsewhere", "from": "flag"}
    assert shown["answer_threshold"]["from"] == "DOSSIER_ANSWER_THRESHOLD"
    assert shown["host"] == {"value": "127.0.0.1", "from": "default"}
    assert "very-secret" not in out
    assert "very-secret" not in run("config")[1]


def test_a_password_within_an_address_is_not_shown(run, monkeypatch):
    monkeypatch.setenv("DOSSIER_CHAT_URL", "https://me:very-secret@models.example/v1")
    for out in (run("config", "--json")[1], run("config")[1]):
        assert "very-secret" not in out
        assert "@models.example" in out.replace("\n", "").replace(" ", "")


def test_an_address_that_is_taken_is_told_before_anything_is_opened(run, tmp_path):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        code, out, err = run("serve", "--port", taken.getsockname()[1])
    assert (code, out) == (2, "")
    assert "cannot be listened on (Address already in use)" in err[-1]
    assert not (tmp_path / "data").exists()


def test_an_unforeseen_fault_is_one_line_unless_asked_for_more(run, monkeypatch):
    def fail(settings):
        raise ZeroDivisionError("details\nover lines")

    monkeypatch.setattr(service.assembly, "load_encoder", fail)
    code, _, err = run("index", LETTER)
    assert code == 1
    assert err[-1].startswith("dossier: unexpected ZeroDivisionError: details over lines")
    assert not any("Traceback" in line for line in err)
    monkeypatch.setattr(sys, "argv", ["dossier", "--debug", "index", str(LETTER)])
    with pytest.raises(ZeroDivisionError):
        main()


def test_help_is_there_without_loading_anything_heavy():
    script = (
        "import sys; sys.argv = ['dossier', '--help']\n"
        "from service.cli import main\n"
        "try: main()\n"
        "except SystemExit: pass\n"
        "print(sorted({name.split('.')[0] for name in sys.modules}))"
    )
    shown = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True).stdout  # noqa: S603 - our own script
    heavy = {
        "torch",
        "transformers",
        "sentence_transformers",
        "faiss",
        "numpy",
        "onnxruntime",
        "fastapi",
        "pydantic",
    }
    assert "index" in shown
    assert heavy.isdisjoint(eval(shown.splitlines()[-1]))  # noqa: S307 - printed by the script above


def test_many_files_are_encoded_together_and_a_bad_one_does_not_stop_the_others(run, monkeypatch, tmp_path):
    encoded = []

    def bulk_encoder(_settings, recipe):
        def encode_all(texts):
            encoded.append(list(texts.values()))
            return zip(texts, encode(recipe, list(texts.values())), strict=True)

        return encode_all

    monkeypatch.setattr(service.assembly, "bulk_encoder", bulk_encoder)
    (tmp_path / "bad.pdf").write_bytes(b"%PDF-1.7 broken")
    code, out, err = run("index", LETTER, "bad.pdf", SHORT_NOTE, "--engine", "ray")
    assert (code, len(err)) == (1, 1)
    assert "2 added, 1 refused" in out
    assert len(encoded) == 1
    _, out, _ = run("index", LETTER, SHORT_NOTE, "--engine", "ray")
    assert "2 unchanged" in out
    assert len(encoded) == 1


def test_without_ray_its_engine_is_refused_in_one_line(run, monkeypatch):
    monkeypatch.setitem(sys.modules, "ray", None)
    code, _, err = run("index", LETTER, "--engine", "ray")
    assert (code, err) == (1, ["dossier: `--engine ray` needs Ray: install dossier-qa[ray]."])


def test_the_doctor_finds_an_index_whole_or_tells_what_is_wrong_with_it(indexed, tmp_path):
    assert indexed("doctor") == (0, "The index is whole.\n", [])
    with changed_by_hand(tmp_path / "data") as connection:
        connection.execute("DELETE FROM passages WHERE key = 1")
    code, out, err = indexed("doctor")
    assert (code, err) == (1, [])
    remedy = "run `dossier doctor --repair`, which makes it anew from the sources"
    assert f"vectors: 0 of the passages missing, 1 too many: {remedy}" in out.splitlines()
    code, out, _ = indexed("doctor", "--repair")
    assert code == 0
    assert all(line.endswith(": put right") for line in out.splitlines())
    assert indexed("doctor") == (0, "The index is whole.\n", [])


@pytest.mark.parametrize(
    ("damage", "told", "is_repaired"),
    [
        (
            "UPDATE passages SET text = 'forged' WHERE key = 1",
            "its text is not what stands in its source",
            True,
        ),
        ("UPDATE source_blocks SET text = 'forged'", "add the file again, or restore a backup", False),
        ("DELETE FROM passage_text WHERE rowid = 1", "passage_text: 1 of the passages missing", True),
        ("DELETE FROM passage_text_data WHERE id > 10", "passage_text: the full text is damaged", True),
        ("DELETE FROM passage_ngrams_data", "passage_ngrams: the full text is damaged", True),
        ("UPDATE generations SET passages = passages + 1", "were counted", True),
        ("UPDATE vectors SET vector = zeroblob(length(vector))", "are not those of the store", True),
    ],
)
def test_the_doctor_repairs_what_is_derived_and_nothing_else(indexed, tmp_path, damage, told, is_repaired):
    with changed_by_hand(tmp_path / "data") as connection:
        connection.execute(damage)
    code, out, _ = indexed("doctor")
    assert code == 1
    assert told in out
    code, out, err = indexed("doctor", "--repair", "--json")
    assert err == []
    found = json.loads(out)
    assert (code, found["is_whole"]) == ((0, True) if is_repaired else (1, False))
    assert {problem["is_repaired"] for problem in found["problems"]} == {is_repaired}
    assert indexed("doctor")[0] == (0 if is_repaired else 1)


def test_the_doctor_looks_at_kept_files_the_keys_the_model_and_the_disk(indexed, tmp_path, monkeypatch):
    assert indexed("keys", "create", "anna")[0] == 0
    kept = sorted(path for path in (tmp_path / "data" / "originals").rglob("*") if path.is_file())
    content = bytearray(kept[0].read_bytes())
    content[-2] ^= 1
    kept[0].write_bytes(content)
    kept[1].unlink()
    (kept[0].parent / ("0" * 64)).write_bytes(b"nobody's")
    (tmp_path / "data" / "keys.sqlite").write_bytes(b"no keys" * 1000)
    (tmp_path / "data" / "jobs.sqlite").write_bytes(b"no jobs" * 1000)
    monkeypatch.setattr(shutil, "disk_usage", lambda _: SimpleNamespace(free=1))

    def missing(_settings):
        raise EncoderError("There is no model: name another.")

    with monkeypatch.context() as without_model:
        without_model.setattr(service.examining, "load_encoder", missing)
        code, out, err = indexed("doctor")
    lines = out.splitlines()
    assert (code, err) == (1, [])
    for part in ("has changed: add the file again", "is missing: add the file again", "files that no source"):
        assert len([line for line in lines if part in line]) == 1
    for begin in (
        "There is no model: name another.",
        "disk: 0 MiB are left",
        "data/keys.sqlite is damaged: ",
        "data/jobs.sqlite cannot be used (file is not a database): ",
    ):
        assert len([line for line in lines if line.startswith(begin)]) == 1
    assert len(lines) == 7
    code, out, _ = indexed("doctor", "--repair")
    assert code == 1
    assert [line.endswith(": put right") for line in out.splitlines()].count(True) == 1
    assert not (kept[0].parent / ("0" * 64)).exists()


def test_a_backup_is_restored_into_another_folder_with_its_keys_and_answers_alike(indexed, tmp_path):
    question = ("ask", "What draft treaty did Stalin propose?", "--json")
    assert indexed("keys", "create", "anna")[0] == 0
    code, out, err = indexed("backup", "archive.tar")
    assert (code, err) == (0, [])
    assert out.startswith("archive.tar: 2 sources, ")
    code, out, err = indexed("restore", "archive.tar", "--data", "restored")
    assert (code, err) == (0, [])
    assert out.startswith("restored: 2 sources, ")
    before, after = (json.loads(indexed(*question, "--data", data)[1]) for data in ("data", "restored"))
    assert [before[name] for name in ("answer", "passages")] == [
        after[name] for name in ("answer", "passages")
    ]
    assert "anna" in indexed("keys", "list", "--data", "restored")[1]
    assert indexed("doctor", "--data", "restored")[0] == 0
    code, _, err = indexed("restore", "archive.tar", "--data", "restored")
    assert (code, err) == (
        1,
        ["dossier: restored is not empty: name a new folder, or move what is there away."],
    )


def test_an_index_of_an_earlier_version_is_told_how_to_be_made_anew_and_backed_up_before(indexed, tmp_path):
    with changed_by_hand(tmp_path / "data") as connection:
        connection.execute("PRAGMA user_version = 3")
        connection.execute("UPDATE manifest SET value = '3' WHERE name = 'schema version'")
    for command in (("ask", "Who signed?"), ("sources",), ("index", LETTER), ("doctor",)):
        code, out, (line,) = indexed(*command)
        assert (code, out) == (1, "")
        assert re.fullmatch(
            r"dossier: The index in data was made by an earlier version of this program "
            r"\(schema 3, now \d+\): run `dossier index --rebuild`, which needs no files\.",
            line,
        )
    assert indexed("backup", "archive.tar")[0] == 0
    assert indexed("index", "--rebuild")[0] == 0
    assert indexed("ask", "What draft treaty did Stalin propose?")[0] == 0
    assert indexed("restore", "archive.tar", "--data", "restored")[0] == 0
    assert "(schema 3, now " in indexed("sources", "--data", "restored")[2][0]


@SILENCE
def test_passages_are_searched_in_the_engine_that_is_named_and_the_doctor_repairs_it(
    indexed, monkeypatch, tmp_path
):
    filling = Filling("client", tmp_path)
    named = []
    monkeypatch.setattr(engine, "connect", lambda *given: named.append(given) or filling.engine())
    monkeypatch.setenv("DOSSIER_INDEX", "qdrant://archive.example/papers")
    monkeypatch.setenv("DOSSIER_INDEX_KEY", "secret")
    assert indexed("ask", "What draft treaty did Stalin propose?")[0] == 0
    assert named == [("qdrant://archive.example/papers", "secret")]
    assert indexed("doctor") == (0, "The index is whole.\n", [])
    which = models.Filter(must=[models.FieldCondition(key="key", range=models.Range(lte=2))])
    filling.client().delete("papers-1", points_selector=models.FilterSelector(filter=which))
    code, out, _ = indexed("doctor")
    assert code == 1
    assert out.startswith("searched passages 1 to ")
    assert "2 missing, 0 too many" in out
    code, out, _ = indexed("doctor", "--repair")
    assert code == 0
    assert out.endswith(": put right\n")
    assert indexed("doctor") == (0, "The index is whole.\n", [])
    assert "secret" not in indexed("config", "--json")[1]
    filling.leave()


def dossier(*arguments, folder, **environment):
    return subprocess.run(  # noqa: S603 - our own program
        [sys.executable, "-m", "service.cli", *arguments],
        cwd=folder, env={**os.environ, **environment}, capture_output=True, text=True, check=False,
    )  # fmt: skip


def test_a_reader_that_goes_away_is_no_fault(tmp_path):
    command = f"{sys.executable} -m service.cli config | head -c 1"
    ended = subprocess.run(["bash", "-c", command], cwd=tmp_path, capture_output=True, text=True, check=True)  # noqa: S603, S607 - our own program
    assert "Traceback" not in ended.stderr
    assert "Exception" not in ended.stderr


def test_keys_are_made_listed_and_revoked(run):
    code, out, err = run(
        "keys", "create", "anna", "--scope", "ask", "--scope", "metrics", "--expires", "2999-12-31"
    )
    assert (code, err) == (0, [])
    assert re.fullmatch(r"dossier_[0-9a-f]{8}_[\w-]{43}\n", out)
    assert run("keys", "create", "anna")[0] == 1
    _, made, _ = run("keys", "create", "bert", "--json")
    assert (json.loads(made)["name"], json.loads(made)["scopes"]) == ("bert", ["ask"])
    code, shown, _ = run("keys", "list")
    assert out.strip() not in shown
    assert re.search(r"anna +ask metrics +all +\d{4}-\d\d-\d\d +2999-12-31 +never", shown)
    assert run("keys", "revoke", "anna")[0] == 0
    assert [one["name"] for one in json.loads(run("keys", "list", "--json")[1])] == ["bert"]
    assert run("keys", "revoke", "anna")[2] == [
        "dossier: There is no key anna: `dossier keys list` shows those there are."
    ]


def test_who_did_what_is_told_the_newest_first(run):
    assert run("audit")[:2] == (0, "Nothing was changed yet.\n")
    run("keys", "create", "anna")
    run("keys", "revoke", "anna")
    shown = run("audit")[1].splitlines()
    assert [re.split(r"  +", line)[2:] for line in shown[1:]] == [
        ["command line", "key revoked", "anna"],
        ["command line", "key made", "anna"],
    ]
    told = json.loads(run("audit", "--json", "--limit", "1")[1])
    assert (told["total"], [one["action"] for one in told["entries"]]) == (2, ["key revoked"])
    assert "1 earlier ones: --limit" in run("audit", "-n", "1")[1]


def test_other_machines_are_let_in_only_with_keys_or_in_so_many_words(run):
    code, out, (line,) = run("serve", "--host", "0.0.0.0")  # noqa: S104
    assert (code, out) == (2, "")
    assert "`dossier keys create" in line
    assert "--without-key ask (DOSSIER_WITHOUT_KEY)" in line
    assert "without_key (flag): must be 'nothing'" in run("serve", "--without-key", "all")[2][0]


@pytest.mark.model
def test_index_ask_and_serve_work_from_a_shell_with_the_real_model(tmp_path, graphs_folder):
    use_graphs(graphs_folder, tmp_path / "data")
    indexed = dossier("index", str(LETTER), str(SHORT_NOTE), folder=tmp_path)
    assert (indexed.returncode, indexed.stderr) == (0, "")
    question = "What draft treaty did Stalin propose to Eden on post-war security?"
    asked = dossier("ask", question, "--json", folder=tmp_path)
    assert (asked.returncode, asked.stderr) == (0, "")
    answer = json.loads(asked.stdout)
    assert answer["index"]["model"] == "all-MiniLM-L6-v2"
    assert answer["passages"][0]["citation"]["source"] == LETTER.name
    command = [sys.executable, "-m", "service.cli", "serve", "--port", "0"]
    with subprocess.Popen(command, cwd=tmp_path, stderr=subprocess.PIPE, text=True) as server:  # noqa: S603 - our own program
        address = next(line.split()[-5] for line in server.stderr if "running on http" in line)
        with httpx.Client(base_url=address, timeout=60) as client:
            wait_until(lambda: client.get("/health/ready").status_code == 200, seconds=120)
            served = client.post("/v1/ask", json={"question": question}).json()
        server.send_signal(signal.SIGTERM)
        rest = server.stderr.read()
    assert {**served, "timings_ms": {}} == {**answer, "timings_ms": {}}
    assert "Finished server process" in rest
    assert "Traceback" not in rest
