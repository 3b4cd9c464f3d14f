"""Messages that a gateway must answer in one known way, as tables: how each is made, and what must come back."""
