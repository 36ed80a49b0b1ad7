"""Everything that a running playground is made of."""

from __future__ import annotations

import time
from collections.abc import Callable

from .feed import Feed
from .http_mode import HttpMode
from .interactions import Interactions
from .modals import Modals
from .sockets import SocketMode
from .weather import RateLimits, Weather
from .web_api import WebApi
from .workspace import Workspace

__all__ = ["House"]


class House:
    """The parts, put together."""

    def __init__(
        self, *, rate_limits: bool = False, clock: Callable[[], float] = time.time
    ) -> None:
        self._rate_limits = rate_limits
        self.workspace = Workspace(clock)
        self.sockets = SocketMode(self.workspace)
        self.http = HttpMode(self.workspace, otherwise=self.sockets)
        self.interactions = Interactions(self.workspace, self.http)
        self.modals = Modals(self.workspace, self.http, self.interactions)
        self.feed = Feed(self.workspace)
        self.web_api = WebApi(self.workspace, Weather(), self._fresh_limits())

    def reset(self) -> None:
        """Make everything new; whoever was connected has to connect again."""
        self.sockets.drop()
        self.http.use(None)
        self.web_api.weather = Weather()
        self.web_api.limits = self._fresh_limits()
        self.workspace.reset()

    async def close(self) -> None:
        """End streams and sockets."""
        self.feed.close()
        await self.sockets.close()

    def _fresh_limits(self) -> RateLimits:
        return RateLimits(self.workspace.clock, on=self._rate_limits)
