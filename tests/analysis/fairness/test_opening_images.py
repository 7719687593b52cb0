"""Folders and archives of images, friendly and hostile."""

from __future__ import annotations

import gzip
import io
import stat
import tarfile
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from analysis.fairness import storage
from analysis.fairness.storage import BadImages, Unreadable, opened_store

from .conftest import Files, as_folder, as_tar, as_zip, image_bytes

JPEG = image_bytes()


def test_images_are_found_with_their_bytes_and_other_files_are_not(stored: Callable[[Files], Path]) -> None:
    files = {"a/1.jpg": JPEG, "a/b/2.PNG": b"png", "LICENSE": b"MIT", "groups.csv": b"file,sex\n"}
    hidden = {"._1.jpg": b"x", "__MACOSX/1.jpg": b"x", ".cache/1.jpg": b"x"}
    with opened_store(stored(files | hidden)) as store:
        assert sorted(store.names) == ["a/1.jpg", "a/b/2.PNG", "groups.csv"]
        assert store.read("a/1.jpg") == JPEG and store.read("a/b/2.PNG") == b"png"
        assert store.left_out == 0 and len(store.sha256) == 64


def test_the_hash_tells_a_changed_image(stored: Callable[[Files], Path], tmp_path: Path) -> None:
    source = stored({"a/1.jpg": JPEG})
    with opened_store(source) as store:
        before = store.sha256
    with opened_store(source) as store:
        assert store.sha256 == before
    (tmp_path / "again").mkdir()
    make = {".tar": as_tar, ".gz": as_tar, ".zip": as_zip}.get(source.suffix, as_folder)
    with opened_store(make(tmp_path / "again", {"a/1.jpg": JPEG + b"."})) as store:
        assert store.sha256 != before


def test_a_member_that_leads_out_of_a_tar_and_links_are_left_out_and_counted(tmp_path: Path) -> None:
    path = as_tar(tmp_path, {"../outside.jpg": JPEG, "/etc/face.jpg": JPEG, "a/1.jpg": JPEG})
    with tarfile.open(path, "a") as archive:
        for name, kind in (("a/soft.jpg", tarfile.SYMTYPE), ("a/hard.jpg", tarfile.LNKTYPE)):
            link = tarfile.TarInfo(name)
            link.type, link.linkname = kind, "/etc/hostname"
            archive.addfile(link)
        pipe = tarfile.TarInfo("a/pipe.jpg")
        pipe.type = tarfile.FIFOTYPE
        archive.addfile(pipe)
    with opened_store(path) as store:
        assert store.names == ["a/1.jpg"]
        assert store.left_out == 5
    assert sorted(path.name for path in tmp_path.iterdir()) == ["pictures.tar"]  # nothing was unpacked


def test_links_and_ways_out_of_a_zip_are_left_out_and_counted(tmp_path: Path) -> None:
    path = as_zip(tmp_path, {"../outside.jpg": JPEG, "1.jpg": JPEG})
    with zipfile.ZipFile(path, "a") as archive:
        link = zipfile.ZipInfo("link.jpg")
        link.create_system, link.external_attr = 3, (stat.S_IFLNK | 0o777) << 16
        archive.writestr(link, "/etc/hostname")
    with opened_store(path) as store:
        assert store.names == ["1.jpg"] and store.left_out == 2


def test_links_in_a_folder_are_not_followed(tmp_path: Path) -> None:
    (tmp_path / "secret").mkdir()
    (tmp_path / "secret" / "face.jpg").write_bytes(JPEG)
    folder = as_folder(tmp_path, {"1.jpg": JPEG})
    (folder / "link.jpg").symlink_to(tmp_path / "secret" / "face.jpg")
    (folder / "elsewhere").symlink_to(tmp_path / "secret")
    with opened_store(folder) as store:
        assert store.names == ["1.jpg"] and store.left_out == 1


