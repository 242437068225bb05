"""Suites as people edit them, and what Great Expectations itself finds by them."""

import gc
import json
import re
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from decimal import Decimal

import pandas as pd
import pytest

from etl.errors import BadInputError
from etl.records import Severity
from etl.settings import PROJECT_ROOT
from etl.validate.checking import Checked, check
from etl.validate.suites import Suite, load_suite

BETWEEN = "expect_column_values_to_be_between"
IN_SET = "expect_column_values_to_be_in_set"
NOT_NULL = "expect_column_values_to_not_be_null"
NULL = "expect_column_values_to_be_null"
REGEX = "expect_column_values_to_match_regex"


def rule(type_=BETWEEN, /, *, rule_id="R-range", column="x", severity="critical", message="{value} is off", **rest):
    """Return one entry of a suite's list, as a person would write it."""
    personal = {"personal": rest.pop("personal")} if "personal" in rest else {}
    kwargs = {"column": column} | (rest or ({"min_value": 0, "max_value": 100} if type_ == BETWEEN else {}))
    meta = {"rule_id": rule_id, "field": column, "description": "It is a share.", "message": message} | personal
    return {"type": type_, "kwargs": kwargs, "severity": severity, "meta": meta}


@pytest.fixture
def load(tmp_path):
    """Return a function that writes entries as a suite file and loads it."""

    def _load(*entries) -> Suite:
        path = tmp_path / "reports.json"
        path.write_text(json.dumps({"name": "reports", "expectations": entries}), encoding="utf-8")
        return load_suite(path)

    return _load


def column(values, dtype=object) -> pd.DataFrame:
    return pd.DataFrame({"x": pd.Series(values, dtype=dtype)})


def failing(checked: Checked) -> list[int]:
    return [failure.row for failure in checked.failures]


# Loading


@pytest.mark.parametrize("path", sorted((PROJECT_ROOT / "expectations").glob("*.json")), ids=lambda path: path.stem)
def test_the_suites_of_the_house_load(path):
    assert load_suite(path).name == path.stem


def test_a_suite_keeps_the_order_and_the_words_of_its_file(tmp_path):
    path = tmp_path / "reports.json"
    entries = [rule(rule_id="R-b", severity="info"), rule(NOT_NULL, rule_id="R-a", message="missing")]
    file = {"name": "reports", "meta": {"description": "รายงาน"}, "expectations": entries}
    path.write_text(json.dumps(file, ensure_ascii=False), encoding="utf-8-sig")

    suite = load_suite(path)

    assert (suite.name, suite.description) == ("reports", "รายงาน")
    assert [each.key for each in suite.rules] == [("R-b", "x", ()), ("R-a", "x", ())]
    first = suite.rules[0]
    assert (first.severity, first.field, first.message) == (Severity.INFO, "x", "{value} is off")
    assert first.kwargs == {"column": "x", "min_value": 0, "max_value": 100}


def without(part, name):
    entry = rule()
    del (entry["meta"] if part == "meta" else entry)[name]
    return entry


def with_other(**changes):
    return rule() | changes


