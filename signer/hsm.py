"""A signing key inside a PKCS#11 token, found by its label; it comes back by itself when the token does.

The private key never leaves its token. What the token needs (one thread, one login, a fresh start after a fault) is in
`signer.device`; here are one key, its certificate and its state, and the making of keys and their first certificates.
"""

import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from typing import Final, TypeVar

from pkcs11 import exceptions

from signer import token_keys
from signer.device import Device, PinRefused, desk
from signer.issue import self_signed_for
from signer.keys import KeyRefused, SignerUnavailable
from signer.software import verifying_key

T = TypeVar("T")

CALL_SECONDS: Final = 5.0
"""How long a caller waits for the device before it gets SignerUnavailable."""
RETRY_SECONDS: Final = 1.0
"""How long a device that failed is left alone, so that callers in a hurry do not keep it initialising."""
UPKEEP_SECONDS: Final = 5.0
"""How often an idle key is tried, so that `available` tells the truth with nobody signing."""
MAKING_SECONDS: Final = 60.0
"""How long a device may take to make a key pair; RSA in a smart card is slow."""

_PROBE: Final = b"is this the key of the certificate"
_LOCAL_FAULTS: Final = (
    exceptions.NoSuchToken,
    exceptions.MultipleTokensReturned,
    exceptions.NoSuchKey,
    exceptions.MultipleObjectsReturned,
    KeyRefused,
)
"""What is wrong with one token or key and not with its module: no reason to interrupt the module's other keys."""


@dataclass(frozen=True, slots=True)
class _Handle:
    """The key as found in one session of one epoch of its module."""

    key: token_keys.TokenKey
    epoch: int


class Pkcs11Key:
    """A SigningKey in a token: RSA, or ECDSA on P-256.

    It is made in the process that signs (never before a fork) and is usable from any thread. Making it raises
    KeyRefused for a certificate that cannot be used; a token that cannot be used leaves it unavailable with a reason.
    A fault of the device makes it unavailable until a fresh session has found the key again and a signature made with
    it verifies by the certificate; that is tried by `sign` and, while idle, every `upkeep_seconds`. A wrong PIN is
    tried once: after it only `retry`, or another key with another PIN, makes the next try.
    """

    blocking: Final = True

    def __init__(
        self,
        module_path: str,
        token_label: str,
        pin: str,
        key_label: str,
        *,
        certificate_der: bytes,
        call_seconds: float = CALL_SECONDS,
        retry_seconds: float = RETRY_SECONDS,
        upkeep_seconds: float = UPKEEP_SECONDS,
        on_change: Callable[[bool, str], None] | None = None,
    ) -> None:
        """Find the key and try it; at each change `on_change(available, reason)` is called on the device's thread.

        That call must neither raise nor wait, nor use the key.
        """
        verifier = verifying_key(certificate_der)
        if verifier.algorithm not in token_keys.SIGN:
            raise KeyRefused(f"no PKCS#11 mechanism is known for {verifier.algorithm}")
        self.algorithm = verifier.algorithm
        self._sign_with = token_keys.SIGN[verifier.algorithm]
        self.certificate = certificate_der
        self._verifier = verifier
        self._label = key_label
        self._call_seconds = call_seconds
        self._retry_seconds = retry_seconds
        self._on_change = on_change
        self._handle: _Handle | None = None
        self._reason = "the device has not been opened yet"
        self._retry_at = 0.0
        self._closed = False
        self._announced = False
        self._desk = desk()
        self._device: Device = self._desk.attach(module_path, token_label, pin)
        self._upkeep = self._desk.lane.repeat(self._keep_up, upkeep_seconds)
        self.check()

    @property
    def available(self) -> bool:
        """Whether the key could sign when it was last used or tried, and the device is not hanging since."""
        return self._handle is not None and self._desk.lane.busy_seconds() < self._call_seconds

    @property
    def reason(self) -> str:
        """Why the key is not available, for people; empty when it is."""
        if self._handle is None:
            return self._reason
        return "" if self.available else "the device does not answer"

    def sign(self, data: bytes) -> bytes:
        """Sign in the token: PKCS#1 v1.5 with SHA-256, or r||s of 64 bytes. Raises SignerUnavailable."""
        return self._desk.call(lambda: self._sign(data), self._call_seconds)

    def check(self) -> bool:
        """Try the key now and tell whether it signs; a PIN that was refused is not tried again."""
        try:
            self._desk.call(self._check, self._call_seconds)
        except SignerUnavailable:
            return False
        return self.available

    def retry(self) -> bool:
        """Try now, and the PIN too if the token had refused it, once; tell whether the key signs."""
        try:
            self._desk.call(self._force, self._call_seconds)
        except SignerUnavailable:
            return False
        return self.available

    def close(self) -> None:
        """Give the key up; the last key of a token logs out of it. Afterwards `sign` raises SignerUnavailable."""
        if self._closed:
            return
        self._closed = True
        self._desk.lane.stop_repeating(self._upkeep)
        self._desk.lane.post(self._release)
        # A barrier: what was posted before it has run, unless the device hangs.
        with suppress(SignerUnavailable):
            self._desk.call(lambda: None, self._call_seconds)

    # From here on everything runs on the lane.

    def _sign(self, data: bytes) -> bytes:
        handle = self._handle
        if handle is not None and self._device.module.current(handle.epoch):
            try:
                return self._sign_with(handle.key, data)
            except exceptions.PKCS11Error:
                self._device.module.suspect()
        elif time.monotonic() < self._retry_at:
            raise SignerUnavailable(self._reason)
        handle = self._open()
        try:
            return self._sign_with(handle.key, data)
        except exceptions.PKCS11Error as fault:
            self._device.module.suspect()
            raise self._unavailable(fault) from fault

    def _open(self) -> _Handle:
        """Find the key in a fresh session and prove it; a second time after a new start of the module."""
        if self._closed:
            raise SignerUnavailable("the key was closed")
        try:
            handle = self._find_or_doubt() or self._find()
        except (exceptions.PKCS11Error, KeyRefused, PinRefused) as fault:
            raise self._unavailable(fault) from fault
        self._handle = handle
        self._retry_at = 0.0
        self._device.module.serving.add(self)
        self._announce(available=True)
        return handle

    def _find_or_doubt(self) -> _Handle | None:
        try:
            return self._find()
        except (exceptions.PKCS11Error, KeyRefused) as fault:
            if not isinstance(fault, _LOCAL_FAULTS) or not self._device.module.serving - {self}:
                self._device.module.suspect()
            return None

    def _find(self) -> _Handle:
        session, epoch = self._device.session()
        key = token_keys.private_key(session, self._label)
        if not self._verifier.verify(_PROBE, self._sign_with(key, _PROBE)):
            raise KeyRefused("the key in the token is not that of the certificate")
        return _Handle(key, epoch)

    def _keep_up(self) -> None:
        with suppress(SignerUnavailable):
            self._sign(_PROBE)

    def _check(self) -> None:
        self._retry_at = 0.0
        self._sign(_PROBE)

    def _force(self) -> None:
        self._device.force_pin()
        self._check()

    def _unavailable(self, fault: Exception) -> SignerUnavailable:
        self._handle = None
        self._device.module.serving.discard(self)
        self._reason = _words(fault)
        self._retry_at = time.monotonic() + self._retry_seconds
        self._announce(available=False)
        return SignerUnavailable(self._reason)

    def _announce(self, *, available: bool) -> None:
        if available != self._announced:
            self._announced = available
            if self._on_change is not None:
                self._on_change(available, "" if available else self._reason)

    def _release(self) -> None:
        self._handle = None
        self._reason = "the key was closed"
        self._device.module.serving.discard(self)
        self._desk.release(self._device)


