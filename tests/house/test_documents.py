"""What the documents promise exists: make targets, linked files and headings, decisions in their index."""

import re
from pathlib import PurePosixPath
from posixpath import normpath

from tests.support.source import ROOT, documents, source_files, text_of

TARGET = re.compile(r"^([a-z][a-z-]*):", re.MULTILINE)
MAKE = re.compile(r"(?:^|`|\$ |&& )make ((?:[a-z][a-z-]*)(?: [a-z][a-z-]*)*)(?=`|$|\s*#|\s*&&)", re.MULTILINE)
LINK = re.compile(r"(?<!\!)\[[^\]]*\]\((?P<target>[^)\s]+)\)")
FENCE = re.compile(r"^```.*?^```", re.MULTILINE | re.DOTALL)
HEADING = re.compile(r"^#+ (.+)$", re.MULTILINE)


def _anchors(path: str) -> set[str]:
    """The anchors that a Markdown file's headings make, as code hosts form them."""
    return {
        re.sub(r"[^\w\- ]", "", heading.strip().lower()).replace(" ", "-")
        for heading in HEADING.findall(FENCE.sub("", text_of(path)))
    }


def _broken(path: str) -> list[str]:
    """The links of one document that lead nowhere."""
    known = set(source_files()) | {str(folder) for name in source_files() for folder in PurePosixPath(name).parents}
    broken = []
    for target in LINK.findall(FENCE.sub("", text_of(path))):
        if ":" in target:
            continue
        name, _, anchor = target.partition("#")
        file = normpath(str(PurePosixPath(path).parent / name)) if name else path
        if file not in known or (anchor and anchor not in _anchors(file)):
            broken.append(f"{path}: {target}")
    return broken


def test_every_make_target_named_in_a_document_exists() -> None:
    """A command shown to a person works."""
    targets = set(TARGET.findall(text_of("Makefile")))
    named = {(path, target) for path in documents() for line in MAKE.findall(text_of(path)) for target in line.split()}

    assert {(path, target) for path, target in named if target not in targets} == set()


def test_every_link_between_documents_leads_somewhere() -> None:
    """Relative links name a file that is there, and a heading that is in it."""
    assert [link for path in documents() for link in _broken(path)] == []


def test_every_decision_is_in_the_index() -> None:
    """Decisions are numbered without gap, and each has its line in the index."""
    folder = PurePosixPath("docs/decisions")
    records = [
        PurePosixPath(path).name
        for path in documents()
        if PurePosixPath(path).parent == folder and PurePosixPath(path).name != "README.md"
    ]
    index = text_of(str(folder / "README.md"))

    assert [int(name.split("-")[0]) for name in records] == list(range(1, len(records) + 1))
    assert [name for name in records if f"]({name})" not in index] == []


def test_a_change_fragment_is_named_by_words_and_kind() -> None:
    """changes/ holds fragments that the change log understands, each a sentence for a reader."""
    kinds = {"security", "added", "changed", "fixed", "removed"}
    fragments = [PurePosixPath(path) for path in source_files() if path.startswith("changes/")]
    named = [path for path in fragments if path.name != "README.md"]

    assert [str(path) for path in named if path.suffix != ".md" or path.stem.rpartition(".")[2] not in kinds] == []
    assert [str(path) for path in named if not (ROOT / path).read_text(encoding="utf-8").strip().endswith(".")] == []
