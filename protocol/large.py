"""Opening a message whose tree is larger than that of most: only what a registered key has signed becomes one at all.

Anybody can write many elements, and each costs many times its bytes. So the Signature is cut from the bytes, and who
made its value is asked before anything is parsed; whether it is the signature of this message is judged as always.
"""

from collections.abc import Callable

from lxml.etree import _Element

from protocol.codes import Code
from protocol.errors import Detail, ProtocolError
from protocol.limits import ELEMENTS_MAX
from protocol.opening import Envelope, check_shape, checked, opened
from protocol.pieces import canonical_in_pieces
from protocol.seal import SIGNATURE_BYTES_MAX, Seal, cut
from protocol.shortcut import plain
from protocol.text import Text
from protocol.tree import canonical, parse

Signed = Callable[[Seal], bool]
"""Whether a registered key made a signature value over its SignedInfo, whatever that says."""


def open_large(text: Text, signed: Signed) -> Envelope:
    """The envelope in a large text; otherwise as open_request.

    Raises, besides what that raises, NOT_AUTHENTIC where no registered key signed, and XML_LIMIT where the signature
    is not plain: only the last child of Message, which declares its own namespace, can be found without parsing.
    """
    parted = cut(text.data, text.start, near=max(text.start, len(text.data) - SIGNATURE_BYTES_MAX))
    if parted is None:
        raise ProtocolError(
            Code.XML_LIMIT,
            Detail(
                rule="elements",
                value=str(ELEMENTS_MAX),
                zh="元素更多的报文，其ds:Signature须为Message的最后一个子元素，并自行声明命名空间",
                en="of a message with more elements, ds:Signature must be the last child of Message and declare its "
                "own namespace",
            ),
        )
    rest, seal = parted
    if not signed(seal):
        raise ProtocolError(Code.NOT_AUTHENTIC)
    pieced = canonical_in_pieces(rest)
    if pieced is None:
        root = parse(rest)
        form = canonical(root)
    else:
        form, root = pieced

    def known(root: _Element) -> Seal:
        check_shape(root, list(root))
        return seal

    try:
        found = plain(root, checked(form), text, seal)
    except ProtocolError:
        found = None
    return found or opened(root, text, known, lambda _: form)
