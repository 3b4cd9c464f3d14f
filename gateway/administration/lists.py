"""The lists of an operator: the accounts it sees and uses (可操作账户, R1.5)."""

from collections.abc import Collection

from sqlalchemy import Connection, delete, insert, select

from gateway.administration.change import AdminError, raise_version
from gateway.administration.operators import operator_state
from gateway.journal.people import read_customers
from gateway.journal.tables import OPERATOR_ACCOUNT


def change_accounts(
    tx: Connection,
    customer_id: str,
    operator_id: str,
    *,
    add: Collection[str] = (),
    remove: Collection[str] = (),
) -> tuple[str, ...]:
    """Put accounts on an operator's list and take others off; returns its list, in order.

    An account is one of its customer's own or one that another customer granted. Raises AdminError for any other, for
    one that is on the list already or is not on it, and for an unknown operator.
    """
    raise_version(tx)
    operator_state(tx, customer_id, operator_id)
    customer = read_customers(tx, [customer_id])[customer_id]
    mine = customer.people[operator_id].accounts
    if foreign := sorted(set(add) - customer.accounts.keys()):
        raise AdminError(f"not accounts that customer {customer_id} may use: {', '.join(foreign)}")
    if twice := sorted((set(add) & mine) | (set(add) & set(remove))):
        raise AdminError(f"on the list of operator {operator_id} already, or named twice: {', '.join(twice)}")
    if absent := sorted(set(remove) - mine):
        raise AdminError(f"not on the list of operator {operator_id}: {', '.join(absent)}")
    key = {"customer_id": customer_id, "operator_id": operator_id}
    for account in sorted(set(add)):
        tx.execute(
            insert(OPERATOR_ACCOUNT), {**key, "account_owner": customer.accounts[account].owner, "account": account}
        )
    of = (OPERATOR_ACCOUNT.c.customer_id == customer_id, OPERATOR_ACCOUNT.c.operator_id == operator_id)
    tx.execute(delete(OPERATOR_ACCOUNT).where(*of, OPERATOR_ACCOUNT.c.account.in_(sorted(set(remove)))))
    left = select(OPERATOR_ACCOUNT.c.account).where(*of).order_by(OPERATOR_ACCOUNT.c.account)
    return tuple(tx.execute(left).scalars())
