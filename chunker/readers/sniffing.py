"""Tells what kind of file some bytes are: by their content first, by the file's suffix second."""

from __future__ import annotations

import io
import re
import zipfile
from pathlib import PurePath

from chunker.errors import BrokenSourceError, UnsupportedFormatError

TEXT = "text/plain"
MARKDOWN = "text/markdown"
HTML = "text/html"
PDF = "application/pdf"
DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
EPUB = "application/epub+zip"
MAIL = "message/rfc822"
MBOX = "application/mbox"
MHTML = "multipart/related"
MSG = "application/vnd.ms-outlook"
RTF = "application/rtf"
ODT = "application/vnd.oasis.opendocument.text"
ODP = "application/vnd.oasis.opendocument.presentation"
ODS = "application/vnd.oasis.opendocument.spreadsheet"
PPTX = "application/vnd.openxmlformats-officedocument.presentationml.presentation"
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
XLSB = "application/vnd.ms-excel.sheet.binary.macroEnabled.12"
XLS = "application/vnd.ms-excel"
CSV = "text/csv"
TSV = "text/tab-separated-values"
DOC = "application/msword"
PPT = "application/vnd.ms-powerpoint"
SXW = "application/vnd.sun.xml.writer"
SXI = "application/vnd.sun.xml.impress"
WORD_PERFECT = "application/vnd.wordperfect"
WORKS = "application/vnd.ms-works"
FB2 = "application/x-fictionbook+xml"
DJVU = "image/vnd.djvu"
JSON = "application/json"
SRT = "application/x-subrip"
VTT = "text/vtt"
LATEX = "text/x-tex"
OPEN_DOCUMENTS = (ODT, ODP)
WORKBOOKS = (XLSX, XLSB, XLS, ODS)
OLD_TEXTS = (DOC, SXW, WORD_PERFECT, WORKS)
OLD_SLIDES = (PPT, SXI)
PNG, JPEG, TIFF = "image/png", "image/jpeg", "image/tiff"
GIF, BMP, WEBP = "image/gif", "image/bmp", "image/webp"
IMAGES = (PNG, JPEG, TIFF, GIF, BMP, WEBP)

SUFFIXES = {
    ".txt": TEXT,
    ".text": TEXT,
    ".asc": TEXT,
    ".log": TEXT,
    ".rst": TEXT,
    ".org": TEXT,
    ".adoc": TEXT,
    ".md": MARKDOWN,
    ".markdown": MARKDOWN,
    ".html": HTML,
    ".htm": HTML,
    ".xhtml": HTML,
    ".pdf": PDF,
    ".docx": DOCX,
    ".epub": EPUB,
    ".eml": MAIL,
    ".emlx": MAIL,
    ".mbox": MBOX,
    ".mbx": MBOX,
    ".mht": MHTML,
    ".mhtml": MHTML,
    ".msg": MSG,
    ".docm": DOCX,
    ".dotx": DOCX,
    ".rtf": RTF,
    ".odt": ODT,
    ".ott": ODT,
    ".fodt": ODT,
    ".odp": ODP,
    ".fodp": ODP,
    ".ods": ODS,
    ".pptx": PPTX,
    ".ppsx": PPTX,
    ".pptm": PPTX,
    ".xlsx": XLSX,
    ".xlsm": XLSX,
    ".xlsb": XLSB,
    ".xls": XLS,
    ".csv": CSV,
    ".tsv": TSV,
    ".doc": DOC,
    ".dot": DOC,
    ".wpd": WORD_PERFECT,
    ".wps": WORKS,
    ".sxw": SXW,
    ".ppt": PPT,
    ".pps": PPT,
    ".sxi": SXI,
    ".fb2": FB2,
    ".djvu": DJVU,
    ".djv": DJVU,
    ".json": JSON,
    ".jsonl": JSON,
    ".ndjson": JSON,
    ".srt": SRT,
    ".vtt": VTT,
    ".tex": LATEX,
    ".latex": LATEX,
    ".ltx": LATEX,
    ".png": PNG,
    ".jpg": JPEG,
    ".jpeg": JPEG,
    ".tif": TIFF,
    ".tiff": TIFF,
    ".gif": GIF,
    ".bmp": BMP,
    ".webp": WEBP,
}
FORMAT_NAMES = (
    "text, Markdown, HTML, PDF, Word, OpenDocument, RTF, PowerPoint, Excel, CSV, JSON, LaTeX, EPUB, FB2, "
    "DjVu, subtitles, mail (.eml, .mbox, .msg) and images of pages (.png, .jpg, .tif, .webp)"
)

