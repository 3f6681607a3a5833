from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from chunker.chunking import ChunkingSettings, chunk
from chunker.documents import Heading, Source
from chunker.segmenting.cuts import segment
from chunker.segmenting.series import find_series
from chunker.text.tokens import PACKAGED_ENCODING, TokenLimit, token_counter

_BODY = (
    "The rain has not stopped since Tuesday and the quay stands under water. The ships will come when they "
    "come, and nobody should count on the mail.\n\nTell mother that the parcel arrived whole."
)
_LETTERS = (
    ("Trieste, 14 March 1902", "Dear Anna,", "Yours ever,\n\nPeter"),
    ("Vienna, 2 April 1902", "My dear Mr. Weber,", "Your sister\n\nAnna"),
    ("Trieste, 30 May 1902", "Dear Anna,", "Peter"),
)


def _source(text, **kwargs):
    return Source("id", kwargs.pop("name", "file.txt"), "text/plain", text, len(text.encode()), **kwargs)


def _documents(text, **kwargs):
    return segment(_source(text, **kwargs)).documents


def _letter_book(form, joint="\n\n"):
    return joint.join(
        form.format(place=place, to=to, body=_BODY, end=end, n=n)
        for n, (place, to, end) in enumerate(_LETTERS, 1)
    )


def _days(documents):
    return [document.metadata.date and document.metadata.date.text for document in documents]


@pytest.mark.parametrize(
    ("form", "first"),
    [
        ("{place}\n\n{to}\n\n{body}\n\n{end}", "Trieste, 14 March 1902, Dear Anna"),
        ("{place}\n{to}\n{body}\n{end}", "Trieste, 14 March 1902, Dear Anna"),
        ("{to}\n\n{body}\n\n{end}\n{place}", "Dear Anna"),
        (
            "No. {n}\n\nPeter to Anna\n\n{place}\n\n{body}\n\n{end}",
            "No. 1, Peter to Anna, Trieste, 14 March 1902",
        ),
        ("{place}\n\n{to}--{body}\n\n{end}\n\n***", "Trieste, 14 March 1902, Dear Anna"),
    ],
    ids=["paragraphs", "lines", "date below", "numbered", "run in"],
)
def test_each_letter_of_a_letter_book_is_a_document_with_its_own_date(form, first):
    documents = _documents(_letter_book(form))
    assert documents[0].title == first
    assert _days(documents) == ["1902-03-14", "1902-04-02", "1902-05-30"]


def test_a_letter_is_of_its_kind_and_signed():
    metadata = [
        document.metadata for document in _documents(_letter_book("{place}\n\n{to}\n\n{body}\n\n{end}"))
    ]
    assert [each.kind for each in metadata] == ["letter"] * 3
    assert [each.participants for each in metadata] == [
        ("Anna", "Peter"),
        ("Weber", "Anna"),
        ("Anna", "Peter"),
    ]


@pytest.mark.parametrize(
    "letters",
    [
        [
            "Berlin, den 3. Mai 1888\n\nLieber Freund!\n\n{}\n\nDein Karl",
            "Leipzig, am 10. Mai 1888\n\nSehr geehrter Herr Doktor,\n\n{}\n\nHochachtungsvoll\nWeber",
        ],
        [
            "Paris, le 3 mai 1888\n\nMa chère Anna,\n\n{}\n\nBien à vous,\nPierre",
            "Lyon, 10 mai 1888\n\nMonsieur,\n\n{}\n\nVeuillez agréer mes salutations.\nDupont",
        ],
        [
            "Москва, 3 мая 1888 г.\n\nДорогая Анна!\n\n{}\n\nТвой Пётр",
            "Петербург, 10 мая 1888 г.\n\nМилостивый государь,\n\n{}\n\nС уважением,\nИванов",
        ],
    ],
    ids=["German", "French", "Russian"],
)
def test_letters_in_other_languages_are_taken_apart(letters):
    text = "\n\n".join(letter.format(_BODY) for letter in letters)
    assert _days(_documents(text)) == ["1888-05-03", "1888-05-10"]


def test_the_minutes_of_each_meeting_are_a_document():
    text = "PARISH COUNCIL\n\n" + "\n\n".join(
        f"Minutes of the meeting held on {day}\n\nPresent: Mrs Harrow (chair), Mr Pell.\n\n"
        f"The minutes of the meeting held on {before} were approved.\n\n{_BODY}"
        for before, day in pairwise(["5 April 1954", "3 May 1954", "7 June 1954", "5 July 1954"])
    )
    documents = _documents(text)
    assert [document.title for document in documents] == [
        f"Minutes of the meeting held on {day}" for day in ("3 May 1954", "7 June 1954", "5 July 1954")
    ]
    assert _days(documents) == ["1954-05-03", "1954-06-07", "1954-07-05"]


