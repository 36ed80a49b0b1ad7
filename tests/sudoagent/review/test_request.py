"""What passes between library and bot is read strictly; its life is one table."""

from __future__ import annotations

from typing import Any, get_args

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sudoagent.review.request import (
    LEGAL_MOVES,
    MAX_RECORD_BYTES,
    SCHEMA_VERSION,
    Argument,
    MalformedRecord,
    Move,
    Request,
    SignedVote,
    State,
    decode_request,
    decode_vote,
    encode,
    is_request_id,
    next_state,
)

ID = "0b6c2f9e-3b0a-4c56-9f5e-2f1d3c4b5a69"


def request(**fields: Any) -> Request:
    return Request(
        **{
            "v": SCHEMA_VERSION,
            "id": ID,
            "nonce": "n",
            "namespace": "default",
            "action": "refund_user",
            "arguments": (Argument(name="amount", value=1500.0, type="float"),),
            "digest": "ab" * 32,
            "policy_reason": "over the limit",
            "reviewers": ("U1",),
            "quorum": 1,
            "deny_quorum": 1,
            "risk": "medium",
            "channel": "#approvals",
            "created_at": 1_000,
            "expires_at": 2_000,
            **fields,
        }
    )


def vote(**fields: Any) -> SignedVote:
    return SignedVote(
        **{
            "v": SCHEMA_VERSION,
            "request_id": ID,
            "nonce": "n",
            "digest": "ab" * 32,
            "choice": "approve",
            "team_id": "T1",
            "user_id": "U1",
            "at": 1_500,
            **fields,
        }
    )


json_values = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**53), 2**53)
    | st.floats(allow_nan=False)
    | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=10,
)


class TestTravelling:
    @given(json_values, st.text(max_size=50), st.text(max_size=50))
    @settings(max_examples=60, deadline=None)
    def test_a_request_arrives_as_it_was_asked(self, value: Any, agent: str, reason: str) -> None:
        value = msgspec.json.decode(msgspec.json.encode(value))
        argument = Argument(name="x", value=value, type="object", cut=True, uninspectable=True)
        asked = request(arguments=(argument,), agent=agent, agent_reason=reason, highlight=("x",))

        assert decode_request(encode(asked)) == asked

    @given(st.sampled_from(["approve", "deny"]), st.text(max_size=50))
    @settings(max_examples=20, deadline=None)
    def test_a_vote_arrives_as_it_was_given(self, choice: str, comment: str) -> None:
        given_vote = vote(choice=choice, comment=comment)

        assert decode_vote(encode(given_vote)) == given_vote


class TestStrictness:
    @pytest.mark.parametrize(
        "fields",
        [
            {"id": "not an id"},
            {"id": ID.upper()},
            {"id": ID.replace("-4c56", "-1c56")},
            {"reviewers": ()},
            {"digest": ""},
            {"quorum": 0},
            {"quorum": -1},
            {"deny_quorum": 0},
            {"expires_at": 1_000},
            {"expires_at": 999},
            {"v": SCHEMA_VERSION + 1},
            {"v": 0},
        ],
    )
    def test_a_request_that_could_not_be_decided_rightly_is_refused(self, fields: Any) -> None:
        with pytest.raises(MalformedRecord):
            decode_request(encode(request(**fields)))

    @pytest.mark.parametrize(
        "fields",
        [{"request_id": "x"}, {"user_id": ""}, {"team_id": ""}, {"v": 2}],
    )
    def test_a_vote_of_nobody_is_refused(self, fields: Any) -> None:
        with pytest.raises(MalformedRecord):
            decode_vote(encode(vote(**fields)))

    @pytest.mark.parametrize(
        "payload",
        [
            b"",
            b"null",
            b"[]",
            b"{}",
            b"\xff",
            b"\x00" * 100,
            b"[" * 10_000,
            b'{"v":1,"v":1}',
            b'"approve"',
        ],
    )
    def test_what_is_no_record_is_refused(self, payload: bytes) -> None:
        for decode in (decode_request, decode_vote):
            with pytest.raises(MalformedRecord):
                decode(payload)

    @pytest.mark.parametrize(
        ("name", "value"),
        [
            ("quorum", "1"),
            ("quorum", 1.5),
            ("quorum", True),
            ("risk", "extreme"),
            ("reviewers", "U1"),
            ("arguments", [{"name": "x"}]),
            ("approved", True),
            ("action", None),
        ],
    )
    def test_wrong_types_and_unknown_fields_are_refused(self, name: str, value: Any) -> None:
        record = {**msgspec.to_builtins(request()), name: value}

        with pytest.raises(MalformedRecord):
            decode_request(msgspec.json.encode(record))

    @pytest.mark.parametrize("choice", ["approved", "yes", True, None, "APPROVE"])
    def test_only_two_choices_exist(self, choice: Any) -> None:
        record = {**msgspec.to_builtins(vote()), "choice": choice}

        with pytest.raises(MalformedRecord):
            decode_vote(msgspec.json.encode(record))

    def test_a_request_is_no_vote_and_a_vote_no_request(self) -> None:
        with pytest.raises(MalformedRecord):
            decode_vote(encode(request()))
        with pytest.raises(MalformedRecord):
            decode_request(encode(vote()))

    def test_a_record_has_a_largest_size_both_ways(self) -> None:
        large = request(policy_reason="x" * MAX_RECORD_BYTES)

        with pytest.raises(MalformedRecord, match="bytes"):
            encode(large)
        with pytest.raises(MalformedRecord, match="bytes"):
            decode_request(msgspec.json.encode(large))

    @given(st.binary(max_size=200))
    @settings(max_examples=60, deadline=None)
    def test_no_bytes_do_anything_else_than_being_refused(self, payload: bytes) -> None:
        for decode in (decode_request, decode_vote):
            with pytest.raises(MalformedRecord):
                decode(payload)

    @given(st.data())
    @settings(max_examples=60, deadline=None)
    def test_a_damaged_record_is_refused_or_reads_as_a_request(self, data: st.DataObject) -> None:
        payload = bytearray(encode(request()))
        at = data.draw(st.integers(0, len(payload) - 1))
        payload[at] = data.draw(st.integers(0, 255))

        try:
            found = decode_request(bytes(payload))
        except MalformedRecord:
            return
        assert isinstance(found, Request)
        assert found.reviewers
        assert found.quorum >= 1


class TestIds:
    def test_ids_of_the_librarys_own_making(self) -> None:
        assert is_request_id(ID)

    @pytest.mark.parametrize(
        "text", ["", "*", f"{ID}\n", f" {ID}", f"{ID}:votes", "{x}", ID[:-1], ID.encode(), None, 5]
    )
    def test_nothing_else_reaches_a_key(self, text: Any) -> None:
        assert not is_request_id(text)


class TestLife:
    def test_every_move_leads_from_pending_to_an_end(self) -> None:
        for move in get_args(Move):
            assert next_state("pending", move) != "pending"

    def test_nothing_leaves_an_end(self) -> None:
        for state in get_args(State):
            for move in get_args(Move):
                if state != "pending":
                    with pytest.raises(KeyError):
                        next_state(state, move)

    def test_the_table_is_about_known_words_only(self) -> None:
        for (before, move), after in LEGAL_MOVES.items():
            assert {before, after} <= set(get_args(State))
            assert move in get_args(Move)
