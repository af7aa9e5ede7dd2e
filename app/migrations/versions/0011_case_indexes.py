"""What waits for one handler, and the other cases of one name, are found without reading a city's cases."""

from alembic import op
from sqlalchemy import text

revision = '0011'
down_revision = '0010'
branch_labels = None
depends_on = None

HANDLED = text('handler_id IS NOT NULL')


def upgrade() -> None:
    op.drop_index('ix_case_record_handler_id_ended_on', 'case_record')
    op.create_index(
        'ix_case_record_handler_id_ended_on', 'case_record', ['handler_id', 'ended_on'],
        sqlite_where=HANDLED, postgresql_where=HANDLED,
    )
    op.create_index('ix_case_record_name_county_code', 'case_record', ['name', 'county_code'])


def downgrade() -> None:
    op.drop_index('ix_case_record_name_county_code', 'case_record')
    op.drop_index('ix_case_record_handler_id_ended_on', 'case_record')
    op.create_index('ix_case_record_handler_id_ended_on', 'case_record', ['handler_id', 'ended_on'])
