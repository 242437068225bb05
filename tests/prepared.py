"""Imported once, by the process that the others of `processes` are forked from: the rules are prepared there."""

from etl.extract import extract
from etl.pipeline import judge
from tests.conftest import SAMPLE

judge(extract(SAMPLE.name, SAMPLE.read_bytes()))
