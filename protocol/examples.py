"""The parties of every example and what they act on: a demo site holds these, so that each is accepted there."""

from datetime import date
from typing import Final, NamedTuple

from protocol.names import bank_code_check_digit

DAY: Final = date(2026, 11, 2)
"""The day on which every example is written: a site made on another day has the dates in them moved by as many days."""

CUSTOMER: Final = "C00000001"
CUSTOMER_NAME: Final = "北京晨星贸易有限公司"
OTHER_CUSTOMER: Final = "C00000002"
ENTERING_CLIENT: Final = "erp01"
APPROVING_CLIENT: Final = "mgr01"
ADMINISTERING_CLIENT: Final = "mgr01"
SECOND_ADMINISTERING_CLIENT: Final = "c2mgr02"
"""An administrator of the other customer, where what one changes waits for the word of another."""

# The customer's own accounts, and one of another customer at the same bank.
PAYER_ACCOUNT: Final = "11010100000000001"
SECOND_ACCOUNT: Final = "11010100000000002"
PAYEE_ACCOUNT: Final = "11010100000000101"
PAYEE_NAME: Final = "上海远航物流有限公司"
# An account that the other customer offers to the first.
OFFERED_ACCOUNT: Final = "11010100000000102"

# A bank of the class of city commercial banks in Beijing that does not exist.
BANK_CODE: Final = "31310009999" + bank_code_check_digit("31310009999")

# A payee at another bank, of the class of joint-stock banks in Shanghai, that does not exist either.
FOREIGN_NAME: Final = "苏州精工机械有限公司"
FOREIGN_BANK_CODE: Final = "30929009999" + bank_code_check_digit("30929009999")

# What a demo site holds already, by request id: each example that acts on something has one that no other acts on.
TO_DECIDE: Final = "EXAMPLE-WAITING-1"
TO_NAME: Final = "EXAMPLE-WAITING-2"
TO_CANCEL: Final = "EXAMPLE-WAITING-3"
REJECTED: Final = "EXAMPLE-REJECTED-1"
BATCH: Final = "EXAMPLE-BATCH-1"
PAYROLL: Final = "EXAMPLE-PAYROLL-1"
RECURRING: Final = "EXAMPLE-RECURRING-1"
TO_END: Final = "EXAMPLE-RECURRING-2"
CHANGE: Final = "EXAMPLE-CHANGE-1"
"""An administration message of the other customer that waits for its second administrator."""

TO_DECIDE_DIGEST: Final = "591d50f026c9187d8426d576498025f709f90ef26bafd9765c9f82c08fbd3bc1"
"""What ListPending shows of it as its digest: SHA-256 of its content, in which no time stands."""
NEXT_ACTOR: Final = "AUT01"
"""An operator who may take the next step of what waits."""
CHANGE_DIGEST: Final = "344b6834045d4ff747a3ced85e1c80b643d07c10c2229ab7d6c1632a4b106901"
"""As TO_DECIDE_DIGEST, of the change."""

# What administrators keep: operators to act on, modes and flows.
TO_CHANGE: Final = "CLERK01"
TO_FREEZE: Final = "CLERK02"
TO_UNFREEZE: Final = "CLERK03"
TO_DELETE: Final = "CLERK04"
NEW_OPERATOR: Final = "CLERK09"
MODE: Final = "BY-AMOUNT"
OLD_MODE: Final = "OLD-MODE"
OLD_FLOW: Final = "OLD-FLOW"


class Credential(NamedTuple):
    """A certificate in hand for an operator to come: its fingerprint, and itself as PEM."""

    fingerprint: str
    pem: str


CREDENTIALS: Final = (
    Credential(
        "5addba0370ed0d4d68c57783f712e84c28ea749dd6fecd82c7f61f475f6575f7",
        """\
-----BEGIN CERTIFICATE-----
MIIBcTCCARegAwIBAgIUECM9Pldet3GJDv7X+dnx7qXYWeUwCgYIKoZIzj0EAwIw
FzEVMBMGA1UEAwwMY3JlZGVudGlhbCAxMCAXDTI2MDEwMTAwMDAwMFoYDzIwNzYw
MTAxMDAwMDAwWjAXMRUwEwYDVQQDDAxjcmVkZW50aWFsIDEwWTATBgcqhkjOPQIB
BggqhkjOPQMBBwNCAAQfsqs8epie9JlexhzUvM0S9FZF2Nv8wTLYzLvKrVbZ4Vm9
NAwKT/itf6KE8gM92PKk2FqR0hZpMalUUTEK89eZoz8wPTAMBgNVHRMBAf8EAjAA
MA4GA1UdDwEB/wQEAwIGwDAdBgNVHQ4EFgQUWFQAPTr1eUh6MkJO2ZwnoFlHXfUw
CgYIKoZIzj0EAwIDSAAwRQIhAPNJRaWWl3vTFJdTLa7WfcSnGhyUTB8y69SbayJP
sR4mAiBqanyb/e7Zmxl4xzJOVn0tofyQZMrtalEfpYDGtAw3FA==
-----END CERTIFICATE-----
""",
    ),
    Credential(
        "b67c1f78ff57a072459f18f811442b4aafdcba127bdd49e93faeeed1d5bc1d03",
        """\
-----BEGIN CERTIFICATE-----
MIIBcTCCARegAwIBAgIUQZT+HI+v4F6i2lv2tXKOWFXZGJUwCgYIKoZIzj0EAwIw
FzEVMBMGA1UEAwwMY3JlZGVudGlhbCAyMCAXDTI2MDEwMTAwMDAwMFoYDzIwNzYw
MTAxMDAwMDAwWjAXMRUwEwYDVQQDDAxjcmVkZW50aWFsIDIwWTATBgcqhkjOPQIB
BggqhkjOPQMBBwNCAATadGYnDndMxhoJO4WFdI192iLVvgqbAvEet7aWvK5VUJOC
b6i5no532nKYp2sV9HBCsQBm12PSB6aPkuqb8Qn/oz8wPTAMBgNVHRMBAf8EAjAA
MA4GA1UdDwEB/wQEAwIGwDAdBgNVHQ4EFgQU4ai7tf9o6jSNIIQuOdaTIlz2u2Uw
CgYIKoZIzj0EAwIDSAAwRQIgHAK8mh+DGNRxhw9iru1rxw2JERKfwhGERXvHvDtP
B9MCIQCSRyHD+MyZMwRuWLsjUVZXPNxFsnyeY27DeWw0gLRyBw==
-----END CERTIFICATE-----
""",
    ),
)
"""In the supervisor's pool: one to be moved, one to be cancelled. Nobody has their private keys."""
