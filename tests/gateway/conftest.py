"""Commands run in this process, and a demo site for them on either database."""

from collections.abc import Callable
from pathlib import Path

import pytest

from gateway.cli import main

Run = Callable[..., tuple[int, str, str]]


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str]) -> Run:
    """Run one command in this process: its status, standard output and standard error."""

    def run(*words: object) -> tuple[int, str, str]:
        try:
            status = main([str(word) for word in words])
        except SystemExit as stop:
            status = int(stop.code or 0)
        captured = capsys.readouterr()
        return status, captured.out, captured.err

    return run


@pytest.fixture
def folder(database_url: str, tmp_path: Path, run: Run) -> Path:
    """A demo site on either database, made by the command."""
    database = () if database_url.startswith("sqlite") else ("--database", database_url)
    status, out, _ = run("init", tmp_path / "site", "--demo", "--port-base", 18600, *database)
    assert (status, out.splitlines()[0]) == (0, f"site made: {tmp_path / 'site' / 'gateway.toml'}")
    return tmp_path / "site"


@pytest.fixture
def admin(folder: Path, run: Run) -> Run:
    """Run `yinqi admin` on the site."""
    return lambda *words: run("admin", *words, "-c", folder / "gateway.toml")
