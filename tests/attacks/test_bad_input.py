"""Every bad message gets its one answer, moves no money, and leaves the connection to the good ones."""

import pytest

from conformance.cases.bad_input import BAD_INPUT
from conformance.cases.case import Case, attempt
from conformance.cases.forge import FEN, Forge
from conformance.client import Client
from protocol.codes import Code
from protocol.messages.help import SelfTest
from signer.trust import Register


def books(forge: Forge) -> dict[str, int]:
    """What is in fen on each account that a case pays from or could have emptied."""
    accounts = forge.accounts
    return {account: forge.available(account) for account in (accounts.payer, accounts.second, accounts.poor)}


@pytest.mark.parametrize("case", BAD_INPUT, ids=lambda case: case.name)
def test_a_bad_message_gets_its_one_answer(case: Case, forge: Forge, client: Client) -> None:
    """The code, signed or as a Fault, the status and the faults; then the books; then a good message the same way."""
    before = books(forge)
    trial = attempt(case, forge, client.transport, Register(client.file.gateway))

    assert trial is not None
    assert trial.fault is None, trial
    if case.code is Code.DONE:
        before[forge.accounts.payer] -= FEN
    assert books(forge) == before
    assert client.send_once(client.prepare(SelfTest())).accepted


def test_no_two_rows_have_one_name() -> None:
    """A row is found by its name."""
    names = [case.name for case in BAD_INPUT]

    assert len(names) == len(set(names))
