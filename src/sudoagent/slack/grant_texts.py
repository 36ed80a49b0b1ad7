"""Every sentence about allowing for a while, as `texts` has the others: to translate or reword."""

from __future__ import annotations

from typing import Final

DURATION: Final = {
    "second": "1 second",
    "seconds": "{count} seconds",
    "minute": "1 minute",
    "minutes": "{count} minutes",
    "hour": "1 hour",
    "hours": "{count} hours",
}

BUTTON: Final = "Allow for {duration}…"
LABEL: Final = "Allow {action} for {duration}: see what will pass"

# The dialog that restates what will pass.
TITLE: Final = "Allow for a while"
SUBMIT: Final = "Allow"
CLOSE: Final = "Go back"
INTRO: Final = (
    "{action} runs right away. For {duration} from now on {agent} can run it again, as often as it "
    "likes, without anybody being asked, as long as all of this is the same:"
)
ACTION: Final = "Action: "
AGENT: Final = "Agent: "
REQUESTER: Final = "On behalf of: "
ARGUMENTS: Final = "These arguments, with exactly these values:"
REST: Final = "⚠️ Everything else can be different each time, whatever it is in this call: {names}."
REST_NOTHING: Final = "⚠️ If it takes other arguments, they can be anything."
HOW_TO_END: Final = (
    "Each call is recorded. To end it before: /sudo grants, or the Home tab of this app."
)

# On the card and in its thread.
GIVEN_ON_CARD: Final = (
    "🔓 {person} also allowed it for {duration}, until {at}, as long as these stay the same: "
    "{same}."
)
REVOKED: Final = "🔒 {who} has ended that."
OVER: Final = "⌛ What was allowed here for a while is over. {uses}"
REVOKED_AFTER: Final = "🔒 {who} has ended what was allowed here for a while. {uses}"
USES: Final = "{count} calls passed without being asked about."
USES_ONE: Final = "1 call passed without being asked about."

# `/sudo grants`, and the Home tab.
HOME: Final = "Allowed for a while"
STANDS: Final = "🔓 {agent} can run {action} without asking until {at}, with:"
GIVEN: Final = "Allowed by {person}. {uses}"
BUTTON_REVOKE: Final = "Revoke"
LABEL_REVOKE: Final = "Revoke: ask about {action} again"
LISTED: Final = "Allowed for a while, and yours to end: {count}"
NOTHING: Final = "Nothing is allowed for a while that you could end."
REVOKED_NOW: Final = "Revoked: {action} is asked about again from now on."
