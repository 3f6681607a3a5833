"""The command line: lists of what there is, names that there are not, and the settings file it begins."""

import json
import re
import subprocess
import sys
import tomllib

import pytest
from service_support import LETTER, SHORT_NOTE

from service.commands.config import config_text
from service.commands.lists import print_table
from service.settings import Settings, load_settings
from service.wording.suggestions import did_you_mean

LETTERS = {
    "anna.txt": "Letter of Anna Weber to Karl Brandt\n\nTrieste, 3 May 1911\n\nI leave on Monday.",
    "karl.txt": "Letter of Karl Brandt to Anna Weber\n\nGraz, 9 May 1912\n\nThe garden is in bloom.",
    "treaty.txt": "Treaty of Kars\n\n13 October 1921\n\nThe treaty was signed by three envoys.",
}
FILTERS = [
    ((), ["anna.txt", "karl.txt", "treaty.txt"]),
    (("--kind", "letter"), ["anna.txt", "karl.txt"]),
    (("--from", "1912"), ["karl.txt", "treaty.txt"]),
    (("--to", "1911-05"), ["anna.txt"]),
    (("--participant", "weber", "--from", "1912"), ["karl.txt"]),
    (("--source", "treaty.txt"), ["treaty.txt"]),
    (("--kind", "letter", "--from", "1913"), []),
]


@pytest.fixture
def letters(run, tmp_path):
    for name, text in LETTERS.items():
        (tmp_path / "in" / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / "in" / name).write_text(text)
    assert run("index", "in")[0] == 0
    return run


@pytest.mark.parametrize(("options", "names"), FILTERS)
def test_documents_are_listed_by_every_filter(letters, options, names):
    body = json.loads(letters("documents", "--json", *options)[1])
    assert ([one["source"] for one in body["documents"]], body["total"], body["next"]) == (
        names,
        len(names),
        None,
    )
    code, out, err = letters("documents", *options)
    assert (code, err) == (0, [])
    if not names:
        assert out == "No document fits; widen the filters, or see `dossier facets`.\n"
        return
    header, *lines = out.splitlines()
    assert header.split() == ["id", "date", "kind", "title", "source"]
    assert [line.split()[0] for line in lines] == [one["id"] for one in body["documents"]]
    assert [re.split(r"  +", line)[-1] for line in lines] == names


def test_titles_narrow_the_list(letters):
    body = json.loads(letters("documents", "--json", "--title", "karl brandt to")[1])
    assert [one["title"] for one in body["documents"]] == ["Letter of Karl Brandt to Anna Weber"]


def test_a_list_longer_than_a_part_is_whole_and_in_order(letters, monkeypatch):
    whole = json.loads(letters("documents", "--json")[1])
    monkeypatch.setattr("service.commands.catalogue._PART", 1)
    assert json.loads(letters("documents", "--json")[1]) == whole
    assert len(whole["documents"]) == 3


@pytest.mark.parametrize("options", [options for options, _ in FILTERS])
def test_facets_count_the_documents_that_pass_the_filters(letters, options):
    found = json.loads(letters("documents", "--json", *options)[1])["documents"]
    facets = json.loads(letters("facets", "--json", *options)[1])
    for name, values in (
        ("kinds", [one["kind"] for one in found if one["kind"]]),
        ("participants", [name for one in found for name in set(one["participants"])]),
    ):
        assert {one["value"]: one["documents"] for one in facets[name]} == {
            value: values.count(value) for value in values
        }
        counts = [one["documents"] for one in facets[name]]
        assert counts == sorted(counts, reverse=True)
    years = [int(one["date_from"][:4]) for one in found if one["date_from"]]
    assert [(one["year"], one["documents"]) for one in facets["years"]] == [
        (year, years.count(year)) for year in sorted(set(years))
    ]
    assert facets["undated"] == sum(one["date"] is None for one in found)
    people = json.loads(letters("people", "--json", *options)[1])
    assert people == {"participants": facets["participants"]}
    if "--kind" not in options:
        assert json.loads(letters("kinds", "--json", *options)[1]) == {"kinds": facets["kinds"]}


