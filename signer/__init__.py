"""Keys and trust: bytes in, signatures out; this room never sees XML, a socket or a database."""
