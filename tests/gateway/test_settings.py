"""Settings: one file, one value, every fault at once, secrets by file only."""

from collections.abc import Callable
from datetime import date, time, timedelta
from pathlib import Path

import pytest

from gateway.domain.hours import Hours, ScheduleRules
from gateway.domain.terms import RoutingRules
from gateway.settings import Address, Settings, SettingsError, read
from protocol.limits import MESSAGE_BYTES_MAX
from protocol.names import bank_code_check_digit

BANK_CODE = "10210000000" + bank_code_check_digit("10210000000")
SITE = f'[site]\nname = "demo"\nbank_code = "{BANK_CODE}"\nbank_name = "示范银行"\n'
SMALLEST = f"""{SITE}database = "sqlite:///gateway.db"
[reply]
key = "gateway.key"
certificate = "gateway.crt"
[core]
database = "sqlite:///core.db"
"""
Write = Callable[[str], Settings]


@pytest.fixture
def write(tmp_path: Path) -> Write:
    """Read settings of this text, in a folder with a key, a certificate and a secret."""
    for name, text in (("gateway.key", "key"), ("gateway.crt", "certificate"), ("secret", "p@ss/word\n")):
        (tmp_path / name).write_text(text)
        (tmp_path / name).chmod(0o600)

    def written(text: str) -> Settings:
        (tmp_path / "gateway.toml").write_text(text, "utf-8")
        return read(tmp_path / "gateway.toml")

    return written


def faults(write: Write, text: str) -> tuple[str, ...]:
    """What is wrong with this text."""
    with pytest.raises(SettingsError) as caught:
        write(text)
    return caught.value.faults


def test_the_smallest_file_is_enough(write: Write, tmp_path: Path) -> None:
    """What is left out has a default; paths start at the file's folder."""
    settings = write(SMALLEST)

    assert settings.site.database == f"sqlite:///{tmp_path}/gateway.db"
    assert settings.core.database == f"sqlite:///{tmp_path}/core.db"
    assert settings.reply.key == tmp_path / "gateway.key"
    assert (settings.http.host, settings.http.port, settings.http.tls) == ("127.0.0.1", 8600, None)
    assert (settings.tcp.port, settings.operations.port) == (8601, 8602)
    assert settings.limits.message_bytes == MESSAGE_BYTES_MAX
    assert (settings.work.reply_seconds, settings.work.clock_skew_seconds, settings.work.drain_seconds) == (2, 300, 30)
    assert settings.routing == RoutingRules()
    assert settings.site.embedded


def test_everything_can_be_said(write: Write, tmp_path: Path) -> None:
    """PostgreSQL with its password in a file, a core elsewhere, TLS with client certificates, limits, IPv6."""
    settings = write(
        f"""{SITE}database = "postgresql://yinqi@db:5432/bank"
password_file = "secret"
node = "node-1"
[reply]
key = "gateway.key"
certificate = "gateway.crt"
sm2_id = "1234567812345678"
[http]
listen = "[::1]:0"
tls = {{ certificate = "gateway.crt", key = "gateway.key", client_ca = "gateway.crt" }}
[core]
link = "core.bank:9000"
timeout_seconds = 3
[limits]
pipelined = 7
address_rate = 5
[log]
level = "warn"
"""
    )

    assert settings.site.database == "postgresql://yinqi:p%40ss%2Fword@db:5432/bank"
    assert not settings.site.embedded
    assert settings.http.tls is not None
    assert settings.http.tls.client_ca == tmp_path / "gateway.crt"
    assert (settings.http.host, settings.http.port) == ("::1", 0)
    assert (settings.core.link, settings.core.timeout_seconds) == (Address("core.bank", 9000), 3.0)
    assert (settings.limits.pipelined, settings.limits.address_rate, settings.log.level) == (7, 5.0, "warn")


def test_a_reply_key_may_be_in_a_token(write: Write) -> None:
    """The PIN comes from a file, and the value does not show it."""
    settings = write(
        SMALLEST.replace('key = "gateway.key"\n', "").replace(
            "[core]",
            '[reply.pkcs11]\nmodule = "gateway.crt"\ntoken = "yinqi"\nlabel = "reply"\npin_file = "secret"\n[core]',
        )
    )

    assert settings.reply.key is None
    assert settings.reply.pkcs11 is not None
    assert settings.reply.pkcs11.pin == "p@ss/word"


def test_no_secret_is_shown(write: Write) -> None:
    """`repr` goes to logs and tracebacks."""
    settings = write(
        SMALLEST.replace("sqlite:///gateway.db", "postgresql://yinqi@db/bank").replace(
            "[reply]", 'password_file = "secret"\n[reply]'
        )
    )

    assert "p%40ss" in settings.site.database
    assert "p@ss" not in repr(settings)
    assert "p%40ss" not in repr(settings)


