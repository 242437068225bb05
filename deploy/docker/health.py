"""Health check of one part of Airflow: exits with 0 when the API server reports it healthy, else with the reason.

One small request, so that a check every few seconds costs next to nothing; `airflow jobs check` loads all of Airflow.
"""

import json
import sys
from http.client import HTTPConnection, HTTPException


def fault_of(part: str, host: str, port: int) -> str | None:
    """Return what is wrong with metadatabase, scheduler, dag_processor or triggerer; None when it is healthy."""
    connection = HTTPConnection(host, port, timeout=5)
    try:
        connection.request("GET", "/api/v2/monitor/health")
        status = json.load(connection.getresponse())[part]["status"]
    except (OSError, HTTPException, ValueError, LookupError) as error:
        return f"{host}:{port} does not say how the {part} is: {error!r}"
    finally:
        connection.close()
    return None if status == "healthy" else f"{part}: {status or 'never started'}"


if __name__ == "__main__":
    sys.exit(fault_of(sys.argv[1], "api-server", 8080))
