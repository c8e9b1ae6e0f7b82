"""Knowledge: collections, articles, their versions, and the cache of sentence vectors."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.create_table(
        "knowledge_collections",
        sa.Column("name", sa.String(64), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("name", name="pk_knowledge_collections"),
    )
    op.create_table(
        "knowledge_articles",
        sa.Column("collection", sa.String(64), nullable=False),
        sa.Column("article_id", sa.String(100), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("status", sa.String(16), nullable=False),
        sa.Column("updated_at", MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("collection", "article_id", name="pk_knowledge_articles"),
        sa.ForeignKeyConstraint(
            ["collection"],
            ["knowledge_collections.name"],
            name="fk_knowledge_articles_collection_knowledge_collections",
        ),
    )
    op.create_index("ix_knowledge_articles_collection_status", "knowledge_articles", ["collection", "status"])
    op.create_table(
        "knowledge_versions",
        sa.Column("collection", sa.String(64), nullable=False),
        sa.Column("article_id", sa.String(100), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("content", sa.JSON(), nullable=False),
        sa.Column("content_hash", sa.String(64), nullable=False),
        sa.Column("created_by", sa.String(64), nullable=False),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("collection", "article_id", "version", name="pk_knowledge_versions"),
        sa.ForeignKeyConstraint(
            ["collection", "article_id"],
            ["knowledge_articles.collection", "knowledge_articles.article_id"],
            name="fk_knowledge_versions_collection_knowledge_articles",
        ),
    )
    op.create_table(
        "knowledge_vectors",
        sa.Column("text_hash", sa.String(64), nullable=False),
        sa.Column("vector", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("text_hash", name="pk_knowledge_vectors"),
    )


def downgrade() -> None:
    for table in ("knowledge_vectors", "knowledge_versions", "knowledge_articles", "knowledge_collections"):
        op.drop_table(table)
