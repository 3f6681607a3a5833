"""What a reader took along, as files: Markdown, Word and CSV with the words, and for reference managers.

Whatever documents and notes hold is text in them: no mark-up, no formula of a sheet, no command of TeX.
"""

from __future__ import annotations

import csv
import io
import re
from typing import TYPE_CHECKING, NamedTuple

from service.wording.citation_files import bibtex, cite_key, csl_array, csl_item, ris
from service.wording.citations import plain_citation
from service.wording.markdown import escaped
from service.wording.phrases import date_range_words

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from service.wording.citations import CitedPlace
    from service.wording.taken import Taken

HEADING = "Taken along"


class FileForm(NamedTuple):
    """How a list is written into a file."""

    name: str
    media_type: str
    suffix: str
    write: Callable[[Sequence[Taken]], bytes]


def _markdown(taken: Sequence[Taken]) -> bytes:
    parts = [f"# {HEADING}"]
    for one in taken:
        if one.words:
            parts.append("\n".join(f"> {line}".rstrip() for line in escaped(one.words).split("\n")))
        address = one.cited.url if one.cited else ""
        said = escaped(_told(one)) + (f" [Read]({address})" if address else "")
        parts += [said, escaped(one.note)]
        parts.append("---")
    return ("\n\n".join(filter(None, parts[:-1])) + "\n").encode()


def _word(taken: Sequence[Taken]) -> bytes:
    from docx import Document as Docx

    document = Docx()
    document.add_heading(HEADING, level=1)
    for one in taken:
        if one.words:
            document.add_paragraph(_printable(one.words), style="Quote")
        document.add_paragraph(_printable(_told(one)))
        if one.cited and one.cited.url:
            document.add_paragraph(_printable(one.cited.url))
        if one.note:
            document.add_paragraph(_printable(one.note), style="Body Text")
    file = io.BytesIO()
    document.save(file)
    return file.getvalue()


_COLUMNS = ("number", "words", "note", "title", "date", "pages", "kind", "people", "archive", "source")


def _sheet(taken: Sequence[Taken]) -> bytes:
    text = io.StringIO(newline="")
    rows = csv.writer(text)
    rows.writerow([*_COLUMNS, "citation", "address"])
    for number, one in enumerate(taken, start=1):
        rows.writerow([str(number), *map(_as_text, (one.words, one.note, *_facts(one)))])
    return text.getvalue().encode("utf-8-sig")  # without the mark Excel takes it for another encoding


def _facts(one: Taken) -> tuple[str, ...]:
    place = one.cited
    if place is None:
        return ("", "", "", "", "", "", "", _told(one), "")
    document, metadata = place.document, place.document.metadata
    return (
        document.title,
        date_range_words(metadata.date),
        place.page_text,
        metadata.kind or "",
        "; ".join(metadata.participants),
        place.archive_reference,
        place.container or place.source_name,
        _told(one),
        place.url,
    )


def _as_text(cell: str) -> str:
    """Return ``cell`` so that no spreadsheet runs it as a formula (OWASP, "CSV Injection")."""
    return f"'{cell}" if cell.lstrip()[:1] in {"=", "+", "-", "@"} or cell[:1] in {"\t", "\r"} else cell


def _bibtex(taken: Sequence[Taken]) -> bytes:
    entries = (bibtex(place, remarks=remarks, key=key) for place, key, remarks in _papers(taken))
    return "\n".join(entries).encode()


def _csl(taken: Sequence[Taken]) -> bytes:
    items = [csl_item(place, remarks=remarks, key=key) for place, key, remarks in _papers(taken)]
    return csl_array(items).encode()


def _ris(taken: Sequence[Taken]) -> bytes:
    return "".join(ris(place, remarks=remarks) for place, _, remarks in _papers(taken)).encode()


FORMS = {
    "markdown": FileForm("Markdown", "text/markdown", "md", _markdown),
    "word": FileForm(
        "Word", "application/vnd.openxmlformats-officedocument.wordprocessingml.document", "docx", _word
    ),
    "csv": FileForm("CSV", "text/csv", "csv", _sheet),
    "ris": FileForm("RIS", "application/x-research-info-systems", "ris", _ris),
    "bibtex": FileForm("BibTeX", "application/x-bibtex", "bib", _bibtex),
    "csl": FileForm("CSL-JSON", "application/vnd.citationstyles.csl+json", "json", _csl),
}


def _papers(taken: Sequence[Taken]) -> Iterator[tuple[CitedPlace, str, list[str]]]:
    """Yield each paper once, with a key of its own and what was taken from it, as one remark each."""
    remarks: dict[str, list[str]] = {}
    papers: dict[str, CitedPlace] = {}
    for one in taken:
        if one.paper is None:
            continue
        papers.setdefault(one.place.document_id, one.paper)
        page = f" ({one.cited.page_text})" if one.cited and one.cited.page_text else ""
        said = [f"“{one.words}”{page}" if one.words else "", one.note]
        remarks.setdefault(one.place.document_id, []).append(" – ".join(filter(None, said)))
    keys: set[str] = set()
    for document_id, place in papers.items():
        key = cite_key(place)
        key = key if key not in keys else f"{key}{document_id[4:]}"
        keys.add(key)
        yield place, key, [remark for remark in remarks[document_id] if remark]


def _told(one: Taken) -> str:
    """Return where it stands, and what is wrong with it."""
    return " ".join(filter(None, (plain_citation(one.cited) if one.cited else "", one.problem)))


_NOT_IN_XML = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
"""What XML 1.0 has no way to write (its production 2, Char)."""


def _printable(text: str) -> str:
    return _NOT_IN_XML.sub("\ufffd", text)
