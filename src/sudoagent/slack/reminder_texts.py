"""The sentences of `reminders`; see `texts`."""

from __future__ import annotations

from typing import Final

# In the thread under a card. These mention whoever is asked.
THREAD_REMINDER: Final = "⏰ {people}: this still waits for a decision. It expires at {at}."
THREAD_REMINDER_ALL: Final = "⏰ This still waits for a decision. It expires at {at}."
THREAD_WIDENED: Final = "⏫ {people}: you can decide this now, too. It expires at {at}."

# On a lock screen.
FALLBACK_REMINDER: Final = "Reminder: {action} still waits for a decision"
FALLBACK_WIDENED: Final = "You can decide this now, too: {action}"
