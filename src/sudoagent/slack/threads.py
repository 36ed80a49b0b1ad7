"""What the thread under a card tells: each vote, and what became of the call.

People appear by name and not as a mention: whoever voted knows it, and nobody is pinged twice.

Pure: no clock, no network.
"""

from __future__ import annotations

from sudoagent.review.request import Request, SignedVote

from . import texts
from .blocks import code, escape, one_line, quote, rich_text, sentence, strong
from .fields import edit_lines
from .messages import Message, Run, seconds

__all__ = ["run_reply", "vote_reply"]

_NAME_LIMIT = 80
_WORDS_LIMIT = 1500


def vote_reply(request: Request, vote: SignedVote, name: str | None = None) -> Message:
    """Return the reply that records one vote. ``name`` is how Slack calls the voter, if known."""
    who = one_line(name or "", _NAME_LIMIT) or one_line(vote.user_id, _NAME_LIMIT)
    template = texts.THREAD_VOTE[vote.choice]
    elements = [sentence(template, person=strong(who))]
    elements += edit_lines(request, vote)
    if vote.comment and vote.comment.strip():
        elements.append(quote(one_line(vote.comment, _WORDS_LIMIT)))
    block = rich_text(f"vote:{request.id}:{vote.at}", elements)
    return Message(template.format(person=escape(who)), (block,))


def run_reply(request: Request, run: Run) -> Message:
    """Return the reply that says what became of the call."""
    template = texts.THREAD_RAN[run.outcome]
    action, duration = one_line(request.action, _NAME_LIMIT), seconds(run.seconds)
    elements = [sentence(template, action=code(action), duration=duration)]
    if run.error and run.error.strip():
        elements.append(sentence(texts.ERROR_LABEL))
        elements.append(quote(one_line(run.error, _WORDS_LIMIT)))
    block = rich_text(f"ran:{request.id}:{run.outcome}", elements)
    return Message(template.format(action=escape(action), duration=duration), (block,))
