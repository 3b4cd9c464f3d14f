"""docs/rules.md: every rule of business with its source, its outcomes and the tests that prove it.

The rules stand in docs/rules.toml; what a code says is in `protocol.meanings`; a test belongs to the rules that its
name begins with (`test_R2_3_...`, `test_O37_...`, `test_R3_7_to_R3_11_...`).
"""

import ast
import re
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import groupby
from typing import Final

from protocol.codes import Code
from protocol.meanings import MEANINGS
from tests.docs.waiting import PARTLY, WAITING
from tests.support.source import modules, text_of

TABLE: Final = "docs/rules.toml"

SECTIONS: Final[Mapping[str, str]] = {
    "R1": "Who acts 何人办理",
    "R2": "Modes, flows and acts 授权模式、流程与办理",
    "R3": "Limits 限额",
    "R4": "Transfers and their time 转账与执行时间",
    "R5": "Batches and payroll 批量与代发",
    "R6": "Queries and logs 查询与日志",
    "R8": "Interbank network services 网银互联",
    "O": "Decisions where the manuals leave a point open 手册未定事项的决定",
}
"""By the first part of an id, in the order of the document; further sections are added with their first rule."""

_ID: Final = re.compile(r"(?:R\d+_\d+|O\d+)(?=_)")
_TO: Final = "to_"


@dataclass(frozen=True, slots=True)
class Rule:
    """A rule as docs/rules.toml has it; `codes` are the outcomes by which a sender meets it."""

    id: str
    en: str
    zh: str
    source: str
    codes: tuple[Code, ...]


@dataclass(frozen=True, slots=True, order=True)
class Proof:
    """A test that is named after a rule: its file, and its name without the ids."""

    path: str
    words: str


def rules() -> list[Rule]:
    """The rules of the table, by section and number."""
    rows = tomllib.loads(text_of(TABLE))
    found = [
        Rule(name, row["en"], row["zh"], row["source"], tuple(map(Code, row.get("codes", ()))))
        for name, row in rows.items()
    ]
    return sorted(found, key=lambda rule: _place(rule.id))


def proofs() -> dict[str, list[Proof]]:
    """The tests of every rule that some test is named after, by the rule's id, each once."""
    found: dict[str, set[Proof]] = {}
    for module in modules():
        if module.room == "tests":
            for node in ast.walk(module.tree):
                if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and node.name.startswith("test_"):
                    ids, words = named(node.name)
                    for rule in ids:
                        found.setdefault(rule, set()).add(Proof(module.path, words))
    return {rule: sorted(tests) for rule, tests in found.items()}


def named(test: str) -> tuple[list[str], str]:
    """The ids at the front of a test's name, a range spelled out, and the words behind them."""
    rest = test.removeprefix("test_")
    ids: list[str] = []
    ranged = False
    while (match := _ID.match(rest)) is not None:
        last = match[0].replace("_", ".")
        ids += _between(ids[-1], last) if ranged else [last]
        rest = rest[match.end() + 1 :]
        ranged = rest.startswith(_TO) and _ID.match(rest, len(_TO)) is not None
        rest = rest.removeprefix(_TO) if ranged else rest
    return ids, rest.replace("_", " ")


def _between(first: str, last: str) -> list[str]:
    """The ids after `first` up to `last`, which are of one section."""
    section, number = first.split(".")
    return [f"{section}.{each}" for each in range(int(number) + 1, int(last.split(".")[1]) + 1)]


def _place(rule: str) -> tuple[int, int]:
    section, number = _parts(rule)
    return list(SECTIONS).index(section), number


def _parts(rule: str) -> tuple[str, int]:
    """The section and the number of an id."""
    if rule.startswith("R"):
        section, _, number = rule.partition(".")
        return section, int(number)
    return rule[0], int(rule[1:])


# -- the document

_HEAD: Final = """\
# Rules

Every rule of business that the gateway keeps, with the tests that prove it.
Written by `make rules` from [rules.toml](rules.toml), the names of tests and the words of codes; not by hand.

- **Rule**: what it demands, and in brackets the number of the source manual with the place in it, or *ours*.
- **Outcome**: the codes by which a sender meets it; their words are [below](#codes-代码).
  A rule without a code shows in what a reply holds, or in what is stored.
- **Tests**: each is a function whose name is `test_`, the id with `_` for the dot, and these words.
  What no test proves yet is named as still to come.

每条业务规则、其结果与证明它的测试。本页由 `make rules` 生成，请勿手工修改。
"""


def page() -> str:
    """The whole document."""
    tests = proofs()
    return "\n".join([_HEAD, *_sections(tests), *_codes()])


def _sections(tests: Mapping[str, list[Proof]]) -> Iterator[str]:
    for section, group in groupby(rules(), key=lambda rule: _parts(rule.id)[0]):
        yield f"## {SECTIONS[section]}\n\n| id | rule | outcome | tests |\n| --- | --- | --- | --- |"
        for rule in group:
            yield f"| {rule.id} | {_demand(rule)} | {_outcome(rule)} | {_tests(rule, tests.get(rule.id, []))} |"
        yield ""


def _demand(rule: Rule) -> str:
    return f"{rule.en}<br>{rule.zh}<br>[{rule.source}]"


def _outcome(rule: Rule) -> str:
    """The codes after what they amount to: accepted, refused, unavailable."""
    by_result = groupby(
        sorted(rule.codes, key=lambda code: MEANINGS[code].result), key=lambda code: MEANINGS[code].result
    )
    return "<br>".join(f"{result}: {', '.join(f'`{code}`' for code in codes)}" for result, codes in by_result)


def _tests(rule: Rule, tests: list[Proof]) -> str:
    waiting = WAITING.get(rule.id) or PARTLY.get(rule.id)
    found = [f"[{test.words}](../{test.path})" for test in tests]
    return "<br>".join([*found, f"*still to come*: {waiting}"] if waiting else found)


def _codes() -> Iterator[str]:
    """What each code of the rules says, and which rules raise it."""
    raised: dict[Code, list[str]] = {}
    for rule in rules():
        for code in rule.codes:
            raised.setdefault(code, []).append(rule.id)
    yield "## Codes 代码\n\n| code | says | rules |\n| --- | --- | --- |"
    for code in sorted(raised):
        meaning = MEANINGS[code]
        yield f"| `{code}` | {meaning.en}<br>{meaning.zh} | {', '.join(raised[code])} |"
    yield ""
