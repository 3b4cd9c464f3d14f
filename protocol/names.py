"""Rules for the names of banks and account holders: the check digit of a bank code and when two names are the same."""

import re
import unicodedata
from typing import Final

_BANK_CODE: Final = re.compile(r"[0-9]{12}")
_SPACES: Final = r" \xA0\u1680\u2000-\u200A\u202F\u205F\u3000"
_NEVER: Final = (
    r"\u200B-\u200F\x00-\x1F\x7F-\x9F\xAD\u061C\u180E\u2028-\u202E\u2060-\u206F\uD800-\uDFFF\uFDD0-\uFDEF"
    r"\uFEFF\uFFF9-\uFFFB\uFFFE\uFFFF\U000E0000-\U000E007F"
)
_PRINTABLE: Final = re.compile(rf"[^{_SPACES}{_NEVER}]+(?:[{_SPACES}]+[^{_SPACES}{_NEVER}]+)*")
_DOTS: Final = "\u00b7\u2022\u2027\u22c5\u30fb"
_DASHES: Final = "\u2014\u2015"
_OPENING: Final = "[{\u3014\u3010\u3016\u2985"
_CLOSING: Final = "]}\u3015\u3011\u3017\u2986"
_FOLD: Final = str.maketrans(
    dict.fromkeys(_DOTS, "\u00b7")
    | dict.fromkeys(_DASHES, "\u2014")
    | dict.fromkeys(_OPENING, "(")
    | dict.fromkeys(_CLOSING, ")")
)


def bank_code_valid(code: str) -> bool:
    """Whether `code` is 12 ASCII digits whose last is the ISO 7064 MOD 11,10 check digit of the first 11."""
    if _BANK_CODE.fullmatch(code) is None:
        return False
    return code[11] == bank_code_check_digit(code[:11])


def bank_code_check_digit(eleven: str) -> str:
    """The ISO 7064 MOD 11,10 check digit (clause 9) of eleven digits: class, area and branch of a bank."""
    product = 10
    for digit in eleven:
        total = (product + int(digit)) % 10
        product = (total or 10) * 2 % 11
    return str((11 - product) % 10)


def printable(text: str) -> bool:
    """Whether it is text as messages may hold it (PrintableText): no space outside, nothing unseen, not empty."""
    return _PRINTABLE.fullmatch(text) is not None


def folded_name(name: str) -> str:
    """The form in which holder names are compared: width, brackets, middle dots and dashes folded, white space gone.

    Encodings disagree on which middle dot and which dash a byte pair means, and input methods on width;
    none of these tells two holders apart.
    """
    return "".join(unicodedata.normalize("NFKC", name.translate(_FOLD)).translate(_FOLD).split())


def same_name(one: str, other: str) -> bool:
    """Whether two holder names are the same once folded; an empty name is the same as no other."""
    if one == other:
        return bool(one)
    return (folded := folded_name(one)) != "" and folded == folded_name(other)
