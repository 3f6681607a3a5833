"""Word files made for tests, with what python-docx cannot write: footnotes."""

import io
import zipfile

from docx.oxml import parse_xml
from docx.oxml.ns import nsdecls

_WORD = nsdecls("w")


def saved(document):
    buffer = io.BytesIO()
    document.save(buffer)
    return buffer.getvalue()


def with_part(data, path, content, *, replace=()):
    """The zip with a part put in and text replaced in others."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as new:
        for part in old.infolist():
            text = old.read(part)
            for name, before, after in replace:
                if part.filename == name:
                    assert before in text
                    text = text.replace(before, after)
            new.writestr(part.filename, text)
        new.writestr(path, content)
    return buffer.getvalue()


def cite_note(paragraph, number):
    """End ``paragraph``, as it is now, with a reference to the footnote of that id."""
    paragraph.add_run().element.append(parse_xml(f'<w:footnoteReference {_WORD} w:id="{number}"/>'))


def with_footnotes(data, notes):
    """The file with the footnotes that it cites, by id, and the line that Word draws above them."""
    shown = "".join(
        f'<w:footnote w:id="{number}"><w:p><w:r><w:t>{text}</w:t></w:r></w:p></w:footnote>'
        for number, text in notes.items()
    )
    line = '<w:footnote w:type="separator" w:id="0"><w:p><w:r><w:t>---</w:t></w:r></w:p></w:footnote>'
    relation = (
        b'<Relationship Id="rId99" Target="footnotes.xml" '
        b'Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/footnotes"/></Relationships>'
    )
    kind = (
        b'<Override PartName="/word/footnotes.xml" ContentType="application/vnd.openxmlformats-'
        b'officedocument.wordprocessingml.footnotes+xml"/></Types>'
    )
    return with_part(
        data,
        "word/footnotes.xml",
        f"<w:footnotes {_WORD}>{line}{shown}</w:footnotes>",
        replace=[
            ("word/_rels/document.xml.rels", b"</Relationships>", relation),
            ("[Content_Types].xml", b"</Types>", kind),
        ],
    )
