"""What Airflow does with our types of Connections: tests them. Tasks take their settings from `etl_settings`."""

from airflow.sdk import BaseHook

from etl.errors import first_line
from etl_settings import EXPORTS, WAREHOUSE, exports_of, warehouse_url

SILENCE_SECONDS = 5  # somebody waits for the answer

_FOUND = """
    SELECT
        current_setting('server_version'), current_database(), current_user,
        has_table_privilege(pg_class.oid, 'INSERT')
    FROM (SELECT) AS one
    LEFT JOIN pg_namespace ON nspname = 'ops'
    LEFT JOIN pg_class ON relnamespace = pg_namespace.oid AND relname = 'load'
"""


class _Hook(BaseHook):
    """Tests a Connection, and says what is there, or why it cannot work."""

    conn_name_attr = "conn_id"
    default_conn_name: str
    conn_type: str
    hook_name: str

    def __init__(self, conn_id: str | None = None) -> None:
        super().__init__()
        self.conn_id = conn_id or self.default_conn_name

    def test_connection(self) -> tuple[bool, str]:
        """Return whether it works, and what was found, or why not."""
        try:
            return True, self._found()
        except Exception as error:  # noqa: BLE001 - whatever it is, it is the answer
            return False, first_line(error)

    def _found(self) -> str:
        raise NotImplementedError


class ExportsHook(_Hook):
    """A place that exports are pulled from."""

    default_conn_name = conn_type = EXPORTS
    hook_name = "Project exports · แฟ้มส่งออก"

    def _found(self) -> str:
        from etl.pull.pulled import tried
        from etl.settings import Settings

        settings = Settings(**exports_of(self.get_connection(self.conn_id)))
        return tried(settings.etl_source, settings.reach._replace(silence_seconds=SILENCE_SECONDS))


class WarehouseHook(_Hook):
    """The warehouse."""

    default_conn_name = conn_type = WAREHOUSE
    hook_name = "Reporting warehouse · คลังข้อมูล"

    def _found(self) -> str:
        from etl.warehouse import connect_to

        with connect_to(warehouse_url(self.get_connection(self.conn_id))) as connection:
            ((version, database, login, may_load),) = connection.execute(_FOUND).fetchall()
        state = {
            None: "there is no warehouse yet, which the first load makes if it is the owner's",
            False: "it may not load: it is neither the owner nor a writer",
            True: "it may load",
        }
        return f"PostgreSQL {version}, database {database}, as {login}: {state[may_load]}"
