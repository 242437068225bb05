"""`ops.agency_grant`."""

from sqlalchemy import BigInteger, Text

from etl.warehouse.model.declare import column, table

agency_grant = table(
    "ops", "agency_grant", "An agency whose rows a login reads in `mart_agency`, in every fiscal year of its code.",
    column("login", Text, "ชื่อผู้ใช้", "The login.").as_key(),
    column(
        "role_oid", BigInteger, "เลขประจำผู้ใช้ในเซิร์ฟเวอร์",
        "What the server knows that login by: a later one of its name, here or on another server, is granted nothing.",
    ),
    column("agency_code", Text, "รหัสหน่วยงาน", "The agency's code.").as_key(),
    grain="a login and agency",
    is_audit=True,
)  # fmt: skip
