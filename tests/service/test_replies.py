"""The forms in which language models write replies: citations, markup, thoughts, in whole and in pieces."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.language_model.replies import ReplyReader, read_reply, without_thoughts

KNOWN = frozenset(range(1, 6))


def read(reply):
    return [(one.text, one.numbers) for one in read_reply(reply, KNOWN)]


@pytest.mark.parametrize(
    ("reply", "numbers"),
    [
        ("The mill burned [1].", (1,)),
        ("The mill burned. [1]", (1,)),
        ("The mill burned.[1]", (1,)),
        ("The mill burned [1, 2].", (1, 2)),
        ("The mill burned [1][2].", (1, 2)),
        ("The mill burned [1] [2].", (1, 2)),
        ("The mill burned [1; 3].", (1, 3)),
        ("The mill burned (1).", (1,)),
        ("The mill burned. (1, 2)", (1, 2)),
        ("The mill burned【1】.", (1,)),
        ("The mill burned【1†source】.", (1,)),
        ("The mill burned【1:2†source】.", (2,)),
        ("The mill burned [^1].", (1,)),
        ("The mill burned.[^1][^2]", (1, 2)),
        ("The mill burned [passage 2].", (2,)),
        ("The mill burned (passages 2 and 3).", (2, 3)),
        ("The mill burned.¹", (1,)),
        ("The mill burned².", (2,)),
        ("- **The mill** burned [1].", (1,)),
        ("1. The mill burned [3].", (3,)),
        ("The mill burned [1-3].", (1, 2, 3)),
        ("The mill burned [1]–[3].", (1, 2, 3)),
        ("The mill burned (1-3).", (1, 2, 3)),
        ("The mill burned [1], [2].", (1, 2)),
        ("The mill burned ([1], [2]).", (1, 2)),
        ("The mill burned [[1]].", (1,)),
        ("The mill burned [[1]](https://x.example).", (1,)),
        ("The mill burned [1](#1).", (1,)),
        ("The mill burned ［1］.", (1,)),
        ("The mill burned {1}.", (1,)),
        (r"The mill burned \[1\].", (1,)),
        ("The mill burned [#1].", (1,)),
        ("The mill burned [^1^].", (1,)),
        ("The mill burned^1.", (1,)),
        ("The mill burned①.", (1,)),
        ("The mill burned.<sup>1</sup>", (1,)),
        ("The mill burned <cite>1, 2</cite>.", (1, 2)),
        ("The mill burned [Source 1, Source 2].", (1, 2)),
        ("The mill burned (see [1]).", (1,)),
        ("The mill burned (see passage 2).", (2,)),
        ("The mill burned (Source: 2).", (2,)),
        ("The mill burned. Source 2.", (2,)),
        ("The mill burned. Sources: [1], [2]", (1, 2)),
        ("The mill burned — Source 2.", (2,)),
        ("According to passage 2, the mill burned.", (2,)),
        ("As stated in source 2, the mill burned.", (2,)),
        ("Passage 2 says that the mill burned.", (2,)),
        ("Answer: The mill burned [1].", (1,)),
    ],
)
def test_a_citation_is_understood_in_every_form_that_models_write(reply, numbers):
    assert read(reply) == [("The mill burned.", numbers)]


@pytest.mark.parametrize(
    "reply",
    [
        "Two (2) mills burned in (1921).",
        "The field has 40 km² and no mill.",
        "The mark ⁽³⁾ is the source's own.",
        "The years [1919-1921] were hard.",
        "He wrote it on [p. 2].",
        "It cost {7} crowns. Source 9 was dry.",
        "Two mills burned. Passage 2 was closed by the wardens.",
    ],
)
def test_figures_that_count_or_measure_are_no_citation(reply):
    assert {numbers for _, numbers in read(reply)} == {()}
    assert " ".join(text for text, _ in read(reply)) == reply


def test_citations_at_a_paragraphs_end_hold_for_its_sentences():
    assert read("The mill burned. Nobody was hurt. [2]\nIt was built anew [1].") == [
        ("The mill burned.", (2,)),
        ("Nobody was hurt.", (2,)),
        ("It was built anew.", (1,)),
    ]


def test_a_sentence_without_citation_between_cited_ones_has_none():
    assert read("It burned [1]. Nobody was hurt. It was rebuilt [2].") == [
        ("It burned.", (1,)),
        ("Nobody was hurt.", ()),
        ("It was rebuilt.", (2,)),
    ]


def test_headings_lead_ins_and_lists_of_sources_are_no_sentences():
    reply = (
        "## Answer\n**What happened**\nThe passages say two things:\n"
        "- It burned [1].\n* It was rebuilt. [2]\n\nSources:\n[1] Letter of a miller\n[^2]: Another letter"
    )

    assert read(reply) == [("It burned.", (1,)), ("It was rebuilt.", (2,))]


@pytest.mark.parametrize(
    "reply",
    [
        "<think>It burned [1]. Or not.</think>\nIt was rebuilt [2].",
        "The user asks about a mill. It burned [1].\n</think>\n\nIt was rebuilt [2].",
        "Okay, passage one says it burned.\n\nHence [1].</think>It was rebuilt [2].",
        "<thinking>It burned [1].</thinking>It was rebuilt [2].",
        "It burned [1].</Reasoning>It was rebuilt [2].",
        "[THINK]It burned [1].[/THINK]It was rebuilt [2].",
        "◁think▷It burned [1].◁/think▷It was rebuilt [2].",
        "<|channel|>analysis<|message|>It burned [1].<|end|><|channel|>final<|message|>It was rebuilt [2].",
    ],
)
def test_thoughts_are_no_answer_whether_or_not_their_tag_was_opened(reply):
    assert read(reply) == [("It was rebuilt.", (2,))]
    assert without_thoughts(reply) == "It was rebuilt [2]."


def test_thoughts_without_end_are_no_answer():
    assert read("<think>It burned [1]. I wonder") == []


def test_only_the_sentence_that_refuses_is_a_refusal():
    reply = read_reply("The mill burned [1]. Who lit it is NOT ANSWERED.", KNOWN)

    assert [one.is_refusal for one in reply] == [False, True]


def test_a_sentence_is_given_once_the_next_has_begun():
    reader = ReplyReader(KNOWN)
    given_after = [
        len([*reader.feed(piece)]) for piece in ("It bu", "rned [1", "].", " It", " was rebuilt [2].")
    ]

    assert given_after == [0, 0, 0, 1, 0]
    assert [one.text for one in reader.end()] == ["It was rebuilt."]


PARTS = (
    *("It burned [1].", "It burned. [2]", "Nobody was hurt.", "He said “no. Never”. [3]", "\n", "\n\n", "- "),
    *(
        'She wrote "yes. Now" [1].',
        "## Mills\n",
        "**Then** it fell [1][2].",
        "See (passage 2).",
        "Two (2) mills.",
    ),
    *("It fell【1†source】.", "It stood.¹", "Sources:\n", "NOT ANSWERED."),
    *(
        "It fell. Source 1.",
        "It stood.<sup>2</sup>",
        "It lay [1], [2].",
        "It stood [1-3].",
        "Passage 2 says that it",
    ),
    *(
        "It sank [[3]].",
        "According to passage 1, it rose.",
        "It lay — Source 2.",
        "He sold ｛5｝.",
        "It fell.^2",
    ),
)


@given(st.lists(st.sampled_from(PARTS), max_size=8).map(" ".join), st.integers(1, 9))
def test_a_reply_in_pieces_reads_as_the_whole(reply, size):
    reader = ReplyReader(KNOWN)
    pieces = [reply[start : start + size] for start in range(0, len(reply), size)]
    streamed = [one for piece in pieces for one in reader.feed(piece)] + [*reader.end()]

    assert streamed == read_reply(reply, KNOWN)
