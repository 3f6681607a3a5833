"""Plain text and Markdown: encodings, page markers, headings."""

import hashlib
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chunker.documents import PageMap
from chunker.errors import SourceTooLargeError, UnsupportedFormatError
from chunker.readers.extraction import ReadingLimits
from chunker.readers.markdown import read_markdown
from chunker.readers.plain_text import read_text
from chunker.readers.reading import read_bytes

LIMITS = ReadingLimits()
ROOT = Path(__file__).parents[2]
RUSSIAN = (
    "Народный комиссар иностранных дел СССР В. М. Молотов принял посла Турции Актая.\r\n"
    "Посол заявил, что он не имеет официальных указаний из Анкары.\r\n"
)
FRENCH = (
    "Le général a déclaré à la délégation que l'événement était très grave pour la France "
    "et ses alliés. Où êtes-vous allé après la conférence?\n"
)
PAGE = "words of the page that run on and on. " * 8 + "\n"


def text_of(data):
    return read_text(data, name="a.txt", limits=LIMITS).text


def methods_of(text):
    starts = read_text(text.encode(), name="a.txt", limits=LIMITS).page_starts
    return {(start.page.method, start.page.margin) for start in starts}


def pages_of(text):
    """The label of each page with the first words that stand on it."""
    starts = read_text(text.encode(), name="a.txt", limits=LIMITS).page_starts
    return [(start.page.label, text[start.start_char :].split()[0]) for start in starts]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16-le", "utf-16-be", "utf-32-le", "utf-32-be"])
@pytest.mark.parametrize("text", [RUSSIAN, FRENCH, "Stalin."])
def test_unicode_is_read_with_and_without_a_byte_order_mark(encoding, text):
    assert text_of(text.encode(encoding)) == text
    assert text_of(("\ufeff" + text).encode(encoding)) == text


LEGACY = {
    RUSSIAN: "cp1251 koi8_r cp866 iso8859_5 mac_cyrillic",
    FRENCH: "latin_1 cp1252 mac_roman cp850",
    "Der Fährmann schrieb, daß der Fluß zugefroren sei; die Gebühr wurde erhöht.": "cp1252 cp850",
    "El niño comió ñoquis; la señora dijo: ¡Qué rico! Mañana llegará el capitán.": "cp1252 mac_roman",
    "Převozník čekal na nádraží a četl noviny; příští čtvrtek přijede správce.": "cp1250 iso8859_2",
    "Zarządca przyjechał w środę i obiecał zapłacić za łodzie jeszcze przed świętami.": "cp1250 iso8859_2",
    "A révész az állomáson várt és újságot olvasott, őt senki sem kérdezte.": "cp1250 iso8859_2",
    "Vapur sabah erkenden ayrıldı, çünkü kaptan hastaydı; İzmir'e öğleyin döndü.": "cp1254",
    "Keltininkas rašė, kad upė užšalo, todėl mokestis buvo padidintas. Žmonės laukė krante.": "cp1257",
    "Ο πορθμέας έγραψε ότι το ποτάμι πάγωσε και τα διόδια αυξήθηκαν σε έντεκα δραχμές.": "cp1253",
    "הספן כתב שהנהר קפא והתשלום הועלה לאחת עשרה אגורות.": "cp1255",
    "كتب صاحب العبارة أن النهر تجمد ورفعت الرسوم إلى أحد عشر قرشا.": "cp1256",
    "渡し船は夜明け前に出た。帳簿は兄が受け取った。カタカナも混じる。": "shift_jis euc_jp iso2022_jp",
    "渡船的船夫写道,河水已经结冰,过路费提高到十一戈比。": "gb18030",
    "나룻배 사공은 강이 얼어붙었다고 썼다. 통행료는 열한 코펙으로 올랐다.": "euc_kr iso2022_kr",
}


@pytest.mark.parametrize(
    ("text", "encoding"), [(text, encoding) for text, names in LEGACY.items() for encoding in names.split()]
)
@pytest.mark.parametrize("times", [1, 30])
def test_legacy_encodings_are_recognised_by_their_language(text, encoding, times):
    assert text_of((text * times).encode(encoding)) == text * times


@pytest.mark.parametrize("text", [FRENCH, RUSSIAN, *list(LEGACY)[4:6]])
def test_lines_in_another_encoding_than_the_others_are_each_read_as_what_they_are(text):
    encoding = {FRENCH: "cp1252", RUSSIAN: "cp1251"}.get(text, "cp1250")
    line = text.replace("\r", "").strip() + "\n"
    for data in (
        line.encode() * 3 + line.encode(encoding) * 4,
        line.encode(encoding) * 4 + line.encode() * 3,
    ):
        assert text_of(data) == line * 7


