"""Sessions in the database, locks of accounts, failures of addresses, activation links."""

import sqlalchemy as sa
from alembic import op

revision = '0002'
down_revision = '0001'
branch_labels = None
depends_on = None


def upgrade() -> None:
    # Plain ADD COLUMN and DROP COLUMN, no batch: rebuilding ab_user on SQLite would drop the table, and with foreign
    # keys on that deletes everybody's scopes.
    op.add_column('ab_user', sa.Column('session_version', sa.Integer(), server_default='1', nullable=False))
    op.add_column('ab_user', sa.Column('fail_count', sa.Integer(), server_default='0', nullable=False))
    op.add_column('ab_user', sa.Column('locked_until', sa.DateTime(), nullable=True))

    op.create_table('sign_in_session',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('user_id', sa.Integer(), nullable=False),
    sa.Column('token_hash', sa.String(length=64), nullable=False),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.Column('created_at', sa.DateTime(), nullable=False),
    sa.Column('seen_at', sa.DateTime(), nullable=False),
    sa.Column('device', sa.String(length=100), nullable=False),
    sa.Column('address', sa.String(length=45), nullable=False),
    sa.Column('ended_at', sa.DateTime(), nullable=True),
    sa.Column('ended_reason', sa.Enum('SIGNED_OUT', 'TAKEN_DOWN', 'NEW_PASSWORD', name='endreason', native_enum=False, create_constraint=True, length=32), nullable=True),
    sa.CheckConstraint('(ended_at IS NULL) = (ended_reason IS NULL)', name=op.f('ck_sign_in_session_ended_with_reason')),
    sa.ForeignKeyConstraint(['user_id'], ['ab_user.id'], name=op.f('fk_sign_in_session_user_id'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_sign_in_session')),
    sa.UniqueConstraint('token_hash', name=op.f('uq_sign_in_session_token_hash')),
    sqlite_autoincrement=True
    )
    op.create_index(op.f('ix_sign_in_session_user_id'), 'sign_in_session', ['user_id'])
    op.create_index(op.f('ix_sign_in_session_created_at'), 'sign_in_session', ['created_at'])

    op.create_table('sign_in_failure',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('address_key', sa.String(length=64), nullable=False),
    sa.Column('at', sa.DateTime(), nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_sign_in_failure')),
    sqlite_autoincrement=True
    )
    op.create_index(op.f('ix_sign_in_failure_address_key_at'), 'sign_in_failure', ['address_key', 'at'])
    op.create_index(op.f('ix_sign_in_failure_at'), 'sign_in_failure', ['at'])

    op.create_table('activation',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('user_id', sa.Integer(), nullable=False),
    sa.Column('token_hash', sa.String(length=64), nullable=False),
    sa.Column('expires_at', sa.DateTime(), nullable=False),
    sa.Column('used_at', sa.DateTime(), nullable=True),
    sa.ForeignKeyConstraint(['user_id'], ['ab_user.id'], name=op.f('fk_activation_user_id'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_activation')),
    sa.UniqueConstraint('token_hash', name=op.f('uq_activation_token_hash')),
    sqlite_autoincrement=True
    )
    op.create_index(op.f('ix_activation_user_id'), 'activation', ['user_id'])


def downgrade() -> None:
    op.drop_table('activation')
    op.drop_table('sign_in_failure')
    op.drop_table('sign_in_session')
    op.drop_column('ab_user', 'locked_until')
    op.drop_column('ab_user', 'fail_count')
    op.drop_column('ab_user', 'session_version')
