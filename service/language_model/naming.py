"""Names in a text, and whether two of them are one: inflected, transliterated, shortened or translated."""

from __future__ import annotations

import re
import tomllib
import unicodedata
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from rapidfuzz import fuzz

from chunker.text.normalising import tidy
from embeddings.terms import STOPWORDS

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

_FILE = Path(__file__).parents[1] / "data" / "names.toml"
_WORD = re.compile(r"[^\W\d_]+(?:['’][^\W\d_]+)*")
_SHORT_FORM = re.compile(r"\b(?:[A-Z]\.){2,6}|\b[A-Z]{2,6}\b")
_CAPITALISED_RUN = re.compile(
    r"[A-Z][\w'’]*(?:[ -](?:of|the|and|for|on|in|de|des|du)\b)*(?:[ -]+[A-Z][\w'’]*)*"
)
_JOINTS = frozenset("of the and for on in de des du".split())
_MAX_SHORT_FORM = 3
"""Up to so many letters a name of the world's is a short form: "US", "UN"."""
_PLACE_WORDS = frozenset("in at near into outside around inside through via".split())
_POSTS = frozenset(
    """ambassador ambassadors embassy envoy envoys legation mission attache representative
    representation charge consul consulate minister counsellor correspondent""".split()
)
_SAID_AS_SUBJECT = re.compile(
    r"\s*(?:'s|,|and\b|was|were|is|are|had|has|have|did|does|will|would|could|can|should|may|might|must|never"
    r"|\w{2,}ed|said|told|gave|took|made|went|came|saw|wrote|spoke|thought|knew|held|left|met|sent|got|let|put)\b"
)


@dataclass(frozen=True, slots=True)
class NameSettings:
    """How far two spellings of one name may differ; chosen by hand, not measured.

    Two spellings are one where, levelled by sound, their similarity (:func:`rapidfuzz.fuzz.ratio`, 0 to
    100) is ``same_name``: Saracoglu and Sarajoglu are, at 88, Inonu and Ismet are not, at 20; shorter
    ones than ``least_spelt_chars`` must agree. Two words are of one root where they share
    ``least_root_chars`` and what is behind them are endings.
    """

    same_name: float = 84
    least_spelt_chars: int = 5
    least_root_chars: int = 4


NAMING = NameSettings()

_ENDINGS = frozenset(
    """s es ' 's ey y i ia ian ians an ans n ns ish e er ers ese ic ics a ans o ov ova u om em im ym ami yi oy
    aya ogo omu in ina istan stan land ite ites ist ists ism en a ean eans""".split()
) | {""}
_SOUNDS = (
    *(
        ("shch", "s"),
        ("sch", "s"),
        ("tsch", "c"),
        ("tch", "c"),
        ("dzh", "j"),
        ("dsch", "j"),
        ("zh", "j"),
        ("kh", "h"),
    ),
    *(("ch", "c"), ("sh", "s"), ("ph", "f"), ("th", "t"), ("gh", "g"), ("ck", "k"), ("ks", "x"), ("tz", "z")),
    *(
        ("ts", "z"),
        ("ou", "u"),
        ("oe", "o"),
        ("ue", "u"),
        ("ae", "a"),
        ("ee", "i"),
        ("ei", "ai"),
        ("ey", "ai"),
    ),
    *(("q", "k"), ("y", "i"), ("w", "v"), ("ff", "v"), ("c", "k")),
)
_CYRILLIC = dict(
    zip(
        "абвгдеёжзийклмнопрстуфхцчшщъыьэюя",
        "a b v g d e e zh z i i k l m n o p r s t u f kh ts ch sh shch  y  e yu ya".split(" "),
        strict=True,
    )
)
_PLAIN = str.maketrans({"ı": "i", "ł": "l", "ø": "o", "đ": "d", "æ": "ae", "œ": "oe", "ß": "ss", "þ": "th"})


@dataclass(frozen=True, slots=True)
class Name:
    """A name as a sentence has it: its plain form, and where it stands.

    ``families`` are those of the world's names that it belongs to; ``is_seat`` tells that it is a city from
    which a state is spoken for and that no word of place stands before it.
    """

    plain: str
    text: str
    start_char: int
    end_char: int
    families: frozenset[str] = frozenset()
    is_seat: bool = False


