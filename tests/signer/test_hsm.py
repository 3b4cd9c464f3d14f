"""Keys in a real SoftHSM2 token: never read out, found again after the token was away, and gentle with the PIN."""

import os
import subprocess
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from types import SimpleNamespace

import pkcs11
import pytest
from pkcs11 import exceptions
from pkcs11.constants import Attribute, ObjectClass

from signer import device, token_keys
from signer.certificates import parse, public_info, public_key_of
from signer.digests import sha256
from signer.hsm import Pkcs11Key, generate
from signer.keys import KeyRefused, SignerUnavailable
from signer.software import verifying_key
from tests.signer.conftest import PIN, SOFTHSM, Pair, SoftToken
from tests.support.need import need

DATA = b"<SignedInfo/>"
SECONDS = 30.0
YES = ("NEVER_EXTRACTABLE", "ALWAYS_SENSITIVE", "SENSITIVE", "SIGN")
NO = ("EXTRACTABLE", "DECRYPT", "UNWRAP", "DERIVE")


def signs(key: Pkcs11Key, data: bytes = DATA) -> bool:
    """Whether the key signs and its certificate agrees."""
    return verifying_key(key.certificate).verify(data, key.sign(data))


def refusal(key: pkcs11.Key, secret: Attribute) -> str:
    """The name of the error that reading a secret attribute gives."""
    try:
        key[secret]
    except exceptions.PKCS11Error as error:
        return type(error).__name__
    return "none"


@pytest.mark.parametrize("kind", ["rsa", "ecdsa"])
def test_a_key_in_the_token_signs(token: SoftToken, kind: str) -> None:
    """Made inside, certified inside, found by its label; its signatures verify by its certificate."""
    key = token.key(token.make(kind))

    assert key.available
    assert key.reason == ""
    assert key.blocking
    assert key.algorithm.startswith(kind)
    assert signs(key)
    assert len(key.sign(DATA)) == (256 if kind == "rsa" else 64)


@pytest.mark.parametrize("kind", ["rsa", "ecdsa"])
def test_the_private_key_cannot_be_read_out(token: SoftToken, kind: str) -> None:
    """It was made inside, is sensitive and never was extractable, and can do nothing but sign."""
    certificate = token.make(kind)
    token.key(certificate)
    desk = device.desk()

    def look() -> dict[str, object]:
        session = pkcs11.lib(SOFTHSM).get_token(token_label=token.label).open()
        key = session.get_key(object_class=ObjectClass.PRIVATE_KEY, label="reply-2027a")
        secret = Attribute.VALUE if kind == "ecdsa" else Attribute.PRIVATE_EXPONENT
        return {"secret": refusal(key, secret)} | {name: key[Attribute[name]] for name in (*YES, *NO, "ID")}

    found = desk.call(look, SECONDS)

    assert found["secret"] == "AttributeSensitive"
    assert all(found[name] for name in YES)
    assert not any(found[name] for name in NO)
    assert found["ID"] == sha256(public_info(public_key_of(parse(certificate))))


def test_pkcs11_tool_sees_the_key_by_its_label(token: SoftToken) -> None:
    """Another program finds what was made, and that it is sensitive and never extractable."""
    token.make("ecdsa")
    command = [need("pkcs11-tool"), "--module", token.module, "--token-label", token.label, "--login", "--pin", PIN]
    shown = subprocess.run([*command, "--list-objects", "--type", "privkey"], capture_output=True, check=True).stdout

    assert b"label:      reply-2027a" in shown
    assert b"never extractable" in shown


def test_four_threads_sign_at_once(token: SoftToken) -> None:
    """Every signature is whole and belongs to its own data, however many threads call."""
    key = token.key(token.make("ecdsa"))
    with ThreadPoolExecutor(4) as callers:
        assert all(callers.map(lambda number: signs(key, str(number).encode()), range(200)))


@pytest.mark.parametrize("kind", ["rsa", "ecdsa"])
def test_a_token_that_goes_away_and_comes_back_signs_again(token: SoftToken, kind: str) -> None:
    """Away: SignerUnavailable and never a signature. Back: the same object signs, without a restart."""
    changes: list[tuple[bool, str]] = []
    key = token.key(token.make(kind), on_change=lambda available, reason: changes.append((available, reason)))
    assert signs(key)

    token.take_away()
    for _ in range(3):
        with pytest.raises(SignerUnavailable, match="device failed"):
            key.sign(DATA)
    assert not key.available
    assert "device failed" in key.reason
    token.bring_back()

    assert signs(key)
    assert key.reason == ""
    assert [available for available, _ in changes] == [True, False, True]


def test_an_idle_key_notices_by_itself(token: SoftToken) -> None:
    """With nobody signing, readiness goes off when the token goes and on when it returns."""
    gone, back = threading.Event(), threading.Event()

    def note(available: bool, _: str) -> None:  # noqa: FBT001  (the callback's signature)
        if not available:
            gone.set()
        elif gone.is_set():
            back.set()

    token.key(token.make("ecdsa"), upkeep_seconds=0.01, on_change=note)
    token.take_away()
    assert gone.wait(SECONDS)
    token.bring_back()
    assert back.wait(SECONDS)


