"""The corpus of attacks on signed XML, named after the attack, with the code each gets; harmless ways of writing."""

import re
from dataclasses import dataclass

from protocol.codes import Code
from tests.protocol import helpers
from tests.protocol.helpers import DS, EXCLUSIVE

GOOD = helpers.sealed(helpers.request())
SIGNATURE = GOOD[GOOD.index("<ds:Signature") : GOOD.index("</Message>")]
INFO = SIGNATURE[SIGNATURE.index("<ds:SignedInfo>") : SIGNATURE.index("<ds:SignatureValue>")]
REFERENCE = INFO[INFO.index("<ds:Reference") : INFO.index("</ds:SignedInfo>")]
TRANSFORMS = REFERENCE[REFERENCE.index("<ds:Transforms>") : REFERENCE.index("<ds:DigestMethod")]
KEY_INFO = SIGNATURE[SIGNATURE.index("<ds:KeyInfo>") : SIGNATURE.index("</ds:Signature>")]
UNSIGNED = GOOD.replace(SIGNATURE, "")
EXC_TRANSFORM = f'<ds:Transform Algorithm="{EXCLUSIVE}"></ds:Transform>'
ENV_TRANSFORM = f'<ds:Transform Algorithm="{DS}enveloped-signature"></ds:Transform>'
EVIL = UNSIGNED.replace("1234.50", "9999.99")


def change(old: str, new: str, *, count: int = 1) -> str:
    """The good message with one thing changed; the old must be there."""
    assert old in GOOD, old
    return GOOD.replace(old, new, count)


def transforms(*algorithms: str) -> str:
    """The good message with other transforms."""
    inner = "".join(f'<ds:Transform Algorithm="{uri}"></ds:Transform>' for uri in algorithms)
    return change(TRANSFORMS, f"<ds:Transforms>{inner}</ds:Transforms>")


def key_info(inner: str) -> str:
    """The good message with other key information."""
    return change(KEY_INFO, f"<ds:KeyInfo>{inner}</ds:KeyInfo>")


@dataclass(frozen=True, slots=True)
class Vector:
    """One attack: its name, the message, and the code of its refusal."""

    name: str
    message: str | bytes
    code: Code


def entity(doctype: str) -> str:
    """The good message behind a document type, with an entity used in the purpose."""
    return doctype + change("货款", "&x;")


FORBIDDEN, SHAPE, ALGORITHM = Code.XML_FORBIDDEN, Code.SIGNATURE_SHAPE, Code.SIGNATURE_ALGORITHM
ENVELOPE, MALFORMED, MISSING = Code.ENVELOPE_SHAPE, Code.XML_NOT_WELL_FORMED, Code.SIGNATURE_MISSING

