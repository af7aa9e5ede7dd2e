"""认定 of stations that are up to standard."""

import sqlalchemy as sa
from alembic import op

revision = '0014'
down_revision = '0013'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('recognition',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('by_level', sa.Enum('TOWNSHIP', 'COUNTY', name='recognitionlevel', native_enum=False, create_constraint=True, length=32), nullable=False),
    sa.Column('recognized_on', sa.Date(), nullable=False),
    sa.Column('recognized_by', sa.String(length=50), nullable=False),
    sa.Column('document_no', sa.String(length=50), nullable=True),
    sa.Column('note', sa.String(length=500), nullable=True),
    sa.Column('recorded_on', sa.Date(), nullable=False),
    sa.Column('lapses_on', sa.Date(), nullable=True),
    sa.Column('station_id', sa.Integer(), nullable=False),
    sa.Column('division_code', sa.String(length=12), nullable=False),
    sa.Column('city_code', sa.String(length=4), nullable=True),
    sa.Column('county_code', sa.String(length=6), nullable=True),
    sa.Column('township_code', sa.String(length=9), nullable=True),
    sa.Column('ended_on', sa.Date(), nullable=True),
    sa.Column('ended_reason', sa.String(length=200), nullable=True),
    sa.Column('created_at', sa.DateTime(), nullable=False),
    sa.Column('changed_at', sa.DateTime(), nullable=False),
    sa.Column('uid', sa.String(length=32), server_default=sa.text("''"), nullable=False),
    sa.Column('version', sa.Integer(), server_default=sa.text('1'), nullable=False),
    sa.CheckConstraint("coalesce(city_code, '') = CASE WHEN length(division_code) >= 4 THEN substr(division_code, 1, 4) ELSE '' END", name=op.f('ck_recognition_city_code_of_place')),
    sa.CheckConstraint("coalesce(county_code, '') = CASE WHEN length(division_code) >= 6 THEN substr(division_code, 1, 6) ELSE '' END", name=op.f('ck_recognition_county_code_of_place')),
    sa.CheckConstraint("coalesce(township_code, '') = CASE WHEN length(division_code) >= 9 THEN substr(division_code, 1, 9) ELSE '' END", name=op.f('ck_recognition_township_code_of_place')),
    sa.CheckConstraint('(ended_on IS NULL) = (ended_reason IS NULL)', name=op.f('ck_recognition_ended_for_a_reason')),
    sa.CheckConstraint('lapses_on > recorded_on', name=op.f('ck_recognition_lapses_after_it_is_recorded')),
    sa.ForeignKeyConstraint(['division_code'], ['division.code'], name=op.f('fk_recognition_division_code')),
    sa.ForeignKeyConstraint(['station_id', 'division_code'], ['station.id', 'station.division_code'], name=op.f('fk_recognition_station_id_division_code')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_recognition')),
    sqlite_autoincrement=True
    )
    op.create_index(op.f('ix_recognition_city_code_id_ended_on'), 'recognition', ['city_code', 'id', 'ended_on'], unique=False)
    op.create_index(op.f('ix_recognition_county_code_id_ended_on'), 'recognition', ['county_code', 'id', 'ended_on'], unique=False)
    op.create_index(op.f('ix_recognition_division_code_id_ended_on'), 'recognition', ['division_code', 'id', 'ended_on'], unique=False)
    op.create_index(op.f('ix_recognition_station_id'), 'recognition', ['station_id'], unique=False)
    op.create_index(op.f('ix_recognition_township_code_id_ended_on'), 'recognition', ['township_code', 'id', 'ended_on'], unique=False)
    op.create_index(op.f('ix_recognition_uid'), 'recognition', ['uid'], unique=True)


def downgrade() -> None:
    op.drop_index(op.f('ix_recognition_uid'), table_name='recognition')
    op.drop_index(op.f('ix_recognition_township_code_id_ended_on'), table_name='recognition')
    op.drop_index(op.f('ix_recognition_station_id'), table_name='recognition')
    op.drop_index(op.f('ix_recognition_division_code_id_ended_on'), table_name='recognition')
    op.drop_index(op.f('ix_recognition_county_code_id_ended_on'), table_name='recognition')
    op.drop_index(op.f('ix_recognition_city_code_id_ended_on'), table_name='recognition')
    op.drop_table('recognition')
