"""Every sentence that Slack shows, in one place, so that a company can translate or reword them.

Words in braces are filled in by the card builders; a translation may move them but not rename
them. Nothing here is parsed as markup: the builders put these sentences into rich text elements and
plain text only. `wording` replaces them by a company's own, so they are read where they are shown,
and nowhere kept.
"""

from __future__ import annotations

from typing import Final

# The header of a card. A mark says what colour says, for people who do not see colours alike.
HEADER_PENDING: Final = "{mark} Approve {action}?"
HEADER: Final = {
    "approved": "✅ Approved: {action}",
    "denied": "⛔ Denied: {action}",
    "expired": "⌛ Expired: {action}",
    "cancelled": "🚫 Withdrawn: {action}",
}
HEADER_RAN: Final = {
    "success": "✅ Approved and done: {action}",
    "error": "❌ Approved, but it failed: {action}",
    "cancelled": "🚫 Approved, but it was stopped: {action}",
    "unrun": "🚫 Approved, but nothing ran: {action}",
}
RISK_MARK: Final = {"low": "🟢", "medium": "🟡", "high": "🔴"}
RISK: Final = {"low": "🟢 low", "medium": "🟡 medium", "high": "🔴 high"}

# What a phone's lock screen and a screen reader get: who and what, never an argument or a reason.
FALLBACK_PENDING: Final = "Approval needed: {agent} wants to run {action} ({risk} risk)"
FALLBACK: Final = {
    "approved": "Approved: {action}",
    "denied": "Denied: {action}",
    "expired": "Expired, so denied: {action}",
    "cancelled": "Withdrawn: {action}",
}
FALLBACK_RAN: Final = {
    "success": "Approved and done: {action}",
    "error": "Approved, but it failed: {action}",
    "cancelled": "Approved, but it was stopped: {action}",
    "unrun": "Approved, but nothing ran: {action}",
}
FALLBACK_RISK: Final = {"low": "low", "medium": "medium", "high": "high"}

WANTS: Final = "{agent} wants to run {action}."
WANTS_FOR: Final = "{agent} wants to run {action} for {requester}."
WANTED: Final = "{agent} wanted to run {action}."
WANTED_FOR: Final = "{agent} wanted to run {action} for {requester}."
SOME_AGENT: Final = "An agent"

NO_ARGUMENTS: Final = "(no arguments)"
MORE_ARGUMENTS: Final = "… and {count} more arguments that are not shown here"
ONE_MORE_ARGUMENT: Final = "… and 1 more argument that is not shown here"
LINES_LEFT_OUT: Final = "… {count} lines left out …"
CUT_BEFORE: Final = "(cut: the value is longer than can be shown)"
OBSCURED: Final = "(part of it looks like a secret, and is not shown)"
UNINSPECTABLE: Final = "(cannot be shown: {type})"
HIDDEN_NOTICE: Final = "⚠️ Not everything is shown here. Read All arguments: Approve is there."
CONTINUED: Final = "{name} (continued, part {part})"

AGENT_REASON: Final = "In the agent's own words (not checked by anybody):"
POLICY_REASON: Final = "Why it asks: "
FACT_RISK: Final = "Risk: "
FACT_ENVIRONMENT: Final = "Environment, as the agent says: "
FACT_REVIEWERS: Final = "Who can decide: "
FACT_NEEDS: Final = "Needs: "
RULE_ONE: Final = "1 approval"
RULE_MANY: Final = "{count} approvals"
RULE_DENIES: Final = ", or {count} denials against it"
AND_MORE: Final = " and {count} more"

# For a card that is posted when a request is widened: who is not mentioned once more.
ASKED_BEFORE: Final = "{count} asked before"
AND_ASKED_BEFORE: Final = ", and {count} asked before"
WIDENS: Final = "⏫ If nobody decides, more people are asked at {at}."
WIDENED: Final = "⏫ More people were asked at {at}."

VOTES_APPROVE: Final = "{count} of {quorum} approvals: {people}. {missing} more needed."
VOTES_APPROVE_ENOUGH: Final = "{count} of {quorum} approvals: {people}."
VOTES_DENY: Final = "{count} of {quorum} denials: {people}."

