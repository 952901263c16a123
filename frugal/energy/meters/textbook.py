"""Method E: what the textbook says of bare arithmetic: a lower bound for teaching, never a headline.

Operation energies in 45 nm at 0.9 V: M. Horowitz, "Computing's energy problem (and what we can do about it)", ISSCC
2014. Real chips spend ten to a thousand times as much, on moving data and on instructions; newer ones less on the
arithmetic. Knows no model and no device.
"""

from __future__ import annotations

from frugal.contract import InputError
from frugal.energy.meters.per_mac import MacCost

SOURCE = "Horowitz, ISSCC 2014"
ADD_PJ = {"int8": 0.03, "int16": 0.05, "int32": 0.1, "float16": 0.4, "float32": 0.9}
MULTIPLY_PJ = {"int8": 0.2, "int32": 3.1, "float16": 1.1, "float32": 3.7}
"""Picojoules of one operation."""


def mac_cost(precision: str) -> MacCost:
    """One multiplication and one addition; an int8 product is added into 32 bits.

    >>> mac_cost("int8").picojoules, mac_cost("float32").picojoules
    (0.3, 4.6)
    """
    if precision not in MULTIPLY_PJ:
        raise InputError(f"textbook energy of {precision}", allowed=", ".join(MULTIPLY_PJ))
    added = "int32" if precision == "int8" else precision
    return MacCost(
        picojoules=round(MULTIPLY_PJ[precision] + ADD_PJ[added], 3),
        factor=1.0,
        method="E",
        scope=f"{precision} arithmetic alone in 45 nm: no memory, no control, no idle; a lower bound",
        source=SOURCE,
    )
