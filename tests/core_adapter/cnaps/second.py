"""A second reader of CNAPS2 messages: byte offsets and ElementTree, written from the facts and not from the codec.

It trusts what it reads; it is there to say what a message says, so that a mistake of the codec is not made twice.
"""

import base64
import hashlib
import hmac
from collections.abc import Callable
from typing import Any, NamedTuple
from xml.etree import ElementTree as ET

Plain = dict[str, Any]

KEY = b"the key of the golden files"
HEAD = "GrpHdr/MsgId GrpHdr/CreDtTm GrpHdr/InstgPty GrpHdr/InstdPty GrpHdr/SysCd"
ANSWERED = "OrgnlGrpHdr/OrgnlMsgId OrgnlGrpHdr/OrgnlInstgPty"
ORIGINAL = "OrgnlTx/OrgnlInstgPty OrgnlTx/OrgnlMsgId OrgnlTx/OrgnlTxId"
RETURNED = "RtrInf/OrgnlInstgPty RtrInf/OrgnlMsgId RtrInf/OrgnlTxId RtrInf/RtrRsn RtrInf/RtrRsnInf"
OUTCOME = f"{ORIGINAL} Amt RspnInf/Sts RspnInf/RjctCd RspnInf/RjctInf RspnInf/NetgRnd RspnInf/SttlmDt"
SYSTEM = "SysCd SysSts SysDt"
MEMBER = "FinInstnId/ClrSysMmbId/MmbId"
PACS = (
    "GrpHdr/MsgId GrpHdr/CreDtTm GrpHdr/NbOfTxs GrpHdr/SttlmInf/SttlmMtd "
    f"GrpHdr/InstgAgt/{MEMBER} GrpHdr/InstdAgt/{MEMBER}"
)
PACS_CREDIT = (
    "PmtId/EndToEndId PmtId/TxId PmtTpInf/CtgyPurp/Prtry IntrBkSttlmAmt "
    f"Dbtr/Nm DbtrAcct/Id/Othr/Id DbtrAgt/{MEMBER} Cdtr/Nm CdtrAcct/Id/Othr/Id CdtrAgt/{MEMBER} "
    f"RmtInf/Ustrd {RETURNED}"
)
BEPS_CREDIT = f"EndToEndId TxId TxTp Amt DbtrNm DbtrAcct DbtrBk CdtrNm CdtrAcct CdtrBk Ustrd {RETURNED}"
IN_PACS = " ".join(f"CdtTrfTxInf/{path}" for path in PACS_CREDIT.split())
ORDER: dict[str, tuple[str, dict[str, str]]] = {
    "hvps.111.001.01": (f"{PACS} {IN_PACS}", {}),
    "ibps.101.001.01": (f"{PACS} {IN_PACS}", {}),
    "beps.121.001.01": (f"{HEAD} TtlNb TtlAmt", {"CstmrCdtTrfInf": BEPS_CREDIT}),
    "ccms.911.001.02": (f"{HEAD} {ANSWERED} RspnInf/RjctCd RspnInf/RjctInf", {}),
    "ccms.900.001.02": (HEAD, {"TxRspn": OUTCOME}),
    "ccms.316.001.01": (HEAD, {"OrgnlTx": "OrgnlInstgPty OrgnlMsgId OrgnlTxId"}),
    "ccms.317.001.01": (
        f"{HEAD} {ANSWERED}",
        {"TxRspn": OUTCOME, "UnknwnTx": "OrgnlInstgPty OrgnlMsgId OrgnlTxId"},
    ),
    "ccms.318.001.01": (f"{HEAD} {ORIGINAL} Amt RtrRsnInf", {}),
    "ccms.319.001.01": (f"{HEAD} {ANSWERED} {ORIGINAL} RspnInf/Agrd RspnInf/RjctInf", {}),
    "ccms.805.001.02": (HEAD, {}),
    "ccms.806.001.02": (f"{HEAD} {ANSWERED} RspnInf/Accptd RspnInf/RjctInf", {"SysInf": SYSTEM}),
    "ccms.801.001.02": (HEAD, {"SysInf": SYSTEM}),
}
"""What a signature covers of a body, in order: its own fields, then the fields of each row of its lists."""


class Read(NamedTuple):
    """A message taken apart: `header` by the names of its fields, `body` the element within Document."""

    header: dict[str, str]
    signature: bytes
    namespace: str
    body: ET.Element


def read(data: bytes) -> Read:
    """A message by its offsets."""
    assert data[0:3] == b"{H:"
    assert data[55:58] == b"XML"
    assert data[120:129] == b" " * 9
    assert data[129:132] == b"}\r\n"
    header = {
        "version": data[3:5],
        "sender": data[5:19],
        "sender system": data[19:23],
        "receiver": data[23:37],
        "receiver system": data[37:41],
        "date": data[41:49],
        "time": data[49:55],
        "type": data[58:78],
        "message id": data[78:98],
        "reference id": data[98:118],
        "priority": data[118:119],
        "direction": data[119:120],
    }
    rest, signature = data[132:], b""
    if rest.startswith(b"{S:"):
        block, _, rest = rest.partition(b"}\r\n")
        signature = base64.b64decode(block[3:])
    document = ET.fromstring(rest.decode("utf-8"))  # noqa: S314  (as above)
    namespace, _, name = document.tag[1:].partition("}")
    assert name == "Document"
    (body,) = document
    return Read({key: value.decode("ascii").rstrip(" ") for key, value in header.items()}, signature, namespace, body)


