"""Control of a site: who owns it, what may be asked of it, and the socket by which a running daemon is asked.

Nothing here knows how a command line is written or how an answer is shown.
"""
