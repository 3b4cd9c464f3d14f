"""Messages whose signature proves nothing about them: absent, foreign, broken, weak, moved, or over something else."""

import re
from collections.abc import Callable
from typing import Final

from conformance.cases.case import Case
from conformance.cases.forge import Forge, changed
from protocol.codes import Code
from signer.keys import SigningKey

_SIGNATURE: Final = re.compile(r"<ds:Signature .*</ds:Signature>", re.DOTALL)
_REFERENCE: Final = re.compile(r"<ds:Reference .*</ds:Reference>", re.DOTALL)
_TRANSFORM: Final = '<ds:Transform Algorithm="http://www.w3.org/2000/09/xmldsig#enveloped-signature"></ds:Transform>'
_RSA: Final = re.compile(r'(?<=<ds:SignatureMethod Algorithm=")[^"]*')


def _signed_by(choose: Callable[[Forge], SigningKey | None]) -> Callable[[Forge], str | None]:
    def make(forge: Forge) -> str | None:
        key = choose(forge)
        return None if key is None else forge.sealed(forge.unsigned(forge.transfer()), key)

    return make


def _method(uri: str) -> Callable[[Forge], str]:
    return lambda forge: _RSA.sub(uri, forge.right(), count=1)


def _parts(text: str) -> tuple[str, str]:
    """A signed message without its signature, and the signature."""
    found = _SIGNATURE.search(text)
    assert found is not None
    return text.replace(found[0], ""), found[0]


def _moved_first(forge: Forge) -> str:
    message, signature = _parts(forge.right())
    return changed(message, "<Head>", f"{signature}<Head>")


def _moved_into_body(forge: Forge) -> str:
    message, signature = _parts(forge.right())
    return changed(message, "</Body>", f"{signature}</Body>")


def _wrapped(forge: Forge) -> str:
    """A Message whose body is the signed one, with its signature outside."""
    message, signature = _parts(forge.right())
    return forge.unsigned(message).removesuffix("</Message>") + f"{signature}</Message>"


def _beside(forge: Forge) -> str:
    """Another transfer in front of the signed Message, in one body."""
    message, signature = _parts(forge.right())
    outer = forge.unsigned(forge.transfer(amount=10_000_000))
    return changed(outer, "</Body></Message>", f"{message}</Body>{signature}</Message>")


def _carried_over(forge: Forge) -> str:
    """The signature of one message under another."""
    _, signature = _parts(forge.right())
    return changed(forge.unsigned(forge.transfer(amount=10_000_000)), "</Message>", f"{signature}</Message>")


def _twice(forge: Forge) -> str:
    message, signature = _parts(forge.right())
    return changed(message, "</Message>", f"{signature}{signature}</Message>")


def _second_reference(forge: Forge) -> str:
    text = forge.right()
    found = _REFERENCE.search(text)
    assert found is not None
    return changed(text, found[0], found[0] * 2)


def _named_otherwise(**head: str) -> Callable[[Forge], str]:
    def make(forge: Forge) -> str:
        return forge.sealed(
            forge.unsigned(forge.transfer(), customer=head.get("customer"), operator=head.get("operator"))
        )

    return make


SEALS: Final = (
    Case("no signature", Code.SIGNATURE_MISSING, lambda forge: forge.unsigned(forge.transfer())),
    Case("a certificate never registered", Code.NOT_AUTHENTIC, _signed_by(lambda forge: forge.keys.stranger)),
    Case("another customer's certificate", Code.NOT_AUTHENTIC, _signed_by(lambda forge: forge.keys.other)),
    Case("another operator's certificate", Code.NOT_AUTHENTIC, _signed_by(lambda forge: forge.keys.approver)),
    Case("a revoked certificate", Code.NOT_AUTHENTIC, _signed_by(lambda forge: forge.keys.revoked)),
    Case("an expired certificate", Code.NOT_AUTHENTIC, _signed_by(lambda forge: forge.keys.expired)),
    Case("an unknown customer", Code.NOT_AUTHENTIC, _named_otherwise(customer="C99999999")),
    Case("an unknown operator", Code.NOT_AUTHENTIC, _named_otherwise(operator="NOBODY")),
    Case(
        "an altered amount",
        Code.NOT_AUTHENTIC,
        lambda forge: changed(forge.right(), ">0.01<", ">100000.00<"),
        details=1,
    ),
    Case("an altered head", Code.NOT_AUTHENTIC, lambda forge: changed(forge.right(), ">zh<", ">en<")),
    Case("another message's signature", Code.NOT_AUTHENTIC, _carried_over),
    Case("a signed message wrapped in another", Code.NOT_AUTHENTIC, _wrapped),
    Case("a signed message beside another body", Code.ENVELOPE_SHAPE, _beside),
    Case("the signature first", Code.SIGNATURE_SHAPE, _moved_first),
    Case("the signature inside the body", Code.SIGNATURE_MISSING, _moved_into_body),
    Case("two signatures", Code.SIGNATURE_SHAPE, _twice),
    Case("a second reference", Code.SIGNATURE_SHAPE, _second_reference),
    Case("a third transform", Code.SIGNATURE_SHAPE, lambda forge: changed(forge.right(), _TRANSFORM, _TRANSFORM * 2)),
    Case(
        "a reference to a part",
        Code.SIGNATURE_SHAPE,
        lambda forge: changed(forge.right(), 'Reference URI=""', 'Reference URI="#part"'),
    ),
    Case("RSA with SHA-1", Code.SIGNATURE_ALGORITHM, _method("http://www.w3.org/2000/09/xmldsig#rsa-sha1")),
    Case("HMAC", Code.SIGNATURE_ALGORITHM, _method("http://www.w3.org/2001/04/xmldsig-more#hmac-sha256")),
    Case("an algorithm nobody knows", Code.SIGNATURE_ALGORITHM, _method("urn:example:unknown")),
)
"""No signature, somebody else's, a broken one, one of another shape."""
