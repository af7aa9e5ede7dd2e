"""What goes between a station and its superior."""

import sqlalchemy as sa
from alembic import op

revision = '0020'
down_revision = '0019'
branch_labels = None
depends_on = None

NUMBERED = ('Escalation', 'PolicyIssue', 'SuperiorAssignment', 'UrgentReport')


def upgrade() -> None:
    op.create_table('escalation',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('case_id', sa.Integer(), nullable=False),
    sa.Column('asked', sa.String(length=200), nullable=False),
    sa.Column('state', sa.Enum('SENT', 'SIGNED', 'TRACKING', 'ANSWERED', 'RETURNED', name='escalationstate', native_enum=False, create_constraint=True, length=32), server_default=sa.text("'SENT'"), nullable=False),
    sa.Column('note', sa.String(length=500), nullable=True),
    sa.Column('reply', sa.Text(), nullable=True),
    sa.Column('state_reason', sa.String(length=200), nullable=True),
    sa.Column('summary', sa.Text(), nullable=False),
    sa.Column('subject', sa.String(length=100), nullable=False),
    sa.Column('has_name', sa.Boolean(), nullable=False),
    sa.Column('has_phone', sa.Boolean(), nullable=False),
    sa.Column('has_address', sa.Boolean(), nullable=False),
    sa.Column('name', sa.String(length=50), nullable=True),
    sa.Column('phone', sa.Text(), nullable=True),
    sa.Column('address', sa.Text(), nullable=True),
    sa.Column('to_level', sa.Enum('TOWNSHIP', 'COUNTY', 'CITY', name='superior', native_enum=False, create_constraint=True, length=32), nullable=False),
    sa.Column('to_code', sa.String(length=12), nullable=False),
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
    sa.CheckConstraint("(state IN ('ANSWERED', 'RETURNED')) = (closed_on IS NOT NULL)", name=op.f('ck_escalation_closed_dated')),
    sa.CheckConstraint("coalesce(city_code, '') = CASE WHEN length(division_code) >= 4 THEN substr(division_code, 1, 4) ELSE '' END", name=op.f('ck_escalation_city_code_of_place')),
    sa.CheckConstraint("coalesce(county_code, '') = CASE WHEN length(division_code) >= 6 THEN substr(division_code, 1, 6) ELSE '' END", name=op.f('ck_escalation_county_code_of_place')),
    sa.CheckConstraint("coalesce(township_code, '') = CASE WHEN length(division_code) >= 9 THEN substr(division_code, 1, 9) ELSE '' END", name=op.f('ck_escalation_township_code_of_place')),
    sa.CheckConstraint("state NOT IN ('ANSWERED') OR (reply IS NOT NULL)", name=op.f('ck_escalation_answered_facts')),
    sa.CheckConstraint("state NOT IN ('RETURNED') OR (state_reason IS NOT NULL)", name=op.f('ck_escalation_returned_for_a_reason')),
    sa.CheckConstraint("state NOT IN ('SIGNED', 'TRACKING', 'ANSWERED') OR (signed_on IS NOT NULL AND signed_by IS NOT NULL)", name=op.f('ck_escalation_signed_facts')),
    sa.CheckConstraint("state NOT IN ('TRACKING') OR (note IS NOT NULL)", name=op.f('ck_escalation_tracking_noted')),
    sa.CheckConstraint('(ended_on IS NULL) = (ended_reason IS NULL)', name=op.f('ck_escalation_ended_for_a_reason')),
    sa.CheckConstraint('due_on >= sent_on', name=op.f('ck_escalation_due_after_sent')),
    sa.CheckConstraint('to_code = substr(division_code, 1, length(to_code)) AND length(to_code) < length(division_code)', name=op.f('ck_escalation_to_code_above')),
    sa.ForeignKeyConstraint(['case_id', 'division_code'], ['case_record.id', 'case_record.division_code'], name=op.f('fk_escalation_case_id_division_code')),
    sa.ForeignKeyConstraint(['division_code'], ['division.code'], name=op.f('fk_escalation_division_code')),
    sa.ForeignKeyConstraint(['station_id', 'division_code'], ['station.id', 'station.division_code'], name=op.f('fk_escalation_station_id_division_code')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_escalation')),
    sqlite_autoincrement=True
    )
    op.create_index(op.f('ix_escalation_case_id'), 'escalation', ['case_id'], unique=False)
    op.create_index(op.f('ix_escalation_city_code_id_ended_on'), 'escalation', ['city_code', 'id', 'ended_on'], unique=False)
    op.create_index(op.f('ix_escalation_county_code_id_ended_on'), 'escalation', ['county_code', 'id', 'ended_on'], unique=False)
    op.create_index(op.f('ix_escalation_division_code_id_ended_on'), 'escalation', ['division_code', 'id', 'ended_on'], unique=False)
    op.create_index(op.f('ix_escalation_due_on'), 'escalation', ['due_on'], unique=False)
    op.create_index(op.f('ix_escalation_number'), 'escalation', ['number'], unique=True)
    op.create_index(op.f('ix_escalation_station_id'), 'escalation', ['station_id'], unique=False)
    op.create_index(op.f('ix_escalation_township_code_id_ended_on'), 'escalation', ['township_code', 'id', 'ended_on'], unique=False)
    op.create_index(op.f('ix_escalation_uid'), 'escalation', ['uid'], unique=True)
    op.create_table('policy_issue',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('body', sa.Enum('WOMEN', 'COORDINATION', name='body', native_enum=False, create_constraint=True, length=32), nullable=False),
    sa.Column('subject', sa.String(length=100), nullable=False),
    sa.Column('law', sa.String(length=200), nullable=False),
    sa.Column('analysis', sa.String(length=1000), nullable=False),
    sa.Column('proposal', sa.String(length=1000), nullable=False),
    sa.Column('case_id', sa.Integer(), nullable=True),
    sa.Column('state', sa.Enum('SENT', 'SIGNED', 'ANSWERED', 'RETURNED', 'NOTED', name='policystate', native_enum=False, create_constraint=True, length=32), server_default=sa.text("'SENT'"), nullable=False),
    sa.Column('reply', sa.String(length=1000), nullable=True),
    sa.Column('state_reason', sa.String(length=200), nullable=True),
    sa.Column('to_level', sa.Enum('TOWNSHIP', 'COUNTY', 'CITY', name='superior', native_enum=False, create_constraint=True, length=32), nullable=False),
    sa.Column('to_code', sa.String(length=12), nullable=False),
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
    sa.CheckConstraint("(state IN ('NOTED')) = (closed_on IS NOT NULL)", name=op.f('ck_policy_issue_closed_dated')),
    sa.CheckConstraint("coalesce(city_code, '') = CASE WHEN length(division_code) >= 4 THEN substr(division_code, 1, 4) ELSE '' END", name=op.f('ck_policy_issue_city_code_of_place')),
    sa.CheckConstraint("coalesce(county_code, '') = CASE WHEN length(division_code) >= 6 THEN substr(division_code, 1, 6) ELSE '' END", name=op.f('ck_policy_issue_county_code_of_place')),
    sa.CheckConstraint("coalesce(township_code, '') = CASE WHEN length(division_code) >= 9 THEN substr(division_code, 1, 9) ELSE '' END", name=op.f('ck_policy_issue_township_code_of_place')),
    sa.CheckConstraint("state NOT IN ('ANSWERED') OR (reply IS NOT NULL)", name=op.f('ck_policy_issue_answered_facts')),
    sa.CheckConstraint("state NOT IN ('RETURNED') OR (state_reason IS NOT NULL)", name=op.f('ck_policy_issue_returned_for_a_reason')),
    sa.CheckConstraint("state NOT IN ('SIGNED', 'ANSWERED') OR (signed_on IS NOT NULL AND signed_by IS NOT NULL)", name=op.f('ck_policy_issue_signed_facts')),
    sa.CheckConstraint('(ended_on IS NULL) = (ended_reason IS NULL)', name=op.f('ck_policy_issue_ended_for_a_reason')),
    sa.CheckConstraint('due_on >= sent_on', name=op.f('ck_policy_issue_due_after_sent')),
    sa.CheckConstraint('to_code = substr(division_code, 1, length(to_code)) AND length(to_code) < length(division_code)', name=op.f('ck_policy_issue_to_code_above')),
    sa.ForeignKeyConstraint(['case_id', 'division_code'], ['case_record.id', 'case_record.division_code'], name=op.f('fk_policy_issue_case_id_division_code')),
    sa.ForeignKeyConstraint(['division_code'], ['division.code'], name=op.f('fk_policy_issue_division_code')),
    sa.ForeignKeyConstraint(['station_id', 'division_code'], ['station.id', 'station.division_code'], name=op.f('fk_policy_issue_station_id_division_code')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_policy_issue')),
    sqlite_autoincrement=True
    )
    op.create_index(op.f('ix_policy_issue_case_id'), 'policy_issue', ['case_id'], unique=False)
    op.create_index(op.f('ix_policy_issue_city_code_id_ended_on'), 'policy_issue', ['city_code', 'id', 'ended_on'], unique=False)
    op.create_index(op.f('ix_policy_issue_county_code_id_ended_on'), 'policy_issue', ['county_code', 'id', 'ended_on'], unique=False)
    op.create_index(op.f('ix_policy_issue_division_code_id_ended_on'), 'policy_issue', ['division_code', 'id', 'ended_on'], unique=False)
    op.create_index(op.f('ix_policy_issue_due_on'), 'policy_issue', ['due_on'], unique=False)
    op.create_index(op.f('ix_policy_issue_number'), 'policy_issue', ['number'], unique=True)
    op.create_index(op.f('ix_policy_issue_station_id'), 'policy_issue', ['station_id'], unique=False)
    op.create_index(op.f('ix_policy_issue_township_code_id_ended_on'), 'policy_issue', ['township_code', 'id', 'ended_on'], unique=False)
    op.create_index(op.f('ix_policy_issue_uid'), 'policy_issue', ['uid'], unique=True)
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
    op.create_table('urgent_report',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('urgency', sa.Enum('MAJOR', 'URGENT', 'GROUP', 'ABNORMAL', name='urgency', native_enum=False, create_constraint=True, length=32), nullable=False),
    sa.Column('body', sa.Enum('WOMEN', 'COORDINATION', name='body', native_enum=False, create_constraint=True, length=32), nullable=False),
    sa.Column('subject', sa.String(length=100), nullable=False),
    sa.Column('people', sa.Integer(), nullable=False),
    sa.Column('report', sa.String(length=500), nullable=False),
    sa.Column('case_id', sa.Integer(), nullable=True),
    sa.Column('state', sa.Enum('SENT', 'SIGNED', 'FINAL', 'CLOSED', name='reportstate', native_enum=False, create_constraint=True, length=32), server_default=sa.text("'SENT'"), nullable=False),
    sa.Column('to_level', sa.Enum('TOWNSHIP', 'COUNTY', 'CITY', name='superior', native_enum=False, create_constraint=True, length=32), nullable=False),
    sa.Column('to_code', sa.String(length=12), nullable=False),
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
    sa.CheckConstraint("(state IN ('CLOSED')) = (closed_on IS NOT NULL)", name=op.f('ck_urgent_report_closed_dated')),
    sa.CheckConstraint("coalesce(city_code, '') = CASE WHEN length(division_code) >= 4 THEN substr(division_code, 1, 4) ELSE '' END", name=op.f('ck_urgent_report_city_code_of_place')),
    sa.CheckConstraint("coalesce(county_code, '') = CASE WHEN length(division_code) >= 6 THEN substr(division_code, 1, 6) ELSE '' END", name=op.f('ck_urgent_report_county_code_of_place')),
    sa.CheckConstraint("coalesce(township_code, '') = CASE WHEN length(division_code) >= 9 THEN substr(division_code, 1, 9) ELSE '' END", name=op.f('ck_urgent_report_township_code_of_place')),
    sa.CheckConstraint("state NOT IN ('SIGNED', 'CLOSED') OR (signed_on IS NOT NULL AND signed_by IS NOT NULL)", name=op.f('ck_urgent_report_signed_facts')),
    sa.CheckConstraint('(ended_on IS NULL) = (ended_reason IS NULL)', name=op.f('ck_urgent_report_ended_for_a_reason')),
    sa.CheckConstraint('due_on >= sent_on', name=op.f('ck_urgent_report_due_after_sent')),
    sa.CheckConstraint('people BETWEEN 1 AND 100000', name=op.f('ck_urgent_report_people_plausible')),
    sa.CheckConstraint('to_code = substr(division_code, 1, length(to_code)) AND length(to_code) < length(division_code)', name=op.f('ck_urgent_report_to_code_above')),
    sa.ForeignKeyConstraint(['case_id', 'division_code'], ['case_record.id', 'case_record.division_code'], name=op.f('fk_urgent_report_case_id_division_code')),
    sa.ForeignKeyConstraint(['division_code'], ['division.code'], name=op.f('fk_urgent_report_division_code')),
    sa.ForeignKeyConstraint(['station_id', 'division_code'], ['station.id', 'station.division_code'], name=op.f('fk_urgent_report_station_id_division_code')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_urgent_report')),
    sqlite_autoincrement=True
    )
    op.create_index(op.f('ix_urgent_report_case_id'), 'urgent_report', ['case_id'], unique=False)
    op.create_index(op.f('ix_urgent_report_city_code_id_ended_on'), 'urgent_report', ['city_code', 'id', 'ended_on'], unique=False)
    op.create_index(op.f('ix_urgent_report_county_code_id_ended_on'), 'urgent_report', ['county_code', 'id', 'ended_on'], unique=False)
    op.create_index(op.f('ix_urgent_report_division_code_id_ended_on'), 'urgent_report', ['division_code', 'id', 'ended_on'], unique=False)
    op.create_index(op.f('ix_urgent_report_due_on'), 'urgent_report', ['due_on'], unique=False)
    op.create_index(op.f('ix_urgent_report_number'), 'urgent_report', ['number'], unique=True)
    op.create_index(op.f('ix_urgent_report_station_id'), 'urgent_report', ['station_id'], unique=False)
    op.create_index(op.f('ix_urgent_report_township_code_id_ended_on'), 'urgent_report', ['township_code', 'id', 'ended_on'], unique=False)
    op.create_index(op.f('ix_urgent_report_uid'), 'urgent_report', ['uid'], unique=True)
    op.create_table('escalation_note',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('escalation_id', sa.Integer(), nullable=False),
    sa.Column('noted_on', sa.Date(), nullable=False),
    sa.Column('noted_by', sa.String(length=64), nullable=False),
    sa.Column('text', sa.String(length=500), nullable=False),
    sa.Column('created_at', sa.DateTime(), nullable=False),
    sa.Column('changed_at', sa.DateTime(), nullable=False),
    sa.Column('uid', sa.String(length=32), server_default=sa.text("''"), nullable=False),
    sa.Column('version', sa.Integer(), server_default=sa.text('1'), nullable=False),
    sa.ForeignKeyConstraint(['escalation_id'], ['escalation.id'], name=op.f('fk_escalation_note_escalation_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_escalation_note')),
    sqlite_autoincrement=True
    )
    op.create_index(op.f('ix_escalation_note_escalation_id'), 'escalation_note', ['escalation_id'], unique=False)
    op.create_index(op.f('ix_escalation_note_uid'), 'escalation_note', ['uid'], unique=True)
    op.create_table('urgent_part',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('urgent_id', sa.Integer(), nullable=False),
    sa.Column('turn', sa.Enum('FIRST', 'FURTHER', 'FINAL', name='reportturn', native_enum=False, create_constraint=True, length=32), nullable=False),
    sa.Column('reported_on', sa.Date(), nullable=False),
    sa.Column('reported_by', sa.String(length=64), nullable=False),
    sa.Column('text', sa.String(length=500), nullable=False),
    sa.Column('people', sa.Integer(), nullable=False),
    sa.Column('signed_on', sa.Date(), nullable=True),
    sa.Column('signed_by', sa.String(length=64), nullable=True),
    sa.Column('created_at', sa.DateTime(), nullable=False),
    sa.Column('changed_at', sa.DateTime(), nullable=False),
    sa.Column('uid', sa.String(length=32), server_default=sa.text("''"), nullable=False),
    sa.Column('version', sa.Integer(), server_default=sa.text('1'), nullable=False),
    sa.CheckConstraint('(signed_on IS NULL) = (signed_by IS NULL)', name=op.f('ck_urgent_part_signature_dated')),
    sa.ForeignKeyConstraint(['urgent_id'], ['urgent_report.id'], name=op.f('fk_urgent_part_urgent_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_urgent_part')),
    sqlite_autoincrement=True
    )
    op.create_index('ix_urgent_part_final', 'urgent_part', ['urgent_id'], unique=True, sqlite_where=sa.text("turn = 'FINAL'"), postgresql_where=sa.text("turn = 'FINAL'"))
    op.create_index('ix_urgent_part_first', 'urgent_part', ['urgent_id'], unique=True, sqlite_where=sa.text("turn = 'FIRST'"), postgresql_where=sa.text("turn = 'FIRST'"))
    op.create_index(op.f('ix_urgent_part_uid'), 'urgent_part', ['uid'], unique=True)
    op.create_index(op.f('ix_urgent_part_urgent_id'), 'urgent_part', ['urgent_id'], unique=False)


def downgrade() -> None:
    op.drop_table('urgent_part')
    op.drop_table('escalation_note')
    op.drop_table('urgent_report')
    op.drop_table('superior_assignment')
    op.drop_table('policy_issue')
    op.drop_table('escalation')
    for register in NUMBERED:
        op.execute(sa.text(f"DELETE FROM serial WHERE series LIKE '{register}:%'"))
