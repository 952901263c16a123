"""How numbers are written for people: decimal sign, grouping, digits that the range deserves.

Knows no language beyond its signs; an unknown number is the caller's business.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

NARROW_SPACE = "\u202f"
"""No-break: groups thousands and stands before a unit."""


@dataclass(frozen=True, kw_only=True)
class Numerals:
    """Writes numbers with one decimal sign."""

    decimal: str = "."
    space: str = NARROW_SPACE

    def count(self, number: float) -> str:
        """Whole number, in groups of three.

        >>> Numerals(space=" ").count(58123)
        '58 123'
        """
        return f"{number:,.0f}".replace(",", self.space)

    def fixed(self, number: float, decimals: int) -> str:
        """A number with `decimals` digits after the decimal sign; never "-0"."""
        text = f"{round(number, decimals) + 0.0:,.{max(decimals, 0)}f}"
        return text.replace(",", "\0").replace(".", self.decimal).replace("\0", self.space)

    def significant(self, number: float, digits: int = 3) -> str:
        """A number rounded to `digits` significant digits.

        >>> Numerals().significant(0.0123456), Numerals().significant(9.996), Numerals(decimal=",").significant(2.5)
        ('0.0123', '10.0', '2,50')
        """
        if number == 0:
            return "0"
        decimals = digits - 1 - _exponent(number)
        decimals = digits - 1 - _exponent(round(number, decimals))
        if decimals > 9:
            return f"{number:.{digits - 1}e}".replace(".", self.decimal)
        return self.fixed(number, decimals)

    def general(self, number: float) -> str:
        """A number of which nothing is known: four significant digits, no trailing zeros, an exponent where needed."""
        return f"{number:.4g}".replace(".", self.decimal)

    def short(self, number: float) -> str:
        """A number for an axis: up to six significant digits, no trailing zeros."""
        if 0 < abs(number) < 1e-4:
            return f"{number:.3g}".replace(".", self.decimal)
        text = f"{number:.6f}".rstrip("0").rstrip(".") if abs(number) < 1000 else f"{number:,.0f}"
        return text.replace(",", self.space).replace(".", self.decimal) if number else "0"

    def round_power(self, number: float) -> str:
        """A number for a logarithmic axis: written out from 0.001 to below a million, else with a power of ten.

        >>> Numerals(space=" ").round_power(20_000), Numerals().round_power(3e7), Numerals().round_power(1e-6)
        ('20 000', '3×10⁷', '10⁻⁶')
        """
        if 1e-3 <= number < 1e6:
            return self.short(number)
        exponent = _exponent(number)
        power = "10" + str(exponent).translate(str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹"))
        factor = self.general(float(f"{number / 10.0**exponent:.3g}"))
        return power if factor == "1" else f"{factor}×{power}"

    def percent(self, share: float, decimals: int = 2) -> str:
        return f"{self.fixed(100 * share, decimals)}{self.space}%"

    def ranged(self, value: float, low: float | None, high: float | None) -> tuple[str, str, str]:
        """Value, low and high with the digits that the range deserves; an end that is unknown is "".

        A narrow range shares its decimals, so that half of its width has two digits; the ends of a wide one have two
        significant digits each.

        >>> Numerals().ranged(0.2110, 0.2049, 0.2173), Numerals().ranged(0.1371, 0.0571, 0.3456)
        (('0.2110', '0.2049', '0.2173'), ('0.14', '0.057', '0.35'))
        """
        if low is None or high is None or not low < high:
            ends = ["" if end is None else self.significant(end) for end in (low, high)]
            return self.significant(value), ends[0], ends[1]
        decimals = 1 - _exponent((high - low) / 2)
        if decimals > 9 or (low > 0 and high / low > 1.5):
            return self.significant(value, 2), self.significant(low, 2), self.significant(high, 2)
        return self.fixed(value, decimals), self.fixed(low, decimals), self.fixed(high, decimals)


def _exponent(number: float) -> int:
    return math.floor(math.log10(abs(number))) if number else 0
