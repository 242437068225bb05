"""What Airflow is told of our types of Connections, by the entry point `apache_airflow_provider` of this package.

Its form offers them with these fields; what a field in `conn-fields` holds is an extra of the Connection.
"""

from typing import Any

PACKAGE = "bma-project-reporting"


def get_provider_info() -> dict[str, Any]:
    """Return the types, as Airflow's `provider_info.schema.json` has it; their hooks are in `plugins/`."""
    return {
        "package-name": PACKAGE,
        "name": "Project reporting",
        "description": "Connections of the reporting pipeline",
        "connection-types": [
            {
                "connection-type": "report_exports",
                "hook-name": "Project exports · แฟ้มส่งออก",
                "hook-class-name": "connection_hooks.ExportsHook",
                "ui-field-behaviour": {
                    "hidden-fields": ["schema", "port", "extra"],
                    "relabeling": {"host": "Address · ที่อยู่"},
                    "placeholders": {
                        "host": "sftp://files.example.org:22/out, https://…, s3://bucket/folder or file:///folder"
                    },
                },
                "conn-fields": {
                    "index": {
                        "label": "A web page of links",
                        "schema": {"type": ["boolean", "null"], "default": False},
                        "description": "The exports are what the page at the address links to",
                    },
                    "host_key": {
                        "label": "Key of the SFTP server",
                        "schema": {"type": ["string", "null"]},
                        "description": "As ssh-ed25519 AAAA…; without it, the account's known_hosts is asked",
                    },
                    "endpoint_url": {
                        "label": "S3 endpoint",
                        "schema": {"type": ["string", "null"]},
                        "description": "As https://store.example.org; without it, Amazon's",
                    },
                    "role_arn": {
                        "label": "S3 role",
                        "schema": {"type": ["string", "null"]},
                        "description": "As arn:aws:iam::…:role/…; it is assumed with the login, or the worker's own",
                    },
                },
            },
            {
                "connection-type": "reporting_warehouse",
                "hook-name": "Reporting warehouse · คลังข้อมูล",
                "hook-class-name": "connection_hooks.WarehouseHook",
                "ui-field-behaviour": {
                    "hidden-fields": ["extra"],
                    "relabeling": {"schema": "Database · ฐานข้อมูล"},
                    "placeholders": {"host": "db.example.org", "port": "5432", "schema": "reporting"},
                },
                "conn-fields": {
                    "sslmode": {
                        "label": "TLS",
                        "schema": {
                            "type": ["string", "null"],
                            "enum": ["verify-full", "verify-ca", "require", "prefer", "disable", None],
                            "default": None,
                        },
                        "description": "libpq's sslmode; across a network, verify-full",
                    },
                    "sslrootcert": {
                        "label": "Certificate of the authority",
                        "schema": {"type": ["string", "null"]},
                        "description": "A file on Airflow's machines, or system",
                    },
                },
            },
        ],
    }