VECTORS = [
    Vector("X1 file", entity('<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/hostname">]>'), FORBIDDEN),
    Vector("X1 http", entity('<!DOCTYPE a [<!ENTITY x SYSTEM "http://127.0.0.1:9/">]>'), FORBIDDEN),
    Vector("X1 parameter", entity('<!DOCTYPE a [<!ENTITY % p SYSTEM "http://127.0.0.1:9/"> %p;]>'), FORBIDDEN),
    Vector("X1 undeclared entity", change("货款", "&x;"), MALFORMED),
    Vector("X2 laughs", entity('<!DOCTYPE a [<!ENTITY y "ha"><!ENTITY x "&y;&y;">]>'), FORBIDDEN),
    Vector("X2 small quadratic", entity(f'<!DOCTYPE a [<!ENTITY x "{"a" * 4000}">]>'), FORBIDDEN),
    Vector("X3 external DTD", '<!DOCTYPE Message SYSTEM "http://127.0.0.1:9/x.dtd">' + GOOD, FORBIDDEN),
    Vector("X3 default attribute", '<!DOCTYPE Message [<!ATTLIST Head Id CDATA "evil">]>' + GOOD, FORBIDDEN),
    Vector(
        "X3 doctype in GB18030",
        ('<?xml version="1.0" encoding="GB18030"?><!DOCTYPE a>' + GOOD).encode("gb18030"),
        FORBIDDEN,
    ),
    Vector("X4 stylesheet", GOOD.replace("<Head>", '<?xml-stylesheet href="x"?><Head>'), FORBIDDEN),
    Vector("X4 other PI", change("<Head>", "<?php x?><Head>"), FORBIDDEN),
    Vector("X5 XSLT", transforms(f"{DS}enveloped-signature", "http://www.w3.org/TR/1999/REC-xslt-19991116"), SHAPE),
    Vector("X5 XPath", transforms(f"{DS}enveloped-signature", "http://www.w3.org/TR/1999/REC-xpath-19991116"), SHAPE),
    Vector("X5 base64", transforms(f"{DS}enveloped-signature", f"{DS}base64"), SHAPE),
    Vector("X5 unknown", transforms(f"{DS}enveloped-signature", "urn:nonsense"), SHAPE),
    Vector("X5 none", change(TRANSFORMS, ""), SHAPE),
    Vector("X5 empty", transforms(), SHAPE),
    Vector("X5 one", transforms(f"{DS}enveloped-signature"), SHAPE),
    Vector("X5 other order", transforms(EXCLUSIVE, f"{DS}enveloped-signature"), SHAPE),
    Vector("X5 three", transforms(f"{DS}enveloped-signature", EXCLUSIVE, EXCLUSIVE), SHAPE),
    Vector("X5 parameter", change(EXC_TRANSFORM, EXC_TRANSFORM.replace("></", "><x/></")), SHAPE),
    Vector("X6 signature first", UNSIGNED.replace("<Head>", f"{SIGNATURE}<Head>"), SHAPE),
    Vector("X6 signature between", UNSIGNED.replace("<Body>", f"{SIGNATURE}<Body>"), SHAPE),
    Vector("X6 signature in Head", UNSIGNED.replace("</Head>", f"{SIGNATURE}</Head>"), MISSING),
    Vector("X6 signature in Body", UNSIGNED.replace("</Body>", f"{SIGNATURE}</Body>"), MISSING),
    Vector(
        "X6 signed copy in Object",
        EVIL.replace(
            "</Message>",
            SIGNATURE.replace("</ds:Signature>", f"<ds:Object>{UNSIGNED}</ds:Object></ds:Signature>") + "</Message>",
        ),
        SHAPE,
    ),
    Vector("X6 signed copy under evil", EVIL.replace("</Message>", f"{GOOD}</Message>"), MISSING),
    Vector(
        "X6 signed copy beside evil",
        EVIL.replace("</Message>", f"<Extensions>{UNSIGNED}</Extensions>{SIGNATURE}</Message>"),
        ENVELOPE,
    ),
    Vector(
        "X6 signed copy in evil Head",
        EVIL.replace("<Head>", f"{UNSIGNED}<Head>").replace("</Body></Message>", f"</Body>{SIGNATURE}</Message>", 2),
        ENVELOPE,
    ),
    Vector("X6 wrapped root", f"<Wrapper>{GOOD}</Wrapper>", ENVELOPE),
    Vector(
        "X6 signature as root",
        SIGNATURE.replace("</ds:Signature>", f"<ds:Object>{UNSIGNED}</ds:Object></ds:Signature>"),
        ENVELOPE,
    ),
    Vector("X6 two Bodies", change("</Body>", f"</Body><Body>{helpers.body()}</Body>"), ENVELOPE),
    Vector("X6 two elements in Body", change("</Body>", f"{helpers.body('QueryAccounts')}</Body>"), ENVELOPE),
    Vector("X7 reference by Id", change('<ds:Reference URI="">', '<ds:Reference URI="#head">'), SHAPE),
    Vector("X7 reference by XPointer", change('<ds:Reference URI="">', '<ds:Reference URI="#xpointer(/)">'), SHAPE),
    Vector("X7 no URI", change('<ds:Reference URI="">', "<ds:Reference>"), SHAPE),
    Vector("X8 Id on Signature", change("<ds:Signature ", '<ds:Signature Id="s" '), SHAPE),
    Vector("X8 Id on SignedInfo", change("<ds:SignedInfo>", '<ds:SignedInfo Id="s">'), SHAPE),
    Vector("X8 Id on Reference", change('<ds:Reference URI="">', '<ds:Reference Id="r" URI="">'), SHAPE),
    Vector("X9 comment in amount", change("1234.50", "1<!-- -->234.50"), FORBIDDEN),
    Vector("X9 CDATA in amount", change("1234.50", "<![CDATA[1]]>234.50"), FORBIDDEN),
    Vector("X9 PI in amount", change("1234.50", "1<?x?>234.50"), FORBIDDEN),
    Vector("X9 comment in digest", change("<ds:DigestValue>", "<ds:DigestValue><!-- -->"), FORBIDDEN),
    Vector("X10 two references", change(REFERENCE, REFERENCE * 2), SHAPE),
    Vector("X10 51 references", change(REFERENCE, REFERENCE * 51), SHAPE),
    Vector("X10 no reference", change(REFERENCE, ""), SHAPE),
    Vector("X10 Manifest", change('<ds:Reference URI="">', f'<ds:Reference Type="{DS}Manifest" URI="">'), SHAPE),
    Vector("X10 Object", change("</ds:Signature>", "<ds:Object></ds:Object></ds:Signature>"), SHAPE),
    Vector("X10 two signatures", change(SIGNATURE, SIGNATURE * 2), SHAPE),
    Vector("X10 nested signature", change("<Purpose>", f"{SIGNATURE}<Purpose>"), SHAPE),
    Vector("X10 no signature", UNSIGNED, MISSING),
    Vector("X11 RSA-SHA1", change(helpers.RSA, f"{DS}rsa-sha1"), ALGORITHM),
    Vector("X11 HMAC", change(helpers.RSA, "http://www.w3.org/2001/04/xmldsig-more#hmac-sha256"), ALGORITHM),
    Vector("X11 DSA", change(helpers.RSA, f"{DS}dsa-sha1"), ALGORITHM),
    Vector("X11 RSA-SHA512", change(helpers.RSA, "http://www.w3.org/2001/04/xmldsig-more#rsa-sha512"), ALGORITHM),
    Vector("X11 empty", change(helpers.RSA, ""), ALGORITHM),
    Vector("X11 digest SHA-1", change("http://www.w3.org/2001/04/xmlenc#sha256", f"{DS}sha1"), ALGORITHM),
    Vector(
        "X11 SM3 with RSA", change("http://www.w3.org/2001/04/xmlenc#sha256", "urn:oid:1.2.156.10197.1.401"), ALGORITHM
    ),
    Vector("X11 SHA-256 with SM2", change(helpers.RSA, "urn:oid:1.2.156.10197.1.501"), ALGORITHM),
    Vector(
        "X11 HMACOutputLength",
        re.sub(r"(<ds:SignatureMethod [^>]*>)", r"\1<ds:HMACOutputLength>1</ds:HMACOutputLength>", GOOD),
        SHAPE,
    ),
    Vector("X11 RSA value as ECDSA", change(helpers.RSA, helpers.ECDSA), SHAPE),
    Vector("X11 short RSA value", re.sub(r"(?<=<ds:SignatureValue>)[^<]*", "WlpaWg==", GOOD), SHAPE),
    Vector("X11 value no Base64", re.sub(r"(?<=<ds:SignatureValue>)[^<]*", "WlpaW", GOOD), SHAPE),
    Vector("X11 empty value", re.sub(r"(?<=<ds:SignatureValue>)[^<]*", "", GOOD), SHAPE),
    Vector("X11 short digest", re.sub(r"(?<=<ds:DigestValue>)[^<]*", "WlpaWg==", GOOD), SHAPE),
    Vector("X12 KeyValue", key_info("<ds:KeyValue><ds:RSAKeyValue></ds:RSAKeyValue></ds:KeyValue>"), SHAPE),
    Vector(
        "X12 KeyValue beside certificate", change("<ds:X509Data>", "<ds:KeyValue></ds:KeyValue><ds:X509Data>"), SHAPE
    ),
    Vector(
        "X12 two certificates",
        change("<ds:X509Certificate>", "<ds:X509Certificate>AA==</ds:X509Certificate><ds:X509Certificate>"),
        SHAPE,
    ),
    Vector("X12 KeyName and certificate", change("<ds:X509Data>", "<ds:KeyName>x</ds:KeyName><ds:X509Data>"), SHAPE),
    Vector(
        "X12 issuer and serial",
        key_info("<ds:X509Data><ds:X509IssuerSerial></ds:X509IssuerSerial></ds:X509Data>"),
        SHAPE,
    ),
    Vector("X12 no KeyInfo", change(KEY_INFO, ""), SHAPE),
    Vector("X12 empty KeyInfo", key_info(""), SHAPE),
    Vector("X12 KeyInfo with Id", change("<ds:KeyInfo>", '<ds:KeyInfo Id="k">'), SHAPE),
    Vector(
        "X13 RetrievalMethod", key_info('<ds:RetrievalMethod URI="http://127.0.0.1:9/"></ds:RetrievalMethod>'), SHAPE
    ),
    Vector(
        "X13 external reference", change('<ds:Reference URI="">', '<ds:Reference URI="http://127.0.0.1:9/">'), SHAPE
    ),
    Vector("X13 file reference", change('<ds:Reference URI="">', '<ds:Reference URI="file:///etc/hostname">'), SHAPE),
    Vector(
        "X14 with comments", change(EXC_TRANSFORM, EXC_TRANSFORM.replace(EXCLUSIVE, f"{EXCLUSIVE}WithComments")), SHAPE
    ),
    Vector(
        "X14 inclusive",
        change(EXC_TRANSFORM, EXC_TRANSFORM.replace(EXCLUSIVE, "http://www.w3.org/TR/2001/REC-xml-c14n-20010315")),
        SHAPE,
    ),
    Vector(
        "X14 SignedInfo inclusive",
        change(
            f'<ds:CanonicalizationMethod Algorithm="{EXCLUSIVE}">',
            '<ds:CanonicalizationMethod Algorithm="http://www.w3.org/2006/12/xml-c14n11">',
        ),
        SHAPE,
    ),
    Vector(
        "X14 prefix list",
        change(
            EXC_TRANSFORM,
            EXC_TRANSFORM.replace(
                "></", f'><ec:InclusiveNamespaces xmlns:ec="{EXCLUSIVE}" PrefixList="ds"></ec:InclusiveNamespaces></'
            ),
        ),
        SHAPE,
    ),
    Vector("X15 relative namespace", change("<Purpose>", '<q:x xmlns:q="1"></q:x><Purpose>'), FORBIDDEN),
    Vector(
        "X15 relative namespace in Signature",
        change("<ds:SignedInfo>", '<ds:SignedInfo xmlns:q="1" q:a="">'),
        FORBIDDEN,
    ),
    Vector("X16 ds bound elsewhere", change(f'xmlns:ds="{DS}"', 'xmlns:ds="urn:other"'), MISSING),
    Vector("X16 ds rebound inside", change("<ds:SignatureValue>", '<ds:SignatureValue xmlns:ds="urn:other">'), SHAPE),
    Vector(
        "X16 other prefix inside",
        change("<ds:SignedInfo>", f'<d2:SignedInfo xmlns:d2="{DS}">').replace("</ds:SignedInfo>", "</d2:SignedInfo>"),
        SHAPE,
    ),
    Vector(
        "X16 attribute in ds namespace", change('<ds:Reference URI="">', '<ds:Reference URI="" ds:URI="#x">'), SHAPE
    ),
    Vector("X16 envelope in no namespace", GOOD.replace(' xmlns="urn:yinqi:envelope:1"', ""), ENVELOPE),
    Vector("X16 envelope of another version", GOOD.replace("urn:yinqi:envelope:1", "urn:yinqi:envelope:2"), ENVELOPE),
    Vector("X16 unbound prefix", change("<Purpose>", "<q:Purpose>").replace("</Purpose>", "</q:Purpose>"), MALFORMED),
    Vector("X17 UTF-16", GOOD.encode("utf-16"), Code.ENCODING_UNSUPPORTED),
    Vector("X17 UTF-7", b'<?xml version="1.0" encoding="UTF-7"?>' + GOOD.encode("utf-7"), Code.ENCODING_UNSUPPORTED),
    Vector("X17 GBK as UTF-8", GOOD.encode("gbk"), Code.ENCODING_INVALID),
    Vector("X17 overlong", GOOD.encode().replace("货".encode(), b"\xc0\xbc"), Code.ENCODING_INVALID),
    Vector("X17 surrogate", GOOD.encode().replace("货".encode(), b"\xed\xa0\x80"), Code.ENCODING_INVALID),
    Vector("X18 NUL", GOOD.encode().replace("货".encode(), b"\0"), FORBIDDEN),
    Vector("X18 NUL by reference", change("货款", "&#0;"), MALFORMED),
    Vector("X18 C0", change("货款", "\x01"), MALFORMED),
    Vector("X19 deep", change("货款", "<a>" * 40 + "</a>" * 40), Code.XML_LIMIT),
    Vector("X19 very deep", change("货款", "<a>" * 2000 + "</a>" * 2000), MALFORMED),
    Vector(
        "X19 attributes",
        change("<Purpose>", "<Purpose " + " ".join(f'a{n}=""' for n in range(20001)) + ">"),
        Code.XML_LIMIT,
    ),
    Vector("X19 long name", change("<Purpose>", f"<{'n' * 60000}></{'n' * 60000}><Purpose>"), MALFORMED),
    Vector("X19 siblings", change("货款", "<a/>" * 20001), Code.XML_LIMIT),
    Vector(
        "X24 xsi:type",
        change("<Amount>", '<Amount xmlns:i="http://www.w3.org/2001/XMLSchema-instance" i:type="x">'),
        FORBIDDEN,
    ),
    Vector(
        "X24 xsi by reference",
        change("<Amount>", '<Amount xmlns:i="http://www.w3.org/2001/XMLSchema&#45;instance" i:nil="true">'),
        FORBIDDEN,
    ),
    Vector(
        "X24 schemaLocation",
        change("<Message ", '<Message xmlns:i="http://www.w3.org/2001/XMLSchema-instance" i:schemaLocation="a b" '),
        FORBIDDEN,
    ),
]


