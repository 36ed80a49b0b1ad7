"""What `/sudo` answers, privately. See `texts` for what may be changed and how."""

from __future__ import annotations

from typing import Final

HELP: Final = (
    "/sudo pending: what waits for you\n"
    "/sudo show ID: one request\n"
    "/sudo grants: what is allowed for a while, to end it\n"
    "/sudo status: whether guarded calls may run\n"
    "/sudo help: this\n"
    "For the people in SUDOAGENT_ADMINS:\n"
    "/sudo freeze REASON: nothing that is guarded runs, and nobody can approve, until\n"
    "/sudo unfreeze: guarded calls run again"
)
SAY_WHY: Final = "Say why: /sudo freeze REASON. Agents and reviewers read it."
SAY_WHICH: Final = "Say which: /sudo show ID. The id stands at the bottom of the card."
FROZEN: Final = "Frozen: every guarded call is denied until /sudo unfreeze."
FROZEN_BEFORE: Final = "It was frozen already; see /sudo status."
THAWED: Final = "Guarded calls run again."
NOT_FROZEN: Final = "It was not frozen."
STATUS_OPEN: Final = "Not frozen: guarded calls are decided as usual."
STATUS_WAITING: Final = "Waiting for a decision: {count}."
STATUS: Final = "Frozen: every guarded call is denied."
STATUS_FROZEN: Final = "Frozen by {who}, {at}, because:"
PENDING: Final = "Waiting for you: {count}"
PENDING_ALL: Final = "Waiting for somebody: {count}"
NOTHING: Final = "Nothing waits for you."
NOTHING_AT_ALL: Final = "Nothing waits for anybody."
LINE: Final = "{mark} {agent} wants to run {action}; expires {at}; {id}"
MORE: Final = "… and {count} more."
WHERE: Final = "Decide on the card, or in the app's Home tab."
