"""From an envelope to a typed command: service known, schema kept, message bound; who may do it is not known here."""

from dataclasses import dataclass

from protocol.binding import read
from protocol.catalogue import CATALOGUE, Service
from protocol.codes import Code
from protocol.errors import Detail, ProtocolError, shown
from protocol.opening import Envelope
from protocol.place import local_name, place
from protocol.validate import explain, validate


@dataclass(frozen=True, slots=True)
class Command:
    """A valid request: its service, and the typed message (an instance of service.request)."""

    service: Service
    request: object


def command(envelope: Envelope) -> Command:
    """The command in an envelope whose signature was verified.

    Raises ProtocolError, with the head, SERVICE_UNKNOWN, SCHEMA_INVALID or BANK_CODE_INVALID, with every fault.
    """
    try:
        return _command(envelope)
    except ProtocolError as error:
        error.head = envelope.head
        raise


def _command(envelope: Envelope) -> Command:
    tag = str(envelope.body.tag)
    service = CATALOGUE.get(tag)
    if service is None:
        known = ", ".join(row.name for row in CATALOGUE.values())
        detail = Detail(
            rule=Code.SERVICE_UNKNOWN,
            place=place(envelope.body),
            value=shown(local_name(tag)),
            zh=f"服务有：{known}；命名空间须一致",
            en=f"the services are: {known}; the namespace must match too",
        )
        raise ProtocolError(Code.SERVICE_UNKNOWN, detail)
    if not validate(envelope.root):
        raise ProtocolError(Code.SCHEMA_INVALID, *explain(envelope.root))
    return Command(service, read(service.request, envelope.body))
