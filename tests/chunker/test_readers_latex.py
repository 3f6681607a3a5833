"""LaTeX: sections, notes, tables, lists, what a file says of itself, and what it says to TeX alone."""

from time import process_time

import pytest

from chunker.errors import EmptySourceError, UnreadableSourceError
from chunker.readers.finding import find_files
from chunker.readers.reading import read_bytes, read_source

LOG = r"""
\documentclass{article} % a comment
\usepackage[utf8]{inputenc}
\newcommand{\river}{the \emph{Dnieper}}
\title{Ferry log\thanks{Paid by the yard.}}
\author{Anna Weber \and Orest Bely}
\date{May 1907}
\begin{document}
\maketitle
\section{The ice\label{sec:ice}}
It froze\footnote{In \textbf{May}, see \cite[p.~5]{bely1907}.} over \river, as No\"el said---``at last''
(Section~\ref{sec:ice}). % not this

\subsection*{Loads}
\begin{itemize}
  \item tar
  \item rope
\end{itemize}
\begin{tabular}{lr}
  Load & Barrels \\ \hline
  Tar & 40 \\
\end{tabular}
\begin{verbatim}
a & b
c_d
\end{verbatim}
See \url{https://example.org/a?b=1&c=2} and \href{https://example.org}{the yard}.
\end{document}
nothing
"""


def read(written, name="a.tex"):
    return read_bytes(written.encode(), name=name)


def test_a_text_has_its_sections_notes_lists_and_tables():
    source = read(LOG)
    assert source.text == (
        "The ice\n\n"
        "It froze[1] over the Dnieper, as Noël said—“at last” (Section ).\n\n"
        "[1] In May, see [bely1907, p. 5].\n\n"
        "Loads\n\n"
        "tar\nrope\n\nLoad | Barrels\nTar | 40\n\n"
        "a & b\nc_d\n\n"
        "See https://example.org/a?b=1&c=2 and the yard."
    )
    assert [(heading.text, heading.level) for heading in source.headings] == [("The ice", 2), ("Loads", 3)]
    assert all(source.text[each.start_char : each.end_char] == each.text for each in source.headings)


def test_what_a_text_states_of_itself_is_kept():
    source = read(LOG)
    assert source.title == "Ferry log"
    assert source.bibliography.authors == ("Anna Weber", "Orest Bely")
    assert source.bibliography.year == "1907"


def test_a_file_that_others_take_in_is_read_and_what_it_takes_in_itself_is_told(tmp_path):
    (tmp_path / "secret.tex").write_text("password")
    source = read(rf"\chapter{{Ice}} It froze. \input{{{tmp_path / 'secret'}}}" + "\n" + r"\include{loads}")
    assert source.text == "Ice\n\nIt froze."
    assert source.notices == ("it takes in 2 other files, whose text is read only where they are given too",)


@pytest.mark.parametrize(
    ("option", "encoding"), [("latin1", "latin-1"), ("ansinew", "cp1252"), ("koi8-r", "koi8-r")]
)
def test_letters_are_those_of_the_encoding_that_is_stated(option, encoding):
    words = "Паром" if option == "koi8-r" else "Fähre à quai"
    data = rf"\usepackage[{option}]{{inputenc}}\begin{{document}}{words}\end{{document}}".encode(encoding)
    assert read_bytes(data, name="a.tex").text == words


def test_a_file_is_read_alike_named_and_in_a_folder(tmp_path):
    path = tmp_path / "log.tex"
    path.write_text(LOG, "utf-8")
    (found,) = find_files([tmp_path]).files
    assert found.path == path
    assert read_source(path, name="log.tex").text == read(LOG).text


@pytest.mark.parametrize("written", [r"\begin{document}\end{document}", "% only a comment"])
def test_a_file_that_says_nothing_holds_no_text(written):
    with pytest.raises(EmptySourceError, match="holds no text"):
        read(written)


@pytest.mark.parametrize(
    "nested", ["{", r"\begin{a}", r"\footnote{", "$", r"\textcolor", r"\href", r"\section*["]
)
def test_what_never_ends_is_read_or_refused_in_one_line(nested):
    try:
        assert "Ice." in read("Ice. " + 3_000 * nested).text
    except UnreadableSourceError as error:
        assert str(error).isprintable()  # noqa: PT017 - either is right


def seconds_for(words):
    began = process_time()
    read = read_bytes(b"\\begin{document}\n" + b"tar " * words + b"\n\\end{document}", name="line.tex")
    assert read.text.count("tar") == words
    return process_time() - began


def test_a_line_of_four_times_as_many_words_takes_about_four_times_as_long():
    seconds_for(100)  # what is loaded once
    assert seconds_for(120_000) < 7 * seconds_for(30_000)


@pytest.mark.parametrize("gap", [" ", "\n", "\n\n", "\n \n", "\n" + 5_000 * " "])
def test_a_long_text_without_any_macro_keeps_each_word_and_each_paragraph(gap):
    said = [f"load {number} of tar" for number in range(2_000)]
    text = read_bytes(f"\\begin{{document}}{gap.join(said)}\\end{{document}}".encode(), name="plain.tex").text
    parts = [" ".join(part.split()) for part in text.split("\n\n")]
    assert parts == (said if gap.count("\n") == 2 else [" ".join(said)])
