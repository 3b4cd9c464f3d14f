"""The byte gate: encodings by declaration, decoded once; what no parser of ours is to see is refused before it."""

import subprocess

import pytest
from hypothesis import given
from hypothesis import strategies as st

from protocol import disputed
from protocol.codes import Code
from protocol.limits import ATTRIBUTES_MAX, ELEMENTS_MAX, MESSAGE_BYTES_MAX, NAMESPACES_MAX
from protocol.text import read, write
from protocol.tree import parse
from tests.protocol import helpers
from tests.support.need import need

DISPUTED = sorted(disputed.CODE_POINTS)


def refusal(data: bytes) -> Code:
    """The code that the byte gate refuses data with."""
    return helpers.fault_of(lambda: read(data)).code


@pytest.mark.parametrize("name", ["UTF-8", "utf-8", "GB18030", "gbk", "GBK", "GB2312"])
def test_the_declared_encoding_is_the_one_that_is_used(name: str) -> None:
    """The text comes out as UTF-8 without declaration, the encoding by its own name."""
    found = read(f'<?xml version="1.0" encoding="{name}"?>\n<a>买提 货款</a>'.encode(name))

    assert found.utf8 == "\n<a>买提 货款</a>".encode()
    assert found.encoding == name.upper()


@pytest.mark.parametrize("start", ["", "\ufeff", '<?xml version="1.0"?>', "<?xml version='1.0' standalone='yes' ?>"])
def test_without_an_encoding_it_is_utf_8(start: str) -> None:
    """So says XML 1.0, 4.3.3; a byte order mark of UTF-8 may be there."""
    assert read(f"{start}<a>货款</a>".encode()).utf8 == "<a>货款</a>".encode()


@pytest.mark.parametrize(("name", "text"), [("GB2312", "买・提―"), ("GBK", "买·提—"), ("GB18030", "买·提—")])
def test_the_same_bytes_mean_what_their_own_table_says(name: str, text: str) -> None:
    """A1A4 and A1AA are read by GB2312's table or GBK's, whichever was declared."""
    data = f'<?xml version="1.0" encoding="{name}"?><a>'.encode() + b"\xc2\xf2\xa1\xa4\xcc\xe1\xa1\xaa</a>"

    assert read(data).utf8 == f"<a>{text}</a>".encode()


def test_gb2312_that_does_not_decode_is_gb18030() -> None:
    """Senders who say GB2312 often mean its supersets: 镕 is in none but those."""
    found = read('<?xml version="1.0" encoding="GB2312"?><a>朱镕基·</a>'.encode("gb18030"))

    assert found.utf8 == "<a>朱镕基·</a>".encode()
    assert found.encoding == "GB2312"


@pytest.mark.parametrize(
    ("data", "code"),
    [
        ("<a/>".encode("utf-16"), Code.ENCODING_UNSUPPORTED),
        ("<a/>".encode("utf-16-be"), Code.ENCODING_UNSUPPORTED),
        ("<a/>".encode("utf-16-le"), Code.ENCODING_UNSUPPORTED),
        ("<a/>".encode("utf-32"), Code.ENCODING_UNSUPPORTED),
        ("<a/>".encode("utf-32-be"), Code.ENCODING_UNSUPPORTED),
        (b'<?xml version="1.0" encoding="UTF-7"?>+ADw-a/+AD4-', Code.ENCODING_UNSUPPORTED),
        (b'<?xml version="1.0" encoding="UTF-16"?><a/>', Code.ENCODING_UNSUPPORTED),
        (b'<?xml version="1.0" encoding="ISO-8859-1"?><a/>', Code.ENCODING_UNSUPPORTED),
        (b'<?xml version="1.0" encoding="Big5"?><a/>', Code.ENCODING_UNSUPPORTED),
        (b'\xef\xbb\xbf<?xml version="1.0" encoding="GBK"?><a/>', Code.ENCODING_INVALID),
        ('<?xml version="1.0" encoding="UTF-8"?><a>货款</a>'.encode("gbk"), Code.ENCODING_INVALID),
        ("<a>货款</a>".encode("gb18030"), Code.ENCODING_INVALID),
        ("<?xml version='1.0' encoding='cp037'?><a/>".encode("cp037"), Code.ENCODING_INVALID),
        (b"<a>\xc0\xbc</a>", Code.ENCODING_INVALID),
        (b"<a>\xed\xa0\x80</a>", Code.ENCODING_INVALID),
        (b"<a>\xf4\x90\x80\x80</a>", Code.ENCODING_INVALID),
        ('<?xml version="1.0" encoding="GBK"?><a>\u20087</a>'.encode("gb18030"), Code.ENCODING_INVALID),
        (b'<?xml version="1.0" encoding="GB18030"?><a>\x81</a>', Code.ENCODING_INVALID),
        (b'<?xml version="1.1"?><a/>', Code.XML_NOT_WELL_FORMED),
        (b'<?xml version="1.0" encoding="UTF-8"<a/>', Code.XML_NOT_WELL_FORMED),
        (b'<?xml encoding="UTF-8" version="1.0"?><a/>', Code.XML_NOT_WELL_FORMED),
        (b"<?xml" + b" " * 1000 + b"?><a/>", Code.XML_NOT_WELL_FORMED),
        (b"<a>x\0</a>", Code.XML_FORBIDDEN),
        (b"<!DOCTYPE a><a/>", Code.XML_FORBIDDEN),
        (b"<!doctype a><a/>", Code.XML_FORBIDDEN),
        (b"<a><!-- x --></a>", Code.XML_FORBIDDEN),
        (b"<a><![CDATA[x]]></a>", Code.XML_FORBIDDEN),
        (b"<a><?pi x?></a>", Code.XML_FORBIDDEN),
        (b'<?xml-stylesheet href="x"?><a/>', Code.XML_NOT_WELL_FORMED),
        (b' <?xml version="1.0"?><a/>', Code.XML_FORBIDDEN),
        (b'<a xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"/>', Code.XML_FORBIDDEN),
        ('<?xml version="1.0" encoding="GB18030"?><!DOCTYPE a><a/>'.encode("gb18030"), Code.XML_FORBIDDEN),
        (b"x" * (MESSAGE_BYTES_MAX + 1), Code.MESSAGE_TOO_LARGE),
        (b"<a>" + b"<b/>" * ELEMENTS_MAX + b"</a>", Code.XML_LIMIT),
        (b"<a " + b'b="" ' * (ATTRIBUTES_MAX + 1) + b"/>", Code.XML_LIMIT),
        (b"<a " + b'xmlns:b ="" ' * (NAMESPACES_MAX + 1) + b"/>", Code.XML_LIMIT),
    ],
    ids=lambda value: value[:40].decode("ascii", "backslashreplace") if isinstance(value, bytes) else None,
)
def test_what_the_gate_refuses(data: bytes, code: Code) -> None:
    """Each with its own code, before a parser sees it."""
    assert refusal(data) is code