STATUS: Final = {
    "approved": "✅ Approved by {people}, {at}",
    "denied": "⛔ Denied by {people}, {at}",
    "expired": "⌛ Expired {at}. Nobody decided in time, so it is denied.",
    "cancelled": "🚫 Withdrawn {at}. {cause} Nothing ran.",
}
# Why a request was withdrawn. Anything else in the store reads as "other".
CAUSE: Final = {
    "stopped": "The program that asked was stopped, or gave up waiting.",
    "unposted": "The message could not be posted.",
    "frozen": "Approvals are frozen.",
    "other": "The agent took it back.",
}
RAN: Final = {
    "success": "▶️ Done after {duration}.",
    "error": "❌ Failed after {duration}.",
    "cancelled": "🚫 Stopped after {duration}; it may have done part of its work, or go on.",
    "unrun": "🚫 Nothing ran.",
}
DURATION: Final = {
    "milliseconds": "{count} ms",
    "seconds": "{count} s",
    "minutes": "{count} min",
    "hours": "{hours} h {minutes} min",
}
ERROR_LABEL: Final = "The error, without secrets:"
COMMENT_LABEL: Final = "{person} wrote:"

EXPIRES: Final = "⏳ Expires {at}, then it is denied"
FOOTER: Final = "Request {id} · call {digest}"
FOOTER_HEAD: Final = "Request {id} · call {digest} · log {head}"

BUTTON_APPROVE: Final = "Approve"
BUTTON_APPROVE_NUMBER: Final = "Approve…"
BUTTON_EDIT: Final = "Edit and approve…"
BUTTON_DENY: Final = "Deny…"
BUTTON_DETAILS: Final = "All arguments"
LABEL_APPROVE: Final = "Approve {action}"
LABEL_APPROVE_NUMBER: Final = "Approve {action}, with a number"
LABEL_EDIT: Final = "Edit the arguments of {action} and approve"
LABEL_DENY: Final = "Deny {action}, with a reason"
LABEL_DETAILS: Final = "Show all arguments of {action}"
LABEL_DETAILS_APPROVE: Final = "Show all arguments of {action}, and approve there"

CONFIRM_TITLE: Final = "Approve this?"
CONFIRM: Final = "{agent} will run {action} right away. This may not be undone.\n{arguments}"
CONFIRM_YES: Final = "Approve"
CONFIRM_NO: Final = "Go back"

DENY_TITLE: Final = "Deny this call"
DENY_SUBMIT: Final = "Deny"
DENY_CLOSE: Final = "Go back"
DENY_INTRO: Final = "{action} will not run. The reason is shown to the agent and kept in the log."
REASON_LABEL: Final = "Reason"
REASON_PLACEHOLDER: Final = "Wrong customer: check the ticket first"

REASON_MISSING: Final = "Say in a few words why not."

# The dialog in which a reviewer states the number that is shown where the agent runs.
NUMBER_TITLE: Final = "Approve this call"
NUMBER_SUBMIT: Final = "Approve"
NUMBER_CLOSE: Final = "Go back"
NUMBER_INTRO: Final = "{agent} will run {action} right away. This may not be undone."
NUMBER_LABEL: Final = "Number"
NUMBER_HINT: Final = "The three digits that are shown where the agent runs, or in its log."
NUMBER_WRONG: Final = "This is not the number. You can try {left} more times."
NUMBER_WRONG_ONCE_MORE: Final = "This is not the number. You can try once more."

# The dialog in which a reviewer changes arguments and approves the changed call.
EDIT_TITLE: Final = "Edit and approve"
EDIT_SUBMIT: Final = "Approve"
EDIT_CLOSE: Final = "Go back"
EDIT_INTRO: Final = "{action} runs right away, with what stands here. The change is recorded."
EDIT_YES: Final = "Yes"
# By the limits that an argument has: the least, the greatest, the number of characters.
EDIT_LIMITS: Final = {
    ("ge", "le"): "From {ge} to {le}.",
    ("ge",): "At least {ge}.",
    ("le",): "At most {le}.",
    ("count",): "At most {count} characters.",
}
EDIT_COMPLAINT: Final = {
    "not_editable": "This cannot be changed.",
    "not_text": "This has to be text.",
    "not_a_number": "This has to be a number.",
    "not_whole": "This has to be a whole number.",
    "not_a_choice": "Choose one of those that are offered.",
    "not_yes_or_no": "This has to be yes or no.",
    "too_small": "This is less than allowed.",
    "too_large": "This is more than allowed.",
    "too_long": "This is longer than allowed.",
}
EDIT_HIDDEN: Final = "This looks like a secret, which does not belong into Slack."
EDITED: Final = "✏️ {person} changed {name} from {before} to {after}."

