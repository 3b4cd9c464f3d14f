"""What time alone makes of a matter when its moment has come: it expires, runs, or may not run any more."""

from dataclasses import replace

from gateway.domain import accounts, course, limits
from gateway.domain.command import Woken
from gateway.domain.facts import Facts, Moment, Takes, Transfer
from gateway.domain.limits import Demand, Row
from gateway.domain.matter import Basis, Matter
from gateway.domain.recurrence import Occurrence, order_of
from gateway.domain.states import State
from gateway.services import ordering
from gateway.services.service import Bank
from protocol.codes import Code
from protocol.errors import Detail
from protocol.messages.transfer import TransferState


def wake(matter: Matter, facts: Facts, moment: Moment, bank: Bank) -> Woken:
    """The matter after its moment came; `facts` are those of its entry operator, None where that was deleted since.

    Acts already done stand (O23), but account and limits are those of the day on which it runs (R3.10, O47): what does
    not fit fails with every reason and is not tried again.
    """
    if matter.recurs and matter.state is TransferState.SCHEDULED:
        after, run = course.recurred(matter, moment)
        return Woken(after, _made(matter, run, facts, moment) if run is not None else None)
    return Woken(checked(course.woken(matter, moment, bank.routes(facts.channels)), facts, moment))


def _made(matter: Matter, run: Occurrence, facts: Facts, moment: Moment) -> Transfer:
    """A run of a recurring order, as if it were submitted at its hour: what stands against it today makes it fail.

    Its row is the number of the run, so that the database keeps it from being made twice. Whether it leaves the
    customer is asked again too (R3.3): an account that was its own at entry may be a stranger's by now.
    """
    order = order_of(matter)
    payer = facts.customer.accounts.get(matter.payer_account) if facts.customer else None
    takes = ordering.takes(facts, payer, matter.payee_account) if payer else Takes(matter.takes)
    faults = _run_faults(replace(matter, takes=takes), facts, moment)
    return Transfer(
        customer_id=matter.key.customer_id,
        request_id=matter.key.request_id,
        row=run.number,
        operator_id=matter.operator_id,
        owner=matter.owner,
        payer_account=order.payer_account,
        payee_account=order.payee_account,
        payee_name=order.payee_name,
        payee_bank_code=order.payee_bank_code,
        amount=order.amount,
        currency=order.currency,
        purpose=order.purpose,
        end_to_end_id=order.end_to_end_id,
        remark=order.remark,
        save_payee=bool(order.save_payee),
        takes=takes,
        basis=Basis.POSTPONED,
        entered_on=moment.business_date,
        business_date=moment.business_date,
        state=State.FAILED if faults else State.RELEASED,
        reasons=tuple(dict.fromkeys(Code(fault.rule) for fault in faults)),
        ended_on=moment.business_date if faults else None,
    )


def checked(matter: Matter, facts: Facts, moment: Moment) -> Matter:
    """The matter, failed where the bank may act on it and something stands against it today.

    `facts` are those of its entry operator; where another customer entered it, under a grant, those of the owner.
    """
    if matter.state is not TransferState.PROCESSING or not matter.payer_account:
        return matter
    faults = _run_faults(matter, facts, moment)
    return course.failed(matter, faults, moment) if faults else matter


def _run_faults(matter: Matter, facts: Facts, moment: Moment) -> list[Detail]:
    """What stands against it today: the customer, the account and its grant, a closed list, the limits (O22, O47)."""
    customer = facts.customer
    if customer is None or customer.status != "normal":
        return [Detail(Code.CUSTOMER_SUSPENDED)]
    wages = matter.takes == Takes.NOTHING
    found = [Detail(code) for code in accounts.run_faults(facts, matter.payer_account, wages=wages)]
    account = customer.accounts.get(matter.payer_account)
    if account is None:
        return found
    # Payees of many rows are all at this bank.
    elsewhere = matter.leg.bank.code if matter.leg is not None else None
    payees = facts.payees[matter.key] if matter.covers_rows and account.closed else {matter.payee_account}
    if accounts.is_held(facts, account, wages=wages) and not all(
        accounts.may_pay_to(account, payee, elsewhere) for payee in payees
    ):
        found.append(Detail(Code.PAYEE_NOT_IN_CLOSED_LIST))
    if wages:
        return found
    owner = ordering.owner_of(account, facts)
    operator = (matter.key.customer_id, matter.operator_id)
    demand = Demand(
        bounds=ordering.bounds(account, owner, operator, facts.person),
        rows=[Row(matter.amount, "", outgoing=matter.takes == Takes.OUTGOING)],
        place="",
        basis=matter.basis,
        entered_on=matter.entered_on,
        run_on=moment.business_date,
    )
    return found + limits.run_faults(demand, facts.used, each=not matter.covers_rows)