def test_memoranda_are_called_by_their_subjects():
    text = "\n\n---\n\n".join(
        f"MEMORANDUM\n\nFrom: R. Pell\nTo: Dr. Ames\nDate: {day} May 1954\nSubject: {subject}\n\n{_BODY}"
        for day, subject in ((3, "The roof"), (9, "The gate"))
    )
    documents = _documents(text)
    assert [document.title for document in documents] == ["The roof", "The gate"]
    assert _days(documents) == ["1954-05-03", "1954-05-09"]
    assert {document.metadata.participants for document in documents} == {("R. Pell", "Ames")}


@pytest.mark.parametrize("year", [" 1909", ""])
def test_days_of_a_diary_are_documents(year):
    days = [f"Monday, 3 May{year}", f"Tuesday, 4 May{year}", f"1 June{year}"]
    text = "DIARY OF A CLERK\n\n" + "\n\n".join(f"{day}\n\n{_BODY}" for day in days)
    assert [document.title for document in _documents(text)] == days


def test_numbers_count_the_letters_that_nothing_else_shows():
    form = "{n}.\n\nTO ANNA.\n\n{place}\n\n{body}\n\n{end}"
    text = _letter_book(form).replace("Vienna, 2 April 1902\n\n", "")
    documents = _documents(text + "\n\n4.\n\nTO THE SAME.\n\nTrieste, 3 June 1902\n\n" + _BODY)
    assert [document.title.split(", ")[0] for document in documents] == ["1", "2", "3", "4"]


@pytest.mark.parametrize(
    "text",
    [
        # two letters quoted in a tale
        f"{_BODY}\n\n" * 20
        + f"She read:\n\nTrieste, 14 March 1902\n\nDear Anna,\n\nI shall not come.\n\nPeter\n\n{_BODY}\n\n"
        * 2
        + f"{_BODY}\n\n" * 20,
        # dates in running text
        "\n\n".join(f"On {day} May 1902 the board met. {_BODY}" for day in range(1, 20)),
        # speakers of a play
        "\n\n".join(
            f"Sir {name}.\n\n{_BODY}" for name in ("Toby goes out", "Andrew sits down", "Toby laughs")
        ),
        # one letter
        "Trieste, 14 March 1902\n\nDear Anna,\n\n" + _BODY + "\n\nPeter",
    ],
    ids=["tale", "running text", "play", "one letter"],
)
def test_what_is_no_series_stays_whole(text):
    assert len(_documents(text)) == 1


def test_a_text_that_cannot_be_taken_apart_has_the_time_of_all_its_dates():
    text = "Chronology\n\n" + "\n\n".join(f"{day} May 1909\nThe town burns." for day in range(1, 30))
    (document,) = _documents(text)
    assert (document.metadata.date.start, document.metadata.date.end) == ("1909-05-01", "1909-05-29")


def _headed(*parts):
    text, headings = "", []
    for level, title, prose in parts:
        headings.append(Heading(len(text), len(text) + len(title), level, title))
        text += f"{title}\n\n{prose}\n\n"
    return _source(text, headings=tuple(headings))


def test_headings_of_dated_papers_cut_however_short():
    source = _headed(
        (1, "Letters", ""),
        (2, "The first year", ""),
        (3, "To Karl", f"Trieste, 28 June 1912\n\n{_BODY}"),
        (3, "To Josef", f"Trieste, 1 July 1912\n\n{_BODY}"),
        (2, "The second year", ""),
        (3, "To Karl again", f"Trieste, 30 June 1913\n\n{_BODY}"),
        (2, "Afterword", _BODY),
    )
    documents = segment(source).documents
    assert [document.title for document in documents] == [
        "The first year › To Karl",
        "The first year › To Josef",
        "The second year › To Karl again",
        "Letters › Afterword",
    ]
    assert _days(documents) == ["1912-06-28", "1912-07-01", "1913-06-30", None]
    assert source.text[documents[2].start_char :].startswith("The second year")


def test_a_table_of_contents_longer_than_its_pages_is_none():
    listed = "\n".join(f"Point {number} of the order ..... {number + 3}" for number in range(1, 93))
    points = "\n\n".join(f"Point {number} of the order\n\n{_BODY[:90]}" for number in range(1, 93))
    assert len(_documents(f"Report on weights\n\nContents\n\n{listed}\n\n{points}")) == 1


@pytest.mark.parametrize("mark", ["[p. 41]", "Page 3 of 10", "- 41 -", "Seite IV"])
def test_a_page_mark_is_no_title(mark):
    assert (
        _documents(f"{mark}\nCertificate of appointment\n\n{_BODY}")[0].title == "Certificate of appointment"
    )


def test_a_date_that_a_line_break_cuts_is_read():
    (document,) = _documents(f"Letter from Anna Weber to Karl, 14 March\n1902\n\n{_BODY}")
    assert document.title == "Letter from Anna Weber to Karl, 14 March 1902"
    assert document.metadata.date.text == "1902-03-14"


