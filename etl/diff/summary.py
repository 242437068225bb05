"""What a load would change as Markdown in Thai and English, for the person who is asked whether it may."""

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from etl.diff import Difference
from etl.diff.effect import AgencyEffect, Effect
from etl.reference import names_of

SHOWN = 20  # lines of a list
_COUNTS = {
    "documents_read": "เอกสารที่อ่าน · documents read",
    "documents_quarantined": "เอกสารที่อ่านไม่ได้ · documents that cannot be read",
    "records_loaded": "ระเบียนใหม่หรือเปลี่ยนแปลง · records new or changed",
    "records_unchanged": "ระเบียนที่เหมือนเดิม · records unchanged",
    "records_quarantined": "ระเบียนที่กักไว้ · records held back",
    "records_superseded": "ระเบียนที่เก่ากว่าของเดิม · records older than what stands",
}
_CHANGES = ("เพิ่ม · added", "เปลี่ยน · changed", "หาย · gone")
_UNKNOWN = "ไม่ทราบ · unknown"
_MARKUP = re.compile(r"([\\`*_{}\[\]<>|#~])")


def summary(counts: Mapping[str, Any], effect: Effect) -> str:
    """Return the page of a rehearsed load: its counts, and what would shrink, change, come and go, largest first."""
    parts = [
        f"**ซักซ้อมแล้ว ยังไม่มีอะไรเปลี่ยน · Rehearsed as load {counts['load_id']}; nothing has changed yet.**",
        _table(("", "จำนวน · count"), [(label, counts[name]) for name, label in _COUNTS.items()]),
        _list("⚠️ น้อยกว่าเดิมมาก · Much less than before", effect.volume),
        _section(
            "แยกตามตาราง · By table",
            ("ตาราง · table", *_CHANGES),
            [
                (table.table_name, table.added, table.changed, table.removed)
                for table in effect.tables
                if table.added or table.changed or table.removed
            ],
        ),
        _section(
            "แยกตามหน่วยงานและปี · By agency and fiscal year",
            ("หน่วยงาน · agency", "ปี · year", *_CHANGES),
            [
                (_agency(agency), agency.fiscal_year or _UNKNOWN, agency.added, agency.changed, agency.removed)
                for agency in effect.agencies
            ],
        ),
        _differences("จำนวนเงินที่เปลี่ยนมากที่สุด (บาท) · Largest changes of money (THB)", effect.money),
        _differences("ความก้าวหน้าที่เปลี่ยนมากที่สุด (%) · Largest changes of progress (%)", effect.progress),
        _list("โครงการที่หายไป · Projects gone", effect.projects_removed),
        _list("โครงการใหม่ · Projects added", effect.projects_added),
    ]
    return "\n\n".join(filter(None, parts))


def _agency(agency: AgencyEffect) -> str:
    if agency.agency_code is None:
        return _UNKNOWN
    names = sorted(names_of(agency.agency_code, agency.fiscal_year))
    return " ".join([agency.agency_code, *names[:1]])


def _differences(title: str, differences: Sequence[Difference]) -> str:
    rows = [(one.record, one.field, one.before, one.after) for one in differences]
    return _section(title, ("รายการ · record", "ข้อมูล · field", "เดิม · before", "ใหม่ · after"), rows)


def _section(title: str, heads: Sequence[str], rows: Sequence[Sequence[object]]) -> str:
    return f"### {title}\n\n{_table(heads, rows[:SHOWN])}{_more(rows)}" if rows else ""


def _list(title: str, lines: Sequence[str]) -> str:
    shown = "\n".join(f"* {_plain(line)}" for line in lines[:SHOWN])
    return f"### {title} ({len(lines):,})\n\n{shown}{_more(lines)}" if lines else ""


def _more(lines: Sequence[object]) -> str:
    more = len(lines) - SHOWN
    return f"\n\nและอีก {more:,} รายการ · and {more:,} more, in `ops.rehearsal`" if more > 0 else ""


def _table(heads: Iterable[str], rows: Iterable[Iterable[object]]) -> str:
    head = [*heads]
    lines = [head, ["---"] * len(head), *([_plain(cell) for cell in row] for row in rows)]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def _plain(value: object) -> str:
    """Return a value as text that Markdown leaves alone; what is blank as a dash."""
    if value is None:
        return "–"
    text = f"{value:,}" if isinstance(value, int) and value > 9999 else str(value)
    return _MARKUP.sub(r"\\\1", " ".join(text.split()))
