"""Measures of an indicator and its quarters."""

import re
from collections.abc import Callable, Sequence
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING, NamedTuple

from etl.parse.units import number_in_unit
from etl.records import Indicator
from etl.records.names import quarter_field
from etl.reference import words
from etl.thai.text import lost_characters
from etl.validate.measures.frame import frame, stated
from etl.validate.measures.shared import (
    BLANK,
    FULL_PCT,
    agency_unknown,
    days_to_fiscal_year,
    elided,
    goal_mismatch,
    goal_truncated,
    placeholder,
    plan_path_broken,
    texts_of,
)

if TYPE_CHECKING:
    import pandas as pd

_PER_CENT = "ร้อยละ"
_LEVEL_NAME = re.compile("[^ก-ฮ]*ระดับ")
_THOUSAND = 1000


class IndicatorRow(NamedTuple):
    """An indicator, the family of the export that names it, and the day on which it is judged."""

    family: str | None
    indicator: Indicator
    today: date


def indicator_frame(rows: Sequence[IndicatorRow]) -> "pd.DataFrame":
    """Return one row an indicator: its fields, the measures below and the issues."""
    return frame("indicators", [Indicator], [(row, (row.indicator,)) for row in rows], MEASURES)


def _goal_absent(row: IndicatorRow) -> str | None:
    """An indicator outside of routine work, under no goal."""
    indicator = row.indicator
    is_routine = indicator.indicator_type == "routine"
    return None if is_routine or stated(indicator, "goal_code") else BLANK


def _unit_clash(row: IndicatorRow) -> str | None:
    """A target on a scale with results beyond its end; or a level measured in per cent by steps of a scale."""
    indicator, target = row.indicator, row.indicator.target_value
    results = [value for value in (indicator.result_value, *_quarter_results(indicator)) if value is not None]
    highest, steps = max(results, default=None), _scale_max().get(indicator.unit or "")
    if target is None or highest is None:
        return None
    if steps:
        return f"{target} / {highest}" if target <= steps < highest else None
    is_level = indicator.unit == _PER_CENT and _LEVEL_NAME.match(indicator.indicator_name or "")
    is_step = 0 < min(target, indicator.result_value or target) <= max(_scale_max().values())
    return f"{target} / {highest}" if is_level and is_step else None


def _scale_max() -> dict[str, int]:
    scales: dict[str, int] = words("vocabulary")["scale_max"]
    return scales


def _quarter_results(indicator: Indicator) -> list[Decimal | None]:
    return [quarter.result_value for quarter in indicator.quarters]


def _cut_at_comma(row: IndicatorRow, value: Decimal | None) -> str | None:
    """A value that equals the digits before the comma of a quarter's result: 1 of 1,407.52."""
    grouped = [f"{result:,}" for result in _quarter_results(row.indicator) if result and result >= _THOUSAND]
    whole = next((text for text in grouped if value == Decimal(text.partition(",")[0])), None)
    return f"{value} / {whole}" if whole else None


def _quarters_cut(row: IndicatorRow) -> str | None:
    cut = (_cut_at_comma(row, result) for result in _quarter_results(row.indicator) if result is not None)
    return ", ".join(filter(None, cut)) or None


def _headline_not_last(row: IndicatorRow) -> str | None:
    """The headline and the result of the last quarter that has one, where they differ."""
    headline = row.indicator.result_value
    last = next((value for value in reversed(_quarter_results(row.indicator)) if value is not None), None)
    return f"{headline} / {last}" if None not in (headline, last) and headline != last else None


def _scores_out_of_range(row: IndicatorRow) -> str | None:
    scores = [quarter.score for quarter in row.indicator.quarters if quarter.score is not None]
    return ", ".join(str(score) for score in scores if not 0 <= score <= FULL_PCT) or None


def _evaluations_disagree(row: IndicatorRow) -> str | None:
    """The evaluation's score and the one that the table has for its quarter, where they differ."""
    score, number = row.indicator.evaluation_score, row.indicator.evaluation_quarter
    in_table = next((quarter.score for quarter in row.indicator.quarters if quarter.quarter == number), None)
    return f"{score} / {in_table}" if None not in (score, in_table) and score != in_table else None


def _evaluated_without_result(row: IndicatorRow) -> str | None:
    """The quarters that were given a score though their result is 0."""
    quarters = [quarter.quarter for quarter in row.indicator.quarters if quarter.score and quarter.result_value == 0]
    return ", ".join(map(str, quarters)) or None


def _name_placeholder(row: IndicatorRow) -> str | None:
    return row.indicator.indicator_name and placeholder(row.indicator.indicator_name)


def _narrative_placeholders(row: IndicatorRow) -> str | None:
    """The quarters under whose heading nothing is reported."""
    places, quarters = row.indicator.places, row.indicator.quarters
    headed = [quarter for quarter in quarters if quarter_field(quarter.quarter, "narrative") in places]
    return ", ".join(str(quarter.quarter) for quarter in headed if placeholder(quarter.narrative)) or None


def _narratives_elided(row: IndicatorRow) -> str | None:
    """The quarters whose narrative goes on elsewhere."""
    return ", ".join(str(quarter.quarter) for quarter in row.indicator.quarters if elided(quarter.narrative)) or None


def _characters_lost(row: IndicatorRow) -> str | None:
    narratives = [quarter.narrative or "" for quarter in row.indicator.quarters]
    return str(sum(map(lost_characters, [*texts_of([row.indicator]), *narratives])) or "") or None


MEASURES: dict[str, Callable[[IndicatorRow], object]] = {
    "days_to_fiscal_year": lambda row: days_to_fiscal_year(row.indicator.fiscal_year, row.today),
    "agency_unknown": lambda row: agency_unknown(row.indicator),
    "goal_absent": _goal_absent,
    "goal_truncated": lambda row: goal_truncated(row.indicator),
    "goal_mismatch": lambda row: goal_mismatch(row.indicator),
    "plan_path_broken": lambda row: plan_path_broken(row.indicator),
    "unit_number": lambda row: number_in_unit(row.indicator.unit_raw or ""),
    "unit_unknown": lambda row: None if row.indicator.unit else row.indicator.unit_raw,
    "unit_clash": _unit_clash,
    "headline_cut": lambda row: _cut_at_comma(row, row.indicator.result_value),
    "quarters_cut": _quarters_cut,
    "headline_not_last": _headline_not_last,
    "scores_out_of_range": _scores_out_of_range,
    "evaluations_disagree": _evaluations_disagree,
    "evaluated_without_result": _evaluated_without_result,
    "indicator_name_elided": lambda row: elided(row.indicator.indicator_name),
    "narratives_elided": _narratives_elided,
    "indicator_name_placeholder": _name_placeholder,
    "narrative_placeholders": _narrative_placeholders,
    "characters_lost": _characters_lost,
}
