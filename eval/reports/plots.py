"""Small plots as SVG, drawn by hand so that a report needs nothing from anywhere.

Colours come from the page's style sheet by class (``bar``, ``bar second``, ``line``, ``guide``,
``axis``), so that light and dark follow the reader. Every text is escaped here.
"""

from __future__ import annotations

from dataclasses import dataclass
from html import escape
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from eval.measures.abstention import ReliabilityBin

WIDTH = 460
ROW_HEIGHT = 26
LABEL_WIDTH = 120
CHARACTER_WIDTH = 7
PLOT_HEIGHT = 240
MARGIN_LEFT, MARGIN_RIGHT, MARGIN_TOP, MARGIN_BOTTOM = 44, 14, 26, 40


@dataclass(frozen=True, slots=True)
class Bar:
    """A labelled value; ``second`` is drawn thinner beneath it, ``None``: there is none."""

    label: str
    value: float
    second: float | None = None


@dataclass(frozen=True, slots=True)
class Point:
    """A point of a plot over 0..1 by 0..1; ``weight`` 0..1 is the size of its dot."""

    x: float
    y: float
    weight: float = 0.0
    note: str = ""


def bar_plot(bars: Sequence[Bar], *, title: str, maximum: float | None = None, decimals: int = 2) -> str:
    """Return horizontal bars from 0 to ``maximum`` (``None``: the largest value)."""
    top = maximum or max((max(bar.value, bar.second or 0.0) for bar in bars), default=0.0) or 1.0
    shown = [_shown(bar, decimals) for bar in bars]
    room = WIDTH - LABEL_WIDTH - CHARACTER_WIDTH * max(map(len, shown), default=0) - 6
    parts = []
    for number, (bar, figures) in enumerate(zip(bars, shown, strict=True)):
        y = number * ROW_HEIGHT + 4
        parts.append(_text(LABEL_WIDTH - 8, y + 13, bar.label, anchor="end"))
        parts.append(
            _rectangle(LABEL_WIDTH, y, room * bar.value / top, 14 if bar.second is None else 9, "bar")
        )
        if bar.second is not None:
            parts.append(_rectangle(LABEL_WIDTH, y + 10, room * bar.second / top, 6, "bar second"))
        end = LABEL_WIDTH + room * max(bar.value, bar.second or 0.0) / top
        parts.append(_text(end + 6, y + 13, figures))
    return _svg(len(bars) * ROW_HEIGHT + 8, parts, title)


def _shown(bar: Bar, decimals: int) -> str:
    second = "" if bar.second is None else f" / {bar.second:.{decimals}f}"
    return f"{bar.value:.{decimals}f}{second}"


def column_plot(bars: Sequence[Bar], *, title: str, x_label: str) -> str:
    """Return upright columns of counts."""
    top = max((bar.value for bar in bars), default=0.0) or 1.0
    room = WIDTH - MARGIN_LEFT - MARGIN_RIGHT
    step = room / max(1, len(bars))
    ground = PLOT_HEIGHT - MARGIN_BOTTOM
    parts = [_line(MARGIN_LEFT, ground, WIDTH - MARGIN_RIGHT, ground, "axis")]
    for number, bar in enumerate(bars):
        x = MARGIN_LEFT + step * number
        height = (ground - MARGIN_TOP - 14) * bar.value / top
        parts.append(_rectangle(x + step * 0.12, ground - height, step * 0.76, height, "bar"))
        parts.append(_text(x + step / 2, ground - height - 4, f"{bar.value:.0f}", anchor="middle"))
        parts.append(_text(x + step / 2, ground + 14, bar.label, anchor="middle"))
    parts.append(_text(MARGIN_LEFT + room / 2, PLOT_HEIGHT - 6, x_label, anchor="middle", kind="name"))
    return _svg(PLOT_HEIGHT, parts, title)


