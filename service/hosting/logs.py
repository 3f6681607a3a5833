"""Log lines: one for each event, as text for a person or as JSON for a collector.

What is logged while a request is answered, or a job does what it asked for, carries its id. No line at level
info or above has words of a question or of a document; the traceback of a fault has what the fault says.
"""

from __future__ import annotations

import json
import logging
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from service.audit import current_actor
from service.hosting.current_request import current_request

if TYPE_CHECKING:
    from service.settings import Settings

LOGGERS = ("chunker", "embeddings", "service", "uvicorn")
"""Those whose level is a setting; of all others warnings are logged."""
_ESCAPED = {code: f"\\x{code:02x}" for code in (*range(32), *range(127, 160))}


def log_config(settings: Settings) -> dict[str, Any]:
    """Return what ``logging.config.dictConfig`` takes: all lines on stderr, uvicorn's as ours."""
    logging.getLogger().handlers.clear()
    form = JsonLines if settings.log_format == "json" else TextLines
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {"line": {"()": form}},
        "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "line"}},
        "root": {"level": "WARNING", "handlers": ["stderr"]},
        "loggers": {
            **{name: {"level": settings.log_level.upper()} for name in LOGGERS},
            "uvicorn.access": {"level": "WARNING"},  # its lines have whole addresses, questions and all
        },
    }


def with_fields(**fields: str | float) -> dict[str, Any]:
    """Return the ``extra`` of a log call that gives its line these fields; empty ones are left out."""
    return {"fields": {name: value for name, value in fields.items() if value != ""}}


class JsonLines(logging.Formatter):
    """An object a line: ``time`` (UTC), ``level``, ``logger``, ``message``, the event's own fields."""

    def format(self, record: logging.LogRecord) -> str:
        """Return the line."""
        line = {
            "time": _time(record),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": record.getMessage(),
            **_fields(record),
        }
        if record.exc_info:
            line["exception"] = self.formatException(record.exc_info)
        return json.dumps(line, ensure_ascii=False, default=str)


class TextLines(logging.Formatter):
    """Time, level, logger, message, then the event's own fields as ``name=value``.

    Control characters are escaped, so that no name of a file makes a line of its own; a traceback follows in
    lines of its own.
    """

    def formatMessage(self, record: logging.LogRecord) -> str:  # noqa: N802 - logging's own name
        """Return the line without the traceback."""
        fields = "".join(f" {name}={_word(value)}" for name, value in _fields(record).items())
        line = f"{_time(record)} {record.levelname} {record.name}: {record.message}{fields}"
        return line.translate(_ESCAPED)


def _time(record: logging.LogRecord) -> str:
    return datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds")


def _word(value: object) -> str:
    """Return a value so that it is seen where it ends."""
    text = str(value)
    return text if text and not set(text) & {" ", '"', "="} else json.dumps(text, ensure_ascii=False)


def _fields(record: logging.LogRecord) -> dict[str, Any]:
    own = getattr(record, "fields", {})
    request_id = current_request().id or current_actor().request_id
    return {"request_id": request_id, **own} if request_id else own
