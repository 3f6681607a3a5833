"""Rankings out and in as TREC files, which trec_eval, ir-measures and ranx read.

A run has a line ``query Q0 docno rank score tag`` for each result, judgements a line ``query 0 docno grade``
for each relevant one. What the docnos name, see :mod:`eval.gold.docnos`. Readers order by score and not by
rank, so a score is the number of results from there on: no two of a question are alike.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TextIO

from eval.errors import RunError
from eval.gold.docnos import source_docno
from eval.measures.metrics import BY_SOURCE, DEPTH, IR_MEASURES, OF_SOURCES
from eval.measures.rankings import PAPERS, PASSAGES, SOURCES
from eval.runs.run import OTHER_RUN, QUESTIONS, SURVEY, EvaluatedQuestion, IndexFacts, Run, mark_of
from eval.runs.run_file import write_file

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
    from pathlib import Path

    from eval.measures.rankings import Ranking

    Results = Mapping[str, Sequence[str]]
    Grades = Mapping[str, Mapping[str, int]]

TAG = "dossier"
COMPUTED: Mapping[str, tuple[str, ...]] = {
    PASSAGES: tuple(IR_MEASURES),
    SOURCES: tuple(name for name, ours in IR_MEASURES.items() if f"{ours}{BY_SOURCE}" in OF_SOURCES),
    PAPERS: (f"nDCG@{DEPTH}",),
}
"""The measures of the report, by ir-measures' names, that the files of a kind give again."""
USUAL_MEASURES = (*IR_MEASURES, f"R@{DEPTH}", "AP")


@dataclass(frozen=True, slots=True)
class TrecFiles:
    """A run and its judgements, and the measures that they give as the report does."""

    run: Path
    qrels: Path
    measures: tuple[str, ...]

    def __str__(self) -> str:
        return f"ir_measures {self.qrels} {self.run} {' '.join(self.measures)}"


def write_trec(run: Run, folder: Path) -> tuple[TrecFiles, ...]:
    """Write ``KIND.run.trec`` and ``KIND.qrels.trec`` for passages, sources and papers, where there are any.

    Raises:
        RunError: the folder cannot be made or written to.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise RunError(f"{folder}: cannot be made ({error.strerror}); choose another place") from error
    written = []
    for kind, measures in COMPUTED.items():
        rankings = {
            source_docno(one.id): one.rankings[kind]
            for section in (QUESTIONS, SURVEY)
            for one in run.section(section)
            if kind in one.rankings
        }
        if any(ranking.relevant for ranking in rankings.values()):
            files = TrecFiles(folder / f"{kind}.run.trec", folder / f"{kind}.qrels.trec", measures)
            write_file(files.run, "".join(_run_lines(rankings)))
            write_file(files.qrels, "".join(_qrels_lines(rankings)))
            written.append(files)
    return tuple(written)


def _run_lines(rankings: Mapping[str, Ranking]) -> Iterator[str]:
    for query, ranking in rankings.items():
        for rank, docno in enumerate(ranking.results, start=1):
            yield f"{query} Q0 {docno} {rank} {len(ranking.results) - rank + 1} {TAG}\n"


def _qrels_lines(rankings: Mapping[str, Ranking]) -> Iterator[str]:
    for query, ranking in rankings.items():
        for docno, grade in ranking.relevant.items():
            yield f"{query} 0 {docno} {grade}\n"


def read_trec_run(path: Path) -> dict[str, tuple[str, ...]]:
    """Return docnos by query, best first, as trec_eval orders them: by score, then backwards by name.

    Raises:
        RunError: the file cannot be read, or is no run.
    """
    import ir_measures

    found: dict[str, dict[str, float]] = {}
    for one in _read(path, ir_measures.read_trec_run, "query Q0 docno rank score tag"):
        found.setdefault(one.query_id, {})[one.doc_id] = one.score
    return {
        query: tuple(sorted(scores, key=lambda docno: (scores[docno], docno), reverse=True))
        for query, scores in found.items()
    }


def read_trec_qrels(path: Path) -> dict[str, dict[str, int]]:
    """Return grades by query and docno; raises RunError like :func:`read_trec_run`."""
    import ir_measures

    found: dict[str, dict[str, int]] = {}
    for one in _read(path, ir_measures.read_trec_qrels, "query 0 docno grade"):
        found.setdefault(one.query_id, {})[one.doc_id] = one.relevance
    return found


def _read(path: Path, read: Callable[[TextIO], Iterable[Any]], form: str) -> list[Any]:
    try:
        with path.open(encoding="utf-8") as file:
            found = list(read(file))
    except OSError as error:
        raise RunError(f"{path}: cannot be read ({error.strerror}); give the path of a TREC file") from error
    except (ValueError, TypeError) as error:
        raise RunError(f'{path}: a line is not of the form "{form}" ({error})') from error
    if not found:
        raise RunError(f'{path}: is empty; it wants lines "{form}"')
    return found


def score_trec(
    run: Path,
    qrels: Path,
    *,
    others: Sequence[Path] = (),
    measures: Sequence[str] = USUAL_MEASURES,
    name: str,
    made_at: str,
) -> Run:
    """Measure a TREC run by its judgements, and other runs beside it, by measures of ir-measures.

    A question that a run has no results for counts as nought, as with ``trec_eval -c``.

    Raises:
        RunError: a file cannot be read, is of another form or ranks no question that is judged; no such
            measure is known.
    """
    judged = read_trec_qrels(qrels)
    sections = {QUESTIONS: _scored(run, judged, measures)}
    sections |= {OTHER_RUN.format(other.name): _scored(other, judged, measures) for other in others}
    return Run(name=name, made_at=made_at, index=IndexFacts(), sections=sections)


def _scored(path: Path, judged: Grades, measures: Sequence[str]) -> tuple[EvaluatedQuestion, ...]:
    import ir_measures

    found = read_trec_run(path)
    require_shared(path, found, judged)
    scored = {query: {docno: -float(n) for n, docno in enumerate(found.get(query, ()))} for query in judged}
    values: dict[str, dict[str, float]] = {query: {} for query in judged}
    try:
        for one in ir_measures.iter_calc(map(ir_measures.parse_measure, measures), judged, scored):
            values[one.query_id][str(one.measure)] = float(one.value)
    except (NameError, ValueError) as error:
        raise RunError(f"{' '.join(measures)}: ir-measures cannot compute these ({error})") from error
    return tuple(
        EvaluatedQuestion(query, kind="judged", is_answerable=True, mark=mark_of(query), values=found)
        for query, found in values.items()
    )


def require_shared(path: Path, found: Results, asked: Mapping[str, object]) -> None:
    """Raise RunError where a run ranks none of the questions."""
    if not any(query in found for query in asked):
        raise RunError(
            f"{path}: ranks {next(iter(found))!r} and others, none of the questions asked "
            f"({next(iter(asked), 'none')!r} and others); give it their ids"
        )
