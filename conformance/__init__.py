"""What a partner runs against a gateway, a client and a command to send with; it sees what a partner sees."""
