"""Learns how votes become a confidence, and writes what ``service.answering.judging`` uses.

    python -m eval.studies.calibration --data data --external FOLDER … --files GOLD.jsonl FOLDER …
        [--grown FOLDER …] [--signals FILE] [--write]

It learns from collections of several sizes and kinds, asked by :mod:`eval.studies.asked_collections`, so that
the same number means the same in each. Every kind counts the same; hidden and foreign questions count half
each, so that a confidence of one half is even odds where one question in two is answered.

What is printed and drawn of a collection is judged by a curve that has not seen its kind: does the
confidence hold on documents of another kind? The bounds of :class:`service.answering.settings.AnswerSettings`
are read off what is printed last.
"""

from __future__ import annotations

import argparse
import json
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from eval.measures.abstention import auroc, risk_at, risk_coverage_curve
from eval.reports.html_report import curves_svg
from eval.studies.asked_collections import Places, ask_collections, read_signals, write_signals
from service.answering.judging import VOTES

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    import numpy.typing as npt

    from eval.measures.abstention import RiskPoint
    from eval.studies.asked_collections import AskedCollection, Signals

    Array = npt.NDArray[np.float64]

TARGET = Path(__file__).parents[2] / "service" / "data" / "calibration.json"
DRAWN = Path(__file__).parents[1] / "data"
GOLD = DRAWN / "questions.jsonl"


@dataclass(frozen=True, slots=True)
class LearningSettings:
    """How the curve is learnt; all chosen by hand, not measured.

    Of what is not answered ``foreign_share`` is foreign, the rest hidden. The curve has but two parameters
    and is fitted freely: ``inverse_penalty`` is large. A diagram has ``bins`` of as many questions each.
    """

    foreign_share: float = 0.5
    inverse_penalty: float = 1e6
    bins: int = 8


SETTINGS = LearningSettings()


def main() -> None:
    """Ask everything, print how well the signals tell, and write the weights where that is wished."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--gold", type=Path, default=GOLD)
    parser.add_argument("--data", type=Path, default=Path("data"), help="index that the gold is about")
    parser.add_argument("--grown", type=Path, action="append", default=[], help="index of more around it")
    parser.add_argument("--external", type=Path, action="append", default=[], help="set to learn from too")
    parser.add_argument(
        "--files",
        type=Path,
        nargs=2,
        action="append",
        default=[],
        help="gold and files to learn from too",
    )
    parser.add_argument("--keep", type=Path, help="folder in which the external sets' indexes are kept")
    parser.add_argument("--signals", type=Path, help="folder of signals, read if there are any")
    parser.add_argument("--write", action="store_true", help=f"write {TARGET.name} and the diagrams")
    options = parser.parse_args()
    places = Places(options.gold, options.data, options.grown, options.external, options.files, options.keep)
    calibrations = {}
    for name, votes in VOTES.items():
        print(name)
        asked = _signals(places, options.signals, name)
        learnt = [one for one in asked if not one.grown]
        judged = [(one, _judged(one, learnt, votes)) for one in asked]
        calibrations[name] = _fitted(learnt, votes).as_json()
        _print_collections(judged)
        _print_bounds(judged)
        if options.write and name == "with_late_interaction":
            _draw(judged)
    if options.write:
        note = "written by python -m eval.studies.calibration"
        TARGET.write_text(
            json.dumps({"note": note, "calibrations": calibrations}, indent=1) + "\n", encoding="utf-8"
        )


def _signals(places: Places, folder: Path | None, name: str) -> list[AskedCollection]:
    path = folder / f"{name}.json" if folder else None
    if path and path.exists():
        return read_signals(path)
    asked = ask_collections(places, late=name == "with_late_interaction")
    if path:
        write_signals(path, asked)
    return asked


@dataclass(frozen=True, slots=True)
class _Model:
    votes: Mapping[str, float]
    means: Array
    deviations: Array
    slope: float
    intercept: float

    def logit(self, rows: Sequence[Signals]) -> Array:
        weights = self.slope * np.array(list(self.votes.values()))
        standard = (_matrix(rows, tuple(self.votes)) - self.means) / self.deviations
        return np.asarray(np.nan_to_num(standard) @ weights + self.intercept)  # what is not known is average

    def confidence(self, rows: Sequence[Signals]) -> Array:
        return np.asarray(1 / (1 + np.exp(-self.logit(rows))))

    def as_json(self) -> dict[str, object]:
        terms = zip(self.votes.items(), self.means, self.deviations, strict=True)
        return {
            "intercept": round(self.intercept, 4),
            "terms": {
                name: [round(float(value), 4) for value in (mean, deviation, self.slope * vote)]
                for (name, vote), mean, deviation in terms
            },
        }


def _fitted(asked: Sequence[AskedCollection], votes: Mapping[str, float]) -> _Model:
    """Fit to the questions of all collections; every kind counts the same."""
    from sklearn.linear_model import LogisticRegression

    rows: list[Signals] = []
    labels: list[int] = []
    counts: list[float] = []
    for kind in {one.kind: None for one in asked}:
        of_kind = [one for one in asked if one.kind == kind]
        for group, label, share in (
            ("answered", 1, 1.0),
            ("hidden", 0, 1.0 - SETTINGS.foreign_share),
            ("foreign", 0, SETTINGS.foreign_share),
        ):
            found = [signals for one in of_kind for signals in getattr(one, group) if signals]
            rows += found
            labels += [label] * len(found)
            counts += [1000 * share / len(found)] * len(found) if found else []
    matrix, weights = _matrix(rows, tuple(votes)), np.array(counts)[:, None]
    known = weights * ~np.isnan(matrix)
    means = np.nansum(known * np.nan_to_num(matrix), axis=0) / known.sum(axis=0)
    variances = (known * np.nan_to_num(matrix - means) ** 2).sum(axis=0) / known.sum(axis=0)
    deviations = np.sqrt(np.where(variances > 0, variances, 1.0))  # what never differs tells nothing
    model = _Model(votes, means, deviations, slope=1.0, intercept=0.0)
    curve = LogisticRegression(C=SETTINGS.inverse_penalty).fit(
        model.logit(rows)[:, None], labels, sample_weight=counts
    )
    return replace(model, slope=float(curve.coef_[0, 0]), intercept=float(curve.intercept_[0]))


@dataclass(frozen=True, slots=True)
class _Judged:
    """The confidences of a collection's questions."""

    answered: Array
    hidden: Array
    foreign: Array
    unanswerable: Array

    @property
    def refusable(self) -> Array:
        return np.concatenate([self.hidden, self.foreign])

    @property
    def weights(self) -> Array:
        """What each question counts: those with evidence as much together as those without."""
        groups = [(self.answered, 1.0), (self.hidden, 0.5), (self.foreign, 0.5)]
        return np.concatenate([np.full(len(one), share / max(len(one), 1)) for one, share in groups])

    @property
    def confidence(self) -> Array:
        return np.concatenate([self.answered, self.refusable])

    @property
    def is_right(self) -> npt.NDArray[np.bool_]:
        return np.arange(len(self.confidence)) < len(self.answered)