# Named so, what looks like text is damaged.
NEVER_TEXT = {PDF, DOCX, EPUB, MSG, PPTX, XLSX, XLSB, *OPEN_DOCUMENTS, ODS, DJVU}
HEAD_BYTES = 4096  # hold every mark below, and an opening tag behind a long comment
# Viewers accept the mark behind other bytes up to here (PDF Reference 1.7, appendix H, note 13).
PDF_MARK_WITHIN = 1024
IMAGE = "an image of a kind that cannot be read; save it as PNG or JPEG"
ARCHIVE = "a packed archive; unpack it and give the files in it"
PROGRAM = "a program, not a document"
MEDIA = "a sound or video file; give its transcript as text"
# First bytes of what people give by mistake, with what to do about it. From the file(1) database.
UNSUPPORTED_MARKS: tuple[tuple[bytes, str], ...] = (
    (b"\0\0\1\0", IMAGE),
    (b"%!PS", "a PostScript file; convert it to PDF"),
    (b"\x1f\x8b", ARCHIVE),
    (b"BZh", ARCHIVE),
    (b"7z\xbc\xaf\x27\x1c", ARCHIVE),
    (b"Rar!\x1a\x07", ARCHIVE),
    (b"\xfd7zXZ\0", ARCHIVE),
    (b"\x28\xb5\x2f\xfd", ARCHIVE),
    (b"\x7fELF", PROGRAM),
    (b"MZ\x90\0", PROGRAM),
    (b"\xcf\xfa\xed\xfe", PROGRAM),
    (b"\xca\xfe\xba\xbe", PROGRAM),
    (b"SQLite format 3\0", "a database; export its text"),
    (b"ID3", MEDIA),
    (b"OggS", MEDIA),
    (b"fLaC", MEDIA),
    (b"\x1aE\xdf\xa3", MEDIA),
)
ZIP_MARKS = (b"PK\x03\x04", b"PK\x05\x06")
FORMAT_SUFFIX = re.compile(r"\.(?=.*[a-z])[a-z0-9_+~-]{1,10}")  # ".1902" tells none
IMAGE_MARKS: tuple[tuple[bytes, str], ...] = (
    (b"\x89PNG\r\n\x1a\n", PNG),
    (b"\xff\xd8\xff", JPEG),
    (b"GIF8", GIF),
    (b"II*\0", TIFF),
    (b"MM\0*", TIFF),
)
OLE_MARK = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
# The streams by which one knows what an OLE file is, in small letters.
OLE_STREAMS: tuple[tuple[tuple[str, ...], str], ...] = (
    (("__properties_version1.0",), MSG),
    (("worddocument",), DOC),
    (("powerpoint document", "pp40"), PPT),
    (("workbook", "book"), XLS),
    (("matost", "mm"), WORKS),
)
MARKS = ((b"{\\rtf", RTF), (b"AT&TFORM", DJVU), (b"\xffWPC", WORD_PERFECT))
# What is in a zip archive, by how the name of a part in it begins.
PARTS = (
    ("word/", DOCX),
    ("META-INF/container.xml", EPUB),
    ("xl/workbook.bin", XLSB),
    ("xl/", XLSX),
    ("ppt/", PPTX),
)
FICTION_BOOK = re.compile(rb"<FictionBook\b")
CAPTIONS_MARK, CUE_MARK = b"WEBVTT", b"-->"
OPEN_DOCUMENT = re.compile(rb"<office:document\b")  # in one file of XML
HTML_OPENING = re.compile(
    rb"^(?:\xef\xbb\xbf)?\s*(?:<\?xml[^>]*>\s*)?(?:<!--(?:(?!-->).)*-->\s*)*<(?:!doctype\s+html|html|head|body)\b",
    re.IGNORECASE | re.DOTALL,
)
# A mail's head (RFC 5322) and what a mailbox (RFC 4155) or Apple Mail puts before it.
MAIL_HEAD = re.compile(
    rb"\A(?:\s*\d{1,10}\s*\n)?(?P<envelope>From [^\n]*\n)?"
    rb"(?P<fields>(?:>?[A-Za-z][\w-]{0,60}[ \t]*:[^\n]*(?:\n|\Z)(?:[ \t][^\n]*(?:\n|\Z))*){2,})"
)
MAIL_HEAD_BYTES = 64 * 1024  # signatures of servers stand above what persons write
FIELD_NAME = re.compile(rb"^([A-Za-z][\w-]*)[ \t]*:", re.MULTILINE)
PERSONS_FIELDS = frozenset([b"from", b"to", b"date", b"subject"])
# No person writes these: a memorandum has the others too.
PROGRAMS_FIELDS = frozenset(
    [b"message-id", b"mime-version", b"received", b"return-path", b"content-transfer-encoding", b"newsgroups"]
)
SAVED_PAGE = re.compile(rb"^(?:Snapshot-Content-Location:|From: <Saved by )", re.MULTILINE | re.IGNORECASE)
XML_OPENING = re.compile(rb"^(?:\xef\xbb\xbf)?\s*<\?xml\b", re.IGNORECASE)


