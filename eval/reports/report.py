"""What a run found out, question by question and in sum, and its JSON form.

A report has sections: ``questions``, ``hidden evidence``, ``follow-ups with history`` and so on.
The JSON holds every question's values, so that two reports can be compared question by question
later; sums and intervals are computed from those and written beside them for other readers.
"""

from __future__ import annotations

import json
import math
from dataclasses import asdict, dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np

from chunker.text.normalising import tidy
from eval.errors import ReportError
from eval.measures.abstention import Abstention, Judgement, judge_abstention
from eval.measures.matching import found_pieces
from eval.measures.metrics import results_of
from eval.measures.statistics import Interval, bootstrap_interval

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from pathlib import Path

    from eval.measures.metrics import Values
    from eval.runs.runner import Outcome

FORMAT = "dossier-eval-1"
QUESTIONS = "questions"
HIDDEN = "hidden evidence"
WINDOWS = "BM25 over windows of 800 characters"
SHOWN_PASSAGES = 3
RIGHT = "hit@5"


@dataclass(frozen=True, slots=True)
class Wanted:
    """A gold quote, tidied, and where it stands, in words."""

    quote: str
    document: str
    is_alternative: bool


@dataclass(frozen=True, slots=True)
class Shown:
    """A retrieved passage, tidied, as the report shows it beside what was wanted."""

    title: str
    source: str
    page: str | None
    text: str
    holds_evidence: bool


@dataclass(frozen=True, slots=True)
class QuestionRecord:
    """One question: what was wanted, what came, what it is worth.

    ``kind`` is the gold's; ``first_hit_rank`` is ``None`` where no result held evidence.
    """

    id: str
    question: str
    kind: str
    is_answerable: bool
    values: Values
    first_hit_rank: int | None = None
    timings_ms: Mapping[str, float] = field(default_factory=dict)
    gold_answer: str = ""
    answer: str = ""
    wanted: tuple[Wanted, ...] = ()
    retrieved: tuple[Shown, ...] = ()


@dataclass(frozen=True, slots=True)
class Latency:
    """How long one stage took, in milliseconds over all questions of a section."""

    p50_ms: float
    p95_ms: float


@dataclass(frozen=True, slots=True)
class Section:
    """One way of asking, summed up. ``abstention`` is ``None`` where it would say nothing."""

    records: tuple[QuestionRecord, ...]
    summary: Mapping[str, Interval]
    by_kind: Mapping[str, Mapping[str, float]]
    latency: Mapping[str, Latency]
    abstention: Abstention | None = None


@dataclass(frozen=True, slots=True)
class IndexFacts:
    """The index that was asked; ``size_bytes`` is that of its files, ``None`` where unknown."""

    model: str = ""
    passages: int = 0
    generation: int = 0
    size_bytes: int | None = None


@dataclass(frozen=True, slots=True)
class Report:
    """Everything one run found out; ``made_at`` is an ISO time."""

    name: str
    made_at: str
    index: IndexFacts
    sections: Mapping[str, Section]


def build_section(outcomes: Sequence[Outcome], *, answered_otherwise: Sequence[Outcome] = ()) -> Section:
    """Sum up one section.

    ``answered_otherwise`` are outcomes that are judged with these for abstention only: for hidden
    evidence, the same questions with their evidence in place.
    """
    records = tuple(_record(outcome) for outcome in outcomes)
    judged = [*(one for one in answered_otherwise if one.question.gold.is_answerable), *outcomes]
    return Section(
        records=records,
        summary=_summary(records),
        by_kind=_by_kind(records),
        latency=_latency(records),
        abstention=_abstention(judged),
    )


def _record(outcome: Outcome) -> QuestionRecord:
    gold, response = outcome.question.gold, outcome.response
    results = results_of(outcome.question, response)[:SHOWN_PASSAGES]
    found = found_pieces(outcome.question, results)
    return QuestionRecord(
        id=gold.id,
        question=gold.question,
        kind=gold.kind,
        is_answerable=gold.is_answerable,
        values=outcome.values,
        first_hit_rank=outcome.first_hit_rank,
        timings_ms=response.timings_ms,
        gold_answer=gold.answer,
        answer=response.text,
        wanted=tuple(
            Wanted(tidy(piece.quote).text, _described(piece.document, piece.date), piece.is_alternative)
            for piece in gold.evidence
        ),
        retrieved=tuple(
            Shown(result.title, result.span.source_name, result.page, tidy(result.text).text, bool(pieces))
            for result, pieces in zip(results, found, strict=True)
        ),
    )


