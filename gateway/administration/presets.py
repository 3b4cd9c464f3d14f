"""Modes that the bank supplies, for a customer to use or to change (经典授权模式, R2.8)."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from gateway.domain.customer import Authorizers, Band, Mode

_SMALL: Final = 50_000_00


def _mode(mode_id: str, *bands: Band, review: bool, manual_dispatch: bool = False) -> Mode:
    return Mode(
        mode_id=mode_id,
        with_amount=True,
        ordered=True,
        review=review,
        manual_dispatch=manual_dispatch,
        bands=bands,
    )


PRESETS: Final[Mapping[str, Mode]] = MappingProxyType(
    {
        mode.mode_id: mode
        for mode in (
            _mode("REVIEW", Band(None), review=True),
            _mode("ONE-LEVEL", Band(None, (Authorizers(1, 1),)), review=True),
            _mode(
                "TWO-LEVELS",
                Band(_SMALL, (Authorizers(1, 1),)),
                Band(None, (Authorizers(1, 1), Authorizers(3, 1))),
                review=True,
                manual_dispatch=True,
            ),
        )
    }
)
"""By id: a review alone; review and one authorizer; and the example of the manual (R2.3)."""
