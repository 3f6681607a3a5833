"""Other readings of the same files: each gives the words of a file's pages, one string a page.

None shares code with the product's reader of the same format: what that has LibreOffice convert (.doc, .ppt)
is read by catdoc here.
"""

from __future__ import annotations

import csv
import email
import email.policy
import html.parser
import io
import json
import mailbox
import re
import shutil
import subprocess
import tempfile
import zipfile
from pathlib import Path
from typing import TYPE_CHECKING
from xml.etree import ElementTree as ET

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

SECONDS = 300
AS_TEXT = "txt:Text (encoded):UTF8"
AS_SHEETS = "csv:Text - txt - csv (StarCalc):44,34,76,1,,0,false,true,false,false,false,-1"
OFFICE = {
    **dict.fromkeys((".docx", ".odt", ".rtf", ".fodt", ".sxw"), AS_TEXT),
    **dict.fromkeys((".pptx", ".odp"), "pdf"),
    **dict.fromkeys((".xlsx", ".xls", ".ods", ".xlsb"), AS_SHEETS),
}
HIDDEN = frozenset(["script", "style", "head", "nav", "noscript", "template", "ix:header"])

FORMULAS = (
    "equation|align|gather|multline|eqnarray|tikzpicture|tabular|algorithm|algorithmic|lstlisting|longtable"
)
KEYS = (
    r"begin|end|label|\w*ref|\w*cite\w*|input|include|subfile|includegraphics|index\w*|bibliography\w*|url|rule|"
    r"vspace|hspace|setlength|setcounter|addcontentsline|pagestyle|thispagestyle|newcommand|renewcommand|def|verb.[^|]*"
)
MSG_BODY = ("__substg1.0_1000001F", "__substg1.0_1000001E")


def readings_of(paths: Sequence[Path]) -> dict[Path, list[str]]:
    """Return the pages of files of one format; those that no other program reads are left out."""
    suffix = paths[0].suffix.lower()
    if suffix in OFFICE:
        return by_libreoffice(paths, OFFICE[suffix]) if shutil.which("soffice") else {}
    way, readings = WAYS.get(suffix), {}
    for path in paths if way else ():
        try:
            readings[path] = way(path)
        except Exception as error:  # noqa: BLE001 - whatever the other reader stumbles over, it has not read
            print(f"the other reader of {path.name} fails: {type(error).__name__}: {error}"[:200])
    return {path: pages for path, pages in readings.items() if any(map(str.strip, pages))}


def printed_by(*command: str | Path) -> str:
    """Return what a program prints."""
    found = subprocess.run(command, capture_output=True, check=True, timeout=SECONDS)  # noqa: S603
    return found.stdout.decode("utf-8", "replace")


def by_libreoffice(paths: Sequence[Path], target: str) -> dict[Path, list[str]]:
    """Let LibreOffice convert files, and pdftotext read what became a PDF."""
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch)
        copies = [folder / f"{number:04}{path.suffix}" for number, path in enumerate(paths)]
        for copy, path in zip(copies, paths, strict=True):
            shutil.copy(path, copy)
        profile = f"-env:UserInstallation={(folder / 'profile').as_uri()}"
        command = ["soffice", profile, "--headless", "--convert-to", target, "--outdir", scratch]
        ending, readings = target.split(":", 1)[0], {}
        for group in (copies, *([copy] for copy in copies)):  # one that ends it takes others along
            left = [copy for copy in group if not list(folder.glob(f"{copy.stem}*.{ending}"))]
            if left:
                subprocess.run([*command, *map(str, left)], capture_output=True, timeout=SECONDS, check=False)  # noqa: S603
        for copy, path in zip(copies, paths, strict=True):
            made = sorted(folder.glob(f"{copy.stem}*.{ending}"))
            if ending == "pdf" and made:
                readings[path] = by_pdftotext(made[0])
            elif made:
                readings[path] = ["\n".join(part.read_text("utf-8", "replace") for part in made)]
    return readings


def by_pdftotext(path: Path) -> list[str]:
    """Read a PDF by Poppler."""
    return printed_by("pdftotext", "-enc", "UTF-8", path, "-").removesuffix("\f").split("\f")


def by_djvutxt(path: Path) -> list[str]:
    """Read a DjVu page by page."""
    count = int(printed_by("djvused", path, "-e", "n"))
    return [printed_by("djvutxt", f"-page={number}", path) for number in range(1, count + 1)]


class Visible(html.parser.HTMLParser):
    """The text of a page, without scripts, styles and the like."""

    def __init__(self) -> None:
        super().__init__()
        self.text: list[str] = []
        self.hidden: list[str] = []

    def handle_starttag(self, tag: str, attrs: object) -> None:  # noqa: ARG002, D102
        if tag in HIDDEN:
            self.hidden.append(tag)
        self.text.append(" " if tag not in {"b", "i", "em", "span", "a", "strong"} else "")

    def handle_endtag(self, tag: str) -> None:  # noqa: D102
        if self.hidden and tag == self.hidden[-1]:
            self.hidden.pop()
        if tag == "body":
            self.hidden.clear()

    def handle_data(self, data: str) -> None:  # noqa: D102
        if not self.hidden:
            self.text.append(data)


def visible(page: str) -> str:
    """Return the words of a web page."""
    words = Visible()
    words.feed(page)
    return "".join(words.text)


