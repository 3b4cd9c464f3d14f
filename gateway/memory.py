"""Giving memory back: what a large message took would otherwise stay with the process, in the arena of its thread."""

import ctypes
from typing import Any, Final

_LIBRARY: Final[Any] = ctypes.CDLL(None)
_MMAP_THRESHOLD: Final = -3  # M_MMAP_THRESHOLD of malloc.h
_MAPPED_BYTES_MIN: Final = 256 * 1024


def settle() -> None:
    """Keep pieces of a quarter megabyte and more apart, so that each goes back to the system when it is freed.

    Without being told, glibc counts as small whatever is no larger than the largest piece freed so far.
    """
    if hasattr(_LIBRARY, "mallopt"):
        _LIBRARY.mallopt(_MMAP_THRESHOLD, _MAPPED_BYTES_MIN)


def give_back() -> None:
    """Return free memory to the system; a millisecond or two, and nothing where the C library is not glibc."""
    if hasattr(_LIBRARY, "malloc_trim"):
        _LIBRARY.malloc_trim(ctypes.c_size_t(0))
