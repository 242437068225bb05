"""The data contract of `mart` in the Open Data Contract Standard (ODCS) 3.1: what BI may rely on, for people and tools.

In comes the catalogue; out goes YAML. What no view says of itself is in `contract.yaml`.
"""

from importlib import resources
from typing import Any

import yaml

from etl.publish.dictionary.catalogue import Catalogue, Column, Relation
from etl.settings import FRESHNESS_MAX_HOURS
from etl.validate.suites import Rule

_HEADER = "# Made by `make dictionary` from sql/marts/: edit that, and not this file.\n\n"

# The logical type of a column, by what its type in PostgreSQL begins with.
_LOGICAL_TYPES = {
    "text[]": "array", "text": "string", "boolean": "boolean", "date": "date", "timestamptz": "timestamp",
    "smallint": "integer", "integer": "integer", "bigint": "integer", "numeric": "number", "interval": "string",
    "jsonb": "object",
}  # fmt: skip


class _Dumper(yaml.SafeDumper):
    def ignore_aliases(self, data: Any) -> bool:  # noqa: ARG002 - the base class names it so
        """Return True: a value that is used twice is written out twice."""
        return True


def data_contract(catalogue: Catalogue) -> str:
    """Return the contract as YAML."""
    contract: dict[str, Any] = yaml.safe_load((resources.files(__package__) / "contract.yaml").read_text("utf-8"))
    (latency,) = [promise for promise in contract["slaProperties"] if promise["id"] == "load_latency"]
    latency["value"] = FRESHNESS_MAX_HOURS
    contract["schema"] = [_view(relation) for relation in catalogue.of("mart") if relation.kind == "view"]
    return _HEADER + yaml.dump(contract, Dumper=_Dumper, sort_keys=False, allow_unicode=True, width=120)


def _view(view: Relation) -> dict[str, Any]:
    return _stated(
        name=view.name.partition(".")[2],
        logicalType="object",
        physicalType=view.kind,
        physicalName=view.name,
        businessName=view.thai,
        description=view.comment,
        dataGranularityDescription=view.grain and f"One row is {view.grain}.",
        customProperties=_thai(view.comment_th),
        properties=[_property(column) for column in view.columns],
    )


def _property(column: Column) -> dict[str, Any]:
    kind = next(logical for start, logical in _LOGICAL_TYPES.items() if column.type.startswith(start))
    return _stated(
        name=column.name,
        businessName=column.thai,
        logicalType=kind,
        logicalTypeOptions={"timezone": True} if kind == "timestamp" else None,
        physicalType=column.type,
        items={"name": column.name, "logicalType": "string"} if kind == "array" else None,
        description=column.comment,
        required=not column.is_nullable,
        classification="internal",
        examples=list(column.known_words),
        customProperties=[
            *([{"property": "unit", "value": column.unit}] if column.unit else []),
            *_thai(column.comment_th),
            *(
                {"property": "sourceLabel", "value": " / ".join(label.spellings), "description": label.file}
                for label in column.labels
            ),
        ],
        quality=[_check(rule) for rule in column.rules],
    )


def _thai(meaning: str) -> list[dict[str, str]]:
    return [{"property": "descriptionThai", "value": meaning}] if meaning else []


def _check(rule: Rule) -> dict[str, Any]:
    # In words: the rule judges a record as it is read, by columns that no view has.
    return _stated(
        name=rule.rule_id,
        type="text",
        severity=rule.severity.value,
        description=rule.description,
        tags=list(rule.families),
    )


def _stated(**entries: Any) -> dict[str, Any]:
    """Return the entries that say something."""
    return {name: value for name, value in entries.items() if value not in (None, "", [], {})}
