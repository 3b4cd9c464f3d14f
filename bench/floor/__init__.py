"""The floor: what the machine allows for a signed transfer when each irreducible part is done alone, at full speed."""
