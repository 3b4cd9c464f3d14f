"""What somebody who wrote a wrong bank code may have meant: codes that one slip of the pen turns into it.

MOD 11,10 finds every single wrong digit and nearly every exchange of two neighbours, but not which digit is wrong: so
the digit that would make the rest right is never told by itself. Only the directory can tell what was meant.
"""

from protocol.names import bank_code_valid


def slips(code: str) -> list[str]:
    """The codes with a right check digit that differ from these 12 digits in one, or by two neighbours exchanged."""
    wrong = {code[:at] + digit + code[at + 1 :] for at in range(len(code)) for digit in "0123456789"}
    exchanged = {code[:at] + code[at + 1] + code[at] + code[at + 2 :] for at in range(len(code) - 1)}
    return sorted(each for each in (wrong | exchanged) - {code} if bank_code_valid(each))
