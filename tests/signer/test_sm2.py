"""SM2: the standard's own example, two libraries that check each other, and keys as others write them."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from signer import sm2
from signer.asn1 import armor, sm2_private_info, sm2_public_info, unarmor
from signer.gmssl import generate, sm3
from signer.halves import HALF_BYTES, SM2_ORDER, from_numbers
from signer.keys import SM2_ID_BYTES_MAX, SM2_ID_DEFAULT, KeyRefused
from signer.libcrypto import ProviderMissing, load
from tests.signer.conftest import Openssl, Pair
from tests.support.need import absent

# The example of GB/T 32918.5-2017, annex A.
PRIVATE = bytes.fromhex("3945208F7B2144B13F36E38AC6D39F95889393692860B51A42FB81EF4DF7C5B8")
POINT = bytes.fromhex(
    "09F9DF311E5421A150DD7D161E4BC5C672179FAD1833FC076BB08FF356F35020"
    "CCEA490CE26775A52DC6EA718CC1AA600AED05FBF35E084A6632F6072DA9AD13"
)
Z = bytes.fromhex("B2E14C5C79C6DF5B85F4FE7ED8DB7A262B9DA7E07CCB0EA9F4747B8CCDA8A4F3")
MESSAGE = b"message digest"
DIGEST = bytes.fromhex("F0B43E94BA45ACCAACE692ED534382EB17E6AB5A19CE7B31F4486FDFC0D28640")
VALUE = bytes.fromhex(
    "F5A03B0648D2C4630EEAC513E1BB81A15944DA3827D5B74143AC7EACEEE720B3"
    "B1B6AA29DF212FD8763182BC0D421CA1BB9038FD1F7F42D4840B69C485BBC1AA"
)


@pytest.fixture(params=[sm2.GMSSL, sm2.LIBCRYPTO], ids=lambda provider: provider.name)
def provider(request: pytest.FixtureRequest) -> sm2.Provider:
    """Each library in turn."""
    provider: sm2.Provider = request.param
    if provider is sm2.LIBCRYPTO:
        need_libcrypto()
    return provider


def need_libcrypto() -> None:
    """Name the system library when it is missing."""
    try:
        load()
    except ProviderMissing as missing:
        absent(f"libcrypto 3 with SM2 ({missing})")


def test_the_standards_example_is_reproduced(provider: sm2.Provider) -> None:
    """Z, the digest and the signature of the standard's annex."""
    assert sm2.z(POINT, SM2_ID_DEFAULT) == Z
    assert sm2.message_digest(Z, MESSAGE) == DIGEST
    assert provider.verifier(POINT).verify(DIGEST, VALUE)
    assert provider.verifier(POINT).verify(DIGEST, provider.signer(PRIVATE, POINT).sign(DIGEST))


@settings(max_examples=30, deadline=None)
@given(st.binary(max_size=300), st.text(min_size=1, max_size=40))
def test_the_two_libraries_agree(data: bytes, sm2_id: str) -> None:
    """What one signs the other verifies, and a changed message or half neither does."""
    need_libcrypto()
    private, point = generate()
    digest = sm2.message_digest(sm2.z(point, sm2_id), data)
    for maker, judge in ((sm2.GMSSL, sm2.LIBCRYPTO), (sm2.LIBCRYPTO, sm2.GMSSL)):
        value = maker.signer(private, point).sign(digest)
        verifier = judge.verifier(point)

        assert verifier.verify(digest, value)
        assert not verifier.verify(sm3(digest), value)
        assert not verifier.verify(digest, value[HALF_BYTES:] + value[:HALF_BYTES])


def test_no_library_takes_halves_out_of_range(provider: sm2.Provider) -> None:
    """Neither zero nor the order, and not r + s = n, which the standard excludes."""
    verifier = provider.verifier(POINT)
    r = int.from_bytes(VALUE[:HALF_BYTES], "big")
    wrong = [(0, 1), (1, 0), (SM2_ORDER, 1), (1, SM2_ORDER), (r, SM2_ORDER - r)]

    assert not any(verifier.verify(DIGEST, from_numbers(*pair)) for pair in wrong)
    assert not any(verifier.verify(DIGEST, value) for value in (b"", VALUE[:-1], VALUE + b"\0"))


def test_libcrypto_verifies_where_there_is_one() -> None:
    """The faster and silent library is chosen when it is there."""
    need_libcrypto()

    assert sm2.verifying_provider() is sm2.LIBCRYPTO


