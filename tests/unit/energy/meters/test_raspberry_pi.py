"""The Pi 5's power chip through a `vcgencmd` of our own, which answers in the firmware's format."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from frugal.energy.meters import raspberry_pi
from frugal.energy.meters.raspberry_pi import RaspberryPiMeter, rails_w
from frugal.testing import check_meter

ANSWER = """\
 3V7_WL_SW_A current(0)=0.10000000A
   3V3_SYS_A current(1)=0.20000000A
  VDD_CORE_A current(7)=2.00000000A
 3V7_WL_SW_V volt(8)=3.70000000V
   3V3_SYS_V volt(9)=3.30000000V
  VDD_CORE_V volt(15)=0.75000000V
     EXT5V_V volt(24)=5.15000000V
      BATT_V volt(25)=0.00097656V
"""
"""0.1 x 3.7 + 0.2 x 3.3 + 2 x 0.75 = 2.53 W; the last two rails tell no current."""


def command(folder: Path, monkeypatch: pytest.MonkeyPatch, answer: str, code: int = 0) -> None:
    program = folder / "vcgencmd"
    program.write_text(f"#!/bin/sh\ncat <<'END'\n{answer}\nEND\nexit {code}\n")
    program.chmod(0o755)
    monkeypatch.setenv("PATH", f"{folder}:/usr/bin:/bin")


def test_watts_of_every_rail_that_tells_both() -> None:
    rails = rails_w(ANSWER)
    assert list(rails) == ["3V7_WL_SW", "3V3_SYS", "VDD_CORE"]
    assert sum(rails.values()) == pytest.approx(2.53)


def test_joules_are_watts_over_the_work(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    command(tmp_path, monkeypatch, ANSWER)
    monkeypatch.setattr(raspberry_pi, "PERIOD_S", 0.1)
    energy = RaspberryPiMeter().measure(lambda: time.sleep(2.0))
    assert energy.joules == pytest.approx(2.53 * energy.wall_s), energy.reason
    assert energy.method == "B"
    assert energy.cpu_s < 0.1, "starting vcgencmd is not the work's CPU time"


def test_why_not(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    assert "not a Raspberry Pi" in str(RaspberryPiMeter().unavailable())
    check_meter(RaspberryPiMeter())
    command(tmp_path, monkeypatch, "VCHI initialization failed", 255)
    reason = str(RaspberryPiMeter().unavailable())
    assert "VCHI initialization failed" in reason and "group video" in reason
    command(tmp_path, monkeypatch, "error=1 error_msg='Command not registered'")
    assert "Command not registered" in str(RaspberryPiMeter().unavailable()), "a Pi 4"
