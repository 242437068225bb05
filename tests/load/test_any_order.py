"""Any order, any retry, the same warehouse."""

import random
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from etl import pipeline
from etl.settings import Settings
from tests.conftest import Warehouse
from tests.forms import Form
from tests.load.content import content_of
from tests.load.test_load import export

FIRST = datetime(2024, 1, 1, tzinfo=UTC)

forms = st.builds(
    Form,
    code=st.sampled_from(["50210000-0001", "50210000-0002"]),
    name=st.sampled_from(["ปลูกต้นไม้", "ปลูกต้นไม้ริมคลอง", ""]),
    received=st.sampled_from(["0 บาท", "100.00 บาท", ""]),
    goal=st.sampled_from(["๔.๓.๑ เป้าหมายหนึ่ง", "๔.๓.๒ เป้าหมายสอง", "๔.๓.๒ เป้าหมายอื่น", ""]),
    certified=st.booleans(),
)
changed_forms = st.builds(
    lambda form, progress, status: form.with_report(3, progress=progress, plan_status=status),
    forms, st.sampled_from(["33.00", "40", "150", ""]), st.sampled_from(["เป็นไปตามแผน", "ช้ากว่าแผน"]),
)  # fmt: skip
documents = st.lists(st.lists(changed_forms, min_size=1, max_size=2), min_size=2, max_size=5)
moments = st.lists(st.integers(0, 3), min_size=5, max_size=5)


# fmt: off
@settings(
    max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture],
    phases=[Phase.explicit, Phase.reuse, Phase.generate],  # to shrink would take longer than to read the example
)
@given(documents=documents, moments=moments, seed=st.randoms(use_true_random=False))
def test_documents_in_any_order_and_again_give_the_same_warehouse(
    documents: list[list[Form]], moments: list[int], seed: random.Random, new_database: Callable[[], str],
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    # fmt: on
    root = tmp_path_factory.mktemp("order")
    batches = [
        batch_of(root / str(number), "".join(form.text() for form in copies), FIRST + timedelta(days=moment))
        for number, (copies, moment) in enumerate(zip(documents, moments, strict=False))
    ]
    shuffled = seed.sample(batches, len(batches))
    at_once = load_in(new_database(), [batches])
    one_by_one = load_in(new_database(), [[batch] for batch in shuffled])
    with_repeats = load_in(new_database(), [shuffled[:2], shuffled[1:], shuffled])
    assert at_once == one_by_one == with_repeats


def batch_of(folder: Path, text: str, at: datetime) -> str:
    """Return the address of a batch with one document."""
    folder.mkdir()
    export(folder, "form.txt", text, at)
    settings = Settings(etl_home=folder / ".home", etl_source=str(folder))
    (work_list,) = pipeline.pull(settings, "run", only_new=False)
    return pipeline.process(work_list)


def load_in(url: str, deliveries: list[list[str]]) -> dict[str, list[str]]:
    """Load deliveries of batches one after the other into a new warehouse; return what then stands there."""
    warehouse = Warehouse(Settings(warehouse_url=url))
    for number, batches in enumerate(deliveries):
        pipeline.load(warehouse.settings, str(number), batches)
    return content_of(warehouse)
