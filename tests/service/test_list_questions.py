"""Questions for documents, read word by word, in collections of several kinds."""

import pytest

from service.understanding.catalogue.fact_questions import (
    AskedPage,
    AskedSigning,
    read_page,
    read_reference,
    read_signing,
    read_who,
)
from service.understanding.catalogue.list_questions import may_ask_for_list, read_list_question

COLLECTIONS = {
    "letters": (["letter", "telegram"], ["Anna Weber", "Karl Weber", "Josef Brandt", "Anna"]),
    "minutes": (["minutes", "report"], ["Harrow", "A. Pell"]),
    "register": (["note", "conversation", "treaty"], ["V. M. Molotov", "Aktay", "Ali Fuad", "Vinogradova"]),
}


def read(question, collection, **options):
    kinds, participants = COLLECTIONS[collection]
    if not may_ask_for_list(question) and not options:
        return None
    return read_list_question(question, kinds=kinds, participants=participants, **options)


@pytest.mark.parametrize(
    ("question", "collection", "understood"),
    [
        ("Which letters did Anna write in 1902?", "letters", "list letter, Anna writer"),
        ("Which letters did Anna get from Karl?", "letters", "list letter, Anna recipient, Karl writer"),
        ("How many letters did Josef Brandt send to Anna?", "letters",
         "count letter, Josef Brandt writer, Anna recipient"),
        ("What is Anna's earliest letter?", "letters", "earliest letter, Anna writer"),
        ("What was the last telegram from Karl?", "letters", "latest telegram, Karl writer"),
        ("List the correspondence between Anna and Karl", "letters", "list letter telegram, Anna, Karl"),
        ("Are there any letters about the piano?", "letters", "list letter, “piano”"),
        ("which letters mention Josef Brandt", "letters", "list letter, “Josef Brandt”"),
        ("List all meetings in 1954", "minutes", "list minutes"),
        ("Which minutes speak of the roof?", "minutes", "list minutes, “roof”"),
        ("Which documents mention Papen?", "register", "list , “Papen”"),
        ("Do you have anything on Papen?", "register", "list , “Papen”"),
        ("How many times did Molotov receive Aktay in 1940?", "register",
         "times conversation, Molotov, Aktay"),
        ("Show me the meetings of Vinogradov", "register", "list conversation, Vinogradov"),
        ("Which notes were sent to Ali Fuad?", "register", "list note, Ali Fuad recipient"),
        ("Which agreements were signed in 1921?", "register", "list treaty"),
        ("Which notes went to Ali Fuad?", "register", "list note, Ali Fuad recipient"),
        ("Which letters went from Karl to Anna?", "letters", "list letter, Karl writer, Anna recipient"),
        ("How many telegrams reached Anna in 1902?", "letters", "count telegram, Anna recipient"),
        ("Which letters did Karl post to Anna?", "letters", "list letter, Karl writer, Anna recipient"),
        ("Which meetings did the Turkish ambassador Aktay have?", "register", "list conversation, Aktay"),
        ('Which notes mention "treaty of Kars"?', "register", "list note, “treaty of Kars”"),
    ],
)  # fmt: skip
def test_a_question_for_documents_is_read(question, collection, understood):
    asked = read(question, collection)

    people = [f"{person.asked} {person.side}".strip() for person in asked.people]
    words = [f"“{word}”" for word in asked.text]
    assert ", ".join([f"{asked.wants} {' '.join(asked.noun.kinds)}", *people, *words]) == understood
    assert asked.title == ()


@pytest.mark.parametrize(
    ("question", "collection"),
    [
        ("What did Anna write to Karl?", "letters"),
        ("Which letters were burnt?", "letters"),
        ("Which ships reached Trieste in 1916?", "letters"),
        ("What telegram did the vicar ask for?", "letters"),
        ("How many times did Anna weep?", "letters"),
        ("How many children came to the school?", "letters"),
        ("Which aircraft flew over Trieste in 1916?", "letters"),
        ("What is the first thing that Anna bought?", "letters"),
        ("What report did the clerk give on the roof of the reading room in May?", "minutes"),
        ("Which treaties did Turkey break?", "register"),
        ("What resolutions were adopted?", "register"),
        ("In which two documents of 1920 is it said that the straits belong to the states around them?",
         "register"),
        ("Which letters mention neither Anna nor Karl?", "letters"),
        ("Which letters not by Anna do not mention Karl?", "letters"),
        ("Which letters from Karl were not to Anna?", "letters"),
        ("Which letters did Anna or Karl write?", "letters"),
        ("List " + "letters " * 5_000, "letters"),
        ("", "letters"),
    ],
)  # fmt: skip
def test_a_question_for_what_documents_say_is_none_for_documents(question, collection):
    assert read(question, collection) is None


