"""Who may sign for whom: what is registered, what a message may name, and when it counts."""

from collections.abc import Callable
from contextlib import suppress
from datetime import datetime, timedelta

import pytest
from asn1crypto import keys
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from hypothesis import given, settings
from hypothesis import strategies as st

from signer.asn1 import armor, sm2_public_info, unarmor
from signer.certificates import RSA_BITS_MAX, from_pem
from signer.halves import from_numbers
from signer.issue import self_signed, self_signed_for
from signer.keys import ECDSA_P256_SHA256, RSA_SHA256, KeyRefused
from signer.sm2 import z_of_certificate
from signer.software import read_private_key
from signer.trust import CertificateRefused, NotAuthentic, Register, RegisteredCertificate, register_entry
from tests.signer.conftest import FROM, KINDS, NOW, UNTIL, Pair, make_pair

DATA = b"<SignedInfo/>"
SECOND = timedelta(seconds=1)


def verify(
    register: Register,
    pair: Pair,
    *,
    customer: str = "C1",
    operator: str = "ERP01",
    certificate: bytes | None = None,
    key_name: str | None = None,
    algorithm: str | None = None,
    data: bytes = DATA,
    at: datetime = NOW,
) -> RegisteredCertificate:
    """Have the register judge what the pair signs; the certificate is the pair's unless a key name stands for it."""
    key = pair.signing_key()
    named = pair.der if certificate is None and key_name is None else certificate
    return register.verify(
        customer,
        operator,
        certificate=named,
        key_name=key_name,
        algorithm=algorithm or key.algorithm,
        data=data,
        signature=key.sign(DATA),
        at=at,
    )


def entry(pair: Pair, *, customer: str = "C1", revoked_at: datetime | None = None) -> RegisteredCertificate:
    """The pair registered for the operator ERP01 of a customer."""
    return register_entry(customer, "ERP01", pair.der, revoked_at=revoked_at)


def test_a_registered_certificate_counts(pair: Pair) -> None:
    """By its bytes, by its fingerprint in either case, or by both."""
    registered = entry(pair)
    register = Register([registered])
    name = registered.fingerprint.hex()

    assert verify(register, pair) is registered
    assert verify(register, pair, key_name=name) is registered
    assert verify(register, pair, key_name=name.upper()) is registered
    assert verify(register, pair, certificate=pair.der, key_name=name.upper()) is registered


def test_an_entry_tells_what_the_certificate_says(pair: Pair) -> None:
    """Validity, algorithm and fingerprint, for listings and alarms."""
    registered = entry(pair)

    assert (registered.not_before, registered.not_after) == (FROM, UNTIL)
    assert registered.algorithm == pair.signing_key().algorithm
    assert registered.der == pair.der
    assert len(registered.fingerprint) == 32


@pytest.mark.parametrize(
    ("case", "reason"),
    [
        ({"data": DATA + b" "}, "wrong signature"),
        ({"customer": "C2"}, "unknown operator"),
        ({"operator": "MGR01"}, "unknown operator"),
        ({"key_name": "00" * 32}, "not registered"),
        ({"key_name": ""}, "not registered"),
        ({"certificate": b""}, "not registered"),
        ({"algorithm": "hmac-sha256"}, "algorithm"),
        ({"at": FROM - SECOND}, "not yet valid"),
        ({"at": UNTIL + SECOND}, "expired"),
    ],
)
def test_what_proves_nothing_is_refused_with_a_reason(pair: Pair, case: dict[str, object], reason: str) -> None:
    """Altered, misnamed, untimely: one exception, whose reason is for the log."""
    with pytest.raises(NotAuthentic, match=reason) as refused:
        verify(Register([entry(pair)]), pair, **case)  # type: ignore[arg-type]  # cases of a table
    assert len(refused.value.reason) < 100


def test_both_ends_of_the_validity_count(pair: Pair) -> None:
    """The first and the last second are inside (RFC 5280, section 4.1.2.5)."""
    register = Register([entry(pair)])

    assert verify(register, pair, at=FROM).der == pair.der
    assert verify(register, pair, at=UNTIL).der == pair.der


def test_revocation_counts_from_its_moment_on(pair: Pair) -> None:
    """What was signed before stays provable; at the moment itself it is over."""
    register = Register([entry(pair, revoked_at=NOW)])

    assert verify(register, pair, at=NOW - SECOND).der == pair.der
    for moment in (NOW, NOW + SECOND):
        with pytest.raises(NotAuthentic, match="revoked"):
            verify(register, pair, at=moment)


