"""The ways in: TCP, HTTP, operations. Doors move bytes and keep limits; they never look inside a message."""
