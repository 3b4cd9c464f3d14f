"""A plan as text and back."""

from hypothesis import given
from hypothesis import strategies as st

from gateway.domain.approval import plan_json, read_plan
from gateway.domain.matter import Plan, Step, StepKind
from tests.gateway.domain.approval.company import WAN, customer_002, customer_003, plan_of

NAMES = st.from_regex(r"[A-Za-z0-9_-]{1,32}", fullmatch=True)
STEPS = st.builds(
    Step,
    kind=st.sampled_from(StepKind),
    count=st.integers(1, 9),
    level=st.none() | st.integers(1, 9),
    operators=st.none() | st.frozensets(NAMES, max_size=4),
    named=st.none() | NAMES,
)
PLANS = st.builds(
    Plan,
    customer_id=NAMES,
    steps=st.lists(STEPS, max_size=6).map(tuple),
    ordered=st.booleans(),
    mode=st.just("") | NAMES,
    collected=st.booleans(),
)


@given(plan=PLANS)
def test_a_plan_is_read_back_equal_and_written_again_the_same(plan: Plan) -> None:
    """Exact inverses."""
    text = plan_json(plan)

    assert read_plan(text) == plan
    assert plan_json(read_plan(text)) == text


def test_a_plan_as_it_is_stored() -> None:
    """The form on disk: a change of it would leave stored plans unread."""
    assert plan_json(plan_of(customer_002(), 5 * WAN)) == (
        '{"customer":"C1","mode":"M1","steps":[{"kind":"review"},{"kind":"authorize","level":1},{"kind":"dispatch"}]}'
    )
    assert plan_json(plan_of(customer_003(), 300 * WAN, by="JIA", named="YI")) == (
        '{"customer":"C1","mode":"C","steps":[{"kind":"review","level":1,"operators":["BING","YI"],"named":"YI"},'
        '{"kind":"review","level":2,"operators":["DING"]}]}'
    )
