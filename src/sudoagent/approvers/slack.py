"""SlackApprover: asks reviewers in a Slack channel and waits for their verdict."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, cast, get_args

from sudoagent._threads import in_thread
from sudoagent.follow_up import FollowUp
from sudoagent.policies import DenyReason
from sudoagent.review.background import background
from sudoagent.review.freeze import FreezeSwitch, Unreachable
from sudoagent.slack.wording import use_wording, wording_from

from ._number import OnNumber
from ._slack_asking import Asking
from ._slack_desk import desk_for
from ._slack_grants import passage
from ._slack_outcome import Ended, Receipt, tell
from ._slack_question import Question, question_for
from ._slack_settings import NumberMatch, SlackSettings, read_settings

if TYPE_CHECKING:
    from sudoagent.context import Context
    from sudoagent.policies import PolicyResult
    from sudoagent.verdict import Verdict

__all__ = ["SlackApprover"]


class SlackApprover:
    """Posts a card with the call to a channel, and waits until enough reviewers have decided.

    What is not given comes from the environment, read once, here: ``SUDOAGENT_CHANNEL``,
    ``SUDOAGENT_REVIEWERS``, ``SUDOAGENT_REQUESTER``, ``SLACK_BOT_TOKEN``, ``SLACK_API_URL``,
    ``REDIS_URL`` (unset: a server on this machine, started on demand), ``SUDOAGENT_SIGNING_KEY``
    (unset: derived from the token), ``SUDOAGENT_NAMESPACE``, ``SUDOAGENT_STATE_DIR``;
    ``SUDOAGENT_TEXTS`` names a file with other words for what Slack shows.

    - ``reviewers``: Slack user ids (``U…``) and user-group ids (``S…``) of those who may decide.
      ``quorum`` of them must approve; ``deny_quorum`` denials end the request.
    - ``requester``: the Slack user on whose behalf the agent acts, who may not decide about his
      own request unless ``allow_requester``.
    - ``timeout``: seconds until a request expires, which is a denial.
    - ``agent``: what the agent is called on the card, where the call's metadata does not say.
    - ``bot_wait``: seconds to wait for a bot to be listening before nobody can be asked.
    - ``max_pending``, ``max_pending_per_requester``: caps on requests waiting at the same time;
      beyond them the call is denied with a reason that begins with ``rate_limited``.
    - ``deny_reason``: whether a reviewer who denies must say why (``"required"``) or may
      (``"optional"``).
    - ``number_match``: whether whoever approves must type a number that is shown where the agent
      runs: on its terminal, in the log of ``sudoagent`` and to ``on_number(request_id, number)``.
      ``"high"``: for calls of high risk. A policy can demand it for others.
    - ``follow_up``: when those who have not voted are reminded, and who is asked, too, if nobody
      answers.
    - ``direct``: requests go to each reviewer as a direct message, members of groups included; and
      to ``channel`` only if that is given here, too.
    - ``on_unreachable``: whether calls that the policy allows run (``"allow"``) or are denied while
      the freeze switch cannot be read.

    A ``PolicyResult`` can name its own channel, thread, reviewers, quorum, timeout, follow-up and
    risk. Of the call's metadata, ``agent``, ``justification`` (or ``reason``) and ``environment``
    are shown.

    A setting that is wrong raises ``ConfigurationError`` here. Settings that are missing raise
    ``ApproverUnavailable``, naming each, when a call needs approval, so that a ``FallbackApprover``
    works where Slack is not set up.
    """

    suspends: tuple[type[BaseException], ...] = ()

    def __init__(
        self,
        *,
        channel: str | None = None,
        reviewers: Sequence[str] | None = None,
        timeout: float = 600.0,
        requester: str | None = None,
        token: str | None = None,
        api_url: str | None = None,
        redis_url: str | None = None,
        signing_key: str | None = None,
        quorum: int = 1,
        deny_quorum: int = 1,
        namespace: str | None = None,
        state_dir: str | os.PathLike[str] | None = None,
        allow_requester: bool = False,
        agent: str | None = None,
        bot_wait: float = 15.0,
        max_pending: int = 500,
        max_pending_per_requester: int = 50,
        on_unreachable: Unreachable = "deny",
        deny_reason: DenyReason = "optional",
        number_match: NumberMatch = False,
        on_number: OnNumber | None = None,
        follow_up: FollowUp | None = None,
        direct: bool = False,
    ) -> None:
        self._settings: SlackSettings = read_settings(
            channel=channel,
            reviewers=reviewers,
            timeout=timeout,
            requester=requester,
            token=token,
            api_url=api_url,
            redis_url=redis_url,
            signing_key=signing_key,
            quorum=quorum,
            deny_quorum=deny_quorum,
            namespace=namespace,
            state_dir=state_dir,
            allow_requester=allow_requester,
            agent=agent,
            bot_wait=bot_wait,
            max_pending=max_pending,
            max_pending_per_requester=max_pending_per_requester,
            deny_reason=deny_reason,
            number_match=number_match,
            on_number=on_number,
            follow_up=follow_up,
            direct=direct,
            environ=os.environ,
        )
        use_wording(wording_from(os.environ))
        self._gate = FreezeSwitch(
            redis_url=self._settings.redis_url,
            namespace=self._settings.namespace,
            state_dir=self._settings.state_dir,
            on_unreachable=on_unreachable,
            environ={},
        )

    def __repr__(self) -> str:
        return f"SlackApprover(channel={self._settings.channel!r})"

    @property
    def gate(self) -> FreezeSwitch | None:
        """The freeze switch of the namespace; none where Slack is not set up at all."""
        return None if self._settings.keyring is None else self._gate

    @property
    def digest_key(self) -> bytes | None:
        """The key of call digests, the same in every process of the deployment."""
        keyring = self._settings.keyring
        return None if keyring is None else keyring.derive("digest")

    def approve(self, ctx: Context, result: PolicyResult, request_id: str) -> Verdict:
        """Ask, wait, and return the verdict; an approval has been claimed for this call alone.

        An interrupt (Ctrl-C, SIGTERM, the end of the program) withdraws the request. Raises
        ``ApproverUnavailable`` when nobody was asked, ``ApprovalDenied`` when the call may not even
        be asked about, ``OutcomeUnknown`` when the approval was used before, and ``ApprovalError``
        when asking failed. Nothing may run then.
        """
        head = ctx._log_head()
        question = question_for(self._settings, ctx, result, request_id, audit_head=head)
        return background().run(_verdict(question))

    async def aapprove(self, ctx: Context, result: PolicyResult, request_id: str) -> Verdict:
        """The same, awaiting. Cancelling the task withdraws the request."""
        head = await in_thread(ctx._log_head)  # it may ask a disk or a server
        question = question_for(self._settings, ctx, result, request_id, audit_head=head)
        return await background().arun(_verdict(question))

    def completed(
        self,
        verdict: Verdict,
        request_id: str,
        outcome: str,
        seconds: float | None,
        error: str | None,
    ) -> None:
        """Let card and thread say what became of the call. Returns at once and raises nothing."""
        receipt = verdict.receipt
        if type(receipt) is Receipt and outcome in get_args(Ended):
            background().dispatch(tell(receipt, cast("Ended", outcome), seconds, error))


async def _verdict(question: Question) -> Verdict:
    desk = await desk_for(question.settings)
    found = await passage(desk.store, question)
    if found.verdict is not None:
        return found.verdict
    verdict = await Asking(desk, question).verdict()
    notes = {"grant_refused": found.refused, "allow_for": question.not_offered}
    return replace(verdict, facts={**verdict.facts, **{k: v for k, v in notes.items() if v}})
