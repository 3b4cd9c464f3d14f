"""The body that HVPS and IBPS share: one credit, after pacs.008 of ISO 20022."""

from core_adapter.channels.cnaps.credit import RETURNED, credit, row
from core_adapter.channels.cnaps.form import Form, Group, Leaf, Node, Row, Values
from core_adapter.channels.cnaps.kind import CREATED, MESSAGE_ID, Kind, Way, namespace
from core_adapter.channels.messages import Credits, Head, System


def kind_of(message_type: str, system: System, means: str) -> Kind[Credits]:
    """The row of a type whose body is one credit."""
    form = Form(namespace(message_type), "FIToFICstmrCdtTrf", (_HEADER, _TRANSFER))
    return Kind(
        type=message_type,
        means=means,
        way=Way.BOTH,
        form=form,
        opening=_opening,
        values=_values,
        message=_message,
        system=system,
        urgent=True,
    )


def _nested(leaf: Leaf, *names: str) -> Node:
    """The leaf within elements of these names, the outermost first."""
    node: Node = leaf
    for name in reversed(names):
        node = Group(name, (node,), optional=leaf.optional)
    return node


def _bank(name: str, means: str) -> Node:
    return _nested(Leaf("MmbId", means), name, "FinInstnId", "ClrSysMmbId")


def _party(name: str, who: str) -> tuple[Node, ...]:
    return (
        Group(name, (Leaf("Nm", f"the {who}'s name"),)),
        _nested(Leaf("Id", f"the {who}'s account"), f"{name}Acct", "Id", "Othr"),
        _bank(f"{name}Agt", f"the code of the {who}'s bank office"),
    )


_HEADER = Group(
    "GrpHdr",
    (
        MESSAGE_ID,
        CREATED,
        Leaf("NbOfTxs", "always 1"),
        _nested(Leaf("SttlmMtd", "always CLRG"), "SttlmInf"),
        _bank("InstgAgt", "the header's sender"),
        _bank("InstdAgt", "the header's receiver"),
    ),
)
_TRANSFER = Group(
    "CdtTrfTxInf",
    (
        Group(
            "PmtId",
            (
                Leaf("EndToEndId", "the payer's own reference", optional=True),
                Leaf("TxId", "the id of the credit"),
            ),
        ),
        _nested(Leaf("Prtry", "the kind of the credit"), "PmtTpInf", "CtgyPurp"),
        Leaf("IntrBkSttlmAmt", "the amount", currency=True),
        *_party("Dbtr", "payer"),
        *_party("Cdtr", "payee"),
        _nested(Leaf("Ustrd", "the purpose", optional=True), "RmtInf"),
        RETURNED,
    ),
)


def _opening(head: Head) -> Row:
    return (head.message_id, head.sent_at.isoformat(), "1", "CLRG", head.sender, head.receiver)


def _values(message: Credits) -> Values:
    if len(message.credits) != 1:
        raise ValueError(f"one message holds one credit, not {len(message.credits)}")
    return Values(row(message.credits[0]))


def _message(head: Head, values: Values) -> Credits:
    return Credits(head=head, credits=(credit(values.fixed),))
