import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from real_corpus import BOOK, corpus_segmentation

from chunker.documents import DocumentDate
from chunker.metadata.archive_references import read_archive_reference, read_publication_reference
from chunker.metadata.dates import is_date_line, read_date, read_year
from chunker.metadata.kinds import opens_like_a_paper, read_kind
from chunker.metadata.names import read_participants
from chunker.metadata.reading import best_date, read_metadata
from chunker.vocabulary import PACKAGED

KINDS = PACKAGED.patterns("papers", "kinds")


@pytest.mark.parametrize(
    ("text", "start", "end", "precision"),
    [
        ("Transmitted on the radio on April 21, 1919. No 531", "1919-04-21", "1919-04-21", "day"),
        ("5 august 1941", "1941-08-05", "1941-08-05", "day"),
        ("the 5th of September, 1939", "1939-09-05", "1939-09-05", "day"),
        ("1937 g on May 14.", "1937-05-14", "1937-05-14", "day"),
        ("*1937 g 25 on May.*", "1937-05-25", "1937-05-25", "day"),
        ("*October 1937 11 city of*", "1937-10-11", "1937-10-11", "day"),
        ("December 22-29, 1920", "1920-12-22", "1920-12-29", "day"),
        ("28 August - 3 September 1939", "1939-08-28", "1939-09-03", "day"),
        ("November 14, 1940 top secret", "1940-11-14", "1940-11-14", "day"),
        ("// December 1920", "1920-12-01", "1920-12-31", "month"),
        ("written 1940-11-14 in Berlin", "1940-11-14", "1940-11-14", "day"),
        ("Berlin, 14.11.1940", "1940-11-14", "1940-11-14", "day"),
        ("14 ноября 1940 г.", "1940-11-14", "1940-11-14", "day"),
        ("le 14 novembre 1940", "1940-11-14", "1940-11-14", "day"),
        ("February 31, 1940", "1940-02-01", "1940-02-29", "month"),
        ("in May 1939, then on June 3, 1939", "1939-06-03", "1939-06-03", "day"),
    ],
)
def test_a_date_is_read_as_exactly_as_it_is_written(text, start, end, precision):
    assert read_date(text) == DocumentDate(start, end, precision)


@pytest.mark.parametrize(
    "text", ["", "1940", "No. 165 (6 327)", "may 12 of them", "[august 10/94 / y.]", "14.13.1940"]
)
def test_what_is_no_date_is_not_read_as_one(text):
    assert read_date(text) is None


def test_years_alone_count_only_where_they_are_asked_for():
    assert read_year("Annual report for 1919-1920") == DocumentDate("1919-01-01", "1920-12-31", "year")
    assert read_year("doc. 12/1940 and room 30121") is None


def test_a_date_line_has_few_other_words():
    assert is_date_line("Lausanne, January 21, 1923 No. 84", 6)
    assert not is_date_line("On January 21, 1923 the delegation left the town and went home by train.", 6)


def _date(day, precision="day"):
    if precision == "month":
        return DocumentDate(f"{day}-01", f"{day}-30", "month")
    return DocumentDate(day, day, "day")


def test_the_contents_help_a_vague_date_but_do_not_overrule_an_exact_one():
    assert best_date(_date("1937-06", "month"), _date("1937-06-11")) == _date("1937-06-11")
    assert best_date(_date("1938-08-10"), _date("1938-08-11")) == _date("1938-08-10")
    assert best_date(None, _date("1938-08-11")) == _date("1938-08-11")
    assert best_date(_date("1938-08-10"), None) == _date("1938-08-10")
    assert best_date(None, None) is None


@pytest.mark.parametrize(
    ("title", "kind"),
    [
        ("From: telegram of the chairman", "telegram"),
        ("Recording of the conversation of the ambassador", "conversation"),
        ("Talk of the commissar", "conversation"),
        ("November 6, 1920, from Stalin report delivered at a meeting", "report"),
        ("From: political letter of the representation", "letter"),
        ("February 26, 1921 , the speech at the opening of the conference", "speech"),
        ("Agreement on the repatriation of prisoners", "treaty"),
        ("From the diary of the representative", "diary"),
        ("Chapter 4", "chapter"),
        ("A history of the treaty of Lausanne", None),
        ("Safe Mode Reports 4K Less Conventional Memory", None),
        ("Duplicate Address Types When Creating Entry", None),
        ("Service, Protocol, and Adapter Lists Are Blank", None),
        ("Anna's letter home", "letter"),
        ("Ferry Board report, 1940", "report"),
        ("G. A. Astakhov to the people's commissariat", None),
    ],
)
def test_the_kind_is_the_word_the_title_begins_with(title, kind):
    assert read_kind(title) == kind
    assert kind is None or kind in KINDS


