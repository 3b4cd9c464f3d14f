"""Keys held in memory: what they sign others accept, and what does not fit is refused."""

import pytest
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    NoEncryption,
    PrivateFormat,
)

from signer.asn1 import armor, sm2_private_info, unarmor
from signer.halves import P256_ORDER, SM2_ORDER, VALUE_BYTES, from_der, from_numbers
from signer.issue import self_signed
from signer.keys import DIGEST_OF, RSA_SHA256, SM2_ID_DEFAULT, SM2_SM3, KeyRefused
from signer.software import load_signing_key, read_private_key, verifying_key
from tests.signer.conftest import FROM, UNTIL, Openssl, Pair, make_pair

DATA = "转账 1234.50 元".encode()


def in_library_form(algorithm: str, value: bytes) -> bytes:
    """The value as openssl wants it, built without the code under test."""
    if algorithm == RSA_SHA256:
        return value
    return encode_dss_signature(int.from_bytes(value[:32], "big"), int.from_bytes(value[32:], "big"))


def test_what_a_key_signs_its_certificate_verifies(pair: Pair) -> None:
    """Each kind of key signs, and the key of its certificate agrees about those bytes and no others."""
    key, verifier = pair.signing_key(), verifying_key(pair.der)
    value = key.sign(DATA)

    assert key.certificate == pair.der
    assert not key.blocking
    assert key.algorithm == verifier.algorithm
    assert key.algorithm in DIGEST_OF
    assert verifier.verify(DATA, value)
    assert not verifier.verify(DATA + b" ", value)
    assert not verifying_key(make_pair(pair.kind).der).verify(DATA, value)


def test_openssl_accepts_what_a_key_signs(pair: Pair, openssl: Openssl) -> None:
    """The openssl command, another implementation, accepts each kind of signature."""
    key = pair.signing_key()
    value = in_library_form(key.algorithm, key.sign(DATA))

    assert openssl.accepts(pair.certificate_pem, key.algorithm, DATA, value, SM2_ID_DEFAULT)
    assert not openssl.accepts(pair.certificate_pem, key.algorithm, DATA + b" ", value, SM2_ID_DEFAULT)


def test_a_key_accepts_what_openssl_signs(pair: Pair, openssl: Openssl) -> None:
    """A signature made by the openssl command verifies here."""
    verifier = verifying_key(pair.der)
    options = ["-digest", DIGEST_OF[verifier.algorithm]]
    options += ["-pkeyopt", f"distid:{SM2_ID_DEFAULT}"] if verifier.algorithm == SM2_SM3 else []
    files = ["-inkey", openssl.file("key", pair.key_pem), "-in", openssl.file("data", DATA)]
    made = openssl.run("pkeyutl", "-sign", "-rawin", *files, *options)

    assert verifier.verify(DATA, made if verifier.algorithm == RSA_SHA256 else from_der(made))


def test_elliptic_values_are_exactly_64_bytes(pair: Pair) -> None:
    """A byte more, a byte less, nothing, or the DER form is no signature."""
    key, verifier = pair.signing_key(), verifying_key(pair.der)
    value = key.sign(DATA)

    assert len(value) == (256 if key.algorithm == RSA_SHA256 else VALUE_BYTES)
    assert not any(verifier.verify(DATA, wrong) for wrong in (b"", value[:-1], value[1:], value + b"\0", b"\0" + value))
    if key.algorithm != RSA_SHA256:
        assert not verifier.verify(DATA, in_library_form(key.algorithm, value))


@pytest.mark.parametrize("kind", ["ecdsa", "sm2"])
def test_halves_out_of_range_are_refused(pairs: dict[str, Pair], kind: str) -> None:
    """Zero, the order and what lies above are no halves, though some would be after reduction by the order."""
    order = SM2_ORDER if kind == "sm2" else P256_ORDER
    verifier, top = verifying_key(pairs[kind].der), (1 << 256) - 1
    bad = [0, order, order + 1, top]

    assert not any(verifier.verify(DATA, from_numbers(number, 1)) for number in bad)
    assert not any(verifier.verify(DATA, from_numbers(1, number)) for number in bad)


