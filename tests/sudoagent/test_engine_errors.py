"""What a guarded function raises comes out unchanged; what the engine raises shows no values."""

from __future__ import annotations

import asyncio
import pickle
import traceback

import pytest

from sudoagent import (
    ApprovalDenied,
    AuditLogError,
    Context,
    Decision,
    PolicyResult,
    SudoAgentError,
)
from support.parts import Log, Says, Till, Way, asking, engine, raising


class Hostile(Exception):
    def __str__(self) -> str:
        raise RuntimeError("cannot be told")

    __repr__ = __str__


class TestWhatTheFunctionRaises:
    @pytest.mark.parametrize(
        ("error", "outcome"),
        [
            (ValueError("v"), "error"),
            (KeyboardInterrupt(), "cancelled"),
            (SystemExit(2), "error"),
            (asyncio.CancelledError(), "cancelled"),
            (ExceptionGroup("two", [ValueError(), KeyError()]), "error"),
            (BaseExceptionGroup("two", [KeyboardInterrupt()]), "error"),
            (RecursionError(), "error"),
            (ApprovalDenied("the function's own"), "error"),
            (AuditLogError("the function's own"), "error"),
        ],
        ids=lambda value: type(value).__name__,
    )
    def test_it_comes_out_unchanged(
        self, way: Way, log: Log, error: BaseException, outcome: str
    ) -> None:
        with pytest.raises(type(error)) as raised:
            way.call(engine(logger=log), raising(error))

        assert raised.value is error
        assert log.story == [("decision", "allow"), ("outcome", outcome)]
        assert log.entries[1].error_type == type(error).__name__

    def test_one_that_cannot_be_told_comes_out_too(self, log: Log) -> None:
        error = Hostile()
        with pytest.raises(Hostile) as raised:
            engine(logger=log).execute(raising(error))

        assert raised.value is error
        assert log.story[-1] == ("outcome", "error")

    def test_stop_iteration_comes_out_of_a_blocking_call(self, log: Log) -> None:
        error = StopIteration("value")
        with pytest.raises(StopIteration) as raised:
            engine(logger=log).execute(raising(error))

        assert raised.value is error
        assert log.story[-1] == ("outcome", "error")

    def test_stop_iteration_cannot_come_out_of_a_coroutine(self, log: Log) -> None:
        # PEP 479: Python itself turns it into a RuntimeError.
        with pytest.raises(RuntimeError) as raised:
            asyncio.run(engine(logger=log).aexecute(raising(StopIteration("value"))))

        assert isinstance(raised.value.__cause__, StopIteration)

    def test_secrets_that_it_quotes_do_not_reach_the_log(self, way: Way, log: Log) -> None:
        def login(user: str, password: str) -> None:
            raise ValueError(f"{password} is wrong for {user}")

        with pytest.raises(ValueError, match="gr33n-h0rse"):
            way.call(engine(logger=log), login, "alice", "gr33n-h0rse")

        assert "gr33n-h0rse" not in str(log.entries)
        assert "alice" in str(log.entries)

    def test_nor_do_those_that_the_caller_quotes(self, way: Way, log: Log) -> None:
        def login(user: str, password: str) -> None: ...

        said = {"agent": "bot", "justification": "log in with gr33n-h0rse", "gr33n-h0rse": ["x"]}
        sudo = engine(logger=log).using(metadata=said, idempotency_key="gr33n-h0rse for alice")
        way.call(sudo, login, "alice", "gr33n-h0rse")

        assert "gr33n-h0rse" not in str([entry.metadata for entry in log.entries])
        assert log.entries[0].metadata["context"]["agent"] == "bot"


class TestErrors:
    def errors(self) -> list[SudoAgentError]:
        spoken = "card 4111-1111, amount 98765"

        def evaluate(ctx: Context) -> PolicyResult:
            raise ValueError(f"{spoken} {ctx.kwargs}")

        sudos = [
            engine(Says(evaluate)),
            engine(Says(lambda ctx: str(ctx.kwargs))),
            asking(RuntimeError(spoken)),
            asking(lambda ctx: str(ctx.kwargs)),
            engine(logger=Log({1: OSError(spoken)})),
        ]
        caught = []
        for sudo in sudos:
            with pytest.raises(SudoAgentError) as raised:
                sudo.execute(Till().pay, "4111-1111", amount=98765)
            caught.append(raised.value)
        return caught

    def test_they_show_no_argument_values(self) -> None:
        for error in self.errors():
            # The id is random, and could hold the digits by chance.
            facts = {name: fact for name, fact in vars(error).items() if name != "request_id"}
            shown = f"{error} {error!r} {error.args} {facts}"
            assert "98765" not in shown
            assert "4111" not in shown

    def test_they_lead_to_what_failed_for_whoever_debugs_it(self) -> None:
        causes = [type(error.__cause__) for error in self.errors()]

        assert causes == [ValueError, type(None), RuntimeError, type(None), OSError]
        (policy, *_) = self.errors()
        assert "in evaluate" in "".join(traceback.format_exception(policy))

    def test_they_travel_between_processes(self) -> None:
        for error in self.errors():
            travelled = pickle.loads(pickle.dumps(error))
            assert (type(travelled), vars(travelled)) == (type(error), vars(error))
            assert travelled.request_id
            assert travelled.action == "Till.pay"

    def test_a_secret_in_a_policys_reason_is_not_repeated(self, till: Till, log: Log) -> None:
        token = "xoxb-" + "1234567890-" * 2 + "abcdefghijklmnopqrstuvwx"
        denies = PolicyResult(decision=Decision.DENY, reason=f"not with {token}")
        with pytest.raises(ApprovalDenied) as denied:
            engine(Says(denies), logger=log).execute(till.pay, "alice")

        assert token not in str(denied.value)
        assert token not in str(log.entries)