def _judged(one: AskedCollection, learnt: Sequence[AskedCollection], votes: Mapping[str, float]) -> _Judged:
    """Judge a collection by a curve that has not seen its kind."""
    model = _fitted([other for other in learnt if other.kind != one.kind], votes)
    groups = (one.answered, one.hidden, one.foreign, one.unanswerable)
    return _Judged(*(model.confidence([row for row in rows if row]) for rows in groups))


def _merged(judged: Iterable[tuple[AskedCollection, _Judged]]) -> dict[tuple[str, int], _Judged]:
    """Return what was judged with the collections of one kind and size as one, by title and passages."""
    passages: dict[str, int] = {}
    merged: dict[str, _Judged] = {}
    for one, told in judged:
        title = f"{one.kind}{', others around it' if one.grown else ''}"
        passages[title] = max(one.passages, passages.get(title, 0))
        merged[title] = _joined(merged[title], told) if title in merged else told
    return {(title, passages[title]): told for title, told in merged.items()}


def _joined(*parts: _Judged) -> _Judged:
    groups = (
        np.concatenate([getattr(part, name) for part in parts])
        for name in ("answered", "hidden", "foreign", "unanswerable")
    )
    return _Judged(*groups)


def _print_collections(judged: Sequence[tuple[AskedCollection, _Judged]]) -> None:
    told_apart = ("hidden", "foreign", "unans.")
    columns = (*told_apart, "Brier", "ECE", "risk 50%", "risk 80%", "answered", *told_apart)
    print(f"  {'':<30}{'passages':>9}{'asked':>7}   AUROC against …{'':>49}mean confidence")
    print(f"  {'':<49}{''.join(f'{one:>9}' for one in columns)}")
    for (name, passages), told in _merged(judged).items():
        figures = (
            *(_auroc(told.answered, group) for group in (told.hidden, told.foreign, told.unanswerable)),
            float(np.average((told.confidence - told.is_right) ** 2, weights=told.weights)),
            _calibration_error(told),
            *(risk_at(_risks(told), coverage) for coverage in (0.5, 0.8)),
            *(_mean(group) for group in (told.answered, told.hidden, told.foreign, told.unanswerable)),
        )
        shown = "".join(f"{'-':>9}" if np.isnan(figure) else f"{figure:>9.3f}" for figure in figures)
        print(f"  {name:<30}{passages:>9,}{len(told.answered):>7}   {shown}")