def _described(document: str | None, date: str | None) -> str:
    return ", ".join(part for part in (document, date) if part)


def _values_by_metric(records: Iterable[QuestionRecord]) -> dict[str, list[float]]:
    gathered: dict[str, list[float]] = {}
    for record in records:
        for name, value in record.values.items():
            gathered.setdefault(name, []).append(value)
    return gathered


def _summary(records: Sequence[QuestionRecord]) -> dict[str, Interval]:
    intervals = {name: bootstrap_interval(values) for name, values in _values_by_metric(records).items()}
    return {name: interval for name, interval in intervals.items() if interval is not None}


def _by_kind(records: Sequence[QuestionRecord]) -> dict[str, dict[str, float]]:
    kinds = sorted({record.kind for record in records})
    return {
        kind: {"questions": float(len(of_kind))}
        | {name: float(np.mean(values)) for name, values in _values_by_metric(of_kind).items()}
        for kind in kinds
        for of_kind in [[record for record in records if record.kind == kind]]
    }


def _latency(records: Sequence[QuestionRecord]) -> dict[str, Latency]:
    stages: dict[str, list[float]] = {}
    for record in records:
        for stage, milliseconds in record.timings_ms.items():
            stages.setdefault(stage, []).append(milliseconds)
    return {
        stage: Latency(float(np.percentile(times, 50)), float(np.percentile(times, 95)))
        for stage, times in stages.items()
    }


def _abstention(outcomes: Sequence[Outcome]) -> Abstention | None:
    if not outcomes:
        return None
    judgements = [
        Judgement(
            confidence=outcome.response.confidence,
            is_answerable=outcome.question.gold.is_answerable,
            is_right=outcome.values.get(RIGHT, 0.0) > 0,
        )
        for outcome in outcomes
    ]
    return judge_abstention(judgements, [outcome.response.answerable for outcome in outcomes])


def report_json(report: Report) -> str:
    """Return the report as JSON."""
    return json.dumps({"format": FORMAT} | asdict(report), ensure_ascii=False, indent=1, default=dict)


@dataclass(frozen=True, slots=True)
class SavedQuestion:
    """What a saved report says of one question."""

    question: str
    kind: str
    values: Values


@dataclass(frozen=True, slots=True)
class SavedReport:
    """A report as read back: by section, by question id."""

    name: str
    sections: Mapping[str, Mapping[str, SavedQuestion]]


def saved(report: Report) -> SavedReport:
    """Return the part of a report that comparing needs."""
    return SavedReport(
        report.name,
        {
            name: {
                record.id: SavedQuestion(record.question, record.kind, record.values)
                for record in section.records
            }
            for name, section in report.sections.items()
        },
    )


def read_report(path: Path) -> SavedReport:
    """Read a report from its JSON.

    Raises:
        ReportError: the file is missing, is no JSON or no report.
    """
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise ReportError(
            f"{path}: cannot be read ({error.strerror}); give the path of a saved report"
        ) from error
    except ValueError as error:
        raise ReportError(f"{path}: is not JSON ({error}); save a report with --save again") from error
    try:
        if content["format"] != FORMAT:
            raise ReportError(
                f"{path}: is of the form {content['format']!r}, this reads {FORMAT!r}; run it again"
            )
        sections = {
            str(name): {str(record["id"]): _saved_question(record) for record in section["records"]}
            for name, section in content["sections"].items()
        }
        return SavedReport(str(content["name"]), sections)
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise ReportError(f"{path}: is no saved report ({error!r}); save one with --save") from error


def _saved_question(record: Mapping[str, Any]) -> SavedQuestion:
    values = {str(name): float(value) for name, value in record["values"].items()}
    if not all(math.isfinite(value) for value in values.values()):
        raise ValueError(f"question {record['id']} has a value that is no number")
    return SavedQuestion(str(record["question"]), str(record["kind"]), values)
