"""Learns how votes become a confidence, and writes what ``service.answering.judging`` uses.

    python -m eval.studies.calibration --data data --external FOLDER --external FOLDER … [--write]

Each answerable question is asked twice: as it stands, and with all passages that hold its evidence hidden,
which must be refused. Questions of the other collections are asked besides; nothing answers them either.
So no signal can win by the wording or the length of a question. Hidden and foreign questions count half
each, so that a confidence of one half is even odds where one question in two is answered.

The figures printed for the gold questions are from five-fold cross-validation, those for the gold's own
unanswerable questions from weights that never saw any.
"""

from __future__ import annotations

import argparse
import json
from contextlib import ExitStack
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from eval.gold.evidence import locate
from eval.gold.external import read_external
from eval.gold.questions import evenly_spread, load_questions
from eval.measures.abstention import auroc, reliability_bins
from eval.reports.html_report import reliability_svg
from eval.runs.asking import ask_through
from eval.runs.opening import open_data_folder, open_external
from service.answering.judging import VOTES

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import numpy.typing as npt

    from eval.gold.evidence import LocatedQuestion
    from eval.runs.asking import Ask
    from eval.runs.opening import Opened

TARGET = Path(__file__).parents[2] / "service" / "data" / "calibration.json"
DIAGRAM = Path(__file__).parents[1] / "data" / "reliability.svg"
GOLD = Path(__file__).parents[1] / "data" / "questions.jsonl"


@dataclass(frozen=True, slots=True)
class LearningSettings:
    """What the curve is learnt from; all chosen by hand, not measured.

    Cross-validation has ``folds``. Of each collection at most ``questions`` are asked, and in it
    ``foreign_questions`` of the others: a large one shall not take hours. ``top_k`` passages are what an
    answer shows. Of what is not answered ``foreign_share`` is foreign, the rest hidden. The curve has but two
    parameters and is fitted freely: ``inverse_penalty`` is large.
    """

    folds: int = 5
    questions: int = 400
    foreign_questions: int = 100
    top_k: int = 5
    foreign_share: float = 0.5
    inverse_penalty: float = 1e6


SETTINGS = LearningSettings()

Signals = dict[str, float]


@dataclass(frozen=True, slots=True)
class World:
    """What one collection taught: signals of questions answered, hidden, foreign and unanswerable."""

    name: str
    answered: list[Signals]
    hidden: list[Signals]
    foreign: list[Signals]
    unanswerable: list[Signals]


