"""Encrypted files: any range comes back exactly, and every change is noticed."""

from __future__ import annotations

import io
import os
import uuid

import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from hiring.recordings import keys, vault

SIZES = [0, 1, vault.BLOCK - 1, vault.BLOCK, vault.BLOCK + 1, 3 * vault.BLOCK, 3 * vault.BLOCK + 77]


@pytest.fixture
def owner() -> uuid.UUID:
    pk = uuid.uuid4()
    keys.get_or_create(pk)
    return pk


def _path(settings, owner, name):
    return settings.VAULT_DIR / str(owner) / name


@pytest.mark.parametrize("size", SIZES)
def test_what_goes_in_comes_out(owner, size):
    plain = os.urandom(size)
    name = vault.store(owner, io.BytesIO(plain), "bin")
    with vault.open_file(owner, name) as file:
        assert file.read() == plain


@hypothesis_settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(size=st.integers(0, 3 * vault.BLOCK), start=st.integers(0, 3 * vault.BLOCK), length=st.integers(0, 200_000))
def test_any_range_equals_the_same_range_of_the_plain_bytes(owner, size, start, length):
    plain = bytes(i * 31 % 251 for i in range(size))
    name = vault.store(owner, io.BytesIO(plain), "bin")
    with vault.open_file(owner, name) as file:
        file.seek(start)
        assert file.read(length) == plain[start : start + length]


def test_the_file_on_disk_holds_no_plain_byte_run(owner, settings):
    plain = b"a very recognisable sentence " * 4000
    name = vault.store(owner, io.BytesIO(plain), "bin")
    assert b"recognisable" not in _path(settings, owner, name).read_bytes()


def test_a_changed_byte_is_noticed(owner, settings):
    name = vault.store(owner, io.BytesIO(b"x" * 100_000), "bin")
    path = _path(settings, owner, name)
    raw = bytearray(path.read_bytes())
    raw[70_000] ^= 1
    path.write_bytes(raw)
    with vault.open_file(owner, name) as file, pytest.raises(vault.Damaged):
        file.read()


def test_a_file_cut_at_a_block_is_noticed(owner, settings):
    name = vault.store(owner, io.BytesIO(b"x" * (2 * vault.BLOCK + 5)), "bin")
    path = _path(settings, owner, name)
    path.write_bytes(path.read_bytes()[: 16 + 2 * (vault.BLOCK + 16)])
    with vault.open_file(owner, name) as file, pytest.raises(vault.Damaged):
        file.read()


def test_a_file_under_another_name_is_noticed(owner, settings):
    name = vault.store(owner, io.BytesIO(b"mine"), "bin")
    _path(settings, owner, name).rename(_path(settings, owner, "other.bin"))
    with vault.open_file(owner, "other.bin") as file, pytest.raises(vault.Damaged):
        file.read()


def test_once_the_key_is_destroyed_nothing_can_be_read(owner, settings):
    name = vault.store(owner, io.BytesIO(b"secret"), "bin")
    backup = _path(settings, owner, name).read_bytes()
    assert keys.destroy(owner)
    assert not keys.destroy(owner)
    _path(settings, owner, name).write_bytes(backup)
    with pytest.raises(keys.KeyGone):
        vault.open_file(owner, name)
    with pytest.raises(keys.KeyGone):
        vault.store(owner, io.BytesIO(b"late"), "bin")


def test_a_failed_write_leaves_nothing(owner):
    def broken():
        raise OSError("disk full")

    with pytest.raises(OSError), vault.Writer(owner, "half.bin") as writer:
        writer.write(b"x" * 200_000)
        broken()
    assert vault.names(owner) == []


@pytest.mark.parametrize("name", ["", "../escape", "a/b", ".hidden"])
def test_a_name_cannot_leave_the_folder(owner, name):
    with pytest.raises(ValueError):
        vault.open_file(owner, name)


def test_the_key_file_is_wrapped_and_private(owner, settings):
    path = settings.KEY_DIR / f"{owner}.key"
    assert keys.get(owner) not in path.read_bytes()
    assert path.stat().st_mode & 0o077 == 0
