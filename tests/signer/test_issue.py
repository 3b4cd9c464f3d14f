"""New keys and self-signed certificates, judged by the cryptography package and the openssl command."""

from datetime import UTC, datetime, timedelta, timezone

import pytest
from asn1crypto.keys import ECPrivateKey, PrivateKeyInfo
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature

from signer import issue
from signer.asn1 import armor, sm2_private_info, unarmor
from signer.certificates import from_pem
from signer.halves import from_numbers
from signer.keys import SM2_ID_DEFAULT, SM2_SM3, KeyRefused
from signer.software import load_signing_key, verifying_key
from tests.signer.conftest import FROM, UNTIL, Openssl, Pair


def test_a_certificate_says_what_was_asked(pair: Pair) -> None:
    """Names in Chinese, validity to the second, signing only, no authority, and its key's identifier."""
    certificate = x509.load_der_x509_certificate(pair.der)
    usage = certificate.extensions.get_extension_for_class(x509.KeyUsage)
    constraints = certificate.extensions.get_extension_for_class(x509.BasicConstraints)

    assert certificate.version is x509.Version.v3
    assert certificate.subject.rfc4514_string() == "CN=测试企业 ERP"
    assert certificate.issuer == certificate.subject
    assert (certificate.not_valid_before_utc, certificate.not_valid_after_utc) == (FROM, UNTIL)
    assert usage.critical
    assert usage.value.digital_signature
    assert usage.value.content_commitment
    assert not usage.value.key_cert_sign
    assert not constraints.value.ca
    assert 0 < certificate.serial_number < 1 << 159


def test_a_certificate_is_signed_by_its_own_key(pair: Pair, openssl: Openssl) -> None:
    """The signature over the certificate verifies by the key in it, here and by openssl."""
    certificate = x509.load_der_x509_certificate(pair.der)
    body, value = certificate.tbs_certificate_bytes, certificate.signature
    verifier = verifying_key(pair.der)

    assert openssl.accepts(pair.certificate_pem, verifier.algorithm, body, value, SM2_ID_DEFAULT)
    travelling = value if pair.kind == "rsa" else from_numbers(*decode_dss_signature(value))
    assert verifier.verify(body, travelling)


@pytest.mark.parametrize("kind", ["rsa", "ecdsa"])
def test_openssl_finds_no_fault_in_a_certificate(pairs: dict[str, Pair], openssl: Openssl, kind: str) -> None:
    """The strict checks of RFC 5280 pass (openssl verify cannot be told the signer id of a self-signed SM2 one)."""
    path = openssl.file("self.crt", pairs[kind].certificate_pem)

    openssl.run(
        "verify", "-x509_strict", "-check_ss_sig", "-attime", str(int(FROM.timestamp()) + 1), "-CAfile", path, path
    )


def test_openssl_names_the_algorithms_of_an_sm2_certificate(pairs: dict[str, Pair], openssl: Openssl) -> None:
    """The identifiers are those of GM/T 0006: the curve SM2, SM2-with-SM3."""
    text = openssl.run("x509", "-noout", "-text", data=pairs["sm2"].certificate_pem)

    assert b"ASN1 OID: SM2" in text
    assert text.count(b"Signature Algorithm: SM2-with-SM3") == 2


def test_far_dates_and_other_time_zones_are_written_in_utc(pairs: dict[str, Pair]) -> None:
    """Dates from 2050 on are GeneralizedTime; an aware time in another zone is the same moment; fractions are cut."""
    shanghai = timezone(timedelta(hours=8))
    begin, end = datetime(2049, 12, 31, 7, 59, 59, 900_000, tzinfo=shanghai), datetime(2090, 1, 1, tzinfo=UTC)
    der = from_pem(issue.self_signed(pairs["ecdsa"].key_pem, "far", begin, end))[0]
    certificate = x509.load_der_x509_certificate(der)

    assert certificate.not_valid_before_utc == datetime(2049, 12, 30, 23, 59, 59, tzinfo=UTC)
    assert certificate.not_valid_after_utc == end


def test_a_key_that_shows_only_its_signatures_gets_a_certificate(pair: Pair, openssl: Openssl) -> None:
    """All that is needed is the public key and a function that signs, as a device offers them."""
    info = unarmor(openssl.run("x509", "-noout", "-pubkey", data=pair.certificate_pem))[0][1]
    key = pair.signing_key()
    pem = issue.self_signed_for(info, key.algorithm, key.sign, common_name="device", not_before=FROM, not_after=UNTIL)

    assert load_signing_key(pair.key_pem, pem).sign(b"x")
    assert from_pem(pem)[0] != pair.der


def test_an_sm2_id_of_ones_own_signs_the_certificate_too(pairs: dict[str, Pair], openssl: Openssl) -> None:
    """The certificate's own signature is made under the id that was given."""
    pem = issue.self_signed(pairs["sm2"].key_pem, "own id", FROM, UNTIL, sm2_id="U000000000000001")
    certificate = x509.load_pem_x509_certificate(pem)
    body, value = certificate.tbs_certificate_bytes, certificate.signature

    assert openssl.accepts(pem, SM2_SM3, body, value, "U000000000000001")
    assert not openssl.accepts(pem, SM2_SM3, body, value, SM2_ID_DEFAULT)


def test_an_sm2_key_file_without_its_public_key_still_signs(pairs: dict[str, Pair]) -> None:
    """Its certificate names the public key; only making a certificate needs it in the file, and says so."""
    full = unarmor(pairs["sm2"].key_pem)[0][1]
    bare = armor("PRIVATE KEY", _without_public_key(full))

    assert load_signing_key(bare, pairs["sm2"].certificate_pem).sign(b"x")
    with pytest.raises(KeyRefused, match="public key"):
        issue.self_signed(bare, "bare", FROM, UNTIL)


def test_fingerprints_are_openssls(pair: Pair, openssl: Openssl) -> None:
    """SHA-256 over the DER."""
    said = openssl.run("x509", "-noout", "-fingerprint", "-sha256", data=pair.certificate_pem).decode()

    assert said.strip().split("=")[1].replace(":", "").lower() == issue.fingerprint(pair.der).hex()


def test_every_key_is_new() -> None:
    """Two calls never give the same key."""
    assert all(issue.make_key(kind) != issue.make_key(kind) for kind in issue.KEY_KINDS)


def _without_public_key(info: bytes) -> bytes:
    """Write the PKCS#8 anew with the optional public key (RFC 5915, section 3) left out."""
    parsed = PrivateKeyInfo.load(info)
    inner = ECPrivateKey({"version": 1, "private_key": parsed["private_key"].parsed["private_key"].native})
    inner["private_key"].set_encoded_width(32)
    parsed["private_key"] = inner
    written: bytes = parsed.dump(force=True)
    assert len(written) < len(sm2_private_info(bytes(31) + b"\1", bytes(64)))
    return written
