"""A local Slack to develop and demonstrate against: Web API, Socket Mode, a page to click in."""

from __future__ import annotations

from .answers import ApiCall, Interaction, Message, View
from .person import AsyncPerson, AsyncPlayground, Person, Playground, PlaygroundError
from .server import Server, running
from .steps import NotSeenError

__all__ = [
    "ApiCall",
    "AsyncPerson",
    "AsyncPlayground",
    "Interaction",
    "Message",
    "NotSeenError",
    "Person",
    "Playground",
    "PlaygroundError",
    "Server",
    "View",
    "running",
]
