"""The run folder: finished steps are taken over, cut ones are done again, nothing is half there."""

from __future__ import annotations

from pathlib import Path

import pytest

from frugal.contract import InputError
from frugal.steps import RunFolder


def _once(path: Path, digest: str, calls: list[str], *, fresh: bool = False) -> bool:
    folder = RunFolder(path, fresh=fresh)
    folder.create()

    def work(beside: Path) -> None:
        calls.append(digest)
        (beside / "result.txt").write_text(digest)

    return folder.run("train", digest, work).reused


def test_a_finished_step_is_not_run_again(tmp_path: Path) -> None:
    calls: list[str] = []
    assert not _once(tmp_path, "a" * 64, calls)
    assert _once(tmp_path, "a" * 64, calls)
    assert calls == ["a" * 64]
    assert (tmp_path / "steps" / "0-train-aaaaaaaa" / "done.json").exists()


def test_another_digest_runs_and_keeps_the_old_result(tmp_path: Path) -> None:
    calls: list[str] = []
    _once(tmp_path, "a" * 64, calls)
    _once(tmp_path, "b" * 64, calls)
    assert len(calls) == 2
    assert _once(tmp_path, "a" * 64, calls)


def test_fresh_runs_again(tmp_path: Path) -> None:
    calls: list[str] = []
    _once(tmp_path, "a" * 64, calls)
    assert not _once(tmp_path, "a" * 64, calls, fresh=True)
    assert len(calls) == 2


def test_work_that_failed_is_done_again_and_finds_what_it_had_written(tmp_path: Path) -> None:
    folder = RunFolder(tmp_path)
    folder.create()

    def failing(beside: Path) -> None:
        (beside / "checkpoint").write_text("epoch 3")
        raise RuntimeError("killed")

    with pytest.raises(RuntimeError):
        folder.run("train", "c" * 64, failing)
    seen: list[str] = []
    RunFolder(tmp_path).run("train", "c" * 64, lambda beside: seen.append((beside / "checkpoint").read_text()))
    assert seen == ["epoch 3"]


def test_a_step_cut_just_before_done_json_is_complete(tmp_path: Path) -> None:
    calls: list[str] = []
    _once(tmp_path, "a" * 64, calls)
    done = tmp_path / "steps" / "0-train-aaaaaaaa" / "done.json"
    done.unlink()
    assert _once(tmp_path, "a" * 64, calls)
    assert done.exists()


def test_an_unwritable_folder_is_one_clear_line(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(InputError, match="cannot be written"):
        RunFolder(tmp_path / "file" / "run").create()


def test_a_kill_while_fresh_deletes_leaves_no_half_step(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    calls: list[str] = []
    _once(tmp_path, "a" * 64, calls)

    def killed(path: Path, **settings: object) -> None:
        for file in path.glob("result.txt"):
            file.unlink()
            raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr("shutil.rmtree", killed)
        with pytest.raises(KeyboardInterrupt):
            _once(tmp_path, "a" * 64, calls, fresh=True)
    assert not _once(tmp_path, "a" * 64, calls)
    assert [path.name for path in (tmp_path / "steps").iterdir()] == ["0-train-aaaaaaaa"]


def test_temporary_files_of_a_killed_process_are_removed_and_nothing_else(tmp_path: Path) -> None:
    work = tmp_path / "steps" / ".0-train-aaaaaaaa"
    (work / "fit-0").mkdir(parents=True)
    kept = [work / "fit-0" / "last.ckpt", work / "row.json", tmp_path / ".notes", tmp_path / "report.json"]
    gone = [work / ".row.json.x1", tmp_path / ".config.json.x2", tmp_path / ".report.html.77.tmp"]
    for path in (*kept, *gone):
        path.write_text("")
    RunFolder(tmp_path).create()
    assert all(path.exists() for path in kept)
    assert not any(path.exists() for path in gone)
