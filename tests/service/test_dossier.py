"""The public Python interface, as a library user writes it."""

import doctest
import threading

import pytest
from encoders import WordHashEncoder
from service_support import LETTER, make_settings

import service.dossier
from embeddings.encoders.encoder import EncoderError
from service import Dossier, Filters
from service.errors import NotFoundError, QuestionError

LETTERS = {
    "letters/anna.txt": (
        "Letter of Anna to Karl\n\nTrieste, 3 May 1911\n\nI leave Trieste on Monday with the mail boat."
    ),
    "letters/karl.txt": (
        "Letter of Karl to Anna\n\nGraz, 9 May 1911\n\nThe garden is in bloom and the dog is well."
    ),
}


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """An empty folder with letters in it, in which the settings name a quick encoder."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("service.assembly.load_encoder", lambda _: WordHashEncoder())
    monkeypatch.setenv("DOSSIER_ANSWER_THRESHOLD", "0")
    for name, text in LETTERS.items():
        path = tmp_path / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(text)
    return tmp_path


def test_the_example_of_the_docstring_runs_as_it_stands(folder, capsys):
    example = service.dossier.__doc__.split("::\n")[1].split("\n\nHTTP, chat")[0]
    exec(compile(doctest.script_from_examples(_as_examples(example)), "example", "exec"), {})  # noqa: S102

    assert "mail boat. Letter of Anna to Karl, 3 May 1911" in " ".join(capsys.readouterr().out.split())


def _as_examples(block):
    lines = [line[4:] for line in block.splitlines() if line.strip()]
    prompted = [f">>> {line}" if not line.startswith(" ") else f"... {line}" for line in lines]
    return "\n".join(prompted)


def test_a_collection_is_filled_asked_read_and_emptied(folder):
    with Dossier.open("archive") as dossier:
        outcomes = dossier.add(["letters/", "nothing.txt"])
        assert {(one.name, one.status) for one in outcomes} == {
            ("anna.txt", "added"),
            ("karl.txt", "added"),
            ("nothing.txt", "skipped"),
        }
        assert [source.name for source in dossier.sources()] == ["anna.txt", "karl.txt"]
        records, total = dossier.documents(title_contains="Karl to")
        assert (total, records[0].document.title) == (1, "Letter of Karl to Anna")
        assert dossier.facets().years == ((1911, 2),)
        answer = dossier.ask("When does Anna leave Trieste?", filters=Filters(sources=("anna.txt",)))
        quote = answer.quotes[0]
        reading = dossier.read(quote.citation.document_id)
        assert reading.text(quote.citation.span) == quote.text
        assert dossier.cite(reading.document.id).document == reading.document
        assert dossier.search("the dog").passages[0].citation.place.source_name == "karl.txt"
        assert dossier.delete("anna.txt").name == "anna.txt"
        with pytest.raises(NotFoundError):
            dossier.source("anna.txt")
    with Dossier.open("archive", read_only=True) as again:
        assert [source.name for source in again.sources()] == ["karl.txt"]


def test_many_threads_ask_one_dossier_and_get_what_one_would(tmp_path):
    with Dossier.open(settings=make_settings(tmp_path), encoder=WordHashEncoder()) as dossier:
        dossier.add([LETTER])
        questions = [f"What did comrade Stalin propose to Eden about {word}?" for word in "abcdefgh"]
        alone = [dossier.ask(question).text for question in questions]
        together = [""] * len(questions)

        def ask(place):
            together[place] = dossier.ask(questions[place]).text

        threads = [threading.Thread(target=ask, args=(place,)) for place in range(len(questions))]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert together == alone


@pytest.mark.parametrize(
    ("question", "options"),
    [
        ("", {}),
        (" \n", {}),
        ("x" * 2_001, {}),
        ("Who?", {"top_k": 0}),
        ("Who?", {"top_k": 51}),
        ("Who?", {"filters": Filters(date_from="1940-01-01", date_to="1939-01-01")}),
    ],
)
def test_what_cannot_be_asked_is_refused_before_anything_is_searched(tmp_path, question, options):
    with (
        Dossier.open(settings=make_settings(tmp_path), encoder=WordHashEncoder()) as dossier,
        pytest.raises(QuestionError),
    ):
        dossier.ask(question, **options)


@pytest.mark.parametrize(
    ("error", "told"),
    [
        (ValueError("of an empty sequence"), "unexpected ValueError; archive/indexing.log has the cause"),
        (MemoryError("no room"), "unexpected MemoryError; archive/indexing.log has the cause"),
        (RecursionError("too deep"), "unexpected RecursionError; archive/indexing.log has the cause"),
        (
            EncoderError("The model cannot bear this text."),
            "The model cannot bear this text.",
        ),
    ],
)
def test_whatever_fails_at_one_file_is_one_line_and_a_logged_cause_and_keeps_no_other_out(
    folder, monkeypatch, error, told
):
    from embeddings.local_index import LocalIndex

    real = LocalIndex.add_source

    def add_source(self, source, **options):
        if source.name == "anna.txt":
            raise error
        return real(self, source, **options)

    monkeypatch.setattr(LocalIndex, "add_source", add_source)
    with Dossier.open("archive") as dossier:
        outcomes = {one.name: one for one in dossier.add(["letters"])}
    assert (outcomes["anna.txt"].status, outcomes["karl.txt"].status) == ("failed", "added")
    assert outcomes["anna.txt"].error == f"anna.txt: {told}"
    log = (folder / "archive" / "indexing.log").read_text()
    assert "anna.txt\nTraceback" in log
    assert f"{type(error).__name__}: {error}" in log
