"""The indexes of places carry the day of the ending: a list counts its rows and turns its pages without reading them."""

from alembic import op

revision = '0005'
down_revision = '0004'
branch_labels = None
depends_on = None

TABLES = ('case_record', 'member_unit', 'station', 'station_member', 'training', 'volunteer')
PLACES = ('city_code', 'county_code', 'division_code', 'township_code')


def upgrade() -> None:
    for table in TABLES:
        for place in PLACES:
            op.create_index(op.f(f'ix_{table}_{place}_id_ended_on'), table, [place, 'id', 'ended_on'])
            op.drop_index(op.f(f'ix_{table}_{place}_id'), table)


def downgrade() -> None:
    for table in TABLES:
        for place in PLACES:
            op.create_index(op.f(f'ix_{table}_{place}_id'), table, [place, 'id'])
            op.drop_index(op.f(f'ix_{table}_{place}_id_ended_on'), table)
