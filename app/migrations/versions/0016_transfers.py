"""What a case hands to the centre, what the centre hands to units, and for whom an officer acts."""

import sqlalchemy as sa
from alembic import op

revision = '0016'
down_revision = '0015'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index(op.f('ix_case_record_id_division_code'), 'case_record', ['id', 'division_code'], unique=True)
    op.create_table('transfer',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('number', sa.String(length=50), nullable=False),
    sa.Column('case_id', sa.Integer(), nullable=False),
    sa.Column('why', sa.Enum('MAJOR', 'DEPARTMENT', 'MEDIATION', name='transferreason', native_enum=False, create_constraint=True, length=32), nullable=False),
    sa.Column('asked', sa.String(length=200), nullable=False),
    sa.Column('summary', sa.Text(), nullable=False),
    sa.Column('subject', sa.String(length=100), nullable=False),
    sa.Column('has_name', sa.Boolean(), nullable=False),
    sa.Column('has_phone', sa.Boolean(), nullable=False),
    sa.Column('has_address', sa.Boolean(), nullable=False),
    sa.Column('name', sa.String(length=50), nullable=True),
    sa.Column('phone', sa.Text(), nullable=True),
    sa.Column('address', sa.Text(), nullable=True),
    sa.Column('sent_on', sa.Date(), nullable=False),
    sa.Column('sent_by', sa.String(length=64), nullable=True),
    sa.Column('due_on', sa.Date(), nullable=True),
    sa.Column('state', sa.Enum('SENT', 'SIGNED', 'ASSIGNED', 'HANDLING', 'ANSWERED', 'RETURNED', name='transferstate', native_enum=False, create_constraint=True, length=32), server_default=sa.text("'SENT'"), nullable=False),
    sa.Column('signed_on', sa.Date(), nullable=True),
    sa.Column('signed_by', sa.String(length=64), nullable=True),
    sa.Column('feedback', sa.Text(), nullable=True),
    sa.Column('state_reason', sa.String(length=200), nullable=True),
    sa.Column('closed_on', sa.Date(), nullable=True),
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
    sa.CheckConstraint("(state IN ('ANSWERED', 'RETURNED')) = (closed_on IS NOT NULL)", name=op.f('ck_transfer_closed_dated')),
    sa.CheckConstraint("coalesce(city_code, '') = CASE WHEN length(division_code) >= 4 THEN substr(division_code, 1, 4) ELSE '' END", name=op.f('ck_transfer_city_code_of_place')),
    sa.CheckConstraint("coalesce(county_code, '') = CASE WHEN length(division_code) >= 6 THEN substr(division_code, 1, 6) ELSE '' END", name=op.f('ck_transfer_county_code_of_place')),
    sa.CheckConstraint("coalesce(township_code, '') = CASE WHEN length(division_code) >= 9 THEN substr(division_code, 1, 9) ELSE '' END", name=op.f('ck_transfer_township_code_of_place')),
    sa.CheckConstraint("state NOT IN ('ANSWERED') OR (feedback IS NOT NULL)", name=op.f('ck_transfer_answered_facts')),
    sa.CheckConstraint("state NOT IN ('RETURNED') OR (state_reason IS NOT NULL)", name=op.f('ck_transfer_returned_for_a_reason')),
    sa.CheckConstraint("state NOT IN ('SIGNED', 'ASSIGNED', 'HANDLING', 'ANSWERED') OR (signed_on IS NOT NULL AND signed_by IS NOT NULL)", name=op.f('ck_transfer_signed_facts')),
    sa.CheckConstraint('(ended_on IS NULL) = (ended_reason IS NULL)', name=op.f('ck_transfer_ended_for_a_reason')),
    sa.CheckConstraint('due_on >= sent_on', name=op.f('ck_transfer_due_after_sent')),
    sa.ForeignKeyConstraint(['case_id', 'division_code'], ['case_record.id', 'case_record.division_code'], name=op.f('fk_transfer_case_id_division_code')),
    sa.ForeignKeyConstraint(['division_code'], ['division.code'], name=op.f('fk_transfer_division_code')),
    sa.ForeignKeyConstraint(['station_id', 'division_code'], ['station.id', 'station.division_code'], name=op.f('fk_transfer_station_id_division_code')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_transfer')),
    sa.UniqueConstraint('id', 'station_id', 'division_code', name=op.f('uq_transfer_id_station_id_division_code')),
    sqlite_autoincrement=True
    )
    op.create_index(op.f('ix_transfer_case_id'), 'transfer', ['case_id'], unique=False)
    op.create_index(op.f('ix_transfer_city_code_id_ended_on'), 'transfer', ['city_code', 'id', 'ended_on'], unique=False)
    op.create_index(op.f('ix_transfer_county_code_id_ended_on'), 'transfer', ['county_code', 'id', 'ended_on'], unique=False)
    op.create_index(op.f('ix_transfer_division_code_id_ended_on'), 'transfer', ['division_code', 'id', 'ended_on'], unique=False)
    op.create_index(op.f('ix_transfer_due_on'), 'transfer', ['due_on'], unique=False)
    op.create_index(op.f('ix_transfer_number'), 'transfer', ['number'], unique=True)
    op.create_index(op.f('ix_transfer_station_id'), 'transfer', ['station_id'], unique=False)
    op.create_index(op.f('ix_transfer_township_code_id_ended_on'), 'transfer', ['township_code', 'id', 'ended_on'], unique=False)
    op.create_index(op.f('ix_transfer_uid'), 'transfer', ['uid'], unique=True)
    op.create_table('assignment',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('number', sa.String(length=50), nullable=False),
    sa.Column('transfer_id', sa.Integer(), nullable=False),
    sa.Column('unit_id', sa.Integer(), nullable=False),
    sa.Column('asked', sa.Text(), nullable=False),
    sa.Column('has_name', sa.Boolean(), nullable=False),
    sa.Column('has_phone', sa.Boolean(), nullable=False),
    sa.Column('has_address', sa.Boolean(), nullable=False),
    sa.Column('content', sa.Text(), nullable=False),
    sa.Column('assigned_on', sa.Date(), nullable=False),
    sa.Column('assigned_by', sa.String(length=64), nullable=True),
    sa.Column('due_on', sa.Date(), nullable=True),
    sa.Column('state', sa.Enum('SENT', 'HANDLING', 'ANSWERED', 'RETURNED', 'WITHDRAWN', name='assignmentstate', native_enum=False, create_constraint=True, length=32), server_default=sa.text("'SENT'"), nullable=False),
    sa.Column('signed_on', sa.Date(), nullable=True),
    sa.Column('signed_by', sa.String(length=64), nullable=True),
    sa.Column('feedback', sa.Text(), nullable=True),
    sa.Column('fed_back_on', sa.Date(), nullable=True),
    sa.Column('is_proxy_entry', sa.Boolean(), server_default=sa.text('false'), nullable=False),
    sa.Column('state_reason', sa.String(length=200), nullable=True),
    sa.Column('station_id', sa.Integer(), nullable=False),
    sa.Column('division_code', sa.String(length=12), nullable=False),
    sa.Column('city_code', sa.String(length=4), nullable=True),
    sa.Column('county_code', sa.String(length=6), nullable=True),
    sa.Column('township_code', sa.String(length=9), nullable=True),
    sa.Column('created_at', sa.DateTime(), nullable=False),
    sa.Column('changed_at', sa.DateTime(), nullable=False),
    sa.Column('uid', sa.String(length=32), server_default=sa.text("''"), nullable=False),
    sa.Column('version', sa.Integer(), server_default=sa.text('1'), nullable=False),
    sa.CheckConstraint("coalesce(city_code, '') = CASE WHEN length(division_code) >= 4 THEN substr(division_code, 1, 4) ELSE '' END", name=op.f('ck_assignment_city_code_of_place')),
    sa.CheckConstraint("coalesce(county_code, '') = CASE WHEN length(division_code) >= 6 THEN substr(division_code, 1, 6) ELSE '' END", name=op.f('ck_assignment_county_code_of_place')),
    sa.CheckConstraint("coalesce(township_code, '') = CASE WHEN length(division_code) >= 9 THEN substr(division_code, 1, 9) ELSE '' END", name=op.f('ck_assignment_township_code_of_place')),
    sa.CheckConstraint("state NOT IN ('ANSWERED') OR (feedback IS NOT NULL AND fed_back_on IS NOT NULL)", name=op.f('ck_assignment_answered_facts')),
    sa.CheckConstraint("state NOT IN ('HANDLING', 'ANSWERED') OR (signed_on IS NOT NULL AND signed_by IS NOT NULL)", name=op.f('ck_assignment_signed_facts')),
    sa.CheckConstraint("state NOT IN ('RETURNED') OR (state_reason IS NOT NULL)", name=op.f('ck_assignment_returned_for_a_reason')),
    sa.CheckConstraint('due_on >= assigned_on', name=op.f('ck_assignment_due_after_assigned')),
    sa.CheckConstraint('fed_back_on >= signed_on', name=op.f('ck_assignment_answered_after_signed')),
    sa.ForeignKeyConstraint(['division_code'], ['division.code'], name=op.f('fk_assignment_division_code')),
    sa.ForeignKeyConstraint(['station_id', 'division_code'], ['station.id', 'station.division_code'], name=op.f('fk_assignment_station_id_division_code')),
    sa.ForeignKeyConstraint(['transfer_id', 'station_id', 'division_code'], ['transfer.id', 'transfer.station_id', 'transfer.division_code'], name=op.f('fk_assignment_transfer_id_station_id_division_code')),
    sa.ForeignKeyConstraint(['unit_id'], ['member_unit.id'], name=op.f('fk_assignment_unit_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_assignment')),
    sa.UniqueConstraint('transfer_id', 'unit_id', name=op.f('uq_assignment_transfer_id_unit_id')),
    sqlite_autoincrement=True
    )
    op.create_index(op.f('ix_assignment_city_code_id'), 'assignment', ['city_code', 'id'], unique=False)
    op.create_index(op.f('ix_assignment_county_code_id'), 'assignment', ['county_code', 'id'], unique=False)
    op.create_index(op.f('ix_assignment_division_code_id'), 'assignment', ['division_code', 'id'], unique=False)
    op.create_index(op.f('ix_assignment_due_on'), 'assignment', ['due_on'], unique=False)
    op.create_index(op.f('ix_assignment_number'), 'assignment', ['number'], unique=True)
    op.create_index(op.f('ix_assignment_station_id'), 'assignment', ['station_id'], unique=False)
    op.create_index(op.f('ix_assignment_township_code_id'), 'assignment', ['township_code', 'id'], unique=False)
    op.create_index(op.f('ix_assignment_transfer_id'), 'assignment', ['transfer_id'], unique=False)
    op.create_index(op.f('ix_assignment_uid'), 'assignment', ['uid'], unique=True)
    op.create_index(op.f('ix_assignment_unit_id_state'), 'assignment', ['unit_id', 'state'], unique=False)
    # Plain ADD COLUMN: SQLite takes a reference only together with a column, and rebuilds nothing.
    op.execute(
        'ALTER TABLE user_scope ADD COLUMN unit_id INTEGER'
        ' CONSTRAINT fk_user_scope_unit_id REFERENCES member_unit (id)'
    )
    op.create_index(op.f('ix_user_scope_unit_id'), 'user_scope', ['unit_id'], unique=False)


def downgrade() -> None:
    op.drop_index(op.f('ix_user_scope_unit_id'), table_name='user_scope')
    op.drop_column('user_scope', 'unit_id')
    op.drop_table('assignment')
    op.drop_table('transfer')
    op.drop_index(op.f('ix_case_record_id_division_code'), table_name='case_record')
    op.execute(sa.text("DELETE FROM serial WHERE series LIKE 'Transfer:%' OR series LIKE 'Assignment:%'"))
