"""Site headers and footers that several sources share."""

from itertools import combinations
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chunker.documents import Span
from chunker.segmenting.boilerplate import count_edges, edge_lines, repeated_spans

CORPUS = Path(__file__).parents[2] / "corpus"
WEB_PAGES = ("000", "002", "003", "004")
HEADER = "The Archive of Straits\n\nHome |  Papers\u00a0| About us\n  All papers in one place, with maps \n"
FOOTER = "\n\nCopyright the Archive of Straits, all rights reserved\nContact | Terms of use | Back to the top"


def corpus_text(number):
    (path,) = CORPUS.glob(f"{number}_*.txt")
    return path.read_bytes().decode()


def page(number, *, header=HEADER, footer=FOOTER):
    body = "".join(f"Sentence {n} of paper {number} says what the envoy said.\n" for n in range(12))
    return f"{header}\nPaper {number}\n{body}{footer}"


def spans(texts, position=0, **options):
    edges = [edge_lines(text) for text in texts]
    return repeated_spans(texts[position], edges, **options)


def written(text):
    return sum(len(line.strip()) for line in text.splitlines())


def cut(text, found):
    for span in reversed(found):
        text = text[: span.start_char] + text[span.end_char :]
    return text.strip()


@pytest.mark.parametrize("present", [*combinations(WEB_PAGES, 3), WEB_PAGES])
def test_the_header_of_the_saved_web_pages_is_found_among_three_and_four_of_them(present):
    texts = [corpus_text(number) for number in (*present, "001")]
    first_words = {
        "000": "Telegram of the chairman",
        "002": "Recording of the conversation of the people",
        "003": "Telegram of the peopleʹs commissar",
        "004": "Recording of the conversation of the",
    }
    for position, number in enumerate(present):
        (header,) = spans(texts, position)
        text = texts[position]
        assert text[header.start_char : header.end_char].startswith("Selected Secret Documents")
        assert text[header.start_char : header.end_char].endswith("Download PDF")
        assert text[header.end_char :].strip().startswith(first_words[number])
    assert spans(texts, len(present)) == ()


@pytest.mark.parametrize("present", [*combinations(WEB_PAGES, 2)])
def test_two_sources_are_not_enough(present):
    assert spans([corpus_text(number) for number in present]) == ()


def test_header_and_footer_are_found_with_their_exact_places():
    texts = [page(number) for number in range(4)]
    header, footer = spans(texts)
    assert texts[0][header.start_char : header.end_char] == HEADER.strip()
    assert texts[0][footer.start_char : footer.end_char] == FOOTER.strip()


def test_case_and_white_space_do_not_part_lines():
    other = page(2, header=HEADER.upper().replace("\n", "\r\n\r\n").replace("\u00a0", "  "))
    assert spans([page(0), page(1), other])[0].start_char == 0
    assert spans([other, page(0), page(1)])[0] == Span(
        0, len(HEADER.upper().strip().replace("\n", "\r\n\r\n")) + 1
    )


def test_one_shared_line_is_left_alone_since_it_may_be_a_signature():
    texts = [
        page(
            n, header="Top secret\n", footer="\nPeople's Commissar for Foreign Affairs V. M. Molotov, Moscow"
        )
        for n in range(9)
    ]
    assert spans(texts) == ()


def test_copies_of_one_paper_are_no_evidence():
    assert spans([page(1)] * 5) == ()
    assert spans([page(1)] * 5 + [page(2)] * 5) == ()


def test_a_paper_that_stands_in_three_sources_is_not_swallowed():
    texts = [f"{page(1, header='', footer='')}\nSeen by {reader}" for reader in "abc"]
    assert spans(texts) == ()


def test_the_block_ends_where_only_a_few_of_many_go_on_to_agree():
    alike = [page(n, header=HEADER + "Letter to Saracoglu\nMoscow\n") for n in range(3)]
    others = [page(n) for n in range(3, 30)]
    header, _ = spans(alike + others)
    assert alike[0][header.start_char : header.end_char] == HEADER.strip()


def test_more_sources_can_be_asked_for():
    texts = [page(number) for number in range(4)]
    assert spans(texts, min_sources=5) == ()
    assert len(spans(texts, min_sources=4)) == 2


def test_a_text_counts_once_whether_or_not_it_is_among_the_others():
    texts = [page(number) for number in range(3)]
    edges = [edge_lines(text) for text in texts]
    assert repeated_spans(texts[0], edges[1:]) == repeated_spans(texts[0], edges)
    assert repeated_spans(texts[0], edges[:2]) == ()
    assert repeated_spans(texts[0], count_edges(edges)) == repeated_spans(texts[0], edges)


@pytest.mark.parametrize("text", ["", "\n \n", "\f", "one line"])
def test_texts_without_lines_have_no_boilerplate(text):
    assert spans([text, page(1), page(2), page(3)]) == ()


line = st.sampled_from(
    ["Home | Papers | About the archive of papers", "All the papers in one place for you", "a", "b", "c", ""]
)
texts_of_lines = st.lists(st.lists(line, max_size=9).map("\n".join), min_size=1, max_size=7)


@given(texts_of_lines, st.randoms(use_true_random=False))
def test_the_result_is_one_of_the_set_whatever_its_order(texts, random):
    shuffled = list(texts)
    random.shuffle(shuffled)
    for text in texts:
        edges = [edge_lines(other) for other in texts]
        assert repeated_spans(text, edges) == repeated_spans(text, [edge_lines(other) for other in shuffled])


@given(texts_of_lines)
def test_at_most_half_of_a_text_goes_and_only_at_its_edges(texts):
    for position, text in enumerate(texts):
        found = spans(texts, position)
        assert 2 * (written(text) - written(cut(text, found))) <= written(text)
        for span in found:
            assert text[: span.start_char].strip() == "" or text[span.end_char :].strip() == ""
