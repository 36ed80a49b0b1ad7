"""What the thread under a card tells: each vote, what became of the call, how a grant ended.

People appear by name and not as a mention: whoever voted knows it, and nobody is pinged twice.

Pure: no clock, no network.
"""

from __future__ import annotations

from sudoagent.review.request import Request, SignedVote

from . import texts
from .blocks import Block, code, escape, one_line, quote, rich_text, sentence, small_print, strong
from .fields import edit_lines
from .grants import GrantEnd, grant_end_lines, grant_end_marker, grant_lines
from .messages import Message, Run

__all__ = ["grant_end_reply", "run_marker", "run_reply", "vote_marker", "vote_reply"]

_NAME_LIMIT = 80
_WORDS_LIMIT = 1500


def vote_marker(vote: SignedVote) -> str:
    """Return what occurs in the block ids of the reply about this vote, and of no other message."""
    return f"vote:{vote.request_id}:{vote.user_id}:"


def run_marker(request: Request) -> str:
    """Return what occurs in the block ids of the reply about the outcome, and of no other."""
    return f"ran:{request.id}:"


def vote_reply(request: Request, vote: SignedVote, name: str | None = None) -> Message:
    """Return the reply that records one vote. ``name`` is how Slack calls the voter, if known."""
    who = one_line(name or "", _NAME_LIMIT) or one_line(vote.user_id, _NAME_LIMIT)
    template = texts.THREAD_VOTE[vote.choice]
    elements = [sentence(template, person=strong(who))]
    elements += edit_lines(request, vote, strong(who))
    elements += grant_lines(request, vote, strong(who))
    if vote.comment and vote.comment.strip():
        elements.append(quote(one_line(vote.comment, _WORDS_LIMIT)))
    block = rich_text(f"{vote_marker(vote)}{vote.at}", elements)
    return Message(template.format(person=escape(who)), (block,))


def grant_end_reply(request: Request, end: GrantEnd, name: str | None = None) -> Message:
    """Return the reply that says how a grant ended, and how many calls had passed under it.

    ``name`` is how Slack calls whoever revoked it, if known.
    """
    words, line = grant_end_lines(end, name)
    return Message(words, (rich_text(f"{grant_end_marker(request)}end", [line]),))


def run_reply(request: Request, run: Run) -> Message:
    """Return the reply that says what became of the call."""
    template = texts.THREAD_RAN[run.end]
    action = one_line(request.action, _NAME_LIMIT)
    elements = [sentence(template, action=code(action), duration=run.duration)]
    if run.error and run.error.strip():
        label = texts.UNRUN_LABEL if run.end == "unrun" else texts.ERROR_LABEL
        elements.append(sentence(label))
        elements.append(quote(one_line(run.error, _WORDS_LIMIT)))
    marker = run_marker(request)
    blocks: list[Block] = [rich_text(f"{marker}{run.end}", elements)]
    if run.audit_head:
        words = texts.THREAD_HEAD.format(head=one_line(run.audit_head, _NAME_LIMIT))
        blocks.append(small_print(f"{marker}head", words))
    return Message(template.format(action=escape(action), duration=run.duration), tuple(blocks))
