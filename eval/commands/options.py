"""The options of ``dossier eval``."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

Gold = Annotated[
    list[Path] | None,
    typer.Argument(metavar="GOLD.jsonl", help="Gold questions, conversations or survey questions."),
]
Data = Annotated[
    Path | None,
    typer.Option("--data", metavar="FOLDER", help="Folder of the index. [DOSSIER_DATA, else data]"),
]
Json = Annotated[bool, typer.Option("--json", help="Print the whole run as JSON.")]
Save = Annotated[
    Path | None, typer.Option("--save", metavar="FILE", help="Save the run as JSON, to compare later.")
]
Html = Annotated[Path | None, typer.Option("--html", metavar="FILE", help="Write the report as one page.")]
Markdown = Annotated[
    Path | None,
    typer.Option("--markdown", metavar="FILE", help="Write the report, or the comparison, as Markdown."),
]
Compare = Annotated[
    tuple[Path, Path] | None,
    typer.Option("--compare", metavar="A B", help="Compare two saved runs instead of asking."),
]
External = Annotated[
    Path | None,
    typer.Option(
        "--external",
        metavar="PATH",
        help="Ask another's question set (BEIR, SQuAD, Chroma, plain) in a temporary index; "
        "with --data the index is kept there.",
    ),
]
Files = Annotated[
    list[Path] | None,
    typer.Option(
        "--files",
        metavar="PATH",
        help="Ask the gold of these files and folders in a temporary index. May be repeated.",
    ),
]
Distractors = Annotated[
    Path | None,
    typer.Option(
        "--with-distractors",
        metavar="PATH",
        help="With --files: ask again with the documents of another's set, or of a folder, around them.",
    ),
]
SideBySide = Annotated[
    list[Path] | None,
    typer.Option(
        "--side-by-side",
        metavar="RUN",
        help="Show the confidence of saved runs over several collections instead of asking. Repeat it.",
    ),
]
Baseline = Annotated[
    Path | None,
    typer.Option("--baseline", metavar="FILE", help="Fail when this run is worse than that, beyond noise."),
]
WriteBaseline = Annotated[
    Path | None,
    typer.Option("--write-baseline", metavar="FILE", help="Save the part of the run that a gate needs."),
]
Trec = Annotated[
    Path | None,
    typer.Option("--trec", metavar="FOLDER", help="Write rankings and judgements as TREC files."),
]
Against = Annotated[
    list[Path] | None,
    typer.Option("--against", metavar="RUN", help="Compare with another system's TREC run. Repeat it."),
]
TrecRun = Annotated[
    Path | None,
    typer.Option("--run", metavar="RUN", help="Measure a TREC run by --qrels instead of asking."),
]
Qrels = Annotated[Path | None, typer.Option("--qrels", metavar="FILE", help="Judgements in TREC's form.")]
Measures = Annotated[
    list[str] | None,
    typer.Option("--measure", metavar="NAME", help="With --run: a measure of ir-measures. Repeat it."),
]
Hidden = Annotated[
    bool, typer.Option("--hidden/--no-hidden", help="Ask again with the evidence hidden: must be refused.")
]
Limit = Annotated[
    int | None, typer.Option("--limit", metavar="N", min=1, help="Ask only so many questions, evenly spread.")
]
TopK = Annotated[int, typer.Option("--top-k", metavar="N", min=10, max=50, help="Passages to look at.")]
Name = Annotated[str | None, typer.Option("--name", metavar="TEXT", help="What the report is called.")]
