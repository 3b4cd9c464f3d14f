"""The ways that money takes to a payee, and whether they take any."""

from enum import StrEnum


class Channel(StrEnum):
    """A way to the payee: at this bank (行内), or the systems 网银互联, 小额 and 大额."""

    IN_BANK = "in-bank"
    IBPS = "IBPS"
    BEPS = "BEPS"
    HVPS = "HVPS"


class ChannelState(StrEnum):
    """Whether a channel takes payments; in maintenance it does not for a while, and nobody knows how long.

    A closed one is not run by this bank. That HVPS opens and closes every day is no state but its hours.
    """

    OPEN = "open"
    MAINTENANCE = "maintenance"
    CLOSED = "closed"
