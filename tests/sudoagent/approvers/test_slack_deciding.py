"""The library's side of numbers, reasons and edits: it shows, and checks everything again."""

from __future__ import annotations

import asyncio
import logging
import uuid
from typing import Annotated, Any

import pytest

from sudoagent import (
    ApprovalDenied,
    ApprovalError,
    Context,
    Editable,
    OutcomeUnknown,
    SudoAgentError,
    SudoEngine,
)
from sudoagent.approvers._slack_question import question_for
from sudoagent.playground import AsyncPlayground
from sudoagent.review.number import states_number
from sudoagent.review.request import encode
from sudoagent.review.seal import Keyring
from support.parts import Asks, Log

from .slack_deployment import ALICE, BOB, Deployment, call, eventually, over_limit

Amount = Annotated[float, Editable(ge=0, le=500)]


def refund(user_id: str, amount: Amount) -> tuple[str, float]:
    return user_id, amount


class Numbers:
    """Somebody who wants to be told the numbers."""

    def __init__(self) -> None:
        self.told: list[tuple[str, str]] = []

    def __call__(self, request_id: str, number: str) -> None:
        self.told.append((request_id, number))

    async def first(self) -> tuple[str, str]:
        """Wait until a number was told."""

        async def look() -> tuple[str, str] | None:
            return self.told[0] if self.told else None

        found: tuple[str, str] = await eventually(look)
        return found


class Running:
    """A guarded call on its way."""

    def __init__(
        self, deployment: Deployment, *, log: Log | None = None, key: str | None = None, **more: Any
    ) -> None:
        self.deployment = deployment
        self.log = log or Log()
        rules = more.pop("rules", {})
        sudo = SudoEngine(
            policy=Asks(**rules),
            approver=deployment.approver(**more),
            logger=self.log,  # type: ignore[arg-type]
        )
        sudo = sudo.using(idempotency_key=key)
        self.task = asyncio.ensure_future(sudo.aexecute(refund, "u2", 1500.0))

    async def vote(self, **fields: Any) -> str:
        """Vote as a bot does on the call's request."""
        request_id = await self.deployment.pending()
        kind = await self.deployment.vote(request_id, **fields)
        assert kind == "decided"
        return request_id

    async def ended(self) -> Any:
        return await asyncio.wait_for(self.task, 30)

    async def refusal(self) -> SudoAgentError:
        with pytest.raises(SudoAgentError) as caught:
            await self.ended()
        assert self.log.story == [("decision", "deny")]
        return caught.value