def test_a_token_missing_at_the_start_is_found_later(token: SoftToken) -> None:
    """The process starts without its token, says why it cannot sign, and signs once the token is there."""
    certificate = token.make("ecdsa")
    token.take_away()
    key = token.key(certificate)

    assert not key.available
    assert key.reason
    assert not key.check()
    token.bring_back()
    assert key.check()
    assert signs(key)


def test_a_failing_device_is_left_alone_for_a_while(token: SoftToken) -> None:
    """Within the pause callers are refused at once, and nobody keeps the module starting again."""
    key = token.key(token.make("ecdsa"))
    key._retry_seconds = SECONDS
    token.take_away()
    with pytest.raises(SignerUnavailable):
        key.sign(DATA)
    token.bring_back()

    with pytest.raises(SignerUnavailable):
        key.sign(DATA)
    assert key.check()
    assert signs(key)


def test_a_hanging_device_does_not_hang_its_callers(token: SoftToken) -> None:
    """The first caller waits its time, the next ones none; when the device answers again the key signs."""
    certificate = token.make("ecdsa")
    key = token.key(certificate)
    key._call_seconds = 0.05
    hangs, answers = threading.Event(), threading.Event()

    def hang() -> None:
        hangs.set()
        answers.wait(SECONDS)

    device.desk().lane.post(hang)
    hangs.wait(SECONDS)
    with pytest.raises(SignerUnavailable, match="not answered"):
        key.sign(DATA)
    with pytest.raises(SignerUnavailable, match="does not answer"):
        key.sign(DATA)
    unavailable, reason = key.available, key.reason
    answers.set()
    key._call_seconds = SECONDS

    assert not unavailable
    assert reason == "the device does not answer"
    assert signs(key)
    assert key.available


def test_a_wrong_pin_is_tried_once(token: SoftToken, monkeypatch: pytest.MonkeyPatch) -> None:
    """However often the key is asked to sign, the token sees one wrong PIN, until someone says to retry."""
    certificate = token.make("ecdsa")
    tries = count_logins(monkeypatch)
    key = token.key(certificate, pin="999999")
    for _ in range(5):
        with pytest.raises(SignerUnavailable, match="refused the PIN: PinIncorrect"):
            key.sign(DATA)
        assert not key.check()

    assert tries == ["999999"]
    assert not key.retry()
    assert tries == ["999999"] * 2


def test_the_right_pin_heals_what_the_wrong_one_broke(token: SoftToken) -> None:
    """A corrected setting makes a new key, whose other PIN is tried, and the old key signs too."""
    certificate = token.make("ecdsa")
    wrong = token.key(certificate, pin="999999")
    right = token.key(certificate)

    assert signs(right)
    assert signs(wrong)


def test_two_wrong_keys_of_a_token_try_one_pin_once(token: SoftToken, monkeypatch: pytest.MonkeyPatch) -> None:
    """The login is the token's: a second key with the same wrong PIN spends no further try."""
    certificates = [token.make("ecdsa", label) for label in ("one", "two")]
    tries = count_logins(monkeypatch)
    wrong = [token.key(der, label, pin="999999") for der, label in zip(certificates, ("one", "two"), strict=True)]

    assert not any(key.available for key in wrong)
    assert tries == ["999999"]


@pytest.mark.parametrize(
    ("flag", "tried"), [(0, True), (pkcs11.TokenFlag.USER_PIN_COUNT_LOW, True), (device.PIN_PRECIOUS, False)]
)
def test_the_last_try_of_a_pin_is_not_spent(
    token: SoftToken, monkeypatch: pytest.MonkeyPatch, flag: int, *, tried: bool
) -> None:
    """A token that would lock at the next wrong PIN is left alone until someone says to retry."""
    certificate = token.make("ecdsa")
    # SoftHSM2 never locks, so what a stricter token says is put into its mouth; the login is its own.
    opened = pkcs11.lib(SOFTHSM).get_token(token_label=token.label).open
    flagged = SimpleNamespace(flags=flag, open=opened)
    monkeypatch.setattr(device.Module, "token", lambda self, label: flagged)
    key = token.key(certificate)

    assert key.available is tried
    assert tried or "before it locks" in key.reason
    assert key.retry()


def test_two_keys_of_a_token_live_side_by_side(token: SoftToken) -> None:
    """A key is replaced without a gap: both sign, and closing the old one does not log the new one out."""
    old, new = (token.key(token.make(kind, label), label) for kind, label in (("rsa", "old"), ("ecdsa", "new")))
    assert signs(old)
    assert signs(new)
    old.close()

    assert signs(new)
    with pytest.raises(SignerUnavailable, match="closed"):
        old.sign(DATA)
    assert not old.available


