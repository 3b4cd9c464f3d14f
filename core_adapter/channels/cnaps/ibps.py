"""IBPS (网上支付跨行清算): ibps.101, one credit netted with others of its round."""

from typing import Final

from core_adapter.channels.cnaps.pacs import kind_of
from core_adapter.channels.messages import System

CREDIT: Final = kind_of("ibps.101.001.01", System.IBPS, "one credit by IBPS")
