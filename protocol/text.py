"""The byte gate: message bytes to UTF-8 text without declaration, decoded exactly once; it parses nothing.

What XML allows and this language does not (DOCTYPE, comments, CDATA, processing instructions, xsi names) is refused
here, before a parser sees it. In well-formed XML a `<` begins markup, so `<!` and `<?` can be nothing else.
"""

import re
from dataclasses import dataclass
from functools import lru_cache
from typing import Final, Literal

from protocol import disputed
from protocol.codes import Code
from protocol.errors import Detail, ProtocolError, shown
from protocol.limits import ATTRIBUTES_MAX, ELEMENTS_MAX, LARGE_MESSAGE_BYTES, MESSAGE_BYTES_MAX, NAMESPACES_MAX

Encoding = Literal["UTF-8", "GB18030", "GBK", "GB2312"]

_CODECS: Final[dict[bytes, tuple[Encoding, str]]] = {
    b"UTF-8": ("UTF-8", "utf-8"),
    b"GB18030": ("GB18030", "gb18030"),
    b"GBK": ("GBK", "gbk"),
    b"GB2312": ("GB2312", "gb2312"),
}
_DECLARATION: Final = re.compile(
    rb"""<\?xml[ \t\r\n]++version[ \t\r\n]*+=[ \t\r\n]*+(?:"1\.0"|'1\.0')"""
    rb"""(?:[ \t\r\n]++encoding[ \t\r\n]*+=[ \t\r\n]*+(?:"([A-Za-z][\w.-]*+)"|'([A-Za-z][\w.-]*+)'))?+"""
    rb"""(?:[ \t\r\n]++standalone[ \t\r\n]*+=[ \t\r\n]*+(?:"(?:yes|no)"|'(?:yes|no)'))?+[ \t\r\n]*+\?>"""
)
# Longer than any declaration that makes sense.
_DECLARATION_BYTES_MAX: Final = 256
_UTF8_MARK: Final = b"\xef\xbb\xbf"
_UTF16_MARKS: Final = (b"\xff\xfe", b"\xfe\xff")
_XSI: Final = b"http://www.w3.org/2001/XMLSchema-instance"
_FORBIDDEN: Final = (
    (b"<!DOCTYPE", "DOCTYPE"),
    (b"<!--", "comment"),
    (b"<![CDATA[", "CDATA"),
    (b"<!", "declaration"),
    (b"<?", "processing-instruction"),
    (b"\0", "NUL"),
    (_XSI, "xsi"),
)


@dataclass(frozen=True, slots=True)
class Text:
    """A message as UTF-8 without XML declaration, and the encoding its sender declared."""

    utf8: bytes
    encoding: Encoding


def read(raw: bytes) -> Text:
    """The text of a message as received.

    Raises ProtocolError: MESSAGE_TOO_LARGE, ENCODING_UNSUPPORTED, ENCODING_INVALID, ENCODING_DISPUTED,
    XML_NOT_WELL_FORMED (the declaration), XML_FORBIDDEN, XML_LIMIT.
    """
    if len(raw) > MESSAGE_BYTES_MAX:
        raise ProtocolError(Code.MESSAGE_TOO_LARGE)
    if raw.startswith(_UTF16_MARKS) or b"\0" in raw[:4]:
        raise ProtocolError(Code.ENCODING_UNSUPPORTED, Detail(rule="byte-order", value=raw[:4].hex(" ")))
    marked = raw.startswith(_UTF8_MARK)
    start = len(_UTF8_MARK) if marked else 0
    encoding, codec, start = _declared(raw, start)
    if marked and encoding != "UTF-8":
        raise ProtocolError(Code.ENCODING_INVALID, Detail(rule="byte-order-mark", value=encoding))
    utf8 = raw[start:]
    text = _decoded(utf8, codec)
    if codec != "utf-8":
        utf8 = text.encode("utf-8")
    _refuse_forbidden(utf8)
    _refuse_excess(utf8)
    return Text(utf8, encoding)


def write(text: str, encoding: Encoding = "UTF-8") -> bytes:
    """`text`, an XML document without declaration, as bytes with one.

    All but UTF-8 are declared GB18030, which holds every character; those its tables dispute become references.
    """
    if encoding == "UTF-8":
        return b'<?xml version="1.0" encoding="UTF-8"?>\n' + text.encode("utf-8")
    return b'<?xml version="1.0" encoding="GB18030"?>\n' + disputed.referenced(text).encode("gb18030")


