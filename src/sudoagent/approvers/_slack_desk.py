"""The store and the waiter that an approver's settings lead to."""

from __future__ import annotations

from pathlib import Path

from sudoagent.errors import ApproverUnavailable, ConfigurationError
from sudoagent.review.desk import Desk, shared_desk
from sudoagent.review.store import StoreError

from ._slack_settings import SlackSettings

__all__ = ["desk_for"]


async def desk_for(settings: SlackSettings) -> Desk:
    """Return this process's desk, on the background loop. Raises ``ApproverUnavailable``."""
    state_dir = None if settings.state_dir is None else Path(settings.state_dir)
    try:
        return await shared_desk(settings.redis_url, settings.namespace, state_dir)
    except (StoreError, ConfigurationError) as error:
        raise ApproverUnavailable(error.reason) from error
