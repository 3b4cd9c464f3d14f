"""`yinqi admin` on who may do what: every word that bank staff use, each with its line and its note in the log."""

import json
from pathlib import Path

import pytest

from protocol import examples
from tests.gateway.conftest import Run

C, C2 = examples.CUSTOMER, examples.OTHER_CUSTOMER
N = examples.PAYER_ACCOUNT
MODE = """
with_amount = true
ordered = true
review = false
manual_dispatch = false
[[bands]]
up_to = "100.00"
[[bands]]
authorizers = [{level = 1}]
"""
FLOW = {"account": N, "limit": "1000.00", "levels": [["MGR01", "MGR02"]]}


def follow(admin: Run, steps: tuple[tuple[tuple[object, ...], str], ...]) -> None:
    """Give one command after the other; each is done, says what was done, and is noted without an account's number."""
    for words, told in steps:
        status, out, err = admin(*words)
        assert (status, told in out) == (0, True), (words, out, err)
        noted = json.loads(err)
        assert (noted["event"], noted["command"]) == ("changed-by-command", " ".join(map(str, words[:2])))
        assert N not in err


def rows(admin: Run, *words: object) -> list[dict[str, object]]:
    """The rows of a list."""
    found: list[dict[str, object]] = json.loads(admin(*words, "--json")[1])["rows"]
    return found


def test_what_the_bank_says_of_a_customer(admin: Run) -> None:
    """Form, switches, limits and caps, and the caps of the site."""
    follow(
        admin,
        (
            (("customer", "form", C2, "flow"), "has form flow: make flows for each account"),
            (("customer", "single-person", C2, "yes"), "single person yes"),
            (("customer", "whole-batch", C2, "no"), "whole batch no"),
            (("customer", "advanced", C2, "yes"), "advanced yes"),
            (("customer", "caps", C2, "--transfer", "5.00"), f"customer {C2}: 5.00 per transaction"),
            (("customer", "limits", C2, "--transfer", "4.00"), "4.00 per transaction, no limit per day"),
            (("customer", "limits", C2, "--transfer", "none", "--day", "9.00"), "no limit per transaction, 9.00 per"),
            (("customer", "caps", C2, "--transfer", "none"), "1000000.00 per transaction"),
            (("caps", "set", "--payroll", "100.00"), "transfer 1000000.00, day 5000000.00, payroll 100.00"),
            (("purpose", "add", C2, "工资", "--persons"), "for persons more"),
            (("purpose", "remove", C2, "工资", "--persons"), "for persons less"),
        ),
    )
    assert {row["customer"]: row["form"] for row in rows(admin, "customer", "list")} == {C: "mode", C2: "flow"}
    assert "payroll 100.00" in admin("caps", "show")[1]


def test_what_an_operator_may_do(admin: Run) -> None:
    """Added with every service and no account; then its lists, limits, level, role and manager."""
    add = ("operator", "add", C)
    follow(
        admin,
        (
            ((*add, "DEP", "副主管", "--permissions", "review", "--role", "deputy"), "accounts on its list"),
            ((*add, "NEW", "出纳", "--permissions", "authorize", "--level", "2", "--manager", "DEP"), "added"),
            ((*add, "FEW", "出纳", "--permissions", "query", "--services", "QueryBalance"), "added"),
            (
                ("operator", "accounts", C, "NEW", "--add", N, examples.SECOND_ACCOUNT),
                f"{N}, {examples.SECOND_ACCOUNT}",
            ),
            (("operator", "accounts", C, "NEW", "--remove", examples.SECOND_ACCOUNT), f": {N}"),
            (
                ("operator", "services", C, "NEW", "QueryTransfer,DecideInstructions"),
                "DecideInstructions, QueryTransfer",
            ),
            (("operator", "services", C, "NEW", "*"), ": every one"),
            (("operator", "limits", C, "NEW", "--transfer", "10.00"), "10.00 per transaction, no limit per day"),
            (("operator", "role", C, "NEW", "operator"), "is operator"),
            (("operator", "permissions", C, "NEW", "enter"), "may: enter"),
        ),
    )
    new = next(row for row in rows(admin, "operator", "list", C) if row["operator"] == "NEW")
    assert (new["level"], new["manager"], new["accounts"], new["limit_transfer"]) == (None, None, 1, "10.00")