def generate(module_path: str, token_label: str, pin: str, key_label: str, *, kind: str) -> bytes:
    """Make a key pair of kind "rsa" (2,048 bits) or "ecdsa" (P-256) inside a token and return its public half.

    The private key signs only and can never be read out. The result is a SubjectPublicKeyInfo, DER. Raises KeyRefused
    when the label is taken or the kind unknown, SignerUnavailable when the token cannot be used.
    """

    def make(device: Device) -> bytes:
        with device.writable() as session:
            return token_keys.make_pair(session, key_label, kind)

    return _with_device(module_path, token_label, pin, make)


def certify(
    module_path: str,
    token_label: str,
    pin: str,
    key_label: str,
    *,
    common_name: str,
    not_before: datetime,
    not_after: datetime,
) -> bytes:
    """Make a self-signed certificate, PEM, for a key pair in a token, signed there; see `signer.issue.self_signed_for`.

    Raises KeyRefused when the key cannot be used, SignerUnavailable when the token cannot.
    """

    def make(device: Device) -> bytes:
        session, _ = device.session()
        public_info, algorithm = token_keys.public_key(session, key_label)
        key, sign = token_keys.private_key(session, key_label), token_keys.SIGN[algorithm]
        return self_signed_for(
            public_info,
            algorithm,
            lambda data: sign(key, data),
            common_name=common_name,
            not_before=not_before,
            not_after=not_after,
        )

    return _with_device(module_path, token_label, pin, make)


def _with_device(module_path: str, token_label: str, pin: str, work: Callable[[Device], T]) -> T:
    """Run the work on the lane with a device that is given back afterwards; faults become SignerUnavailable."""
    counter = desk()

    def run() -> T:
        device = counter.attach(module_path, token_label, pin)
        try:
            return work(device)
        except exceptions.PKCS11Error as fault:
            if not device.module.serving:
                device.module.suspect()
            raise SignerUnavailable(_words(fault)) from fault
        finally:
            counter.release(device)

    return counter.call(run, MAKING_SECONDS)


def _words(fault: Exception) -> str:
    """Name a fault: the modules' own errors often have a class and no text."""
    if not isinstance(fault, exceptions.PKCS11Error):
        return str(fault)
    return f"the device failed: {type(fault).__name__} {fault}".rstrip()
