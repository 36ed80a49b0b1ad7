"""The Web API methods that the playground knows, each with the token and scope it needs. Pure.

A method takes a ``Call`` and returns the body of a successful answer, or raises ``SlackError``.
"""

from __future__ import annotations

from ._call import Call, Method
from ._table import METHODS

__all__ = ["METHODS", "Call", "Method"]
