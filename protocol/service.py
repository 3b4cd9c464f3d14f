"""What a service of the catalogue is: element, kind, permission, types, texts, an example; not who serves it."""

from dataclasses import dataclass
from enum import StrEnum

from protocol import examples
from protocol.binding import namespace_of


class Kind(StrEnum):
    """What a service does; all but queries and help use up their request id.

    Administration changes what the rules ask about; keeping changes what a customer keeps for itself, its lists.
    """

    QUERY = "query"
    MONEY = "money"
    APPROVAL = "approval"
    ADMINISTRATION = "administration"
    KEEPING = "keeping"
    HELP = "help"


class Permission(StrEnum):
    """What an operator may do."""

    QUERY = "query"
    ENTER = "enter"
    REVIEW = "review"
    AUTHORIZE = "authorize"
    DISPATCH = "dispatch"
    ADMINISTER = "administer"
    FORCE_AUTHORIZE = "force-authorize"


@dataclass(frozen=True, slots=True)
class Service:
    """One service: `permission` None means any registered operator; `example_client` names who sends the example.

    `large`: it alone takes messages of more than ELEMENTS_MAX elements. One that is not `offered` is only there to be
    refused with the reason: partners are not told of it.
    """

    name: str
    namespace: str
    reply: str
    kind: Kind
    permission: Permission | None
    takes_mode: bool
    takes_limits: bool
    request: type
    reply_type: type
    zh: str
    en: str
    example: object
    example_client: str
    large: bool = False
    offered: bool = True

    @property
    def uses_up_id(self) -> bool:
        """Whether a journaled request of this service uses up its request id."""
        return self.kind not in (Kind.QUERY, Kind.HELP)


def service(
    example: object,
    reply_type: type,
    kind: Kind,
    permission: Permission | None,
    *,
    zh: str,
    en: str,
    controlled: bool = False,
    client: str = examples.ENTERING_CLIENT,
    large: bool = False,
    offered: bool = True,
) -> Service:
    """A service by its example, from which element and type are taken; `controlled`: a mode and limits apply to it."""
    request = type(example)
    return Service(
        name=request.__name__,
        namespace=namespace_of(request),
        reply=reply_type.__name__,
        kind=kind,
        permission=permission,
        takes_mode=controlled,
        takes_limits=controlled,
        request=request,
        reply_type=reply_type,
        zh=zh,
        en=en,
        example=example,
        example_client=client,
        large=large,
        offered=offered,
    )