def by_parts(path: Path) -> list[str]:
    """Read the chapters of an EPUB that its spine names."""
    with zipfile.ZipFile(path) as book:
        package = next(name for name in book.namelist() if name.endswith(".opf"))
        root, folder = ET.fromstring(book.read(package)), Path(package).parent  # noqa: S314
        items = {each.get("id"): each.get("href") for each in root.findall(".//{*}item")}
        chapters = [items[each.get("idref")] for each in root.findall(".//{*}itemref")]
        names = [(folder / (each or "")).as_posix() for each in chapters if each]
        return [
            "\n".join(visible(book.read(name).decode("utf-8")) for name in names if name in book.namelist())
        ]


def by_tags(path: Path) -> list[str]:
    """Read what stands in the bodies of a FictionBook."""
    root = ET.fromstring(path.read_bytes())  # noqa: S314
    return ["\n".join(" ".join(body.itertext()) for body in root.findall("{*}body"))]


def body_of(message: email.message.EmailMessage) -> str:
    """Return the plain text of a mail, or what its page shows."""
    body = message.get_body(("plain", "html"))
    content = body.get_content() if body else ""
    return visible(content) if body and body.get_content_subtype() == "html" else content


def by_body(path: Path) -> list[str]:
    """Read a mail by the standard library."""
    return [body_of(email.message_from_bytes(path.read_bytes(), policy=email.policy.default))]


def by_mailbox(path: Path) -> list[str]:
    """Read a mailbox by the standard library."""
    box = mailbox.mbox(path)
    raw = [box.get_bytes(key) for key in box.iterkeys()]
    return ["\n".join(body_of(email.message_from_bytes(each, policy=email.policy.default)) for each in raw)]


def by_stream(path: Path) -> list[str]:
    """Read the body of an Outlook mail as it lies in the file."""
    import olefile

    with olefile.OleFileIO(path) as ole:
        for stream, encoding in zip(MSG_BODY, ("utf-16-le", "cp1252"), strict=True):
            if ole.exists(stream):
                return [ole.openstream(stream).read().decode(encoding, "replace")]
    return []


def by_cells(path: Path) -> list[str]:
    """Read a table by the standard library."""
    written = path.read_text("utf-8-sig")
    dialect = csv.Sniffer().sniff(written[:5000], ",;\t|")
    return ["\n".join(" ".join(row) for row in csv.reader(io.StringIO(written, newline=""), dialect))]


def by_lines(path: Path) -> list[str]:
    """Read the lines of subtitles below a time."""
    blocks = re.split(r"\n\s*\n", path.read_text("utf-8-sig").replace("\r\n", "\n"))
    said = [block.split("\n") for block in blocks if "-->" in block]
    kept = [line for lines in said for line in lines[1 + ["-->" in line for line in lines].index(True) :]]
    return ["\n".join(re.sub(r"<[^>]*>", "", line) for line in kept)]


def by_rules(path: Path) -> list[str]:
    """Read LaTeX by leaving out formulas, commands and what they take that is no text."""
    written = re.sub(r"(?<!\\)%.*", "", path.read_text("utf-8"))
    body = written.split(r"\begin{document}", 1)[-1].split(r"\end{document}", 1)[0]
    body = re.sub(r"(?s)\$\$.*?\$\$|\$[^$]*\$|\\\[.*?\\\]|\\\(.*?\\\)", " ", body)
    body = re.sub(rf"(?s)\\begin\{{({FORMULAS})\*?\}}.*?\\end\{{\1\*?\}}", " ", body)
    body = re.sub(rf"\\({KEYS})\*?(\[[^\]]*\])*(\{{[^{{}}]*\}})*", " ", body)
    body = re.sub(r"\\[A-Za-z]+\*?(\[[^\]]*\])?", " ", body)
    return [re.sub(r"[{}~\\]", " ", body)]


def by_values(path: Path) -> list[str]:
    """Read the values of records."""

    def values(node: object) -> Iterator[str]:
        if isinstance(node, dict):
            node = list(node.values())
        if isinstance(node, list):
            for each in node:
                yield from values(each)
        elif node is not None:
            yield str(node)

    written = path.read_text("utf-8")
    lines = written.splitlines() if path.suffix == ".jsonl" else [written]
    return [" ".join(word for line in lines for word in values(json.loads(line)))]


WAYS: dict[str, Callable[[Path], list[str]]] = {
    ".pdf": by_pdftotext,
    ".djvu": by_djvutxt,
    ".doc": lambda path: [printed_by("catdoc", "-dutf-8", path)],
    ".ppt": lambda path: [printed_by("catppt", "-dutf-8", path)],
    ".epub": by_parts,
    ".fb2": by_tags,
    ".eml": by_body,
    ".mbox": by_mailbox,
    ".msg": by_stream,
    **dict.fromkeys((".html", ".htm"), lambda path: [visible(path.read_text("utf-8"))]),
    **dict.fromkeys((".txt", ".md"), lambda path: [path.read_text("utf-8")]),
    **dict.fromkeys((".tex", ".latex"), by_rules),
    **dict.fromkeys((".csv", ".tsv"), by_cells),
    **dict.fromkeys((".json", ".jsonl"), by_values),
    **dict.fromkeys((".srt", ".vtt"), by_lines),
}
