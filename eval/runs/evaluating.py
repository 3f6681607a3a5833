"""One whole evaluation: opens the index and asks in every way requested."""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from eval.gold.evidence import locate, locate_conversations
from eval.gold.external import read_external
from eval.gold.files import read_gold
from eval.gold.survey import locate_surveys
from eval.measures.metrics import RETRIEVED
from eval.runs.asking import (
    TOP_K,
    FollowUpMode,
    Measuring,
    and_then,
    run_first_turns,
    run_follow_ups,
    run_hidden_evidence,
    run_questions,
    run_surveys,
)
from eval.runs.opening import grown, open_data_folder, open_external, open_sources
from eval.runs.other_runs import measured_run
from eval.runs.run import AMONG, HIDDEN, QUESTIONS, SURVEY, WINDOWS, Run
from eval.runs.run_file import installed_versions
from eval.runs.windows import windows_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence
    from pathlib import Path

    from chunker.documents import Source
    from embeddings.encoders.encoder import Encoder
    from eval.gold.evidence import LocatedConversation, LocatedQuestion
    from eval.gold.survey import LocatedSurvey
    from eval.runs.asking import Ask
    from eval.runs.opening import Opened
    from eval.runs.run import EvaluatedQuestion

    OnProgress = Callable[[str, int], None]
    Section = tuple[str, tuple[EvaluatedQuestion, ...]]

FOLLOW_UP_MODES: tuple[FollowUpMode, ...] = ("with history", "standalone", "without history")


@dataclass(frozen=True, slots=True)
class Request:
    """What to evaluate: gold files over the index in ``data``, or an external set in one of its own.

    ``sources`` are put in a temporary index, and the gold asked there; then it is asked again with a tenth
    of the ``distractors`` around them, and with all. ``against`` are TREC runs of other systems on the same
    questions. ``limit`` asks only so many questions, evenly spread;
    ``made_at`` is an ISO time.
    """

    gold_files: tuple[Path, ...]
    name: str
    made_at: str
    external: Path | None = None
    data: Path | None = None
    sources: tuple[Source, ...] = ()
    distractors: tuple[Source, ...] = ()
    against: tuple[Path, ...] = ()
    asks_hidden: bool = True
    limit: int | None = None
    top_k: int = TOP_K


def evaluate(
    request: Request, *, encoder: Encoder | None = None, on_progress: OnProgress | None = None
) -> Run:
    """Evaluate; ``on_progress`` gets the stage and its number of steps after each of them.

    ``encoder`` replaces the configured model.

    Raises:
        EvalError: the gold or the set cannot be used.
        IndexStoreError: the index cannot be opened.
    """
    on_progress = on_progress or _no_progress
    if request.external is not None:
        external = read_external(request.external, limit=request.limit)
        indexed = _step("indexing", len(external.sources), on_progress)
        with open_external(external, data=request.data, encoder=encoder, on_progress=indexed) as opened:
            asking = _Asking(opened, request, on_progress)
            return asking.run(
                [
                    *asking.questions(external.questions),
                    *asking.windows(external.questions),
                    *asking.other_runs(external.questions, names=external.names),
                ]
            )
    gold = read_gold(request.gold_files, limit=request.limit)
    with _open_gold(request, encoder, on_progress) as opened:
        asking = _Asking(opened, request, on_progress)
        questions = locate(gold.questions, opened.sources)
        conversations = locate_conversations(gold.conversations, opened.sources)
        surveys = locate_surveys(gold.surveys, opened.sources, opened.documents)
        return asking.run(
            [
                *asking.questions(questions),
                *asking.surveys(surveys),
                *asking.conversations(conversations),
                *asking.other_runs(questions, surveys),
                *asking.among_distractors(questions),  # last, for the index grows
            ]
        )


@contextmanager
def _open_gold(request: Request, encoder: Encoder | None, on_progress: OnProgress) -> Iterator[Opened]:
    """Open the index that the gold is asked of."""
    if not request.sources:
        with open_data_folder(request.data, encoder=encoder) as opened:
            yield opened
        return
    indexed = _step("indexing", len(request.sources), on_progress)
    with open_sources(
        request.sources, name=request.name, data=request.data, encoder=encoder, on_progress=indexed
    ) as opened:
        yield opened


