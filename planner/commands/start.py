"""`planner init`: a commented scenario to start from, and its schema for editors."""

import json
from pathlib import Path

from planner import catalogue
from planner.errors import InputError, Problem
from planner.folders import check_file, whole_file
from planner.scenario import Scenario

SCENARIO = "scenario.yaml"
SCHEMA = "scenario.schema.json"


def schema_text() -> str:
    """The JSON schema of a scenario, which editors use to complete and check it."""
    return json.dumps(Scenario.model_json_schema(), indent=2) + "\n"


def init(folder: Path) -> list[Path]:
    """Write the commented scenario and its schema; never over a file that is there.

    Raises
    ------
    InputError
        A file of that name is there, or the folder cannot be written.
    """
    template = (catalogue.data_folder() / "scenario-template.yaml").read_text(encoding="utf-8")
    texts = {folder / SCENARIO: template, folder / SCHEMA: schema_text()}
    for path in texts:
        check_file(path)
        if path.exists():
            raise InputError(Problem(str(path), "", "is there already", allowed="a new name"))
    for path, text in texts.items():
        with whole_file(path) as fresh:
            fresh.write_text(text, encoding="utf-8")
    return list(texts)
