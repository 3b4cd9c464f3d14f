"""What transfers and matters take of limits: their facts in the form in which `gateway.domain.usage` counts them."""

from gateway.domain.facts import Takes, Transfer
from gateway.domain.matter import Matter
from gateway.domain.states import State
from gateway.domain.usage import Taking


def of_transfer(transfer: Transfer) -> Taking:
    """What a transfer takes once the bank may act: on its business date it was given to the bank."""
    return Taking(
        operator=(transfer.customer_id, transfer.operator_id),
        account=(transfer.owner, transfer.payer_account),
        amount=transfer.amount,
        basis=transfer.basis,
        entered_on=transfer.entered_on,
        run_on=None if transfer.state is State.ENTERED else transfer.business_date,
        ended_on=transfer.ended_on,
        outgoing=transfer.takes is Takes.OUTGOING,
        counted=transfer.takes is not Takes.NOTHING,
    )


def of_matter(matter: Matter) -> Taking:
    """What a matter takes, all its rows together, until the bank may act and when it has just been released."""
    return Taking(
        operator=(matter.key.customer_id, matter.operator_id),
        account=(matter.owner, matter.payer_account),
        amount=matter.amount,
        basis=matter.basis,
        entered_on=matter.entered_on,
        run_on=matter.run_on,
        ended_on=matter.ended_on,
        outgoing=matter.takes == Takes.OUTGOING,
        counted=matter.takes != Takes.NOTHING,
    )