def test_R1_12_a_change_that_leaves_something_to_nobody_says_so(admin: Run) -> None:
    """In words, and for programs."""
    status, out, _ = admin("operator", "freeze", C, "MGR02", "--json")
    assert status == 0
    answer = json.loads(out)
    hanging = answer["hanging"]
    assert "BY-AMOUNT" in hanging["modes"]
    assert f"; nobody can complete any more: modes {', '.join(hanging['modes'])}" in answer["text"]
    assert hanging.keys() == {"modes", "flows", "instructions"}


def test_what_an_account_may_do(admin: Run) -> None:
    """What the bank opened, what is left on, limits, how it is shown, and whom it may pay."""
    follow(
        admin,
        (
            (("account", "opened", C, N, "--wages", "no"), "the bank opened wages no"),
            (("account", "permissions", C, N, "--pay", "no"), "switched on pay no"),
            (("account", "limits", C, N, "--day", "7.00"), "no limit per transaction, 7.00 per day"),
            (("account", "display", C, N, "--alias", "基本户", "--priority", "9"), "shown as asked"),
            (("closed", "add", C, N, "123456", "乙公司"), "may pay 123456 at this bank"),
            (("closed", "add", C, N, "123457", "乙公司", "--bank", examples.BANK_CODE), "at this bank"),
            (("closed", "on", C, N), "its list, which has 2"),
            (("closed", "remove", C, N, "123457"), "is off the list"),
            (("closed", "off", C, N), "its list of 1 is kept"),
        ),
    )
    account = next(row for row in rows(admin, "account", "list", C) if row["account"] == N)
    assert (account["pay"], account["wages"], account["limit_day"], account["priority"]) == ("off", "no", "7.00", 9)
    assert [row["payee"] for row in rows(admin, "closed", "list", C, N)] == ["123456"]
    assert admin("account", "permissions", C, N, "--wages", "yes")[0] == 1


def test_an_attached_account_is_on_nobody_s_list_and_the_answer_says_so(admin: Run) -> None:
    """With the command that puts it on one (R1.5)."""
    assert admin("account", "open", "22020200000000001", "北京晨星贸易有限公司")[0] == 0
    status, out, _ = admin("account", "attach", C, "22020200000000001", "--pay", "no", "--wages", "yes")
    assert status == 0
    assert f"yinqi admin operator accounts {C} OPERATOR --add 22020200000000001" in out
    new = next(row for row in rows(admin, "account", "list", C) if row["account"] == "22020200000000001")
    assert (new["pay"], new["wages"], new["closed"]) == ("no", "yes", False)


def test_how_instructions_are_approved(admin: Run, tmp_path: Path) -> None:
    """Modes from a file or a preset, flows from a file, what services follow."""
    modes, flows = ([row[word] for row in rows(admin, word, "list", C)] for word in ("mode", "flow"))
    mode, flow = tmp_path / "mode.toml", tmp_path / "flow.json"
    mode.write_text(MODE, "utf-8")
    flow.write_text(json.dumps(FLOW), "utf-8")
    follow(
        admin,
        (
            (("mode", "save", C, "MINE", mode), "saved"),
            (("service", "bind", C, "SubmitTransfer", "MINE"), "follows mode MINE"),
            (("service", "unbind", C, "SubmitTransfer"), "follows no mode"),
            (("mode", "delete", C, "MINE"), "deleted"),
            (("mode", "save", C, "R", "--preset", "REVIEW"), "saved"),
            (("service", "off", C, "SubmitTransfer"), "takes nothing new"),
            (("service", "on", C, "SubmitTransfer"), "is on"),
            (("flow", "save", C, "F1", flow), "made"),
            (("flow", "delete", C, "F1"), "and 0 unfinished"),
        ),
    )
    assert [row["mode"] for row in rows(admin, "mode", "list", C)] == [*modes, "R"]
    assert [row["flow"] for row in rows(admin, "flow", "list", C)] == flows
    assert "SubmitTransfer" in [row["service"] for row in rows(admin, "service", "list", C)]