def signed(data: bytes) -> bytes:
    """What the signature of a message is over."""
    message = read(data)
    fixed, lists = ORDER[message.header["type"]]
    values = [*message.header.values(), *_texts(message, message.body, fixed)]
    for name, paths in lists.items():
        rows = _rows(message, name)
        values.append(str(len(rows)))
        for row in rows:
            values += _texts(message, row, paths)
    covered = b""
    for value in values:
        utf8 = value.encode("utf-8")
        covered += str(len(utf8)).encode() + b":" + utf8
    return covered


def mac(data: bytes) -> bytes:
    """What stands for a signature in these tests."""
    return hmac.digest(KEY, data, hashlib.sha256)


def told(data: bytes) -> Plain:
    """What a message says, in the words of `core_adapter.channels.messages`, as plain texts and numbers."""
    message = read(data)
    header = message.header
    day, hour = header["date"], header["time"]
    head = {
        "sender": header["sender"],
        "receiver": header["receiver"],
        "system": header["sender system"],
        "sent_at": f"{day[:4]}-{day[4:6]}-{day[6:]}T{hour[:2]}:{hour[2:4]}:{hour[4:]}",
        "message_id": header["message id"],
        "reference_id": header["reference id"] if header["reference id"] != header["message id"] else "",
        "priority": header["priority"],
    }
    return {"head": head, **_SAYS[header["type"]](message)}


def _find(message: Read, element: ET.Element, path: str) -> str:
    return element.findtext(path, "", {"": message.namespace})


def _texts(message: Read, element: ET.Element, paths: str) -> list[str]:
    return [_find(message, element, path) for path in paths.split()]


def _rows(message: Read, name: str) -> list[ET.Element]:
    return message.body.findall(name, {"": message.namespace})


def _fen(text: str) -> int:
    yuan, fen = text.split(".")
    assert len(fen) == 2
    return int(yuan) * 100 + int(fen)


def _original(message: Read, element: ET.Element, path: str) -> Plain:
    keys = {"sender": "OrgnlInstgPty", "message_id": "OrgnlMsgId", "tx_id": "OrgnlTxId"}
    return {key: _find(message, element, path + name) for key, name in keys.items()}


def _credit(message: Read, element: ET.Element, paths: str, path: str = "") -> Plain:
    end, tx, kind, amount, *texts = _texts(message, element, paths)
    original = _original(message, element, f"{path}RtrInf/")
    return {
        "tx_id": tx,
        "kind": kind,
        "amount": _fen(amount),
        "payer": {"name": texts[0], "account": texts[1], "bank": texts[2]},
        "payee": {"name": texts[3], "account": texts[4], "bank": texts[5]},
        "purpose": texts[6],
        "end_to_end_id": end,
        "original": original if original["sender"] else None,
        "reason": texts[10],
        "reason_text": texts[11],
    }


def _pacs(message: Read) -> Plain:
    return {"credits": [_credit(message, message.body, IN_PACS, "CdtTrfTxInf/")]}


def _beps(message: Read) -> Plain:
    return {"credits": [_credit(message, row, BEPS_CREDIT) for row in _rows(message, "CstmrCdtTrfInf")]}


def _outcomes(message: Read) -> list[Plain]:
    found = []
    for row in _rows(message, "TxRspn"):
        amount, status, code, text, netting_round, settled = _texts(message, row, OUTCOME)[3:]
        found.append(
            {
                "original": _original(message, row, "OrgnlTx/"),
                "status": status,
                "amount": _fen(amount),
                "code": code,
                "text": text,
                "settled_on": settled or None,
                "round": netting_round,
            }
        )
    return found


def _systems(message: Read) -> list[Plain]:
    rows = [_texts(message, row, SYSTEM) for row in _rows(message, "SysInf")]
    return [{"system": system, "state": state, "date": day} for system, state, day in rows]


def _answer(message: Read, key: str, path: str) -> Plain:
    yes = {"Y": True, "N": False}[_find(message, message.body, path)]
    return {key: yes, "text": _find(message, message.body, "RspnInf/RjctInf")}


_SAYS: dict[str, Callable[[Read], Plain]] = {
    "hvps.111.001.01": _pacs,
    "ibps.101.001.01": _pacs,
    "beps.121.001.01": _beps,
    "ccms.990.001.02": lambda _: {},
    "ccms.911.001.02": lambda m: {
        "code": _find(m, m.body, "RspnInf/RjctCd"),
        "text": _find(m, m.body, "RspnInf/RjctInf"),
    },
    "ccms.900.001.02": lambda m: {"outcomes": _outcomes(m)},
    "ccms.316.001.01": lambda m: {"originals": [_original(m, row, "") for row in _rows(m, "OrgnlTx")]},
    "ccms.317.001.01": lambda m: {
        "outcomes": _outcomes(m),
        "unknown": [_original(m, row, "") for row in _rows(m, "UnknwnTx")],
    },
    "ccms.318.001.01": lambda m: {
        "original": _original(m, m.body, "OrgnlTx/"),
        "amount": _fen(_find(m, m.body, "Amt")),
        "reason": _find(m, m.body, "RtrRsnInf"),
    },
    "ccms.319.001.01": lambda m: {
        "original": _original(m, m.body, "OrgnlTx/"),
        **_answer(m, "agreed", "RspnInf/Agrd"),
    },
    "ccms.805.001.02": lambda _: {},
    "ccms.806.001.02": lambda m: {**_answer(m, "accepted", "RspnInf/Accptd"), "systems": _systems(m)},
    "ccms.801.001.02": lambda m: {"systems": _systems(m)},
}
