"""The page about messages between banks holds what the code tells, and its pictures name messages that there are."""

import re

from core_adapter.channels.cnaps.codec import KINDS
from core_adapter.channels.messages import Status
from tests.docs.cnaps import PARTS
from tests.docs.write import MESSAGES, names
from tests.support.source import text_of


def test_every_part_stands_on_the_page_once() -> None:
    """Nothing that the code tells is left out."""
    assert sorted(names(text_of(MESSAGES))) == sorted(PARTS)


def test_the_pictures_name_types_and_statuses_that_there_are() -> None:
    """A sequence diagram is written by hand, and can be wrong."""
    pictures = "".join(re.findall(r"```mermaid\n(.*?)```", text_of(MESSAGES), re.DOTALL))
    types = set(re.findall(r"[a-z]{4}\.\d{3}", pictures))
    statuses = set(re.findall(r"PR\d\d", pictures))

    assert len(re.findall("sequenceDiagram", pictures)) == 3
    assert types - {name[:8] for name in KINDS} == set()
    assert statuses - set(Status) == set()
    assert statuses
