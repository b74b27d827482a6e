"""Where PyTorch is installed: asks it anew, so that the comparison does not rest on stored numbers alone."""

from __future__ import annotations

import pytest

from tests.parity.by_engine import TOLERANCE, first_p, trained, worst
from tests.parity.cases import Case, all_cases, initial_weights, items, orders

pytest.importorskip("torch", reason="PyTorch is not installed here; test_torch.py compares with its stored weights")


@pytest.mark.parametrize("case", all_cases(), ids=lambda case: case.name)
def test_pytorch_itself_agrees(case: Case) -> None:
    """The PyTorch at hand and both engines have the same weights, to 1e-9, after every epoch."""
    from tests.parity import torch_sgd

    inputs, targets = items()
    start, order = initial_weights(case), orders(case)
    theirs, gradient = torch_sgd.train(case, start, inputs, targets, order)
    for engine in ("numpy", "compiled"):
        ours = trained(engine, case, start, inputs, targets, order, first_p(case, gradient))
        assert worst(ours, theirs) < TOLERANCE