def test_both_keys_of_a_token_come_back(token: SoftToken) -> None:
    """One key's recovery starts the module again; the other finds its own way back."""
    keys = [token.key(token.make("ecdsa", label), label) for label in ("one", "two")]
    token.take_away()
    for key in keys:
        with pytest.raises(SignerUnavailable):
            key.sign(DATA)
    token.bring_back()

    assert [signs(key) for key in keys] == [True, True]


def test_a_key_that_is_missing_does_not_disturb_the_others(token: SoftToken) -> None:
    """A wrong label is that key's trouble: the module is not started again under those who sign."""
    good = token.key(token.make("ecdsa"))
    bad = token.key(good.certificate, label="no-such-key")
    epoch = good._device.module.epoch
    for _ in range(3):
        assert not bad.check()

    assert "no-such-key" in bad.reason
    assert signs(good)
    assert good._device.module.epoch == epoch


def test_a_key_made_later_is_found(token: SoftToken) -> None:
    """A label that is not there yet is looked for again."""
    certificate = token.make("ecdsa", "other")
    key = token.key(certificate, "late")
    assert not key.available
    late = token.make("ecdsa", "late")
    key.close()

    assert signs(token.key(late, "late"))


def test_a_key_must_be_that_of_its_certificate(token: SoftToken, pairs: dict[str, Pair]) -> None:
    """No signature leaves that the certificate beside it does not explain."""
    token.make("ecdsa")
    key = token.key(pairs["ecdsa"].der)

    assert not key.available
    assert "not that of the certificate" in key.reason
    with pytest.raises(SignerUnavailable):
        key.sign(DATA)


def test_a_key_that_can_be_read_out_is_not_used(token: SoftToken, monkeypatch: pytest.MonkeyPatch) -> None:
    """A key that someone could copy proves nothing about who signed."""
    with monkeypatch.context() as loosened:
        loosened.setitem(token_keys.PRIVATE_TEMPLATE, Attribute.EXTRACTABLE, True)
        generate(token.module, token.label, PIN, "loose", kind="ecdsa")
    other = token.make("ecdsa")
    key = token.key(other, "loose")

    assert not key.available
    assert "read out" in key.reason


def test_what_cannot_be_made_is_refused(token: SoftToken, pairs: dict[str, Pair]) -> None:
    """A label that is taken, a kind that tokens do not make, SM2, a token that is not there, a wrong PIN."""
    token.make("ecdsa")
    with pytest.raises(KeyRefused, match="there already"):
        generate(token.module, token.label, PIN, "reply-2027a", kind="rsa")
    with pytest.raises(KeyRefused, match="kinds"):
        generate(token.module, token.label, PIN, "sm2", kind="sm2")
    with pytest.raises(KeyRefused, match="mechanism"):
        token.key(pairs["sm2"].der)
    with pytest.raises(SignerUnavailable, match="NoSuchToken"):
        generate(token.module, "no-such-token", PIN, "x", kind="rsa")
    with pytest.raises(SignerUnavailable, match="PinIncorrect"):
        generate(token.module, token.label, "999999", "x", kind="rsa")


def test_a_module_that_cannot_be_loaded_is_a_reason(token: SoftToken, pairs: dict[str, Pair]) -> None:
    """A wrong path in the settings shows as an unavailable key that names it."""
    key = Pkcs11Key("/no/such/module.so", token.label, PIN, "x", certificate_der=pairs["ecdsa"].der)
    reason = key.reason
    key.close()

    assert "/no/such/module.so" in reason


def test_a_forked_process_cannot_use_the_key(token: SoftToken, tmp_path: Path) -> None:
    """Handles do not survive a fork: the child is told so at once and the parent goes on."""
    token.make("ecdsa")
    script = tmp_path / "fork.py"
    script.write_text(FORK.format(module=SOFTHSM, token=token.label, pin=PIN))
    command = [sys.executable, "-W", "ignore", str(script)]
    environment = os.environ | {"PYTHONPATH": str(Path(device.__file__).parents[1])}
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)

    assert done.stderr == ""
    assert done.stdout.splitlines() == ["child: refused", "parent: signs"]


FORK = """
import os
from datetime import UTC, datetime, timedelta
from signer.asn1 import unarmor
from signer.hsm import Pkcs11Key, certify
from signer.keys import SignerUnavailable

place = ({module!r}, {token!r}, {pin!r}, "reply-2027a")
now = datetime.now(UTC)
pem = certify(*place, common_name="x", not_before=now, not_after=now + timedelta(days=1))
key = Pkcs11Key(*place, certificate_der=unarmor(pem)[0][1])
child = os.fork()
if not child:
    try:
        key.sign(b"x")
    except SignerUnavailable:
        os.write(1, b"child: refused\\n")
    os._exit(0)
os.waitpid(child, 0)
print("parent:", "signs" if key.sign(b"x") else "fails")
"""


def count_logins(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Have every PIN that reaches a token written down; the real token still judges it."""
    tries: list[str] = []
    honest = device.Device._log_in

    def noted(self: device.Device, token: pkcs11.Token) -> pkcs11.Session:
        tries.append(self._pin)
        return honest(self, token)

    monkeypatch.setattr(device.Device, "_log_in", noted)
    return tries
