"""Files that are one letter or memorandum: told by their form, called by their heads."""

import pytest

from chunker.chunking import segment
from chunker.documents import Source
from chunker.segmenting.head_lines import addressee, greeted_name

BODY = (
    "The river froze on Sunday, and nobody came over from Vestoe until the thaw, so that the tar was dear. "
    * 3
)


def the_document(text, name="box-3-017.txt"):
    [document] = segment(
        Source(id="s", name=name, media_type="text/plain", size_bytes=len(text), text=text)
    ).documents
    return document


@pytest.mark.parametrize(
    ("head", "end", "title", "persons"),
    [
        (
            "Vestoe, 3 May 1911\n\nDear Karen,",
            "Your sister\nMette",
            "Vestoe, 3 May 1911, Dear Karen",
            ("Karen", "Mette"),
        ),
        (
            "Kiel, den 3. Mai 1911\n\nLieber Onkel Hans!",
            "Dein\nPeter Lund",
            "Kiel, den 3. Mai 1911, Lieber Onkel Hans",
            ("Hans", "Peter Lund"),
        ),
        ("Cher Monsieur Dupont,", "Votre\nA. Holm", "Cher Monsieur Dupont", ("Dupont", "A. Holm")),
        ("3 May 1911\n\nDear Sir,", "I remain, Sir,\nJens Krogh", "3 May 1911, Dear Sir", ("Jens Krogh",)),
        (
            "From: Anna Holm\nTo: Peder Lund\nDate: 3 May 1911\nSubject: The price of tar",
            "",
            "The price of tar",
            ("Anna Holm", "Peder Lund"),
        ),
    ],
)
def test_a_letter_tells_its_kind_and_persons_and_is_called_by_its_head(head, end, title, persons):
    document = the_document(f"{head}\n\n{BODY}\n\n{end}\n")
    assert document.title == title
    assert document.metadata.kind == ("memorandum" if head.startswith("From") else "letter")
    assert document.metadata.participants == persons
    if "1911" in head or "1911" in title:
        assert document.metadata.date.text == "1911-05-03"


def test_a_letter_with_a_title_of_its_own_keeps_it():
    document = the_document(f"The frozen river\n\n3 May 1911\n\nDear Karen,\n\n{BODY}\n\nYours\nMette\n")
    assert (document.title, document.metadata.kind) == ("The frozen river", "letter")


@pytest.mark.parametrize(
    "text",
    [
        f"The ferry\n\n{BODY}\n\nDear Karen,\n\n{BODY}\n\n{BODY}",
        f"Dear Karen,\n\n{BODY}",
        "\n".join(["One more line of a list."] * 30) + f"\n\nDear Karen,\n\n{BODY}\n\nYours\nMette",
        f"Dear Karen,\n\n{BODY * 200}\n\nYours\nMette",
    ],
    ids=["prose", "no end", "far below", "too long"],
)
def test_what_only_holds_a_salutation_is_no_letter(text):
    assert the_document(text).metadata.kind is None


@pytest.mark.parametrize(
    ("salutation", "name"),
    [
        *(
            ("Dear Mr. Weber", "Weber"),
            ("My dear Lord Russell", "Russell"),
            ("Dear Dr. von Holm,", "von Holm"),
        ),
        *(("Дорогой Иван Петрович", "Иван Петрович"), ("Dear Anna and Karl,", "Anna and Karl")),
        *(
            ("Dear Sir", ""),
            ("My dear daughters", ""),
            ("Sehr geehrter Herr Minister", ""),
            ("Kære Fader", ""),
        ),
    ],
)
def test_whom_a_salutation_greets(salutation, name):
    assert greeted_name(salutation) == name


@pytest.mark.parametrize(
    ("line", "name"),
    [
        ("TO TOBIAS HASLINGER", "Tobias Haslinger"),
        ("An Karl Weber", "Karl Weber"),
        ("Tolstoy", ""),
        ("From Anna", ""),
    ],
)
def test_whom_a_line_is_addressed_to(line, name):
    assert addressee(line) == name
