"""`ops.load`."""

from sqlalchemy import ARRAY, BigInteger, CheckConstraint, Integer, SmallInteger, Text, text

from etl.warehouse.model.declare import column, counted_up, optional, table
from etl.warehouse.model.kinds import Timestamp
from etl.warehouse.model.ops.counts import counted, record_counts

load = table(
    "ops", "load", "A run.",
    counted_up("load_id", BigInteger, "การนำเข้าที่", "The load."),
    column("run_id", Text, "รอบการทำงาน", "The run, as its scheduler or the command line names it."),
    optional(
        "fiscal_year", SmallInteger, "ปีงบประมาณ (พ.ศ.)",
        "The one fiscal year that was loaded; empty where all were.",
    ),
    column("started_at", Timestamp, "เวลาเริ่ม", "When the load began.").with_options(server_default=text("now()")),
    optional("finished_at", Timestamp, "เวลาสิ้นสุด", "When it ended."),
    column("status", Text, "สถานะ", "running, committed, failed, or rehearsed: done and taken back."),
    optional("error", Text, "สาเหตุที่ไม่สำเร็จ", "Why it failed."),
    optional("triggered_by", Text, "ผู้สั่งงาน", "Who or what began the run: a user, or the schedule."),
    optional("approved_by", Text, "ผู้อนุมัติ", "Who let it pass after a rehearsal; empty where nobody was asked."),
    optional("reason", Text, "เหตุผล", "Why it was run, as those who began or approved it said."),
    optional(
        "source", Text, "แหล่งข้อมูล", "Address that was pulled from, without a login; empty where nothing was pulled."
    ),
    optional(
        "rehearsal_of", BigInteger, "การซักซ้อมที่อนุมัติ", "The rehearsal on which it was approved.",
        references="ops.load.load_id",
    ),
    optional(
        "parser_version", Text, "รุ่นของตัวอ่าน", "The version of the parser that read; empty where it is not known."
    ),
    optional("documents_parsed", Integer, "จำนวนเอกสารที่แยกข้อมูลใหม่", "Documents parsed by this run, of any year."),
    optional(
        "documents_reused", Integer, "จำนวนเอกสารที่ใช้ผลเดิม",
        "Documents that this version of the parser had read before, and that were not parsed again.",
    ),
    counted("documents_read", "จำนวนเอกสารที่อ่าน", "Documents read."),
    counted(
        "documents_quarantined", "จำนวนเอกสารที่อ่านไม่ได้", "Documents from which nothing could be read."
    ),
    *record_counts(),
    optional(
        "changed_years", ARRAY(SmallInteger), "ปีงบประมาณที่เปลี่ยน (พ.ศ.)",
        "The fiscal years of which it may have changed what marts show, also those that something has left; empty where"
        " that is not known, as of a load that an earlier release did.",
    ),
    CheckConstraint("status IN ('running', 'committed', 'failed', 'rehearsed')", name="status"),
    grain="a run",
    is_audit=True,
)  # fmt: skip
