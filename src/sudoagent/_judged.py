"""The arguments of one call, twice: the snapshot that is judged, and the originals that are passed.

The two are compared before anything runs. A reviewer's edits change both.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from .binding import Bound, Target
from .context import Context
from .digest import fingerprint
from .editable import Unfit

__all__ = ["Judged"]


class Judged:
    """What is judged of a call, and what runs. ``fixed``: nothing in the originals can change."""

    __slots__ = ("_asked", "_bound", "_fixed", "_target", "ctx")

    def __init__(self, target: Target, bound: Bound, ctx: Context, *, fixed: bool) -> None:
        self._target = target
        self._bound = bound
        self._fixed = fixed
        self.ctx = ctx
        self._asked = ctx.fingerprint

    def unchanged(self) -> bool:
        """Whether what would run is still what was judged."""
        try:
            return self._fixed or self._now().same_as(self._asked)
        except Exception:  # another thread is changing it at this moment
            return False

    def edit(self, edits: Mapping[str, Any]) -> Context:
        """Give arguments other values from now on, and return the call as it is to be judged anew.

        Raises ``ValueError``, naming the argument, for an edit that its mark does not allow;
        nothing has changed then.
        """
        for name, value in edits.items():
            try:
                self._check(name, value)
            except Unfit as error:
                raise ValueError(f"{name}: {error}") from error
        args = self._target.edited(Bound(self.ctx.args, {}, {}), edits).args
        # Made from the snapshot: what somebody changes in the originals meanwhile is noticed.
        self.ctx = self.ctx._edited(args[: len(self.ctx.args)], edits)
        self._asked = self.ctx.fingerprint
        self._bound = self._target.edited(self._bound, edits)
        return self.ctx

    def run(self) -> Any:
        """Call the function with the arguments as they were passed, or edited."""
        return self.finished(self._target.function(*self._bound.args, **self._bound.kwargs))

    def finished(self, result: Any) -> Any:
        """Return the result; raise ``TypeError`` when whoever has it is to run the function."""
        if self._target.has_yet_to_run(result):
            raise TypeError(
                "the guarded function is a generator behind a decorator, and has not run to its "
                "end: guard a function that consumes it"
            )
        return result

    def _now(self) -> Any:
        return fingerprint(self._bound.named, self._target.receiver)

    def _check(self, name: str, value: Any) -> None:
        mark = self.ctx.editable.get(name)
        if mark is None or name not in self.ctx.kwargs:
            raise Unfit("not_editable")
        mark.check(self.ctx.kwargs[name], value)
