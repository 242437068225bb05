"""Make the login with which Superset reads the marts, or give it the password of `.env`."""

import os

from etl.settings import Settings
from etl.warehouse import open_engine
from etl.warehouse.access import BI_ROLE, grant


def main() -> None:
    grant(open_engine(Settings()), "superset", BI_ROLE, os.environ["SUPERSET_WAREHOUSE_PASSWORD"])


if __name__ == "__main__":
    main()