def test_a_title_that_only_mentions_a_paper_does_not_open_like_one():
    assert opens_like_a_paper("From: talk of the commissar with the ambassador")
    assert not opens_like_a_paper("Note that the ships had already sailed")
    assert not opens_like_a_paper("The harbour and its treaty")


@pytest.mark.parametrize(
    ("title", "names"),
    [
        (
            "Telegram of the commissar of the USSR V. M. Molotov to the secretary J. V. Stalin",
            ("V. M. Molotov", "J. V. Stalin"),
        ),
        ("Talk with the ambassador of Italy in the USSR a. Rosso", ("A. Rosso",)),
        ("Note to the ambassador of Turkey to the RSFSR Ali Fuad.", ("Ali Fuad",)),
        (
            "Conversation of A.V.Terentyev with the ambassador of Germany in Turkey Von Papen **",
            ("A. V. Terentyev", "Von Papen"),
        ),
        ("Letter from the delegation at the Lausanne Conference", ()),
        ("Note of the government of Great Britain to the Soviet government", ()),
        ("Talk of al. Lavrishchev with the minister Aras", ("Lavrishchev", "Aras")),
    ],
)
def test_persons_in_a_title_are_found_and_places_are_not(title, names):
    assert read_participants(title) == names


def test_a_signatory_named_in_the_title_comes_once_in_the_fuller_form():
    tail = (
        "He agreed and went home.",
        "Molotov",
        "Recorded by v. Pavlov",
        "Plenipotentiary",
        "Avp rf, f. 1, on. 1, d. 1",
    )
    assert read_participants("Telegram of V. M. Molotov to Berlin", (), tail) == (
        "V. M. Molotov",
        "V. Pavlov",
    )


@pytest.mark.parametrize(
    ("line", "reference"),
    [
        (
            "avp rf, f. 059, on. 1, p. 338, d. 2314, l. 5-6, 7-9",
            "AVP RF, f. 059, op. 1, p. 338, d. 2314, l. 5-6, 7-9",
        ),
        ("Ap rf. F. 45. On. 1.d. 279. L. 115‐122.", "AP RF, f. 45, op. 1, d. 279, l. 115-122"),
        ("Wua rf, f 059, on I, n 294, d 2029, l 83", "AVP RF, f. 059, op. 1, p. 294, d. 2029, l. 83"),
        (
            "Plenipotentiary of wua rf, 059, on. 1, p. 294, d. 2036, l. 18-20.",
            "AVP RF, f. 059, op. 1, p. 294, d. 2036, l. 18-20",
        ),
        ("Avp rf, f. Oil, on. 4, p. 24, d. 5, l, 61-66.", "AVP RF, f. 011, op. 4, p. 24, d. 5, l. 61-66"),
        ("Avp rf, f. For - Great Britain, d. 107.", "AVP RF, f. For - Great Britain, d. 107"),
        ("f. 17, op. 162, d. 28, l. 3", "f. 17, op. 162, d. 28, l. 3"),
        ("TNA, FO 371/24844", "TNA, FO 371/24844"),
        ("He left on 4 May and paid 5 d.", None),
        ("", None),
    ],
)
def test_archive_references_are_read_through_their_noise(line, reference):
    assert read_archive_reference(line) == reference


def test_publication_references_are_read_where_a_line_says_so():
    line = "Publ .: new and contemporary history. - 1993. - no. 5. - s. 69-73."
    assert read_publication_reference(line) == "new and contemporary history. - 1993. - no. 5. - s. 69-73"
    assert read_publication_reference("The communiqué published by the Germans is identical to ours") is None


def test_a_paper_tells_its_date_mark_and_references():
    title = "Telegram of the commissar V. M. Molotov to J. V. Stalin"
    body = (
        "November 14, 1940\n\nTop. Secret special folder\n\n"
        + "We talked for hours. " * 40
        + "\n\nMolotov\n\n"
        "Avp rf, f. 059, on. 1, p. 338, d. 2314, l. 41-44.\n\nPubl.: international life. - 1991. - no. 8.\n"
    )
    metadata = read_metadata(title, body)
    assert metadata.date.text == "1940-11-14"
    assert (metadata.kind, metadata.secrecy) == ("telegram", "top secret, special folder")
    assert metadata.participants == ("V. M. Molotov", "J. V. Stalin")
    assert metadata.archive_reference == "AVP RF, f. 059, op. 1, p. 338, d. 2314, l. 41-44"
    assert metadata.publication_reference == "international life. - 1991. - no. 8"


