"""CNAPS2 messages as bytes: a header block of 132, a signature block, an XML body; one codec per family, one door.

It knows neither socket nor key nor clock. What the bytes are is in docs/cnaps.md, what the values are in
`core_adapter.channels.messages`.
"""

from core_adapter.channels.cnaps.codec import MESSAGE_BYTES_MAX, Codec
from core_adapter.channels.cnaps.unreadable import Fault, Unreadable

__all__ = ["MESSAGE_BYTES_MAX", "Codec", "Fault", "Unreadable"]
