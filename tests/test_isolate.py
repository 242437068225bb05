"""What makes work on many things fail is found by halves, and the rest is done."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from etl.isolate import do_without_faulty


@given(st.integers(0, 200).flatmap(lambda count: st.tuples(st.just(count), st.sets(st.integers(0, max(count - 1, 0))))))
def test_just_the_faulty_are_put_aside_in_few_tries(case: tuple[int, set[int]]) -> None:
    count, faulty = case[0], {place for place in case[1] if place < case[0]}
    aside: list[int] = []
    tries: list[int] = []

    def fault_of_first(tried: int) -> Exception | None:
        tries.append(tried)
        bad = [place for place in range(tried) if place in faulty and place not in aside]
        return ValueError(bad[0]) if bad else None

    do_without_faulty(range(count), fault_of_first, lambda place, fault: aside.append(place))
    assert aside == sorted(faulty)
    assert len(tries) <= len(faulty) * (1 + count.bit_length()) + 2
    assert tries[-1] == count


def test_what_fails_without_any_or_with_all_put_aside_is_no_item_s_fault() -> None:
    aside: list[str] = []
    with pytest.raises(ZeroDivisionError):
        do_without_faulty("abc", lambda count: ZeroDivisionError(), lambda item, fault: aside.append(item))
    assert aside == []
    with pytest.raises(ValueError, match="2"):
        do_without_faulty(
            "abc", lambda count: ValueError(count) if count > 1 else None, lambda item, fault: aside.append(item)
        )
    assert aside == ["b"]
