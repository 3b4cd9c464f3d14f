"""Writes docs/rules.md, and the parts of other documents that are worked out from the code: `make rules`."""

from tests.docs import rules
from tests.support.source import ROOT


def written() -> dict[str, str]:
    """The documents that are written by this program, in whole or in part, as they should stand, by their paths."""
    return {"docs/rules.md": rules.page()}


if __name__ == "__main__":
    for name, content in written().items():
        (ROOT / name).write_text(content, encoding="utf-8")
