"""Puts a set's questions to many ways of ranking, each over the index it needs."""

from __future__ import annotations

from contextlib import ExitStack
from dataclasses import replace
from operator import or_
from typing import TYPE_CHECKING

from eval.gold.evidence import SourceTexts, locate
from eval.gold.external import QuestionSet, read_external
from eval.gold.questions import evenly_spread, load_questions
from eval.measures.metrics import retrieval_values, word_budget_value
from eval.measures.response import response_from_retrieval
from eval.runs.asking import TOP_K
from eval.runs.opening import refuse_strangers
from eval.runs.run import EvaluatedQuestion, evaluated

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from embeddings.encoders.encoder import Encoder
    from embeddings.indexing.preparing import IndexingProgress
    from embeddings.local_index import LocalIndex
    from eval.gold.evidence import LocatedQuestion
    from eval.measures.response import Response
    from eval.runs.progress import ShownProgress
    from eval.studies.variants import Variant


Results = dict[str, tuple[EvaluatedQuestion, ...]]
"""By variant, every question and what its ranking is worth."""


def read_gold(gold: Path, corpus: Path, *, limit: int | None) -> QuestionSet:
    """Read the gold and the sources it asks about.

    Raises:
        GoldError: the gold cannot be used, or its quotes do not stand in the sources.
        UnreadableSourceError: a source cannot be read.
    """
    from chunker.readers.finding import find_files
    from chunker.readers.reading import read_source

    questions = [one for one in load_questions(gold) if one.is_answerable]
    files = [file for file in find_files([corpus]).files if file.path.suffix == ".txt"]
    sources = tuple(read_source(file.path, name=file.name) for file in files)
    texts = SourceTexts({source.name: source.text for source in sources})
    return QuestionSet(gold.stem, sources, locate(evenly_spread(questions, limit), texts))


def read_other(folder: Path, *, limit: int | None) -> QuestionSet:
    """Read the answerable questions of a set; raises like :func:`~eval.gold.external.read_external`."""
    external = read_external(folder, limit=limit)
    return replace(external, questions=tuple(one for one in external.questions if one.gold.is_answerable))


def ask_all_ways(
    asked: QuestionSet,
    variants: Sequence[Variant],
    folder: Path,
    *,
    encoder: Encoder,
    on_progress: ShownProgress,
) -> Results:
    """Index the set in ``folder`` with and without headers, and put its questions to all ``variants``."""
    from embeddings.ranking.retriever import Retriever

    with ExitStack() as stack:
        indexes = {
            header: stack.enter_context(
                _indexed(asked, folder, encoder=encoder, header=header, on_progress=on_progress)
            )
            for header in sorted({variant.header for variant in variants}, reverse=True)
        }
        retrievers = {
            variant.name: Retriever(indexes[variant.header], encoder, variant.settings)
            for variant in variants
        }
        responses: dict[str, list[Response]] = {name: [] for name in retrievers}
        for number, question in enumerate(asked.questions):
            if number == 0:  # the first question pays for what is loaded lazily
                for retriever in retrievers.values():
                    retriever.retrieve(question.gold.question, top_k=TOP_K)
            for name, retriever in retrievers.items():
                found = retriever.retrieve(question.gold.question, top_k=TOP_K)
                responses[name].append(response_from_retrieval(question.gold.question, found))
            on_progress(f"{asked.name}: asking {len(variants)} ways", len(asked.questions))
    return {name: _evaluated(asked.questions, given) for name, given in responses.items()}


def _indexed(
    asked: QuestionSet, folder: Path, *, encoder: Encoder, header: bool, on_progress: ShownProgress
) -> LocalIndex:
    """Return the index of the set's sources; what stands in ``folder`` already is not made again."""
    from service.assembly import open_index
    from service.settings import load_settings

    kind = "with headers" if header else "without headers"
    data = folder / asked.name / kind.replace(" ", "-")
    data.mkdir(parents=True, exist_ok=True)
    index = open_index(load_settings({"data": data, "passage_header": header}).settings, encoder=encoder)
    with index.snapshot() as snapshot:
        names = [source.name for source in asked.sources]
        refuse_strangers(snapshot.sources(), names, folder=data, name=asked.name)

    def show(at: IndexingProgress) -> None:
        on_progress(f"{asked.name} {kind}: passages of one source", at.to_encode, done=at.encoded)

    for source in asked.sources:
        index.add_source(source, on_progress=show)
        on_progress(f"{asked.name} {kind}: sources indexed", len(asked.sources))
    return index


def _evaluated(
    questions: Sequence[LocatedQuestion], responses: Sequence[Response]
) -> tuple[EvaluatedQuestion, ...]:
    ranked = retrieval_values(questions, responses)
    budget = (
        {} if question.judges_whole_sources else word_budget_value(question, response)
        for question, response in zip(questions, responses, strict=True)
    )
    return tuple(map(evaluated, questions, responses, map(or_, ranked, budget)))
