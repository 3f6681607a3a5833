from importlib.resources import files

import pytest

from chunker.vocabulary import PACKAGED, Vocabulary


def test_a_collection_s_own_words_take_the_place_of_the_packaged_ones_file_by_file(tmp_path):
    (tmp_path / "contents.toml").write_text('headings = ["obsah"]\n')
    own = Vocabulary(tmp_path)
    assert own.words("contents", "headings") == ("obsah",)
    assert own.words("abbreviations", "titles") == PACKAGED.words("abbreviations", "titles")


def test_words_are_an_array_or_a_text_and_patterns_keep_the_file_s_order(tmp_path):
    (tmp_path / "own.toml").write_text('a = "x y\\n z"\nb = ["x y", "z"]\n[c]\nlast = "1"\nfirst = "2"\n')
    own = Vocabulary(tmp_path)
    assert (own.words("own", "a"), own.words("own", "b")) == (("x", "y", "z"), ("x y", "z"))
    assert own.alternatives("own", "b") == "(?:x y|z)"
    assert list(own.patterns("own", "c").items()) == [("last", "1"), ("first", "2")]
    with pytest.raises(KeyError, match="missing"):
        own.words("own", "missing")


def test_each_packaged_file_says_what_it_is_and_that_it_can_be_replaced():
    for file in (files("chunker") / "data" / "words").iterdir():
        opening = file.read_text("utf-8").split("\n\n")[0]
        assert opening.startswith("# ")
        assert "A collection may bring its own" in opening.replace("\n# ", " ")