@pytest.mark.parametrize("text", ["It left at dawn – the “pilot” was ill.", RUSSIAN])
def test_a_text_that_was_made_utf8_twice_says_what_it_said(text):
    assert text_of(text.encode().decode("latin-1").encode()) == text


def test_controls_that_stand_for_quotation_marks_in_a_utf8_text_are_no_binary_data():
    text = "He said \x93no\x94 – and left. \x93Why?\x94 she asked. " * 9
    assert text_of(text.encode()) == text


def test_a_few_damaged_bytes_do_not_make_a_utf8_text_legacy():
    data = (RUSSIAN * 20).encode()
    assert text_of(data[:100] + b"\xff" + data[100:]).replace("\ufffd", "") == RUSSIAN * 20


def test_a_text_cut_within_a_character_loses_only_that_character():
    assert text_of((RUSSIAN * 20 + "я").encode()[:-1]) == RUSSIAN * 20 + "\ufffd"


def test_newlines_are_kept_as_they_are_in_the_file():
    assert text_of(b"one\r\ntwo\rthree\n\x0cfour") == "one\r\ntwo\rthree\n\x0cfour"


@pytest.mark.parametrize(
    "data", [bytes(range(256)) * 4, b"\0" * 100, b"some text\0\1\2\3\4" * 9, b"\x01\x02\x03\x04\x05\x06"]
)
def test_binary_data_is_refused(data):
    with pytest.raises(UnsupportedFormatError, match=r"a\.txt: is binary data"):
        text_of(data)


def test_a_text_with_a_stray_control_character_is_still_a_text():
    assert text_of(b"Top secret\x1b\n") == "Top secret\x1b\n"


def test_a_stray_null_is_replaced_in_its_place():
    assert text_of(b"Top\0secret and more\n") == "Top\ufffdsecret and more\n"


def test_utf16_cut_within_a_character_is_read_up_to_it():
    assert text_of(RUSSIAN.encode("utf-16")[:-1]) == RUSSIAN[:-1]
    assert text_of(RUSSIAN.encode("utf-16-le")[:-1]) == RUSSIAN[:-1]


def test_too_many_characters_are_refused_in_one_line():
    with pytest.raises(SourceTooLargeError, match=r"^a\.txt: more than 10 characters"):
        read_text(b"x" * 11, name="a.txt", limits=ReadingLimits(max_characters=10))
    assert read_text(b"x" * 10, name="a.txt", limits=ReadingLimits(max_characters=10)).text == "x" * 10


@given(st.text(alphabet=st.characters(exclude_categories=["Cs", "Cc", "Cn", "Co"]), max_size=200))
def test_any_utf8_text_comes_back_unchanged(text):
    assert text_of(text.encode()) == text.removeprefix("\ufeff")


@pytest.mark.parametrize(
    "marker",
    [
        *("[p. {}]", "[p.{}]", "[Page {}]", "(page {})", "[стр. {}]", "{{{}}}", "{{{}}}--------------"),
        *("--- Page {} ---", "=== Page {} ===", "Page {} of 300", "Page {}", "**Page {}**", "## Page {}"),
        *("<!-- page {} -->", '<!-- PageNumber="{}" -->', "- {} -", "— {} —"),
    ],
)
def test_a_page_begins_after_its_marker(marker):
    text = "Preface\n" + "".join(f"{marker.format(n)}\nfirst{n} {PAGE}" for n in (12, 13, 15))
    assert pages_of(text) == [("12", "first12"), ("13", "first13"), ("15", "first15")]


def test_text_before_the_first_marker_has_no_page():
    text = "Preface\n" + "".join(f"[p. {n}]\n{PAGE}" for n in (12, 13, 14))
    page_map = PageMap(read_text(text.encode(), name="a", limits=LIMITS).page_starts)
    assert page_map.at(0) is None
    assert page_map.at(len(text) - 1).label == "14"


def test_crlf_belongs_to_the_marker():
    text = "".join(f"[p. {n}]\r\nfirst{n} {PAGE}" for n in (1, 2, 3))
    starts = read_text(text.encode(), name="a", limits=LIMITS).page_starts
    assert [text[start.start_char :][:6] for start in starts] == ["first1", "first2", "first3"]


