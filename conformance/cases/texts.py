"""Messages in bytes and XML that this language does not have, and Chinese text in each encoding that it has."""

from collections.abc import Callable
from typing import Final

from conformance.cases.case import Case
from conformance.cases.forge import Forge, changed, encoded
from protocol import text
from protocol.codes import Code

_DOTTED: Final = {"GB2312": "\u30fb", "GBK": "\u00b7", "GB18030": "\u00b7"}
"""The dot of names (A1 A4 in all three tables) as each table reads it: the signature is over that reading."""

_DISPUTED: Final = "\u9fb4"
"""A character whose GB18030 bytes are read differently by tables of different years."""


def _inserted(markup: str) -> Callable[[Forge], str]:
    return lambda forge: changed(forge.right(), "<Body>", f"<Body>{markup}")


def _before(markup: str) -> Callable[[Forge], str]:
    return lambda forge: markup + forge.right()


def _in_codec(declared: str, codec: str) -> Callable[[Forge], bytes]:
    return lambda forge: encoded(forge.right(), declared, codec)


def _dotted(encoding: str) -> Callable[[Forge], bytes]:
    def make(forge: Forge) -> bytes:
        account, name = forge.accounts.dotted
        read = changed(name, "\u00b7", _DOTTED[encoding])
        return encoded(forge.right(payee_account=account, payee_name=read), encoding, encoding.lower())

    return make


def _disputed_bytes(forge: Forge) -> bytes:
    return encoded(forge.right(purpose=f"货款{_DISPUTED}"), "GB18030", "gb18030")


def _disputed_references(forge: Forge) -> bytes:
    return text.write(forge.right(purpose=f"货款{_DISPUTED}"), "GB18030")


_ENTITY: Final = '<!DOCTYPE Message [<!ENTITY payee "x">]>'
_EXTERNAL: Final = '<!DOCTYPE Message SYSTEM "http://127.0.0.1:9/x.dtd">'

TEXTS: Final = (
    Case("not XML at all", Code.XML_NOT_WELL_FORMED, lambda _forge: b"hello", signed=False),
    Case("cut off in the middle", Code.XML_NOT_WELL_FORMED, lambda forge: forge.right()[:-200].encode(), signed=False),
    Case("an external DOCTYPE", Code.XML_FORBIDDEN, _before(_EXTERNAL), signed=False),
    Case("an entity", Code.XML_FORBIDDEN, _before(_ENTITY), signed=False),
    Case("a comment", Code.XML_FORBIDDEN, _inserted("<!-- -->"), signed=False),
    Case("a processing instruction", Code.XML_FORBIDDEN, _inserted("<?x y?>"), signed=False),
    Case(
        "CDATA",
        Code.XML_FORBIDDEN,
        lambda forge: changed(forge.right(), ">0.01<", "><![CDATA[0.01]]><"),
        signed=False,
    ),
    Case("UTF-16", Code.ENCODING_UNSUPPORTED, _in_codec("UTF-16", "utf-16"), signed=False),
    Case("UTF-7", Code.ENCODING_UNSUPPORTED, _in_codec("UTF-7", "utf-7"), signed=False),
    Case("GBK bytes declared UTF-8", Code.ENCODING_INVALID, _in_codec("UTF-8", "gbk"), signed=False),
    Case("a disputed character as bytes", Code.ENCODING_DISPUTED, _disputed_bytes, signed=False),
    Case("a disputed character as a reference", Code.DONE, _disputed_references),
    Case("a payee with a dot in GB2312", Code.DONE, _dotted("GB2312")),
    Case("a payee with a dot in GBK", Code.DONE, _dotted("GBK")),
    Case("a payee with a dot in GB18030", Code.DONE, _dotted("GB18030")),
)
"""What is refused before anything is parsed, and what must not be."""
