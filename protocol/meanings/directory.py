"""The bank directory."""

from collections.abc import Mapping
from typing import Final

from protocol.codes import Advice, Code, Meaning, refused

MEANINGS: Final[Mapping[Code, Meaning]] = {
    Code.DIRECTORY_EMPTY: refused(
        "银行尚未装载行名行号，无法查询：请联系银行",
        "The bank has not loaded its directory, so nothing can be said of any bank code: ask the bank",
        Advice.CONTACT,
    ),
}
