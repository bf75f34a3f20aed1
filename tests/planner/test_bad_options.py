"""Options and arguments that say what cannot be: each problem in words, nothing overwritten."""

from collections.abc import Callable
from pathlib import Path

import pytest
from typer.testing import Result

from tests.refused import refused

Run = Callable[..., Result]
pytestmark = pytest.mark.usefixtures("read_once")


OPTIONS = {
    "no '='": (
        "--set budget",
        "--set budget: has no '='; allowed: path.to.key=value or table[name]",
    ),
    "unknown path": (
        "--set budget.capex_total=5",
        "--set budget.capex_total=5, budget.capex_total: unknown key",
        "did you mean 'capex_musd_total'?",
    ),
    "bad value": (
        "--set budget.capex_musd_total=-5",
        "--set budget.capex_musd_total=-5, budget.capex_musd_total: is too small, found -5",
    ),
    "broken value": ("--set periods=[2027", "--set periods=[2027: the value is not valid YAML"),
    "path through a value": (
        "--set name.first=x",
        "nothing can be set at 'first' in 'small'",
    ),
    "past the end of a list": ("--set periods.7=2030", "nothing can be set at 7 in [2027, 2028]"),
    "a change of a choice": ("--set budget.capex_musd_total*=2", "'*=' for facts only"),
    "unknown fact": ("--set sites[*].hedroom_mw*=2", "did you mean 'headroom_mw'?"),
    "gap that is a text": (
        "--gap small",
        "--set solve.gap_frac=small, solve.gap_frac: is not a number but a text, found 'small'",
    ),
    "changes that cannot be read, and one of no key": (
        "--set sites[*].headroom_mw/=2 --set =5 --set solve.gap=3",
        "3 problems",
        "'sites[*].headroom_mw/' is not the name of a fact; allowed: table[key or glob].column",
        "--set =5: names no key",
        "unknown key",
    ),
    "gap above one": ("--gap 2", "--set solve.gap_frac=2, solve.gap_frac: is too large, found 2"),
    "gap that is no number": ("--gap .nan", "solve.gap_frac: is not a finite number, found nan"),
    "no threads": ("--threads 0", "--set solve.threads=0, solve.threads: is too small, found 0"),
    "part of a thread": ("--threads 1.5", "solve.threads: is not a whole number, found 1.5"),
    "no time": ("--time-limit 0", "--set solve.time_limit_s=0, solve.time_limit_s: is too small"),
    "negative seed": ("--seed -1", "--set solve.seed=-1, solve.seed: is too small"),
    "missing region": ("--region no/such", "no/such: no such folder; allowed: a folder"),
    "file as region": ("--region SCENARIO", "small.yaml: is not a folder; allowed: a folder"),
    "empty region": ("--region EMPTY", "systems.csv: no such file; allowed: every table"),
    "file as out": (
        "--out SCENARIO",
        "--out, ",
        "small.yaml: is a file; allowed: a folder that is new",
    ),
    "out inside a file": ("--out SCENARIO/x/y", "lies inside the file", "small.yaml"),
    "out that is another's": ("--out FOREIGN", "holds files that are not an earlier result"),
    "unwritable out": ("--out /proc/self/plan", "/proc/self/plan: cannot be written"),
    "name too long": (f"--out {'x' * 300}", "cannot be written: File name too long"),
    "unknown option": ("--gpa 1", "No such option: --gpa"),
}


@pytest.mark.parametrize("case", OPTIONS.values(), ids=OPTIONS)
def test_options(
    case: tuple[str, ...], small: Callable[..., Path], tmp_path: Path, run: Run
) -> None:
    words, *said = case
    path = small()
    for folder, inside in (("empty", ()), ("foreign", ("letter.txt",))):
        (tmp_path / folder).mkdir()
        for name in inside:
            (tmp_path / folder / name).write_text("dear all")
    words = words.replace("SCENARIO", str(path)).replace("EMPTY", str(tmp_path / "empty"))
    words = words.replace("FOREIGN", str(tmp_path / "foreign"))
    refused(run("plan", path, *words.split()), *said)
    assert (tmp_path / "foreign" / "letter.txt").read_text() == "dear all"


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ("plan", "Missing argument"),
        ("plna", "No such command 'plna'"),
        ("data columns site", "TABLE: unknown table, found 'site'"),
        ("data cite nothing", "unknown table, found 'nothing'"),
        ("data check --region no/such", "no/such: no such folder"),
        ("rank no/such.yaml", "no/such.yaml: no such file"),
        ("explain no/such.yaml", "no/such.yaml: no such file"),
        ("explain FOLDER", "FOLDER: is a folder without plan.json; allowed: a scenario"),
        ("export no/such.yaml --mps x.mps", "no/such.yaml: no such file"),
        ("export SCENARIO", "Missing option '--mps'"),
        ("export SCENARIO --mps FOLDER", "is a folder; allowed: the name of a file"),
        ("export SCENARIO --mps SCENARIO/x.mps", "lies inside the file"),
        ("verify no/such", "no/such"),
        ("verify FOLDER", "FOLDER"),
        ("init SCENARIO", "lies inside the file"),
        ("sites --out SCENARIO", "is a file"),
        ("sites --out FOLDER --region no/such", "no/such: no such folder"),
    ],
)
def test_other_commands(
    words: str, said: str, small: Callable[..., Path], tmp_path: Path, run: Run
) -> None:
    path = small()
    folder = tmp_path / "folder"
    folder.mkdir()
    names = {"SCENARIO": str(path), "FOLDER": str(folder)}
    for name, there in names.items():
        words, said = words.replace(name, there), said.replace(name, there)
    refused(run(*words.split()), said)


def test_plan_file_that_is_none(tmp_path: Path, run: Run) -> None:
    for text in ("{", "[]", ""):
        (tmp_path / "plan.json").write_text(text)
        refused(run("explain", tmp_path), f"{tmp_path / 'plan.json'}: is no plan")


def test_init_never_overwrites(tmp_path: Path, run: Run) -> None:
    mine = tmp_path / "scenario.yaml"
    mine.write_text("mine")
    refused(run("init", tmp_path), f"{mine}: is there already; allowed: a new name")
    assert mine.read_text() == "mine"
    assert list(tmp_path.iterdir()) == [mine]
