"""The clearing simulator: the centre (清算中心) and all other banks behind it, with a book of its own.

It speaks CNAPS2 messages over TCP with the one bank it is made for. What it does is decided by pure functions
(`intake`, `course`) on a `desk`; a `turn` does all that came and is due in one commit of the book; the `exchange` and
its `clerk` are the sockets and the thread around it. Keys are handed in.
"""
