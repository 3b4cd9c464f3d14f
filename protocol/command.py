"""From an envelope to a typed command: service known, schema kept, message bound; who may do it is not known here."""

from collections.abc import Callable
from dataclasses import dataclass

from protocol.binding import read
from protocol.catalogue import CATALOGUE, Service
from protocol.codes import Code
from protocol.draft import Draft, torn, whole
from protocol.errors import Detail, ProtocolError, shown
from protocol.explain import explain, look
from protocol.faults import NOTHING_FOUND, Found, listed
from protocol.limits import ELEMENTS_MAX
from protocol.opening import Envelope
from protocol.place import local_name, place
from protocol.rows import Layout, layout, read_regular
from protocol.validate import validate

Judge = Callable[[Draft], Found]
"""What the rules of rows have against a request with rows; it is handed in by whoever knows the rules."""


@dataclass(frozen=True, slots=True)
class Command:
    """A valid request: its service, and the typed message (an instance of service.request).

    `found` is what the judge has against its rows, which is not yet a refusal: other rules may have more.
    """

    service: Service
    request: object
    found: Found = NOTHING_FOUND


def command(envelope: Envelope, judge: Judge = lambda _: NOTHING_FOUND) -> Command:
    """The command in an envelope whose signature was verified.

    Raises ProtocolError, with the head, SERVICE_UNKNOWN, XML_LIMIT (of most services), SCHEMA_INVALID or
    BANK_CODE_INVALID, with every fault; those that the judge finds in what can be read of the rows are among them.
    """
    try:
        return _command(envelope, judge)
    except ProtocolError as error:
        error.head = envelope.head
        raise


def _command(envelope: Envelope, judge: Judge) -> Command:
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
    if envelope.large and not service.large:
        raise ProtocolError(Code.XML_LIMIT, Detail(rule="elements", value=str(ELEMENTS_MAX)))
    rows = layout(service.request)
    if rows is not None:
        request = _with_rows(envelope, rows, judge)
        return Command(service, request, judge(whole(rows, request)))
    if not validate(envelope.root):
        raise ProtocolError(Code.SCHEMA_INVALID, *listed(explain(envelope.root)))
    return Command(service, read(service.request, envelope.body))


def _with_rows(envelope: Envelope, rows: Layout, judge: Judge) -> object:
    """The request; lxml is asked about irregular rows only once no fault was found in them: its list has no end."""
    request = read_regular(rows, envelope.canonical, envelope.body.prefix)
    if request is not None:
        return request
    root = envelope.whole
    found = look(root)
    if not found.count and validate(root):
        return read(rows.request, root[1][0])
    found = found if found.count else explain(root)
    code = Code.SCHEMA_INVALID
    if {detail.rule for detail in found.details} == {Code.BANK_CODE_INVALID}:
        code = Code.BANK_CODE_INVALID
    raise ProtocolError(code, *listed(found, judge(torn(rows, root[1][0]))))
