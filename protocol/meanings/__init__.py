"""The one table of what codes mean: result, finality, advice, HTTP status, words; a module for each subject."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from protocol.codes import Code, Language, Meaning
from protocol.meanings import (
    accepted,
    approval,
    asked,
    batch,
    book,
    course,
    directory,
    enterprise,
    grant,
    limits,
    message,
    modes,
    money,
    register,
    schedule,
    sender,
    unavailable,
)

_SUBJECTS: Final = (
    accepted,
    message,
    sender,
    asked,
    register,
    approval,
    course,
    modes,
    enterprise,
    money,
    limits,
    batch,
    schedule,
    book,
    directory,
    grant,
    unavailable,
)

MEANINGS: Final[Mapping[Code, Meaning]] = MappingProxyType(
    {code: meaning for subject in _SUBJECTS for code, meaning in subject.MEANINGS.items()}
)
"""Every code; a test holds the table equal to the list."""


def text(code: Code, language: Language) -> str:
    """The sentence that explains `code` to a person."""
    meaning = MEANINGS[code]
    return meaning.en if language == "en" else meaning.zh