def test_facets_over_http_are_those_of_the_command_line(letters, tmp_path):
    from service_support import make_app, serving

    with serving(make_app(tmp_path / "data")) as client:
        asked = {"kind": "letter", "date_from": "1912-01-01"}
        over_http = client.get("/v1/facets", params=asked).json()
        assert over_http == json.loads(letters("facets", "--json", "--kind", "letter", "--from", "1912")[1])
        assert over_http["years"] == [{"year": 1912, "documents": 1}]
        assert client.get("/v1/facets", params={"date_from": "yesterday"}).status_code == 422


def test_names_in_the_texts_are_those_of_the_api_part_after_part(letters, tmp_path):
    from service_support import make_app, serving

    assert letters("names")[1].splitlines()[1:] == ["        2  Karl Brandt", "        2  Anna Weber"]
    places = json.loads(letters("names", "--kind", "place", "--json")[1])
    assert [(one["name"], one["documents"], one["is_exact"]) for one in places["names"]] == [
        *(("Graz", 1, True), ("Trieste", 1, True)),
    ]
    people = json.loads(letters("names", "--json")[1])["names"]
    with serving(make_app(tmp_path / "data")) as client:
        first = client.get("/v1/names", params={"limit": 1}).json()
        second = client.get("/v1/names", params={"limit": 1, "after": first["next"]}).json()
        assert first["names"] + second["names"] == people
        assert (first["next"], second["next"]) == ("Karl Brandt", None)
        assert client.get("/v1/names", params={"kind": "boat"}).status_code == 422


def test_people_kinds_and_facets_are_lines_of_a_count_and_a_name(letters):
    assert letters("kinds")[1].splitlines()[:2] == ["documents  kinds", "        2  letter"]
    assert "        2  Anna Weber" in letters("people")[1].splitlines()
    blocks = letters("facets")[1].split("\n\n")
    assert [block.splitlines()[0].split() for block in blocks] == [
        ["documents", "kinds"],
        ["documents", "people"],
        ["documents", "years"],
    ]
    assert blocks[2].splitlines()[1] == "        1  1911"


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (("ask", "Who?", "--kind", "leter"), "There is no kind leter; did you mean letter?"),
        (("search", "Who?", "--kind", "Letter"), "There is no kind Letter; did you mean letter?"),
        (("documents", "--kind", "ordinance"), "There is no kind ordinance."),
        (("people", "--source", "treatty.txt"), "There is no source treatty.txt; did you mean treaty.txt?"),
        (("facets", "--source", "zzz"), "There is no source zzz."),
        (("ask", "Who?", "--source", "ana.txt"), "There is no source ana.txt; did you mean anna.txt?"),
    ],
)
def test_an_unknown_kind_or_source_is_told_with_what_may_have_been_meant(letters, arguments, told):
    what = "kinds" if "--kind" in arguments else "sources"
    code, out, err = letters(*arguments)
    assert (code, out, err) == (2, "", [f"dossier: {told} `dossier {what}` lists those there are."])


def test_what_is_to_be_deleted_and_is_not_there_is_told_so_too(letters):
    code, _, err = letters("delete", "karll.txt")
    told = "There is no source karll.txt; did you mean karl.txt? `dossier sources` lists those there are."
    assert (code, err) == (1, [f"dossier: {told}"])


def test_a_near_name_is_found_whatever_its_case_and_a_far_one_is_none():
    assert did_you_mean("TELEGRAMM", ["telegram", "letter"]) == "; did you mean telegram?"
    assert did_you_mean("xyz", ["telegram", "letter"]) == ""
    assert did_you_mean("telegram", []) == ""


def test_the_exit_code_says_that_the_documents_do_not_answer(indexed, monkeypatch):
    question = ("ask", "What did comrade Stalin propose to Eden?")
    assert indexed(*question)[0] == 0
    monkeypatch.setenv("DOSSIER_ANSWER_THRESHOLD", "1")
    code, out, err = indexed(*question)
    assert (code, err) == (3, [])
    assert "The documents do not answer" in " ".join(out.split())
    code, out, _ = indexed(*question, "--json")
    assert (code, json.loads(out)["answerable"]) == (3, False)
    for command in (("--help",), ("ask", "--help")):
        assert re.search(r"\b3\b", indexed(*command)[1])


