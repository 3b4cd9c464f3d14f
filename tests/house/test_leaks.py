"""Nothing in the source tells where it was made: no registry host, no path of one machine, no secret left behind."""

import re

from tests.support.source import source_files, text_of

# Written in pieces, so that this file does not hold what it looks for.
REGISTRIES = [
    ".".join(parts)
    for parts in (
        ("pypi", "org"),
        ("pythonhosted", "org"),
        ("deb", "debian", "org"),
        ("npmjs", "org"),
        ("npmjs", "com"),
        ("crates", "io"),
    )
]
INDEX_OPTIONS = ["--" + name for name in ("index-url", "extra-index-url", "find-links", "trusted-host")]
PERSONAL_PATH = re.compile(r"(?<![\w.$*}-])/(?:home|root|work|Users|opt/(?!yinqi))/?[A-Za-z0-9_.-]+")
BINARY = (".png", ".ico", ".woff2", ".pdf", ".gz", ".db")


def _findings(pattern: re.Pattern[str]) -> list[str]:
    """Each line of the source on which the pattern is found, with its place."""
    return [
        f"{path}:{number}: {line.strip()[:100]}"
        for path in source_files()
        if not path.endswith(BINARY) and pattern.search(text_of(path))
        for number, line in enumerate(text_of(path).splitlines(), 1)
        if pattern.search(line)
    ]


def test_no_registry_is_named() -> None:
    """Where packages come from is each machine's own affair."""
    pattern = re.compile("|".join(re.escape(name) for name in REGISTRIES + INDEX_OPTIONS))

    assert _findings(pattern) == []


def test_no_path_of_one_machine_is_named() -> None:
    """What works only where it was written does not work."""
    assert _findings(PERSONAL_PATH) == []


def test_no_conflict_marker_or_blank_key_is_left() -> None:
    """A merge left half done, or a private key outside the tests, never gets in."""
    marker = re.compile(r"^(?:<{7}|>{7}) |-{5}BEGIN (?:[A-Z]+ )?PRIVATE KEY-{5}\n?[A-Za-z0-9+/=]{40}", re.MULTILINE)

    assert [path for path in source_files() if not path.endswith(BINARY) and marker.search(text_of(path))] == []
