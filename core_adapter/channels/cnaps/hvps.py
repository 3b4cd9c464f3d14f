"""HVPS (大额实时支付): hvps.111, one credit settled by itself."""

from typing import Final

from core_adapter.channels.cnaps.pacs import kind_of
from core_adapter.channels.messages import System

CREDIT: Final = kind_of("hvps.111.001.01", System.HVPS, "one credit by HVPS")
