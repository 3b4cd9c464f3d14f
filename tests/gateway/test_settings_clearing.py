"""The settings of a clearing simulator: one file, every fault at once, and a demo's file that shows the defaults."""

import re
from dataclasses import replace
from datetime import UTC, datetime, time
from pathlib import Path

import pytest

from core_adapter.channels.messages import System
from core_adapter.clearing.settings import Clearing, Faults, Span
from gateway import clearing_demo
from gateway.settings import SettingsError
from gateway.settings.clearing_simulator import ClearingFile, read_clearing
from gateway.template import CENTRE_CODE
from protocol import examples

DAY = datetime(2026, 3, 2, tzinfo=UTC)


@pytest.fixture
def text(tmp_path: Path) -> str:
    """The settings of a demo, beside whose files they are read."""
    files = dict(clearing_demo.clearing_files(8600, examples.BANK_CODE, DAY, DAY))
    for name, content in files.items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_bytes(content)
        (tmp_path / name).chmod(0o600)
    return files[clearing_demo.SETTINGS_FILE].decode()


def written(folder: Path, text: str) -> ClearingFile:
    """Read settings of that text."""
    path = folder / clearing_demo.SETTINGS_FILE
    path.write_text(text, "utf-8")
    return read_clearing(path)


def test_a_demo_reads_as_the_defaults_with_its_port_and_codes(text: str, tmp_path: Path) -> None:
    """Nothing goes wrong by itself, no day ends by the clock, and there are funds without limit."""
    assert written(tmp_path, text).clearing == Clearing(
        host="127.0.0.1",
        port=8603,
        book=tmp_path / "clearing.db",
        centre=CENTRE_CODE,
        bank=examples.BANK_CODE,
        channels=written(tmp_path, text).clearing.channels,
        faults=Faults(),
    )
    ibps = written(tmp_path, text).clearing.channels[System.IBPS]
    assert (ibps.round_seconds, ibps.day_end, ibps.open, ibps.maintenance) == (1.0, None, None, ())


def test_every_key_that_a_demo_shows_behind_a_mark_is_one_and_shows_its_default(text: str, tmp_path: Path) -> None:
    """Those that have none, as hours and funds, show an example."""
    shown = re.sub(r"^# (?=\w+ = |\[)", "", text, flags=re.MULTILINE)
    all_said, unsaid = written(tmp_path, shown), written(tmp_path, text)
    channels = {
        system: replace(channel, day_end=None, open=None, maintenance=())
        for system, channel in all_said.clearing.channels.items()
    }

    assert all_said.clearing.channels[System.IBPS].day_end == time(17, 15)
    assert all_said.clearing.channels[System.IBPS].open == Span(time(0), time(23, 59))
    assert all_said.clearing.channels[System.IBPS].maintenance == (Span(time(2), time(2, 30)),)
    assert replace(all_said, clearing=replace(all_said.clearing, channels=channels, funds=None)) == unsaid


def test_every_fault_is_told_at_once_by_its_key(text: str, tmp_path: Path) -> None:
    """One list to put right."""
    wrong = text.replace('code = "', 'code = "9', 1).replace("# seed = 1", "seed = -1")
    wrong = wrong.replace("# loss = 0.0 ", "loss = 1.1 ").replace("# round_seconds", "rounds_seconds")
    wrong = wrong.replace('# opens = "00:00"', 'opens = "0:00"').replace("clearing/centre.key", "clearing/nothing.key")
    with pytest.raises(SettingsError) as caught:
        written(tmp_path, wrong)

    keys = sorted(fault.partition(": ")[0] for fault in caught.value.faults)
    assert keys == [
        *("beps.rounds_seconds", "centre.code", "centre.key", "faults.loss", "faults.seed"),
        *("ibps.opens", "ibps.opens", "ibps.rounds_seconds"),
    ]


@pytest.mark.parametrize(
    ("change", "key"),
    [
        (('code = "988100000004"', 'code = "988100000005"'), "centre.code"),
        (('code = "988100000004"', f'code = "{examples.BANK_CODE}"'), "bank.code"),
        (('# funds = "1000000.00"', "funds = 1000000.00"), "hvps.funds"),
        (("[beps]", '[[ibps.maintenance]]\nfrom = "02:00"\n[beps]'), "ibps.maintenance[1].to"),
        (("[beps]", '[[ibps.maintenance]]\nfrom = "02:00"\nto = "02:00"\n[beps]'), "ibps.maintenance[1].to"),
        (("[hvps]", "[hvps]\nround_seconds = 1.0"), "hvps.round_seconds"),
    ],
)
def test_a_fault_is_told_by_its_key(text: str, tmp_path: Path, change: tuple[str, str], key: str) -> None:
    """What is wrong, and where."""
    assert change[0] in text
    with pytest.raises(SettingsError) as caught:
        written(tmp_path, text.replace(*change))
    assert [fault.partition(": ")[0] for fault in caught.value.faults][:1] == [key]


def test_a_key_that_others_may_read_is_refused(text: str, tmp_path: Path) -> None:
    """As everywhere."""
    (tmp_path / "clearing/centre.key").chmod(0o644)
    with pytest.raises(SettingsError, match="only its owner"):
        written(tmp_path, text)
