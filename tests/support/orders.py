"""Rows of orders as the journal writes them, for tests that begin with a journal in which something stands."""

from typing import Any


def request_row(customer_id: str, request_id: str, business_date: str, /, **changed: Any) -> dict[str, Any]:
    """A request that was used up for a transfer and of which nothing is left to do."""
    return {
        "customer_id": customer_id,
        "request_id": request_id,
        "kind": "order",
        "operator_id": "O1",
        "service": "SubmitTransfer",
        "body_digest": bytes(32),
        "encoding": "UTF-8",
        "language": "zh",
        "received_ms": 1,
        "business_date": business_date,
        "owner": "test",
        "epoch": 1,
        "attempts": 0,
    } | changed


def transfer_row(customer_id: str, request_id: str, business_date: str, /, **changed: Any) -> dict[str, Any]:
    """The only transfer of its order, of one fen, as it is given to the core; a failed one failed that day."""
    row = {
        "customer_id": customer_id,
        "request_id": request_id,
        "row": 0,
        "owner": customer_id,
        "payer_account": "1",
        "payee_account": "2",
        "payee_name": "n",
        "amount": 1,
        "currency": "CNY",
        "purpose": "",
        "save_payee": False,
        "takes": "outgoing",
        "basis": "immediate",
        "business_date": business_date,
        "state": "processing",
        "reasons": "",
        "reference": None,
        "ended_on": None,
    } | changed
    if row["state"] == "failed":
        row["ended_on"] = business_date
    return row
