"""Bytes to text: byte-order marks, UTF-16/32 without one, UTF-8, then other encodings by detection."""

from __future__ import annotations

import codecs
import re
from collections import Counter
from dataclasses import dataclass

from chunker.errors import UnsupportedFormatError
from chunker.readers.extraction import SURROGATE, ReadingLimits, check_characters
from chunker.readers.noticing import notice

# UTF-32 first: its little-endian mark begins with UTF-16's.
BYTE_ORDER_MARKS = (
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
WIDE_ENCODINGS = ("utf-32-le", "utf-32-be", "utf-16-le", "utf-16-be")
# What documents in Western, Central European, Greek, Turkish, Baltic and Cyrillic scripts and in Hebrew,
# Arabic, Chinese, Japanese and Korean were really saved in. A short list guesses better than all there are.
LEGACY_ENCODINGS = (
    *("cp1251", "koi8_r", "koi8_u", "cp866", "iso8859_5", "mac_cyrillic"),
    *("cp1252", "cp1250", "iso8859_2", "cp1253", "cp1254", "cp1257", "cp437", "cp850", "cp852", "mac_roman"),
    *("cp1255", "cp1256", "gb18030", "big5", "cp932", "euc_jis_2004", "euc_kr"),
    *("iso2022_jp_2", "iso2022_jp_2004", "iso2022_jp_ext", "iso2022_kr"),
)
# Taken for others where few letters are beyond ASCII; what stands beside them shows which it is.
FROM_OLD_MACHINES = frozenset(["cp437", "cp850", "cp852", "mac_roman"])
NO_OTHER = "cp1252"  # the commonest by far of those that are not UTF-8
NO_ENCODING = "iso2022_kr"  # what is told where none fits: it has no bytes beyond ASCII
# Names of encodings that files declare, with those that they are really in (WHATWG Encoding Standard).
MEANT = {
    "ascii": "cp1252",
    "iso8859-1": "cp1252",
    "iso8859-9": "cp1254",
    "gb2312": "gb18030",
    "gbk": "gb18030",
}
ESCAPES = (b"\x1b$", b"\x1b(")  # ISO 2022: from ASCII to another set of characters, and back
CONTROL = re.compile("[\x00-\x08\x0e-\x19\x1b-\x1f\x7f]")
# A letter beyond ASCII beside a digit, a capital one behind a small one, or a sign within a word.
MISPLACED = re.compile(
    r"(?:(?<=\d)[^\W\d_a-zA-Z]|[^\W\d_a-zA-Z](?=\d)|(?<=[a-z])[À-ÖØ-ÞĀĂĄĆČĎĐĘĚŁŃŇŐŘŚŠŤŮŰŹŻŽ]"
    r"|(?<=[^\W\d_])[^\w\x00-\x7f’‘·-](?=[^\W\d_])|[\u2500-\u25ff\ufffd\x80-\x9f])"
)
SECOND_CONTROL = re.compile("[\x80-\x84\x86-\x9f]")  # in UTF-8 mostly misread quotation marks, else no text


@dataclass(frozen=True, slots=True)
class DecodingSettings:
    """When bytes are taken for text; chosen by hand, not measured.

    More control characters than ``stray_controls`` and ``max_control_share`` make a text binary data. A UTF-8
    file with ``max_damaged_share`` of damaged characters is still UTF-8, where
    ``min_sound_per_damaged`` times as many beyond ASCII are sound. One with other lines in another encoding
    has ``min_utf8_lines`` of its lines beyond ASCII, with ``min_line_characters`` such characters, in UTF-8:
    of other encodings hardly a line is that by chance. A guess is like writing where in its first
    ``sample_chars`` more than ``min_space_share`` are spaces (not asked of fewer than
    ``min_chars_for_spaces``) and ``min_common_letters`` of the letters lie in three blocks of Unicode.
    ``detection_bytes`` are given to chardet. What fits no encoding is text where at most
    ``max_strange_share`` are signs that the commonest one has not.
    """

    detection_bytes: int = 256 * 1024
    max_control_share: float = 0.005
    stray_controls: int = 2
    max_damaged_share: float = 0.001
    max_strange_share: float = 0.01
    min_sound_per_damaged: int = 10
    min_utf8_lines: float = 0.1
    min_line_characters: int = 3
    sample_chars: int = 20_000
    min_space_share: float = 0.02
    min_chars_for_spaces: int = 50
    min_common_letters: float = 0.95


SETTINGS = DecodingSettings()


def decode_text(data: bytes, *, name: str, limits: ReadingLimits, declared: str | None = None) -> str:
    """Return the text of a file, without a byte-order mark and otherwise unchanged.

    ``declared`` is the encoding the file itself names (an HTML ``meta``), tried after UTF-8, which
    practically no other encoding imitates. Raises UnsupportedFormatError for bytes that are no text
    and SourceTooLargeError for more characters than ``limits`` allow.
    """
    if len(data) > 4 * limits.max_characters:  # no encoding here takes more than four bytes a character
        check_characters(len(data) // 4, name=name, limits=limits)
    text = decoded_by_mark(data)
    if text is None:
        text = decoded_wide(data) if b"\0" in data else None
    if text is None:
        text = decoded_narrow(data, declared)
    check_characters(len(text or ""), name=name, limits=limits)
    if text is None or is_binary(text):
        raise UnsupportedFormatError(
            f"{name}: is binary data, not text; give the document itself or save it as UTF-8 text"
        )
    return text.replace("\0", "\ufffd")  # a stray one; databases end a text at it


def decoded_by_mark(data: bytes) -> str | None:
    """Decode bytes that begin with a byte-order mark; ``None`` where they have none or don't keep to it."""
    for mark, encoding in BYTE_ORDER_MARKS:
        if data.startswith(mark):
            text = decoded_whole_units(data[len(mark) :], encoding)
            if text is not None:
                return text
    return None


def decoded_wide(data: bytes) -> str | None:
    """Decode UTF-16 or UTF-32 without a mark; ``None`` where neither gives anything like writing."""
    for encoding in WIDE_ENCODINGS:
        text = decoded_whole_units(data, encoding)
        if text is not None and is_like_writing(text):
            return text
    return None


def decoded_narrow(data: bytes, declared: str | None) -> str | None:
    """Decode UTF-8, the declared encoding or the best detected one, in this order."""
    text = None
    if any(escape in data for escape in ESCAPES) and data.isascii():
        text = decoded_legacy(data)
    if text is None and (text := decoded(data, "utf-8")) is not None:
        return decoded_twice(text)
    if text is None and declared is not None:
        text = decoded(data, meant_by(declared))
    if text is None:
        text = decoded_damaged_utf8(data)
    if text is None:
        text = decoded_mixed(data)
    if text is None:
        text = decoded_legacy(data)
    return decoded_anyhow(data) if text is None else text


def decoded_anyhow(data: bytes) -> str | None:
    """Decode what fits no encoding, lines that are UTF-8 as this, others as cp1252; ``None`` for no text."""
    text = "".join(
        line.decode(NO_OTHER, "replace") if (read := decoded(line, "utf-8")) is None else read
        for line in data.splitlines(keepends=True)
    )
    if text.count("\ufffd") > SETTINGS.max_strange_share * len(text) or is_binary(text):
        return None
    notice(f"it is in no encoding as a whole; what is not UTF-8 is read as {NO_OTHER}, and may be wrong")
    return text


def decoded_twice(text: str) -> str:
    """Return what a text says that was UTF-8, was read as Latin-1 and saved as UTF-8 again."""
    if SECOND_CONTROL.search(text) is None:
        return text
    try:
        once = text.encode("latin-1").decode("utf-8")
    except UnicodeError:
        return text
    notice("the text was UTF-8 twice over; it is read as what it says")
    return once


def meant_by(declared: str) -> str:
    """Return the encoding that is meant by the name of one, as browsers understand it."""
    try:
        return MEANT.get(codecs.lookup(declared).name, declared)
    except LookupError:
        return declared


def decoded(data: bytes, encoding: str) -> str | None:
    """Decode ``data`` strictly, or return ``None``; an unknown encoding's name is no error here."""
    try:
        text = str(data, encoding)
    except (UnicodeError, LookupError, ValueError):
        return None
    # utf-7 and a few others let lone surrogates through
    return None if SURROGATE.search(text) else text


def decoded_whole_units(data: bytes, encoding: str) -> str | None:
    """Decode ``data`` without the odd bytes at the end of a UTF-16 or UTF-32 file cut short."""
    width = {"utf-32": 4, "utf-16": 2}.get(encoding[:6], 1)
    return decoded(data[: len(data) - len(data) % width], encoding)


def decoded_damaged_utf8(data: bytes) -> str | None:
    """Decode UTF-8 with a few damaged bytes (U+FFFD in their place), or return ``None``."""
    text = data.decode("utf-8", "replace")
    damaged = text.count("\ufffd")
    multibyte = sum(count for character, count in Counter(text).items() if character > "\x7f") - damaged
    is_sound = multibyte > SETTINGS.min_sound_per_damaged * damaged
    if not is_sound or damaged > max(1, SETTINGS.max_damaged_share * len(text)):
        return None
    notice(f"{damaged:,} characters are damaged and shown as \ufffd")
    return text


def decoded_mixed(data: bytes) -> str | None:
    """Decode lines that are UTF-8 and lines in one other encoding, as of files put together; or ``None``."""
    lines = data.splitlines(keepends=True)
    read = [decoded(line, "utf-8") for line in lines]
    other = b"".join(line for line, text in zip(lines, read, strict=True) if text is None)
    beyond = sum(text is None or not text.isascii() for text in read)
    sound = sum(
        text is not None and sum(character > "\x7f" for character in text) >= SETTINGS.min_line_characters
        for text in read
    )
    encoding = detected(other) if sound and sound >= SETTINGS.min_utf8_lines * beyond else None
    if encoding is None:
        return None
    notice(f"some lines are UTF-8, others {encoding}; each is read as what it seems to be")
    return "".join(
        line.decode(encoding, "replace") if text is None else text
        for line, text in zip(lines, read, strict=True)
    )


def decoded_legacy(data: bytes) -> str | None:
    """Decode with the encoding chardet finds likeliest, or return ``None``."""
    encoding = detected(data)
    text = data.decode(encoding, "replace") if encoding else None
    if text is None or SURROGATE.search(text) or has_too_many(SECOND_CONTROL, text):
        return None
    if not data.isascii():
        notice(f"its encoding is not stated; it is read as {encoding}, which its letters look like")
    return text


def detected(data: bytes) -> str | None:
    """Return the likeliest encoding of bytes by their script and language, ``None`` for what is no text."""
    import chardet

    found = chardet.detect(
        data[: SETTINGS.detection_bytes],
        max_bytes=SETTINGS.detection_bytes,
        include_encodings=LEGACY_ENCODINGS,
        no_match_encoding=NO_ENCODING,
        compat_names=False,
    )
    encoding = found["encoding"]
    if encoding in FROM_OLD_MACHINES and _looks_better(data, NO_OTHER, encoding):
        return NO_OTHER
    return None if encoding == NO_ENCODING and not data.isascii() else encoding


def _looks_better(data: bytes, encoding: str, other: str) -> bool:
    """Whether fewer characters beyond ASCII stand where none of their sort does in ``encoding``."""
    sample = data[: SETTINGS.detection_bytes]
    first, second = (sample.decode(name, "replace") for name in (encoding, other))
    return len(MISPLACED.findall(first)) < len(MISPLACED.findall(second))


def is_binary(text: str) -> bool:
    """Whether a decoded text has so many control characters that it was never a text."""
    return has_too_many(CONTROL, text)


def has_too_many(controls: re.Pattern[str], text: str) -> bool:
    """Whether more of these characters stand in a text than stray into one."""
    return len(controls.findall(text)) > max(SETTINGS.stray_controls, SETTINGS.max_control_share * len(text))


def is_like_writing(text: str) -> bool:
    """Whether text decoded on a guess has spaces, few blocks of letters and no unassigned characters.

    Bytes in the wrong order or width give letters strewn over the whole of Unicode without a space.
    """
    sample = text[: SETTINGS.sample_chars]
    spaces = sum(character in " \n\r\t" for character in sample)
    letters = Counter(ord(character) >> 8 for character in sample if character.isalpha())
    common = sum(count for _, count in letters.most_common(3))
    strange = sum(not character.isprintable() and character not in "\n\r\t\f" for character in sample)
    return (
        (spaces > SETTINGS.min_space_share * len(sample) or len(sample) < SETTINGS.min_chars_for_spaces)
        and common > 0
        and common >= SETTINGS.min_common_letters * letters.total()
        and strange <= SETTINGS.max_control_share * len(sample)
    )