def test_a_bad_sm2_signature_is_refused_in_silence(pairs: dict[str, Pair], capfd: pytest.CaptureFixture[str]) -> None:
    """An attacker cannot fill the log: nothing is written to standard error, not even from C."""
    verifier, value = verifying_key(pairs["sm2"].der), pairs["sm2"].signing_key().sign(DATA)

    assert not verifier.verify(b"other", value)
    assert capfd.readouterr() == ("", "")


def test_the_sm2_id_is_part_of_what_is_signed(pairs: dict[str, Pair], openssl: Openssl) -> None:
    """A signature counts under the id it was made with and no other, for openssl too."""
    pair, name = pairs["sm2"], "U000000000000001"
    value = load_signing_key(pair.key_pem, pair.certificate_pem, name).sign(DATA)

    assert verifying_key(pair.der, name).verify(DATA, value)
    assert not verifying_key(pair.der).verify(DATA, value)
    assert openssl.accepts(pair.certificate_pem, SM2_SM3, DATA, in_library_form(SM2_SM3, value), name)


def test_a_key_goes_with_its_own_certificate_only(pair: Pair, pairs: dict[str, Pair]) -> None:
    """Another key's certificate is refused, of the same kind or of another."""
    strangers = [make_pair(pair.kind), *(other for other in pairs.values() if other.kind != pair.kind)]

    for stranger in strangers:
        with pytest.raises(KeyRefused, match="not that of the certificate"):
            load_signing_key(pair.key_pem, stranger.certificate_pem)


def test_the_first_certificate_of_a_bundle_counts(pairs: dict[str, Pair]) -> None:
    """A bundle begins with the current certificate; text between the blocks does no harm."""
    bundle = pairs["rsa"].certificate_pem + b"\nthe year before:\n" + pairs["sm2"].certificate_pem

    assert load_signing_key(pairs["rsa"].key_pem, bundle).certificate == pairs["rsa"].der


def test_keys_that_openssl_wrote_are_read(openssl: Openssl) -> None:
    """PKCS#8 of every kind, and the older forms of RSA and P-256."""
    for options in (["RSA"], ["EC", "-pkeyopt", "ec_paramgen_curve:P-256"], ["SM2"]):
        read_private_key(openssl.run("genpkey", "-algorithm", *options))
    plain = rsa.generate_private_key(65537, 2048)
    older = plain.private_bytes(Encoding.PEM, PrivateFormat.TraditionalOpenSSL, NoEncryption())
    assert b"RSA PRIVATE KEY" in older
    read_private_key(older)
    read_private_key(openssl.run("ecparam", "-name", "prime256v1", "-genkey"))


def test_a_weak_key_is_refused_before_it_signs() -> None:
    """A certificate of a short RSA key opens no signing key either."""
    short = rsa.generate_private_key(65537, 1024)  # noqa: S505  (what is refused)
    pem = short.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())

    with pytest.raises(KeyRefused, match="2048"):
        load_signing_key(pem, self_signed(pem, "short", FROM, UNTIL))


def test_unusable_private_keys_are_refused_without_quoting_them(pairs: dict[str, Pair]) -> None:
    """Not PEM, no key, encrypted, of another kind, cut short: one clear refusal each."""
    plain = ec.generate_private_key(ec.SECP256R1())
    locked = plain.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, BestAvailableEncryption(b"x"))
    other = ed25519.Ed25519PrivateKey.generate()
    foreign = other.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    cut = armor("PRIVATE KEY", unarmor(pairs["sm2"].key_pem)[0][1][:-40])
    zero = armor("PRIVATE KEY", sm2_private_info(bytes(32), bytes(64)))

    for pem in (b"", b"nonsense", pairs["rsa"].certificate_pem, locked, foreign, cut, zero):
        with pytest.raises(KeyRefused):
            load_signing_key(pem, pairs["rsa"].certificate_pem)


def test_keys_do_not_show_in_their_text(pair: Pair) -> None:
    """Printing a key into a log gives nothing away."""
    key = pair.signing_key()

    assert "key=" not in repr(key)
    assert "certificate=" not in repr(key)