def _one_prefix(message: str) -> str:
    """The envelope under a prefix of its own, Head and Body declaring the default namespace anew."""
    envelope = 'xmlns="urn:yinqi:envelope:1"'
    renamed = message.replace("<Message xmlns=", "<e:Message xmlns:e=").replace("</Message>", "</e:Message>")
    return renamed.replace("<Head>", f"<Head {envelope}>").replace("<Body>", f"<Body {envelope}>")


def _declared_above(message: str) -> str:
    """The signature's namespace declared on Message, not on Signature."""
    moved = message.replace(f'<ds:Signature xmlns:ds="{DS}">', "<ds:Signature>")
    return moved.replace("<Message ", f'<Message xmlns:ds="{DS}" ')


def _lines(message: str, end: str) -> str:
    """The Base64 of the signature value in lines, each with this end."""
    return re.sub(
        r"(?<=<ds:SignatureValue>)[^<]*", lambda found: re.sub(r"(.{64})", rf"\1{end}", found.group()), message
    )


# What libraries make of the same signature; xmlsec1, the JDK and .NET are among them.
WAYS: dict[str, str] = {
    "one tag": GOOD.replace('"></ds:CanonicalizationMethod>', '"/>').replace('"></ds:Transform>', '" />'),
    "indented": re.sub(r'(?<!")><', ">\n  <", GOOD),
    "carriage returns": re.sub(r'(?<!")><', ">\r\n<", GOOD),
    "default namespace": GOOD.replace("ds:", "").replace("xmlns:ds", "xmlns"),
    "other prefix": GOOD.replace("ds:", "dsig:").replace("xmlns:ds=", "xmlns:dsig="),
    "space at the end": GOOD.replace("</Message>", "\n</Message>\n"),
    "declared above": _declared_above(GOOD),
    "prefixed envelope": _one_prefix(GOOD),
    "lines": _lines(GOOD, "\n"),
    "lines with references": _lines(GOOD, "&#13;\n"),
    "key name": re.sub(r"<ds:X509Data>.*</ds:X509Data>", f"<ds:KeyName>{'ab' * 32}</ds:KeyName>", GOOD),
}