def test_every_fault_is_told_at_once(write: Write) -> None:
    """Each with its key path, the value, and what is allowed."""
    found = faults(
        write,
        """
[site]
name = "de mo"
bank_code = "102100000001"
database = "mysql://x"
[reply]
key = "gone.key"
[http]
listen = "8600"
lisen = "x"
[core]
[limits]
message_bytes = 0
connections = 3
address_rate = "fast"
pipelined = true
[work]
reply_seconds = 60
[logs]
""",
    )

    assert [fault.partition(":")[0] for fault in found] == [
        "site.name",
        "site.bank_name",
        "site.database",
        "site.bank_code",
        "reply.certificate",
        "reply.key",
        "http.listen",
        "http.lisen",
        "core",
        "limits.message_bytes",
        "limits.pipelined",
        "limits.address_rate",
        "limits.connections_per_address",
        "work.reply_seconds",
        "logs",
    ]
    assert "'fast' is not a number from 0.001 to 1e+06" in found[11]
    assert "did you mean 'listen'?" in found[7]
    assert "did you mean 'log'?" in found[14]


def test_a_key_that_others_may_read_is_refused(write: Write, tmp_path: Path) -> None:
    """A private key or secret is its owner's alone."""
    write(SMALLEST)
    (tmp_path / "gateway.key").chmod(0o640)

    found = faults(write, SMALLEST)

    assert len(found) == 1
    assert "mode 0640" in found[0]