def main() -> None:
    """Ask everything, print how well the signals tell, and write the weights where that is wished."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--gold", type=Path, default=GOLD)
    parser.add_argument("--data", type=Path, default=Path("data"), help="index that the gold is about")
    parser.add_argument("--external", type=Path, action="append", default=[], help="set to learn from too")
    parser.add_argument("--keep", type=Path, help="folder in which the external sets' indexes are kept")
    parser.add_argument(
        "--limit", type=int, default=SETTINGS.questions, help="most questions of each external set"
    )
    parser.add_argument("--write", action="store_true", help=f"write {TARGET.name} and {DIAGRAM.name}")
    options = parser.parse_args()
    calibrations, judged = {}, {}
    for name, votes in VOTES.items():
        print(name)
        worlds = _worlds(options, late=name == "with_late_interaction")
        judged[name] = [_judged(held_out, worlds, votes) for held_out in worlds]
        calibrations[name] = _fitted(worlds, votes).as_json()
    if options.write:
        confidence, is_right = map(np.concatenate, zip(*judged["with_late_interaction"], strict=True))
        plot = reliability_svg(reliability_bins(confidence, is_right), y_label="share with evidence")
        DIAGRAM.write_text(plot, encoding="utf-8")
        note = "written by python -m eval.studies.calibration"
        TARGET.write_text(
            json.dumps({"note": note, "calibrations": calibrations}, indent=1) + "\n", encoding="utf-8"
        )


def _worlds(arguments: argparse.Namespace, *, late: bool) -> list[World]:
    with ExitStack() as stack:
        own = stack.enter_context(open_data_folder(arguments.data))
        collections = [("gold", own, locate(load_questions(arguments.gold), own.sources))]
        for path in arguments.external:
            external = read_external(path)
            kept = arguments.keep / external.name if arguments.keep else None
            opened = stack.enter_context(open_external(external, data=kept))
            collections.append((external.name, opened, evenly_spread(external.questions, arguments.limit)))
        return [
            _asked(
                name,
                opened.ask if late else _ask_without_late(opened),
                questions,
                foreign=[one for other, _, theirs in collections if other != name for one in theirs],
            )
            for name, opened, questions in collections
        ]


def _ask_without_late(opened: Opened) -> Ask:
    """Return what asks without late interaction, as where an index has no token vectors."""
    from embeddings.ranking.retriever import RetrievalSettings, Retriever
    from service.answering.answerer import Answerer, AnswerSettings
    from service.dossier import Dossier

    index = opened.dossier.index
    retriever = Retriever(index, opened.encoder, RetrievalSettings(late_weight=0))
    return ask_through(Dossier(index, Answerer(retriever, AnswerSettings()), rules=opened.dossier.rules))


def _asked(
    name: str, ask: Ask, questions: Sequence[LocatedQuestion], *, foreign: Sequence[LocatedQuestion]
) -> World:
    def signals(question: LocatedQuestion, *, is_hidden: bool = False) -> Signals:
        places = [place for evidence in question.evidence for place in evidence.places]
        response = ask(question.gold.question, top_k=SETTINGS.top_k, hidden=places if is_hidden else ())
        return dict(response.signals)

    answerable = [question for question in questions if question.gold.is_answerable]
    world = World(
        name,
        answered=[signals(question) for question in answerable],
        hidden=[signals(question, is_hidden=True) for question in answerable],
        foreign=[signals(question) for question in evenly_spread(foreign, SETTINGS.foreign_questions)],
        unanswerable=[signals(question) for question in questions if not question.gold.is_answerable],
    )
    print(f"  {name}: {len(world.answered)} answered and hidden, {len(world.foreign)} foreign", flush=True)
    return world


@dataclass(frozen=True, slots=True)
class _Model:
    votes: Mapping[str, float]
    means: npt.NDArray[np.float64]
    deviations: npt.NDArray[np.float64]
    slope: float
    intercept: float

    def logit(self, rows: Sequence[Signals]) -> npt.NDArray[np.float64]:
        weights = self.slope * np.array(list(self.votes.values()))
        standard = (_matrix(rows, tuple(self.votes)) - self.means) / self.deviations
        return np.asarray(np.nan_to_num(standard) @ weights + self.intercept)  # what is not known is average

    def as_json(self) -> dict[str, object]:
        terms = zip(self.votes.items(), self.means, self.deviations, strict=True)
        return {
            "intercept": round(self.intercept, 4),
            "terms": {
                name: [round(float(value), 4) for value in (mean, deviation, self.slope * vote)]
                for (name, vote), mean, deviation in terms
            },
        }


def _fitted(worlds: Sequence[World], votes: Mapping[str, float]) -> _Model:
    """Fit to the questions of all worlds; every world counts the same."""
    from sklearn.linear_model import LogisticRegression

    rows: list[Signals] = []
    labels: list[int] = []
    counts: list[float] = []
    for world in worlds:
        foreign_share = SETTINGS.foreign_share if world.foreign else 0.0
        for group, label, share in (
            (world.answered, 1, 1.0),
            (world.hidden, 0, 1.0 - foreign_share),
            (world.foreign, 0, foreign_share),
        ):
            rows += group
            labels += [label] * len(group)
            counts += [1000 * share / len(group)] * len(group) if group else []
    matrix = _matrix(rows, tuple(votes))
    model = _Model(votes, np.nanmean(matrix, axis=0), np.nanstd(matrix, axis=0), slope=1.0, intercept=0.0)
    curve = LogisticRegression(C=SETTINGS.inverse_penalty).fit(
        model.logit(rows)[:, None], labels, sample_weight=counts
    )
    return replace(model, slope=float(curve.coef_[0, 0]), intercept=float(curve.intercept_[0]))


def _judged(
    world: World, worlds: Sequence[World], votes: Mapping[str, float]
) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.bool_]]:
    """Print how well a world's questions are told apart by a curve that has not seen them.

    Returns each confidence and whether there was an answer, with as many questions answered as not, half of
    these hidden.
    """
    others = [other for other in worlds if other is not world]
    answered, hidden = np.zeros(len(world.answered)), np.zeros(len(world.answered))
    for fold in range(SETTINGS.folds):
        kept = replace(world, answered=_without(fold, world.answered), hidden=_without(fold, world.hidden))
        model = _fitted([*others, kept], votes)
        answered[fold :: SETTINGS.folds] = model.logit(world.answered[fold :: SETTINGS.folds])
        hidden[fold :: SETTINGS.folds] = model.logit(world.hidden[fold :: SETTINGS.folds])
    print(
        f"  {world.name:<14}hidden evidence, {SETTINGS.folds}-fold: AUROC {_auroc(answered, hidden):.3f}",
        end="",
    )
    whole = _fitted([*others, world], votes)
    for kind in ("foreign", "unanswerable"):
        if rows := getattr(world, kind):
            print(f"; {kind}: {_auroc(whole.logit(world.answered), whole.logit(rows)):.3f}", end="")
    print()
    foreign = whole.logit(world.foreign)[: len(answered) // 2] if world.foreign else np.zeros(0)
    refused = np.concatenate([hidden[::2], foreign])
    logits = np.concatenate([answered, refused])
    return 1 / (1 + np.exp(-logits)), np.arange(len(logits)) < len(answered)


def _without(fold: int, rows: Sequence[Signals]) -> list[Signals]:
    return [row for number, row in enumerate(rows) if number % SETTINGS.folds != fold]


def _auroc(positive: npt.NDArray[np.float64], negative: npt.NDArray[np.float64]) -> float:
    labels = np.concatenate([np.ones_like(positive), np.zeros_like(negative)])
    return float(auroc(np.concatenate([positive, negative]), labels))


def _matrix(rows: Sequence[Mapping[str, float]], names: tuple[str, ...]) -> npt.NDArray[np.float64]:
    return np.array([[row.get(name, np.nan) for name in names] for row in rows])


if __name__ == "__main__":
    main()