FAULTS = {
    "no rule_id": (without("meta", "rule_id"), "rule 1: .*missing required field `rule_id`.*a rule has"),
    "no field": (without("meta", "field"), "rule R-range: it must say which field it judges"),
    "no description": (without("meta", "description"), "missing required field `description`"),
    "no message": (without("meta", "message"), "missing required field `message`"),
    "no severity": (without("", "severity"), "missing required field `severity`.*critical, warning or info"),
    "no meta": (without("", "meta"), "rule 1: .*missing required field `meta`"),
    "empty rule_id": (rule(rule_id=""), "rule 1: .*rule_id"),
    "unknown severity": (rule(severity="fatal"), "Invalid enum value 'fatal'.*critical, warning or info"),
    "unknown family": (
        with_other(meta=rule()["meta"] | {"families": ["leaflet"]}),
        "no family 'leaflet'; there are department_index, ",
    ),
    "misspelt key": (with_other(severty="info"), "unknown field `severty`"),
    "misspelt meta": (with_other(meta=rule()["meta"] | {"personnal": True}), "unknown field `personnal`"),
    "unknown type": (rule("expect_the_best"), "no expectation 'expect_the_best'; correct its type"),
    "aggregate": (rule("expect_column_max_to_be_between", max_value=1), "row by row; derive a column"),
    "unique": (rule("expect_column_values_to_be_unique"), "compares records"),
    "increasing": (rule("expect_column_values_to_be_increasing"), "compares records"),
    "whole table": (rule("expect_table_row_count_to_equal", value=1), "row by row; derive a column"),
    "pair of columns": (
        rule("expect_column_pair_values_to_be_equal", column_A="x", column_B="y"),
        "row by row; derive a column",
    ),
    "no column": (with_other(kwargs={"min_value": 0}), "names no column to judge"),
    "unknown kwarg": (rule(min_valu=0), "takes no min_valu here; it takes column, max_value, min_value"),
    "a share may fail": (rule(min_value=0, mostly=0.9), "takes no mostly here"),
    "text among kwargs": (with_other(kwargs={"column": "x", "notes": "a"}), "takes no notes here"),
    "no limits": (with_other(kwargs={"column": "x"}), "min_value and max_value cannot both be None"),
    "limit in words": (rule(min_value="ten"), "min_value: value is not a valid float"),
    "no regex": (rule(REGEX), "needs a regex"),
    "unknown placeholder": (
        rule(message="{previous} → {value}"),
        r"\{previous\}, which is not available; only \{value\}",
    ),
    "formatted placeholder": (rule(message="{value:.2f}"), r"\{value:\.2f\}, which is not available"),
    "nameless placeholder": (rule(message="{} is off"), r"\{\}, which is not available"),
    "reaching placeholder": (rule(message="{value.real}"), r"\{value\.real\}, which is not available"),
    "unpaired brace": (rule(message="{value is off"), "unpaired brace"),
    "personal value told": (rule(personal=True), "may not tell a value of x, which is personal"),
}


@pytest.mark.parametrize(("entry", "words"), FAULTS.values(), ids=FAULTS)
def test_a_fault_names_file_rule_and_remedy_in_one_line(load, tmp_path, entry, words):
    with pytest.raises(BadInputError) as error:
        load(entry)

    text = str(error.value)
    assert "\n" not in text
    assert text.startswith(f"{tmp_path / 'reports.json'}, rule ")
    assert re.search(words, text)


def test_a_rule_may_stand_twice_only_for_different_columns(load):
    assert len(load(rule(), rule(column="y")).rules) == 2

    with pytest.raises(BadInputError, match="rule R-range: it stands twice for column x; merge the two"):
        load(rule(), rule(min_value=10))


def test_a_personal_column_is_personal_to_every_rule(load):
    suite = load(rule(personal=True, message="off"), rule(NULL, rule_id="R", message="no"))
    assert [each.personal for each in suite.rules] == [True, True]

    with pytest.raises(BadInputError, match=r"rule R-open: .* personal"):
        load(rule(personal=True, message="off"), rule(rule_id="R-open"))


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b'{\n"name": "reports",\n"expectations": [,]\n}', ", line 3: not JSON"),
        (b'{"name": "reports", "name": "projects"}', "'name' stands twice"),
        (b'{"name": "\xff"}', "not a suite"),
        (b"[]", "a suite has a name"),
        (b'{"name": "reports"}', "missing required field `expectations`"),
        (b'{"name": "reports", "expectations": []}', "expectations"),
        (b'{"name": "../reports", "expectations": [{}]}', "name"),
        (b'{"name": "reports", "expectations": [7]}', r"expectations\[0\]"),
    ],
)
def test_a_file_that_is_no_suite_is_named(tmp_path, content, words):
    path = tmp_path / "reports.json"
    path.write_bytes(content)

    with pytest.raises(BadInputError, match=words) as error:
        load_suite(path)

    assert str(path) in str(error.value)


def test_a_suite_that_is_not_there_is_named(tmp_path):
    with pytest.raises(BadInputError, match=r"none\.json: the suite cannot be read"):
        load_suite(tmp_path / "none.json")


# Checking


def test_failures_come_by_row_then_in_the_suites_order_with_their_values(load):
    suite = load(
        rule(NOT_NULL, rule_id="R-y", column="y", message="missing", severity="warning"),
        rule(),
    )
    frame = pd.DataFrame({"x": [500, 5, -1], "y": [None, "a", None]}, dtype=object)

    failures = check(frame, suite).failures

    assert [(each.row, each.rule.rule_id, each.value) for each in failures] == [
        (0, "R-y", None),
        (0, "R-range", 500),
        (2, "R-y", None),
        (2, "R-range", -1),
    ]


