"""One whole evaluation: opens the index, asks in every way requested, and builds the report."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from eval.gold.external import read_external
from eval.gold.questions import (
    GoldConversation,
    GoldQuestion,
    evenly_spread,
    holds_conversations,
    load_conversations,
    load_questions,
)
from eval.measures.matching import locate
from eval.measures.metrics import RETRIEVED
from eval.reports.report import HIDDEN, QUESTIONS, WINDOWS, Report, Section, build_section
from eval.runs.opening import open_data_folder, open_external
from eval.runs.runner import (
    FollowUpMode,
    Measuring,
    locate_conversations,
    run_follow_ups,
    run_hidden_evidence,
    run_questions,
)
from eval.runs.windows import windows_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence
    from pathlib import Path

    from embeddings.encoders.encoder import Encoder
    from eval.measures.matching import LocatedQuestion
    from eval.runs.opening import Opened

    OnProgress = Callable[[str, int], None]

FOLLOW_UP_MODES: tuple[FollowUpMode, ...] = ("with history", "standalone", "without history")


@dataclass(frozen=True, slots=True)
class Request:
    """What to evaluate: gold files over the index in ``data``, or an external set in one of its own.

    ``limit`` asks only so many questions, evenly spread; ``made_at`` is an ISO time.
    """

    gold_files: tuple[Path, ...]
    name: str
    made_at: str
    external: Path | None = None
    data: Path | None = None
    asks_hidden: bool = True
    limit: int | None = None
    top_k: int = 20


def run(request: Request, *, encoder: Encoder | None = None, on_progress: OnProgress | None = None) -> Report:
    """Evaluate; ``on_progress`` gets the stage and its number of steps after each of them.

    ``encoder`` replaces the configured model.

    Raises:
        EvalError: the gold or the set cannot be used.
        IndexStoreError: the index cannot be opened.
    """
    report_progress = on_progress or _no_progress
    if request.external is not None:
        return _run_external(request, request.external, encoder, report_progress)
    questions, conversations = _read_gold(request)
    with open_data_folder(request.data, encoder=encoder) as opened:
        located = locate(questions, opened.sources)
        sections = _ask_questions(opened, located, request, report_progress)
        sections |= _ask_conversations(opened, conversations, request, report_progress)
        return Report(request.name, request.made_at, opened.facts, sections)


def _run_external(request: Request, path: Path, encoder: Encoder | None, on_progress: OnProgress) -> Report:
    external = read_external(path, limit=request.limit)
    with open_external(
        external,
        data=request.data,
        encoder=encoder,
        on_progress=_step("indexing", len(external.sources), on_progress),
    ) as opened:
        sections = _ask_questions(opened, external.questions, request, on_progress)
        sections |= _ask_windows(opened, external.questions, request, on_progress)
        return Report(request.name, request.made_at, opened.facts, sections)


def _read_gold(request: Request) -> tuple[Sequence[GoldQuestion], Sequence[GoldConversation]]:
    questions: list[GoldQuestion] = []
    conversations: list[GoldConversation] = []
    for path in request.gold_files:
        if holds_conversations(path):
            conversations += load_conversations(path)
        else:
            questions += load_questions(path)
    return evenly_spread(questions, request.limit), conversations


def _ask_questions(
    opened: Opened, questions: Sequence[LocatedQuestion], request: Request, on_progress: OnProgress
) -> dict[str, Section]:
    if not questions:
        return {}
    measuring = Measuring(opened.sources, opened.page_of, request.top_k)
    # The first question pays for what is loaded lazily; it is asked once more to time it fairly.
    opened.ask(questions[0].gold.question, top_k=request.top_k)
    outcomes = run_questions(
        opened.ask, questions, measuring, on_progress=_step(QUESTIONS, len(questions), on_progress)
    )
    sections = {QUESTIONS: build_section(outcomes)}
    answerable = sum(question.gold.is_answerable for question in questions)
    if request.asks_hidden and answerable and not any(one.judges_whole_sources for one in questions):
        hidden = run_hidden_evidence(
            opened.ask, questions, measuring, on_progress=_step(HIDDEN, answerable, on_progress)
        )
        sections[HIDDEN] = build_section(hidden, answered_otherwise=outcomes)
    return sections


def _ask_windows(
    opened: Opened, questions: Sequence[LocatedQuestion], request: Request, on_progress: OnProgress
) -> dict[str, Section]:
    """Ask a plain system the same; it answers nothing, so only what it retrieves counts."""
    measuring = Measuring(opened.sources, opened.page_of, request.top_k)
    with windows_of(opened.sources.texts) as ask:
        outcomes = run_questions(
            ask, questions, measuring, on_progress=_step(WINDOWS, len(questions), on_progress)
        )
    retrieved = [
        replace(one, values={name: one.values[name] for name in RETRIEVED if name in one.values})
        for one in outcomes
    ]
    return {WINDOWS: replace(build_section(retrieved), abstention=None)}


def _ask_conversations(
    opened: Opened, conversations: Sequence[GoldConversation], request: Request, on_progress: OnProgress
) -> dict[str, Section]:
    if not conversations:
        return {}
    located = locate_conversations(conversations, opened.sources)
    measuring = Measuring(opened.sources, opened.page_of, request.top_k)
    sections = {}
    for mode in FOLLOW_UP_MODES:
        name = f"follow-ups {mode}"
        turns = _asked_turns(conversations, mode)
        outcomes = run_follow_ups(
            opened.ask, located, measuring, mode=mode, on_progress=_step(name, turns, on_progress)
        )
        sections[name] = build_section(outcomes)
    return sections


def _asked_turns(conversations: Iterable[GoldConversation], mode: FollowUpMode) -> int:
    skipped = 0 if mode == "with history" else 1
    return sum(len(conversation.turns) - skipped for conversation in conversations)


def _step(stage: str, total: int, on_progress: OnProgress) -> Callable[[], None]:
    return lambda: on_progress(stage, total)


def _no_progress(_: str, __: int) -> None:
    """Tell nobody."""
