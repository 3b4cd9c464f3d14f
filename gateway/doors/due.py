"""The place of one answer in the order of a connection's answers. Knows nothing of how it is found or sent."""


class Due:
    """`data` is None until the answer is known, `last` ends the connection.

    `size` counts the bytes of the message that is under way for it.
    """

    __slots__ = ("data", "last", "size")

    def __init__(self, data: bytes | None = None, *, size: int = 0) -> None:
        self.data = data
        self.last = False
        self.size = size