def test_gmssl_verifies_where_libcrypto_has_no_sm2(monkeypatch: pytest.MonkeyPatch) -> None:
    """A distribution without SM2 in its libcrypto still runs."""
    monkeypatch.setattr("signer.libcrypto.LIBRARY_FILE", "libno-such-crypto.so.3")
    load.cache_clear()
    sm2.verifying_provider.cache_clear()
    try:
        assert sm2.verifying_provider() is sm2.GMSSL
    finally:
        monkeypatch.undo()
        load.cache_clear()
        sm2.verifying_provider.cache_clear()


def test_a_key_serves_several_threads(provider: sm2.Provider) -> None:
    """One key object may sign and verify for many callers at once."""
    signer, verifier = provider.signer(PRIVATE, POINT), provider.verifier(POINT)
    digests = [sm3(bytes([number])) for number in range(100)]
    with ThreadPoolExecutor(4) as callers:
        values = list(callers.map(signer.sign, digests))

        assert all(callers.map(verifier.verify, digests, values))
        assert not any(callers.map(verifier.verify, digests, reversed(values)))


def test_z_is_told_from_any_certificate(pairs: dict[str, Pair]) -> None:
    """What a sender needs to find a wrong id comes from its own certificate; other keys have no Z."""
    key = sm2.read_private_key(unarmor(pairs["sm2"].key_pem)[0][1])
    assert key is not None
    assert key.public is not None

    assert sm2.z_of_certificate(pairs["sm2"].der, "U1") == sm2.z(key.public.point, "U1")
    assert sm2.z_of_certificate(pairs["rsa"].der, "U1") is None
    assert sm2.z_of_certificate(pairs["ecdsa"].der, "U1") is None
    for nothing in (b"", b"\x30\x00", pairs["sm2"].der[:-9], bytes(40)):
        with pytest.raises(KeyRefused):
            sm2.z_of_certificate(nothing, "U1")


@pytest.mark.parametrize("size", [1, 16, SM2_ID_BYTES_MAX])
def test_ids_of_every_length_are_hashed(size: int) -> None:
    """From one byte up to what 16 bits of length can say."""
    assert sm2.z(POINT, "1" * size) != Z or size == 16


@pytest.mark.parametrize("sm2_id", ["", "1" * (SM2_ID_BYTES_MAX + 1), "银" * 2731])
def test_ids_without_length_or_too_long_are_refused(sm2_id: str) -> None:
    """The limit counts bytes, not characters."""
    with pytest.raises(KeyRefused, match="signer id"):
        sm2.z(POINT, sm2_id)


def test_points_off_the_curve_are_refused() -> None:
    """A public key is checked when it is read, not when it is used."""
    beyond = (sm2.P + 1).to_bytes(HALF_BYTES, "big")
    for point in (bytes(64), POINT[:-1] + b"\0", POINT[:-1], beyond + POINT[HALF_BYTES:]):
        with pytest.raises(KeyRefused, match="not a point"):
            sm2.Sm2PublicKey(point)


def test_private_numbers_out_of_range_are_refused() -> None:
    """Zero, n - 1 and above can sign nothing."""
    for number in (0, SM2_ORDER - 1, SM2_ORDER, (1 << 256) - 1):
        with pytest.raises(KeyRefused, match="out of range"):
            sm2.Sm2PrivateKey(number.to_bytes(HALF_BYTES, "big"), None)


def test_our_key_files_are_openssls(openssl: Openssl) -> None:
    """Openssl reads our private key and computes the public key that we write, byte for byte."""
    private_pem = armor("PRIVATE KEY", sm2_private_info(PRIVATE, POINT))

    assert openssl.run("pkey", "-pubout", "-outform", "DER", data=private_pem) == sm2_public_info(POINT)
    assert b"SM2" in openssl.run("pkey", "-noout", "-text", data=private_pem)
    openssl.run("pkey", "-check", "-noout", data=private_pem)


def test_openssls_key_files_are_read(openssl: Openssl) -> None:
    """A key made by the openssl command gives the public key that openssl says."""
    private_pem = openssl.run("genpkey", "-algorithm", "SM2")
    key = sm2.read_private_key(unarmor(private_pem)[0][1])

    assert key is not None
    assert key.public == sm2.read_public_key(openssl.run("pkey", "-pubout", "-outform", "DER", data=private_pem))


def test_the_private_number_does_not_show() -> None:
    """Printing a private key gives nothing away."""
    assert PRIVATE.hex() not in repr(sm2.Sm2PrivateKey(PRIVATE, None)).lower()
    assert repr(PRIVATE) not in repr(sm2.Sm2PrivateKey(PRIVATE, None))
