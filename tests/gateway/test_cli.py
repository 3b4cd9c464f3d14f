"""The command line: statuses, words and JSON that people and scripts rely on."""

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from sqlalchemy import update

from core_adapter.database import open_engine
from gateway.cli import COMMANDS, main
from gateway.control.lock import SiteLock
from gateway.databases import JOURNAL_SCHEMA
from gateway.journal.chain import Head
from gateway.journal.record import open_chain
from gateway.journal.tables import LOG_HEAD
from protocol import examples
from protocol.catalogue import OFFERED

C = examples.CUSTOMER
Run = Callable[..., tuple[int, str, str]]


def test_help_names_every_command(run: Run) -> None:
    """Without words the help is shown; each command has a help of its own."""
    status, out, _ = run()
    assert status == 0
    assert all(f"    {name}" in out for name in COMMANDS)
    for name in COMMANDS:
        assert run(name, "--help")[0] == 0


@pytest.mark.parametrize("words", [("nonsense",), ("check",), ("check", "nonsense"), ("init",), ("--nonsense",)])
def test_wrong_usage_is_status_2(run: Run, words: tuple[str, ...]) -> None:
    """Nothing is done, and the usage is shown on standard error."""
    status, out, err = run(*words)
    assert (status, out) == (2, "")
    assert "usage: yinqi" in err


def test_the_version_is_told(run: Run) -> None:
    """In one line."""
    status, out, _ = run("--version")
    assert (status, out.split()[0]) == (0, "yinqi")


def test_the_package_is_the_command() -> None:
    """`python -m gateway` does what `yinqi` does, and a light command loads none of the heavy libraries."""
    code = "import sys; from gateway.cli import main; main(['catalogue']); print(*sys.modules, file=sys.stderr)"
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert not {"twisted", "sqlalchemy", "cryptography", "alembic"} & set(ran.stderr.split())
    ran = subprocess.run([sys.executable, "-m", "gateway", "--version"], capture_output=True, text=True, check=True)
    assert ran.stdout.startswith("yinqi ")


def test_a_site_is_refused_where_one_is(folder: Path, run: Run) -> None:
    """Status 1, and what is there stays."""
    status, out, err = run("init", folder)
    assert (status, out, err) == (1, "", f"yinqi init: {folder} is a site already; nothing was changed\n")


def test_the_catalogue_is_a_list(run: Run) -> None:
    """For programs in JSON, for people as a table."""
    status, out, _ = run("catalogue", "--json")
    listed = json.loads(out)
    assert status == 0
    assert [entry["body"] for entry in listed] == [service.name for service in OFFERED]
    assert listed[0].keys() >= {"body", "reply", "kind", "permission", "example", "example_client"}
    assert run("catalogue")[1].splitlines()[0].split() == [
        "body", "reply", "kind", "permission", "example", "example_client",
    ]  # fmt: skip


def test_every_example_named_in_the_catalogue_is_there(folder: Path, run: Run) -> None:
    """Its path is relative to the site's folder, and its client's file is too."""
    for entry in json.loads(run("catalogue", "--json")[1]):
        assert (folder / entry["example"]).is_file()
        assert (folder / "clients" / f"{entry['example_client']}.toml").is_file()


@pytest.mark.parametrize("what", ["config", "ledger", "audit"])
def test_a_fresh_site_is_sound(folder: Path, run: Run, what: str) -> None:
    """In one line for people, with counts for programs."""
    status, out, err = run("check", what, "-c", folder / "gateway.toml")
    assert (status, err) == (0, "")
    assert out.startswith(f"{what}: sound")
    assert out.count("\n") == 1
    assert json.loads(run("check", what, "-c", folder / "gateway.toml", "--json")[1])["sound"] is True


def test_a_site_that_is_not_sound_is_status_1(folder: Path, run: Run, database_url: str) -> None:
    """The verdict is one line on standard output, each fault one on standard error."""
    url = database_url if database_url.startswith("postgresql") else f"sqlite:///{folder / 'gateway.db'}"
    engine = open_engine(url, schema=JOURNAL_SCHEMA)
    with engine.begin() as tx:
        open_chain(tx, Head("a", 0, bytes(32)))
        tx.execute(update(LOG_HEAD).where(LOG_HEAD.c.chain == "a").values(seq=7))
    engine.dispose()

    fault = "chain a row 1: cut off; the head says that there are 7 rows"
    status, out, err = run("check", "audit", "-c", folder / "gateway.toml")
    assert (status, out, err) == (1, f"audit: NOT SOUND: 1 fault, the first: {fault}\n", f"{fault}\n")


