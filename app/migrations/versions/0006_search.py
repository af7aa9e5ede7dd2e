"""What rows are found by; `flask setup` fills it in."""

import sqlalchemy as sa
from alembic import op

revision = '0006'
down_revision = '0005'
branch_labels = None
depends_on = None

TABLES = ('division', 'station', 'station_member', 'volunteer', 'member_unit')


def upgrade() -> None:
    for table in TABLES:
        op.add_column(table, sa.Column('search_text', sa.Text(), server_default=sa.text("''"), nullable=False))


def downgrade() -> None:
    for table in TABLES:
        op.drop_column(table, 'search_text')