def test_machine_translated_soviet_secret_is_top_secret():
    assert read_metadata("Telegram of the consul", "Soy, secret\n\nText.").secrecy == "top secret"


def test_what_is_no_paper_gets_no_secrecy_and_no_persons_from_common_words():
    metadata = read_metadata("The Rise Of Modern Gardens", "The secret garden\n\nProse.\n\nFurther Reading\n")
    assert (metadata.secrecy, metadata.participants, metadata.kind, metadata.date) == (None, (), None, None)


@settings(max_examples=60, deadline=None)  # a loaded machine is no failure
@given(title=st.text(max_size=200), body=st.text(max_size=500))
def test_metadata_can_be_read_from_any_text(title, body):
    metadata = read_metadata(title, body)
    assert metadata.date is None or metadata.date.start <= metadata.date.end
    assert metadata.kind is None or metadata.kind in KINDS
    assert len(set(metadata.participants)) == len(metadata.participants)


def test_the_papers_of_the_real_book_tell_about_themselves():
    all_metadata = [document.metadata for document in corpus_segmentation(BOOK).documents]
    assert sum(each.date is not None for each in all_metadata) == 183
    assert sum(each.date is not None and each.date.precision == "day" for each in all_metadata) >= 178
    assert sum(each.kind is not None for each in all_metadata) >= 181
    assert [
        sum(each.kind == kind for each in all_metadata) for kind in ("telegram", "conversation", "note")
    ] == [68, 61, 21]
    assert sum(bool(each.participants) for each in all_metadata) >= 159
    assert sum(each.secrecy is not None for each in all_metadata) == 86
    assert sum(each.archive_reference is not None for each in all_metadata) == 100


def test_metadata_is_the_same_in_the_book_and_on_the_web_page():
    book = next(d for d in corpus_segmentation(BOOK).documents if d.start_char == 668145)
    page = corpus_segmentation("000_f04c4754c409a001.txt").documents[0]
    assert page.metadata == book.metadata


@pytest.mark.parametrize(
    ("title", "kind"),
    [
        *(("American Notes", None), ("Harbour notes", None), ("An Introduction to Mathematics", None)),
        *(("Verbal note of the embassy", "note"), ("Notes exchanged between the ministers", "note")),
        *(("Author's note", "chapter"), ("A note on the text", "chapter"), ("Introduction", "chapter")),
        *(("Ferry Board Meeting 2017-03-23", "minutes"), ("14 July 1921 Meeting Notes", "minutes")),
        *(("Sitzung vom 3. Mai 1911", "minutes"), ("Заседание 3 мая 1911 г.", "minutes")),
        *(("Council meeting minutes", "minutes"), ("The Secret Meeting", None), ("A meeting of minds", None)),
        *(("Minutes of the meeting of the parish council", "minutes"), ("Minutes of the vestry", "minutes")),
        *(("Minutes of a conversation with the envoy", "conversation"),),
        *(("Record of the meeting between Lund and Bille", "conversation"),),
    ],
)
def test_a_kind_is_named_by_the_word_for_one_paper(title, kind):
    assert read_kind(title) == kind


@pytest.mark.parametrize(
    ("title", "body", "persons"),
    [
        ("Letter from Lisbon to Borup", "In Lisbon it rained. It was dry at Borup.", ()),
        ("Letter from Lisbon to Lund", "Lisbon, 3 May 1911\n\nDear Lund, it rained.", ("Lund",)),
        ("Letter of Assurance", "We give this letter of assurance to the board.", ()),
        ("Environmental Report of Karl Lund", "The environmental report is long.", ("Karl Lund",)),
        ("Records of the talk at Borup", "They talked.", ()),
        ("Letter of Anna Lund to Peter Green", "The green ferry came.", ("Anna Lund", "Peter Green")),
        ("Report of Lund", "In Lund's view the ferry was late. Lund went home. Lund was ill.", ("Lund",)),
    ],
)
def test_places_and_common_words_are_no_participants(title, body, persons):
    assert read_metadata(title, body).participants == persons


def test_headings_and_bodies_are_no_participants_of_minutes():
    body = "## Links\n\n* The agenda\n\n## Present\n\nAll spoke of tar.\n\n## Upcoming Meetings\n\nAnna Holm"
    told = read_metadata("Ferry Steering Committee (FSC) Meeting 2017-03-23", body)
    assert (told.kind, told.participants) == ("minutes", ("Anna Holm",))
    letter = read_metadata(
        "Letter to Peder Lund", "# Next Steps\n\nThe tar is dear.\n\n# Old Debts\n\nAnna Holm"
    )
    assert letter.participants == ("Peder Lund", "Anna Holm")
