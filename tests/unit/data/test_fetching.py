"""Files of a repository at a commit: checked, resumed, and one line where something is wrong. The server is local."""

import pytest

from frugal.contract import InputError
from frugal.data.fetching import Repository, blob_id, fetch
from tests.unit.data.served import serving

FILES = {"alto/p 1.xml": b"<alto/>", "jpg/p1.jpg": bytes(1000), "README.md": b"# A set"}


@pytest.fixture
def served():
    with serving(dict(FILES)) as server:
        yield server


def wanted(path):
    return path.endswith((".xml", ".jpg"))


def test_the_checksum_is_git_s():
    assert blob_id(b"") == "e69de29bb2d1d6434b8b29ae775ad8c2e48c5391"
    assert blob_id(b"what is up, doc?") == "bd9dbf5aae1a3862dd1526723246b20206e5fc37"  # of the book Pro Git


def test_what_is_wanted_and_nothing_twice(served, tmp_path):
    assert fetch(served.repository, tmp_path, wanted) == 2
    assert {p.relative_to(tmp_path).as_posix(): p.read_bytes() for p in tmp_path.rglob("*.*")} == {
        "alto/p 1.xml": b"<alto/>",
        "jpg/p1.jpg": bytes(1000),
    }
    assert len(served.asked) == 3
    (tmp_path / "jpg" / "p1.jpg").write_bytes(b"cut")
    fetch(served.repository, tmp_path, wanted)
    assert served.asked[3:] == [served.asked[0], "/owner/set/abc123/jpg/p1.jpg"]
    assert (tmp_path / "jpg" / "p1.jpg").read_bytes() == bytes(1000)


def test_a_file_that_was_changed_on_its_way_is_not_kept(served, tmp_path):
    served.changed["jpg/p1.jpg"] = bytes(999)
    with pytest.raises(InputError, match=r"p1\.jpg has the checksum .*; allowed: .*commit"):
        fetch(served.repository, tmp_path, wanted)
    assert [path.name for path in tmp_path.rglob("*.*")] == ["p 1.xml"]


@pytest.mark.parametrize(
    ("listing", "part"),
    [
        (b"<html>", "answers no list of files"),
        (b'{"message": "rate limit"}', "answers no list of files"),
        (b'{"tree": [], "truncated": true}', "a part of its list only"),
        (b'{"tree": [{"path": "../../x.jpg", "type": "blob", "sha": "0"}]}', r"a file named \.\./\.\./x\.jpg"),
        (b'{"tree": [{"path": "jpg/none.jpg", "type": "blob", "sha": "0"}]}', "cannot be fetched .*Not Found"),
    ],
)
def test_a_foreign_answer_is_one_line(served, tmp_path, listing, part):
    served.listing = listing
    with pytest.raises(InputError, match=part) as caught:
        fetch(served.repository, tmp_path, wanted)
    assert "\n" not in str(caught.value)


def test_no_server_is_one_line(tmp_path):
    nobody = Repository(name="owner/set", commit="abc123", api="http://127.0.0.1:9", raw="http://127.0.0.1:9")
    with pytest.raises(InputError, match="cannot be fetched"):
        fetch(nobody, tmp_path, wanted)