DETAILS_TITLE: Final = "All arguments"
DETAILS_CLOSE: Final = "Close"
DETAILS_SUBMIT: Final = "Approve"
DETAILS_PAGE: Final = "Page {page} of {pages}"
DETAILS_MORE: Final = "Approve is on the last page."
DETAILS_RISK: Final = (
    "🔴 High risk: {action} runs right away when you approve, and may not be undone."
)
DETAILS_UNREADABLE: Final = (
    "⚠️ Part of this call cannot be shown to anybody. Approve only if you know what it is."
)
COMMENT_INPUT: Final = "Comment"
COMMENT_PLACEHOLDER: Final = "For the agent and the log"
BUTTON_PREVIOUS: Final = "Previous page"
BUTTON_NEXT: Final = "Next page"

# What the thread under a card says. Names, not mentions: nobody is pinged twice.
THREAD_VOTE: Final = {
    "approve": "✅ {person} approved.",
    "deny": "⛔ {person} denied.",
}
THREAD_RAN: Final = {
    "success": "▶️ {action} is done, after {duration}.",
    "error": "❌ {action} failed after {duration}.",
    "cancelled": (
        "🚫 {action} was stopped after {duration}; it may have done part of its work, or go on."
    ),
    "unrun": "🚫 {action} was not begun: nothing ran.",
}
UNRUN_LABEL: Final = "Why:"
THREAD_HEAD: Final = "log {head}"

# What somebody is told, privately, whose click did not count.
REFUSAL: Final = {
    "unknown": "This request is not known any more. Nothing was recorded.",
    "approved": "Too late: this was approved already.",
    "denied": "Too late: this was denied already.",
    "expired": "Too late: this request has expired, so it is denied.",
    "cancelled": "Too late: the agent withdrew this request.",
    "already_voted": "You have voted on this already. Your first vote counts.",
    "not_a_reviewer": "You are not on the list of people who may decide this.",
    "own_request": "You asked for this yourself, so somebody else has to decide.",
    "guest": "Guests cannot decide. Nothing was recorded.",
    "bot": "Only people can decide. Nothing was recorded.",
    "deactivated": "Deactivated people cannot decide. Nothing was recorded.",
    "other_workspace": "People of another workspace cannot decide. Nothing was recorded.",
    "cannot_check": "Slack could not say who you are just now. Nothing was recorded: try again.",
    "other_message": "This is not the current message of this request. Nothing was recorded.",
    "tampered": "This request cannot be trusted: it was changed on the way. Nothing was recorded.",
    "storage": "Your vote could not be stored just now. Nothing was recorded: try again.",
    "wrong_number": "This is not the number. Nothing was recorded.",
    "number_exhausted": (
        "You have tried as often as allowed, so somebody else has to approve this. You can still "
        "deny it."
    ),
    "not_offered": "This cannot be allowed for a while. Nothing was recorded.",
    "grant_over": "That is over already: it is asked about again.",
    "not_editable": "The arguments of this request cannot be changed. Nothing was recorded.",
    "old_button": "This button is no longer in use.",
    "frozen": "Approvals are frozen just now. Nothing was recorded: ask an administrator.",
    "not_an_admin": "Only the people in SUDOAGENT_ADMINS may do that. Nothing was changed.",
}

# The app's Home tab.
HOME_TITLE: Final = "Waiting for you"
HOME_NOTHING: Final = "Nothing waits for you. 🎉"
HOME_MORE: Final = "… and {count} more, less urgent ones. They move up here as these are decided."
HOME_DECIDED: Final = "What you decided lately"
HOME_NOTHING_DECIDED: Final = "Nothing within the last week."
HOME_LINE: Final = {
    "approve": "✅ You approved {action} for {agent}, {at}: {state}",
    "deny": "⛔ You denied {action} for {agent}, {at}: {state}",
}
HOME_STATE: Final = {
    "pending": "others have to decide, too.",
    "approved": "it was approved.",
    "denied": "it was denied.",
    "expired": "it expired, so it was denied.",
    "cancelled": "it was withdrawn.",
}
HOME_FROZEN: Final = "🧊 Frozen by {who}, {at}: nothing that is guarded runs, nobody can approve."
HOME_CLOSED: Final = "There is nothing here for you."
HOME_UNKNOWN: Final = "Slack could not say who you are just now. Open this tab again in a moment."
HOME_BAD: Final = "⚠️ Not shown, because they cannot be trusted: {count}. Tell an administrator."
NOTICE_TITLE: Final = "It did not count"
NOTICE_CLOSE: Final = "Close"

AT_DAY: Final = "{date_short_pretty} at {time}"
AT_SOON: Final = "{time} ({ago})"
