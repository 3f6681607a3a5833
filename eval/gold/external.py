"""Question sets that other people made, read into sources and located questions.

They show whether a choice holds outside this project's own corpus. Nothing of them is kept: the
sources go into a temporary index. Forms that are read:

    FOLDER/docs.jsonl, queries.jsonl, qrels.tsv, spans.jsonl   plain: documents, questions, answer spans
    FOLDER/corpus.jsonl, queries.jsonl, qrels/*.tsv            BEIR (Thakur et al. 2021): whole documents,
                                                               by grade; the judgements also in TREC's form
    FOLDER/questions_df.csv, corpora/*.md                      Chroma's chunking evaluation: ranges
    FILE.json                                                  SQuAD 1.1, 2.0 and its likes: answer spans

Sources of the same text are one source, as in an index.
"""

from __future__ import annotations

import csv
import json
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from chunker.documents import Source, content_id
from eval.errors import ExternalSetError
from eval.gold.evidence import LocatedEvidence, LocatedQuestion, TextSpan
from eval.gold.questions import Evidence, GoldQuestion, evenly_spread

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping
    from pathlib import Path

BEIR_SPLITS = ("test", "dev", "train")
QRELS_SUFFIXES = (".qrels", ".trec", ".tsv", ".txt")


@dataclass(frozen=True, slots=True)
class QuestionSet:
    """Questions with their evidence found, and the sources in which it stands.

    ``names`` are those of the sources that the set knows under further ids, too.
    """

    name: str
    sources: tuple[Source, ...]
    questions: tuple[LocatedQuestion, ...]
    names: Mapping[str, str] = field(default_factory=dict)


def read_external(path: Path, *, limit: int | None = None) -> QuestionSet:
    """Read a set, its form told by the files there; ``limit`` keeps that many questions, evenly spread.

    Raises:
        ExternalSetError: the form is unknown, or a file of it is damaged.
    """
    read = next((read for is_form, read in _FORMS if is_form(path)), None)
    if read is None:
        raise ExternalSetError(
            f"{path}: no question set; give a folder with docs.jsonl, corpus.jsonl or questions_df.csv, "
            "or a SQuAD .json file"
        )
    try:
        external = read(path)
    except OSError as error:
        raise ExternalSetError(f"{error.filename}: cannot be read ({error.strerror})") from error
    except (KeyError, TypeError, ValueError, AttributeError, csv.Error) as error:
        raise ExternalSetError(f"{path}: is damaged or of another form ({error!r})") from error
    if not external.questions:
        raise ExternalSetError(f"{path}: has no question that can be asked")
    return replace(external, questions=evenly_spread(external.questions, limit))


def holds_question_set(path: Path) -> bool:
    """Return whether a path has the form of a question set."""
    return any(is_form(path) for is_form, _ in _FORMS)


@dataclass(slots=True)
class _Sources:
    """Gathers sources; the same text given twice is one source under the first name."""

    by_text: dict[str, Source] = field(default_factory=dict)
    by_id: dict[str, Source] = field(default_factory=dict)

    def add(self, identity: str, text: str, title: str = "") -> Source:
        source = self.by_text.setdefault(
            text,
            Source(
                id=content_id(text),
                name=identity,
                media_type="text/plain",
                text=text,
                size_bytes=len(text.encode("utf-8", "surrogatepass")),
                title=title.strip() or None,
            ),
        )
        self.by_id[identity] = source
        return source

    def span(self, identity: str, start: int, end: int) -> TextSpan:
        source = self.by_id[identity]
        if not 0 <= start < end <= len(source.text):
            raise ValueError(f"span {start}..{end} does not lie in document {identity}")
        return TextSpan(source.name, start, end)

    def whole(self, identity: str) -> TextSpan:
        source = self.by_id[identity]
        return TextSpan(source.name, 0, max(1, len(source.text)))

    def words(self, span: TextSpan) -> str:
        return self.by_id[span.source_name].text[span.start_char : span.end_char]

    def all(self) -> tuple[Source, ...]:
        return tuple(source for source in self.by_text.values() if source.text.strip())

    def names(self) -> dict[str, str]:
        return {identity: one.name for identity, one in self.by_id.items() if identity != one.name}


