"""How instructions are approved: modes (授权模式), flows (转账流程), and what services follow (R2.2 to R2.17)."""

from enum import StrEnum

from protocol.binding import message
from protocol.messages.book import ListChange
from protocol.messages.enterprise import NAMESPACE, InstructionItem
from protocol.money import Fen


class ApprovalForm(StrEnum):
    """The form in which instructions are approved: by a reviewer, by modes, or by flows; the bank sets it."""

    REVIEWER = "reviewer"
    MODE = "mode"
    FLOW = "flow"


@message(NAMESPACE)
class Authorizers:
    """So many authorizers of exactly that level (O37)."""

    level: int
    count: int


@message(NAMESPACE)
class Band:
    """An amount band: up to and including `up_to`, without it without end (R2.3, O38).

    `above` may repeat where it begins: at the end of the band before. Each of `authorizers` is a step.
    """

    above: Fen | None = None
    up_to: Fen | None = None
    authorizers: tuple[Authorizers, ...] = ()


@message(NAMESPACE)
class Mode:
    """A mode (R2.2): review or not, dispatch by hand or automatic, and whom each amount band asks, in order or not.

    A mode without amounts has one band, and serves nothing that moves money (R2.8).
    """

    mode_id: str
    with_amount: bool
    ordered: bool
    review: bool
    manual_dispatch: bool
    band: tuple[Band, ...]


@message(NAMESPACE)
class Level:
    """The reviewers of one level of a flow, of whom one acts (R2.12)."""

    reviewer: tuple[str, ...]


@message(NAMESPACE)
class Flow:
    """A flow of an account up to `limit`, or of a service, without limit (R2.12, R2.16); levels from the lowest."""

    flow_id: str
    account: str | None = None
    service: str | None = None
    limit: Fen | None = None
    level: tuple[Level, ...]


@message(NAMESPACE)
class ServiceItem:
    """A service that takes a mode: which one it follows (R2.8), and whether it takes new instructions (R2.9)."""

    service: str
    mode_id: str | None = None
    enabled: bool


@message(NAMESPACE)
class ListModes:
    """Asks how instructions are approved."""


@message(NAMESPACE)
class ListModesReply:
    """The form, whether the bank allows instructions by one person (R2.11), modes, flows, services, and preset modes.

    A preset may be saved as it is or changed (R2.8).
    """

    form: ApprovalForm
    single_person: bool
    mode: tuple[Mode, ...] = ()
    flow: tuple[Flow, ...] = ()
    service: tuple[ServiceItem, ...] = ()
    preset: tuple[Mode, ...] = ()


@message(NAMESPACE)
class SaveMode:
    """Makes a mode, or puts it whole in the place of the one of its id (R2.17).

    What is under way keeps the plan under which it was entered (R2.10).
    """

    mode: Mode


@message(NAMESPACE)
class SaveModeReply:
    """Added, changed or unchanged."""

    change: ListChange


@message(NAMESPACE)
class DeleteMode:
    """Deletes a mode that no service follows; what is under way goes on (R2.10)."""

    mode_id: str


@message(NAMESPACE)
class DeleteModeReply:
    """It is deleted."""

    mode_id: str


@message(NAMESPACE)
class BindService:
    """Lets a service follow a mode (开通业务, R2.8)."""

    service: str
    mode_id: str


@message(NAMESPACE)
class BindServiceReply:
    """It follows it."""

    service: str
    mode_id: str


@message(NAMESPACE)
class SwitchService:
    """Switches a service off (停用), so that it takes nothing new, or on again (启用), at once (R2.9)."""

    service: str
    enabled: bool


@message(NAMESPACE)
class SwitchServiceReply:
    """It is on or off; what is pending goes on (O40)."""

    service: str
    enabled: bool


@message(NAMESPACE)
class SaveFlow:
    """Makes a flow, whole (R2.17); one that is there is never changed, only deleted (R2.15)."""

    flow: Flow


@message(NAMESPACE)
class SaveFlowReply:
    """It is made."""

    flow_id: str


@message(NAMESPACE)
class DeleteFlow:
    """Deletes a flow with what is unfinished under it (R2.15); without `confirm` that is only shown.

    `confirm` is the count that was shown: nothing is deleted when there are more by then.
    """

    flow_id: str
    confirm: int | None = None


@message(NAMESPACE)
class DeleteFlowReply:
    """Whether it is deleted, and the instructions that are unfinished under it or were: how many, the first 200."""

    flow_id: str
    deleted: bool
    count: int
    instruction: tuple[InstructionItem, ...] = ()
