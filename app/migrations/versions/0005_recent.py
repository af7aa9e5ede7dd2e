"""An index for what somebody did last."""

from alembic import op

revision = '0005'
down_revision = '0004'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index(op.f('ix_audit_entry_actor_id_id'), 'audit_entry', ['actor_id', 'id'], unique=False)


def downgrade() -> None:
    op.drop_index(op.f('ix_audit_entry_actor_id_id'), table_name='audit_entry')
