"""Refusals speak Chinese and English, and say what to do."""

import ast
import re
from collections.abc import Iterator
from itertools import pairwise

from protocol.codes import Result
from protocol.meanings import MEANINGS
from tests.support.source import Module, modules

HAN = re.compile(r"[\u4e00-\u9fff]")
TO_DO_ZH = re.compile("请")
TO_DO_EN = re.compile(r": [a-z]|: [A-Z][a-z]+ ")
"""After the colon stands what the sender, its administrator or the bank is to do."""
BOTH = re.compile(r"[^a-z]+ / [a-z ]+")
ROOMS = ("gateway/domain/", "gateway/services/")
# Parts of Chinese sentences that need none of their own in English, with the reason.
PARTS = {
    "f'{level}级'": "English says level once, before all of them",
    "'本笔'": "English says this, of one transfer or of several",
    "'本次'": "English says this, of one transfer or of several",
    "'代发工资'": "the purpose that payees read of a payroll, whatever the language of its sender",
    "'代报销'": "the purpose that payees read of a reimbursement, whatever the language of its sender",
}


def test_every_refusal_says_in_both_languages_what_to_do() -> None:
    """What is wrong, a colon, what to do: in Chinese with 请, and in English."""
    refusals = {code: meaning for code, meaning in MEANINGS.items() if meaning.result is not Result.ACCEPTED}

    assert [code for code, meaning in refusals.items() if not TO_DO_ZH.search(meaning.zh)] == []
    assert [code for code, meaning in refusals.items() if not TO_DO_EN.search(meaning.en)] == []
    assert [code for code, meaning in MEANINGS.items() if HAN.search(meaning.en) or not HAN.search(meaning.zh)] == []


def test_whatever_the_rules_say_in_chinese_they_say_in_english() -> None:
    """Each Chinese text is followed by its English one, so that no Detail can be made with one of them alone.

    The source is walked, and not what tests happen to bring about: a text that no test reaches is found, too.
    """
    alone = {(module.path, node.lineno, ast.unparse(node)) for module in _rooms() for node in _alone(module.tree)}

    assert {place for place in alone if place[2] not in PARTS} == set()
    assert PARTS.keys() - {text for _, _, text in alone} == set()


def test_a_detail_has_words_in_both_languages_or_those_of_its_code() -> None:
    """One without words of its own names a code, whose words are shown; any other has both languages."""
    wrong = [
        f"{module.path}:{call.lineno} {ast.unparse(call)}"
        for module in _rooms()
        for call in ast.walk(module.tree)
        if isinstance(call, ast.Call) and ast.unparse(call.func) == "Detail" and not _is_worded(call)
    ]

    assert wrong == []


def _rooms() -> Iterator[Module]:
    return (module for module in modules() if module.path.startswith(ROOMS))


def _is_worded(call: ast.Call) -> bool:
    named = {keyword.arg for keyword in call.keywords}
    words = call.args[3:]
    if any(isinstance(word, ast.Starred) for word in words):
        return len(words) == 1
    if not words and not named & {"zh", "en"}:
        rule = call.args[0] if call.args else next(k.value for k in call.keywords if k.arg == "rule")
        return not isinstance(rule, ast.Constant)
    return len(words) + len(named & {"zh", "en"}) == 2


def _alone(tree: ast.Module) -> Iterator[ast.expr]:
    """The Chinese texts that no English one follows: in the same text, in a tuple, among the arguments of a call."""
    texts = {id(node): node for node in ast.walk(tree) if _is_chinese(node) and not _is_both(node)}
    for node in ast.walk(tree):
        if isinstance(node, ast.JoinedStr):
            for part in node.values:
                texts.pop(id(part), None)
        elif isinstance(node, ast.Expr):
            texts.pop(id(node.value), None)  # a docstring
        elif isinstance(node, ast.Tuple | ast.Call):
            rest = node.elts if isinstance(node, ast.Tuple) else [*node.args, *(k.value for k in node.keywords)]
            for chinese, english in pairwise(rest):
                if id(chinese) in texts and _is_text(english) and not _is_chinese(english):
                    texts.pop(id(chinese))
    yield from (node for node in texts.values() if isinstance(node, ast.expr))


def _is_text(node: ast.AST) -> bool:
    """Whether it is a literal text, or one with values in it, or two of them, one behind the other."""
    if isinstance(node, ast.BinOp):
        return _is_text(node.left)
    return isinstance(node, ast.JoinedStr) or (isinstance(node, ast.Constant) and isinstance(node.value, str))


def _is_both(node: ast.AST) -> bool:
    """Whether it says the same in both languages, with a stroke between: for those who read it later, whoever."""
    return isinstance(node, ast.Constant) and isinstance(node.value, str) and BOTH.fullmatch(node.value) is not None


def _is_chinese(node: ast.AST) -> bool:
    if isinstance(node, ast.JoinedStr):
        return any(_is_chinese(part) for part in node.values)
    return isinstance(node, ast.Constant) and isinstance(node.value, str) and HAN.search(node.value) is not None