def test_values_are_those_of_the_frame(load):
    value = check(column([Decimal("150.00")]), load(rule())).failures[0].value

    assert value == Decimal("150.00")
    assert isinstance(value, Decimal)


def test_every_failure_is_named_however_many(load):
    assert failing(check(column(range(101, 1101)), load(rule()))) == list(range(1000))


def test_decimals_meet_the_limits_as_written(load):
    suite = load(rule(min_value=0.1, max_value=99.99))
    values = [Decimal("0.1"), Decimal("99.99"), Decimal("0.09"), Decimal(100), None, float("nan"), pd.NA]

    assert failing(check(column(values), suite)) == [2, 3]


def test_decimals_are_found_in_a_set_of_numbers(load):
    values = [Decimal("0.1"), Decimal("0.50"), Decimal(3), None]

    assert failing(check(column(values), load(rule(IN_SET, value_set=[0.1, 0.5])))) == [2]


def test_dates_meet_limits_even_those_that_no_timestamp_can_hold(load):
    values = [date(2022, 10, 1), date(2566, 1, 1), None]

    assert failing(check(column(values), load(rule(min_value="2022-10-01", max_value="2023-09-30")))) == [1]


@pytest.mark.parametrize("dtype", [object, "Int64", "Float64", "float64"])
def test_an_absent_number_breaks_no_limit(load, dtype):
    assert failing(check(column([1, None, 200], dtype), load(rule()))) == [2]


@pytest.mark.parametrize(
    "values",
    [
        column([None, float("nan"), pd.NA, pd.NaT, Decimal("NaN"), "", [], 0]),
        column([None, None, None, None, None, "", "a", "b"], "str"),
        column([None] * 5 + [0, 1, 2], "Int64"),
    ],
    ids=["object", "str", "Int64"],
)
def test_only_absent_values_break_a_rule_about_absence(load, values):
    absent = check(values, load(rule(NOT_NULL, message="missing")))
    assert [(each.row, each.value) for each in absent.failures] == [(row, None) for row in range(5)]
    assert failing(check(values, load(rule(NULL, message="there")))) == [5, 6, 7]


@pytest.mark.parametrize("dtype", [object, "str"])
def test_thai_text_is_matched(load, dtype):
    suite = load(rule(REGEX, regex="^[๐-๙.]+$"))

    checked = check(column(["๗.๒", "7.2", None], dtype), suite)

    assert [(each.row, each.value) for each in checked.failures] == [(1, "7.2")]


def test_lists_are_values(load):
    checked = check(column([["a"], None, []]), load(rule(NULL)))

    assert [(each.row, each.value) for each in checked.failures] == [(0, ["a"]), (2, [])]
    json.dumps(checked.result)


def test_a_row_condition_narrows_the_rows(load):
    condition = {"type": "comparison", "column": {"name": "y"}, "operator": "==", "parameter": "open"}
    suite = load(rule(min_value=0, row_condition=condition))
    frame = pd.DataFrame({"x": [-1, -1, None, -1], "y": ["shut", "open", "open", "open"]}, dtype=object)

    assert failing(check(frame, suite)) == [1, 3]


def test_a_rule_of_some_families_judges_only_their_rows(load):
    entry = rule(NOT_NULL, message="missing")
    entry["meta"]["families"] = ["project_page", "project_view"]
    families = ["printed_form", "project_page", None, "project_view"]

    assert failing(check(pd.DataFrame({"x": [None] * 4, "family": families}, dtype=object), load(entry))) == [1, 3]


def test_a_rule_of_several_fields_is_a_rule_for_each(load):
    entry = rule(NOT_NULL, column="{field}_stated", message="missing")
    del entry["meta"]["field"]
    entry["meta"]["fields"] = ["start", "end"]
    frame = pd.DataFrame({"start_stated": [1, None], "end_stated": [None, 1]}, dtype=object)

    checked = check(frame, load(entry))

    assert [(each.row, each.rule.field) for each in checked.failures] == [(0, "end"), (1, "start")]


@pytest.mark.parametrize("dtype", [object, "str", "float64", "Int64"])
def test_no_rows_no_failures(load, dtype):
    suite = load(rule(), rule(NOT_NULL, rule_id="R", message="missing"), rule(REGEX, rule_id="T", regex="a"))

    assert check(column([], dtype), suite).failures == []


def test_a_missing_column_is_named(load):
    with pytest.raises(BadInputError, match="suite reports judges columns that are not there: x, y"):
        check(pd.DataFrame({"z": [1]}), load(rule(), rule(column="y")))


