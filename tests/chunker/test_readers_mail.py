"""Mails, mailboxes and saved web pages: each mail a document with its subject, day and parties."""

from email.message import EmailMessage
from email.policy import SMTP

import docx
import pytest
from word_files import saved

from chunker.chunking import ChunkingSettings, chunk
from chunker.documents import DocumentDate
from chunker.errors import EmptySourceError
from chunker.readers.extraction import ReadingLimits, RecognitionSettings
from chunker.readers.reading import read_bytes
from chunker.readers.recognising import recognition_hint
from chunker.recognised import confidence_of
from chunker.segmenting.cuts import segment
from chunker.text.tokens import TokenLimit
from tests.support.scans import COMMITTEE, file_of, needs_tesseract, page_of


def a_mail(subject="Toll of the ferry", body="The toll was raised.\n", **fields):
    message = EmailMessage(policy=SMTP)
    message["Message-ID"] = "<1@example.org>"
    message["From"] = "Anna Weber <anna@example.org>"
    message["To"] = "Orest Bely <orest@example.org>, pilot@example.org"
    message["Date"] = "Mon, 05 May 2003 23:30:00 +0200"
    message["Subject"] = subject
    for name, value in fields.items():
        message[name] = value
    message.set_content(body)
    return message


def read(data, name="a.eml"):
    return read_bytes(data if isinstance(data, bytes) else data.as_bytes(), name=name)


def the_document(source):
    (document,) = segment(source).documents
    return document


def test_a_mail_is_a_document_with_its_subject_its_day_and_its_parties():
    source = read(a_mail(Cc="Lena Roth <lena@example.org>"))
    document = the_document(source)
    assert source.title == document.title == "Toll of the ferry"
    assert document.metadata.date == DocumentDate("2003-05-05", "2003-05-05", "day")
    assert document.metadata.participants == ("Anna Weber", "Orest Bely", "pilot@example.org", "Lena Roth")
    assert document.metadata.kind == "email"
    assert source.text == (
        "Toll of the ferry\n\nFrom: Anna Weber <anna@example.org>\n"
        "To: Orest Bely <orest@example.org>, pilot@example.org\nCc: Lena Roth <lena@example.org>\n"
        "Date: Mon, 05 May 2003 23:30:00 +0200\n\nThe toll was raised."
    )


@pytest.mark.parametrize("charset", ["utf-8", "iso-8859-2", "cp1250", "mac_latin2"])
@pytest.mark.parametrize("encoding", ["quoted-printable", "base64"])
def test_bodies_in_any_charset_and_encoding_are_read(charset, encoding):
    message = a_mail()
    message.set_content("Přístav byl zavřený.\n", charset=charset, cte=encoding)
    assert read(message).text.endswith("Přístav byl zavřený.")


def test_folded_and_encoded_fields_are_read():
    data = (
        b"Message-ID: <1@x>\nFrom: =?iso-8859-1?Q?J=FCrgen_M=FCller?= <j@x.org>\n"
        b"Subject: =?utf-8?B?UMWZw61zdGF2?=\n =?utf-8?Q?_a_p=C5=99?=\n\tand more\n\nText.\n"
    )
    source = read(data)
    assert source.title == "Přístav a př and more"
    assert the_document(source).metadata.participants == ("Jürgen Müller",)


def test_bare_bytes_in_fields_are_read_as_text():
    source = read("Message-ID: <1@x>\nFrom: Jürgen <j@x.org>\nSubject: Überfahrt\n\nText.\n".encode())
    assert (source.title, the_document(source).metadata.participants) == ("Überfahrt", ("Jürgen",))


def test_a_mail_in_html_alone_is_read_without_its_markup():
    message = a_mail()
    message.set_content(
        "<html><head><style>p {}</style></head><body><header>To all</header><p>The toll "
        "<b>was</b> raised.</p><footer>Anna</footer></body></html>",
        subtype="html",
    )
    assert read(message).text.endswith("\n\nTo all\n\nThe toll was raised.\n\nAnna")


def test_of_two_forms_the_plain_one_is_read_once():
    message = a_mail()
    message.add_alternative("<p>The toll <i>was</i> raised.</p>", subtype="html")
    assert read(message).text.count("raised") == 1
    assert "<" not in read(message).text.split("\n\n")[-1]


def test_a_plain_form_that_says_nothing_gives_way_to_html():
    message = a_mail(body="See the HTML.\n")
    message.add_alternative("<p>" + "The toll was raised to eleven kopecks. " * 3 + "</p>", subtype="html")
    assert "eleven kopecks" in read(message).text


