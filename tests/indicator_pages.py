"""Pages about indicators written for the tests: the facts of one or several KPIs in every layout, our own prose."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from tests.forms import Page

HOST = "http://host.example/mobile"
ROUTINE = "**** ภารกิจงานประจำของหน่วยงาน ****"
TABLE_HEAD = ["ไตรมาสที่", "(1 - 4)", "*ผลงาน*", "({unit})", "*ผลประเมินตัวชี้วัด*", "(* 2.1 / 2.2 *)"]


@dataclass(frozen=True)
class Row:
    """A row of the table of quarters as printed; an empty text is a blank cell."""

    quarter: str
    result: str
    score: str
    pair: str
    narrative: str = "สำรวจพื้นที่และจัดทำแผน\nร่วมกับชุมชน"


ROWS = (
    Row("1", "15.00", "100.0000", "100 / 100"),
    Row("2", "57.50", "", "95 / 100"),
    Row("3", "56.66", "0.0000", "0 / 0"),
    Row("4", "60.25", "100.0000", "0 / 0"),
)


def table(rows: Sequence[Row], unit: str, style: str = "cells") -> list[str]:
    """Return the lines of a table: `cells` a line each, `bars`, `tabs` or `blanks` between those of a row, or `three`.

    In `three`, the score and the pair stand above and below the other two cells, as on a printed page.
    """
    head = [line.format(unit=unit) for line in TABLE_HEAD]
    if style == "cells":
        return [*head, *(cell for row in rows for cell in (row.quarter, row.result, row.score, row.pair))]
    if style == "three":
        lines = [line for row in rows for line in (row.score, f"{row.quarter} {row.result}", row.pair)]
        return [*head, *filter(None, lines)]
    mark = {"bars": " | ", "tabs": "\t", "blanks": " "}[style]
    printed = [mark.join((row.quarter, row.result, row.score, row.pair)) for row in rows]
    return [mark.join(head), *printed]


@dataclass(frozen=True)
class IndicatorPage:
    """An indicator page; `text` gives it whole, `bare` what a crawler left of it: no title, no headings, no table."""

    kpi_id: str = "5021-0775"
    name: str = "3.2 ร้อยละของสวน : ระยะที่ 2 (PM 2.5)"
    unit: str = "ร้อยละ"
    result_unit: str | None = None
    target: str = "80.0000"
    result: str = "60.2500"
    type: str = "ตัวชี้วัดเชิงยุทธศาสตร์"
    level: str = "ผลผลิต (output)"
    evaluation: str = "ไตรมาสที่ 1: 100.0000"
    rows: tuple[Row, ...] = ROWS
    summary: str = "สวนริมคลองแล้วเสร็จ"
    definition: str = "สวน หมายถึง พื้นที่สีเขียว\nที่ประชาชนใช้ได้"

    def with_(self, **changes: Any) -> "IndicatorPage":
        """Return the page with other values."""
        return replace(self, **changes)

    def with_row(self, number: int, **changes: Any) -> "IndicatorPage":
        """Return the page with other values in the row of one number, counted from 1."""
        rows = list(self.rows)
        rows[number - 1] = replace(rows[number - 1], **changes)
        return replace(self, rows=tuple(rows))

    def labels(self) -> list[str]:
        """Return the lines with labels."""
        return [
            f"ค่าเป้าหมาย {self.unit} : {self.target}",
            f"ผลงานที่ทำได้ {self.unit if self.result_unit is None else self.result_unit} : {self.result}",
            f"ประเภทตัวชี้วัด : {self.type}",
            f"(ตัวชี้วัดระดับ{self.level})",
        ]

    def text(self, *, blank_lines: bool = True, style: str = "cells") -> str:
        """Return the page as it is printed; without blank lines, blank cells of the table are lost as well."""
        target, result, kind, level = self.labels()
        narratives = [[f"รายงานผลฯ ไตรมาสที่ {row.quarter}", row.narrative] for row in self.rows]
        blocks = [
            ["รายละเอียดตัวชี้วัด"], ["Back Home"], [f"{self.name} : {self.kpi_id}"], [target], [result], [kind, level],
            ["0"], ["รายละเอียดตัวชี้วัดฯ : พิมพ์ข้อมูล"], [f"*** สยป. ตรวจประเมินตัวชี้วัด : {self.evaluation}"],
            ["ผลงานเทียบกับเป้าหมายรายไตรมาส"], table(self.rows, self.unit, style),
            *([line] for block in narratives for line in block),
            ["** สรุปผลการดำเนินงาน **"], [self.summary], ["นิยาม หรือความหมายของตัวชี้วัด"], [self.definition],
        ]  # fmt: skip
        if blank_lines:
            return "\n\n".join("\n".join(block) for block in blocks) + "\n"
        return "\n".join(line for block in blocks for line in block if line) + "\n"

    def bare(self) -> str:
        """Return what is left where a crawler lost the headings, the table and the blank lines."""
        prose = self.rows[0].narrative
        link = "รายละเอียดตัวชี้วัดฯ : พิมพ์ข้อมูล"
        return "\n".join([*self.labels(), link, f"*** สยป. ตรวจประเมินตัวชี้วัด : {self.evaluation}", prose]) + "\n"

    def page(self, text: str | None = None) -> Page:
        """Return the page saved under its address."""
        return Page(f"{HOST}/mykpi.php?pid={self.kpi_id}", self.text() if text is None else text)


PLAN_LINES = (
    ":ด้านที่ ๒ - มหานครสีเขียว สะดวกสบาย",
    ":มิติที่ ๒.๒ - มีพื้นที่สาธารณะ พื้นที่สีเขียวกระจายทั่วทุกพื้นที่",
    ":เป้าหมายที่ ๒.๒.๑ กรุงเทพมหานครเป็นมหานครที่ร่มรื่นด้วยพรรณไม้%",
)


@dataclass(frozen=True)
class CatalogueEntry:
    """A page of the catalogue of indicators."""

    number: str = "181"
    name: str = "4. สวนริมคลองและ/หรือสวนสาธารณะที่ได้รับการส่งเสริม"
    target: str = "≥1 : แห่ง"
    kind: str = "ตัวชี้วัดเป้าประสงค์"
    plan: tuple[str, ...] = PLAN_LINES
    definition: str = "สวน หมายถึง พื้นที่สีเขียว"

    def with_(self, **changes: Any) -> "CatalogueEntry":
        """Return the entry with other values."""
        return replace(self, **changes)

    def text(self, *, blank_lines: bool = True) -> str:
        """Return the page as it is printed."""
        blocks = [
            "โครงการจัดทำฐานข้อมูลตัวชี้วัดการพัฒนาเมือง (2562-2563)", "Back Home", f"{self.name} : {self.number}",
            f"ค่าเป้าหมาย {self.target}", f"ลักษณะข้อมูล : {self.kind}", "สนับสนุนยุทธศาสตร์กรุงเทพมหานครฯ",
            "\n".join(self.plan), "1.นิยาม หรือความหมายของตัวชี้วัด", self.definition,
        ]  # fmt: skip
        return ("\n\n" if blank_lines else "\n").join(blocks) + "\n"

    def page(self) -> Page:
        """Return the page saved under its address."""
        return Page(f"{HOST}/mykpi2563.php?pid={self.number}", self.text())


INDEX_ROWS = (
    Row("1", "0.00", "", "95 / 100"), Row("2", "50.00", "", "0 / 0"),
    Row("3", "75.00", "", "0 / 0"), Row("4", "82.62", "", "0 / 0"),
)  # fmt: skip


@dataclass(frozen=True)
class IndexKpi:
    """One KPI of an index; `head` heads it and those that follow, `goal` is its line of the plan."""

    name: str = "1.1 ร้อยละของสวนที่เพิ่มขึ้น"
    bracket: str = "[มิติที่ 1 : ตัวชี้วัดเจรจา]"
    goal: str = "๑.๖.๖ คนกรุงเทพฯมีวิถีชีวิตแบบ Active Living Lifestyle"
    unit: str = "ร้อยละ"
    target: str = "80.00"
    result: str = "82.62"
    rows: tuple[Row, ...] = INDEX_ROWS
    head: str | None = None

    def with_(self, **changes: Any) -> "IndexKpi":
        """Return the KPI with other values."""
        return replace(self, **changes)


KPIS = (
    IndexKpi(head="๑.๖ - ปลอดโรคคนเมือง อาหารปลอดภัย"),
    IndexKpi(name="ปี 2564 ๔. จำนวนชุมชนสะอาด", bracket="[มิติที่ 1 : ]", goal="๑.๖.๒ ชุมชนสะอาด", unit="ชุมชน"),
)


@dataclass(frozen=True)
class DepartmentIndex:
    """An index of an agency; `text` gives it whole, `crawled` with bars, without title, names and tables."""

    unit_code: str = "23000000"
    year: str = "2564"
    kpis: tuple[IndexKpi, ...] = KPIS
    has_table_head: bool = False

    def with_(self, **changes: Any) -> "DepartmentIndex":
        """Return the index with other values."""
        return replace(self, **changes)

    def with_kpi(self, **changes: Any) -> "DepartmentIndex":
        """Return the index with other values in its first KPI."""
        return replace(self, kpis=(replace(self.kpis[0], **changes), *self.kpis[1:]))

    def text(self, *, blank_lines: bool = True, style: str = "cells") -> str:
        """Return the page as it is printed."""
        blocks = [[f"ผลการปฏิบัติราชการประจำปี : {self.year} ของหน่วยงาน : {self.unit_code}"], ["Home Home SED"]]
        for number, kpi in enumerate(self.kpis, start=1):
            rows = table(kpi.rows, kpi.unit, style)
            blocks += [
                *([[kpi.head]] if kpi.head else []), [f"({number}) {kpi.name}", kpi.bracket], [kpi.goal],
                [f"หน่วยนับ :{kpi.unit}"], [f"เป้าหมาย :{kpi.target}"], [f"ผลงาน :{kpi.result}"],
                *([["ผลงานเทียบกับเป้าหมายรายไตรมาส"], rows] if self.has_table_head else [_rows_only(rows, style)]),
            ]  # fmt: skip
        if blank_lines:
            return "\n\n".join("\n".join(block) for block in blocks) + "\n"
        return "\n".join(line for block in blocks for line in block if line) + "\n"

    def crawled(self) -> str:
        """Return what one crawler left of the page."""
        return "\n".join(
            f"{f'{kpi.head} ' if kpi.head else ''}{kpi.goal}1 | |\n![]() |\n"
            f"หน่วยนับ :{kpi.unit} เป้าหมาย :{kpi.target} ผลงาน :{kpi.result} |\n{kpi.rows[0].narrative}"
            for kpi in self.kpis
        )

    def page(self, text: str | None = None) -> Page:
        """Return the page saved under its address, which does not say the year."""
        return Page(f"{HOST}/index11.php?selDEP={self.unit_code}", self.text() if text is None else text)


def _rows_only(lines: list[str], style: str) -> list[str]:
    return lines[len(TABLE_HEAD) if style in {"cells", "three"} else 1 :]