_letters = st.lists(
    st.tuples(
        st.sampled_from(
            ["Trieste, 14 March 1902", "Vienna, May 3", "No. 7", "", "Letter to Anna\n\n2 May 1900"]
        ),
        st.sampled_from(["Dear Anna,", "Sir,--", "Ma chère,", ""]),
        st.sampled_from([_BODY, "Yes.", _BODY.replace("\n\n", "\n"), "\f"]),
        st.sampled_from(["Yours,\n\nPeter", "Peter\nVienna, 9 May 1904", ""]),
    ),
    max_size=8,
)


@settings(max_examples=60, deadline=None)  # a loaded machine is no failure
@given(letters=_letters, joint=st.sampled_from(["\n\n", "\n", "\r\n\r\n", "\n\n---\n\n"]))
def test_every_character_of_a_letter_book_stands_in_one_passage(letters, joint):
    text = joint.join(joint.join(part for part in letter if part) for letter in letters)
    count = token_counter(PACKAGED_ENCODING)
    chunked = chunk(_source(text), settings=ChunkingSettings(), window=TokenLimit(count, 256))
    assert not any(a.end_char > b.start_char for a, b in pairwise(chunked.documents))
    assert all(text[each.start_char : each.end_char] == each.text for each in chunked.passages)
    assert len({document.id for document in chunked.documents}) == len(chunked.documents)
    left = list(text)
    for passage in chunked.passages:
        left[passage.start_char : passage.end_char] = " " * (passage.end_char - passage.start_char)
    assert not "".join(left).strip()


@pytest.mark.parametrize(
    "line",
    [
        "Dear " * 50_000,
        "1" * 200_000,
        "a to " * 50_000,
        "Mr. " * 50_000 + ",",
        "- " * 100_000,
        "X. " * 50_000,
    ],
)
def test_hostile_lines_are_read_at_once(line):
    assert not find_series(line).is_whole


_LANGUAGES = {
    "Danish": ("Borup, {}. marts 1911", "Kære Karl,"),
    "Dutch": ("Borup, {} maart 1911", "Beste Karel,"),
    "German": ("Borup, den {}. März 1911", "Lieber Karl,"),
    "Polish": ("Borup, {} marca 1911 r.", "Drogi Karolu,"),
    "Russian": ("Боруп, {} марта 1911 г.", "Дорогой Карл!"),
    "Swedish": ("Borup, den {} augusti 1911", "Kära Karl,"),
}


@pytest.mark.parametrize("break_at", ["", "month"])
@pytest.mark.parametrize("language", _LANGUAGES)
def test_forty_letters_in_a_file_are_dated_each_also_where_a_line_ends_within_the_date(language, break_at):
    head, salutation = _LANGUAGES[language]
    if break_at:
        day, month = head.split("{}", 1)
        head = day + "{}" + month.replace(" ", "\n", 1)
    letters = [f"{head.format(n % 28 + 1)}\n\n{salutation}\n\n{_BODY}\n\nAnna" for n in range(40)]
    dates = [each.metadata.date for each in _documents("\n\n".join(letters))]
    assert [date.precision for date in dates] == ["day"] * 40
    assert [int(date.start[-2:]) for date in dates] == [n % 28 + 1 for n in range(40)]


@pytest.mark.parametrize(
    "head",
    [
        "-----Original Message-----\nFrom: Anna Weber\nSent: {} May 1999 10:11\nTo: Lund\nSubject: RE: tar",
        "From: Anna Weber\nTo: Karl Lund\nDate: Mon, {} May 1999 10:11:12 +0100\nSubject: The tar",
        "On Mon, {} May 1999, Anna Weber wrote:",
        "Протокол заседания от {} мая 1999 г.",
        "Posiedzenie z dnia {} maja 1999 r.",
        "Vergadering van {} mei 1999",
    ],
)
def test_mails_and_minutes_in_one_file_are_dated_each(head):
    days = range(1, 20)
    text = "\n\n".join(f"{head.format(day)}\n\n{_BODY}" for day in days)
    assert _days(_documents(text)) == [f"1999-05-{day:02}" for day in days]


def test_a_title_whose_date_runs_over_keeps_its_day():
    for title in ("Report of the board of 3\nMay 1911", "Bericht des Rates vom 3.\nMai 1911"):
        [document] = _documents(f"{title}\n\n{_BODY}")
        assert document.metadata.date.text == "1911-05-03"
        assert document.title == title.replace("\n", " ")


def test_the_dates_over_a_tables_columns_take_nothing_apart():
    columns = "March 29,\n\n2025\n\nMarch 30,\n\n2024\n\nMarch 31,\n\n2023\n\n"
    text = f"Mar. 29, 2025\n\n{_BODY}\n\n{columns}Earnings | 24,780 | 23,636\n\n{_BODY}"
    assert len(_documents(text)) == 1


def test_a_diary_is_taken_apart_where_many_days_hold_a_word_or_two():
    days = ((day, "Rain." if day % 3 == 0 else _BODY) for day in range(2, 15))
    assert len(_documents("".join(f"{day} May 1911\n\n{entry}\n\n" for day, entry in days))) == 13