class TestEdits:
    async def test_the_request_offers_marked_arguments(self, deployment: Deployment) -> None:
        running = Running(deployment)
        request = await deployment.request(await deployment.pending())
        (offer,) = request.editable
        assert (offer.name, offer.kind, offer.current) == ("amount", "float", "1500.0")
        assert (offer.ge, offer.le) == ("0", "500")
        await running.vote(edits={"amount": "450"}, comment="Half of it")
        assert await running.ended() == ("u2", 450.0)
        metadata = running.log.entries[0].metadata
        assert metadata["edited"] == {"amount": {"before": 1500.0, "after": 450.0}}
        assert metadata["approved_call_digest"] == request.digest
        assert metadata["call_digest"] != request.digest
        assert metadata["comment"] == "Half of it"
        assert metadata["votes"][0]["user_id"] == ALICE

    async def test_more_reviewers_than_one_are_offered_none(self, deployment: Deployment) -> None:
        running = Running(deployment, quorum=2)
        request_id = await deployment.pending()
        assert (await deployment.request(request_id)).editable == ()
        await deployment.vote(request_id, user_id=ALICE, edits={"amount": "450"})
        assert await deployment.vote(request_id, user_id=BOB) == "decided"
        assert "cannot be trusted" in (await running.refusal()).reason

    @pytest.mark.parametrize(
        "edits",
        [
            {"user_id": "attacker"},
            {"amount": "500.01"},
            {"amount": "nan"},
            {"amount": "1e999"},
            {"amount": "450", "user_id": "attacker"},
            {"nothing": "1"},
        ],
    )
    async def test_a_bot_that_seals_other_edits_is_not_believed(
        self, deployment: Deployment, edits: dict[str, str]
    ) -> None:
        running = Running(deployment)
        await running.vote(edits=edits)
        error = await running.refusal()
        assert isinstance(error, ApprovalError)
        assert "attacker" not in str(error)

    async def test_edits_in_a_forged_vote_are_not_believed(self, deployment: Deployment) -> None:
        running = Running(deployment)
        await running.vote(edits={"amount": "450"}, keyring=Keyring(["what an attacker guesses"]))
        assert isinstance(await running.refusal(), ApprovalError)

    async def test_edits_that_are_put_into_a_genuine_vote_break_its_seal(
        self, deployment: Deployment
    ) -> None:
        running = Running(deployment)
        request_id = await deployment.pending()
        request = await deployment.request(request_id)
        genuine = deployment.keyring.seal(b'{"edits":{}}', "vote")
        forged = genuine.replace(b"{}", b'{"amount":"1"}')
        assert request.editable
        await deployment.redis(
            "HSET", deployment.key(request_id), f"vote:T/{ALICE}", forged.decode()
        )
        await deployment.redis("HSET", deployment.key(request_id), "state", "approved")
        await deployment.hint(request_id)
        assert isinstance(await running.refusal(), ApprovalError)

    async def test_a_run_that_takes_up_the_request_runs_the_edited_call_once(
        self, deployment: Deployment
    ) -> None:
        first = Running(deployment, key="refund-1", rules={"timeout": 50.0})
        request_id = await deployment.pending()
        await deployment.vote(request_id, edits={"amount": "450"})
        assert await first.ended() == ("u2", 450.0)
        again = Running(deployment, key="refund-1")
        with pytest.raises(OutcomeUnknown):
            await again.ended()

    async def test_a_dead_runs_edited_approval_is_taken_up_as_edited(
        self, deployment: Deployment
    ) -> None:
        seen: list[Context] = []

        class Dying:
            def approve(self, ctx: Context, result: Any, request_id: str) -> bool:
                seen.append(ctx)
                return False

            digest_key = deployment.approver().digest_key

        log: Any = Log()
        sudo = SudoEngine(policy=Asks(), approver=Dying(), logger=log)
        with pytest.raises(ApprovalDenied):
            sudo.using(idempotency_key="refund-2").execute(refund, "u2", 1500.0)
        request_id = await deployment.left_by_a_dead_run(seen[0])
        await deployment.vote(request_id, edits={"amount": "450"})
        next_run = Running(deployment, key="refund-2")
        assert await next_run.ended() == ("u2", 450.0)
        assert next_run.log.entries[0].request_id == request_id
        assert next_run.log.entries[0].metadata["edited"]["amount"]["after"] == 450.0

    @pytest.mark.usefixtures("bot")
    async def test_the_whole_way_in_slack(
        self, botless: Deployment, aslack: AsyncPlayground
    ) -> None:
        running = Running(botless, bot_wait=15.0)
        card = await aslack.wait_for_message("refund")
        alice = aslack.as_person(ALICE)
        await alice.click("edit", ts=card.ts)
        await alice.view(callback_id="edited")
        await alice.submit({"edit:amount": "450", "comment": "Half of it"})
        assert await running.ended() == ("u2", 450.0)
        assert running.log.entries[0].metadata["comment"] == "Half of it"


