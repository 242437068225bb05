"""For each rule of `expectations/`, printed forms that break it."""

from tests.forms import Form, PrintedReport

SOUND = Form(goal="๔.๓.๑ กรุงเทพมหานครมีการปรับปรุงองค์ประกอบทางภูมิทัศน์เมือง", certified=True)

BROKEN: dict[str, list[Form | str]] = {
    "R-form-incomplete": [SOUND.text().partition("1.4")[0]],
    "R-project-code": [SOUND.with_(code="5021000A-0042")],
    "R-project-code-missing": [SOUND.with_(code="")],
    "R-fiscal-year-unreadable": [SOUND.with_(fiscal_year=year) for year in ("256x", "0500", "9999", "2023")],
    "R-fiscal-year-missing": [SOUND.with_(fiscal_year="")],
    "R-fiscal-year-range": [SOUND.with_(fiscal_year="2554"), SOUND.with_(fiscal_year="2599")],
    "R-project-name-missing": [SOUND.with_(name="")],
    "R-date-unreadable": [SOUND.with_(start="2023-13-01"), SOUND.with_report(2, date="31/13/2566")],
    "R-date-uncertain": [
        SOUND.with_(start="02/03/2024"), SOUND.with_(end="02/03/2024"), SOUND.with_report(2, date="02/13/2567"),
    ],
    "R-date-missing": [SOUND.with_(end=""), SOUND.with_report(1, date="")],
    "R-date-outside-fy": [
        SOUND.with_(start="2022-10-01"), SOUND.with_(end="2024-12-15"), SOUND.with_report(3, date="20/12/2567"),
    ],
    "R-date-far-outside-fy": [SOUND.with_(start="1994-10-01"), SOUND.with_(end="2054-09-30")],
    "R-date-order": [SOUND.with_(end="2023-09-30")],
    "R-money-worded": [SOUND.with_(spent="1.25 ล้านบาท"), SOUND.with_report(1, disbursed="๔๘๐ พันบาท")],
    "R-value-remark": [
        SOUND.with_(spent="1.25 ล้านบาท (เดิม 2 ล้านบาท)"), SOUND.with_(received="400,000 บาท (เดิม 500,000)"),
        SOUND.with_report(1, progress="50.00 (แผน 90)"), SOUND.with_report(1, disbursed="480 บาท (สะสม 900 บาท)"),
        SOUND.with_(start="2023-10-01 (ลงนาม 15/11/2566)"), SOUND.with_(end="30/09/2567 ขยายถึง 31/12/2567"),
        SOUND.with_(fiscal_year="2567 (ต่อเนื่อง)"), SOUND.with_report(1, date="15/11/2566 (รอ)"),
        SOUND.with_report(1, plan_status="ช้ากว่าแผน (ฝนตก)"), SOUND.with_report(1, target_status="ต่ำกว่าเป้าหมาย *"),
    ],
    "R-value-corrected": [
        SOUND.with_(spent="1 บาท → 2 บาท"), SOUND.with_(received="1 แก้เป็น 1,250,000 บาท"),
        SOUND.with_(start="2023-10-02 แก้เป็น 2023-10-01"), SOUND.with_(end="2024-09-29 → 2024-09-30"),
        SOUND.with_(fiscal_year="2566 แก้เป็น 2567"), SOUND.with_report(1, date="15/10/2566 → 15/11/2566"),
        SOUND.with_report(1, progress="5 → 10"), SOUND.with_report(1, disbursed="5 → 0 บาท"),
        SOUND.with_report(1, plan_status="เป็นไปตามแผน → ช้ากว่าแผน"),
        SOUND.with_report(1, target_status="เป็นไปตามเป้าหมาย → ต่ำกว่าเป้าหมาย"),
    ],
    "R-value-cut": [
        *(
            SOUND.text().partition(cut)[0] + cut
            for cut in (
                ": 2567", ": 2023-10-01", ": 2024-09-30 00:00:00", ": 1,250,000.5", ": 312,500", ":: 20/02/2567",
                "= 20.5", "(ครั้งที่ 2) = 0",
            )
        ),
    ],
    "R-status-conflict": [
        SOUND.with_report(2, plan_status="☑ เป็นไปตามแผน ☑ ช้ากว่าแผน"),
        SOUND.with_report(2, target_status="เป็นไปตามเป้าหมาย / ต่ำกว่าเป้าหมาย"),
    ],
    "R-money-unreadable": [SOUND.with_(spent="1,40 บาท"), SOUND.with_report(1, disbursed="x บาท")],
    "R-money-negative": [SOUND.with_(received="-1 บาท"), SOUND.with_report(1, disbursed="-0.01 บาท")],
    "R-overspent": [SOUND.with_(spent="1,250,000.51 บาท")],
    "R-100-no-spend": [SOUND.with_(spent="0 บาท").with_report(3, progress="100.00")],
    "R-agency-missing": [SOUND.with_(agency="")],
    "R-agency-unknown": [SOUND.with_(code="77210000-0042")],
    "R-agency-mismatch": [SOUND.with_(code="50220000-0042")],
    "R-plan-code": [SOUND.with_(goal="ไม่มีรหัส"), SOUND.with_(strategy="ไม่มีรหัส"), SOUND.with_(sub_issue="ไม่มีรหัส")],
    "R-plan-path": [SOUND.with_(sub_issue="๔.๒ - อื่น")],
    "R-goal-missing": [SOUND.with_(goal="")],
    "R-goal-mismatch": [SOUND.with_(goal="๔.๓.๑ เป้าหมายอื่น")],
    "R-goal-truncated": [SOUND.with_(goal="๔.๓.๑ กรุงเทพมหานครมีการปรับปรุง%")],
    "R-indicator-missing": [SOUND.with_(indicator="")],
    "R-no-reports": [SOUND.with_(reports=())],
    "R-progress-fraction": [
        SOUND.with_report(1, progress="0.10").with_report(2, progress="0.205").with_report(3, progress="0.33")
    ],
    "R-indicator-several": [SOUND.with_(indicator="มิติที่ 3 ระดับความสำเร็จ มิติที่ 1 จำนวนต้นไม้")],
    "R-end-missing": [SOUND.with_(certified=False)],
    "R-report-missing": [SOUND.with_report(2, no="5")],
    "R-late-reports": [SOUND.with_(reports=(PrintedReport("1", "25/09/2567", "100"),))],
    "R-encoding-loss": [SOUND.with_(rationale="ข้อความ\ufffdยาว" + "ก" * 2000)],
    "R-label-missing": [SOUND.text().replace("งบประมาณที่ได้รับ : 1,250,000.50 บาท", "")],
    "R-label-repeated": [SOUND.text().replace("เป้าหมายที่ :", "เป้าหมายที่ : ๔.๓.๒ อื่น\n\nเป้าหมายที่ :")],
    "R-dimension-unreadable": [SOUND.with_(indicator="มิติที่ สาม จำนวนต้นไม้")],
    "R-text-unplaced": [SOUND.text().replace("1.2 หน่วยงาน", "หมายเหตุ\n\n1.2 หน่วยงาน")],
    "R-fact-lost": [SOUND.text().replace("1.2 หน่วยงาน", "หมายเหตุ 12,345.67\n\n1.2 หน่วยงาน")],
    "R-report-fact-lost": [SOUND.text() + "\nความคืบหน้า 1/6/2567 : 77.25 %\n"],
    "R-text-elided": [
        SOUND.with_(name="ปลูกต้นไม้ริมคลอง...", rationale="คลองขาดร่มเงา …", objectives="- เพิ่มพื้นที่…\n- ลดความร้อน"),
        SOUND.with_(targets="ต้นไม้ 500 ต้น ดูเพิ่มเติม", strategy="ยุทธศาสตร์ที่ ๔ – การเชื่อมโยง...", sub_issue="๔.๓ - กรุงเทพฯ…"),
        SOUND.with_(goal="๔.๓.๑ กรุงเทพมหานครมีการ...", indicator="มิติที่ 1 จำนวนต้นไม้...\N{RIGHT DOUBLE QUOTATION MARK}"),
        SOUND.with_report(1, narrative="ดำเนินการตามแผน..."),
    ],
    "R-text-placeholder": [
        SOUND.with_(targets="-"), SOUND.with_(rationale=""), SOUND.with_(indicator="-"),
        SOUND.with_report(1, narrative=""),
    ],
    "R-report-no": [SOUND.with_report(2, no="ก")],
    "R-report-no-missing": [SOUND.with_report(2, no="", counter="")],
    "R-report-no-repeated": [SOUND.with_report(2, no="1")],
    "R-counter-mismatch": [SOUND.with_report(2, counter="3")],
    "R-report-incomplete": [SOUND.text().partition("งบประมาณที่เบิกใช้ (ครั้งที่ 3)")[0]],
    "R-report-order": [SOUND.with_report(3, date="01/01/2567")],
    "R-progress-unreadable": [SOUND.with_report(2, progress="สิบ")],
    "R-progress-missing": [SOUND.with_report(2, progress="")],
    "R-progress-range": [SOUND.with_report(2, progress="150"), SOUND.with_report(2, progress="-1")],
    "R-progress-drop": [SOUND.with_report(3, progress="20.49")],
    "R-jump": [SOUND.with_report(3, progress="35.51")],
    "R-flat": [SOUND.with_report(3, progress="20.5000")],
    "R-spending-missing": [SOUND.with_report(2, disbursed="")],
    "R-status-unknown": [SOUND.with_report(2, plan_status="ชะลอ"), SOUND.with_report(2, target_status="ชะลอ")],
    "R-status-missing": [SOUND.with_report(2, plan_status=" "), SOUND.with_report(2, target_status=" ")],
    "R-status-extra": [SOUND.with_report(2, target_status="เป็นไปตามเป้าหมาย : อื่น")],
    "R-dimension": [SOUND.with_(indicator="มิติที่ 5 จำนวนต้นไม้")],
    "R-dimension-missing": [SOUND.with_(indicator="จำนวนต้นไม้")],
}  # fmt: skip
