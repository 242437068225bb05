"""A printed form as people send it who had it transcribed, quoted or printed anew: habits that decorate a form."""

import re
from collections.abc import Callable

from tests.forms import Form

Habit = Callable[[str], str]

_FIELD = re.compile(r"^(?P<label>[^\s:][^:\n]{2,40}?)\s*:\s?(?P<value>(?!:).*)$")
_SECTION = re.compile(r"^[12](?:\.\d)?\.? ")
_REPORT = re.compile(r"^(รายงานครั้งที่\s*\S+)(\s*)(::.*)$")
_DETAIL = re.compile(r"^\s*:: ")


def _by_line(change: Callable[[str], str]) -> Habit:
    return lambda text: "\n".join(change(line) if line.strip() else line for line in text.split("\n"))


def _fields(form: str) -> Habit:
    """Return the habit that prints a field in another form, its label and value in braces."""

    def change(line: str) -> str:
        match = None if _SECTION.match(line) or _REPORT.match(line) or _DETAIL.match(line) else _FIELD.match(line)
        if not match:
            return line
        if not match["value"]:
            return form.partition("{value}")[0].format(label=match["label"]).rstrip("`*= ")
        return form.format(label=match["label"], value=match["value"])

    return _by_line(change)


def _also(*habits: Habit) -> Habit:
    def change(text: str) -> str:
        for habit in habits:
            text = habit(text)
        return text

    return change


def _headed(mark: str) -> Habit:
    return _by_line(lambda line: f"{mark} {line}" if _SECTION.match(line) else line)


def _wrapped(before: str, behind: str, which: re.Pattern[str] = re.compile("")) -> Habit:
    return _by_line(lambda line: f"{before}{line.rstrip()}{behind}" if which.match(line) else line)


def _bold_report(line: str) -> str:
    match = _REPORT.match(line)
    return f"**{match[1]}**{match[2]}{match[3]}" if match else line


def _bold_value_half(line: str) -> str:
    match = None if _SECTION.match(line) or _REPORT.match(line) else _FIELD.match(line)
    if not match or len(match["value"]) < 4:
        return line
    return f"**{match['label']} : {match['value'][:2]}**{match['value'][2:]}"


def _table(text: str) -> str:
    rows = _fields("| {label} | {value} |")(text)
    return rows.replace("| ชื่อโครงการ/กิจกรรม", "| รายการ | ข้อมูล |\n|---|:---:|\n| ชื่อโครงการ/กิจกรรม", 1)


def _boxed(text: str) -> str:
    return _fields("│ {label} │ {value} │")(text).replace("│ รหัสโครงการ", "├──────┼──────┤\n│ รหัสโครงการ", 1)


def _escaped(line: str) -> str:
    return re.sub(r"(?<=\d)([.)])(?=\s)|(?<=[0-9])(-)(?=[0-9])|(\*)", lambda m: f"\\{m[0]}", line)


HABITS: dict[str, Habit] = {
    "bold_label_colon_in": _fields("**{label}:** {value}"),
    "bold_label_colon_in_no_blank": _fields("**{label}:**{value}"),
    "bold_label_colon_out": _fields("**{label}**: {value}"),
    "bold_label_blank_colon": _fields("**{label}** : {value}"),
    "bold_both": _fields("**{label} : {value}**"),
    "bold_value": _fields("{label} : **{value}**"),
    "bold_half": _by_line(_bold_value_half),
    "bold_report": _by_line(_bold_report),
    "bold_lines": _wrapped("**", "**"),
    "underscored": _fields("__{label}__ : {value}"),
    "italic": _fields("*{label}:* {value}"),
    "code": _fields("{label} : `{value}`"),
    "headings": _headed("##"),
    "headings_bold": _also(_wrapped("**", "**", _SECTION), _headed("###")),
    "bullets": _fields("- {label} : {value}"),
    "bullets_bold": _fields("* **{label}:** {value}"),
    "bullets_round": _fields("• {label} : {value}"),
    "fenced": lambda text: f"```text\n{text}```\n",
    "two_blanks": _wrapped("", "  "),
    "backslash_ends": _wrapped("", "\\"),
    "quoted": _wrapped("> ", ""),
    "all_bullets": _wrapped("- ", ""),
    "numbered_lines": lambda text: "\n".join(f"{no:>3} {line}" for no, line in enumerate(text.split("\n"), start=1)),
    "numbered_with_colons": lambda text: "\n".join(
        f"{no}: {line}" for no, line in enumerate(text.split("\n"), start=1)
    ),
    "quoted_twice": _wrapped(">> ", ""),
    "escaped": _by_line(_escaped),
    "table": _table,
    "boxed": _boxed,
    "field_list": _fields(":{label}: {value}"),
    "double_colon": _fields("{label} :: {value}"),
    "tags": _fields("<b>{label}</b> : {value}<br>"),
    "entities": _fields("{label}&nbsp;: {value}"),
    "marked": _fields("{label} : =={value}=="),
    "whole": _also(_headed("##"), _by_line(_bold_report), _fields("- **{label}:** {value}"), _wrapped("", "  ")),
}


def decorated(form: Form, habit: str, *, percent_signs: bool = True) -> str:
    """Return a form's text as somebody of the habit sends it."""
    return HABITS[habit](form.text(percent_signs=percent_signs))