@dataclass(frozen=True, slots=True)
class KnownNames:
    """What texts can vouch for: their words in plain form, the families of their names, short forms."""

    words: frozenset[str]
    families: frozenset[str]
    initials: frozenset[str]

    def holds(self, name: Name) -> bool:
        """Tell whether a text names the same."""
        is_short = name.text.isupper() and len(name.plain) <= _MAX_SHORT_FORM
        if (name.plain in self.words and not is_short) or name.families & self.families:
            return True
        if name.is_seat and _state_of(name.plain) in self.families:
            return True
        if name.text.isupper() and name.plain in self.initials:
            return True
        # Austria and Australia are spelt much alike: names of the world are told apart by their families.
        return not name.families and any(
            is_same_name(name.plain, word) for word in self.words if word not in _forms()[1]
        )


def plain(word: str) -> str:
    """Return a word in lower case, in plain Latin letters."""
    lowered = word.casefold().translate(_PLAIN)
    latin = "".join(_CYRILLIC.get(character, character) for character in lowered)
    return "".join(c for c in unicodedata.normalize("NFKD", latin) if not unicodedata.combining(c))


def is_same_name(first: str, second: str) -> bool:
    """Tell whether two plain words are one name: of one root, or transliterated otherwise."""
    if first == second:
        return True
    if first[:1] != second[:1] or not first or not second:
        return _by_sound(first) == _by_sound(second) and len(first) >= NAMING.least_spelt_chars
    root = 0
    while root < min(len(first), len(second)) and first[root] == second[root]:
        root += 1
    if root >= NAMING.least_root_chars and first[root:] in _ENDINGS and second[root:] in _ENDINGS:
        return True
    if min(len(first), len(second)) < NAMING.least_spelt_chars:
        return False
    return fuzz.ratio(_by_sound(first), _by_sound(second)) >= NAMING.same_name


def is_one_name(first: Name, second: Name) -> bool:
    """Tell whether two names of texts are one: of one state, or two spellings."""
    if first.plain == second.plain:
        return True
    states, others = ({*one.families, *_seated(one)} for one in (first, second))
    if states or others:
        return not states.isdisjoint(others)
    return is_same_name(first.plain, second.plain)


def _seated(name: Name) -> set[str]:
    return {_state_of(name.plain)} if name.is_seat else set()


def known_names(texts: Iterable[str]) -> KnownNames:
    """Return what ``texts`` can vouch for."""
    words: set[str] = set()
    families: set[str] = set()
    initials: set[str] = set()
    for text in texts:
        tidied = tidy(text).text
        words |= {part for match in _WORD.finditer(tidied) for part in _parts(plain(match[0]))}
        families |= {family for _, _, family in _families_in(tidied)}
        initials |= set(_initials(tidied))
    return KnownNames(frozenset(words), frozenset(families), frozenset(initials))


def capitalised_words(text: str) -> tuple[frozenset[str], frozenset[str]]:
    """Return the plain words that stand capitalised within sentences, and those in lower case."""
    inside, lower = set(), set()
    for match in _WORD.finditer(text):
        word = plain(match[0])
        if not match[0][0].isupper():
            lower.add(word)
        elif word not in STOPWORDS and not _begins_sentence(text, match.start()):
            inside.add(word)
    return frozenset(inside), frozenset(lower)


def read_names(sentence: str, *, capitals: frozenset[str], lower: frozenset[str]) -> list[Name]:
    """Return the names of ``sentence``.

    ``capitals`` and ``lower`` are the plain words that texts around it have capitalised and in lower case:
    they decide on the first word, and on a name that the sentence has in lower case.
    """
    levelled = "".join(map(_one, sentence))
    found = []
    taken: list[tuple[int, int]] = []
    for start, end, family in _families_in(sentence):
        if sentence[start].isupper():
            taken.append((start, end))
            found.append(_world_name(sentence, levelled, start, end, family))
    for match in _WORD.finditer(sentence):
        if any(start <= match.start() < end for start, end in taken):
            continue
        text = re.sub(r"['’]s?$", "", match[0])
        word = plain(text)
        if len(word) > 1 and word not in STOPWORDS and _is_name(sentence, match, word, capitals, lower):
            found.append(Name(word, text, match.start(), match.start() + len(text)))
    merged: dict[tuple[int, int], Name] = {}
    for name in found:
        before = merged.get((name.start_char, name.end_char))
        families = name.families | (before.families if before else frozenset())
        is_seat = name.is_seat or bool(before and before.is_seat)
        merged[name.start_char, name.end_char] = Name(
            name.plain, name.text, name.start_char, name.end_char, families, is_seat
        )
    return sorted(merged.values(), key=lambda name: name.start_char)