def test_two_certificates_of_an_operator_count_at_once(pair: Pair, pairs: dict[str, Pair]) -> None:
    """A key is replaced without a gap, also by one of another kind; each verifies only its own signatures."""
    fresh = make_pair(pair.kind)
    register = Register([entry(pair), entry(fresh), *(entry(other) for other in pairs.values() if other is not pair)])

    assert verify(register, pair).der == pair.der
    assert verify(register, fresh).der == fresh.der
    with pytest.raises(NotAuthentic, match="wrong signature"):
        verify(register, fresh, certificate=pair.der)


def test_a_revoked_certificate_leaves_the_others_alone(pair: Pair) -> None:
    """Revocation is of one certificate, not of the operator."""
    fresh = make_pair(pair.kind)
    register = Register([entry(pair, revoked_at=FROM), entry(fresh)])

    assert verify(register, fresh).der == fresh.der
    with pytest.raises(NotAuthentic, match="revoked"):
        verify(register, pair)


def test_another_customers_certificate_does_not_count(pairs: dict[str, Pair]) -> None:
    """Customer B's registered and valid key signs nothing for customer A."""
    register = Register([entry(pairs["rsa"], customer="A"), entry(pairs["ecdsa"], customer="B")])

    with pytest.raises(NotAuthentic, match="not registered"):
        verify(register, pairs["ecdsa"], customer="A")


def test_a_self_made_certificate_of_the_same_name_does_not_count(pair: Pair) -> None:
    """Names prove nothing: only the registered bytes do."""
    with pytest.raises(NotAuthentic, match="not registered"):
        verify(Register([entry(pair)]), make_pair(pair.kind))


def test_a_message_that_names_no_certificate_is_refused(pair: Pair) -> None:
    """There is no searching for a key that happens to fit."""
    key = pair.signing_key()
    with pytest.raises(NotAuthentic):
        Register([entry(pair)]).verify(
            "C1",
            "ERP01",
            certificate=None,
            key_name=None,
            algorithm=key.algorithm,
            data=DATA,
            signature=key.sign(DATA),
            at=NOW,
        )


def test_a_message_that_names_two_certificates_is_refused(pairs: dict[str, Pair]) -> None:
    """Certificate and key name must agree, even when both are registered."""
    register = Register([entry(pair) for pair in pairs.values()])
    other = entry(pairs["sm2"]).fingerprint.hex()

    with pytest.raises(NotAuthentic, match="key name"):
        verify(register, pairs["rsa"], certificate=pairs["rsa"].der, key_name=other)


def test_a_key_signs_by_its_own_algorithm_only(pairs: dict[str, Pair]) -> None:
    """The public RSA key as an HMAC secret, or an ECDSA value called SM2: refused before anything is computed."""
    register = Register([entry(pair) for pair in pairs.values()])
    algorithms = {pair.signing_key().algorithm for pair in pairs.values()}
    for pair in pairs.values():
        for algorithm in algorithms - {pair.signing_key().algorithm}:
            with pytest.raises(NotAuthentic, match="algorithm"):
                verify(register, pair, algorithm=algorithm)


def test_an_sm2_id_belongs_to_the_registration(pairs: dict[str, Pair]) -> None:
    """A key registered under one id does not verify what was signed under another."""
    registered = register_entry("C1", "ERP01", pairs["sm2"].der, sm2_id="U000000000000001")

    with pytest.raises(NotAuthentic, match="wrong signature"):
        verify(Register([registered]), pairs["sm2"])
    with pytest.raises(CertificateRefused, match="signer id"):
        register_entry("C1", "ERP01", pairs["sm2"].der, sm2_id="")


def test_one_certificate_is_registered_once(pair: Pair) -> None:
    """Two entries for the same certificate could contradict each other about revocation."""
    with pytest.raises(ValueError, match="twice"):
        Register([entry(pair), entry(pair, revoked_at=NOW)])


def test_a_group_may_share_a_certificate_between_customers(pair: Pair) -> None:
    """The same certificate may be registered for two customers; each is revoked on its own."""
    register = Register([entry(pair), entry(pair, customer="C2", revoked_at=FROM)])

    assert verify(register, pair).customer_id == "C1"
    with pytest.raises(NotAuthentic, match="revoked"):
        verify(register, pair, customer="C2")


