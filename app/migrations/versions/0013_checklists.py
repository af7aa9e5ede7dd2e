"""Checklists and their editions, what somebody confirms, and what they make of the stations."""

import sqlalchemy as sa
from alembic import op

revision = '0013'
down_revision = '0012'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('checklist',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('name', sa.String(length=50), nullable=False),
    sa.Column('kind', sa.Enum('STATION', 'ASSESSMENT', 'INSPECTION', 'AWARD', 'FAMILY', name='checklistkind', native_enum=False, create_constraint=True, length=32), nullable=False),
    sa.Column('level', sa.Enum('TOWNSHIP', 'VILLAGE', name='stationlevel', native_enum=False, create_constraint=True, length=32), nullable=False),
    sa.Column('edition', sa.Integer(), server_default=sa.text('1'), nullable=False),
    sa.Column('note', sa.String(length=500), nullable=True),
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
    sa.CheckConstraint("coalesce(city_code, '') = CASE WHEN length(division_code) >= 4 THEN substr(division_code, 1, 4) ELSE '' END", name=op.f('ck_checklist_city_code_of_place')),
    sa.CheckConstraint("coalesce(county_code, '') = CASE WHEN length(division_code) >= 6 THEN substr(division_code, 1, 6) ELSE '' END", name=op.f('ck_checklist_county_code_of_place')),
    sa.CheckConstraint("coalesce(township_code, '') = CASE WHEN length(division_code) >= 9 THEN substr(division_code, 1, 9) ELSE '' END", name=op.f('ck_checklist_township_code_of_place')),
    sa.CheckConstraint('(ended_on IS NULL) = (ended_reason IS NULL)', name=op.f('ck_checklist_ended_for_a_reason')),
    sa.ForeignKeyConstraint(['division_code'], ['division.code'], name=op.f('fk_checklist_division_code')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_checklist')),
    sa.UniqueConstraint('division_code', 'name', 'level', name=op.f('uq_checklist_division_code_name_level')),
    sqlite_autoincrement=True
    )
    op.create_index(op.f('ix_checklist_city_code_id_ended_on'), 'checklist', ['city_code', 'id', 'ended_on'], unique=False)
    op.create_index(op.f('ix_checklist_county_code_id_ended_on'), 'checklist', ['county_code', 'id', 'ended_on'], unique=False)
    op.create_index(op.f('ix_checklist_division_code_id_ended_on'), 'checklist', ['division_code', 'id', 'ended_on'], unique=False)
    op.create_index(op.f('ix_checklist_township_code_id_ended_on'), 'checklist', ['township_code', 'id', 'ended_on'], unique=False)
    op.create_index(op.f('ix_checklist_uid'), 'checklist', ['uid'], unique=True)
    op.create_table('checklist_edition',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('checklist_id', sa.Integer(), nullable=False),
    sa.Column('edition', sa.Integer(), nullable=False),
    sa.Column('from_on', sa.Date(), nullable=False),
    sa.Column('items', sa.JSON(), nullable=False),
    sa.ForeignKeyConstraint(['checklist_id'], ['checklist.id'], name=op.f('fk_checklist_edition_checklist_id'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_checklist_edition')),
    sa.UniqueConstraint('checklist_id', 'edition', name=op.f('uq_checklist_edition_checklist_id_edition')),
    sqlite_autoincrement=True
    )
    op.create_index(op.f('ix_checklist_edition_checklist_id'), 'checklist_edition', ['checklist_id'], unique=False)
    op.create_table('checklist_item',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('checklist_id', sa.Integer(), nullable=False),
    sa.Column('position', sa.Integer(), server_default=sa.text('0'), nullable=False),
    sa.Column('label', sa.String(length=100), nullable=False),
    sa.Column('rule', sa.String(length=40), nullable=True),
    sa.Column('evidence', sa.Enum('NONE', 'TEXT', 'PHOTO', 'DOCUMENT', name='evidence', native_enum=False, create_constraint=True, length=32), server_default=sa.text("'NONE'"), nullable=False),
    sa.Column('points', sa.Integer(), nullable=True),
    sa.Column('validity_months', sa.Integer(), nullable=True),
    sa.Column('is_active', sa.Boolean(), server_default=sa.text('true'), nullable=False),
    sa.Column('since_edition', sa.Integer(), server_default=sa.text('1'), nullable=False),
    sa.Column('created_at', sa.DateTime(), nullable=False),
    sa.Column('changed_at', sa.DateTime(), nullable=False),
    sa.Column('uid', sa.String(length=32), server_default=sa.text("''"), nullable=False),
    sa.Column('version', sa.Integer(), server_default=sa.text('1'), nullable=False),
    sa.CheckConstraint('points BETWEEN 0 AND 1000', name=op.f('ck_checklist_item_points_plausible')),
    sa.CheckConstraint('validity_months BETWEEN 1 AND 120', name=op.f('ck_checklist_item_validity_plausible')),
    sa.ForeignKeyConstraint(['checklist_id'], ['checklist.id'], name=op.f('fk_checklist_item_checklist_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_checklist_item')),
    sa.UniqueConstraint('checklist_id', 'label', name=op.f('uq_checklist_item_checklist_id_label')),
    sqlite_autoincrement=True
    )
    op.create_index(op.f('ix_checklist_item_checklist_id'), 'checklist_item', ['checklist_id'], unique=False)
    op.create_index(op.f('ix_checklist_item_uid'), 'checklist_item', ['uid'], unique=True)
    op.create_table('confirmation',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('item_id', sa.Integer(), nullable=False),
    sa.Column('confirmed_on', sa.Date(), nullable=False),
    sa.Column('confirmed_by', sa.String(length=50), nullable=False),
    sa.Column('note', sa.String(length=500), nullable=True),
    sa.Column('edition', sa.Integer(), nullable=False),
    sa.Column('valid_until', sa.Date(), nullable=True),
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
    sa.CheckConstraint("coalesce(city_code, '') = CASE WHEN length(division_code) >= 4 THEN substr(division_code, 1, 4) ELSE '' END", name=op.f('ck_confirmation_city_code_of_place')),
    sa.CheckConstraint("coalesce(county_code, '') = CASE WHEN length(division_code) >= 6 THEN substr(division_code, 1, 6) ELSE '' END", name=op.f('ck_confirmation_county_code_of_place')),
    sa.CheckConstraint("coalesce(township_code, '') = CASE WHEN length(division_code) >= 9 THEN substr(division_code, 1, 9) ELSE '' END", name=op.f('ck_confirmation_township_code_of_place')),
    sa.CheckConstraint('(ended_on IS NULL) = (ended_reason IS NULL)', name=op.f('ck_confirmation_ended_for_a_reason')),
    sa.ForeignKeyConstraint(['division_code'], ['division.code'], name=op.f('fk_confirmation_division_code')),
    sa.ForeignKeyConstraint(['item_id'], ['checklist_item.id'], name=op.f('fk_confirmation_item_id')),
    sa.ForeignKeyConstraint(['station_id', 'division_code'], ['station.id', 'station.division_code'], name=op.f('fk_confirmation_station_id_division_code')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_confirmation')),
    sqlite_autoincrement=True
    )
    op.create_index(op.f('ix_confirmation_city_code_id_ended_on'), 'confirmation', ['city_code', 'id', 'ended_on'], unique=False)
    op.create_index(op.f('ix_confirmation_county_code_id_ended_on'), 'confirmation', ['county_code', 'id', 'ended_on'], unique=False)
    op.create_index(op.f('ix_confirmation_division_code_id_ended_on'), 'confirmation', ['division_code', 'id', 'ended_on'], unique=False)
    op.create_index(op.f('ix_confirmation_item_id'), 'confirmation', ['item_id'], unique=False)
    op.create_index(op.f('ix_confirmation_station_id'), 'confirmation', ['station_id'], unique=False)
    op.create_index(op.f('ix_confirmation_township_code_id_ended_on'), 'confirmation', ['township_code', 'id', 'ended_on'], unique=False)
    op.create_index(op.f('ix_confirmation_uid'), 'confirmation', ['uid'], unique=True)
    op.create_table('judgement',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('station_id', sa.Integer(), nullable=False),
    sa.Column('item_id', sa.Integer(), nullable=False),
    sa.Column('from_on', sa.Date(), nullable=False),
    sa.Column('until_on', sa.Date(), nullable=True),
    sa.Column('finding', sa.Enum('AUTO', 'CONFIRMED', 'MISSING', name='finding', native_enum=False, create_constraint=True, length=32), nullable=False),
    sa.Column('sentence', sa.String(length=500), nullable=False),
    sa.CheckConstraint('until_on > from_on', name=op.f('ck_judgement_until_after_from')),
    sa.ForeignKeyConstraint(['item_id'], ['checklist_item.id'], name=op.f('fk_judgement_item_id')),
    sa.ForeignKeyConstraint(['station_id'], ['station.id'], name=op.f('fk_judgement_station_id'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_judgement')),
    sa.UniqueConstraint('station_id', 'item_id', 'from_on', name=op.f('uq_judgement_station_id_item_id_from_on')),
    sqlite_autoincrement=True
    )
    op.create_index(op.f('ix_judgement_item_id_finding'), 'judgement', ['item_id', 'finding'], unique=False)
    op.create_index(op.f('ix_judgement_station_id'), 'judgement', ['station_id'], unique=False)


def downgrade() -> None:
    op.drop_table('judgement')
    op.drop_table('confirmation')
    op.drop_table('checklist_item')
    op.drop_table('checklist_edition')
    op.drop_table('checklist')
