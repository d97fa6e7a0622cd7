"""The conditions of rules about devices and kinds."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pixelclean.devices.condition import Absent, All, Any, Case, Compares, Condition, Not, Operator, required
from pixelclean.facts import Facts

WORDS = st.sampled_from(["ONE", "one", "One Two", "TWO", " one ", "", "three"])
FACTS = st.builds(
    lambda first, second: Facts({"Modality": tuple(first), "Manufacturer": tuple(second)}),
    st.lists(WORDS, max_size=3),
    st.lists(WORDS, max_size=3),
)
LEAVES = st.one_of(
    st.builds(
        Compares,
        st.sampled_from(["Modality", "Manufacturer"]),
        st.sampled_from(list(Operator)),
        st.lists(st.sampled_from(["one", "ONE", "Two"]), min_size=1, max_size=2).map(tuple),
        st.sampled_from(list(Case)),
    ),
    st.builds(Absent, st.sampled_from(["Modality", "Manufacturer"])),
)
CONDITIONS: st.SearchStrategy[Condition] = st.recursive(
    LEAVES,
    lambda parts: st.one_of(
        st.builds(All, st.lists(parts, min_size=1, max_size=3).map(tuple)),
        st.builds(Any, st.lists(parts, min_size=1, max_size=3).map(tuple)),
        st.builds(Not, parts),
    ),
    max_leaves=5,
)


@pytest.mark.parametrize(
    "operator, text, case, holds",
    [
        (Operator.EQUALS, "axial", Case.IGNORE, True),
        (Operator.EQUALS, "axial", Case.EXACT, False),
        (Operator.PREFIX, "PRIM", Case.EXACT, True),
        (Operator.PREFIX, "IM", Case.EXACT, False),
        (Operator.CONTAINS, "imar", Case.IGNORE, True),
        (Operator.CONTAINS, "PRIMARY\\AXIAL", Case.IGNORE, False),
        (Operator.REGEX, "^AX.*L$", Case.EXACT, True),
        (Operator.REGEX, "^ax", Case.IGNORE, True),
        (Operator.REGEX, "^ax", Case.EXACT, False),
    ],
)
def test_a_leaf_asks_each_value_of_its_attribute_apart(operator: Operator, text: str, case: Case, holds: bool) -> None:
    facts = Facts({"ImageType": ("ORIGINAL", "PRIMARY", "AXIAL ")})
    assert Compares("ImageType", operator, (text,), case).holds(facts) is holds


@pytest.mark.parametrize("values", [(), ("",), ("  ",)])
def test_an_attribute_without_a_value_is_absent(values: tuple[str, ...]) -> None:
    assert Absent("Modality").holds(Facts({"Modality": values}))


@given(CONDITIONS, FACTS)
def test_not_turns_every_condition_around(condition: Condition, facts: Facts) -> None:
    assert Not(condition).holds(facts) is not condition.holds(facts)


@given(CONDITIONS, FACTS)
def test_what_a_condition_requires_is_there_whenever_it_holds(condition: Condition, facts: Facts) -> None:
    values = required(condition, "Modality")
    if values is not None and condition.holds(facts):
        assert values & {value.strip().casefold() for value in facts.get("Modality")}
