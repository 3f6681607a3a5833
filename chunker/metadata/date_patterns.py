"""The regular expressions that dates are read by, made from the vocabulary's words."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from functools import cache

from chunker.vocabulary import PACKAGED, Vocabulary

YEAR = r"(?:1[0-9]|20)\d\d(?!\d)"
_BARE_YEAR = r"(?:1[5-9]\d\d|20\d\d)"
_ROMAN_MONTH = r"(?:XI{0,2}|IX|IV|VI{0,3}|I{1,3})"
_NUMERIC_FORMS = (
    rf"(?<![\d-])\b(?P<y>{YEAR})(?P<s>[-/.])(?P<n>0\d|1[0-2])(?P=s)(?P<d1>[0-3]\d)(?!\d)",
    rf"(?<![\d/-])(?<!\d\.)\b(?P<d1>[0-3]?\d)(?P<s>[-/.])\s?(?P<n>[0-3]?\d)(?P=s)\s?(?P<y>{YEAR})(?![/-]\d)",
    rf"(?<![\d/-])\b(?P<d1>[0-3]?\d)\s?[-/.]\s?(?P<r>{_ROMAN_MONTH})\.?\s?[-/.]?\s?(?P<y>{YEAR})(?![/-]\d)",
    rf"(?<![\d/-])\b(?P<d1>[0-3]?\d)\s+(?-i:(?P<r>{_ROMAN_MONTH})),?\s+(?P<y>{YEAR})(?![/-]\d)",
)
_NOT_LETTERS_MARKS = {"ı": "i", "ł": "l", "ß": "ss", "ё": "е"}


@dataclass(frozen=True, slots=True)
class DatePatterns:
    """What the vocabulary says of dates.

    ``months``, ``decades``, ``hundreds`` and ``centuries`` give numbers by name, ``seasons`` their first and
    last month, ``parts`` and ``vague_parts`` a pattern with which of how many parts it means. A pattern that
    ends with ``$`` is for what stands before a date, one that is matched at its end for what follows it.
    """

    months: dict[str, int]
    seasons: dict[str, tuple[int, ...]]
    decades: dict[str, int]
    hundreds: dict[str, int]
    centuries: dict[str, int]
    parts: tuple[tuple[re.Pattern[str], str], ...]
    vague_parts: tuple[tuple[re.Pattern[str], str], ...]
    forms: tuple[re.Pattern[str], ...]
    dual_forms: tuple[re.Pattern[str], ...]
    months_of_a_year: re.Pattern[str]
    season: re.Pattern[str]
    bare_year: re.Pattern[str]
    decade: re.Pattern[str]
    named_decade: re.Pattern[str]
    names_decade: re.Pattern[str]
    lists_decades: re.Pattern[str]
    no_named_decade: re.Pattern[str]
    century: re.Pattern[str]
    numbered: re.Pattern[str]
    dating: re.Pattern[str]
    quantity: re.Pattern[str]
    measured: re.Pattern[str]
    counted: re.Pattern[str]
    span_opens: re.Pattern[str]
    span_opens_by_event: re.Pattern[str]
    span_joins: re.Pattern[str]
    plain_joins: re.Pattern[str]


@cache
def date_patterns(vocabulary: Vocabulary = PACKAGED) -> DatePatterns:
    """Return the patterns for the words of ``vocabulary``."""

    def any_of(*names: str) -> str:
        return any_phrase(vocabulary, *names)

    def numbers(name: str) -> dict[str, int]:
        return {plain_letters(word): int(number) for word, number in table(name).items()}

    def table(name: str) -> dict[str, str]:
        return vocabulary.patterns("dates", name)

    seasons = {plain_letters(name): tuple(map(int, span.split())) for name, span in table("seasons").items()}
    parts = _form_parts(vocabulary)
    season = f"(?:{'|'.join(table('seasons'))})"
    articles = rf"(?:{any_of('articles')}\s*)?"
    vague, joint = any_of("vague_words"), any_of("joints")
    decade_name, hundred, century = (
        f"(?:{'|'.join(table(name))})" for name in ("decades", "hundreds", "centuries")
    )
    number_before = (
        rf"(?<![\w/$£€#№§-])(?<!\d\.)|{_after_hyphen(vocabulary, 'vague_words', 'before', 'after')}"
    )
    of_year = r"\s*[,/-]?\s*(?:of\s+|de\s+|del\s+)?"
    return DatePatterns(
        months={
            plain_letters(name): number
            for number, names in enumerate(vocabulary.words("dates", "months"), start=1)
            for name in names.split()
        },
        seasons=seasons,
        decades=numbers("decades"),
        hundreds=numbers("hundreds"),
        centuries=numbers("centuries"),
        parts=_leading_parts(table("parts")),
        vague_parts=_leading_parts(table("vague_parts")),
        forms=tuple(
            _compiled(form, parts) for form in (*vocabulary.words("dates", "forms"), *_NUMERIC_FORMS)
        ),
        dual_forms=tuple(_compiled(form, parts) for form in vocabulary.words("dates", "dual_forms")),
        months_of_a_year=_compiled(rf"\b{{m1}}{{joint}}{{m2}}{of_year}{{y}}", parts),
        season=_compiled(
            rf"\b(?P<season>{season})(?:{{joint}}(?P<season2>{season}))?{of_year}{{y}}(?:[-–/](?P<y2>\d\d(?:\d\d)?)(?!\d))?",
            parts,
        ),
        bare_year=_compiled(
            rf"(?:{number_before})(?P<y>{_BARE_YEAR})(?!\d)"
            rf"(?:\s*[-–—/]\s*(?P<y2>{YEAR})|[-–—/](?P<y2s>\d\d?)(?!\d))?(?![^\W\da-hrг]|[a-hr]\w|-[a-z]|[./-]?\d|,\d{{1,3}}(?!\d))"
        ),
        decade=_compiled(rf"(?:{number_before})(?P<y>(?:1[0-9]|20)\d0){any_of('decade_ends')}(?!\w)"),
        named_decade=_compiled(
            rf"\b(?:(?P<hundred>{hundred})[-\s])?(?P<name>{decade_name})\b"
            rf"|(?<![\w.,])(?P<apostrophe>['’])?(?P<n>[2-9]0)['’]?s\b"
        ),
        names_decade=_compiled(rf"(?<!\w)(?:the[-\s]+|(?:the[-\s]+)?{vague}[-\s]+)$"),
        lists_decades=_compiled(rf"\s*+,?\s*+(?:{joint}|or)?\s*{articles}"),
        no_named_decade=_compiled(rf"(?:\b{any_of('possessives')}|['’]s)\s+(?:{vague}[-\s]+)?$"),
        century=_compiled(
            rf"\b(?:(?P<n>1[0-9]|2[01])(?:st|nd|rd|th|\.|e|er|ème|º|-?\w{{1,2}})?|(?P<name>{century})"
            rf"|(?-i:(?P<r>XX?I{{0,3}}|XI?[VX]|XVI{{1,3}}))(?:e|ème)?)[-\s]+{any_of('century_names')}(?!\w)"
        ),
        numbered=_compiled(rf"(?<!\w){any_of('numbered')}\s*[:#]?\s*$"),
        dating=_compiled(rf"(?<!\w){any_of('dating')}[-\s]+$|['’]s?\s+$"),
        quantity=_compiled(
            rf"(?:\b(?:an?|another|each|per)\s+(?:\w+\s+){{1,2}}|\b{any_of('quantities')}\s+)of\s+$"
        ),
        measured=_compiled(rf"\s*{any_of('measures')}(?!\w)"),
        counted=_compiled(
            rf"\s+of\s+(?:the|them|these|those|his|her|its|their|whom|which)\b"
            rf"|\s+(?:(?!{any_of('small_words')}\b)[^\W\d_]+(?:-[^\W\d_]+)?\s+)?"
            rf"(?!{any_of('small_words', 'dated_plurals')}\b)"
            rf"(?:(?-i:[^\W\d_A-ZÀ-Þ])[^\W\d_]+(?<![sui])s|{any_of('counted')})\b"
        ),
        span_opens=_compiled(rf"(?<!\w){any_of('span_opens')}\s+{articles}$"),
        span_opens_by_event=_compiled(
            rf"(?<!\w){any_of('span_opens')}\s+(?:(?!\s{any_of('span_joints')}\s)[^\d?!;]){{3,50}}?\s+of\s+$"
        ),
        span_joins=_compiled(rf"\s*{any_of('span_joints')}\s*{articles}"),
        plain_joins=_compiled(rf"\s*{any_of('plain_joints')}\s*{articles}"),
    )


def any_phrase(vocabulary: Vocabulary, *names: str) -> str:
    """Return the part of an expression that any of these words for dates match, whatever the blanks."""
    choice = "|".join(vocabulary.alternatives("dates", name) for name in names)
    return f"(?:{choice})".replace(" ", r"\s+").replace(r"\s+?", " ?")


def plain_letters(word: str) -> str:
    """Return ``word`` in lower case, without a full stop at its end and without the marks on its letters."""
    letters = unicodedata.normalize("NFD", word.lower().rstrip("."))
    bare = "".join(letter for letter in letters if not unicodedata.combining(letter))
    return "".join(_NOT_LETTERS_MARKS.get(letter, letter) for letter in bare)


def _compiled(form: str, parts: dict[str, str] | None = None) -> re.Pattern[str]:
    """Return the pattern of a ``form``, in which the names of ``parts`` stand for these."""
    for name, part in (parts or {}).items():
        form = form.replace(name, part)
    return re.compile(form, re.IGNORECASE)


def _form_parts(vocabulary: Vocabulary) -> dict[str, str]:
    """Return what the names in braces stand for in a form."""
    joint, of, ordinal, style = (
        vocabulary.alternatives("dates", name) for name in ("joints", "of", "ordinals", "styles")
    )
    month = r"[^\W\d_]{3,12}\b\.?"  # any word: looking it up afterwards is faster than a list of hundreds
    day = rf"(?:0?[1-9]|[12]\d|3[01]){ordinal}?(?!\d)"
    style = rf"(?:\s*{style}\s*[:,]?)?\s*"
    parts = {"{joint}": rf"\s*{joint}\s*", "{of}": rf"\s*(?:{of}\s+|\s)"}
    parts |= {"{y}": f"(?P<y>{YEAR})", "{y2}": f"(?P<y2>{YEAR})"}
    parts |= {"{open}": rf"[(\[]{style}", "{close}": rf",?{style}[)\]]"}
    return parts | {
        f"{{{kind}{n}}}": f"(?P<{kind}{n}>{part})"
        for kind, part in (("m", month), ("d", day))
        for n in (1, 2)
    }


def _leading_parts(table: dict[str, str]) -> tuple[tuple[re.Pattern[str], str], ...]:
    """Return patterns for the end of a text whose next word is a date that ``table`` has parts of."""
    between = r"[-\s]+(?:(?:of|in|de)\s+)?(?:the\s+)?(?:(?:year|month)s?\s+(?:of\s+)?)?$"
    return tuple(
        (_compiled(rf"(?<!\w)(?:the\s+)?(?:{pattern}){between}"), meaning)
        for pattern, meaning in table.items()
    )


def _after_hyphen(vocabulary: Vocabulary, *names: str) -> str:
    """Return a pattern for a place right after a hyphen that follows one of these words."""
    words = {
        word.rstrip("-")
        for name in names
        for word in vocabulary.words("dates", name)
        if word.rstrip("-").isalpha()
    }
    return "|".join(rf"(?<=\b{word}-)" for word in sorted(words))
