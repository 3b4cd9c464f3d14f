"""`yinqi admin bank-code`: the directory is loaded from a file and looked into, with a daemon at work or without."""

import json
from pathlib import Path

from gateway.demo_banks import demo_banks
from gateway.site import BANKS_FILE
from protocol import examples
from tests.gateway.conftest import Run


def test_a_demo_site_has_a_directory(admin: Run, folder: Path) -> None:
    """The file beside its settings is the one that was loaded, so loading it again changes nothing."""
    status, out, err = admin("bank-code", "load", folder / BANKS_FILE)

    count = len(demo_banks())
    assert (status, out) == (0, f"directory of {count} banks loaded: 0 added, 0 changed, 0 removed\n")
    noted = json.loads(err)
    assert (noted["command"], noted["banks"], noted["removed"]) == ("bank-code load", str(count), "0")


def test_another_file_takes_its_place(admin: Run, tmp_path: Path) -> None:
    """Counted in words, and for programs."""
    lines = ["code,name,ibps,beps,hvps", f"{examples.BANK_CODE},示范银行,,yes,no"]
    file = tmp_path / "new.csv"
    file.write_bytes("\n".join(lines).encode("gb18030"))

    status, out, _ = admin("bank-code", "load", file, "--json")

    answer = json.loads(out)
    counts = (answer["banks"], answer["added"], answer["changed"], answer["removed"])
    assert (status, counts) == (0, (1, 0, 1, len(demo_banks()) - 1))
    shown = admin("bank-code", "show", examples.BANK_CODE)
    assert shown == (0, f"{examples.BANK_CODE} 示范银行, region 1000: BEPS\n", "")


def test_a_file_with_faults_changes_nothing(admin: Run, tmp_path: Path) -> None:
    """Each fault on a line of its own, and the directory as it was."""
    file = tmp_path / "wrong.csv"
    file.write_text(f"code,name,ibps,beps,hvps\n{examples.BANK_CODE},示范银行,,yes,no\n123,x,,maybe,no\n", "utf-8")

    status, out, err = admin("bank-code", "load", file)

    assert (status, out) == (1, "")
    lines = err.splitlines()
    assert lines[0].endswith("faults: 2; nothing was changed")
    assert [line.split(":")[0].strip() for line in lines[1:]] == ["line 3", "line 3"]
    assert "IBPS through" in admin("bank-code", "show", examples.BANK_CODE)[1]


def test_a_file_that_is_not_there_is_named(admin: Run, tmp_path: Path) -> None:
    """By the command itself, before anything is asked of a site."""
    status, _, err = admin("bank-code", "load", tmp_path / "none.csv")

    assert status == 2
    assert "none.csv" in err


def test_a_code_that_is_none_is_refused(admin: Run) -> None:
    """A wrong check digit and a code that nobody has are two things."""
    wrong = admin("bank-code", "show", "123456789012")
    assert (wrong[0], "check digit of ISO 7064" in wrong[2]) == (1, True)
    unknown = admin("bank-code", "show", "102100099996")
    assert (unknown[0], "in the directory, though its check digit is right" in unknown[2]) == (1, True)
