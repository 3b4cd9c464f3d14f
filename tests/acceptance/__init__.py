"""A partner's acceptance of a running daemon, with standard tools and the promises of the command line."""
