"""Signature values of two halves, above all the ones that begin with zeros."""

import pytest
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature, encode_dss_signature
from hypothesis import given
from hypothesis import strategies as st

from signer.halves import HALF_BYTES, P256_ORDER, SM2_ORDER, VALUE_BYTES, from_der, from_numbers, to_der
from signer.keys import SM2_ID_DEFAULT
from signer.software import verifying_key
from tests.signer.conftest import Openssl, Pair

ORDERS = st.sampled_from([P256_ORDER, SM2_ORDER])
LENGTHS = st.integers(1, 256)


@st.composite
def values(draw: st.DrawFn) -> tuple[int, int, int]:
    """An order and two halves below it, short ones as likely as full ones."""
    order = draw(ORDERS)
    r, s = (draw(st.integers(1, min(order - 1, (1 << draw(LENGTHS)) - 1))) for _ in range(2))
    return order, r, s


@given(values())
def test_every_value_travels_as_64_bytes_and_comes_back(value: tuple[int, int, int]) -> None:
    """However short the halves, DER to r||s to DER is the identity, and each half stands at its place."""
    order, r, s = value
    der = encode_dss_signature(r, s)
    travelling = from_der(der)

    assert len(travelling) == VALUE_BYTES
    assert int.from_bytes(travelling[:HALF_BYTES], "big") == r
    assert int.from_bytes(travelling[HALF_BYTES:], "big") == s
    assert travelling == from_numbers(r, s)
    assert to_der(travelling, order) == der


@given(st.binary(max_size=130), ORDERS)
def test_anything_else_is_no_value(data: bytes, order: int) -> None:
    """Whatever the bytes, there is a DER form only for 64 bytes with both halves between 0 and the order."""
    halves = [int.from_bytes(half, "big") for half in (data[:HALF_BYTES], data[HALF_BYTES:])]
    fits = len(data) == VALUE_BYTES and all(0 < half < order for half in halves)
    der = to_der(data, order)

    assert (der is not None) == fits
    if der is not None:
        assert list(decode_dss_signature(der)) == halves


@pytest.mark.parametrize("place", [0, HALF_BYTES])
@pytest.mark.parametrize("kind", ["ecdsa", "sm2"])
def test_real_signatures_with_a_short_half_verify_everywhere(
    pairs: dict[str, Pair], openssl: Openssl, kind: str, place: int
) -> None:
    """One signature in 256 has an r, and one an s, that begins with a zero byte: both sides accept those too."""
    pair = pairs[kind]
    key = pair.signing_key()
    tried = ((data, key.sign(data)) for data in (str(number).encode() for number in range(1_000_000)))
    data, value = next((data, value) for data, value in tried if value[place] == 0)
    short = encode_dss_signature(int.from_bytes(value[:HALF_BYTES], "big"), int.from_bytes(value[HALF_BYTES:], "big"))

    assert len(value) == VALUE_BYTES
    assert verifying_key(pair.der).verify(data, value)
    assert openssl.accepts(pair.certificate_pem, key.algorithm, data, short, SM2_ID_DEFAULT)
    assert from_der(short) == value
