from __future__ import annotations

import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy import Engine, inspect, text

from desk.store import migrate
from desk.store.base import Base
from desk.store.engine import open_engine


@pytest.fixture
def engine(database_url: str) -> Iterator[Engine]:
    engine = open_engine(database_url)
    yield engine
    engine.dispose()


def test_the_migrated_schema_is_the_schema_of_the_code(engine: Engine) -> None:
    migrate.upgrade(engine)
    migrate.load_tables()
    with engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, Base.metadata) == []
    assert migrate.current(engine) == migrate.newest() is not None


def test_the_migrated_constraints_have_the_names_of_the_code(engine: Engine) -> None:
    """Autogenerate does not look at the names of keys, and a later migration can only alter what it can name."""
    migrate.upgrade(engine)
    migrate.load_tables()
    found = inspect(engine)
    for table in Base.metadata.sorted_tables:
        wanted_fks = {str(key.name) for key in table.foreign_key_constraints}
        assert {str(key["name"]) for key in found.get_foreign_keys(table.name)} == wanted_fks
        assert found.get_pk_constraint(table.name)["name"] == f"pk_{table.name}"


def test_migrating_again_changes_nothing(engine: Engine) -> None:
    migrate.upgrade(engine)
    migrate.upgrade(engine)
    assert migrate.current(engine) == migrate.newest()


def test_processes_that_start_together_migrate_once(engine: Engine) -> None:
    errors: list[BaseException] = []

    def start() -> None:
        try:
            migrate.upgrade(engine)
        except BaseException as error:
            errors.append(error)

    threads = [threading.Thread(target=start) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert errors == []
    assert migrate.current(engine) == migrate.newest()


def test_a_migration_that_fails_leaves_nothing_behind(engine: Engine) -> None:
    """`order_numbers` is in the way, so 0001 breaks after it has already made `orders`."""
    with engine.begin() as connection:
        connection.execute(text("CREATE TABLE order_numbers (day DATE)"))
    with pytest.raises(Exception, match="order_numbers"):
        migrate.upgrade(engine)
    assert inspect(engine).get_table_names() == ["order_numbers"]
    with engine.begin() as connection:
        connection.execute(text("DROP TABLE order_numbers"))
    migrate.upgrade(engine)


def test_a_database_from_the_future_is_named_in_one_line(engine: Engine) -> None:
    migrate.upgrade(engine)
    with engine.begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    with pytest.raises(migrate.MigrationError, match="9999"):
        migrate.upgrade(engine)


def test_every_migration_can_be_undone(engine: Engine) -> None:
    migrate.upgrade(engine)
    config = migrate._config()
    with migrate.locked(engine) as connection:
        config.attributes["connection"] = connection
        command.downgrade(config, "base")
    assert inspect(engine).get_table_names() == ["alembic_version"]


def test_the_command_line_finds_the_migrations(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from alembic.config import main

    monkeypatch.setenv("MINSHENG_DATABASE_URL", f"sqlite:///{tmp_path}/cli.db")
    main(["-c", str(migrate.ROOT / "alembic.ini"), "upgrade", "head"])
    assert migrate.current(open_engine(f"sqlite:///{tmp_path}/cli.db")) == migrate.newest()