def test_the_names_of_a_person_are_the_collections_own_with_other_spellings():
    asked = read("Which conversations with Vinogradov and V.M. Molotov took place after 1939?", "register")

    assert [person.names for person in asked.people] == [("Vinogradova",), ("V. M. Molotov",)]
    assert [(one.first_day, one.last_day) for one in asked.times] == [("1940-01-01", None)]


def test_a_name_that_a_translator_left_declined_is_the_same_name():
    kinds, participants = ["conversation"], ["Aktay", "A. Aktaem", "Aktan", "Brandt", "Brandel"]
    asked = read_list_question(
        "Which meetings did Aktay have with Brandt?", kinds=kinds, participants=participants
    )

    assert [person.names for person in asked.people] == [("Aktay", "A. Aktaem"), ("Brandt",)]


def test_he_and_she_are_the_one_person_of_the_context():
    asked = read("Which letters did she write in 1902? (Anna Weber, piano)", "letters")

    assert [(person.asked, person.side) for person in asked.people] == [("Anna Weber", "writer")]
    assert read("Which letters did she write in 1902? (Anna Weber, Josef Brandt)", "letters") is None
    assert read("Which letters did she write in 1902?", "letters") is None


def test_a_list_that_is_wished_for_need_not_be_a_question():
    named, words = (read(text, "letters", is_wished=True) for text in ("letters from Karl", "piano money"))

    assert read("what?", "letters", is_wished=True) is None
    assert [person.asked for person in named.people] == ["Karl"]
    assert (words.noun.kinds, words.text) == ((), ("piano", "money"))


def test_a_first_name_tells_namesakes_apart():
    [karl] = read("Which letters are from Karl Weber?", "letters").people
    assert karl.names == ("Karl Weber",)


def test_a_text_that_names_somebody_by_first_name_need_not_hold_the_surname():
    [anna] = read("Which letters did Anna write?", "letters").people
    [vinogradov] = read("Which meetings did Vinogradov attend?", "register").people

    assert (anna.names, anna.surnames) == (("Anna Weber", "Anna"), ("Anna",))
    assert vinogradov.surnames == ("Vinogradova",)


@pytest.mark.parametrize(
    ("question", "denies"),
    [
        ("Which letters do not mention Josef?", "content"),
        ("Which letters are not about Josef?", "content"),
        ("Which letters did Anna not write?", "people"),
        ("Which letters were not written by Anna?", "people"),
        ("Which letters don't mention Josef?", "content"),
        ("Which letters not from Karl mention Josef?", "people"),
        ("Which letters without Karl are about the piano?", "people"),
    ],
)
def test_a_denial_is_read_as_a_part_of_the_rule(question, denies):
    assert read(question, "letters").denies == denies


@pytest.mark.parametrize(
    ("question", "page"),
    [
        ("What is on page 404?", AskedPage("404")),
        ("page 404", AskedPage("404")),
        ("What does page xii of the town book say?", AskedPage("xii", "the town book")),
        ("Show me p. 12 in leases.txt", AskedPage("12", "leases.txt")),
        ("What did Anna write on page 3 about the piano?", None),
        ("Who was the page of the king?", None),
    ],
)
def test_a_question_for_a_page_is_read(question, page):
    assert read_page(question) == page


@pytest.mark.parametrize(
    ("question", "reference"),
    [
        ("What is AVP RF, f. 059, op. 1, p. 338, d. 2314?", "AVP RF, f. 059, op. 1, p. 338, d. 2314"),
        ("FO 371/1234", "FO 371/1234"),
        ("Which paper is kept as FO 371/1234?", "FO 371/1234"),
        ("Why did the ambassador complain about the press in FO 371/1234 of 1940?", None),
        ("What is on page 404?", None),
    ],
)
def test_a_question_for_an_archive_reference_is_read(question, reference):
    assert read_reference(question) == reference


@pytest.mark.parametrize(
    ("question", "name"),
    [
        ("Who was Karakhan?", "Karakhan"),
        ("who is Anna Weber", "Anna Weber"),
        ("Who was present at the council?", None),
        ("Who was the vicar?", None),
        ("Who was Karakhan and what did he want?", None),
    ],
)
def test_a_question_for_a_person_is_read(question, name):
    assert read_who(question) == name


@pytest.mark.parametrize(
    ("question", "asked"),
    [
        ("When was the treaty of Kars signed?", AskedSigning(("treaty",), ("Kars",))),
        (
            "When was the agreement on the Astrup mill concluded?",
            AskedSigning(("treaty",), ("Astrup", "mill")),
        ),
        ("When was the treaty signed?", None),
        ("When was the lamp made?", None),
        ("When was the treaty of Kars ratified?", None),
    ],
)
def test_a_question_for_the_day_of_signing_is_read(question, asked):
    assert read_signing(question) == asked
