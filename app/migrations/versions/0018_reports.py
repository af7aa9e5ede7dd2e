"""What goes between a station and its superior."""

import sqlalchemy as sa
from alembic import op

revision = '0018'
down_revision = '0017'
branch_labels = None
depends_on = None

NUMBERED = ('SuperiorAssignment',)


def upgrade() -> None:
    op.create_table('superior_assignment',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('kind', sa.Enum('PASSED', 'ASSIGNED', name='superiorkind', native_enum=False, create_constraint=True, length=32), nullable=False),
    sa.Column('document_no', sa.String(length=50), nullable=False),
    sa.Column('from_whom', sa.String(length=50), nullable=False),
    sa.Column('arrived_on', sa.Date(), nullable=False),
    sa.Column('subject', sa.String(length=100), nullable=False),
    sa.Column('content', sa.Text(), nullable=True),
    sa.Column('case_id', sa.Integer(), nullable=True),
    sa.Column('by_code', sa.String(length=12), nullable=False),
    sa.Column('state', sa.Enum('SENT', 'HANDLING', 'ANSWERED', 'FED_BACK', name='superiorstate', native_enum=False, create_constraint=True, length=32), server_default=sa.text("'SENT'"), nullable=False),
    sa.Column('answered_on', sa.Date(), nullable=True),
    sa.Column('fed_back_on', sa.Date(), nullable=True),
    sa.Column('feedback', sa.Text(), nullable=True),
    sa.Column('due_on', sa.Date(), nullable=True),
    sa.Column('signed_on', sa.Date(), nullable=True),
    sa.Column('signed_by', sa.String(length=64), nullable=True),
    sa.Column('closed_on', sa.Date(), nullable=True),
    sa.Column('number', sa.String(length=50), nullable=False),
    sa.Column('sent_on', sa.Date(), nullable=False),
    sa.Column('sent_by', sa.String(length=64), nullable=True),
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
    sa.CheckConstraint("(state IN ('FED_BACK')) = (closed_on IS NOT NULL)", name=op.f('ck_superior_assignment_closed_dated')),
    sa.CheckConstraint("coalesce(city_code, '') = CASE WHEN length(division_code) >= 4 THEN substr(division_code, 1, 4) ELSE '' END", name=op.f('ck_superior_assignment_city_code_of_place')),
    sa.CheckConstraint("coalesce(county_code, '') = CASE WHEN length(division_code) >= 6 THEN substr(division_code, 1, 6) ELSE '' END", name=op.f('ck_superior_assignment_county_code_of_place')),
    sa.CheckConstraint("coalesce(township_code, '') = CASE WHEN length(division_code) >= 9 THEN substr(division_code, 1, 9) ELSE '' END", name=op.f('ck_superior_assignment_township_code_of_place')),
    sa.CheckConstraint("state NOT IN ('ANSWERED', 'FED_BACK') OR (answered_on IS NOT NULL)", name=op.f('ck_superior_assignment_answered_facts')),
    sa.CheckConstraint("state NOT IN ('FED_BACK') OR (fed_back_on IS NOT NULL AND feedback IS NOT NULL)", name=op.f('ck_superior_assignment_fed_back_facts')),
    sa.CheckConstraint("state NOT IN ('HANDLING', 'ANSWERED', 'FED_BACK') OR (signed_on IS NOT NULL AND signed_by IS NOT NULL)", name=op.f('ck_superior_assignment_signed_facts')),
    sa.CheckConstraint('(ended_on IS NULL) = (ended_reason IS NULL)', name=op.f('ck_superior_assignment_ended_for_a_reason')),
    sa.CheckConstraint('answered_on >= arrived_on', name=op.f('ck_superior_assignment_answered_after_arrival')),
    sa.CheckConstraint('by_code = substr(division_code, 1, length(by_code)) AND length(by_code) <= length(division_code)', name=op.f('ck_superior_assignment_by_code_above')),
    sa.CheckConstraint('due_on >= arrived_on', name=op.f('ck_superior_assignment_due_after_sent')),
    sa.CheckConstraint('fed_back_on >= arrived_on', name=op.f('ck_superior_assignment_fed_back_after_arrival')),
    sa.ForeignKeyConstraint(['case_id', 'division_code'], ['case_record.id', 'case_record.division_code'], name=op.f('fk_superior_assignment_case_id_division_code')),
    sa.ForeignKeyConstraint(['division_code'], ['division.code'], name=op.f('fk_superior_assignment_division_code')),
    sa.ForeignKeyConstraint(['station_id', 'division_code'], ['station.id', 'station.division_code'], name=op.f('fk_superior_assignment_station_id_division_code')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_superior_assignment')),
    sqlite_autoincrement=True
    )
    op.create_index(op.f('ix_superior_assignment_case_id'), 'superior_assignment', ['case_id'], unique=False)
    op.create_index(op.f('ix_superior_assignment_city_code_id_ended_on'), 'superior_assignment', ['city_code', 'id', 'ended_on'], unique=False)
    op.create_index(op.f('ix_superior_assignment_county_code_id_ended_on'), 'superior_assignment', ['county_code', 'id', 'ended_on'], unique=False)
    op.create_index(op.f('ix_superior_assignment_division_code_id_ended_on'), 'superior_assignment', ['division_code', 'id', 'ended_on'], unique=False)
    op.create_index(op.f('ix_superior_assignment_due_on'), 'superior_assignment', ['due_on'], unique=False)
    op.create_index(op.f('ix_superior_assignment_number'), 'superior_assignment', ['number'], unique=True)
    op.create_index(op.f('ix_superior_assignment_station_id'), 'superior_assignment', ['station_id'], unique=False)
    op.create_index(op.f('ix_superior_assignment_township_code_id_ended_on'), 'superior_assignment', ['township_code', 'id', 'ended_on'], unique=False)
    op.create_index(op.f('ix_superior_assignment_uid'), 'superior_assignment', ['uid'], unique=True)


def downgrade() -> None:
    op.drop_table('superior_assignment')
    for register in NUMBERED:
        op.execute(sa.text(f"DELETE FROM serial WHERE series LIKE '{register}:%'"))
