"""What bank staff keep in the register: customers, operators, certificates and attached accounts.

Every function takes the connection of a transaction that its caller commits, and every change raises the register's
version in that same transaction, by which running processes notice it. Knows no command line, no socket and no key
beyond what a certificate shows.
"""
