"""How hard a compression step can be made to work: what a stage or pass declares so that a search may use it.

A class that has an attribute `strengths` and a YAML in configs/stage or configs/pass is found by `frugal compress`.
Knows no method and no search.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from frugal.contract import InputError

Role = Literal["shrink", "recover", "settle", "prepare", "quantise"]
ROLES: tuple[Role, ...] = ("shrink", "recover", "settle", "prepare", "quantise")


@dataclass(frozen=True, kw_only=True)
class Strengths:
    """The settings that are worth trying, and what they are good for.

    Attributes:
        role: "shrink" makes the network smaller, several may follow one another in any order; "recover" trains after
            that, one of them; "settle" comes after the last training; "prepare" rewrites the graph before it is
            "quantise"d, which happens once. Passes prepare or quantise, stages do the rest (or quantise).
        settings: arguments of the class, from the mildest to the strongest; those left out keep their defaults.
    """

    role: Role
    settings: Sequence[Mapping[str, Any]] = ({},)

    def __post_init__(self) -> None:
        if self.role not in ROLES:
            raise InputError(f"strengths with the role {self.role}", allowed=", ".join(ROLES))
        if not self.settings:
            raise InputError("strengths without settings", allowed="one or more", remedy="({},) for the defaults alone")