def media_type_of(data: bytes, *, name: str) -> str:
    """Return the media type of a file that a reader exists for.

    Bytes that look like text are what their first lines or tags show, else what the suffix says; plain text
    where there is no suffix of a format. Raises UnsupportedFormatError for anything else and
    BrokenSourceError for a damaged or encrypted Word file.
    """
    head = data[:HEAD_BYTES]
    if b"%PDF-" in head[:PDF_MARK_WITHIN]:
        return PDF
    if head.startswith(ZIP_MARKS):
        return zipped_type(data, name=name)
    if head.startswith(OLE_MARK):
        return ole_type(data, name=name)
    if image := image_type(head):
        return image
    for mark, media_type in MARKS:
        if head.startswith(mark):
            return media_type
    refuse_unsupported(head, name=name)
    suffix_type = SUFFIXES.get(PurePath(name).suffix.lower())
    if suffix_type in NEVER_TEXT and not OPEN_DOCUMENT.search(head):
        raise BrokenSourceError(
            f"{name}: is named {PurePath(name).suffix} but its content is something else or damaged; "
            "open it in its program and save it again"
        )
    if suffix_type in IMAGES:
        raise unsupported("no image, though it is named as one", name=name)
    return mail_type(data[:MAIL_HEAD_BYTES], suffix_type) or markup_type(head, suffix_type, name=name)


def image_type(head: bytes) -> str | None:
    """Return the type of an image that can be read, ``None`` for anything else."""
    if head.startswith(b"RIFF") and head[8:12] == b"WEBP":
        return WEBP
    if head.startswith(b"BM") and head[6:10] == bytes(4):
        return BMP
    return next((kind for mark, kind in IMAGE_MARKS if head.startswith(mark)), None)


def mail_type(head: bytes, suffix_type: str | None) -> str | None:
    """Return the type of a mail, a mailbox or a web page saved as one; ``None`` for other text.

    Fields that persons may write over a memorandum make a mail only of a file that is named as one.
    """
    found = MAIL_HEAD.match(head)
    is_named = suffix_type in {MAIL, MBOX, MHTML}
    if found is None and is_named:
        return MBOX if suffix_type == MBOX else MAIL
    if found is None:
        return None
    names = {name.lower() for name in FIELD_NAME.findall(found["fields"])}
    if not is_named and (names.isdisjoint(PROGRAMS_FIELDS) or len(names & PERSONS_FIELDS) < 2):
        return None
    if found["envelope"]:
        return MBOX
    return MHTML if suffix_type == MHTML or SAVED_PAGE.search(found["fields"]) else MAIL


def markup_type(head: bytes, suffix_type: str | None, *, name: str) -> str:
    """Tell HTML, Markdown and plain text apart."""
    narrow = head.replace(b"\0", b"").removeprefix(b"\xff\xfe").removeprefix(b"\xfe\xff")
    if HTML_OPENING.match(narrow):
        return HTML
    if XML_OPENING.match(narrow) and OPEN_DOCUMENT.search(narrow):
        return ODP if b"office:presentation" in narrow or suffix_type == ODP else ODT
    if XML_OPENING.match(narrow) and FICTION_BOOK.search(narrow):
        return FB2
    if narrow.removeprefix(b"\xef\xbb\xbf").startswith(CAPTIONS_MARK):
        return VTT
    is_named_alone = suffix_type in {SRT, VTT} and CUE_MARK not in narrow
    if is_named_alone or suffix_type in {*OLD_TEXTS, *OLD_SLIDES, XLS, RTF}:
        return TEXT
    if XML_OPENING.match(narrow) and suffix_type is None:
        raise unsupported("an XML file", name=name)
    if suffix_type is None and (suffix := format_suffix(name)):
        raise unsupported(f"a {suffix} file, which no reader is for", name=name)
    return suffix_type or TEXT


