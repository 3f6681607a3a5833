"""What a word of a question may have been meant for, where the index does not hold it as it is written.

Candidates are words that the index holds: those within few typing errors (Damerau, 1964, as optimal string
alignment) that have kept the first two letters or the last two, those that sound alike
(:mod:`embeddings.sounds`), and those that write a letter in its other plain form
(:func:`chunker.text.letters.other_spellings`). How many are looked at does not grow with the index.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

from rapidfuzz.distance import OSA, Indel

from chunker.text.letters import other_spellings
from chunker.text.normalising import fold
from embeddings.sounds import may_begin_alike, sound, spoken
from embeddings.terms import STOPWORDS, stem

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from collections.abc import Set as AbstractSet

    from embeddings.store.snapshot import Snapshot


@dataclass(frozen=True, slots=True)
class SpellingSettings:
    """Which words are looked for beside those of a question, and how much they count.

    A word that no passage holds may have one error from ``one_error`` letters on, two from ``two_errors`` on;
    one that up to ``rare`` passages hold, one, if it has ``held_letters`` letters and ``times_more`` as many
    passages hold the other. What sounds alike counts ``sound_bonus`` of an error less. Words whose code of at
    least ``sound_length`` classes is the same are taken for one in other spellings if with their vowels they
    are the same as far as ``sound_alike`` says and as they are written as far as ``look_alike`` does (Indel,
    0 to 1), of the ``sounding`` that most passages hold; of those of one length that share an end, the
    ``sharing_an_end`` that most passages hold are looked at. A word that
    the model has in its vocabulary is no error: it is only looked for one letter away by the same
    sound (rumours, rumors). Up to ``most`` words are searched for one, none more than ``within`` errors worse
    than the best. A best word of up to ``sure_errors`` stands for one of at least ``sure_letters`` letters
    where meaning is compared. Lexical scores of all count ``weight``.

    Chosen by hand; ``python -m eval.studies.typing_errors`` measures them together.
    """

    one_error: int = 4
    two_errors: int = 8
    rare: int = 2
    held_letters: int = 6
    times_more: int = 10
    sound_bonus: float = 0.5
    sound_length: int = 3
    sound_alike: float = 0.8
    look_alike: float = 0.6
    sounding: int = 50
    sharing_an_end: int = 500
    most: int = 3
    within: float = 0.25
    sure_errors: float = 1.0
    sure_letters: int = 6
    weight: float = 0.7


class Candidate(NamedTuple):
    """A word of the index that another may have been meant for; the likeliest is the least.

    ``errors`` says how far it is, ``rarity`` is less the more passages hold it.
    """

    errors: float
    rarity: int
    word: str

    @property
    def passages(self) -> int:
        """In how many passages it stands."""
        return -self.rarity


@dataclass(frozen=True, slots=True)
class Respelling:
    """A question's words as the index writes them.

    ``also_searched`` gives each word, as it was asked, what is searched beside it, the likeliest first.
    ``text`` is the question with each word that the index does not hold replaced by what stands for it;
    ``replaced`` names those words, folded, with their replacements.
    """

    text: str
    also_searched: dict[str, tuple[str, ...]]
    replaced: dict[str, str]


class _Word(NamedTuple):
    written: str
    folded: str
    start_char: int
    end_char: int


_WORD = re.compile(r"[^\W_]+")


def respelt(
    snapshot: Snapshot,
    question: str,
    frequencies: Mapping[str, int],
    settings: SpellingSettings,
    *,
    vocabulary: AbstractSet[str] = frozenset(),
) -> Respelling:
    """Return ``question`` as the index writes its words.

    ``frequencies`` gives each content word, folded, the number of passages that hold a form of it;
    ``vocabulary`` names those that the model knows.
    """
    also_searched: dict[str, tuple[str, ...]] = {}
    replaced: dict[str, str] = {}
    parts: list[str] = []
    position = 0
    for word in _words(question):
        if word.folded not in frequencies or any(map(str.isdigit, word.folded)):
            continue
        frequency, is_known = frequencies[word.folded], word.folded in vocabulary
        found = _candidates(snapshot, word, frequency, is_known=is_known, settings=settings)
        if not found:
            continue
        also_searched[word.written] = tuple(candidate.word for candidate in found)
        if frequency == 0 and not is_known and _is_sure(word.folded, found[0], settings):
            replaced[word.folded] = found[0].word
            parts += [question[position : word.start_char], _in_case_of(word.written, found[0].word)]
            position = word.end_char
    return Respelling("".join([*parts, question[position:]]), also_searched, replaced)


def _words(question: str) -> Iterator[_Word]:
    folded = fold(question)
    for match in _WORD.finditer(folded.text):
        span = folded.original_span(match.start(), match.end())
        yield _Word(question[span.start_char : span.end_char], match[0], span.start_char, span.end_char)


def _candidates(
    snapshot: Snapshot, word: _Word, frequency: int, *, is_known: bool, settings: SpellingSettings
) -> Sequence[Candidate]:
    """Return what ``word`` may have been meant for, the likeliest first."""
    letters = _in_other_letters(snapshot, word, is_held=frequency > 0)
    if letters:
        return letters[: settings.most]
    least_letters = settings.held_letters if frequency else settings.one_error
    if frequency > settings.rare or len(word.folded) < least_letters or (frequency and is_known):
        return ()
    least = max(1, frequency * settings.times_more)
    found = sorted(
        one
        for one in _alike(snapshot, word.folded, is_whole=bool(frequency or is_known), settings=settings)
        if one.passages >= least
        and stem(one.word) != stem(word.folded)
        and not (is_known and not sounds_alike(word.folded, one.word, settings))
    )
    return [one for one in found if one.errors <= found[0].errors + settings.within][: settings.most]


def _in_other_letters(snapshot: Snapshot, word: _Word, *, is_held: bool) -> list[Candidate]:
    """Return the words of the index that are ``word`` in other plain letters.

    A word that the index holds is only taken for a long form of another if it is a name, by its capital.
    """
    forms = other_spellings(word.written, shortened=not is_held or word.written[:1].isupper())
    counts = snapshot.word_counts(forms) if forms else {}
    return sorted(Candidate(0.0, -count, form) for form, count in counts.items())


def _alike(snapshot: Snapshot, word: str, *, is_whole: bool, settings: SpellingSettings) -> list[Candidate]:
    """Return the words that look like ``word``, and those that sound like it unless it ``is_whole``."""
    most = 2 if len(word) >= settings.two_errors and not is_whole else 1
    code = sound(word)
    lengths = range(max(3, len(word) - most), len(word) + most + 1)
    near = snapshot.words_sharing_an_end(word, lengths, limit=settings.sharing_an_end)
    found = {
        other: Candidate(errors - settings.sound_bonus * (sound(other) == code), -passages, other)
        for other, passages in near.items()
        if 0 < (errors := OSA.distance(word, other, score_cutoff=most)) <= most
        and (may_begin_alike(word, other) or sound(other) == code)
        and other not in STOPWORDS
    }
    if len(code) >= settings.sound_length and not is_whole:
        for other, passages in snapshot.words_sounding_like(code, limit=settings.sounding):
            if other != word and sounds_alike(word, other, settings):
                by_sound = Candidate(settings.sure_errors, -passages, other)
                found[other] = min(by_sound, found.get(other, by_sound))
    return list(found.values())


def sounds_alike(word: str, other: str, settings: SpellingSettings) -> bool:
    """Tell whether two words, folded, are taken for one in other spellings."""
    code = sound(word)
    return (
        len(code) >= settings.sound_length
        and sound(other) == code
        and Indel.normalized_similarity(spoken(word), spoken(other)) >= settings.sound_alike
        and Indel.normalized_similarity(word, other) >= settings.look_alike
    )


def _is_sure(word: str, candidate: Candidate, settings: SpellingSettings) -> bool:
    return candidate.errors <= settings.sure_errors and len(word) >= settings.sure_letters


def _in_case_of(written: str, word: str) -> str:
    return word.capitalize() if written[:1].isupper() else word