def _print_bounds(judged: Sequence[tuple[AskedCollection, _Judged]]) -> None:
    """Print how many are over and under the bounds of an answer."""
    from service.answering.settings import AnswerSettings

    bounds = AnswerSettings()
    print(f"  {'':<30}with evidence over {bounds.sure}, {bounds.threshold}, {bounds.doubt}", end="")
    print(f"; hidden, foreign under {bounds.threshold}, {bounds.doubt}")
    for (name, _), told in _merged(judged).items():
        over = [_mean(told.answered >= one) for one in (bounds.sure, bounds.threshold, bounds.doubt)]
        under = [
            _mean(group < one)
            for group in (told.hidden, told.foreign)
            for one in (bounds.threshold, bounds.doubt)
        ]
        print(f"  {name:<30}{''.join(f'{one:>8.2f}' for one in (*over, *under))}")


def _draw(judged: Sequence[tuple[AskedCollection, _Judged]]) -> None:
    """Draw what the confidence promised and held, and the risk by coverage, of each collection."""
    told = {
        f"{name} ({passages:,})": one for (name, passages), one in _merged(judged).items() if len(one.foreign)
    }
    reliability = {name: _bins(one) for name, one in told.items()}
    _write("reliability.svg", reliability, "confidence", "share with evidence", diagonal=True)
    risks = {name: [(point.coverage, point.risk) for point in _risks(one)] for name, one in told.items()}
    _write("risk_coverage.svg", risks, "share answered, surest first", "share without evidence")


def _write(
    file: str,
    curves: Mapping[str, Sequence[tuple[float, float]]],
    x_label: str,
    y_label: str,
    *,
    diagonal: bool = False,
) -> None:
    drawn = curves_svg(curves, x_label=x_label, y_label=y_label, diagonal=diagonal)
    (DRAWN / file).write_text(drawn, encoding="utf-8")


def _risks(told: _Judged) -> tuple[RiskPoint, ...]:
    """Return risk by coverage, with as many questions without evidence as with it, half of these hidden."""
    count = len(told.answered)
    foreign = told.foreign[: count // 2]
    balanced = replace(told, hidden=told.hidden[: count - len(foreign)], foreign=foreign)
    return risk_coverage_curve(balanced.confidence, balanced.is_right)


def _bins(told: _Judged) -> list[tuple[float, float]]:
    """Return the mean confidence and the share with evidence of bins that weigh the same, the least first."""
    order = np.argsort(told.confidence, kind="stable")
    confidence, weights = told.confidence[order], told.weights[order]
    held = told.is_right[order].astype(np.float64)
    number = np.minimum((np.cumsum(weights) / weights.sum() * SETTINGS.bins).astype(int), SETTINGS.bins - 1)
    return [
        (
            float(np.average(confidence[one], weights=weights[one])),
            float(np.average(held[one], weights=weights[one])),
        )
        for one in (number == bin_number for bin_number in range(SETTINGS.bins))
        if one.any()
    ]


def _calibration_error(told: _Judged) -> float:
    """Return the mean gap between promise and truth over bins of .1, as the questions weigh."""
    number = np.minimum((told.confidence * 10).astype(int), 9)
    gaps = [
        abs(float(((told.confidence - told.is_right) * told.weights)[number == one].sum()))
        for one in range(10)
    ]
    return sum(gaps) / float(told.weights.sum())


def _mean(values: npt.NDArray[np.generic]) -> float:
    return float(values.mean()) if len(values) else float("nan")


def _auroc(positive: Array, negative: Array) -> float:
    if not len(negative):
        return float("nan")
    labels = np.concatenate([np.ones_like(positive), np.zeros_like(negative)])
    return float(auroc(np.concatenate([positive, negative]), labels))


def _matrix(rows: Sequence[Mapping[str, float]], names: tuple[str, ...]) -> Array:
    values = [[row.get(name, np.nan) for name in names] for row in rows]
    return np.array(values, dtype=np.float64).reshape(len(rows), len(names))


if __name__ == "__main__":
    main()
