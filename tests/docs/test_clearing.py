"""The page about the clearing simulator tells what the code does, and settings that there are."""

import re
import tomllib
from datetime import UTC, datetime

from gateway import clearing_demo
from tests.docs.clearing import PARTS
from tests.docs.write import CLEARING, names, written
from tests.support.source import text_of

DAY = datetime(2026, 3, 2, tzinfo=UTC)


def test_every_part_stands_on_the_page_once_and_as_the_code_tells_it() -> None:
    """Nothing that the code tells is left out, or out of date."""
    assert sorted(names(text_of(CLEARING))) == sorted(PARTS)
    assert written()[CLEARING] == text_of(CLEARING)


def test_every_table_of_the_settings_is_told_on_the_page() -> None:
    """And no other."""
    files = dict(clearing_demo.clearing_files(8600, "1" * 12, DAY, DAY))
    tables = set(tomllib.loads(files[clearing_demo.SETTINGS_FILE].decode()))
    settings = text_of(CLEARING).partition("\n## Settings")[2].partition("\n## ")[0]

    assert set(re.findall(r"`\[([a-z]+)\]`", settings)) == tables
