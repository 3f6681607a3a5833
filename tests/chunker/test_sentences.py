from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chunker.text.sentences import sentence_spans


def sentences(text):
    return [text[span.start_char : span.end_char] for span in sentence_spans(text)]


@pytest.mark.parametrize(
    "sentence",
    [
        "He met A.V. Terentyev in Ankara.",
        "The ambassador m. M. Litvinov agreed.",
        "AVP RF, f. 059, on. 1, p. 338, d. 2314, l. 5-6.",
        "See no. 598 of vol. 3, pp. 12-14.",
        "Mr. Eden and Dr. Aras left at 5 p.m. on Monday.",
        "1. The contracting parties agree.",
        "He said (cf. the note of 14 Nov. 1940) that it was so.",
        "It was... unclear to him.",
    ],
)
def test_initials_abbreviations_and_references_do_not_end_a_sentence(sentence):
    assert sentences(f"{sentence} Another one follows.") == [sentence, "Another one follows."]


def test_no_is_an_abbreviation_only_before_a_number():
    assert sentences("The answer was no. He left.") == ["The answer was no.", "He left."]


def test_closing_quotes_and_note_marks_belong_to_the_sentence_they_end():
    assert sentences('"We agree."<sup>4</sup> "And you?" He nodded.') == [
        '"We agree."<sup>4</sup>',
        '"And you?"',
        "He nodded.",
    ]


def test_a_blank_line_ends_a_sentence_without_a_full_stop():
    assert sentences("TOP SECRET\n\nStalin. Today we met.") == ["TOP SECRET", "Stalin.", "Today we met."]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("CAUSE\n=====\nThe mill stood\nstill.", ["CAUSE", "=====", "The mill stood\nstill."]),
        ("for the mill\n  ----\nSTATUS", ["for the mill", "----", "STATUS"]),
        (
            "Name: Anna Holm\nPlace: Vestoe\n  on the Bay. She rowed.\nState: open",
            ["Name: Anna Holm", "Place: Vestoe\n  on the Bay.", "She rowed.", "State: open"],
        ),
        ("He named these: bread,\nand then this: salt.", ["He named these: bread,\nand then this: salt."]),
        ("It went on --\nand on.", ["It went on --\nand on."]),
    ],
)
def test_ruled_lines_and_fields_stand_by_themselves(text, expected):
    assert sentences(text) == expected


def test_a_sentence_that_a_page_break_cut_goes_on_after_the_gap():
    text = "He decided to kill the commissioners\n\n\n\ntaken away from Baku. A report followed."
    assert sentences(text) == [
        "He decided to kill the commissioners\n\n\n\ntaken away from Baku.",
        "A report followed.",
    ]


def test_reference_marks_end_the_sentences_they_close():
    text = (
        "The lighthouse was built in 1871 by the harbour board.[2] An electric lamp was installed in 1904.[3]"
        " The first keeper was Anders Holm.[1] In 1932 its gallery was rebuilt.[5]"
    )
    assert sentences(text) == [
        "The lighthouse was built in 1871 by the harbour board.[2]",
        "An electric lamp was installed in 1904.[3]",
        "The first keeper was Anders Holm.[1]",
        "In 1932 its gallery was rebuilt.[5]",
    ]


MARKS = [
    *"[3] [12][13] [2,5-7] [4]–[7] [a] [iv] [*] [3]:214 [^1] ⁹⁵ <sup>4</sup> <sup>[12]</sup> †".split(),
    *r"\[3\] [[3]](#cite_note-3) [3](#fn3)".split(),
    *(
        "[note 4]",
        "[Anm. 3]",
        "[3, p. 214]",
        "[Smith et al., 2004]",
        "[lower-alpha 1]",
        "(3)",
        "[citation needed]",
        "[not in citation given]",
        " [4] [5]",
        "[1] [2, 3]",
    ),
]


@given(
    st.sampled_from(["He left the board", "It was 1904", "At 9 p.m", "Plan B", 'They said "no']),
    st.sampled_from([".", "?", "!", ".”", '."', ".)", "..."]),
    st.sampled_from(MARKS),
    st.sampled_from([" ", "  ", "\n", "\n\n"]),
    st.sampled_from(["An electric lamp.", "“You?”", "(It was so.)", "3 men came.", "**Ostrovsky**"]),
)
def test_a_mark_behind_a_stop_belongs_to_the_sentence_that_ends_there(before, stop, mark, gap, after):
    assert sentences(f"{before}{stop}{mark}{gap}{after}") == [f"{before}{stop}{mark}", after]


@given(
    st.sampled_from(["the board", "as Li et al.", "in 1904", "of spp.", "Mr.", "(e.g."]),
    st.sampled_from(MARKS),
    st.sampled_from([" and others", ", which he left", " , he says", "; so be it", " ."]),
)
def test_a_mark_inside_a_sentence_does_not_end_it(before, mark, after):
    text = f"They met {before}{mark}{after} on Monday"
    if after != " .":
        assert sentences(text) == [text]
    assert sentences(text)[0].startswith(f"They met {before}{mark}{after}")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("It spread to 21 lands.1 While it did so.", ["It spread to 21 lands.1", "While it did so."]),
        ("It is “a process.”18,19 The model is old.", ["It is “a process.”18,19", "The model is old."]),
        ("See vols.3 The author errs.", ["See vols.3 The author errs."]),
        ("It rose by 12.5 Million of them left.", ["It rose by 12.5 Million of them left."]),
        ("It grew to approx.3 million.", ["It grew to approx.3 million."]),
    ],
)  # fmt: skip
def test_a_number_that_lost_its_superscript_is_a_mark_where_it_can_be_no_other(text, expected):
    assert sentences(text) == expected


def test_a_mark_before_a_name_or_in_a_list_ends_nothing():
    assert sentences("He met Dr.[2] Holm.") == ["He met Dr.[2] Holm."]
    assert sentences("1.[2] The parties agree.") == ["1.[2] The parties agree."]
    assert sentences("See the book.\n[2] Holm, A., Lamps.") == ["See the book.", "[2] Holm, A., Lamps."]


@given(st.text(alphabet="aB .!?\n\"'*0[]†<sup>/\\(#):,", max_size=120) | st.text(max_size=80))
def test_sentences_ascend_and_hold_every_visible_character(text):
    spans = list(sentence_spans(text))
    covered = "".join(text[span.start_char : span.end_char] for span in spans)
    assert "".join(covered.split()) == "".join(text.split())
    assert all(before.end_char <= after.start_char for before, after in pairwise(spans))


class Watched(str):
    """A text that counts the characters taken out of it."""

    __slots__ = ("taken",)

    def __getitem__(self, key):
        part = super().__getitem__(key)
        self.taken = getattr(self, "taken", 0) + len(part)
        return part


def characters_taken(text):
    watched = Watched(text)
    assert list(sentence_spans(watched))
    return watched.taken


@pytest.mark.parametrize("piece", ["B. ", "and so on\n\n", "no. 5. ", "1. ", "op. 1, d. 5, "])
def test_a_text_without_sentence_ends_is_read_in_proportion_to_its_length(piece):
    once, four_times = (characters_taken("A start " + piece * count) for count in (500, 2_000))
    assert four_times < 5 * once
