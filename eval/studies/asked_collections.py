"""Asks collections of several sizes and kinds what they answer and what they do not, and keeps the signals.

Each answerable question is asked twice: as it stands, and with all passages that hold its evidence hidden,
which must be refused. Questions of the other collections, and of no collection, are asked besides; nothing
answers them either. So no signal can win by the wording or the length of a question. Parts of the gold's
own papers, each paper a file, are collections of other sizes.
"""

from __future__ import annotations

import json
import random
from contextlib import ExitStack
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from chunker.documents import Source, content_id
from chunker.readers.finding import find_files
from chunker.readers.reading import read_source
from eval.gold.evidence import SourceTexts, locate
from eval.gold.external import read_external
from eval.gold.questions import evenly_spread, load_questions
from eval.runs.asking import ask_through
from eval.runs.opening import open_data_folder, open_external, open_sources

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from eval.gold.evidence import LocatedQuestion
    from eval.gold.questions import GoldQuestion
    from eval.runs.asking import Ask
    from eval.runs.opening import Opened

FOREIGN = Path(__file__).parents[1] / "data" / "foreign.txt"

Signals = dict[str, float]


@dataclass(frozen=True, slots=True)
class AskedSettings:
    """What is asked; all chosen by hand, not measured.

    Of each collection at most ``questions`` are asked, and in it ``foreign_questions`` of the others: a large
    one shall not take hours. ``top_k`` passages are what an answer shows. ``parts`` are how many passages the
    parts of the gold's papers have about, with a seed each.
    """

    questions: int = 200
    foreign_questions: int = 80
    top_k: int = 5
    parts: tuple[tuple[int, int], ...] = ((50, 1), (50, 2), (50, 3), (200, 1), (200, 2), (600, 1))


SETTINGS = AskedSettings()


@dataclass(frozen=True, slots=True)
class AskedCollection:
    """The signals of questions that a collection answers, hides, is foreign to, and does not answer.

    ``kind`` is what collections of one kind and size share; they count as one. What is ``grown`` holds
    another collection with others around it: it is not learnt from, only looked at.
    """

    kind: str
    passages: int
    grown: bool = False
    answered: list[Signals] = field(default_factory=list)
    hidden: list[Signals] = field(default_factory=list)
    foreign: list[Signals] = field(default_factory=list)
    unanswerable: list[Signals] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Places:
    """Where collections are: the gold and its index, question sets, gold with its files.

    ``grown`` are indexes that hold some of them among other documents.
    """

    gold: Path
    data: Path
    grown: Sequence[Path] = ()
    external: Sequence[Path] = ()
    files: Sequence[tuple[Path, Path]] = ()
    keep: Path | None = None


class _Open(NamedTuple):
    kind: str
    opened: Opened
    questions: Sequence[LocatedQuestion]
    grown: bool = False


def ask_collections(places: Places, *, late: bool) -> list[AskedCollection]:
    """Ask every collection, with or without late interaction."""
    foreign = FOREIGN.read_text(encoding="utf-8").splitlines()
    with ExitStack() as stack:
        found = list(_opened(places, stack))
        asked = []
        for one in found:
            of_others = [
                question.gold.question
                for other in found
                if other.kind != one.kind and "part" not in other.kind + one.kind and not other.grown
                for question in other.questions
            ]
            others = evenly_spread(of_others, SETTINGS.foreign_questions) if not one.grown else ()
            ask = one.opened.ask if late else _ask_without_late(one.opened)
            asked.append(_asked(one, ask, foreign=[*foreign, *others]))
        return asked


def write_signals(path: Path, asked: Sequence[AskedCollection]) -> None:
    """Keep what was asked."""
    path.write_text(json.dumps([asdict(one) for one in asked]), encoding="utf-8")


def read_signals(path: Path) -> list[AskedCollection]:
    """Read what :func:`write_signals` kept."""
    return [AskedCollection(**one) for one in json.loads(path.read_text(encoding="utf-8"))]


