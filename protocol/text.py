"""The byte gate: message bytes to UTF-8 text without declaration, decoded exactly once; it parses nothing.

What XML allows and this language does not (DOCTYPE, comments, CDATA, processing instructions, xsi names) is refused
here, before a parser sees it. In well-formed XML a `<` begins markup, so `<!` and `<?` can be nothing else.
"""

import codecs
import re
from functools import lru_cache
from typing import Final, Literal, NamedTuple

from protocol import disputed
from protocol.codes import Code
from protocol.errors import Detail, ProtocolError, shown
from protocol.limits import (
    ATTRIBUTES_MAX,
    ELEMENT_ATTRIBUTES_MAX,
    ELEMENTS_MAX,
    LARGE_ELEMENTS_MAX,
    LARGE_MESSAGE_BYTES,
    MESSAGE_BYTES_MAX,
    NAMESPACES_MAX,
)

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
_PIECE_BYTES: Final = 64 * 1024
# In fewer bytes there is no room for more than canonical form can sort in a millisecond.
_CROWDED_BYTES_MIN: Final = 4 * 1024
_CROWDED: Final = re.compile(rb"<[^<=]*+(?:=[^<=]*+){%d}" % (ELEMENT_ATTRIBUTES_MAX + 1))
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


class Text(NamedTuple):
    """A message in UTF-8, from `start` on without XML declaration, and the encoding its sender declared.

    `large` when it may have more than ELEMENTS_MAX elements: not everybody's tree may be as large as that.
    """

    data: bytes
    encoding: Encoding
    large: bool = False
    start: int = 0

    @property
    def utf8(self) -> bytes:
        """The message without its declaration."""
        return self.data[self.start :]


def read(raw: bytes, *, large: bool = False) -> Text:
    """The text of a message as received; with `large` it may have LARGE_ELEMENTS_MAX elements.

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
    data, start = (_checked(raw, start), start) if codec == "utf-8" else (_recoded(raw[start:], codec), 0)
    _refuse_forbidden(data, start)
    if len(data) > _CROWDED_BYTES_MIN:
        _refuse_crowded(data, start)
    return Text(data, encoding, _is_large(data, start, allowed=large), start)


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


def _checked(raw: bytes, start: int) -> bytes:
    """The bytes as they are, which from `start` on must be UTF-8."""
    if len(raw) <= LARGE_MESSAGE_BYTES or _in_pieces(raw, "utf-8") is None:
        _decoded(raw[start:], "utf-8")
    return raw


def _recoded(data: bytes, codec: str) -> bytes:
    """The bytes, decoded by `codec`, as UTF-8."""
    recoded = _in_pieces(data, codec) if len(data) > LARGE_MESSAGE_BYTES else None
    return _decoded(data, codec).encode("utf-8") if recoded is None else recoded


def _in_pieces(data: bytes, codec: str) -> bytes | None:
    """The bytes as UTF-8 piece by piece: the text of a large message takes more memory than anything but its tree.

    None where there is something to refuse, which is for `_decoded` to say.
    """
    decoder = codecs.getincrementaldecoder(codec)()
    pieces = []
    try:
        for start in range(0, len(data) + 1, _PIECE_BYTES):
            text = decoder.decode(data[start : start + _PIECE_BYTES], final=start + _PIECE_BYTES > len(data))
            if codec == "gb18030" and disputed.find(text):
                return None
            if codec != "utf-8":
                pieces.append(text.encode("utf-8"))
    except UnicodeDecodeError:
        return None
    return data if codec == "utf-8" else b"".join(pieces)


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


def _refuse_forbidden(data: bytes, start: int) -> None:
    # One byte is found many times faster than two, and most messages hold neither mark behind their declaration.
    if (
        (b"!" in data and b"<!" in data)
        or (data.find(b"?", start) >= 0 and data.find(b"<?", start) >= 0)
        or b"\0" in data
        or _XSI in data
    ):
        name = next(name for mark, name in _FORBIDDEN if data.find(mark, start) >= 0)
        raise ProtocolError(Code.XML_FORBIDDEN, Detail(rule=name))


def _refuse_crowded(data: bytes, start: int) -> None:
    """No element may have very many attributes; between one `<` and the next stands one tag and the text behind it."""
    if data.count(b"=", start) > ELEMENT_ATTRIBUTES_MAX and _CROWDED.search(data, start) is not None:
        raise ProtocolError(Code.XML_LIMIT, Detail(rule="attributes", value=str(ELEMENT_ATTRIBUTES_MAX)))


def _is_large(data: bytes, start: int, *, allowed: bool) -> bool:
    """Whether there may be more elements than in most messages; XML_LIMIT where there are more than in any.

    The counts can only be too high, since text may hold equals signs; each is one pass at C speed.
    """
    if len(data) <= LARGE_MESSAGE_BYTES:
        return False
    elements = data.count(b"<", start) - data.count(b"</", start)
    large = allowed and elements > ELEMENTS_MAX
    for rule, count, most in (
        ("elements", elements, ELEMENTS_MAX),
        ("attributes", data.count(b"=", start), ATTRIBUTES_MAX),
        ("namespaces", data.count(b"xmlns", start), NAMESPACES_MAX),
    ):
        if count > (LARGE_ELEMENTS_MAX if large else most):
            raise ProtocolError(Code.XML_LIMIT, Detail(rule=rule, value=str(LARGE_ELEMENTS_MAX if large else most)))
    return large


# A small message cannot hold too much: `<a/>` takes four bytes, ` a=""` and ` xmlns=""` more.
assert min(ELEMENTS_MAX, ATTRIBUTES_MAX, NAMESPACES_MAX) >= LARGE_MESSAGE_BYTES // 4