def _question(
    identity: str,
    wording: str,
    pieces: Iterable[LocatedEvidence],
    texts: _Sources,
    *,
    answer: str = "",
    kind: str = "",
    judged: Mapping[str, int] | None = None,
) -> LocatedQuestion:
    """Return a question that is answerable if it has evidence; its quotes are what stands there."""
    located = tuple(pieces)
    quotes = [texts.words(piece.places[0]) for piece in located if not piece.is_whole_source]
    gold = GoldQuestion(
        id=identity,
        question=wording.strip(),
        kind=kind or ("answerable" if located else "unanswerable"),
        answer=answer or (quotes[0] if len(quotes) == 1 else ""),
        is_answerable=bool(located),
        evidence=tuple(Evidence(quote) for quote in quotes),
    )
    return LocatedQuestion(gold, located, tuple(_whole_sources(texts, judged or {})) if located else ())


def _whole_sources(sources: _Sources, judged: Mapping[str, int]) -> Iterator[LocatedEvidence]:
    """Yield each source judged; of those of the same text the highest grade counts."""
    grades: dict[TextSpan, int] = {}
    for identity, grade in judged.items():
        if identity in sources.by_id:
            span = sources.whole(identity)
            grades[span] = max(grade, grades.get(span, grade))
    return (LocatedEvidence((span,), is_whole_source=True, grade=grade) for span, grade in grades.items())


def _read_simple(folder: Path) -> QuestionSet:
    sources = _Sources()
    for document in _json_lines(folder / "docs.jsonl"):
        sources.add(str(document["id"]), str(document["text"]), str(document.get("title") or ""))
    spans: dict[str, list[TextSpan]] = {}
    if (folder / "spans.jsonl").exists():
        for span in _json_lines(folder / "spans.jsonl"):
            place = sources.span(str(span["docid"]), int(span["start"]), int(span["end"]))
            spans.setdefault(str(span["qid"]), []).append(place)
    judged = _judgements(folder / "qrels.tsv") if (folder / "qrels.tsv").exists() else {}
    questions = []
    for query in _json_lines(folder / "queries.jsonl"):
        identity, wording = str(query["id"]), str(query["text"])
        pieces: Iterable[LocatedEvidence] = (LocatedEvidence((place,)) for place in spans.get(identity, ()))
        of_query = judged.get(identity, {})
        if identity not in spans:
            pieces = _whole_sources(sources, of_query)
        pieces = pieces if query.get("answerable", True) else ()
        question = _question(identity, wording, pieces, sources, judged=of_query)
        if question.gold.is_answerable == query.get("answerable", True):
            questions.append(question)
    return QuestionSet(folder.name, sources.all(), tuple(questions), sources.names())


def _read_beir(folder: Path) -> QuestionSet:
    sources = _Sources()
    for document in _json_lines(folder / "corpus.jsonl"):
        sources.add(str(document["_id"]), str(document["text"]), str(document.get("title") or ""))
    judged = _judgements(_beir_split(folder))
    questions = [
        _question(identity, str(query["text"]), _whole_sources(sources, judged[identity]), sources)
        for query in _json_lines(folder / "queries.jsonl")
        for identity in [str(query["_id"])]
        if identity in judged
    ]
    answerable = tuple(question for question in questions if question.gold.is_answerable)
    return QuestionSet(folder.name, sources.all(), answerable, sources.names())


def _beir_split(folder: Path) -> Path:
    found = (path for path in sorted((folder / "qrels").glob("*")) if path.suffix in QRELS_SUFFIXES)
    files = {path.stem: path for path in found}
    if not files:
        raise ExternalSetError(f"{folder / 'qrels'}: has no .tsv file with judgements")
    name = next((split for split in BEIR_SPLITS if split in files), next(iter(files)))
    return files[name]


