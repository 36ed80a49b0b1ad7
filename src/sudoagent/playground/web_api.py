"""The Web API over HTTP: who calls, what fails today, and the method's answer."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from typing import Any

from aiohttp import web

from .answers import ApiCall
from .methods import METHODS, Call, Method
from .passes import PassRefusedError
from .refusal import SlackError
from .responses import respond
from .weather import Fault, RateLimits, Weather
from .wellformed import read_json
from .workspace import Workspace

__all__ = ["WebApi"]


class _Unanswered(Exception):
    """The connection is to be cut without an answer."""


class WebApi:
    """Everything under ``/api/`` and ``/response/``."""

    def __init__(self, workspace: Workspace, weather: Weather, limits: RateLimits) -> None:
        self._workspace = workspace
        self.weather = weather
        self.limits = limits

    async def handle(self, request: web.Request) -> web.StreamResponse:
        """Answer one call of a method."""
        name = request.match_info["method"]
        try:
            arguments = await _arguments(request)
        except SlackError as refused:
            return web.json_response(refused.answer)
        fault = self.weather.next_fault(name)
        await asyncio.sleep(self.weather.delay(name))
        try:
            return await self._answer(request, name, arguments, fault)
        except _Unanswered:
            if request.transport is not None:
                request.transport.abort()
            return web.Response()

    async def respond(self, request: web.Request) -> web.StreamResponse:
        """Take one message for a ``response_url``."""
        try:
            arguments = await _arguments(request)
            target = self._workspace.response_urls.take(request.match_info["name"])
            respond(self._workspace, target, arguments)
        except PassRefusedError as refused:
            return web.json_response({"ok": False, "error": f"{refused.why}_url"}, status=404)
        except SlackError as refused:
            return web.json_response(refused.answer, status=400)
        return web.Response(text="ok")

    async def _answer(
        self, request: web.Request, name: str, arguments: Mapping[str, Any], fault: Fault | None
    ) -> web.StreamResponse:
        wait = self.limits.retry_after(name, str(arguments.get("channel", "")))
        if fault is None and wait is not None:
            fault = Fault("rate_limited", retry_after=wait)
        if fault is not None and fault.kind != "lost_response":
            self._note(name, arguments, fault.kind)
            return await _fail(fault)
        answer = self._run(request, name, arguments)
        self._note(name, arguments, fault.kind if fault else answer.get("error"))
        if fault is not None:
            raise _Unanswered
        scopes = ",".join(sorted(self._workspace.scopes))
        return web.json_response(answer, headers={"X-OAuth-Scopes": scopes})

    def _run(self, request: web.Request, name: str, arguments: Mapping[str, Any]) -> dict[str, Any]:
        method = METHODS.get(name)
        try:
            if method is None:
                raise SlackError("unknown_method", req_method=name)
            bearer = self._bearer(request, arguments, method)
            base_url = f"http://{request.host}"
            return {"ok": True} | method.run(Call(self._workspace, arguments, base_url, bearer))
        except SlackError as refused:
            return refused.answer

    def _bearer(self, request: web.Request, arguments: Mapping[str, Any], method: Method) -> Any:
        header = request.headers.get("Authorization", "")
        token = header.removeprefix("Bearer ") or str(arguments.get("token", ""))
        if not token:
            raise SlackError("not_authed")
        if token in self._workspace.revoked:
            raise SlackError("token_revoked")
        bearer = self._workspace.tokens.get(token)
        if bearer is None:
            raise SlackError("invalid_auth")
        if method.bearer not in (bearer, "either"):
            raise SlackError("not_allowed_token_type")
        if method.scopes and not self._workspace.scopes.intersection(method.scopes):
            provided = ",".join(sorted(self._workspace.scopes))
            raise SlackError("missing_scope", needed=method.scopes[0], provided=provided)
        return bearer

    def _note(self, name: str, arguments: Mapping[str, Any], error: str | None) -> None:
        at = self._workspace.clock()
        shown = {key: value for key, value in arguments.items() if key != "token"}
        self._workspace.note_call(ApiCall(method=name, at=at, arguments=shown, error=error))


async def _fail(fault: Fault) -> web.StreamResponse:
    match fault.kind:
        case "rate_limited":
            headers = {"Retry-After": str(fault.retry_after)}
            body = {"ok": False, "error": "ratelimited"}
            return web.json_response(body, status=429, headers=headers)
        case "server_error":
            return web.Response(status=500, text="Internal Server Error")
        case "error":
            return web.json_response({"ok": False, "error": fault.error})
        case "timeout":
            await asyncio.sleep(fault.seconds)
    raise _Unanswered


# Slack takes JSON for what writes; these answer as if nothing had been given.
_READS = ("conversations.", "users.", "usergroups.", "bots.")


async def _arguments(request: web.Request) -> dict[str, Any]:
    arguments: dict[str, Any] = dict(request.query)
    name = request.match_info.get("method", "")
    deaf = name.startswith(_READS) and name != "conversations.open"
    if request.content_type == "application/json" and not deaf:
        try:
            body = read_json(await request.text() or "{}")
        except ValueError:
            raise SlackError("invalid_json") from None
        if not isinstance(body, dict):
            raise SlackError("json_not_object")
        arguments |= body
    elif request.method == "POST":
        form = await request.post()
        arguments |= {key: value for key, value in form.items() if isinstance(value, str)}
    return arguments