def test_rows_must_be_named_by_their_place(load):
    with pytest.raises(ValueError, match="reset the index"):
        check(column([1, 2]).iloc[1:], load(rule()))


@pytest.mark.parametrize(
    ("values", "entry", "cause"),
    [
        (["a"], rule(), "must either be None or of the same type"),
        (["a"], rule(REGEX, regex="("), "Invalid regular expression|unterminated"),
        (["a"], rule("expect_column_values_to_match_like_pattern", like_pattern="a"), "No provider found"),
        ([1], rule(min_value=0, row_condition="absent > 1"), "absent"),
    ],
)
def test_a_rule_that_cannot_be_evaluated_is_never_passed_over(load, values, entry, cause):
    with pytest.raises(BadInputError, match=r"suite reports, rule R-range: .*column x") as error:
        check(column(values), load(entry, rule(NOT_NULL, rule_id="R-fine", message="missing")))

    assert re.search(cause, str(error.value))
    assert "\n" not in str(error.value)


def test_a_rule_that_judges_the_column_as_a_whole_is_never_passed_over(load):
    suite = load(rule("expect_column_values_to_be_of_type", type_="int"))

    with pytest.raises(BadInputError, match=r"rule R-range: .*it judges the column as a whole"):
        check(column([1.5], "float64"), suite)


def test_a_parameter_without_a_value_is_refused(load):
    with pytest.raises(BadInputError, match=r"suite reports cannot be run \(No value found"):
        check(column([1]), load(rule(min_value={"$PARAMETER": "limit"})))


# What is kept


def test_the_result_tells_rule_severity_and_counts(load):
    suite = load(rule(severity="warning"))

    result = json.loads(json.dumps(check(column([Decimal(150), Decimal(50)]), suite).result))

    assert (result["suite_name"], result["success"]) == ("reports", False)
    (entry,) = result["results"]
    config = entry["expectation_config"]
    assert (config["severity"], config["meta"]["rule_id"]) == ("warning", "R-range")
    assert config["description"] == "R-range (warning): It is a share."
    assert entry["result"]["unexpected_count"] == 1
    assert entry["result"]["partial_unexpected_list"] == [150.0]


def test_the_same_batch_gives_the_same_result(load):
    suite = load(rule())

    assert check(column([150]), suite).result == check(column([150]), suite).result


def test_a_result_stays_small(load):
    assert len(json.dumps(check(column(range(101, 20_101)), load(rule())).result)) < 5_000


def test_no_personal_value_is_told(load):
    secret = "0-2203-2888"
    suite = load(
        rule(REGEX, regex=r"^\d+$", personal=True, message="the contact is no number"),
        rule(NULL, rule_id="R-none", message="there is a contact"),
    )

    checked = check(column([secret]), suite)

    assert [failure.value for failure in checked.failures] == [None, None]
    assert secret not in json.dumps(checked.result)
    assert [entry["result"]["unexpected_count"] for entry in checked.result["results"]] == [1, 1]


def test_no_cause_tells_a_personal_value(load):
    suite = load(rule(personal=True, message="off"))

    with pytest.raises(BadInputError, match="its cause may tell a personal value"):
        check(column(["a name"]), suite)


# One process, many batches


def test_batches_do_not_mix(load):
    strict, lax = load(rule(max_value=10)), load(rule(max_value=1000))

    assert failing(check(column([50, 5]), strict)) == [0]
    assert failing(check(column([5, 50, 500]), strict)) == [1, 2]
    assert failing(check(column([5, 50, 5000]), lax)) == [2]


def test_threads_do_not_disturb_each_other(load):
    suite = load(rule())

    with ThreadPoolExecutor(4) as pool:
        found = list(pool.map(lambda row: failing(check(column([0] * row + [500]), suite)), range(8)))

    assert found == [[row] for row in range(8)]


def test_batches_are_let_go(load):
    suite, rows = load(rule()), 4_321
    for _ in range(6):
        check(column(range(rows)), suite)
    gc.collect()

    # By its type: isinstance would ask lazy objects of other tests what they stand for, and import that.
    held = [each for each in gc.get_objects() if type(each) is pd.DataFrame and len(each) == rows]

    assert len(held) <= 1  # the last one, until the next comes


def test_nothing_is_printed(load, capfd):
    check(column([500]), load(rule()))

    assert capfd.readouterr() == ("", "")
