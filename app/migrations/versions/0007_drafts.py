"""Drafts: what was typed and is not saved yet, sealed."""

import sqlalchemy as sa
from alembic import op

revision = '0007'
down_revision = '0006'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('draft',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('user_id', sa.Integer(), nullable=False),
    sa.Column('form', sa.String(length=110), nullable=False),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.Column('payload', sa.LargeBinary(), nullable=False),
    sa.Column('saved_at', sa.DateTime(), nullable=False),
    sa.ForeignKeyConstraint(['user_id'], ['ab_user.id'], name=op.f('fk_draft_user_id'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_draft')),
    sa.UniqueConstraint('user_id', 'form', name=op.f('uq_draft_user_id_form')),
    sqlite_autoincrement=True
    )
    op.create_index(op.f('ix_draft_saved_at'), 'draft', ['saved_at'])


def downgrade() -> None:
    op.drop_index(op.f('ix_draft_saved_at'), table_name='draft')
    op.drop_table('draft')
