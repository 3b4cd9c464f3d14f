"""Whose operations an operator may look at (R6.8): its own; supervisor and administrators everyone's."""

from gateway.domain.customer import Person, Role
from gateway.domain.managing import is_administrator
from protocol.codes import Code
from protocol.errors import Detail


def sees_all(person: Person) -> bool:
    """Whether it sees the operations of every operator of its customer."""
    return person.role is Role.SUPERVISOR or is_administrator(person)


def whose(person: Person, asked: str | None) -> str | None:
    """Whose operations to tell when those of `asked` are asked for, None standing for everyone's both times."""
    return asked if asked is not None or sees_all(person) else person.operator_id


def faults(person: Person, asked: str | None, place: str) -> list[Detail]:
    """Why it may not look at the operations of `asked`; `place` is the path of that element."""
    if asked in (None, person.operator_id) or sees_all(person):
        return []
    return [
        Detail(
            Code.NOT_PERMITTED,
            place,
            asked,
            "操作员只能查询本人的日志，主管与管理员可查全部",
            "an operator sees its own log only, the supervisor and administrators everyone's",
        )
    ]