def square_plot(
    points: Sequence[Point],
    *,
    title: str,
    x_label: str,
    y_label: str,
    diagonal: bool = False,
    dots: bool = False,
) -> str:
    """Return a line through points over 0..1 by 0..1, with dots where asked and the diagonal as a guide."""
    parts = [*_unit_grid(x_label, y_label)]
    if diagonal:
        parts.append(_line(*_place(0, 0), *_place(1, 1), "guide"))
    if points:
        path = " ".join(f"{x:.1f},{y:.1f}" for x, y in (_place(point.x, point.y) for point in points))
        parts.append(f'<polyline class="line" points="{path}"/>')
    for point in points if dots else ():
        x, y = _place(point.x, point.y)
        parts.append(
            f'<circle class="dot" cx="{x:.1f}" cy="{y:.1f}" r="{3 + 7 * point.weight:.1f}">'
            f"<title>{escape(point.note)}</title></circle>"
        )
    return _svg(PLOT_HEIGHT, parts, title)


def reliability_plot(
    bins: Sequence[ReliabilityBin], *, y_label: str, title: str = "Reliability of the confidence"
) -> str:
    """Return what was promised against what held, a dot for each bin; on the diagonal is right."""
    total = sum(one.count for one in bins) or 1
    points = [
        Point(
            one.mean_confidence,
            one.share_right,
            one.count / total,
            f"{one.count} questions: confidence {one.mean_confidence:.2f}, right {one.share_right:.2f}",
        )
        for one in bins
    ]
    return square_plot(
        points,
        title=title,
        x_label="confidence",
        y_label=y_label,
        diagonal=True,
        dots=True,
    )


_STYLE = """svg{background:#fff}text{font:12px system-ui,sans-serif;fill:#22211e}.name{fill:#6a675f}
.line{fill:none;stroke:#2f6f6a;stroke-width:2}.dot,.bar{fill:#2f6f6a}.second{fill:#a9c9c4}
.guide{stroke:#a4501c;stroke-dasharray:4 4}.grid{stroke:#dedad0}.axis{stroke:#6a675f}"""


def as_file(plot: str) -> str:
    """Return a plot as an SVG file that brings its own colours."""
    opening = f'<svg xmlns="http://www.w3.org/2000/svg" width="{WIDTH}" '
    return plot.replace("<svg ", opening, 1).replace(">", f"><style>{_STYLE}</style>", 1) + "\n"


def _unit_grid(x_label: str, y_label: str) -> Iterable[str]:
    for tick in (0.0, 0.25, 0.5, 0.75, 1.0):
        x, ground = _place(tick, 0)
        left, y = _place(0, tick)
        yield _line(left, y, *_place(1, tick), "grid")
        yield _text(left - 6, y + 4, f"{tick:g}", anchor="end")
        yield _text(x, ground + 16, f"{tick:g}", anchor="middle")
    yield _line(*_place(0, 0), *_place(1, 0), "axis")
    yield _text(_place(0.5, 0)[0], PLOT_HEIGHT - 6, x_label, anchor="middle", kind="name")
    yield _text(4, 12, y_label, kind="name")


def _place(x: float, y: float) -> tuple[float, float]:
    return (
        MARGIN_LEFT + x * (WIDTH - MARGIN_LEFT - MARGIN_RIGHT),
        PLOT_HEIGHT - MARGIN_BOTTOM - y * (PLOT_HEIGHT - MARGIN_BOTTOM - MARGIN_TOP),
    )


def _svg(height: float, parts: Iterable[str], title: str) -> str:
    label = escape(title, quote=True)
    body = "".join(parts)
    return f'<svg viewBox="0 0 {WIDTH} {height:.0f}" role="img" aria-label="{label}">{body}</svg>'


def _rectangle(x: float, y: float, width: float, height: float, kind: str) -> str:
    return (
        f'<rect class="{kind}" x="{x:.1f}" y="{y:.1f}" width="{max(width, 0):.1f}" '
        f'height="{max(height, 0):.1f}" rx="2"/>'
    )


def _line(x1: float, y1: float, x2: float, y2: float, kind: str) -> str:
    return f'<line class="{kind}" x1="{x1:.1f}" y1="{y1:.1f}" x2="{x2:.1f}" y2="{y2:.1f}"/>'


def _text(x: float, y: float, text: str, *, anchor: str = "start", kind: str = "label") -> str:
    return f'<text class="{kind}" x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}">{escape(text)}</text>'