@pytest.mark.parametrize(
    ("content", "told"),
    [
        ("nonsense", "Expected"),
        ("bands = 1", "bands is a list; with_amount is true or false|with_amount is true or false"),
        (MODE.replace("level = 1", "level = 7"), "too few people"),
    ],
)
def test_a_mode_that_cannot_be_one_is_refused_with_every_fault(
    admin: Run, tmp_path: Path, content: str, told: str
) -> None:
    """And nothing is saved."""
    before = rows(admin, "mode", "list", C)
    file = tmp_path / "mode.toml"
    file.write_text(content, "utf-8")
    status, out, err = admin("mode", "save", C, "MINE", file)
    assert status != 0
    assert out == ""
    assert any(each in err for each in told.split("|"))
    assert rows(admin, "mode", "list", C) == before


def test_R1_22_a_grant_by_letter(admin: Run) -> None:
    """From one customer to the other, listed, and taken back."""
    for each in (C, C2):
        assert admin("customer", "advanced", each, "yes")[0] == 0
    key = (C, N, C2)
    follow(
        admin,
        (
            (
                ("grant", "letter", *key, "--rights", "query,collect", "--letter", "L-17"),
                "granted to C00000002 by letter",
            ),
            (("operator", "accounts", C2, "ERP01", "--add", N), N),
            (("grant", "withdraw", *key), "orders ended with it: 0"),
        ),
    )
    assert ("L-17", "withdrawn") in [(row["letter"], row["state"]) for row in rows(admin, "grant", "list", C2)]


def test_R1_15_certificates_in_hand(admin: Run, folder: Path, tmp_path: Path, run: Run) -> None:
    """Shown, confirmed, moved, assigned and cancelled."""
    run("init", tmp_path / "other", "--demo")
    before = [row["fingerprint"] for row in rows(admin, "credential", "list", C)]
    fingerprints = []
    for name in ("mgr01", "mgr02"):
        file = tmp_path / "other" / "clients" / f"{name}.crt"
        status, _, shown = admin("credential", "add", C, file)
        assert (status, "Have the supervisor of customer" in shown) == (1, True)
        (said,) = (line.strip() for line in shown.splitlines() if line.count(":") == 31)
        assert admin("credential", "add", C, file, "--confirm", said)[0] == 0
        fingerprints.append(said)
    assert admin("operator", "add", C, "DEP", "n", "--permissions", "review", "--role", "deputy")[0] == 0
    follow(
        admin,
        (
            (("credential", "move", fingerprints[0], "--manager", "DEP"), "in the pool of DEP"),
            (("credential", "move", fingerprints[0]), "in the pool of the supervisor"),
            (("credential", "assign", fingerprints[0], "MGR02"), "registered for operator MGR02, for ever"),
            (("credential", "cancel", fingerprints[1]), "cancelled, for ever"),
        ),
    )
    found = {row["fingerprint"]: row["state"] for row in rows(admin, "credential", "list", C)}
    assert sorted(str(state) for each, state in found.items() if each not in before) == ["assigned", "cancelled"]


@pytest.mark.parametrize(
    "words",
    [
        ("customer", "single-person", C, "maybe"),
        ("customer", "limits", C, "--day", "1"),
        ("customer", "form", C, "004"),
        ("operator", "role", C, "ERP01", "king"),
        ("grant", "letter", C, N, C2, "--rights", "query"),
    ],
)
def test_words_that_cannot_be_are_wrong_usage(admin: Run, words: tuple[str, ...]) -> None:
    """Status 2, before anything is asked of the site."""
    status, out, err = admin(*words)
    assert (status, out) == (2, "")
    assert "usage:" in err
