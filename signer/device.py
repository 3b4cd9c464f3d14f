"""PKCS#11 modules and tokens of this process: loaded, logged in once, opened again after a fault; no key of ours here.

After a token went away its handles never come back, even when it does: only a module that is initialised again and a
new session find the keys anew. Every method of a module or device that is not said to be otherwise runs on the lane.
"""

import os
import threading
from collections.abc import Callable
from contextlib import suppress
from typing import TYPE_CHECKING, Final, TypeVar

import pkcs11
from pkcs11 import exceptions
from pkcs11.constants import TokenFlag

from signer.keys import SignerUnavailable
from signer.lane import Lane

if TYPE_CHECKING:
    from pkcs11._pkcs11 import lib as Library  # noqa: N812  (a class, whatever its name)

T = TypeVar("T")

PIN_FAULTS: Final = (
    exceptions.PinIncorrect,
    exceptions.PinLocked,
    exceptions.PinExpired,
    exceptions.PinInvalid,
    exceptions.PinLenRange,
    exceptions.UserPinNotInitialized,
)
PIN_PRECIOUS: Final = TokenFlag.USER_PIN_FINAL_TRY | TokenFlag.USER_PIN_LOCKED
"""The token says that one more wrong PIN locks it, or that it is locked."""


class PinRefused(SignerUnavailable):
    """The token refused the PIN, or has one try left: no further try is made until someone says so."""


class Module:
    """A PKCS#11 library in this process; its epoch grows when it is initialised again, and all handles die."""

    def __init__(self, path: str) -> None:
        """Name the library file, which is loaded at first use."""
        self.path = path
        self.epoch = 0
        self.serving: set[object] = set()
        """The keys that can sign now: what a new initialisation would interrupt."""
        self._suspect = False

    def suspect(self) -> None:
        """Have the library initialised again before its next use."""
        self._suspect = True

    def current(self, epoch: int) -> bool:
        """Tell whether a handle taken in that epoch may still be used."""
        return epoch == self.epoch and not self._suspect

    def token(self, label: str) -> pkcs11.Token:
        """Return the token of that label; raises PKCS11Error.

        A module may see only the tokens it began with, so one that is missing is looked for again after a new start,
        unless that would interrupt keys of other tokens.
        """
        library = pkcs11.lib(self.path)
        if self._suspect:
            self._initialise(library)
        try:
            return library.get_token(token_label=label)
        except exceptions.NoSuchToken:
            if self.serving:
                raise
        self._initialise(library)
        return library.get_token(token_label=label)

    def _initialise(self, library: "Library") -> None:
        self.epoch += 1
        # A library in trouble may refuse to end; what counts is whether it begins.
        with suppress(exceptions.PKCS11Error):
            library.finalize()
        library.initialize()
        self._suspect = False


class Device:
    """A token of a module, logged in once for all its keys in this process."""

    def __init__(self, module: Module, label: str) -> None:
        """Name the token by its label."""
        self.module = module
        self.label = label
        self.users = 0
        self._pin = ""
        self._pin_refused: str | None = None
        self._pin_forced = False
        self._session: pkcs11.Session | None = None
        self._epoch = 0

    def attach(self, pin: str) -> None:
        """Count one more user, from any thread; another PIN than the one refused before earns a new try."""
        self.users += 1
        if pin != self._pin:
            self._pin, self._pin_refused = pin, None

    def log_out(self) -> None:
        """End the session, and with it the login; a device in trouble is left as it is."""
        session, self._session = self._session, None
        if session is not None and self.module.current(self._epoch):
            with suppress(exceptions.PKCS11Error):
                session.close()

    def force_pin(self) -> None:
        """Let a PIN that was refused be tried once more, whatever the token said about it."""
        self._pin_forced = self._pin_refused is not None
        self._pin_refused = None

    def session(self) -> tuple[pkcs11.Session, int]:
        """Return the logged-in session and its epoch, opened now if need be; raises PKCS11Error or PinRefused."""
        if self._session is None or not self.module.current(self._epoch):
            self._session = None
            self._session = self._open()
            self._epoch = self.module.epoch
        return self._session, self._epoch

    def writable(self) -> pkcs11.Session:
        """Open a second session that may write, in the same login; the caller closes it. Raises as `session`."""
        self.session()
        return self.module.token(self.label).open(rw=True)

    def _open(self) -> pkcs11.Session:
        if self._pin_refused is not None:
            raise PinRefused(self._pin_refused)
        token = self.module.token(self.label)
        forced, self._pin_forced = self._pin_forced, False
        if token.flags & PIN_PRECIOUS and not forced:
            raise self._refuse("the token takes at most one more wrong PIN before it locks")
        return self._log_in(token)

    def _log_in(self, token: pkcs11.Token) -> pkcs11.Session:
        try:
            return token.open(user_pin=self._pin)
        except exceptions.UserAlreadyLoggedIn:
            # A login is the process's, not the session's.
            return token.open()
        except PIN_FAULTS as fault:
            raise self._refuse(f"the token refused the PIN: {type(fault).__name__}") from fault

    def _refuse(self, reason: str) -> PinRefused:
        self._pin_refused = reason
        return PinRefused(reason)


class Desk:
    """The lane of the process with the modules and devices that are used on it."""

    def __init__(self) -> None:
        """Start the lane."""
        self.lane = Lane("pkcs11")
        self._process = os.getpid()
        self._lock = threading.Lock()
        self._modules: dict[str, Module] = {}
        self._devices: dict[tuple[str, str], Device] = {}

    def call(self, work: Callable[[], T], timeout_seconds: float) -> T:
        """Run the call on the lane; raises SignerUnavailable when it takes too long, or after a fork."""
        if os.getpid() != self._process:
            raise SignerUnavailable("PKCS#11 was opened before this process was forked and cannot be used in it")
        return self.lane.call(work, timeout_seconds)

    def attach(self, module_path: str, token_label: str, pin: str) -> Device:
        """Return the device for one more user, who must have it `release`d in the end; waits for no device."""
        with self._lock:
            module = self._modules.setdefault(module_path, Module(module_path))
            device = self._devices.setdefault((module_path, token_label), Device(module, token_label))
            device.attach(pin)
            return device

    def release(self, device: Device) -> None:
        """Count one user less, on the lane; the last one logs out, and the PIN is forgotten with the device."""
        with self._lock:
            device.users -= 1
            if device.users:
                return
            del self._devices[device.module.path, device.label]
        device.log_out()


_desks: list[Desk] = []
_desks_lock = threading.Lock()


def desk() -> Desk:
    """Return the one desk of the process, opened at first use."""
    with _desks_lock:
        if not _desks:
            _desks.append(Desk())
        return _desks[0]