def test_attachments_are_read_where_a_reader_exists_and_named_where_none_does():
    message, cargo = a_mail(), docx.Document()
    cargo.add_paragraph("Forty barrels of tar.")
    message.add_attachment(
        saved(cargo),
        maintype="application",
        subtype="octet-stream",
        filename="cargo.docx",
    )
    message.add_attachment(b"\x89PNG\r\n\x1a\n", maintype="image", subtype="png", filename="ferry.png")
    source = read(message)
    assert source.text.endswith(
        "The toll was raised.\n\nAttachment: cargo.docx\n\nForty barrels of tar.\n\nAttachment: ferry.png"
    )
    assert [heading.text for heading in source.headings] == [
        "Attachment: cargo.docx",
        "Attachment: ferry.png",
    ]
    assert len(segment(source).documents) == 1


def with_picture(message, picture, *, is_inline):
    """The mail with a picture attached, or set into its HTML."""
    if not is_inline:
        message.add_attachment(file_of(picture), maintype="image", subtype="png", filename="toll.png")
        return message
    message.add_alternative('<p>The toll was raised.</p><img src="cid:toll">', subtype="html")
    html = message.get_payload()[1]
    html.add_related(file_of(picture), "image", "png", cid="<toll>", filename="toll.png")
    return message


@needs_tesseract
@pytest.mark.parametrize("is_inline", [False, True])
def test_a_picture_of_a_page_in_a_mail_is_read_and_it_is_known_how_surely(is_inline):
    page = page_of((120, 200, COMMITTEE))
    source = read(with_picture(a_mail(), page, is_inline=is_inline))
    assert source.text.endswith("\n\nAttachment: toll.png\n\n" + "\n".join(COMMITTEE))
    start = source.text.index("Attachment:")
    assert confidence_of(source.recognised, 0, start) is None
    assert confidence_of(source.recognised, start, len(source.text)) > 0.8
    (read_page,) = source.recognised
    words = [source.text[word.start_char : word.end_char] for word in read_page.words]
    assert words == " ".join(COMMITTEE).split()
    (said,) = source.notices
    assert said.startswith("toll.png: 1 of 1 pages were read by OCR, ")


@needs_tesseract
def test_logos_and_pictures_with_few_words_are_not_read():
    logo, sign = page_of((20, 20, COMMITTEE), size=(700, 200)), page_of((120, 200, ["Weber & Sons"]))
    for picture in (logo, sign, page_of()):
        attached = read(with_picture(a_mail(), picture, is_inline=False))
        assert attached.text.endswith("The toll was raised.\n\nAttachment: toll.png")
        within = read(with_picture(a_mail(), picture, is_inline=True))
        assert within.text.endswith("The toll was raised.")
        assert attached.notices == within.notices == ()


def test_pictures_are_named_where_none_are_read(monkeypatch):
    monkeypatch.setenv("PATH", "")
    source = read(with_picture(a_mail(), page_of((120, 200, COMMITTEE)), is_inline=False))
    assert source.text.endswith("Attachment: toll.png")
    assert source.notices == (recognition_hint(RecognitionSettings()),)
    not_wanted = ReadingLimits(recognition=None)
    data = with_picture(a_mail(), page_of((120, 200, COMMITTEE)), is_inline=False).as_bytes()
    assert read_bytes(data, name="a.eml", limits=not_wanted).notices == ()
    logo = read(with_picture(a_mail(), page_of(size=(700, 200)), is_inline=False))
    assert logo.notices == ()


def test_a_forwarded_mail_is_part_of_the_one_that_holds_it():
    outer = a_mail("Fwd: ice", "See below.\n")
    outer.add_attachment(a_mail("Ice on the river", "The river froze.\n"))
    source = read(outer)
    assert the_document(source).title == "Fwd: ice"
    assert "See below.\n\nIce on the river\n\nFrom: Anna Weber" in source.text
    assert source.text.endswith("The river froze.")


def test_each_mail_of_a_mailbox_is_a_document():
    one, two = a_mail("One", "From the yard.\n\nFrom me: all well.\n"), a_mail("Two", "Second.\n")
    box = b"".join(
        b"From anna@example.org Mon May  5 23:30:00 2003\n"
        + mail.as_bytes().replace(b"\r\n", b"\n").replace(b"\nFrom ", b"\n>From ")
        + b"\n"
        for mail in (one, two)
    )
    source = read(box, name="letters")
    assert source.media_type == "application/mbox"
    assert source.title is None
    documents = segment(source).documents
    assert [document.title for document in documents] == ["One", "Two"]
    assert "From the yard.\n\nFrom me: all well." in source.text
    assert all(document.metadata.date.start == "2003-05-05" for document in documents)
    passages = chunk(source, settings=ChunkingSettings(), window=TokenLimit(len, 5_000)).passages
    assert "".join("".join(passage.text for passage in passages).split()) == "".join(source.text.split())