def test_the_limits_themselves_pass() -> None:
    """As many elements as allowed are read."""
    data = b"<a>" + b"<b/>" * (ELEMENTS_MAX - 1) + b"</a>"

    assert read(data).utf8 == data


def test_a_sign_that_only_looks_forbidden_passes() -> None:
    """Exclamation and question marks in text are text."""
    data = "<a>货款！ok? !-- ]]</a>".encode()

    assert read(data).utf8 == data


@pytest.mark.parametrize("point", DISPUTED, ids=lambda point: f"U+{point:04X}")
def test_disputed_bytes_are_refused_by_name_and_references_are_accepted(point: int) -> None:
    """The detail names the code point; the same character as a numeric reference passes, and we write it so."""
    head = b'<?xml version="1.0" encoding="GB18030"?><a>'
    error = helpers.fault_of(lambda: read(head + chr(point).encode("gb18030") + b"</a>"))
    referenced = read(head + f"&#x{point:X};</a>".encode())
    written = write(f"<a>{chr(point)}</a>", "GB18030")

    assert error.code is Code.ENCODING_DISPUTED
    assert f"U+{point:04X}" in (error.details[0].value or "")
    assert parse(referenced.utf8).text == chr(point)
    assert parse(read(written).utf8).text == chr(point)


def test_all_disputed_characters_of_a_message_are_named_at_once() -> None:
    """Each once, in order."""
    data = '<?xml version="1.0" encoding="GB18030"?><a>\ue7c7甲\u9fb4\ue7c7</a>'.encode("gb18030")

    assert len(helpers.fault_of(lambda: read(data)).details) == 2


def test_utf_8_may_hold_any_disputed_character() -> None:
    """Only tables dispute; UTF-8 has none."""
    data = "<a>\ue7c7\u9fb4</a>".encode()

    assert read(data).utf8 == data


def iconv_reads(data: list[bytes], encoding: str) -> list[str | None]:
    """What the C library's iconv makes of each byte sequence, None where it refuses."""
    done = subprocess.run(
        [need("iconv"), "-f", encoding, "-t", "UTF-8"], input=b"\n".join(data), capture_output=True, check=False
    )
    if done.returncode == 0:
        return [*done.stdout.decode("utf-8").split("\n")]
    if len(data) == 1:
        return [None]
    half = len(data) // 2
    return iconv_reads(data[:half], encoding) + iconv_reads(data[half:], encoding)


@pytest.mark.parametrize("encoding", ["GB2312", "GBK", "GB18030"])
def test_the_table_of_disputed_code_points_is_what_iconv_and_python_differ_on(encoding: str) -> None:
    """Every character of the encoding, as Python writes it, is read by iconv; the differences are the table."""
    rows = []
    for point in (*range(0x80, 0xD800), *range(0xE000, 0x30000)):
        try:
            rows.append((point, chr(point).encode(encoding)))
        except UnicodeEncodeError:
            continue
    differ = set()
    for start in range(0, len(rows), 5000):
        chunk = rows[start : start + 5000]
        read_back = iconv_reads([data for _, data in chunk], encoding)
        differ |= {point for (point, _), text in zip(chunk, read_back, strict=True) if text != chr(point)}

    assert differ == (disputed.CODE_POINTS if encoding == "GB18030" else set())


@given(st.text(st.characters(exclude_categories=["Cs", "Cc"])))
def test_gb18030_holds_every_text(text: str) -> None:
    """What is written in GB18030 is read back the same by the gate and the parser."""
    assert (parse(read(write(f"<a>{text.replace('&', '').replace('<', '')}</a>", "GB18030")).utf8).text or "") == (
        text.replace("&", "").replace("<", "")
    )
