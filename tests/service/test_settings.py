"""Settings come from flags, the environment and dossier.toml, in this order, and are checked as a whole."""

from pathlib import Path

import pytest

from service.errors import SettingsError
from service.settings import Settings, load_settings

NO_ORIGIN = (
    "cors_origins (DOSSIER_CORS_ORIGINS): is no origin: write scheme and host, "
    "such as https://archive.example, or *"
)


@pytest.fixture(autouse=True)
def _empty_folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    for name in (*Settings.model_fields, "config"):
        monkeypatch.delenv(f"DOSSIER_{name.upper()}", raising=False)


def write_config(text):
    Path("dossier.toml").write_text(text)


def lines_of(flags=None):
    with pytest.raises(SettingsError) as caught:
        load_settings(flags)
    return list(caught.value.lines)


def test_without_anything_given_every_setting_has_its_default():
    loaded = load_settings()
    assert loaded.settings == Settings()
    assert set(loaded.origins.values()) == {"default"}
    assert loaded.settings.data == Path("data")


def test_a_flag_wins_over_a_variable_and_that_over_the_file(monkeypatch):
    write_config('host = "file"\nport = 1\nmodel = "file"')
    monkeypatch.setenv("DOSSIER_PORT", "2")
    monkeypatch.setenv("DOSSIER_MODEL", "variable")
    loaded = load_settings({"model": "flag", "host": None})
    assert (loaded.settings.host, loaded.settings.port, loaded.settings.model) == ("file", 2, "flag")
    assert loaded.origins["host"] == "dossier.toml"
    assert loaded.origins["port"] == "DOSSIER_PORT"
    assert loaded.origins["model"] == "flag"


def test_all_bad_settings_are_told_at_once_each_in_a_line_with_its_origin(monkeypatch):
    write_config("prot = 80\nanswer_threshold = 1.5")
    monkeypatch.setenv("DOSSIER_PORT", "99999")
    monkeypatch.setenv("DOSSIER_CORS_ORIGINS", "https://good.example, bad")
    assert sorted(lines_of({"threads": 0})) == [
        "answer_threshold (dossier.toml): must be less than or equal to 1",
        NO_ORIGIN,
        "port (DOSSIER_PORT): must be less than or equal to 65535",
        "prot (dossier.toml): there is no such setting; did you mean port?",
        "threads (flag): must be greater than or equal to 1",
    ]


def test_lists_are_separated_by_commas_in_variables_and_plain_in_the_file(monkeypatch):
    write_config('cors_origins = ["https://a.example", "https://b.example"]')
    monkeypatch.setenv("DOSSIER_API_KEYS", "first-key, second-key,")
    settings = load_settings().settings
    assert settings.cors_origins == ("https://a.example", "https://b.example")
    assert [key.get_secret_value() for key in settings.api_keys] == ["first-key", "second-key"]


def test_keys_never_show_in_a_representation_or_a_message(monkeypatch):
    monkeypatch.setenv("DOSSIER_API_KEYS", "very-secret-key,short")
    assert all("very-secret" not in line and "short" not in line.split("):")[1] for line in lines_of())
    monkeypatch.setenv("DOSSIER_API_KEYS", "very-secret-key")
    assert "very-secret" not in repr(load_settings())


def test_a_misspelt_variable_is_warned_of_and_not_fatal(monkeypatch):
    monkeypatch.setenv("DOSSIER_MODLE", "x")
    assert load_settings().warnings == ("DOSSIER_MODLE sets nothing; did you mean model?",)


def test_an_empty_variable_counts_as_unset(monkeypatch):
    monkeypatch.setenv("DOSSIER_PORT", "")
    assert load_settings().settings.port == 8000


@pytest.mark.parametrize(
    "address",
    [
        "localhost:6333",
        "http://localhost/papers",
        "qdrant://key@host/papers",
        "qdrant://host",
        "qdrant://h/a/b",
    ],
)
def test_an_engine_is_named_by_host_and_collection_its_key_elsewhere(address):
    assert lines_of({"index": address}) == [
        "index (flag): is no engine: write one such as qdrant://127.0.0.1:6333/papers, or qdrant+https://…"
    ]
    for right in ("qdrant://127.0.0.1:6333/papers", "qdrant+https://archive.example/papers-2"):
        assert load_settings({"index": right}).settings.index == right


def test_another_configuration_file_can_be_named(monkeypatch, tmp_path):
    other = tmp_path / "other.toml"
    other.write_text("port = 7")
    monkeypatch.setenv("DOSSIER_CONFIG", str(other))
    assert load_settings().settings.port == 7
    assert load_settings().origins["port"] == str(other)


def test_a_named_configuration_file_has_to_exist(monkeypatch):
    monkeypatch.setenv("DOSSIER_CONFIG", "gone.toml")
    assert lines_of() == ["DOSSIER_CONFIG names gone.toml, which does not exist."]


@pytest.mark.parametrize("content", [b"port = ", b"\xff\xfe", b"port = 1\nport = 2"])
def test_a_file_that_is_no_toml_is_told_in_one_line(content):
    Path("dossier.toml").write_bytes(content)
    (line,) = lines_of()
    assert line.startswith("dossier.toml is not valid TOML: ")
    assert "\n" not in line


def test_plain_settings_read_neither_environment_nor_file(monkeypatch):
    write_config("port = 1")
    monkeypatch.setenv("DOSSIER_PORT", "2")
    assert Settings().port == 8000