CHANGES = [lambda _: b"", lambda der: der[:-1], lambda der: der + b"\0", lambda der: der[4:]]


def certificate_of(info: bytes) -> bytes:
    """A certificate, DER, around any public key; its own signature is a sham, which trust does not rest on."""
    pem = self_signed_for(
        info,
        ECDSA_P256_SHA256,
        lambda _: from_numbers(1, 1),
        common_name="sham",
        not_before=FROM,
        not_after=UNTIL,
    )
    return unarmor(pem)[0][1]


def rsa_info(bits: int, exponent: int) -> bytes:
    """A SubjectPublicKeyInfo with an RSA modulus of that size; nobody knows its factors, nor needs to."""
    modulus = (1 << bits - 1) + 12345
    public = keys.RSAPublicKey({"modulus": modulus, "public_exponent": exponent})
    written: bytes = keys.PublicKeyInfo({"algorithm": {"algorithm": "rsa"}, "public_key": public}).dump()
    return written


def spki(public: ec.EllipticCurvePublicKey | ed25519.Ed25519PublicKey) -> bytes:
    """The SubjectPublicKeyInfo of a key."""
    return public.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)


def curve_info(curve: ec.EllipticCurve) -> bytes:
    """A key on another curve."""
    return spki(ec.generate_private_key(curve).public_key())


def p192_info() -> bytes:
    """The base point of P-192, a curve that newer libraries do not even make keys on."""
    point = bytes.fromhex(
        "04188DA80EB03090F67CBF20EB43A18800F4FF0AFD82FF101207192B95FFC8DA78631011ED6B24CDD573F977A11E794811"
    )
    algorithm = {"algorithm": "ec", "parameters": keys.ECDomainParameters(name="named", value="secp192r1")}
    written: bytes = keys.PublicKeyInfo({"algorithm": algorithm, "public_key": keys.ECPointBitString(point)}).dump()
    return written


@pytest.mark.parametrize(
    ("info", "reason"),
    [
        pytest.param(lambda: rsa_info(1024, 65537), "2048", id="rsa-1024"),
        pytest.param(lambda: rsa_info(2047, 65537), "2048", id="rsa-2047"),
        pytest.param(lambda: rsa_info(RSA_BITS_MAX + 1, 65537), "8192", id="rsa-8193"),
        pytest.param(lambda: rsa_info(2048, 1), "cannot be used", id="rsa-e-1"),
        pytest.param(lambda: rsa_info(2048, 3), "exponent", id="rsa-e-3"),
        pytest.param(lambda: rsa_info(2048, 65536), "cannot be used", id="rsa-e-even"),
        pytest.param(lambda: rsa_info(2048, (1 << 256) + 1), "exponent", id="rsa-e-257-bits"),
        pytest.param(p192_info, "P-256 or SM2", id="p-192"),
        pytest.param(lambda: curve_info(ec.SECP384R1()), "P-256 or SM2", id="p-384"),
        pytest.param(lambda: curve_info(ec.SECP256K1()), "P-256 or SM2", id="secp256k1"),
        pytest.param(lambda: spki(ed25519.Ed25519PrivateKey.generate().public_key()), "neither", id="ed25519"),
        pytest.param(lambda: sm2_public_info(b"\1" * 64), "not a point", id="sm2-off-curve"),
    ],
)
def test_weak_and_foreign_keys_are_not_registered(info: Callable[[], bytes], reason: str) -> None:
    """Short or odd RSA keys, other curves, other kinds."""
    with pytest.raises(CertificateRefused, match=reason):
        register_entry("C1", "ERP01", certificate_of(info()))


@pytest.mark.parametrize("info", [lambda: rsa_info(2048, 65537), lambda: rsa_info(RSA_BITS_MAX, 65537)])
def test_rsa_keys_at_the_limits_are_registered(info: Callable[[], bytes]) -> None:
    """The smallest and the largest size allowed."""
    assert register_entry("C1", "ERP01", certificate_of(info())).algorithm == RSA_SHA256