def test_a_credential_of_systemd_is_taken_as_it_is(
    write: Write, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The folder $CREDENTIALS_DIRECTORY is guarded by systemd, with modes of its own."""
    folder = tmp_path / "credentials"
    folder.mkdir()
    (folder / "reply-key").write_text("key")
    (folder / "reply-key").chmod(0o440)
    monkeypatch.setenv("CREDENTIALS_DIRECTORY", str(folder))

    settings = write(SMALLEST.replace('"gateway.key"', '"$CREDENTIALS_DIRECTORY/reply-key"'))

    assert settings.reply.key == folder / "reply-key"


@pytest.mark.parametrize(
    ("old", "new", "key"),
    [
        ("sqlite:///gateway.db", "postgresql://yinqi:open@db/bank", "site.database"),
        ("[reply]", 'password_file = "secret"\n[reply]', "site.password_file"),
        ("[core]\n", '[core]\nlink = "core:9000"\n', "core"),
        ('[core]\ndatabase = "sqlite:///core.db"', '[core]\nschema = "core"', "core.schema"),
        ("[reply]", '[tcp]\nlisten = "127.0.0.1:8600"\n[reply]', "tcp"),
        ("[reply]", '[tcp]\nlisten = "127.0.0.1:65536"\n[reply]', "tcp.listen"),
        (
            "[reply]",
            "[limits]\nconnections = 5\nconnections_per_address = 6\n[reply]",
            "limits.connections_per_address",
        ),
        ("[reply]", f"[limits]\nmessage_bytes = {MESSAGE_BYTES_MAX + 1}\n[reply]", "limits.message_bytes"),
        ("[reply]", '[tcp.tls]\ncertificate = "gateway.crt"\nkey = "gone"\n[reply]', "tcp.tls.key"),
        (BANK_CODE, "102100000000", "site.bank_code"),
    ],
)
def test_what_cannot_be_is_refused(write: Write, old: str, new: str, key: str) -> None:
    """A password in the open, two cores, one port twice, a number past its limit."""
    assert old in SMALLEST

    found = faults(write, SMALLEST.replace(old, new, 1))

    assert [fault.partition(":")[0] for fault in found] == [key]


def test_a_limit_of_the_language_is_the_most(write: Write) -> None:
    """At the limit it is taken; one past it is refused (above)."""
    settings = write(SMALLEST + f"[limits]\nmessage_bytes = {MESSAGE_BYTES_MAX}\n")

    assert settings.limits.message_bytes == MESSAGE_BYTES_MAX


@pytest.mark.parametrize("text", ["[site", "\ufeff[site]", '[site]\nname = "a"\nname = "b"\n'])
def test_what_is_no_toml_is_one_fault(write: Write, text: str) -> None:
    """The parser's own words, with line and column."""
    assert len(faults(write, text)) == 1


def test_a_file_that_is_not_there_is_a_fault(tmp_path: Path) -> None:
    """It is reported like any other."""
    with pytest.raises(SettingsError, match=r"gone\.toml"):
        read(tmp_path / "gone.toml")


def test_the_manuals_figures_stand_where_nothing_is_said(write: Write) -> None:
    """09:00 to 17:00, 16:00 for large value, HVPS from 20:30, two hours, half an hour, thirty days; no file of days."""
    settings = write(SMALLEST)

    assert settings.schedule == ScheduleRules()
    assert settings.calendar.overrides is None


def test_R5_3_the_rows_of_batches_are_settings_within_what_the_schemas_take(write: Write) -> None:
    """300 and 20,000 where nothing is said; R5.7: and no number is taken for a credit card's."""
    usual = write(SMALLEST).batch
    other = write(SMALLEST + '[batch]\nrows = 500\npayroll_rows = 100\ncredit_cards = ["62588", "35"]\n').batch

    assert (usual.rows, usual.payroll_rows, usual.credit_cards) == (300, 20_000, ())
    assert (other.rows, other.payroll_rows, other.credit_cards) == (500, 100, ("62588", "35"))


@pytest.mark.parametrize(
    ("text", "key"),
    [
        ("rows = 1001", "batch.rows"),
        ("rows = 0", "batch.rows"),
        ("payroll_rows = 20001", "batch.payroll_rows"),
        ('credit_cards = ["x"]', "batch.credit_cards[1]"),
        ('credit_cards = ["62588", 35]', "batch.credit_cards[2]"),
        ("credit_cards = 62588", "batch.credit_cards"),
    ],
)
def test_terms_of_batches_that_cannot_be_are_refused(write: Write, text: str, key: str) -> None:
    """Each by its key."""
    assert [fault.partition(":")[0] for fault in faults(write, f"{SMALLEST}[batch]\n{text}\n")] == [key]


def test_the_hours_are_settings_and_may_change_on_a_date(write: Write, tmp_path: Path) -> None:
    """R4.10: dated settings, each beside the one before it in time, in whatever order they stand."""
    (tmp_path / "calendar.toml").write_text("")
    settings = write(
        SMALLEST
        + """
[calendar]
overrides = "calendar.toml"
[schedule]
first_hour = "08:00"
normal_hours = 0.5
payroll_slot_minutes = 15
expiry_days = 10
one_recurring_per_account = true
[[schedule.change]]
from = 2027-06-01
large_value_opens = "21:00"
[[schedule.change]]
from = 2027-01-01
last_hour = "18:00"
large_value_closes = "17:30"
"""
    )
    rules = settings.schedule

    assert settings.calendar.overrides == tmp_path / "calendar.toml"
    assert (rules.normal_delay, rules.payroll_slot) == (timedelta(minutes=30), timedelta(minutes=15))
    assert (rules.expiry_days, rules.one_recurring) == (10, True)
    assert rules.on(date(2026, 12, 31)) == Hours(first=time(8))
    assert rules.on(date(2027, 1, 1)) == Hours(first=time(8), last=time(18), large_value_closes=time(17, 30))
    assert rules.on(date(2027, 6, 1)).large_value_opens == time(21)
    assert rules.on(date(2027, 6, 1)).last == time(18)


@pytest.mark.parametrize(
    ("text", "key"),
    [
        ('first_hour = "09:30"', "schedule.first_hour"),
        ('first_hour = "9:00"', "schedule.first_hour"),
        ("first_hour = 9", "schedule.first_hour"),
        ('last_hour = "24:00"', "schedule.last_hour"),
        ('large_value_last_hour = "08:00"', "schedule.large_value_last_hour"),
        ('large_value_closes = "16:00"', "schedule.large_value_closes"),
        ('large_value_opens = "17:00"', "schedule.large_value_opens"),
        ("normal_hours = 4.1", "schedule.normal_hours"),
        ("payroll_slot_minutes = 0", "schedule.payroll_slot_minutes"),
        ("expiry_days = 0", "schedule.expiry_days"),
        ("change = 1", "schedule.change"),
        ("change = [1]", "schedule.change[1]"),
        ("[[schedule.change]]", "schedule.change[1].from"),
        ('[[schedule.change]]\nfrom = "2027-01-01"', "schedule.change[1].from"),
        ("[[schedule.change]]\nfrom = 2027-01-01\nnormal_hours = 1", "schedule.change[1].normal_hours"),
        (
            "[[schedule.change]]\nfrom = 2027-01-01\n[[schedule.change]]\nfrom = 2027-01-01",
            "schedule.change[2].from",
        ),
        ('[[schedule.change]]\nfrom = 2027-01-01\nlast_hour = "15:00"', "schedule.change[1].large_value_last_hour"),
        ('[calendar]\noverrides = "gone.toml"', "calendar.overrides"),
    ],
)
def test_hours_that_cannot_be_are_refused(write: Write, text: str, key: str) -> None:
    """Off the hour, out of order, a date twice, more than the four hours of R4.6."""
    found = faults(write, f"{SMALLEST}[schedule]\n{text}\n")

    assert [fault.partition(": ")[0] for fault in found] == [key]
