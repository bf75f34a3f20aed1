"""Names are made when asked for, and a compiled model needs no Pyomo model any more."""

import gc
import pickle
import weakref

import numpy as np
import pytest
from pyomo.common.gc_manager import PauseGC

from models.build import build, discard
from planner.solve.compile import compile_case, compile_model
from planner.solve.named import Names, indexed, name_at
from planner.solve.split import restricted, with_row
from tests.tiny import tiny_case


def test_names_are_made_once_and_only_when_asked_for() -> None:
    made = []

    def make() -> list[str]:
        made.append("once")
        return ["a", "b", "c"]

    names = Names(make)
    part, more = names.part(np.array([2, 0])), names.more(["d"])
    assert not made
    assert part.all == ("c", "a")
    assert part.at == {"c": 0, "a": 1}
    assert more.at["d"] == 3
    assert made == ["once"]


def test_names_go_to_other_processes() -> None:
    names = Names(lambda: ["a", "b"]).part(np.array([1]))
    assert pickle.loads(pickle.dumps(names)).at == {"b": 0}


def test_indices_are_written_as_pyomo_writes_them() -> None:
    families = [("x", [("a b", 7), ("F,G", "7")]), ("y", ["plain"]), ("z", [None])]
    assert list(indexed(families)) == ["x[a b,7]", "x['F,G','7']", "y[plain]", "z"]
    assert name_at("x", ("a b", 7)) == "x[a b,7]"


def test_a_part_and_a_further_row_keep_their_names() -> None:
    compiled = compile_case(tiny_case())
    columns, rows = np.array([3, 1]), np.array([2])
    part = restricted(compiled, columns, rows)
    assert part.column_names == (compiled.column_names[3], compiled.column_names[1])
    assert part.row_names == (compiled.row_names[2],)
    more = with_row(compiled, {"tokens_total": 1.0}, 2.0, "held")
    assert more.row["held"] == len(compiled.row_low)
    assert more.column is compiled.column


def test_a_discarded_model_is_gone_without_the_garbage_collection() -> None:
    gc.collect()
    with PauseGC():
        model = build(tiny_case())
        compiled = compile_model(model)
        seen = [weakref.ref(part) for part in (*model.halls.values(), *model.hall_load.values())]
        assert seen
        discard(model)
        assert all(part() is None for part in seen)
    assert compiled.column == pytest.approx(compile_case(tiny_case()).column)