def built(*extensions: tuple[x509.ExtensionType, bool], bits: int = 2048) -> bytes:
    """A self-signed RSA certificate, DER, with those extensions and no others."""
    key = rsa.generate_private_key(65537, bits)
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "built")])
    builder = x509.CertificateBuilder(name, name, key.public_key(), 1, FROM, UNTIL)
    for extension, critical in extensions:
        builder = builder.add_extension(extension, critical)
    return builder.sign(key, SHA256()).public_bytes(Encoding.DER)


def usage(*, signs: bool) -> x509.KeyUsage:
    """A key usage for signing documents, or for nonRepudiation alone."""
    return x509.KeyUsage(
        digital_signature=signs,
        content_commitment=True,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=False,
        crl_sign=False,
        encipher_only=False,
        decipher_only=False,
    )


def test_a_certificate_without_extensions_is_registered() -> None:
    """Key usage and constraints are judged where they are present."""
    for der in (built(), built((usage(signs=True), True), (x509.BasicConstraints(False, None), True))):
        assert register_entry("C1", "ERP01", der).der == der


def test_every_reason_is_given_at_once() -> None:
    """An operator who corrects a certificate should have to correct it once."""
    unknown = x509.UnrecognizedExtension(x509.ObjectIdentifier("1.2.3.4"), b"\5\0")
    faulty = built((usage(signs=False), True), (x509.BasicConstraints(True, 0), True), (unknown, True), bits=1024)

    with pytest.raises(CertificateRefused) as refused:
        register_entry("C1", "ERP01", faulty)

    words = ("1024", "digitalSignature", "CA:TRUE", "1.2.3.4")
    assert all(word in reason for word, reason in zip(words, refused.value.reasons, strict=True))


def test_an_unknown_extension_that_is_not_critical_does_no_harm() -> None:
    """Authorities add their own."""
    unknown = x509.UnrecognizedExtension(x509.ObjectIdentifier("1.2.3.4"), b"\5\0")

    assert register_entry("C1", "ERP01", built((unknown, False))).algorithm == RSA_SHA256


@pytest.mark.parametrize("change", CHANGES)
def test_what_is_no_certificate_is_not_registered(pair: Pair, change: Callable[[bytes], bytes]) -> None:
    """Nothing, cut short, with bytes behind, or something else."""
    with pytest.raises(CertificateRefused, match="not a readable certificate"):
        register_entry("C1", "ERP01", change(pair.der))


def damaged(der: bytes, wounds: list[tuple[int, int]]) -> bytes:
    """The bytes with those bits of those places flipped."""
    hurt = bytearray(der)
    for place, mask in wounds:
        hurt[place % len(hurt)] ^= mask
    return bytes(hurt)


@pytest.mark.filterwarnings("ignore::cryptography.utils.CryptographyDeprecationWarning")
@settings(max_examples=300, deadline=None)
@given(st.sampled_from(KINDS), st.lists(st.tuples(st.integers(0, 2000), st.integers(1, 255)), min_size=1, max_size=3))
def test_damaged_certificates_are_refused_or_read(
    pairs: dict[str, Pair], kind: str, wounds: list[tuple[int, int]]
) -> None:
    """Whatever bytes arrive, the answer is an entry or CertificateRefused, and Z or KeyRefused; never another error."""
    der = damaged(pairs[kind].der, wounds)
    with suppress(CertificateRefused):
        assert register_entry("C1", "ERP01", der).der == der
    with suppress(KeyRefused):
        z_of_certificate(der, "U1")
    with suppress(KeyRefused):
        read_private_key(armor("PRIVATE KEY", damaged(unarmor(pairs[kind].key_pem)[0][1], wounds)))


def test_validity_that_ends_before_it_begins_is_refused(pair: Pair) -> None:
    """Such a certificate would never count."""
    backwards = self_signed(pair.key_pem, "backwards", UNTIL, FROM)

    with pytest.raises(CertificateRefused, match="ends before"):
        register_entry("C1", "ERP01", from_pem(backwards)[0])


def test_a_bundle_is_read_in_its_order(pairs: dict[str, Pair]) -> None:
    """Every certificate of a PEM file, the first one first; a file without one is refused."""
    bundle = b"\n".join(pair.certificate_pem for pair in pairs.values()) + pairs["rsa"].key_pem

    assert from_pem(bundle) == tuple(pair.der for pair in pairs.values())
    for nothing in (b"", b"text", pairs["rsa"].key_pem):
        with pytest.raises(KeyRefused):
            from_pem(nothing)
