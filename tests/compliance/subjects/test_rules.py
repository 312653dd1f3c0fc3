"""Groups of names that are one person: every sequence of merges and splits keeps them whole."""

from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from compliance.subjects.rules import masked, members, merged, person_in, split

PEOPLE = [UUID(int=n) for n in range(1, 9)]
ONE = st.sampled_from(PEOPLE)


class Groups(RuleBasedStateMachine):
    """Compared with a plain partition: a list of sets."""

    def __init__(self) -> None:
        super().__init__()
        self.links: dict[UUID, UUID] = {}
        self.sets: list[set[UUID]] = [{one} for one in PEOPLE]

    def set_of(self, one: UUID) -> set[UUID]:
        return next(group for group in self.sets if one in group)

    def apply(self, changes: dict[UUID, UUID | None]) -> None:
        for member, person in changes.items():
            self.links.pop(member, None)
            if person is not None:
                self.links[member] = person

    @rule(one=ONE, other=ONE)
    def merge(self, one: UUID, other: UUID) -> None:
        first, second = self.set_of(one), self.set_of(other)
        changes = merged(self.links, one, other)
        assert (changes == {}) == (first is second)
        assert changes == merged(self.links, other, one)
        self.apply(dict(changes))
        assert merged(self.links, one, other) == {}
        if first is not second:
            self.sets.remove(second)
            first |= second

    @rule(one=ONE)
    def split_off(self, one: UUID) -> None:
        group = self.set_of(one)
        changes = split(self.links, one)
        assert (changes == {}) == (len(group) == 1)
        self.apply(changes)
        assert split(self.links, one) == {}
        if len(group) > 1:
            group.remove(one)
            self.sets.append({one})

    @invariant()
    def everybody_is_in_the_group_that_the_partition_says(self) -> None:
        for one in PEOPLE:
            assert members(self.links, person_in(self.links, one)) == self.set_of(one)

    @invariant()
    def links_have_one_level_and_lead_to_nobody_in_a_circle(self) -> None:
        assert not set(self.links.values()) & set(self.links)


TestGroups = Groups.TestCase


@given(st.emails())
def test_a_masked_address_does_not_hold_it(address: str) -> None:
    shown = masked("email", address)
    assert address not in shown
    assert len(shown.partition("@")[0]) <= 2


def test_short_names_are_hidden_whole() -> None:
    assert masked("end_user", "ada") == "…"
    assert masked("account", "0123456789abcdef") == "…cdef"