def test_settings_that_cannot_be_used_are_told_whole(folder: Path, run: Run) -> None:
    """Every fault in a line of its own; what cannot even be looked at is status 2, checking it status 1."""
    path = folder / "gateway.toml"
    path.write_text(path.read_text("utf-8").replace("[http]", "[http]\ncolour = 1").replace("[tcp]", "[tcp]\nx = 2"))
    for words, expected in ((("check", "config"), 1), (("check", "ledger"), 2), (("serve",), 2), (("migrate",), 2)):
        status, _, err = run(*words, "-c", path)
        assert status == expected
        assert "http.colour" in err
        assert "tcp.x" in err


def test_keys_that_do_not_fit_are_found_by_check_config(folder: Path, run: Run) -> None:
    """A certificate of another key would make replies that nobody can verify."""
    (folder / "gateway.crt").write_bytes((folder / "clients" / "mgr01.crt").read_bytes())
    status, out, _ = run("check", "config", "-c", folder / "gateway.toml")
    assert status == 1
    assert "reply.key: the private key is not that of the certificate" in out


def test_migrating_a_site_that_is_right_does_nothing(folder: Path, run: Run) -> None:
    """And says so."""
    status, out, _ = run("migrate", "-c", folder / "gateway.toml")
    assert (status, out) == (0, "databases are at the version of this program\n")


def test_workers_need_postgresql(tmp_path: Path, run: Run) -> None:
    """On SQLite one process owns the databases."""
    run("init", tmp_path / "site")
    status, out, err = run("serve", "-c", tmp_path / "site" / "gateway.toml", "--workers", 2)
    assert (status, out) == (2, "")
    assert "PostgreSQL" in err
    assert run("serve", "-c", tmp_path / "site" / "gateway.toml", "--workers", 0)[0] == 2


def test_a_site_in_use_is_not_served_twice(tmp_path: Path, run: Run) -> None:
    """The owner is named."""
    run("init", tmp_path / "site")
    with SiteLock(tmp_path / "site"):
        command = [sys.executable, "-m", "gateway", "serve", "-c", str(tmp_path / "site" / "gateway.toml")]
        served = subprocess.run(command, capture_output=True, text=True, check=False)
    assert (served.returncode, served.stdout) == (2, "")
    assert "owns" in served.stderr


def test_a_customer_from_first_to_last(admin: Run, folder: Path) -> None:
    """Customer, operator, certificate and account, as bank staff would enter them, each with its line."""
    key = folder / "clients" / "c2erp01.crt"
    steps = (
        (("customer", "add", "C3", "广州新客户有限公司"), "customer C3 added"),
        (("operator", "add", "C3", "OP1", "出纳", "--permissions", "query,enter"), "operator OP1 of customer C3 added"),
        (("operator", "permissions", "C3", "OP1", "query, administer"), "may: query, administer"),
        (("account", "open", "22020200000000001", "广州新客户有限公司", "--opening", "1000.00"), "opened"),
        (("account", "attach", "C3", "22020200000000001"), "held by 广州新客户有限公司"),
        (("account", "status", "22020200000000001", "frozen"), "is frozen"),
        (("account", "detach", "C3", "22020200000000001"), "detached"),
        (("customer", "suspend", "C3"), "suspended"),
        (("customer", "resume", "C3"), "normal again"),
    )
    for words, told in steps:
        status, out, err = admin(*words)
        assert (status, told in out) == (0, True), (words, out, err)
        noted = json.loads(err)
        assert (noted["event"], noted["command"]) == ("changed-by-command", " ".join(words[:2]))
        assert "22020200000000001" not in err
    assert admin("certificate", "add", "C3", "OP1", key)[0] == 1