def refuse_by_head(head: bytes, *, name: str) -> None:
    """Raise UnsupportedFormatError where the first bytes of a file tell that no reader is for it.

    The one rule for what is read, wherever a file comes from: its content tells, and for text its suffix.
    """
    if head and not head.startswith((*ZIP_MARKS, OLE_MARK)):  # those tell only by all that is in them
        media_type_of(head, name=name)


def format_suffix(name: str) -> str | None:
    """Return the suffix of a file name, in lower case, where it is like those that tell a format.

    Names of files end as they like: ``Letter to Mr. Weber``, ``minutes.1902``.
    """
    suffix = PurePath(name).suffix.lower()
    return suffix if FORMAT_SUFFIX.fullmatch(suffix) else None


def zipped_type(data: bytes, *, name: str) -> str:
    """Tell documents that are zip archives from others by the files inside."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            members = frozenset(archive.namelist())
            is_open_document = {"content.xml", "mimetype"} <= members
            stated = archive.open("mimetype").read(HEAD_BYTES) if is_open_document else b""
    except Exception as error:
        # Damaged bytes raise errors of zipfile, zlib, struct, and those of other modules.
        raise BrokenSourceError(
            f"{name}: is a damaged or incomplete zip container (a .docx is one); copy or download it again"
        ) from error
    for part, media_type in PARTS:
        if any(member.startswith(part) for member in members):
            return media_type
    if len(members) == 1 and next(iter(members)).lower().endswith(".fb2"):
        return FB2
    if is_open_document:
        return opendocument_type(stated, name=name)
    raise unsupported(ARCHIVE, name=name)


def opendocument_type(stated: bytes, *, name: str) -> str:
    """Return the type that an OpenDocument file states; a template counts as what it is for."""
    told = stated.decode("ascii", "replace").strip()
    for known in (ODT, ODP, ODS, SXW, SXI):
        if told.startswith(known):
            return known
    raise unsupported("a drawing, a formula or the like; print it to PDF", name=name)


def ole_type(data: bytes, *, name: str) -> str:
    """Tell the old Office files apart by the streams in them.

    Raises BrokenSourceError for a locked file of today's Office, and UnsupportedFormatError for others.
    """
    names = streams_of(data)
    if "encryptedpackage" in names:
        raise BrokenSourceError(f"{name}: is locked with a password; save it without one")
    for streams, media_type in OLE_STREAMS:
        if not names.isdisjoint(streams):
            return media_type
    raise unsupported("a file of a program that is not known here; save it as .docx or PDF", name=name)


def streams_of(data: bytes) -> frozenset[str]:
    """Return the names at the root of an OLE file, in small letters; of a damaged one all that it lists."""
    import olefile

    try:
        with olefile.OleFileIO(io.BytesIO(data)) as ole:
            return frozenset(entry[0].lower() for entry in ole.listdir())
    except Exception:  # noqa: BLE001 - olefile passes on whatever struct and io raise for damaged bytes
        known = (stream for streams, _ in OLE_STREAMS for stream in (*streams, "encryptedpackage"))
        return frozenset(each for each in known if each.encode("utf-16-le") in data.lower())


def refuse_unsupported(head: bytes, *, name: str) -> None:
    """Raise UnsupportedFormatError for images, archives, programs and media."""
    for mark, kind in UNSUPPORTED_MARKS:
        if head.startswith(mark):
            raise unsupported(kind, name=name)
    if head.startswith(b"RIFF"):
        raise unsupported(MEDIA, name=name)
    if head[4:8] == b"ftyp":
        raise unsupported(IMAGE if head[8:12] in {b"heic", b"heif", b"mif1", b"avif"} else MEDIA, name=name)


def unsupported(kind: str, *, name: str) -> UnsupportedFormatError:
    """Return the error for a kind of file no reader knows."""
    return UnsupportedFormatError(f"{name}: is {kind} (what can be read: {FORMAT_NAMES})")
