"""House rules that no linter knows: sizes, positional parameters, sleeping tests, exceptions without a reason."""

import ast
import io
import re
import tokenize
from collections.abc import Iterator

from tests.support.source import PRODUCT_ROOMS, Module, modules

MODULE_LINES_MAX = 400
FUNCTION_LINES_MAX = 60
POSITIONAL_MAX = 4
REASON_WORDS_MIN = 2

# Path, or path and function name, with the reason why it may be longer.
LONGER: dict[str, str] = {}
# Path and function name, with the reason why it takes more positional parameters.
WIDER: dict[str, str] = {}
# Path of a test that must let real time pass, with the reason.
SLEEPERS: dict[str, str] = {}

FUNCTION = ast.FunctionDef | ast.AsyncFunctionDef
EXCEPTION = re.compile(r"#\s*(?:noqa(?::\s*[A-Z0-9, ]+)?|type:\s*ignore(?:\[[a-z0-9, -]+\])?)(?P<rest>.*)")


def _functions(module: Module) -> Iterator[FUNCTION]:
    return (node for node in ast.walk(module.tree) if isinstance(node, FUNCTION))


def _lines(function: FUNCTION) -> int:
    """Lines of code and comments: the docstring, which explains, is not counted."""
    body = function.body[1:] if ast.get_docstring(function) is not None else function.body
    return (function.end_lineno or function.lineno) - body[0].lineno + 1 if body else 0


def test_a_module_fits_its_ceiling() -> None:
    """A file that outgrows its page is usually two subjects."""
    long = {module.path: lines for module in modules() if (lines := module.text.count("\n")) > MODULE_LINES_MAX}

    assert {path: lines for path, lines in long.items() if path not in LONGER} == {}


def test_a_function_fits_its_ceiling() -> None:
    """A function is read at once or not understood."""
    long = {
        f"{module.path} {function.name}": _lines(function)
        for module in modules()
        for function in _functions(module)
        if _lines(function) > FUNCTION_LINES_MAX
    }

    assert {name: lines for name, lines in long.items() if name not in LONGER} == {}


def test_positional_parameters_are_few() -> None:
    """At most four positional parameters; the rest name themselves at the call."""
    wide = {
        f"{module.path} {function.name}"
        for module in modules()
        if module.room in PRODUCT_ROOMS
        for function in _functions(module)
        if sum(name.arg not in {"self", "cls"} for name in function.args.posonlyargs + function.args.args)
        > POSITIONAL_MAX
    }

    assert wide - WIDER.keys() == set()


def test_no_test_sleeps() -> None:
    """A test waits for what happens; a sleep is either too short or too long."""
    sleepers = {
        module.path
        for module in modules()
        if module.room == "tests"
        for node in ast.walk(module.tree)
        if isinstance(node, ast.Call) and ast.unparse(node.func) in {"sleep", "time.sleep", "asyncio.sleep"}
    }

    assert sleepers - SLEEPERS.keys() == set()


def test_every_exception_to_a_rule_gives_its_reason() -> None:
    """A silenced rule without a reason beside it cannot be judged later."""
    bare = [
        f"{module.path}:{token.start[0]} {token.string}"
        for module in modules()
        if "noqa" in module.text or "type: ignore" in module.text
        for token in tokenize.generate_tokens(io.StringIO(module.text).readline)
        if token.type == tokenize.COMMENT and not _is_reasoned(token, module)
    ]

    assert bare == []


def _is_reasoned(comment: tokenize.TokenInfo, module: Module) -> bool:
    """A comment that silences a rule says why in two words or more, or stands under a comment; others are free."""
    found = EXCEPTION.match(comment.string)
    if found is None or len(re.findall(r"\w+", found["rest"])) >= REASON_WORDS_MIN:
        return True
    above = module.text.splitlines()[: comment.start[0] - 1]
    return bool(above) and above[-1].lstrip().startswith("#")


def test_the_allow_lists_hold_nothing_that_is_gone() -> None:
    """An exception goes when what needed it is gone."""
    names = {module.path for module in modules()}
    names |= {f"{module.path} {function.name}" for module in modules() for function in _functions(module)}

    assert (LONGER.keys() | WIDER.keys() | SLEEPERS.keys()) - names == set()
