"""What may leave the process: values reduced to JSON's types, without secrets, within bounds.

``present`` prepares a call for reviewers and for the log, ``Redactor`` everything else that is
shown, stored or logged. Nothing here runs code of the values it is given, and nothing raises.

Everything is reduced to this closed set, which every JSON library writes and reads alike:

| Python | becomes |
|---|---|
| ``None``, ``bool``, ``int`` within ±2⁵³, finite ``float`` | itself; ``-0.0`` is ``0.0`` |
| larger ``int`` | its decimal digits, a string; beyond 4 096 bits ``<int of N bits>`` |
| ``nan``, infinities | ``"NaN"``, ``"Infinity"``, ``"-Infinity"`` |
| ``str`` | itself; lone surrogates, U+2028 and U+2029 are written as ``\\udc80``, ``\\u2028`` |
| ``bytes``, ``bytearray``, ``memoryview`` | ``b'text'``, with ``\\xff`` for what is not UTF-8 |
| date, time, ``Decimal``, ``UUID``, path, IP address, ``Fraction``, ``range``, … | its text |
| enum member | ``Colour.RED = 1`` |
| ``list``, ``tuple``, ``deque``, ``set``, ``frozenset`` | list; sets in a stable order |
| ``dict``, named tuple, dataclass, attrs, msgspec, pydantic | object with text keys |
| exception | ``ValueError: message``, notes and causes on lines of their own |
| class, function | ``<class m.C>``, ``<function m.f>`` |
| anything else | ``<m.C object>`` |
"""

from ._marks import REDACTED
from ._present import Presentation, present
from ._redactor import Redactor
from ._secret import Secret, secret_parameters

__all__ = ["REDACTED", "Presentation", "Redactor", "Secret", "present", "secret_parameters"]
