"""Every dependency has a reason, a lock with hashes, and no place in the product that it was not given."""

import re
import tomllib
from itertools import chain

import pytest

from tests.support.source import ROOT, text_of

LOCKS = ("requirements.lock", "requirements-dev.lock")
NAME = re.compile(r"[A-Za-z0-9._-]+")
ROW = re.compile(r"^\| `(?P<name>[^`]+)` \|(?P<rest>.*)\|$", re.MULTILINE)
REASON_CHARS_MIN = 20


def _project() -> dict[str, list[str]]:
    """The names that pyproject.toml asks for: of the product, and of each group."""
    settings = tomllib.loads(text_of("pyproject.toml"))
    wanted: dict[str, list[str]] = {"product": settings["project"]["dependencies"], **settings["dependency-groups"]}
    return {group: [_plain(entry) for entry in entries] for group, entries in wanted.items()}


def _plain(requirement: str) -> str:
    """The normal form of a requirement's or lock line's name."""
    found = NAME.match(requirement)
    assert found, requirement
    return re.sub(r"[-_.]+", "-", found[0]).lower()


def _locked(lock: str) -> dict[str, str]:
    """Name and whole entry of everything that a lock pins."""
    entries = re.split(r"\n(?=[A-Za-z0-9])", "\n" + text_of(lock).split("\n", 2)[2])
    return {_plain(entry): entry for entry in map(str.strip, entries) if entry}


@pytest.mark.parametrize("lock", LOCKS)
def test_every_pin_has_hashes(lock: str) -> None:
    """A lock without hashes trusts whoever answers."""
    entries = _locked(lock)

    assert entries
    assert [name for name, entry in entries.items() if "--hash=sha256:" not in entry or "==" not in entry] == []


@pytest.mark.parametrize("lock", LOCKS)
def test_a_lock_holds_pins_and_nothing_else(lock: str) -> None:
    """No option line, address or local path: any mirror serves."""
    allowed = re.compile(r"(#.*|    #.*|[a-z0-9-]+==\S+( ; .+)? \\|    --hash=sha256:[0-9a-f]{64}( \\)?|)")

    assert [line for line in text_of(lock).split("\n") if not allowed.fullmatch(line)] == []


def test_the_locks_hold_what_the_project_asks_for() -> None:
    """The product's lock has its dependencies; the developer's lock has all groups besides."""
    wanted = _project()

    assert set(wanted["product"]) - _locked("requirements.lock").keys() == set()
    assert set(chain.from_iterable(wanted.values())) - _locked("requirements-dev.lock").keys() == set()


def test_both_locks_agree() -> None:
    """What is tested is what is run."""
    product, everything = (_locked(lock) for lock in LOCKS)

    assert {name: entry.split("\n")[0] for name, entry in product.items()} == {
        name: everything[name].split("\n")[0] for name in product
    }


def test_every_dependency_has_its_reason() -> None:
    """docs/dependencies.md has one row with a reason for each name, and no row for what is gone."""
    rows = {_plain(found["name"]): found["rest"] for found in ROW.finditer(text_of("docs/dependencies.md"))}
    named = set(chain.from_iterable(_project().values()))

    assert rows.keys() == named
    assert [name for name, rest in rows.items() if len(rest.strip()) < REASON_CHARS_MIN] == []


def test_the_lowest_python_is_one_everywhere() -> None:
    """The project file, ruff and mypy speak of the same oldest Python."""
    settings = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))

    assert settings["project"]["requires-python"] == ">=" + settings["tool"]["mypy"]["python_version"]
    assert settings["tool"]["ruff"]["target-version"] == "py" + settings["tool"]["mypy"]["python_version"].replace(
        ".", ""
    )