class TestNumbers:
    async def test_it_is_told_to_the_program_and_the_log_and_nobody_else(
        self, deployment: Deployment, caplog: pytest.LogCaptureFixture
    ) -> None:
        numbers = Numbers()
        with caplog.at_level(logging.INFO, "sudoagent"):
            running = Running(deployment, rules={"number_match": True}, on_number=numbers)
            request = await deployment.request(await deployment.pending())
        request_id, number = await numbers.first()
        assert request_id == request.id
        assert states_number(request, number, deployment.keyring)
        (line,) = [record for record in caplog.records if "type the number" in record.message]
        assert line.name == "sudoagent"
        assert line.message == (
            f"To approve refund in Slack, type the number {number} (request {request_id})"
        )
        await running.vote(number_matched=True)
        assert await running.ended() == ("u2", 1500.0)
        assert running.log.entries[0].metadata["votes"][0]["number_matched"] is True

    async def test_an_approval_that_does_not_state_it_is_not_believed(
        self, deployment: Deployment
    ) -> None:
        running = Running(deployment, rules={"number_match": True})
        await running.vote()
        assert isinstance(await running.refusal(), ApprovalError)

    async def test_a_denial_needs_none(self, deployment: Deployment) -> None:
        running = Running(deployment, number_match=True)
        await running.vote(choice="deny", comment="not this one")
        error = await running.refusal()
        assert isinstance(error, ApprovalDenied)
        assert error.comment == "not this one"

    async def test_whoever_takes_up_a_request_is_told_its_number_again(
        self, deployment: Deployment
    ) -> None:
        ctx = call(idempotency_key="refund-3")
        settings = deployment.approver(number_match=True)._settings
        question = question_for(settings, ctx, over_limit(), str(uuid.uuid4()))
        sealed = deployment.keyring.seal(encode(question.request), "request")
        await deployment.store.create(question.request, sealed, idempotency_key="refund-3")
        await deployment.store.attach_message(question.request.id, "C0APPROVALS", "1.1")
        numbers = Numbers()
        asking = deployment.asking(ctx=ctx, number_match=True, on_number=numbers)
        assert await numbers.first() == (question.request.id, question.number)
        await deployment.vote(question.request.id, number_matched=True)
        assert (await asking.verdict()).approved

    async def test_a_program_that_fails_to_be_told_is_asked_for_all_the_same(
        self, deployment: Deployment, caplog: pytest.LogCaptureFixture
    ) -> None:
        def fails(request_id: str, number: str) -> None:
            raise RuntimeError("no screen")

        running = Running(deployment, number_match=True, on_number=fails)
        await running.vote(number_matched=True)
        assert await running.ended() == ("u2", 1500.0)

        async def logged() -> bool | None:
            return "on_number failed" in caplog.text or None

        await eventually(logged)  # it is told on a thread of its own

    @pytest.mark.parametrize(
        ("number_match", "rules", "needed"),
        [
            (False, {}, False),
            (False, {"number_match": True}, True),
            ("high", {}, False),
            ("high", {"risk": "high"}, True),
            ("high", {"number_match": True}, True),
            (True, {"risk": "low"}, True),
            (False, {"risk": "high"}, False),
        ],
    )
    def test_policy_and_approver_can_each_demand_it(
        self, number_match: Any, rules: dict[str, Any], needed: bool, deployment: Deployment
    ) -> None:
        settings = deployment.approver(number_match=number_match)._settings
        question = question_for(settings, call(), over_limit(**rules), str(uuid.uuid4()))
        assert (question.number is not None) is needed
        assert (question.request.number_check is not None) is needed
        assert " number=" not in repr(question)

    @pytest.mark.usefixtures("bot")
    async def test_the_whole_way_in_slack(
        self, botless: Deployment, aslack: AsyncPlayground
    ) -> None:
        numbers = Numbers()
        running = Running(botless, bot_wait=15.0, number_match=True, on_number=numbers)
        card = await aslack.wait_for_message("refund")
        alice = aslack.as_person(ALICE)
        await alice.click("approve", ts=card.ts)
        await alice.view(callback_id="number")
        await alice.submit({"number": (await numbers.first())[1]})
        assert await running.ended() == ("u2", 1500.0)


class TestReasons:
    @pytest.mark.parametrize(
        ("approvers", "policys", "asked"),
        [
            ("optional", None, "optional"),
            ("required", None, "required"),
            ("required", "optional", "optional"),
            ("optional", "required", "required"),
        ],
    )
    def test_the_policys_word_comes_before_the_approvers(
        self, approvers: Any, policys: Any, asked: str, deployment: Deployment
    ) -> None:
        settings = deployment.approver(deny_reason=approvers)._settings
        result = over_limit(deny_reason=policys)
        request = question_for(settings, call(), result, str(uuid.uuid4())).request
        assert request.deny_reason == asked

    @pytest.mark.usefixtures("bot")
    async def test_it_reaches_the_agent_the_log_and_the_card(
        self, botless: Deployment, aslack: AsyncPlayground
    ) -> None:
        running = Running(botless, bot_wait=15.0, deny_reason="required")
        card = await aslack.wait_for_message("refund")
        bob = aslack.as_person(BOB)
        await bob.click("deny", ts=card.ts)
        await bob.view(callback_id="deny_reason")
        assert "reason" in (await bob.submit()).errors
        await bob.submit({"text": "Wrong customer"})
        error = await running.refusal()
        assert isinstance(error, ApprovalDenied)
        assert (error.comment, error.reviewer) == ("Wrong customer", BOB)
        assert running.log.entries[0].metadata["comment"] == "Wrong customer"
        painted = await aslack.wait_for_revision(card.ts, "Denied", without_buttons=True)
        assert "Wrong customer" in painted.words
