"""The client file: where the gateway is, what its replies are checked by, and who signs. Paths are relative to it.

Every fault of the file is told at once. Private keys are read from the files it names and never shown by `repr`.
"""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType
from typing import Any, Final
from urllib.parse import urlsplit

from conformance.errors import ClientFileError
from signer.certificates import from_pem
from signer.keys import SM2_ID_DEFAULT, KeyRefused, SigningKey
from signer.software import load_signing_key
from signer.trust import CertificateRefused, RegisteredCertificate, register_entry

GATEWAY: Final = "gateway"
"""The party under which the gateway's own certificates are registered on the client's side."""

_TABLES: Final[Mapping[str, tuple[frozenset[str], frozenset[str]]]] = MappingProxyType(
    {
        "gateway": (frozenset({"http", "tcp", "certificate"}), frozenset({"sm2_id"})),
        "identity": (frozenset({"customer", "operator", "key", "certificate"}), frozenset({"sm2_id"})),
        "tls": (frozenset(), frozenset({"ca", "certificate", "key"})),
    }
)


@dataclass(frozen=True, slots=True)
class TlsFiles:
    """The files of TLS: the authority that vouches for the doors, and the certificate and key shown to them, if any."""

    ca: Path | None
    certificate: Path | None
    key: Path | None


@dataclass(frozen=True, slots=True)
class ClientFile:
    """One client file, read and checked: `gateway` holds every certificate that a reply may be signed by."""

    path: Path
    http: str
    tcp: tuple[str, int]
    gateway: tuple[RegisteredCertificate, ...]
    customer: str
    operator: str
    key: SigningKey = field(repr=False)
    tls: TlsFiles | None
    roles: Mapping[str, Path]


def read(path: Path) -> ClientFile:
    """Read a client file with its keys and certificates; raises ClientFileError with every fault of it."""
    try:
        values = tomllib.loads(path.read_text("utf-8"))
    except (OSError, ValueError) as error:
        raise ClientFileError(path, (str(error),)) from error
    faults = _shape_faults(values)
    if faults:
        raise ClientFileError(path, tuple(faults))
    source = _Source(path.absolute().parent, [])
    gateway, identity = values["gateway"], values["identity"]
    made = (
        source.gateway_certificates(gateway),
        source.signing_key(identity),
        source.http(gateway["http"]),
        source.tcp(gateway["tcp"]),
        source.tls(values["tls"]) if "tls" in values else None,
    )
    certificates, key, http, tcp, tls = made
    if source.faults or key is None or http is None or tcp is None:
        raise ClientFileError(path, tuple(source.faults))
    return ClientFile(
        path=path,
        http=http,
        tcp=tcp,
        gateway=certificates,
        customer=identity["customer"],
        operator=identity["operator"],
        key=key,
        tls=tls,
        roles=MappingProxyType({name: source.folder / file for name, file in values.get("roles", {}).items()}),
    )


def _shape_faults(values: dict[str, Any]) -> list[str]:
    """Missing tables and keys, keys that are not known, and values that are not text."""
    faults = [f"there is no [{name}] in a client file" for name in values.keys() - _TABLES.keys() - {"roles"}]
    for name, (required, optional) in _TABLES.items():
        table = values.get(name, {} if not required else None)
        if not isinstance(table, dict):
            faults.append(f"the table [{name}] is missing")
            continue
        faults += [f"{name}.{key} is missing" for key in sorted(required - table.keys())]
        faults += [f"{name}.{key} is not known" for key in sorted(table.keys() - required - optional)]
        faults += _text_faults(name, table)
    roles = values.get("roles", {})
    return faults + (_text_faults("roles", roles) if isinstance(roles, dict) else ["roles must be a table"])


def _text_faults(name: str, table: dict[str, Any]) -> list[str]:
    return [f"{name}.{key} must be text" for key, value in table.items() if not isinstance(value, str)]


@dataclass(frozen=True, slots=True)
class _Source:
    """Where relative paths start, and what was found wrong so far."""

    folder: Path
    faults: list[str]

    def gateway_certificates(self, table: dict[str, str]) -> tuple[RegisteredCertificate, ...]:
        pem = self.file("gateway.certificate", table["certificate"])
        if pem is None:
            return ()
        sm2_id = table.get("sm2_id", SM2_ID_DEFAULT)
        try:
            return tuple(register_entry(GATEWAY, GATEWAY, der, sm2_id=sm2_id) for der in dict.fromkeys(from_pem(pem)))
        except (KeyRefused, CertificateRefused) as error:
            self.faults.append(f"gateway.certificate: {error}")
            return ()

    def signing_key(self, table: dict[str, str]) -> SigningKey | None:
        key_pem = self.file("identity.key", table["key"])
        certificate_pem = self.file("identity.certificate", table["certificate"])
        if key_pem is None or certificate_pem is None:
            return None
        try:
            return load_signing_key(key_pem, certificate_pem, table.get("sm2_id", SM2_ID_DEFAULT))
        except KeyRefused as error:
            self.faults.append(f"identity: {error}")
            return None

    def http(self, address: str) -> str | None:
        try:
            parts = urlsplit(address)
            if parts.scheme in ("http", "https") and parts.hostname and parts.port != 0:
                return address
        except ValueError:
            pass
        self.faults.append(f"gateway.http: {address!r} is not an http or https address")
        return None

    def tcp(self, address: str) -> tuple[str, int] | None:
        host, _, port = address.rpartition(":")
        if host and port.isascii() and port.isdigit() and 0 < int(port) < 1 << 16:
            return host.strip("[]"), int(port)
        self.faults.append(f"gateway.tcp: {address!r} is not HOST:PORT")
        return None

    def tls(self, table: dict[str, str]) -> TlsFiles:
        found = {key: self.folder / name for key, name in table.items()}
        if ("key" in found) != ("certificate" in found):
            self.faults.append("tls.key and tls.certificate go together")
        self.faults.extend(f"tls.{key}: {path} is not a file" for key, path in found.items() if not path.is_file())
        return TlsFiles(found.get("ca"), found.get("certificate"), found.get("key"))

    def file(self, key: str, name: str) -> bytes | None:
        try:
            return (self.folder / name).read_bytes()
        except OSError as error:
            self.faults.append(f"{key}: {error}")
            return None
