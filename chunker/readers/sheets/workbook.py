"""Reads workbooks (.xlsx, .xlsb, .xls, .ods): each sheet under its name, each row with its headings."""

from __future__ import annotations

import datetime as dt
import io
import re
import zipfile
from typing import TYPE_CHECKING

from chunker.documents import Bibliography
from chunker.errors import BrokenSourceError
from chunker.readers.building import TextBuilder
from chunker.readers.extraction import check_unpacked_bytes, tidy_line
from chunker.readers.open_xml import drawn_paragraphs, properties_of, xml_of
from chunker.readers.tables import add_table

if TYPE_CHECKING:
    from collections.abc import Iterator

    from python_calamine import CalamineSheet

    from chunker.readers.extraction import Extracted, ReadingLimits

Value = int | float | str | bool | dt.date | dt.datetime | dt.time | dt.timedelta
MIDNIGHT = dt.time()
BESIDE_CELLS = re.compile(r"xl/(drawings/drawing|comments)\d+\.xml")


def read_workbook(data: bytes, *, name: str, limits: ReadingLimits) -> Extracted:
    """Read a workbook; a sheet's name is its heading where more than one holds anything.

    Raises BrokenSourceError for a damaged or locked file and SourceTooLargeError past the limits.
    """
    from python_calamine import CalamineError, CalamineWorkbook, PasswordError, SheetTypeEnum

    title, bibliography, beside = None, Bibliography(), []
    if data.startswith(b"PK"):
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            check_unpacked_bytes(archive, name=name, limits=limits)
            title, bibliography = properties_of(archive)
            beside = list(beside_cells(archive))
    try:
        workbook = CalamineWorkbook.from_filelike(io.BytesIO(data))
        names = [each.name for each in workbook.sheets_metadata if each.typ == SheetTypeEnum.WorkSheet]
        sheets = [workbook.get_sheet_by_name(each) for each in names]
    except PasswordError as error:
        raise BrokenSourceError(f"{name}: is locked with a password; save it without one") from error
    except CalamineError as error:
        raise BrokenSourceError(
            f"{name}: the workbook is damaged; open it in its program and save it again"
        ) from error
    text = TextBuilder(name, limits)
    written = [sheet for sheet in sheets if sheet.height and sheet.width]
    for sheet in written:
        if len(written) > 1:
            text.add(sheet.name, level=1)
        add_table(text, rows_of(sheet))
    for words in beside:
        text.add(words)
    return text.extracted(title=title, bibliography=bibliography)


def beside_cells(archive: zipfile.ZipFile) -> Iterator[str]:
    """Yield what text boxes say, and what is noted of cells."""
    for part in sorted(archive.namelist()):
        found = BESIDE_CELLS.fullmatch(part)
        if found is None:
            continue
        root = xml_of(archive.read(part))
        if found[1].startswith("drawings"):
            yield from drawn_paragraphs(root)
            continue
        for comment in root.iter("{*}comment"):
            if words := tidy_line("".join(each.text or "" for each in comment.iter("{*}t"))):
                yield f"[Note: {words}]"


def rows_of(sheet: CalamineSheet) -> Iterator[list[str]]:
    """Yield the rows of a sheet as words."""
    for row in sheet.iter_rows():
        yield [shown(value) for value in row]


def shown(value: Value) -> str:
    """Return a cell's value as a reader sees it: whole numbers without a point, days in ISO 8601."""
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() else f"{value:.15g}"
    if isinstance(value, dt.datetime):
        return value.date().isoformat() if value.time() == MIDNIGHT else value.isoformat(" ", "minutes")
    return value.isoformat() if isinstance(value, (dt.date, dt.time)) else str(value)
