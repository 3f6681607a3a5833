"""A small file of each format that is made here without another program; each speaks of a ferry in 1907."""

import email.message
import io
import json
import zipfile

import docx
import pptx
from pdf_files import pages_pdf

LINES = "\n\n".join(
    f"Crossing {n}\n\nOn {n} May 1907 the ferry took forty barrels of tar." for n in range(1, 20)
)
ROWS = [{"day": f"{n} May 1907", "load": "tar", "barrels": n} for n in range(1, 20)]
PAGE = f"<html><head><title>Ferry log</title></head><body><h1>Log</h1><p>{LINES}</p></body></html>"
PARTS = {
    "META-INF/container.xml": '<container xmlns="urn:oasis:names:tc:opendocument:xmlns:container"><rootfiles>'
    '<rootfile full-path="a.opf"/></rootfiles></container>',
    "a.opf": '<package xmlns="http://www.idpf.org/2007/opf"><manifest><item id="a" href="a.xhtml" '
    'media-type="application/xhtml+xml"/></manifest><spine><itemref idref="a"/></spine></package>',
    "a.xhtml": PAGE,
}
XML = '<?xml version="1.0"?>'
OPEN = (
    f'{XML}<office:document xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0" '
    'xmlns:text="urn:oasis:names:tc:opendocument:xmlns:text:1.0"><office:body><office:text>'
    f"<text:p>{LINES}</text:p></office:text></office:body></office:document>"
)


def saved(made):
    buffer = io.BytesIO()
    made.save(buffer)
    return buffer.getvalue()


def word():
    document = docx.Document()
    for line in LINES.splitlines():
        document.add_paragraph(line)
    document.add_table(rows=3, cols=3).cell(0, 0).text = "tar"
    return saved(document)


def slides():
    presentation = pptx.Presentation()
    presentation.slides.add_slide(presentation.slide_layouts[1]).shapes.title.text = LINES
    return saved(presentation)


def zipped(parts):
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    return buffer.getvalue()


def mail():
    message = email.message.EmailMessage()
    message["Subject"], message["From"], message["Date"] = "Tar", "Anna <a@b.org>", "Tue, 7 May 1907 10:00:00"
    message["Message-ID"] = "<1@b.org>"
    message.set_content(LINES)
    message.add_attachment(word(), maintype="application", subtype="octet-stream", filename="log.docx")
    return message.as_bytes()


def captions(mark):
    return mark + "\n\n".join(f"00:00:{n:02},000 --> 00:00:{n:02},900\nFerry {n}" for n in range(1, 30))


FILES = {
    "a.txt": LINES.encode(),
    "a.md": f"# Log\n\n{LINES}".encode(),
    "a.html": PAGE.encode(),
    "a.pdf": pages_pdf(),
    "a.docx": word(),
    "a.pptx": slides(),
    "a.epub": zipped(PARTS),
    "a.fodt": OPEN.encode(),
    "a.odt": zipped({"mimetype": "application/vnd.oasis.opendocument.text", "content.xml": OPEN}),
    "a.rtf": rb"{\rtf1\ansi{\info{\title Log}}" + LINES.replace("\n", r"\par ").encode() + b"}",
    "a.eml": mail(),
    "a.mbox": b"From a@b.org Tue May  7 10:00:00 1907\n" + mail() + b"\n",
    "a.tex": rf"\documentclass{{article}}\begin{{document}}\section{{Log}} {LINES}\end{{document}}".encode(),
    "a.csv": "\n".join(",".join(map(str, row.values())) for row in ROWS).encode(),
    "a.json": json.dumps(ROWS).encode(),
    "a.fb2": f"{XML}<FictionBook><body><section><p>{LINES}</p></section></body></FictionBook>".encode(),
    "a.srt": captions("").encode(),
    "a.vtt": captions("WEBVTT\n\n").replace(",", ".").encode(),
}