def test_a_mailbox_of_one_mail_without_the_line_before_it_is_read():
    assert [document.title for document in segment(read(a_mail("One"), name="a.mbox")).documents] == ["One"]


@pytest.mark.parametrize("name", ["a.eml", "a.mbox"])
def test_a_mail_that_says_nothing_holds_no_text(name):
    with pytest.raises(EmptySourceError, match="holds no text"):
        read(b"Message-ID: <1@example.org>\nMIME-Version: 1.0\n\n", name=name)


def test_a_mail_whose_parts_are_nested_without_end_costs_no_other():
    nested = b"".join(
        b"Content-Type: multipart/mixed; boundary=b%d\n\n--b%d\n" % (n, n) for n in range(1_000)
    )
    box = b"From a@b.org Mon May  5 23:30:00 2003\nSubject: Deep\n" + nested + b"\n\n"
    box += b"From a@b.org Mon May  5 23:30:00 2003\n" + a_mail("Two").as_bytes().replace(b"\r\n", b"\n")
    source = read(box, name="a.mbox")
    assert [document.title for document in segment(source).documents] == ["Two"]
    assert source.notices == ("1 of 2 mails are damaged and left out",)


def test_a_mail_whose_parties_cannot_be_told_is_read():
    raw = b"Message-ID: <1@b.org>\nFrom: a@b.org\nTo: " + b'"(<' * 30_000 + b"\nSubject: Ice\n\nIt froze.\n"
    assert "It froze." in read(raw).text


def test_a_mail_without_a_subject_is_named_by_its_first_line():
    message = a_mail()
    del message["Subject"], message["From"], message["To"], message["Date"]
    assert the_document(read(message)).title == "The toll was raised."


def test_a_day_that_cannot_be_is_no_date():
    message = a_mail()
    message.replace_header("Date", "Fri, 35 Foo 20x3")
    assert the_document(read(message)).metadata.date is None


def test_apple_mails_form_is_read_without_its_list():
    mail = a_mail().as_bytes()
    data = str(len(mail)).encode() + b"\n" + mail + b'<?xml version="1.0"?><plist>flags</plist>'
    assert "plist" not in read(data, name="1.emlx").text


def test_a_saved_web_page_is_read_as_a_page():
    message = EmailMessage(policy=SMTP)
    message["From"] = "<Saved by Blink>"
    message["Snapshot-Content-Location"] = "https://example.org/"
    message["Subject"] = "Ferry log"
    message["MIME-Version"] = "1.0"
    message.set_content(
        "<html><head><title>Ferry log</title></head><body><h1>1907</h1><p>Ice.</p></body></html>",
        subtype="html",
    )
    source = read(message, name="page.mhtml")
    assert (source.media_type, source.title, source.text) == (
        "multipart/related",
        "Ferry log",
        "1907\n\nIce.",
    )


def test_a_memorandum_is_no_mail_unless_it_is_named_as_one():
    memorandum = b"From: The harbour master\nTo: The ferry\nSubject: Ice\n\nKeep to the shore.\n"
    assert read(memorandum, name="a.txt").media_type == "text/plain"
    assert read(memorandum, name="a.eml").media_type == "message/rfc822"


def test_a_program_s_field_shows_a_mail_of_any_name():
    assert read(a_mail(), name="1_").media_type == read(a_mail(), name="x.txt").media_type == "message/rfc822"


def test_files_set_into_old_mails_are_named():
    body = "Here it is.\n\nbegin 644 cargo.bin\n#0V%T\n`\nend\n\nAnna\n"
    assert read(a_mail(body=body)).text.endswith("Here it is.\n\nAttachment: cargo.bin\n\nAnna")


def test_a_mail_is_known_below_the_long_signatures_of_servers():
    signatures = "".join(f"DKIM-Signature: v=1; b={'x' * 900}\n" for _ in range(12))
    head = f"Return-Path: <a@b.org>\nReceived: by b.org;\n Thu, 08 Jul 2021 17:50:19 +0000\n{signatures}"
    mail = f"{head}From: Anna Holm <a@b.org>\nTo: c@d.org\nSubject: The ferry\n\nIt left at dawn.\n"
    found = read_bytes(mail.encode(), name="saved.txt")
    assert found.title == "The ferry"
    assert found.text.endswith("It left at dawn.")
