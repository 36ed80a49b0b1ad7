"""The bot's log: standard error, one line for each event, no secrets, no argument values."""

from __future__ import annotations

import logging
import sys

from sudoagent.display import visible
from sudoagent.redaction import Redactor

__all__ = ["OneLine", "log_to_stderr"]


class OneLine(logging.Formatter):
    """Formats each record as one line in which nothing can imitate another line or hide a secret.

    Of an exception it keeps type and place; its text may hold what a library was given.
    """

    def __init__(self) -> None:
        super().__init__("%(asctime)s %(levelname)s %(name)s: %(message)s")
        self._redactor = Redactor()

    def format(self, record: logging.LogRecord) -> str:
        """Return the line, without a line break."""
        record.message = record.getMessage()
        record.asctime = self.formatTime(record)
        line = self.formatMessage(record)
        if record.exc_info and record.exc_info[1] is not None:
            line = f"{line} ({_where(record.exc_info[1])})"
        return visible(self._redactor.text(line))


def log_to_stderr() -> None:
    """Send this process's log to standard error; of foreign libraries, only what is wrong.

    Below that, Slack's libraries log payloads, which hold argument values, and advice to whoever
    writes a Bolt app.
    """
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(OneLine())
    logging.basicConfig(level=logging.WARNING, handlers=[handler], force=True)
    logging.getLogger("slack_bolt").setLevel(logging.ERROR)
    for ours in ("sudoagent", "sudoagent_bot"):
        logging.getLogger(ours).setLevel(logging.INFO)


def _where(error: BaseException) -> str:
    while isinstance(error, BaseExceptionGroup):
        error = error.exceptions[0]
    place = error.__traceback__
    while place is not None and place.tb_next is not None:
        place = place.tb_next
    if place is None:
        return type(error).__name__
    return f"{type(error).__name__} at {place.tb_frame.f_code.co_filename}:{place.tb_lineno}"
