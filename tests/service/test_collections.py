"""Several libraries in one data folder: made, listed, set up, asked and deleted, each for itself."""

import json
import sys
import tarfile

import pytest
from encoders import WordHashEncoder
from service_support import make_settings

from service import Dossier
from service.audit import AuditLog
from service.cli import main
from service.collections import (
    FILE_NAME,
    collection_in,
    collections_in,
    create_collection,
    delete_collection,
    in_collection,
    settings_in,
)
from service.errors import CollectionNameError, ConflictError, NotFoundError, SettingsError
from service.settings import LoadedSettings, Settings, load_settings

LETTER = "Letter of Anna to Karl\n\nTrieste, 3 May 1911\n\nI leave Trieste on Monday with the mail boat."
REPORT = "Report of the harbour office\n\nOdessa, 9 May 1921\n\nThe mail boat lies in the harbour of Odessa."


@pytest.fixture(autouse=True)
def _quick_model_in_an_empty_folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    for module in ("assembly", "examining"):
        monkeypatch.setattr(f"service.{module}.load_encoder", lambda _: WordHashEncoder())
    for name in (*Settings.model_fields, "config"):
        monkeypatch.delenv(f"DOSSIER_{name.upper()}", raising=False)
    monkeypatch.setenv("DOSSIER_ANSWER_THRESHOLD", "0")
    monkeypatch.setenv("DOSSIER_DATA", "archive")
    (tmp_path / "letter.txt").write_text(LETTER)
    (tmp_path / "report.txt").write_text(REPORT)


@pytest.fixture
def run(monkeypatch, capsys):
    def run_command(*arguments):
        monkeypatch.setattr(sys, "argv", ["dossier", *map(str, arguments)])
        with pytest.raises(SystemExit) as ended:
            main()
        printed = capsys.readouterr()
        return ended.value.code or 0, printed.out, printed.err.splitlines()

    return run_command


def test_what_is_added_to_one_collection_stands_in_no_other():
    with Dossier.open("archive") as reports, Dossier.open("archive", collection="letters") as letters:
        reports.add(["report.txt"])
        letters.add(["letter.txt"])
        assert [source.name for source in reports.sources()] == ["report.txt"]
        assert [source.name for source in letters.sources()] == ["letter.txt"]
        (of_letters,) = letters.ask("When does the mail boat leave?").passages
        assert "I leave Trieste on Monday" in of_letters.text
        with pytest.raises(NotFoundError):
            reports.read(of_letters.citation.document_id)


def test_a_collection_that_is_only_read_or_asked_for_with_settings_is_not_made(tmp_path):
    with pytest.raises(NotFoundError, match="no collection letters: `dossier collections list`"):
        Dossier.open("archive", collection="letters", read_only=True)
    with pytest.raises(NotFoundError):
        Dossier.open(settings=make_settings(tmp_path / "archive"), collection="letters")
    assert not (tmp_path / "archive").exists()


def test_collections_are_listed_with_what_is_said_of_them_the_default_one_first(tmp_path):
    create_collection(tmp_path, "zoo", title='The "zoo" \\ garden', description="Two\nlines – ü, 猫, 🐘")
    create_collection(tmp_path, "letters")
    (tmp_path / "collections" / "Not a name").mkdir()
    (tmp_path / "collections" / "file").write_text("")
    assert [(one.name, one.title, one.description) for one in collections_in(tmp_path)] == [
        ("default", "", ""),
        ("letters", "", ""),
        ("zoo", 'The "zoo" \\ garden', "Two\nlines – ü, 猫, 🐘"),
    ]
    assert collections_in(tmp_path / "nothing")[0].folder == tmp_path / "nothing"


@pytest.mark.parametrize("name", ["", "A", "../etc", "a/b", ".hidden", "-x", "a" * 65, "ü", "a\n", "a b"])
def test_a_name_that_is_none_is_neither_made_nor_found_nor_deleted(tmp_path, name):
    (tmp_path / "etc").mkdir()
    with pytest.raises(CollectionNameError):
        create_collection(tmp_path, name)
    with pytest.raises(NotFoundError):
        collection_in(tmp_path, name)
    with pytest.raises(NotFoundError):
        delete_collection(tmp_path, name)
    with pytest.raises(SettingsError):
        load_settings({"collection": name})


@pytest.mark.parametrize(
    "about",
    [{"title": "bell\a"}, {"description": "bell\x7f"}, {"title": "be\u2028ll"}],
)
def test_what_cannot_be_shown_is_not_said_of_a_collection(tmp_path, about):
    create_collection(tmp_path, "letters", **about)
    _, made = collections_in(tmp_path)
    assert made.title + made.description == "bell"


