"""SelfTest: tells a sender what the gateway saw of its message, so that a signature is put right without guessing."""

from collections.abc import Mapping
from typing import Final

from gateway.domain.command import Command, Decision
from gateway.domain.facts import Facts, Moment
from gateway.services.service import Bank, Functions, done
from protocol.messages.help import SelfTestReply


def _self_test(command: Command, _facts: Facts, _moment: Moment, _bank: Bank) -> Decision:
    seen = command.seen
    return done(
        SelfTestReply(
            encoding=command.encoding,
            algorithm=seen.algorithm,
            digest_algorithm=seen.digest_algorithm,
            digest=seen.digest.hex(),
            signed_info_digest=seen.signed_info.hex(),
            certificate=seen.certificate,
            certificate_not_after=seen.certificate_not_after,
            clock_difference_ms=-command.skew_ms,
            sm2_id=seen.sm2_id,
            sm2_z=seen.sm2_z.hex() if seen.sm2_z else None,
        )
    )


FUNCTIONS: Final[Mapping[str, Functions]] = {
    "SelfTest": Functions(decide=_self_test, needs_core=False),
}
"""By the name of the service."""
