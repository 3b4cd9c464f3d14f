"""What is known of the channels to other banks, as facts of those decisions that route a payment there."""

from collections.abc import Collection, Iterable
from dataclasses import replace

from sqlalchemy import Connection, select

from gateway.domain.channel import Channel, ChannelState
from gateway.domain.facts import Facts
from gateway.domain.matter import Matter
from gateway.journal.banks import read_banks
from gateway.journal.tables import CHANNEL_STATE

_STATES = select(CHANNEL_STATE.c.channel, CHANNEL_STATE.c.state)


def read_states(tx: Connection) -> dict[Channel, ChannelState]:
    """What the clearing side said last of each channel; nothing of those of which it said nothing yet.

    One that it calls closed opens again with its next day: it takes nothing for a while, as in maintenance.
    """
    return {
        Channel(channel): ChannelState.OPEN if state == ChannelState.OPEN else ChannelState.MAINTENANCE
        for channel, state in tx.execute(_STATES)
    }


def with_ways(
    tx: Connection, facts: list[Facts], codes: Iterable[str | None], matters: Collection[Matter]
) -> list[Facts]:
    """The facts of a group with the banks of these codes and the states of the channels.

    Nothing is read unless there is a code, or one of the matters goes to another bank.
    """
    named = {code for code in codes if code is not None}
    if not named and all(matter.leg is None for matter in matters):
        return facts
    banks = read_banks(tx, named) if named else {}
    channels = read_states(tx)
    return [replace(each, banks=banks, channels=channels) for each in facts]
