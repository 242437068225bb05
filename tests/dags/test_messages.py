"""Messages: their words in both languages, their addresses, and that they arrive."""

import asyncio

import pytest
from airflow.sdk import Connection
from airflow.sdk.exceptions import AirflowNotFoundException

import messages
from tests.receivers import receivers


@pytest.fixture
def received():
    with receivers() as found:
        yield found


@pytest.fixture
def no_connection(monkeypatch):
    def missing(conn_id):
        raise AirflowNotFoundException(conn_id)

    async def missing_too(conn_id):
        missing(conn_id)

    monkeypatch.setattr(Connection, "get", missing)
    monkeypatch.setattr(Connection, "async_get", missing_too)


def test_a_message_says_in_both_languages_what_is_known_and_what_to_do():
    title, body, _ = messages.compose("failed", "report_exports_daily", {"cause": "BadInputError: gone", "task": None})
    assert title == "❌ report_exports_daily: งานล้มเหลว · failed"
    assert body.splitlines() == [
        "สาเหตุ · Cause: BadInputError: gone",
        "ไม่มีข้อมูลใดถูกนำเข้าเพียงบางส่วน แก้สาเหตุ แล้วสั่ง Clear งานนี้ใน Airflow",
        "Nothing is half-loaded: fix the cause, then clear the task in Airflow.",
    ]


KINDS = ("failed", "failing", "recovered", "held", "late", "quality", "cleared", "asked", "rejected")


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_of_message_can_be_composed(kind):
    values = dict.fromkeys(("task", "cause", "since", "held", "notes", "answer", "rejected", "log"), "{brace} 100%")
    title, body, _ = messages.compose(kind, "a_dag FY2566", values)
    assert "a_dag FY2566" in title
    assert body.count("{brace} 100%") == len(values)


OPTIONS = "from=etl%40example.org&to=ops%40example.org&mode=starttls"


@pytest.mark.parametrize(
    ("connection", "addresses"),
    [
        ({"password": "json://a.example/x slack://T/B/C"}, ["json://a.example/x", "slack://T/B/C"]),
        (
            {
                "conn_type": "smtp", "host": "mail.example.org", "port": 587, "login": "etl@example.org",
                "password": "a/b",
                "extra": '{"from_email": "etl@example.org", "to": "ops@example.org", "disable_ssl": true}',
            },
            [f"mailtos://etl%40example.org:a%2Fb@mail.example.org:587?{OPTIONS}"],
        ),
        (
            {"conn_type": "smtp", "host": "localhost", "extra": '{"to": "a@b.example", "disable_tls": true}'},
            ["mailtos://localhost?to=a%40b.example&mode=ssl"],
        ),
        (
            {
                "conn_type": "smtp", "host": "localhost",
                "extra": '{"to": "ops@example.org", "disable_tls": true, "disable_ssl": true}',
            },
            ["mailto://localhost?to=ops%40example.org&mode=insecure"],
        ),
        ({}, []),
    ],
    ids=["apprise", "smtp", "smtp over ssl", "smtp in clear", "none"],
)  # fmt: skip
def test_a_connection_names_addresses(connection, addresses):
    assert messages.addresses_of(Connection(**{"conn_id": "c", "conn_type": "generic"} | connection)) == addresses


@pytest.mark.parametrize("send", [messages.send, lambda message: asyncio.run(messages.send_from_triggerer(message))])
def test_a_message_arrives_as_mail_and_at_a_webhook(received, no_connection, monkeypatch, send):
    mail = f"mailto://127.0.0.1:{received.smtp_port}?from=etl@example.org&to=ops@example.org"
    monkeypatch.setenv("ETL_ALERTS", f"{mail} json://127.0.0.1:{received.http_port}")
    assert send(messages.compose("late", "report_exports_daily", {"since": "ห้าโมงเช้า"}))
    ((to, subject, text),) = received.mails
    assert (to, subject) == (["ops@example.org"], "⏰ report_exports_daily: ยังไม่เสร็จตามกำหนด · not done in time")
    assert text.splitlines()[0] == "ตั้งแต่ · Since: ห้าโมงเช้า"
    assert [posted["title"] for posted in received.posted] == [subject]


def test_nobody_to_tell_is_said_and_a_server_that_is_down_is_no_error(no_connection, monkeypatch, caplog):
    caplog.set_level("INFO")
    message = messages.compose("late", "a_dag", {})
    monkeypatch.delenv("ETL_ALERTS", raising=False)
    assert messages.send(message)
    monkeypatch.setenv("ETL_ALERTS", "json://user:s3cret@127.0.0.1:1 nonsense://s3cret")
    assert not messages.send(message)
    said = [record.getMessage() for record in caplog.records if record.name == "messages"]
    assert said == [
        f"not sent: neither reporting_alerts nor ETL_ALERTS has an address: {message.title}",
        "Apprise cannot use address 2 of reporting_alerts or ETL_ALERTS",
        f"could not be sent: {message.title}",
    ]
    assert "s3cret" not in caplog.text
