# SPDX-License-Identifier: GPL-2.0-or-later
"""Sound (and pictures) in both directions, by content, with peers of five kinds through networks of nine: the selection of
the matrix that stands for all of it. tests/matrix/run has every cell."""

import pytest

from cusaxlab.netns import why_not
import matrixcells

pytestmark = pytest.mark.skipif(why_not() is not None, reason=str(why_not()))


@pytest.mark.parametrize('cell', matrixcells.SELECTION, ids=lambda cell: cell.name)
def test_p1_both_sides_hear_each_other(labs, cell):
    reason = cell.why_void()
    if reason:
        pytest.skip('void: ' + reason)
    labs.append(matrixcells.open_lab(cell))
    matrixcells.run_cell(cell, labs[-1])
