"""A run as a file: the whole of it, or the small part that is committed as the baseline of later runs.

One JSON object, its questions one a line, so that a new baseline can be read as a difference. ``figures``
are sums of the values for other readers; whoever reads the file here computes them anew.
"""

from __future__ import annotations

import json
import math
import platform
from dataclasses import asdict, replace
from importlib.metadata import version
from typing import TYPE_CHECKING, Any

from eval.errors import RunError
from eval.measures.rankings import Ranking
from eval.runs.run import EvaluatedQuestion, IndexFacts, Run, Shown, Wanted
from eval.runs.summary import summarise
from service.version import DISTRIBUTION

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

FORMAT = "dossier-run-1"
GATED = (
    *("hit@1", "hit@5", "mrr@10", "ndcg@10", "evidence@10", "answer_holds_evidence", "page_exact"),
    *("must_papers@20", "must_papers_quoted", "relevant_papers_quoted"),  # of survey questions
)
KEPT = (*GATED, "answered", "confidence", "quotes_verified", "leaked")
DECIMALS = 4  # of what is kept: a question's value moves by more, or has not moved
VERSIONS_OF = (DISTRIBUTION, "numpy", "onnxruntime", "faiss-cpu", "tokenizers")


def installed_versions() -> dict[str, str]:
    """Return the versions of what answers depend on, and the machine's architecture."""
    versions = {package: version(package) for package in VERSIONS_OF}
    return versions | {"python": platform.python_version(), "machine": platform.machine()}


def as_baseline(run: Run) -> Run:
    """Return the part of a run that later ones are held to: the measures of the gate, no texts, no times."""
    return replace(
        run, sections={name: tuple(map(_kept, questions)) for name, questions in run.sections.items()}
    )


def _kept(one: EvaluatedQuestion) -> EvaluatedQuestion:
    values = {metric: round(one.values[metric], DECIMALS) for metric in KEPT if metric in one.values}
    return EvaluatedQuestion(one.id, one.kind, one.is_answerable, one.mark, values)


def run_json(run: Run) -> str:
    """Return the run as JSON."""
    head = {"format": FORMAT, **asdict(replace(run, sections={})), "figures": _figures(run)}
    del head["sections"]
    lines = [
        json.dumps({"section": name} | _filled(question), ensure_ascii=False)
        for name, questions in run.sections.items()
        for question in questions
    ]
    opening = json.dumps(head, indent=1, ensure_ascii=False).removesuffix("\n}")
    return f'{opening},\n "questions": [\n' + ",\n".join(lines) + "\n]}\n"


def _filled(question: EvaluatedQuestion) -> dict[str, Any]:
    """Return the fields of a record that are not empty."""
    return {name: value for name, value in asdict(question).items() if value not in (None, "", (), {})}


def _figures(run: Run) -> dict[str, dict[str, float]]:
    figures = {}
    for name, summary in summarise(run).items():
        figures[name] = {measure: found.value for measure, found in summary.measures.items()}
        if summary.abstention and summary.abstention.auroc:
            figures[name]["auroc"] = summary.abstention.auroc.value
    return {
        name: {measure: round(value, DECIMALS) for measure, value in found.items()}
        for name, found in figures.items()
    }


def write_file(path: Path, text: str) -> None:
    """Write a run or a report of it; raises RunError where that is impossible."""
    try:
        path.write_text(text, encoding="utf-8")
    except OSError as error:
        raise RunError(f"{path}: cannot be written ({error.strerror}); choose another place") from error


def read_run(path: Path) -> Run:
    """Read a run from its file.

    Raises:
        RunError: the file is missing, is no JSON or no run.
    """
    remedy = "write one with --save or --write-baseline"
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
        if content["format"] != FORMAT:
            raise RunError(f"{path}: is of the form {content['format']!r}, this reads {FORMAT!r}; {remedy}")
        sections: dict[str, list[EvaluatedQuestion]] = {}
        for entry in content["questions"]:
            sections.setdefault(str(entry["section"]), []).append(_question(entry))
        return Run(
            name=str(content["name"]),
            made_at=str(content["made_at"]),
            index=IndexFacts(**content["index"]),
            sections={name: tuple(questions) for name, questions in sections.items()},
            settings=dict(content["settings"]),
            versions=dict(content["versions"]),
            passages=dict(content.get("passages", {})),
        )
    except OSError as error:
        raise RunError(f"{path}: cannot be read ({error.strerror}); {remedy}") from error
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise RunError(f"{path}: is no run of dossier eval ({error!r}); {remedy}") from error


def _question(entry: Mapping[str, Any]) -> EvaluatedQuestion:
    fields = {name: value for name, value in entry.items() if name != "section"}
    values = {str(metric): float(value) for metric, value in entry.get("values", {}).items()}
    if not all(map(math.isfinite, values.values())):
        raise ValueError(f"question {entry['id']} has a value that is no number")
    fields["values"] = values
    fields["wanted"] = tuple(Wanted(**piece) for piece in entry.get("wanted", ()))
    fields["rankings"] = {
        kind: Ranking(tuple(one["results"]), dict(one["relevant"]))
        for kind, one in entry.get("rankings", {}).items()
    }
    fields["retrieved"] = tuple(Shown(**passage) for passage in entry.get("retrieved", ()))
    return EvaluatedQuestion(**fields)
