"""The code points whose GB18030 bytes this Python and the C library's iconv read differently; a test recomputes them.

GB18030 was revised in 2000, 2005 and 2022, each time moving characters between private and standard code points, and
decoders follow different years. Two tools then see two texts in the same bytes, and a signature over one is not over
the other. GBK and GB2312 have no such bytes.
"""

import re
from typing import Final

_RANGES: Final = (
    (0x1E3F, 0x1E3F),
    (0x9FB4, 0x9FBB),
    (0xE78D, 0xE796),
    (0xE7C7, 0xE7C7),
    (0xE816, 0xE818),
    (0xE81E, 0xE81E),
    (0xE826, 0xE826),
    (0xE82B, 0xE82C),
    (0xE831, 0xE832),
    (0xE83B, 0xE83B),
    (0xE843, 0xE843),
    (0xE854, 0xE855),
    (0xE864, 0xE864),
    (0xFE10, 0xFE19),
)

CODE_POINTS: Final = frozenset(point for first, last in _RANGES for point in range(first, last + 1))
_ANY: Final = re.compile("[" + "".join(f"{chr(first)}-{chr(last)}" for first, last in _RANGES) + "]")


def find(text: str) -> tuple[str, ...]:
    """The disputed characters that `text`, decoded from GB18030, holds; each once, in order."""
    return tuple(dict.fromkeys(_ANY.findall(text)))


def referenced(text: str) -> str:
    """XML `text` with every disputed character written as a numeric reference, which all tools read alike."""
    return _ANY.sub(lambda found: f"&#x{ord(found.group()):X};", text)
