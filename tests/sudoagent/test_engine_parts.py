"""What an engine is made of is checked when it is made."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from sudoagent import (
    ApprovalDenied,
    ConfigurationError,
    FallbackApprover,
    SudoEngine,
)
from support.parts import ALLOW, Answers, Log, Says, Till, Way, engine


class TestParts:
    @pytest.mark.parametrize("role", ["policy", "approver", "logger"])
    @pytest.mark.parametrize("part", [None, object(), "text", Says, Answers, Log])
    def test_what_cannot_work_is_refused_at_once(self, role: str, part: Any) -> None:
        if part is None and role != "policy":
            return  # the default
        with pytest.raises(ConfigurationError, match=role):
            SudoEngine(**{"policy": Says(), "approver": Answers(), "logger": Log(), role: part})

    @pytest.mark.parametrize(
        ("role", "method"),
        [("policy", "evaluate"), ("approver", "approve"), ("logger", "log"), ("gate", "closed")],
    )
    def test_an_async_method_would_seem_to_have_answered(self, role: str, method: str) -> None:
        async def later(self: Any, *_: Any) -> None: ...

        part = type("Later", (), {method: later})()
        with pytest.raises(ConfigurationError, match=rf"{method}\(\) is async"):
            engine(**{role: part})

    @pytest.mark.parametrize(
        "suspends", [KeyError, "KeyError", 3, None, [3], (str,), (KeyError(),)]
    )
    def test_what_an_approver_pauses_with_is_exceptions(self, suspends: Any) -> None:
        approver = Answers(suspends=suspends)
        for one in (approver, FallbackApprover(Answers(), approver)):
            with pytest.raises(ConfigurationError, match="suspends of Answers"):
                engine(approver=one)

    def test_a_policy_is_required(self) -> None:
        with pytest.raises(TypeError, match="policy"):
            SudoEngine()  # type: ignore[call-arg]

    def test_the_defaults_are_the_terminal_and_a_file(
        self, tmp_path: Any, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        tmp_path.chmod(0o700)
        monkeypatch.chdir(tmp_path)
        SudoEngine(policy=Says(ALLOW)).execute(Till().pay, "alice")

        assert len((tmp_path / "sudo_audit.jsonl").read_text().splitlines()) == 2

    def test_a_gate_stands_above_the_policy(self, way: Way, till: Till) -> None:
        class Frozen:
            def closed(self, policy_decision: str) -> str | None:
                return f"frozen ({policy_decision})"

        with pytest.raises(ApprovalDenied, match=r"frozen \(allow\)"):
            way.call(engine(gate=Frozen()), till.pay, "alice")
        with pytest.raises(ApprovalDenied, match="frozen"):
            way.call(engine(approver=Answers(True, gate=Frozen())), till.pay, "alice")
        assert till.paid == []

    def test_a_gate_may_await(self, till: Till) -> None:
        class Frozen:
            def closed(self, policy_decision: str) -> str | None:
                return None

            async def aclosed(self, policy_decision: str) -> str | None:
                return "frozen"

        with pytest.raises(ApprovalDenied, match="frozen"):
            asyncio.run(engine(gate=Frozen()).aexecute(till.pay, "alice"))