def test_a_title_beyond_measure_is_refused(tmp_path):
    with pytest.raises(CollectionNameError):
        create_collection(tmp_path, "letters", title="x" * 201)
    assert [one.name for one in collections_in(tmp_path)] == ["default"]


def test_a_name_is_taken_once_and_the_default_collection_is_never_made_or_deleted(tmp_path):
    create_collection(tmp_path, "letters", title="The first")
    for name in ("letters", "default"):
        with pytest.raises(ConflictError):
            create_collection(tmp_path, name)
    with pytest.raises(ConflictError):
        delete_collection(tmp_path, "default")
    assert collection_in(tmp_path, "letters").title == "The first"


def test_a_collection_is_deleted_with_all_that_is_in_it_and_nothing_beside_it(tmp_path):
    archive = tmp_path / "archive"
    for name in ("letters", "diaries"):
        with Dossier.open("archive", collection=name) as dossier:
            dossier.add(["letter.txt"])
    delete_collection(archive, "letters")
    assert [one.name for one in (archive / "collections").iterdir()] == ["diaries"]
    assert (tmp_path / "letter.txt").exists()
    entries, _ = AuditLog(archive).newest(limit=9)
    assert [(one.action, one.subject) for one in reversed(entries)] == [
        ("collection made", "letters"),
        ("collection made", "diaries"),
        ("collection deleted", "letters"),
    ]


def test_a_collection_has_settings_of_its_own_and_for_the_rest_the_services():
    settings = Settings(data="archive", top_k=7, passage_tokens=100)
    folder = create_collection(settings.data, "letters").folder
    (folder / FILE_NAME).write_text('title = "Letters"\npassage_tokens = 300\nocr_languages = "deu"\n')
    own = settings_in(settings, "letters")
    assert (own.passage_tokens, own.ocr_languages, own.top_k) == (300, "deu", 7)
    assert (own.data, own.folder) == (settings.data, folder)
    assert settings_in(settings, "default") == settings


def test_what_a_flag_says_wins_over_a_collections_own_setting_and_that_over_a_variable(monkeypatch):
    path = create_collection(Settings(data="archive").data, "letters").folder / FILE_NAME
    path.write_text('model = "own"\ntop_k = 3\n')
    monkeypatch.setenv("DOSSIER_TOP_K", "9")
    monkeypatch.setenv("DOSSIER_COLLECTION", "letters")
    loaded = in_collection(load_settings({"model": "flag"}))
    assert (loaded.settings.model, loaded.settings.top_k) == ("flag", 3)
    assert (loaded.origins["model"], loaded.origins["top_k"]) == ("flag", str(path))


@pytest.mark.parametrize(
    ("line", "told"),
    [
        ("port = 80", "port ({path}): is no setting of a collection"),
        ("passage_tokens = 1", "passage_tokens ({path}): must be greater than or equal to 16"),
        ("title = 3", "title ({path}): must be a text"),
    ],
)
def test_a_collections_file_that_cannot_be_used_is_told_in_a_line(line, told):
    settings = Settings(data="archive")
    path = create_collection(settings.data, "letters").folder / FILE_NAME
    path.write_text(line)
    with pytest.raises(SettingsError) as caught:
        settings_in(settings, "letters")
    assert caught.value.lines == (told.format(path=path),)


def test_each_collection_has_a_collection_of_its_own_in_an_engine():
    settings = Settings(data="archive", index="qdrant://host:6333/papers")
    path = create_collection(settings.data, "letters").folder / FILE_NAME
    assert settings_in(settings, "letters").index == "qdrant://host:6333/papers-letters"
    path.write_text('index = "qdrant://other:6333/own"')
    assert settings_in(settings, "letters").index == "qdrant://other:6333/own"
    assert in_collection(LoadedSettings(settings, {})).settings.index == settings.index


def test_on_the_command_line_a_key_is_held_to_collections_that_there_are(run):
    create_collection(Settings(data="archive").data, "letters")
    for arguments in (
        ("keys", "create", "anna", "--collection", "letters"),
        ("--collection", "letters", "keys", "create", "karl"),
        ("keys", "create", "olga"),
    ):
        assert run(*arguments)[0] == 0
    listed = json.loads(run("keys", "list", "--json")[1])
    assert {one["name"]: one["collections"] for one in listed} == {
        "anna": ["letters"],
        "karl": ["letters"],
        "olga": None,
    }
    code, _, err = run("keys", "create", "eva", "--collection", "lettres")
    assert (code, len(err)) == (1, 1)
    assert "no collection lettres" in err[0]


def answers(collection):
    with Dossier.open("archive", collection=collection) as dossier:
        return [passage.text for passage in dossier.ask("When does the mail boat leave?").passages]