def _opened(places: Places, stack: ExitStack) -> Iterator[_Open]:
    gold = load_questions(places.gold)
    own = stack.enter_context(open_data_folder(places.data))
    encoder = own.encoder
    yield _Open("gold", own, locate(gold, own.sources))
    for passages, seed in SETTINGS.parts:
        sources, asked = _part(own, gold, passages=passages, seed=seed)
        opened = stack.enter_context(open_sources(sources, name=f"part-{passages}", encoder=encoder))
        yield _Open(f"part of {passages}", opened, locate(asked, opened.sources))
    for path in places.external:
        external = read_external(path)
        kept = places.keep / external.name if places.keep else None
        opened = stack.enter_context(open_external(external, data=kept, encoder=encoder))
        yield _Open(external.name, opened, evenly_spread(external.questions, SETTINGS.questions))
    with_gold = [("gold", gold, tuple(own.sources.texts))]
    for questions_file, folder in places.files:
        sources = [read_source(file.path, name=file.name) for file in find_files([folder]).files]
        opened = stack.enter_context(open_sources(sources, name=folder.name, encoder=encoder))
        kind, questions = questions_file.parent.name, load_questions(questions_file)
        yield _Open(kind, opened, locate(questions, opened.sources))
        with_gold.append((kind, questions, tuple(source.name for source in sources)))
    for path in places.grown:
        opened = stack.enter_context(open_data_folder(path, encoder=encoder))
        for kind, questions, names in with_gold:
            texts = {name: opened.sources.texts[name] for name in names if name in opened.sources.texts}
            if len(texts) == len(names):
                yield _Open(kind, opened, locate(questions, SourceTexts(texts)), grown=True)


def _part(
    opened: Opened, gold: Sequence[GoldQuestion], *, passages: int, seed: int
) -> tuple[list[Source], list[GoldQuestion]]:
    """Return papers of about so many passages as sources, those with evidence first, and their questions."""
    answerable = [question for question in gold if question.is_answerable]
    places = [
        place
        for question in locate(answerable, opened.sources)
        for evidence in question.evidence
        for place in evidence.places
    ]
    with opened.dossier.snapshot() as snapshot:
        records, _ = snapshot.documents(limit=snapshot.info().documents)
    random.Random(seed).shuffle(records)  # noqa: S311 - a draw, not a secret
    holds = {
        id(one): any(
            one.source_name == place.source_name
            and one.document.start_char <= place.start_char < one.document.end_char
            for place in places
        )
        for one in records
    }
    sources: dict[str, Source] = {}
    left = passages
    for one in sorted(records, key=lambda record: not holds[id(record)]):
        if one.passages > left:
            continue
        left -= one.passages
        text = opened.sources.texts[one.source_name][one.document.start_char : one.document.end_char]
        sources.setdefault(
            text, Source(content_id(text), f"{len(sources):04d}.txt", "text/plain", text, len(text.encode()))
        )
    texts = SourceTexts({source.name: source.text for source in sources.values()})
    questions = [
        replace(question, evidence=tuple(replace(piece, file=None) for piece in question.evidence))
        for question in answerable
        if all(texts.places_of(piece.quote) for piece in question.evidence)
    ]
    return list(sources.values()), questions


def _ask_without_late(opened: Opened) -> Ask:
    """Return what asks without late interaction, as where an index has no token vectors."""
    from embeddings.ranking.retriever import RetrievalSettings, Retriever
    from service.answering.answerer import Answerer
    from service.answering.settings import AnswerSettings
    from service.dossier import Dossier

    index = opened.dossier.index
    retriever = Retriever(index, opened.encoder, RetrievalSettings(late_weight=0))
    return ask_through(Dossier(index, Answerer(retriever, AnswerSettings()), rules=opened.dossier.rules))


def _asked(one: _Open, ask: Ask, *, foreign: Sequence[str]) -> AskedCollection:
    def signals(question: LocatedQuestion, *, is_hidden: bool = False) -> Signals:
        places = [place for evidence in question.evidence for place in evidence.places]
        response = ask(question.gold.question, top_k=SETTINGS.top_k, hidden=places if is_hidden else ())
        return dict(response.signals)

    answerable = [question for question in one.questions if question.gold.is_answerable]
    asked = AskedCollection(
        one.kind,
        one.opened.facts.passages,
        one.grown,
        answered=[signals(question) for question in answerable],
        hidden=[signals(question, is_hidden=True) for question in answerable],
        foreign=[dict(ask(question, top_k=SETTINGS.top_k).signals) for question in foreign],
        unanswerable=[signals(question) for question in one.questions if not question.gold.is_answerable],
    )
    print(f"  asked {one.kind}, {asked.passages} passages: {len(answerable)} questions", flush=True)
    return asked
