"""Writes what documents tell from the code: docs/rules.md, figures, and the marked parts of pages (`make rules`).

A part stands between `<!-- written: NAME -->` and `<!-- /written -->`; what is around it is written by people.
"""

import re
from collections.abc import Callable, Mapping
from functools import cache
from typing import Final

from protocol.codes import Language
from tests.docs import amounts, clearing, cnaps, people, plans, refusals, rules, states, times
from tests.support.source import ROOT, text_of

PAGES: Final[Mapping[str, Language]] = {"docs/approvals.md": "en", "docs/approvals.zh-CN.md": "zh"}
MESSAGES: Final = "docs/cnaps.md"
CLEARING: Final = "docs/clearing-simulator.md"
FIGURES: Final[Mapping[str, Language]] = {
    "docs/figures/instruction.svg": "en",
    "docs/figures/instruction.zh-CN.svg": "zh",
}

PARTS: Final[Mapping[str, Callable[[Language], str]]] = {
    "states": states.table,
    "reviewers": plans.reviewers,
    "bands": plans.bands,
    "walk": plans.walk,
    "crews": plans.crews,
    "flows": plans.flows,
    "decisions": people.decisions,
    "withdrawals": people.withdrawals,
    "usage": amounts.usage,
    "times": times.transfers,
    "payrolls": times.payrolls,
}
"""The parts of pages by their names; beside them `refused SUBJECT` of `tests.docs.refusals`, and those of `TABLES`."""
TABLES: Final[Mapping[str, Callable[[], str]]] = {**cnaps.PARTS, **clearing.PARTS}
"""The parts of pages that there are in English alone."""
_PART: Final = re.compile(r"(<!-- written: (?P<name>[a-z ]+) -->\n).*?(<!-- /written -->)", re.DOTALL)
_REFUSED: Final = "refused "


@cache
def written() -> Mapping[str, str]:
    """The documents that are written by this program, in whole or in part, as they should stand, by their paths."""
    return {
        "docs/rules.md": rules.page(),
        **{path: states.figure(language) for path, language in FIGURES.items()},
        **{path: filled(text_of(path), language) for path, language in PAGES.items()},
        MESSAGES: filled(text_of(MESSAGES), "en"),
        CLEARING: filled(text_of(CLEARING), "en"),
    }


def filled(text: str, language: Language) -> str:
    """The page with every marked part written anew."""
    return _PART.sub(lambda part: f"{part[1]}\n{_part(part['name'], language)}\n\n{part[3]}", text)


def names(text: str) -> list[str]:
    """The names of the parts of a page, in order."""
    return [part["name"] for part in _PART.finditer(text)]


def _part(name: str, language: Language) -> str:
    if name.startswith(_REFUSED):
        return refusals.refusals(name.removeprefix(_REFUSED), language)
    return TABLES[name]() if name in TABLES else PARTS[name](language)


if __name__ == "__main__":
    for name, content in written().items():
        (ROOT / name).write_text(content, encoding="utf-8")