def test_an_image_larger_than_the_bound_is_unreadable(
    stored: Callable[[Files], Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    source = stored({"large.jpg": b"x" * 2000, "small.jpg": b"x" * 1000})
    monkeypatch.setattr(storage, "MAX_FILE_BYTES", 1500)
    with opened_store(source) as store:
        assert len(store.read("small.jpg")) == 1000
        with pytest.raises(Unreadable):
            store.read("large.jpg")


def test_more_files_or_bytes_than_the_bounds_are_refused_in_one_sentence(
    stored: Callable[[Files], Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    source = stored({f"{i}.jpg": b"x" * 100 for i in range(4)})
    monkeypatch.setattr(storage, "MAX_FILES", 3)
    with pytest.raises(BadImages, match=r"pictures.* holds more than 3 files"), opened_store(source):
        pass
    monkeypatch.setattr(storage, "MAX_FILES", 100)
    monkeypatch.setattr(storage, "MAX_TOTAL_BYTES", 399)
    with pytest.raises(BadImages, match="holds more than"), opened_store(source):
        pass


def test_a_small_gzip_that_asks_for_much_memory_is_refused(tmp_path: Path) -> None:
    header = tarfile.TarInfo("name")
    header.type, header.size = tarfile.XHDTYPE, 100 << 20
    path = tmp_path / "bomb.tar.gz"
    with gzip.open(path, "wb", compresslevel=9) as file:
        file.write(header.tobuf(tarfile.USTAR_FORMAT))
        for _ in range(100):
            file.write(bytes(1 << 20))
    assert path.stat().st_size < 1 << 20
    with pytest.raises(BadImages, match=r"bomb\.tar\.gz is damaged.*a part of it is too large"), opened_store(path):
        pass


@pytest.mark.parametrize("content", [b"", b"no archive at all", b"PK\x03\x04 cut", b"\x1f\x8b\x08 cut"])
def test_a_file_that_is_no_archive_is_named_in_one_sentence(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "odd.tar"
    path.write_bytes(content)
    sentence = r"odd\.tar is damaged, or no folder, tar or zip of images: .*\.$"
    with pytest.raises(BadImages, match=sentence), opened_store(path):
        pass


def test_a_truncated_archive_is_named(tmp_path: Path) -> None:
    files = {f"{i}.jpg": image_bytes(seed=i) for i in range(20)}
    for path in (as_tar(tmp_path, files), as_tar(tmp_path, files, "w:gz"), as_zip(tmp_path, files)):
        path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])
        with pytest.raises(BadImages, match="is damaged"), opened_store(path):
            pass


def test_a_tar_with_a_damaged_header_is_named_and_not_read_as_a_shorter_one(tmp_path: Path) -> None:
    path = as_tar(tmp_path, {"1.jpg": JPEG, "2.jpg": JPEG})
    path.write_bytes(path.read_bytes().replace(b"2.jpg", b"3.jpg", 1))  # the header's sum is wrong now
    with pytest.raises(BadImages, match="it breaks off"), opened_store(path):
        pass


def test_a_missing_source_is_named(tmp_path: Path) -> None:
    sentence = r"^There is no folder or archive at .*gone\.$"
    with pytest.raises(BadImages, match=sentence), opened_store(tmp_path / "gone"):
        pass


def test_a_damaged_member_of_a_zip_is_unreadable_and_the_others_are_not(tmp_path: Path) -> None:
    path = as_zip(tmp_path, {"1.jpg": b"first" * 50, "2.jpg": b"other" * 50})
    path.write_bytes(path.read_bytes().replace(b"firstfirst", b"fXrstfirst", 1))
    with opened_store(path) as store:
        with pytest.raises(Unreadable):
            store.read("1.jpg")
        assert store.read("2.jpg") == b"other" * 50


def test_of_two_members_of_one_name_the_later_counts_as_when_unpacking(tmp_path: Path) -> None:
    path = as_tar(tmp_path, {"1.jpg": b"old"})
    with tarfile.open(path, "a") as archive:
        member = tarfile.TarInfo("./1.jpg")
        member.size = 3
        archive.addfile(member, io.BytesIO(b"new"))
    with opened_store(path) as store:
        assert store.names == ["1.jpg"] and store.read("1.jpg") == b"new"