def test_no_line_is_broken_and_nothing_cut_where_no_terminal_is(indexed, monkeypatch):
    monkeypatch.setenv("COLUMNS", "40")
    question = ("ask", "What did comrade Stalin propose to Eden?", "--source", LETTER.name)
    body = json.loads(indexed(*question, "--json")[1])
    lines = [line.strip() for line in indexed(*question)[1].splitlines()]
    assert body["answer"]["text"].splitlines()[0] in lines
    passages = json.loads(indexed("search", "Eden", "--json", "-k", "1")[1])["passages"]
    shown = [line.strip() for line in indexed("search", "Eden", "-k", "1")[1].splitlines()]
    for line in passages[0]["text"].splitlines():
        assert line.strip() in shown
    listed = json.loads(indexed("sources", "--json")[1])["sources"]
    shown = indexed("sources")[1].splitlines()
    assert {(line.split()[0], line.split()[-1]) for line in shown[1:]} == {
        (one["id"], one["name"]) for one in listed
    }
    assert {one["name"] for one in listed} == {LETTER.name, SHORT_NOTE.name}
    assert any("passages that the cross-encoder reads" in line for line in indexed("config")[1].splitlines())
    for command in (question, ("search", "Eden"), ("sources",), ("documents",), ("config",)):
        printed = indexed(*command)[1].splitlines()
        assert [line for line in printed if line != line.rstrip()] == [], command


def test_a_table_obeys_nothing_that_a_name_holds(capsys):
    print_table(("id", "title"), [("1", "a\x1b[2Jb\n\tc"), ("22", "漢字")], right=(0,))
    assert capsys.readouterr().out == "id  title\n 1  a [2Jb c\n22  漢字\n"


def test_a_file_of_settings_is_begun_once_and_says_what_each_means(run, tmp_path, monkeypatch):
    code, out, err = run("config", "--write")
    assert (code, err) == (0, [])
    assert out.startswith("dossier.toml has all settings")
    text = (tmp_path / "dossier.toml").read_text()
    assert tomllib.loads(text) == {}
    for name, field in Settings.model_fields.items():
        assert re.search(rf"^# {name} =", text, re.MULTILINE)
        assert field.description in " ".join(text.replace("\n# ", " ").split())
    code, _, err = run("config", "--write")
    assert (code, err) == (1, ["dossier: dossier.toml is there already, and stays as it is."])
    assert (tmp_path / "dossier.toml").read_text() == text
    monkeypatch.setenv("DOSSIER_CONFIG", "other.toml")
    assert run("config", "--write")[1].startswith("other.toml has")


def test_the_defaults_that_the_file_tells_are_the_defaults(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    told = re.sub(r"^# (\w+ = .+)$", r"\1", config_text(), flags=re.MULTILINE)
    (tmp_path / "dossier.toml").write_text(told)
    assert set(tomllib.loads(told)) == {
        name for name, value in Settings().model_dump(mode="json").items() if value is not None
    }
    assert load_settings().settings == Settings()


def test_the_lists_are_had_without_loading_a_model(letters, tmp_path):
    script = (
        "import sys; sys.argv = ['dossier', 'documents']\n"
        "from service.cli import main\n"
        "try: main()\n"
        "except SystemExit: pass\n"
        "print(sorted({name.split('.')[0] for name in sys.modules}))"
    )
    shown = subprocess.run(  # noqa: S603 - our own script
        [sys.executable, "-c", script], cwd=tmp_path, capture_output=True, text=True, check=True
    ).stdout
    assert "Treaty of Kars" in shown
    heavy = {"torch", "transformers", "faiss", "onnxruntime"}
    assert heavy.isdisjoint(eval(shown.splitlines()[-1]))  # noqa: S307 - printed by the script above
