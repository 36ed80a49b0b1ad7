"""The sentences of `notices`; see `texts`."""

from __future__ import annotations

from typing import Final

# One message for all requests of one asker that a cap refused.
HELD_BACK: Final = (
    "✋ {count} requests of {asker} were held back within the hour, because too many are waiting "
    "already. Each of them was denied. Decide some of those that wait, or find out why the agent "
    "asks so often."
)
HELD_BACK_ONE: Final = (
    "✋ 1 request of {asker} was held back within the hour, because too many are waiting already. "
    "It was denied."
)
HELD_BACK_FALLBACK: Final = "Requests held back: {count}"
SOME_ASKER: Final = "an agent"