def _world_name(sentence: str, levelled: str, start: int, end: int, family: str) -> Name:
    before = levelled[:start].split()
    is_seat = family.startswith("seat:")
    # "agreed in Moscow" is said of the city, "the ambassador in Moscow" of the state as well
    at_place = (
        bool(before) and before[-1] in _PLACE_WORDS and before[-2:-1] not in [[post] for post in _POSTS]
    )
    families = frozenset() if is_seat else frozenset({family})
    return Name(levelled[start:end], sentence[start:end], start, end, families, is_seat and not at_place)


def _is_name(
    sentence: str, match: re.Match[str], word: str, capitals: frozenset[str], lower: frozenset[str]
) -> bool:
    if not match[0][0].isupper():
        return word in capitals and word not in lower
    if not _begins_sentence(sentence, match.start()):
        return True
    if word in lower:
        return False
    return word in capitals or bool(_SAID_AS_SUBJECT.match(sentence, match.end()) and not word.endswith("s"))


def _begins_sentence(text: str, start: int) -> bool:
    before = text[:start].rstrip(" \t\"'“”‘’«»(*_[")
    return not before or before[-1] in ".!?…:;\n•-–—|#"


def _one(character: str) -> str:
    """Level a character so that its place stays."""
    levelled = plain(character)
    return levelled if len(levelled) == 1 else character.casefold()[:1] or " "


def _parts(word: str) -> tuple[str, ...]:
    whole = re.sub(r"['’]s?$", "", word)
    return (whole, *re.split(r"['’]", word)) if "'" in word else (whole,)


def _by_sound(word: str) -> str:
    for written, sound in _SOUNDS:
        word = word.replace(written, sound)
    return re.sub(r"(.)\1+", r"\1", word)


def _initials(text: str) -> Iterator[str]:
    for match in _SHORT_FORM.finditer(text):
        yield plain(match[0].replace(".", ""))
    for run in _CAPITALISED_RUN.finditer(text):
        words = re.split(r"[ -]+", run[0])
        for start in range(len(words)):
            for end in range(start + 2, min(len(words), start + 8) + 1):
                yield plain("".join(word[0] for word in words[start:end] if word not in _JOINTS))
                yield plain("".join(word[0] for word in words[start:end]))


def spelt_out(short: str, text: str) -> bool:
    """Tell whether the initials of a run of capitalised words in ``text`` make up a plain short form."""
    return short in set(_initials(text))


@cache
def _forms() -> tuple[re.Pattern[str], dict[str, tuple[str, ...]]]:
    table = tomllib.loads(_FILE.read_text("utf-8"))
    families: dict[str, list[str]] = {}
    for group, prefix in (("states", ""), ("others", ""), ("seats", "seat:")):
        for family, forms in table[group].items():
            for form in " ".join(forms.split()).split(", "):
                families.setdefault(form, []).append(prefix + family)
    longest_first = sorted(families, key=lambda form: -len(form))
    pattern = "|".join(re.escape(form) for form in longest_first)
    return re.compile(rf"(?<!\w)(?:{pattern})(?!\w)"), {f: tuple(names) for f, names in families.items()}


def _families_in(text: str) -> Iterator[tuple[int, int, str]]:
    """Yield where a name of the world's stands in ``text``, and its family; short forms only in capitals."""
    pattern, families = _forms()
    for match in pattern.finditer("".join(map(_one, text))):
        if len(match[0]) <= _MAX_SHORT_FORM and not text[match.start() : match.end()].isupper():
            continue
        for family in families[match[0]]:
            yield match.start(), match.end(), family


def _state_of(seat: str) -> str:
    return next((f.removeprefix("seat:") for f in _forms()[1].get(seat, ()) if f.startswith("seat:")), "")