def test_a_backup_takes_all_collections_and_restored_they_answer_as_before(run, tmp_path):
    folder = create_collection(tmp_path / "archive", "letters", title="Letters").folder
    create_collection(tmp_path / "archive", "empty", description="Nothing yet.")
    with (folder / FILE_NAME).open("a") as file:
        file.write("passage_tokens = 16\n")
    assert run("--collection", "letters", "index", "letter.txt")[0] == 0
    code, _, err = run("backup", "all.tar")  # the default one has no index yet
    assert (code, err) == (0, [])
    assert run("index", "report.txt")[0] == 0
    run("keys", "create", "anna", "--collection", "letters")
    before = {name: answers(name) for name in (None, "letters")}
    assert before[None] != before["letters"]
    code, out, err = run("backup", "all.tar.gz")
    assert (code, err) == (0, [])
    assert out.startswith("all.tar.gz: 2 sources")
    (tmp_path / "archive").rename(tmp_path / "lost")
    assert run("restore", "all.tar.gz")[0] == 0
    assert {name: answers(name) for name in (None, "letters")} == before
    assert [(one.name, one.title, one.description) for one in collections_in(tmp_path / "archive")] == [
        ("default", "", ""),
        ("empty", "", "Nothing yet."),
        ("letters", "Letters", ""),
    ]
    assert settings_in(Settings(data="archive"), "letters").passage_tokens == 16
    assert [one["name"] for one in json.loads(run("keys", "list", "--json")[1])] == ["anna"]
    assert run("--collection", "letters", "doctor") == (0, "The index is whole.\n", [])
    assert run("doctor") == (0, "All 2 collections are whole.\n", [])


def test_what_is_wrong_with_a_collection_is_told_with_its_name(run, tmp_path):
    folder = create_collection(tmp_path / "archive", "letters").folder
    run("--collection", "letters", "index", "letter.txt")
    run("index", "report.txt")
    (kept,) = (folder / "originals").glob("*/*")
    kept.write_bytes(b"changed")
    code, out, _ = run("doctor")
    assert code == 1
    (line,) = out.splitlines()
    assert line.startswith("letters: ")
    (folder / FILE_NAME).write_text("port = 80")
    code, out, _ = run("doctor", "--json")
    assert code == 1
    told = json.loads(out)
    assert (told["is_whole"], told["others"]["letters"]["is_whole"]) == (True, False)
    assert "is no setting of a collection" in told["others"]["letters"]["problems"][0]["told"]


def test_a_backup_of_one_collection_has_no_other_and_no_keys_and_is_restored_as_one(run, tmp_path):
    create_collection(tmp_path / "archive", "letters")
    run("--collection", "letters", "index", "letter.txt")
    run("index", "report.txt")
    run("keys", "create", "anna")
    before = answers("letters")
    assert run("--collection", "letters", "backup", "letters.tar")[0] == 0
    with tarfile.open("letters.tar") as archive:
        names = {one for one in archive.getnames() if not one.startswith("originals/")}
    assert names == {"backup.json", "index.sqlite", "audit.sqlite", FILE_NAME, "SHA256SUMS"}
    assert run("--collection", "copied", "restore", "letters.tar")[0] == 0
    assert answers("copied") == before
    assert answers("letters") == before


def test_on_the_command_line_a_collection_is_made_filled_asked_listed_and_deleted(run, tmp_path):
    code, out, _ = run("collections", "create", "letters", "--title", "Letters from the coast")
    assert (code, out.strip()) == (
        0,
        str(tmp_path / "archive/collections/letters/collection.toml")[len(str(tmp_path)) + 1 :],
    )
    assert run("--collection", "letters", "index", "letter.txt")[0] == 0
    assert run("index", "report.txt")[0] == 0
    answer = json.loads(run("--collection", "letters", "ask", "When does the mail boat leave?", "--json")[1])
    assert [one["citation"]["source"] for one in answer["passages"]] == ["letter.txt"]
    assert [
        one["source"] if "source" in one else one["name"]
        for one in json.loads(run("sources", "--json")[1])["sources"]
    ] == ["report.txt"]
    listed = json.loads(run("collections", "list", "--json")[1])
    assert [(one["name"], one["title"], one["sources"]) for one in listed] == [
        ("default", "", 1),
        ("letters", "Letters from the coast", 1),
    ]
    code, _, err = run("--collection", "leters", "sources")
    assert (code, err[0].partition(" `")[0]) == (
        1, "dossier: There is no collection leters; did you mean letters?"
    )  # fmt: skip
    assert run("collections", "delete", "letters", "--yes")[1].startswith("deleted letters: 1 sources")
    code, _, err = run("--collection", "letters", "sources")
    assert (code, err) == (
        1, ["dossier: There is no collection letters: `dossier collections list` shows those there are."]
    )  # fmt: skip