def test_roman_pages_go_before_arabic_ones():
    text = "".join(f"[p. {n}]\n{n}th {PAGE}" for n in ("xi", "xii", 1, 2))
    assert pages_of(text) == [("xi", "xith"), ("xii", "xiith"), ("1", "1th"), ("2", "2th")]


def test_markers_that_count_from_0_are_cited_from_1():
    text = "".join(f"{{{n}}}------\nfirst{n} {PAGE}" for n in (0, 1, 2))
    assert pages_of(text) == [("1", "first0"), ("2", "first1"), ("3", "first2")]
    assert methods_of(text) == {("estimated", 0)}


def test_markers_at_the_foot_of_pages_end_them():
    text = "".join(f"first{n} {PAGE}Page {n} of 3\n\n" for n in (1, 2, 3))
    assert pages_of(text) == [("1", "first1"), ("2", "first2"), ("3", "first3")]


def test_converter_markers_of_page_ends_end_pages():
    text = "".join(f"first{n} {PAGE}--- end of page={n} ---\n" for n in (1, 2, 3)) + "\nafterword\n"
    assert pages_of(text) == [("1", "first1"), ("2", "first2"), ("3", "first3")]


@pytest.mark.parametrize(
    "text",
    [
        "The flour fetched £4 4s. in 1883, from £70 to £80, and £235 at last; so slow is Boötes.",
        "He paid 40¢ a day at a café, ½ of it in wine; “no more”, he said – and left.",
        "Sie schlief. Ä. Holm zahlte §12 entsprechend, 30° im Schatten.",
    ],
)
@pytest.mark.parametrize("long_text", ["README.md", "ARCHITECTURE.md"])
def test_a_few_signs_beyond_ascii_in_a_long_text_are_read_as_what_stands_there(text, long_text):
    before = (ROOT / long_text).read_text("utf-8").encode("ascii", "ignore")
    assert text_of(before + text.encode("cp1252")).endswith(text)


@pytest.mark.parametrize("encoding", ["cp850", "mac_roman"])
def test_texts_of_old_machines_are_still_read(encoding):
    text = "Le général a déclaré à la délégation que l'événement était très grave. Où êtes-vous allé? "
    assert text_of((text * 8).encode(encoding)) == text * 8


def pages_and_margins(text):
    starts = read_text(text.encode(), name="a.txt", limits=LIMITS).page_starts
    return [(start.page.label, start.page.method, start.page.margin) for start in starts]


@pytest.mark.parametrize("form", ["[p. {n}]\n{page}", "<!-- page {n} -->\n{page}", "{page}- {n} -\n"])
@pytest.mark.parametrize("missing", [{14}, {14, 15}])
def test_text_of_pages_whose_marks_are_missing_is_on_an_estimated_page(form, missing):
    pages = {n: form.format(n=n, page=PAGE) for n in range(11, 19)}
    lost = "".join(text for n, text in pages.items() if n not in missing)
    assert {method for _, method, _ in pages_and_margins(lost)} == {"printed"}

    unmarked = "".join(PAGE if n in missing else text for n, text in pages.items())
    doubted = str(max(missing) + 1 if form.startswith("{page}") else min(missing) - 1)
    assert [page for page in pages_and_margins(unmarked) if page[2]] == [(doubted, "estimated", len(missing))]


def test_what_follows_the_last_mark_is_not_all_on_its_page():
    marked = "".join(f"[p. {n}]\n{PAGE}" for n in range(11, 15))
    assert pages_and_margins(marked + 7 * PAGE)[-1] == ("14", "estimated", 7)
    assert pages_and_margins(marked + PAGE)[-1] == ("14", "printed", 0)


def test_one_misread_marker_does_not_hide_the_others():
    text = "".join(f"[p. {n}]\nfirst{n} {PAGE}" for n in (1, 2, 99, 4, 5, 6))
    assert [label for label, _ in pages_of(text)] == ["1", "2", "4", "5", "6"]


@pytest.mark.parametrize(
    "text",
    [
        "".join(f"[p. {n}]\n{PAGE}" for n in (1, 2)),  # too few
        "".join(f"[p. {n}]\n{PAGE}" for n in (5, 3, 9, 1, 7)),  # in no order
        "".join(f"- {n} -\nshort\n" for n in range(1, 9)),  # a list
        "".join(f"- {n} -\n{PAGE * 90}" for n in range(1, 4)),  # chapters
        "".join(f"Page {n}\n" for n in (18, 21, 22, 24)),  # a table of contents
        "A note [1] and another [2], see p. 12 and [p. 13].\n" * 20,
        "".join(f"[{n}] a note\n" for n in range(1, 30)),
    ],
)
def test_no_pages_are_invented(text):
    assert pages_of(text) == []


