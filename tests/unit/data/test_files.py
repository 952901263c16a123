"""Relative paths are looked up below the data folder, those that exist are taken as they stand."""

from __future__ import annotations

from pathlib import Path

import pytest

from frugal.data.files import below_data


def test_below_data(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("FRUGAL_DATA", raising=False)
    assert below_data("fonts") == Path("fonts")
    monkeypatch.setenv("FRUGAL_DATA", str(tmp_path / "shelf"))
    assert below_data("fonts") == tmp_path / "shelf" / "fonts"
    assert below_data("/fonts") == Path("/fonts")
    (tmp_path / "fonts").mkdir()
    assert below_data("fonts") == Path("fonts")