def _declared(raw: bytes, start: int) -> tuple[Encoding, str, int]:
    """Encoding, codec, and where the document begins behind its declaration."""
    if not raw.startswith(b"<?xml", start):
        return "UTF-8", "utf-8", start
    end = raw.find(b"?>", start, start + _DECLARATION_BYTES_MAX) + 2
    return *_declaration(raw[start:end]), end


@lru_cache(maxsize=64)
def _declaration(declaration: bytes) -> tuple[Encoding, str]:
    """Encoding and codec that a whole XML declaration names; senders write one of very few."""
    found = _DECLARATION.fullmatch(declaration)
    if found is None:
        raise ProtocolError(Code.XML_NOT_WELL_FORMED, Detail(rule="xml-declaration"))
    name = found[1] or found[2] or b"UTF-8"
    known = _CODECS.get(name.upper())
    if known is None:
        raise ProtocolError(Code.ENCODING_UNSUPPORTED, Detail(rule="encoding", value=shown(name.decode("ascii"))))
    return known


def _decoded(data: bytes, codec: str) -> str:
    try:
        text = data.decode(codec)
    except UnicodeDecodeError as error:
        if codec == "gb2312":  # senders who say GB2312 often mean its supersets
            return _decoded(data, "gb18030")
        raise ProtocolError(Code.ENCODING_INVALID, _undecodable(data, error)) from None
    if codec == "gb18030" and (found := disputed.find(text)):
        raise ProtocolError(Code.ENCODING_DISPUTED, *(_disputed_detail(char) for char in found))
    return text


def _undecodable(data: bytes, error: UnicodeDecodeError) -> Detail:
    line = data.count(b"\n", 0, error.start) + 1
    shown_bytes = data[error.start : error.start + 8].hex(" ")
    return Detail(
        rule="encoding",
        value=shown_bytes,
        zh=f"第{line}行，声明之后第{error.start}字节处不能解码",
        en=f"line {line}: bytes at offset {error.start} behind the declaration cannot be decoded",
    )


def _disputed_detail(char: str) -> Detail:
    point = f"U+{ord(char):04X}"
    return Detail(
        rule=Code.ENCODING_DISPUTED,
        value=f"{point} ({char.encode('gb18030').hex(' ')})",
        zh=f"各编码表对这些字节的解释不同：请写作&#x{ord(char):X};或改用UTF-8",
        en=f"tables differ on these bytes: write &#x{ord(char):X}; or use UTF-8",
    )


def _refuse_forbidden(utf8: bytes) -> None:
    # One byte is found many times faster than two, and most messages hold neither mark.
    if (b"!" in utf8 and b"<!" in utf8) or (b"?" in utf8 and b"<?" in utf8) or b"\0" in utf8 or _XSI in utf8:
        name = next(name for mark, name in _FORBIDDEN if mark in utf8)
        raise ProtocolError(Code.XML_FORBIDDEN, Detail(rule=name))


def _refuse_excess(utf8: bytes) -> None:
    """Counts that can only be too high, since text may hold equals signs; each is one pass at C speed."""
    if len(utf8) <= LARGE_MESSAGE_BYTES:
        return
    if utf8.count(b"<") - utf8.count(b"</") > ELEMENTS_MAX:
        raise ProtocolError(Code.XML_LIMIT, Detail(rule="elements", value=str(ELEMENTS_MAX)))
    if utf8.count(b"=") > ATTRIBUTES_MAX:
        raise ProtocolError(Code.XML_LIMIT, Detail(rule="attributes", value=str(ATTRIBUTES_MAX)))
    if utf8.count(b"xmlns") > NAMESPACES_MAX:
        raise ProtocolError(Code.XML_LIMIT, Detail(rule="namespaces", value=str(NAMESPACES_MAX)))


# A small message cannot hold too much: `<a/>` takes four bytes, ` a=""` and ` xmlns=""` more.
assert min(ELEMENTS_MAX, ATTRIBUTES_MAX, NAMESPACES_MAX) >= LARGE_MESSAGE_BYTES // 4