def test_form_feeds_count_pages_from_1():
    text = "one\n\x0ctwo\n\x0cthree\n\x0c"
    assert pages_of(text) == [("1", "one"), ("2", "two"), ("3", "three")]
    assert methods_of(text) == {("estimated", 0)}


def test_numbers_printed_on_the_pages_that_form_feeds_divide_are_their_labels():
    text = "\x0c".join(f"first{n} {PAGE}{PAGE}\n                {n}\n" for n in (7, 8, 9))
    assert pages_of(text) == [("7", "first7"), ("8", "first8"), ("9", "first9")]
    assert methods_of(text) == {("printed", 0)}


@pytest.mark.parametrize("text", ["one\x0ctwo", "\x0c".join([PAGE * 90] * 4)])
def test_form_feeds_between_chapters_are_no_pages(text):
    assert pages_of(text) == []


def markdown(text):
    return read_markdown(text.encode(), name="a.md", limits=LIMITS)


def headings_of(text):
    found = markdown(text)
    return [(h.level, h.text, found.text[h.start_char : h.end_char]) for h in found.headings]


def test_atx_and_setext_headings_keep_their_level_and_place():
    text = "# The *first* [part](x.html)\r\n\r\nText\r\n\r\nSecond\r\n------\r\n\r\n### Third ###\r\nmore"
    assert headings_of(text) == [
        (1, "The first part", "# The *first* [part](x.html)"),
        (2, "Second", "Second\r\n------"),
        (3, "Third", "### Third ###"),
    ]


def test_headings_in_code_are_none():
    assert headings_of("```\n# no\n```\n\n    # no\n\n# yes") == [(1, "yes", "# yes")]


def test_form_feeds_and_line_separators_do_not_shift_headings():
    assert headings_of("a\u2028b\x0bc\x0cd\n\n# yes\n") == [(1, "yes", "# yes")]


def test_front_matter_gives_the_title_and_no_heading():
    text = '---\ntitle: "The Straits"\ndate: 1936-07-20\n---\n\n# Montreux\n'
    assert markdown(text).title == "The Straits"
    assert headings_of(text) == [(1, "Montreux", "# Montreux")]
    assert markdown(text).text == text
    assert markdown("---\ntitle: Ferries &amp; mills\n---\n\nThey stand still.").title == "Ferries & mills"


def test_two_rules_are_no_front_matter():
    assert headings_of("---\nNot a field\n---\n\n# yes") == [
        (2, "Not a field", "Not a field\n---"),
        (1, "yes", "# yes"),
    ]


def test_the_only_top_heading_is_the_title():
    assert markdown("# The Straits\n\n## One\n\n## Two\n").title == "The Straits"
    assert markdown("# One\n\n# Two\n").title is None
    assert markdown("no heading").title is None


@given(st.text(alphabet="# -=`>*\r\n\tab\x0c\u2028\ufeff", max_size=60))
def test_headings_lie_in_the_text_in_order(text):
    found = markdown(text)
    ends = 0
    for heading in found.headings:
        assert ends <= heading.start_char < heading.end_char <= len(found.text)
        assert found.text[heading.start_char : heading.end_char].strip()
        ends = heading.end_char


def test_noise_with_a_null_are_not_taken_for_utf16():
    with pytest.raises(UnsupportedFormatError):
        text_of(b"".join(hashlib.sha256(bytes([n])).digest() for n in range(32)) + b"\0")


@pytest.mark.parametrize(
    ("data", "told"),
    [
        ("Řeka zamrzla.".encode("cp1250"), "its encoding is not stated; it is read as cp1250"),
        (
            "Řeka zamrzla.\n".encode() * 3 + "Řeka zamrzla.\n".encode("cp1250"),
            "what is not UTF-8 is read as cp1252",
        ),
        (("é" * 400).encode() + b"\xff word", "1 characters are damaged"),
        ("Řeka zamrzla.".encode(), None),
        ("Řeka zamrzla.".encode("utf-16"), None),
    ],
)
def test_a_doubtful_decoding_is_said(data, told):
    notices = read_bytes(data, name="a.txt").notices
    assert [told in notice for notice in notices] == ([True] if told else [])
