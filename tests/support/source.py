"""The project's own files, as the house's tests read them: found once, parsed once."""

import ast
import functools
import subprocess
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PRODUCT_ROOMS = ("protocol", "signer", "core_adapter", "gateway", "conformance")


@dataclass(frozen=True, slots=True)
class Module:
    """One Python file: its path from the root, its text and its syntax tree."""

    path: str
    text: str
    tree: ast.Module

    @property
    def room(self) -> str:
        """The first folder of its path."""
        return self.path.partition("/")[0]


@functools.cache
def source_files() -> tuple[str, ...]:
    """Paths from the root of every file that is or would be committed."""
    command = ["git", "ls-files", "--cached", "--others", "--exclude-standard", "-z"]
    listed = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout
    return tuple(sorted(path for path in listed.split("\0") if path and (ROOT / path).is_file()))


@functools.cache
def text_of(path: str) -> str:
    """The text of one source file; bytes that are no UTF-8 are replaced."""
    return (ROOT / path).read_text(encoding="utf-8", errors="replace")


@functools.cache
def modules() -> tuple[Module, ...]:
    """Every Python module of the project, parsed."""
    paths = [path for path in source_files() if path.endswith(".py")]
    return tuple(Module(path, text_of(path), ast.parse(text_of(path), path)) for path in paths)


def documents() -> tuple[str, ...]:
    """Paths of every Markdown file that speaks to people."""
    return tuple(path for path in source_files() if path.endswith(".md"))
