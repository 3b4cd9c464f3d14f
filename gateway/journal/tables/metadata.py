"""The one collection of the journal's tables."""

from typing import Final

from sqlalchemy import MetaData

METADATA: Final = MetaData()
