"""Reads LaTeX (.tex) by pylatexenc: sections as headings, notes, tables, lists, the title that it states."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from chunker.readers.building import TextBuilder
from chunker.readers.decoding import decode_text
from chunker.readers.extraction import CELL_JOINT, tidy_line
from chunker.readers.noticing import notice
from chunker.readers.stated_bibliography import stated_bibliography
from chunker.readers.stated_titles import stated_title

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from chunker.readers.extraction import Extracted, ReadingLimits

LEVELS = {
    "part": 1,
    "chapter": 1,
    "section": 2,
    "subsection": 3,
    "subsubsection": 4,
    "paragraph": 5,
    "subparagraph": 6,
}
STATED = TITLE, AUTHOR, DATE = "title", "author", "date"
NOTES = ("footnote", "footnotetext", "endnote")
CITING = ("cite", "citet", "citep", "footcite", "parencite", "textcite", "autocite")
# What is not shown, or not as words, with the arguments it takes.
SILENT = {
    **dict.fromkeys(("label", "ref", "autoref", "cref", "Cref", "eqref", "pageref", "index"), "*[{"),
    **dict.fromkeys(("includegraphics", "pagestyle", "thispagestyle", "pagenumbering"), "*[{"),
    **dict.fromkeys(
        ("bibliography", "bibliographystyle", "hypersetup", "input", "include", "subfile"), "*[{"
    ),
    **dict.fromkeys(("rule", "setlength", "addtolength", "setcounter", "addtocounter"), "[{{"),
    "thanks": "{",
    "addcontentsline": "{{{",
    "today": "",
    "maketitle": "",
    "newcommand": "*{[[{",
    "renewcommand": "*{[[{",
    "def": "{{",
}
TABLES = {"longtable": "[{", "tabularx": "{{", "tabular*": "{{", "longtabu": "{", "tabu": "{"}
# Characters for private use stand for what the words alone do not show; those of a file's own are taken out.
HEADING, NOTE, LINE = "\ue000", "\ue001", "\ue002"
MARKED = re.compile(f"{HEADING}(\\d)([^{HEADING}]*){HEADING}")
NOTED = re.compile(f"{NOTE}(\\d+){NOTE}")
OWN = re.compile("[\ue000-\ue002]")
BLANK = re.compile(r"\n\s*\n")
# The parser copies a run of plain words at each word: a time that grows with the square of the run.
LONG_RUN = re.compile(r"[^\\{}$%&]{4000}[^\\{}$%&\s]*")
BEGIN, END = re.compile(r"\\begin\s*\{document\}"), re.compile(r"\\end\s*\{document\}")
ENCODING = re.compile(rb"^[^%\n]*\\usepackage\s*\[([\w-]+)\]\s*\{inputenc\}", re.MULTILINE)
ENCODINGS = {"ansinew": "cp1252", "applemac": "mac_roman", "utf8x": "utf-8"}  # what TeX calls otherwise
TAKEN_IN = re.compile(r"^[^%\n]*\\(?:input|include|subfile)\b", re.MULTILINE)
# Macros without arguments of a file's own, such as names that come again and again.
SHORTHAND = re.compile(
    r"^[^%\n]*?\\(?:(?:re)?newcommand\*?\s*\{?|def\s*)\\([A-Za-z]+)\}?\s*\{((?:[^{}\n]|\{[^{}\n]*\})*)\}",
    re.MULTILINE,
)


def read_latex(data: bytes, *, name: str, limits: ReadingLimits) -> Extracted:
    """Read a LaTeX file, or one that others take in; a note follows the paragraph that it stands in.

    Raises SourceTooLargeError past the limits.
    """
    stated = ENCODING.search(data)
    told = stated[1].decode() if stated else None
    written = decode_text(data, name=name, limits=limits, declared=ENCODINGS.get(told or "", told))
    written = OWN.sub(" ", written.replace("\r\n", "\n").replace("\r", "\n"))
    begin = BEGIN.search(written)
    preamble, body = (written[: begin.start()], written[begin.end() :]) if begin else ("", written)
    body = END.split(body, maxsplit=1)[0]
    if count := len(TAKEN_IN.findall(body)):
        notice(f"it takes in {count:,} other files, whose text is read only where they are given too")
    words = Words()
    words.know(SHORTHAND.findall(written))
    words.of(preamble)
    text = TextBuilder(name, limits)
    for block in BLANK.split(words.of(body)):
        before, *marked = MARKED.split(block)
        text.add(shown(before))
        for level, heading, after in zip(marked[::3], marked[1::3], marked[2::3], strict=True):
            text.add(shown(heading), level=int(level))
            text.add(shown(after))
        for number in NOTED.findall(block):
            text.add(f"[{number}] {shown(words.notes[int(number) - 1])}")
    return text.extracted(
        title=stated_title(words.said.get(TITLE)),
        bibliography=stated_bibliography(authors=[words.said.get(AUTHOR)], date=words.said.get(DATE)),
    )


def shown(block: str) -> str:
    """Return a paragraph as a reader sees it: on the lines that the file breaks, with marks of notes."""
    lines = (tidy_line(line).strip(CELL_JOINT) for line in NOTED.sub(r"[\1]", block).split(LINE))
    return "\n".join(line for line in lines if line)


class Words:
    """Turns LaTeX into words with marks among them; ``notes`` and ``said`` are what it meets on the way."""

    def __init__(self) -> None:
        from pylatexenc import latex2text, latexwalker, macrospec

        self.notes: list[str] = []
        self.said: dict[str, str] = {}
        self._meaning = latex2text
        self._syntax = latexwalker.get_default_latex_context_db()
        self._meant = latex2text.get_default_latex_context_db()
        taken = {
            **dict.fromkeys((*LEVELS, *CITING, *NOTES), "*[[{"),
            **dict.fromkeys((*STATED, "url"), "*[{"),
            **SILENT,
            "href": "{{",
        }
        macros = [macrospec.MacroSpec(macro, arguments) for macro, arguments in taken.items()]
        tables = [macrospec.EnvironmentSpec(table, arguments) for table, arguments in TABLES.items()]
        self._syntax.add_context_category("documents", prepend=True, macros=macros, environments=tables)
        meanings: dict[str, str | Callable[..., str]] = {
            **dict.fromkeys(LEVELS, self._heading),
            **dict.fromkeys(CITING, cited),
            **dict.fromkeys(NOTES, self._note),
            **dict.fromkeys(STATED, self._statement),
            **dict.fromkeys(SILENT, ""),
            "href": last_argument,
            "url": lambda node: node.latex_verbatim().removeprefix(r"\url").strip("{} "),
            "verb": lambda node: node.nodeargd.verbatim_text,
            "item": lambda node, l2tobj: f"{LINE}{' '.join(arguments_of(node, l2tobj))} ",
            "newline": LINE,
            "\\": LINE,
            "and": "; ",
        }
        self._mean("documents", meanings)

    def of(self, written: str) -> str:
        """Return the words of some LaTeX."""
        from pylatexenc.latexwalker import LatexWalker

        parted = LONG_RUN.sub(with_end, written)
        nodes, _, _ = LatexWalker(parted, latex_context=self._syntax).get_latex_nodes()
        return str(self._meaning.LatexNodes2Text(latex_context=self._meant).nodelist_to_text(nodes))

    def know(self, shorthands: Iterable[tuple[str, str]]) -> None:
        """Let macros without arguments stand for their words, those aside that stand for more."""
        new = [(macro, words) for macro, words in shorthands if self._meant.get_macro_spec(macro) is None]
        self._mean("shorthands", {macro: self.of(words) for macro, words in new})

    def _mean(self, category: str, meanings: Mapping[str, str | Callable[..., str]]) -> None:
        spec = self._meaning.MacroTextSpec
        cell = self._meaning.SpecialsTextSpec(
            "&", lambda node: " " if node.parsing_state.in_math_mode else CELL_JOINT
        )
        self._meant.add_context_category(
            category,
            prepend=True,
            macros=[spec(macro, simplify_repl=meaning) for macro, meaning in meanings.items()],
            specials=[cell],
            environments=[self._meaning.EnvironmentTextSpec("verbatim", simplify_repl=written_lines)],
        )

    @staticmethod
    def _heading(node: Any, l2tobj: Any) -> str:  # noqa: ANN401 - pylatexenc is not typed
        return f"{HEADING}{LEVELS[node.macroname]}{tidy_line(last_argument(node, l2tobj))}{HEADING}"

    def _note(self, node: Any, l2tobj: Any) -> str:  # noqa: ANN401
        self.notes.append(last_argument(node, l2tobj))
        return f"{NOTE}{len(self.notes)}{NOTE}"

    def _statement(self, node: Any, l2tobj: Any) -> str:  # noqa: ANN401
        self.said[node.macroname] = NOTED.sub("", last_argument(node, l2tobj)).replace(LINE, " ")
        return ""


def with_end(run: re.Match[str]) -> str:
    """Return some plain words with an empty group behind the last, which shows nothing."""
    words = run[0].rstrip()
    return f"{words}{{}}{run[0][len(words) :]}" if words else run[0]


def cited(node: Any, l2tobj: Any) -> str:  # noqa: ANN401
    """Return the keys of what is cited, and what is said of the place there."""
    *said, keys = arguments_of(node, l2tobj) or [""]
    return f"[{', '.join([keys, *said])}]"


def written_lines(node: Any) -> str:  # noqa: ANN401
    """Return what is to be shown as it is written, line by line."""
    lines = node.nodeargd.verbatim_text.strip("\n").split("\n")
    return f"\n\n{LINE.join(lines)}\n\n"


def arguments_of(node: Any, l2tobj: Any) -> list[str]:  # noqa: ANN401
    """Return the words of a macro's arguments, as far as they are there."""
    given = node.nodeargd.argnlist if node.nodeargd else None
    return [words for each in given or () if each and (words := l2tobj.nodelist_to_text([each]).strip("* "))]


def last_argument(node: Any, l2tobj: Any) -> str:  # noqa: ANN401
    """Return the words of a macro's last argument."""
    return next(reversed(arguments_of(node, l2tobj)), "")
