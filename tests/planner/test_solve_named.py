"""Names are made when asked for, and a compiled model needs no Pyomo model any more."""

import gc
import pickle
import weakref

import numpy as np
import pytest
from pyomo.common.gc_manager import PauseGC

from models.build import build, discard
from planner.solve.compile import compile_case, compile_model
from planner.solve.named import NOWHERE, Names, indexed, name_at
from planner.solve.split import restricted, with_row
from tests.tiny import tiny_case


def test_names_are_made_once_and_only_when_asked_for() -> None:
    made = []

    def make(places: np.ndarray) -> list[str]:
        made.append("once")
        return ["abc"[i] for i in places]

    names = Names(make, 3)
    part, more = names.part(np.array([2])), names.more(["d"])
    assert not made
    assert part.all == ("c",)
    assert part.at == {"c": 0}
    assert more.at["d"] == 3
    assert made == ["once", "once"]  # a part does not make the whole


def test_some_names_are_those_of_all() -> None:
    families = [("x", [("a b", 7), ("F,G", "7")]), ("y", ["plain"]), ("z", [None])]
    places = np.array([3, 0, 2])
    for names in (Names.indexed(families), Names.of(indexed(families))):
        longer = names.more(["d"]).part(np.array([0, 4, 3, 2, 1]))
        assert names.some(places) == ["z", "x[a b,7]", "y[plain]"]
        assert longer.some(np.array([1, 2, 0])) == ["d", "z", "x[a b,7]"]
        assert longer.all == ("x[a b,7]", "d", "z", "y[plain]", "x['F,G','7']")


def test_a_name_without_an_index_is_found_without_making_the_others() -> None:
    def unread(*_: object) -> list[str]:
        raise AssertionError("made")

    names = Names.indexed([("x", [1, 2]), ("sum", [None]), ("y", [7])])
    names._made = unread
    assert names["sum"] == 2
    assert len(names) == 4
    kept = names.more(["last"]).part(np.array([4, 3, 2]))
    assert (kept["last"], kept["sum"], len(kept)) == (0, 2, 3)
    assert names.part(np.array([0]))._single == {}


FIRST = [("x", [("a", 1), ("b", 1), ("b", 2)]), ("sum", [None]), ("y", [7, 8]), ("gone", ["c"])]
THEN = [("new", [(1, 2)]), ("x", [("b", 2), ("a", 1)]), ("y", [7, 8]), ("sum", [None])]


@pytest.mark.parametrize("kept", [slice(None), slice(None, None, 2), slice(1, 4)])
def test_places_in_other_names_are_found_without_making_any(kept: slice) -> None:
    def unread(*_: object) -> list[str]:
        raise AssertionError("made")

    known, names = Names.indexed(FIRST).part(np.arange(7)[kept]), Names.indexed(THEN)
    by_name = [known.at.get(name, NOWHERE) for name in names.all]
    known, names = Names.indexed(FIRST).part(np.arange(7)[kept]), Names.indexed(THEN)
    known._made = names._made = unread
    assert names.places_in(known).tolist() == by_name
    some = np.array([2, 0, 4])
    assert names.part(some).places_in(known).tolist() == [by_name[i] for i in some]


def test_names_that_were_added_are_looked_up_by_name() -> None:
    known, names = Names.indexed(FIRST).more(["last"]), Names.indexed(THEN).more(["last", "x"])
    assert names.places_in(known).tolist() == [-1, 2, 0, 4, 5, 3, 7, -1]


def test_names_go_to_other_processes() -> None:
    names = Names.of(["a", "b"]).part(np.array([1]))
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