def _tenth_and_all(count: int) -> tuple[int, ...]:
    """Return how many distractors stand around the sources each time: a tenth, then all."""
    return tuple(sorted({(count + 9) // 10, count} - {0}))


@dataclass(frozen=True, slots=True)
class _Asking:
    """Asks what was opened, section by section."""

    opened: Opened
    request: Request
    on_progress: OnProgress
    passages: dict[str, int] = field(default_factory=dict)

    def run(self, sections: Sequence[Section]) -> Run:
        return Run(
            name=self.request.name,
            made_at=self.request.made_at,
            index=self.opened.facts,
            sections=dict(sections),
            settings={"top_k": self.request.top_k, "limit": self.request.limit},
            versions=installed_versions(),
            passages=dict(self.passages),
        )

    @property
    def measuring(self) -> Measuring:
        opened = self.opened
        return Measuring(opened.sources, opened.page_of, self.request.top_k, opened.documents)

    def ask(self, stage: str, total: int) -> Ask:
        return and_then(self.opened.ask, _step(stage, total, self.on_progress))

    def questions(self, questions: Sequence[LocatedQuestion]) -> Iterator[Section]:
        if not questions:
            return
        # The first question pays for what is loaded lazily; it is asked once more to time it fairly.
        self.opened.ask(questions[0].gold.question, top_k=self.request.top_k)
        yield QUESTIONS, run_questions(self.ask(QUESTIONS, len(questions)), questions, self.measuring)
        placed = [one for one in questions if one.gold.is_answerable and not one.judges_whole_sources]
        if self.request.asks_hidden and placed:
            yield HIDDEN, run_hidden_evidence(self.ask(HIDDEN, len(placed)), placed, self.measuring)

    def windows(self, questions: Sequence[LocatedQuestion]) -> Iterator[Section]:
        """Ask a plain system the same; it answers nothing, so only what it retrieves counts."""
        with windows_of(self.opened.sources.texts) as ask:
            step = _step(WINDOWS, len(questions), self.on_progress)
            found = run_questions(and_then(ask, step), questions, self.measuring)
        kept = ({name: one.values[name] for name in RETRIEVED if name in one.values} for one in found)
        yield WINDOWS, tuple(replace(one, values=values) for one, values in zip(found, kept, strict=True))

    def other_runs(
        self,
        questions: Sequence[LocatedQuestion],
        surveys: Sequence[LocatedSurvey] = (),
        *,
        names: Mapping[str, str] | None = None,
    ) -> Iterator[Section]:
        """Measure what other systems retrieved for the same questions."""
        for path in self.request.against:
            yield from measured_run(path, self.measuring, questions=questions, surveys=surveys, names=names)

    def among_distractors(self, questions: Sequence[LocatedQuestion]) -> Iterator[Section]:
        """Ask the same with ever more distractors in the index: neither refusals nor confidence may drift."""
        distractors = self.request.distractors if questions else ()
        if distractors:
            self.passages[QUESTIONS] = self.opened.facts.passages
        opened, done = self.opened, 0
        for count in _tenth_and_all(len(distractors)):
            name = AMONG.format(count)
            indexed = _step(f"indexing, {name}", count - done, self.on_progress)
            opened = grown(opened, distractors[done:count], on_progress=indexed)
            done = count
            self.passages[name] = opened.facts.passages
            around = replace(self, opened=opened)
            yield name, run_questions(around.ask(name, len(questions)), questions, around.measuring)

    def surveys(self, surveys: Sequence[LocatedSurvey]) -> Iterator[Section]:
        if surveys:
            yield SURVEY, run_surveys(self.ask(SURVEY, len(surveys)), surveys, self.measuring)

    def conversations(self, conversations: Sequence[LocatedConversation]) -> Iterator[Section]:
        if not conversations:
            return
        first = [conversation.turns[0] for conversation in conversations]
        for mode in FOLLOW_UP_MODES:
            name = f"follow-ups {mode}"
            turns = sum(len(one.turns) - (mode != "with history") for one in conversations)
            yield name, run_follow_ups(self.ask(name, turns), conversations, self.measuring, mode=mode)
        name = "first turns"
        yield name, run_questions(self.ask(name, len(first)), first, self.measuring)
        name = "first turns after another conversation"
        yield name, run_first_turns(self.ask(name, len(first)), conversations, self.measuring)


def _step(stage: str, total: int, on_progress: OnProgress) -> Callable[[], None]:
    return lambda: on_progress(stage, total)


def _no_progress(_: str, __: int) -> None:
    """Tell nobody."""
