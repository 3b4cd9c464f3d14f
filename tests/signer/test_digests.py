"""The digests by name."""

import hashlib

import pytest

from signer.digests import DIGESTS
from tests.signer.conftest import Openssl


def test_the_standards_own_examples() -> None:
    """SHA-256 and SM3 of "abc" as FIPS 180-4 and GB/T 32905-2016 (A.1) print them."""
    assert DIGESTS["sha256"](b"abc").hex().startswith("ba7816bf8f01cfea414140de5dae2223")
    assert DIGESTS["sm3"](b"abc").hex() == "66c7f0f462eeedd9d1f2d46bdc10e4e24167c4875cf2f7a2297da02b8f4ba8e0"


@pytest.mark.parametrize("size", [0, 1, 55, 56, 63, 64, 65, 2_000, 70_000])
def test_openssl_computes_the_same(openssl: Openssl, size: int) -> None:
    """Around every block boundary, openssl gets the same SM3."""
    data = hashlib.shake_128(b"seed").digest(size)

    assert DIGESTS["sm3"](data) == openssl.run("dgst", "-sm3", "-binary", data=data)
