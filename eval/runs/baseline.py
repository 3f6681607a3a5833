"""What a run reached, kept small enough to be committed: the measures a later run may not fall below.

One line a question, so that a new baseline can be read as a difference. A question is known again by
its id and a mark made of its wording and its quotes: whoever changes either changes the question.
"""

from __future__ import annotations

import hashlib
import json
import math
import platform
from dataclasses import dataclass, field
from importlib.metadata import version
from typing import TYPE_CHECKING, Any

from eval.errors import ReportError
from eval.reports.report import HIDDEN, QUESTIONS
from service.version import DISTRIBUTION

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from eval.measures.metrics import Values
    from eval.reports.report import QuestionRecord, Report

FORMAT = "dossier-baseline-1"
GATED = ("hit@1", "hit@5", "mrr@10", "ndcg@10", "evidence@10", "answer_holds_evidence", "page_exact")
KEPT = (*GATED, "answered", "confidence", "quotes_verified", "leaked")
DECIMALS = 4
VERSIONS_OF = (DISTRIBUTION, "numpy", "onnxruntime", "faiss-cpu", "tokenizers")


@dataclass(frozen=True, slots=True)
class BaselineQuestion:
    """One question: ``mark`` tells whether it is still the same, ``values`` what it reached."""

    mark: str
    values: Values


@dataclass(frozen=True, slots=True)
class Baseline:
    """Questions by section and id; ``figures`` and ``versions`` are for readers."""

    name: str
    sections: Mapping[str, Mapping[str, BaselineQuestion]]
    figures: Mapping[str, float] = field(default_factory=dict)
    versions: Mapping[str, str] = field(default_factory=dict)


def baseline_of(report: Report) -> Baseline:
    """Return the part of a report that a later run is held to."""
    sections = {
        name: {record.id: BaselineQuestion(_mark(record), _kept(record.values)) for record in section.records}
        for name, section in report.sections.items()
    }
    versions = {package: version(package) for package in VERSIONS_OF}
    versions |= {"python": platform.python_version(), "machine": platform.machine()}
    versions |= {"model": report.index.model}
    return Baseline(report.name, sections, _figures(report), versions)


def _mark(record: QuestionRecord) -> str:
    asked = [record.question, *(wanted.quote for wanted in record.wanted)]
    return hashlib.sha256("\n".join(asked).encode()).hexdigest()[:12]


def _kept(values: Values) -> Values:
    return {metric: round(values[metric], DECIMALS) for metric in KEPT if metric in values}


def _figures(report: Report) -> dict[str, float]:
    main, hidden = report.sections.get(QUESTIONS), report.sections.get(HIDDEN)
    figures = {name: main.summary[name].mean for name in GATED if name in main.summary} if main else {}
    if hidden and hidden.abstention and hidden.abstention.auroc is not None:
        figures["AUROC, evidence hidden"] = hidden.abstention.auroc
    return {name: round(figure, DECIMALS) for name, figure in figures.items()}


def baseline_json(report: Report) -> str:
    """Return the baseline of a report as JSON."""
    baseline = baseline_of(report)
    head = {
        "format": FORMAT,
        "name": baseline.name,
        "made_at": report.made_at,
        "versions": baseline.versions,
        "figures": baseline.figures,
        "gold": {name: _gold_mark(questions) for name, questions in baseline.sections.items()},
    }
    lines = [
        json.dumps({"section": name, "id": identity, "mark": question.mark} | question.values)
        for name, questions in baseline.sections.items()
        for identity, question in questions.items()
    ]
    opening = json.dumps(head, indent=1, ensure_ascii=False).removesuffix("\n}")
    return f'{opening},\n "questions": [\n' + ",\n".join(lines) + "\n]}\n"


def _gold_mark(questions: Mapping[str, BaselineQuestion]) -> str:
    marks = sorted(f"{identity} {question.mark}" for identity, question in questions.items())
    return hashlib.sha256("\n".join(marks).encode()).hexdigest()[:12]


def read_baseline(path: Path) -> Baseline:
    """Read a baseline.

    Raises:
        ReportError: the file is missing, is no JSON or no baseline.
    """
    remedy = "write one with --write-baseline"
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
        if content["format"] != FORMAT:
            raise ReportError(
                f"{path}: is of the form {content['format']!r}, this reads {FORMAT!r}; {remedy}"
            )
        sections: dict[str, dict[str, BaselineQuestion]] = {}
        for entry in content["questions"]:
            sections.setdefault(str(entry["section"]), {})[str(entry["id"])] = _question(entry)
        figures, versions = content.get("figures", {}), content.get("versions", {})
        return Baseline(str(content["name"]), sections, dict(figures), dict(versions))
    except OSError as error:
        raise ReportError(f"{path}: cannot be read ({error.strerror}); {remedy}") from error
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise ReportError(f"{path}: is no baseline ({error!r}); {remedy}") from error


def _question(entry: Mapping[str, Any]) -> BaselineQuestion:
    values = {metric: float(entry[metric]) for metric in KEPT if metric in entry}
    if not all(map(math.isfinite, values.values())):
        raise ValueError(f"question {entry['id']} has a value that is no number")
    return BaselineQuestion(str(entry["mark"]), values)