def _judgements(path: Path) -> dict[str, dict[str, int]]:
    """Return the documents judged relevant by query, with their grades.

    Reads BEIR's three columns, between tabs, and TREC's four; a header and grades under 1 are left out.
    """
    judged: dict[str, dict[str, int]] = {}
    for row in path.read_text(encoding="utf-8").splitlines():
        cells = row.split("\t") if "\t" in row else row.split()
        if len(cells) >= 3 and cells[-1].strip().lstrip("-").isdecimal() and int(cells[-1]) > 0:
            judged.setdefault(cells[0], {})[cells[-2]] = int(cells[-1])
    return judged


def _read_chroma(folder: Path) -> QuestionSet:
    sources = _Sources()
    for path in sorted((folder / "corpora").glob("*.md")):
        with path.open(encoding="utf-8", newline="") as file:
            sources.add(path.stem, file.read().replace("\r\n", "\n"))
    questions = []
    with (folder / "questions_df.csv").open(encoding="utf-8", newline="") as file:
        for number, row in enumerate(csv.DictReader(file), start=1):
            corpus = row["corpus_id"]
            if corpus not in sources.by_id:
                continue  # a set may be read in part: the corpora that are there
            pieces = [
                LocatedEvidence((sources.span(corpus, int(part["start_index"]), int(part["end_index"])),))
                for part in json.loads(row["references"])
            ]
            questions.append(_question(f"{corpus}-{number}", row["question"], pieces, sources, kind=corpus))
    return QuestionSet(folder.name, sources.all(), tuple(questions))


def _read_squad(path: Path) -> QuestionSet:
    sources = _Sources()
    questions: list[LocatedQuestion] = []
    content = json.loads(path.read_text(encoding="utf-8"))
    for number, article in enumerate(content["data"]):
        title = str(article.get("title") or "").replace("_", " ")
        for position, paragraph in enumerate(article["paragraphs"]):
            source = sources.add(f"{number}-{position}", str(paragraph["context"]), title)
            questions += _squad_questions(source, paragraph["qas"], sources)
    return QuestionSet(path.stem, sources.all(), tuple(questions))


def _squad_questions(
    source: Source, entries: Iterable[Mapping[str, Any]], sources: _Sources
) -> Iterator[LocatedQuestion]:
    for entry in entries:
        is_answerable = not entry.get("is_impossible", False)
        answers = entry.get("answers", []) if is_answerable else []
        places = dict.fromkeys(
            place for answer in answers for place in [_squad_place(source, answer)] if place is not None
        )
        if bool(places) == is_answerable:
            # several annotators marked the same answer: any of their spans will do
            pieces = [LocatedEvidence(tuple(places))] if places else []
            answer = str(answers[0]["text"]) if answers else ""
            yield _question(str(entry["id"]), str(entry["question"]), pieces, sources, answer=answer)


def _squad_place(source: Source, answer: Mapping[str, Any]) -> TextSpan | None:
    """Return where an answer stands; sets of this form are known to have starts that are a little off."""
    words, start = str(answer["text"]), int(answer["answer_start"])
    if not words:
        return None
    starts = [start] if source.text.startswith(words, max(0, start)) else _all_starts(words, source.text)
    nearest = min(starts, key=lambda found: abs(found - start), default=None)
    return None if nearest is None else TextSpan(source.name, nearest, nearest + len(words))


def _all_starts(words: str, text: str) -> list[int]:
    starts, start = [], text.find(words)
    while start >= 0:
        starts.append(start)
        start = text.find(words, start + 1)
    return starts


def _json_lines(path: Path) -> Iterator[Mapping[str, Any]]:
    with path.open(encoding="utf-8") as lines:
        for number, line in enumerate(lines, start=1):
            if not line.strip():
                continue
            try:
                yield json.loads(line)
            except ValueError as error:
                raise ExternalSetError(f"{path}:{number}: is not JSON ({error})") from error


_FORMS: tuple[tuple[Callable[[Path], bool], Callable[[Path], QuestionSet]], ...] = (
    (lambda path: (path / "docs.jsonl").is_file(), _read_simple),
    (lambda path: (path / "corpus.jsonl").is_file(), _read_beir),
    (lambda path: (path / "questions_df.csv").is_file(), _read_chroma),
    (lambda path: path.is_file() and path.suffix == ".json", _read_squad),
)