def test_a_certificate_is_shown_then_confirmed(admin: Run, folder: Path, tmp_path: Path) -> None:
    """Without --confirm nothing is registered; the fingerprint that is shown is the one to be read back."""
    main(["init", str(tmp_path / "other"), "--demo"])
    file = tmp_path / "other" / "clients" / "erp01.crt"

    status, _, shown = admin("certificate", "add", C, "ERP01", file)
    assert status == 1
    assert "second channel" in shown
    (said,) = (line.strip() for line in shown.splitlines() if line.count(":") == 31)
    status, _, err = admin("certificate", "add", C, "ERP01", file, "--confirm", said[:-1] + "x")
    assert (status, "not that of the certificate" in err) == (1, True)
    status, out, _ = admin("certificate", "add", C, "ERP01", file, "--confirm", said)
    assert (status, said.replace(":", "").lower() in out) == (0, True)
    status, _, err = admin("certificate", "add", C, "MGR01", file, "--confirm", said)
    assert (status, "once and for ever" in err) == (1, True)

    rows = json.loads(admin("certificate", "list", C, "--json")[1])["rows"]
    assert [row["operator"] for row in rows].count("ERP01") == 2
    assert admin("certificate", "revoke", said[:17])[0] == 0
    assert admin("certificate", "revoke", said[:17])[0] == 1


@pytest.mark.parametrize(
    ("content", "told"),
    [(b"", "cannot be registered"), (b"nonsense", "cannot be registered"), (None, "No such file")],
)
def test_what_is_no_certificate_is_refused(admin: Run, tmp_path: Path, content: bytes | None, told: str) -> None:
    """With the reason, and nothing registered."""
    file = tmp_path / "some.crt"
    if content is not None:
        file.write_bytes(content)
    status, _, err = admin("certificate", "add", C, "ERP01", file)
    assert status != 0
    assert told in err


def test_two_certificates_in_a_file_are_refused(admin: Run, folder: Path, tmp_path: Path) -> None:
    """Each has a fingerprint of its own to confirm."""
    both = [(folder / "clients" / f"{name}.crt").read_bytes() for name in ("mgr01", "mgr02")]
    (tmp_path / "both.crt").write_bytes(b"".join(both))
    status, _, err = admin("certificate", "add", C, "ERP01", tmp_path / "both.crt")
    assert (status, "holds 2 certificates" in err) == (2, True)


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("operator", "freeze", "C9", "ERP01"), "no customer C9"),
        (("operator", "delete", C, "MGR01"), "last administrator"),
        (("operator", "add", C, "OP", "n", "--permissions", "fly"), "unknown permission fly"),
        (("account", "attach", C, "99999999"), "the core has no account 99999999"),
        (("account", "status", examples.PAYER_ACCOUNT, "gone"), "there are normal, lost, frozen, closed"),
        (("account", "status", examples.PAYER_ACCOUNT, "closed"), "still has money"),
        (("account", "open", examples.PAYER_ACCOUNT, "n"), "open already"),
        (("customer", "add", C, "n"), "exists already"),
    ],
)
def test_a_refusal_is_status_1_and_says_why(admin: Run, words: tuple[str, ...], told: str) -> None:
    """Nothing on standard output, nothing noted as changed."""
    status, out, err = admin(*words)
    assert (status, out) == (1, "")
    assert told in err
    assert "changed-by-command" not in err


def test_lists_are_tables_or_json(admin: Run) -> None:
    """Every list, for all customers and for one; wide characters keep the columns straight."""
    for thing in ("customer", "operator", "certificate", "account"):
        status, out, _ = admin(thing, "list")
        assert status == 0
        rows = json.loads(admin(thing, "list", "--json")[1])["rows"]
        assert len(out.splitlines()) == len(rows) + 1
        assert out.split()[: len(rows[0])] == list(rows[0])
        if thing != "customer":
            one = json.loads(admin(thing, "list", C, "--json")[1])["rows"]
            assert {row["customer"] for row in one} == {C}
    first = json.loads(admin("operator", "list", "--json")[1])["rows"][0]
    assert (first["operator"], first["permissions"], first["level"]) == ("AUT01", ["query", "authorize"], 1)


def test_options_may_stand_before_or_after(folder: Path, run: Run) -> None:
    """Both readings of the usage work."""
    for words in (
        ("admin", "-c", folder / "gateway.toml", "--json", "customer", "list"),
        ("admin", "customer", "list", "--json", "-c", folder / "gateway.toml"),
    ):
        assert json.loads(run(*words)[1])["rows"][0]["customer"] == C
