"""When an answer is due: month ends, holidays, extensions, pauses, by each law."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from compliance.requests.rules import deadlines
from compliance.requests.rules.deadlines import DEFAULTS, Span, Unit, due
from compliance.requests.rules.kinds import Kind

GDPR, CCPA, HIPAA, DPDP = (DEFAULTS[name] for name in ("gdpr", "ccpa", "hipaa", "dpdp"))
CHRISTMAS = frozenset({date(2026, 12, 25), date(2026, 12, 26), date(2027, 1, 1)})


@pytest.mark.parametrize(
    ("received", "expected"),
    [
        (date(2026, 11, 12), date(2026, 12, 14)),  # the 12th is a Saturday
        (date(2027, 1, 31), date(2027, 3, 1)),  # 28 February is a Sunday
        (date(2028, 1, 31), date(2028, 2, 29)),  # a leap year, a Tuesday
        (date(2026, 3, 31), date(2026, 4, 30)),
        (date(2026, 8, 31), date(2026, 9, 30)),
        (date(2026, 2, 28), date(2026, 3, 30)),  # 28 March is a Saturday
        (date(2026, 11, 25), date(2026, 12, 28)),  # Christmas, then a weekend
    ],
)
def test_a_month_ends_on_the_same_date_and_moves_to_a_working_day(received: date, expected: date) -> None:
    assert due(GDPR, Kind.ACCESS, received, holidays=CHRISTMAS).day == expected


def test_an_extension_counts_three_months_from_the_receipt() -> None:
    assert due(GDPR, Kind.ACCESS, date(2026, 11, 30), extended=True).day == date(2027, 3, 1)  # 28 February is a Sunday
    assert due(CCPA, Kind.DELETION, date(2026, 11, 12), extended=True).day == date(2027, 2, 10)
    assert due(HIPAA, Kind.ACCESS, date(2026, 1, 31), extended=True).day == date(2026, 4, 1)
    assert due(DPDP, Kind.ACCESS, date(2026, 1, 31), extended=True).day == date(2026, 5, 1)  # it knows none


def test_days_run_through_weekends() -> None:
    found = due(CCPA, Kind.ACCESS, date(2026, 11, 12), holidays=CHRISTMAS)
    assert (found.day, found.moved) == (date(2026, 12, 27), False)  # a Sunday


def test_an_opt_out_has_fifteen_working_days_and_no_extension() -> None:
    assert due(CCPA, Kind.OPT_OUT, date(2026, 12, 14), holidays=CHRISTMAS).day == date(2027, 1, 6)
    assert deadlines.may_extend(CCPA, Kind.OPT_OUT, date(2027, 1, 6), date(2026, 12, 20), extended=False) == "none"


def test_an_acknowledgement_is_counted_in_working_days() -> None:
    assert deadlines.acknowledgement(CCPA, date(2026, 12, 18), CHRISTMAS) == date(2027, 1, 5)
    assert deadlines.acknowledgement(GDPR, date(2026, 12, 18), CHRISTMAS) is None


def test_the_clock_stands_only_where_the_law_lets_it() -> None:
    received = date(2026, 11, 12)
    assert due(GDPR, Kind.ACCESS, received, paused=6).day == date(2026, 12, 18)
    assert due(CCPA, Kind.ACCESS, received, paused=6) == due(CCPA, Kind.ACCESS, received)


def test_an_extension_is_told_before_the_first_date_and_once() -> None:
    first = date(2026, 12, 14)
    assert deadlines.may_extend(GDPR, Kind.ACCESS, first, first, extended=False) == ""
    assert deadlines.may_extend(GDPR, Kind.ACCESS, first, first + timedelta(days=1), extended=False) == "late"
    assert deadlines.may_extend(GDPR, Kind.ACCESS, first, first, extended=True) == "twice"
    assert deadlines.may_extend(DPDP, Kind.ACCESS, first, first, extended=False) == "none"


def test_an_organisation_may_be_stricter_and_not_absurd() -> None:
    own = deadlines.settled(CCPA, answer=30, extension=0, acknowledge=5, rolls=True, pauses=False)
    assert due(own, Kind.ACCESS, date(2026, 11, 12)).day == date(2026, 12, 14)
    with pytest.raises(ValueError, match="1 to 400"):
        deadlines.settled(GDPR, answer=0, extension=0, acknowledge=0, rolls=True, pauses=True)


@given(
    st.dates(date(2020, 1, 1), date(2040, 12, 31)),
    st.sampled_from([GDPR, CCPA, HIPAA, DPDP]),
    st.sampled_from(list(Kind)),
    st.integers(0, 60),
    st.sets(st.dates(date(2020, 1, 1), date(2041, 12, 31)), max_size=12),
)
def test_a_date_is_never_before_its_period_and_never_shrinks(
    received: date, regime: deadlines.Regime, kind: Kind, paused: int, off: set[date]
) -> None:
    found = due(regime, kind, received, paused=paused, holidays=off)
    assert found.day >= found.counted > received
    assert due(regime, kind, received, extended=True, paused=paused, holidays=off).day >= found.day
    assert due(regime, kind, received, paused=paused + 1, holidays=off).day >= found.day
    if regime.rolls:
        assert deadlines.is_working(found.day, off)


@given(st.dates(date(2020, 1, 1), date(2040, 12, 31)), st.integers(1, 60), st.sampled_from(list(Unit)))
def test_a_longer_span_never_ends_earlier(start: date, number: int, unit: Unit) -> None:
    assert deadlines.add(start, Span(number, unit), ()) <= deadlines.add(start, Span(number + 1, unit), ())
