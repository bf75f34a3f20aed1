"""A compiled model taken apart and added to: the same entries, wherever they are put."""

import numpy as np
from scipy.sparse import csc_array, vstack

from planner.solve.compile import compile_case
from planner.solve.split import blocks, restricted, split, with_row, with_sums
from tests.tiny import tiny_case


def test_a_row_is_put_below_all_others() -> None:
    compiled = compile_case(tiny_case())
    first, last = compiled.column_names[0], compiled.column_names[-1]
    more = with_row(compiled, {last: -2.5, first: 3.0}, 1.0, "one more")
    row = np.zeros((1, len(compiled.low)))
    row[0, 0], row[0, -1] = 3.0, -2.5
    whole = csc_array(vstack([compiled.matrix, csc_array(row)]))
    assert more.matrix.has_canonical_format
    for part in ("indptr", "indices", "data"):
        assert np.array_equal(getattr(more.matrix, part), getattr(whole, part))
    assert more.row["one more"] == len(compiled.row_low)


def test_sums_of_columns_have_rows_below() -> None:
    compiled = compile_case(tiny_case())
    halls = np.flatnonzero([name.startswith("halls[") for name in compiled.column_names])
    model = with_sums(compiled, {"all": halls, "none": halls[:0]})
    extra = model.matrix.toarray()[-2:]
    expected = np.zeros_like(extra)
    expected[0, halls], expected[0, -2], expected[1, -1] = 1.0, -1.0, -1.0
    assert np.array_equal(extra, expected)
    assert np.array_equal(model.matrix.toarray()[:-2, :-2], compiled.matrix.toarray())


def test_blocks_are_the_models_of_their_columns_and_rows() -> None:
    """Also of other numbers at the same places, which are looked up, not searched for."""
    case = tiny_case(3)
    compiled = compile_case(case)
    owned = split(compiled, case.sets["SITE"])
    sites = range(len(owned.sites))
    parts = [
        (np.flatnonzero(owned.of_column == s), np.flatnonzero(owned.of_row == s)) for s in sites
    ]
    of_each = [(columns[:0], rows[:0]) for columns, rows in parts] + parts
    found = blocks(compiled, of_each)
    assert [len(block.at) for block in found][: len(parts)] == [0] * len(parts)
    for (columns, rows), block in zip(of_each, found, strict=True):
        mine, other = block.of(compiled), restricted(compiled, columns, rows)
        assert np.array_equal(mine.matrix.toarray(), other.matrix.toarray())
        assert mine.row_names == other.row_names
        assert mine.column_names == other.column_names
    assert sum(len(block.at) for block in found) > 20
