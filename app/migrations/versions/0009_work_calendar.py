"""The days that differ from plain weekends, and the years whose notice was loaded."""

import sqlalchemy as sa
from alembic import op

revision = '0009'
down_revision = '0008'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('calendar_year',
    sa.Column('year', sa.Integer(), autoincrement=False, nullable=False),
    sa.Column('source', sa.String(length=100), nullable=False),
    sa.Column('loaded_on', sa.Date(), nullable=False),
    sa.PrimaryKeyConstraint('year', name=op.f('pk_calendar_year')),
    sqlite_autoincrement=True
    )
    op.create_table('work_calendar',
    sa.Column('day', sa.Date(), nullable=False),
    sa.Column('kind', sa.Enum('REST', 'WORK', name='daykind', native_enum=False, create_constraint=True, length=32), nullable=False),
    sa.Column('name', sa.String(length=50), nullable=False),
    sa.Column('source', sa.String(length=100), nullable=False),
    sa.Column('year', sa.Integer(), nullable=False),
    sa.PrimaryKeyConstraint('day', name=op.f('pk_work_calendar')),
    sqlite_autoincrement=True
    )
    op.create_index('ix_work_calendar_year', 'work_calendar', ['year'])


def downgrade() -> None:
    op.drop_table('work_calendar')
    op.drop_table('calendar_year')
