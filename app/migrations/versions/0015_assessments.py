"""Sheets of 考核, 督导 and 优秀妇女维权岗, with their lines and signatures."""

import sqlalchemy as sa
from alembic import op

revision = '0015'
down_revision = '0014'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('assessment',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('checklist_id', sa.Integer(), nullable=False),
    sa.Column('year', sa.Integer(), nullable=False),
    sa.Column('assessed_on', sa.Date(), nullable=False),
    sa.Column('assessors', sa.String(length=100), nullable=False),
    sa.Column('conclusion', sa.Enum('EXCELLENT', 'PASSED', 'FAILED', name='conclusion', native_enum=False, create_constraint=True, length=32), nullable=True),
    sa.Column('remark', sa.String(length=500), nullable=True),
    sa.Column('edition', sa.Integer(), nullable=False),
    sa.Column('total_points', sa.Integer(), server_default=sa.text('0'), nullable=False),
    sa.Column('full_points', sa.Integer(), server_default=sa.text('0'), nullable=False),
    sa.Column('women_signed_by', sa.String(length=130), nullable=True),
    sa.Column('women_signed_on', sa.Date(), nullable=True),
    sa.Column('women_signer_id', sa.Integer(), nullable=True),
    sa.Column('order_signed_by', sa.String(length=130), nullable=True),
    sa.Column('order_signed_on', sa.Date(), nullable=True),
    sa.Column('order_signer_id', sa.Integer(), nullable=True),
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
    sa.CheckConstraint("coalesce(city_code, '') = CASE WHEN length(division_code) >= 4 THEN substr(division_code, 1, 4) ELSE '' END", name=op.f('ck_assessment_city_code_of_place')),
    sa.CheckConstraint("coalesce(county_code, '') = CASE WHEN length(division_code) >= 6 THEN substr(division_code, 1, 6) ELSE '' END", name=op.f('ck_assessment_county_code_of_place')),
    sa.CheckConstraint("coalesce(township_code, '') = CASE WHEN length(division_code) >= 9 THEN substr(division_code, 1, 9) ELSE '' END", name=op.f('ck_assessment_township_code_of_place')),
    sa.CheckConstraint('(ended_on IS NULL) = (ended_reason IS NULL)', name=op.f('ck_assessment_ended_for_a_reason')),
    sa.CheckConstraint('(order_signed_by IS NULL) = (order_signed_on IS NULL) AND (order_signed_by IS NULL) = (order_signer_id IS NULL)', name=op.f('ck_assessment_order_signed_dated')),
    sa.CheckConstraint('(women_signed_by IS NULL) = (women_signed_on IS NULL) AND (women_signed_by IS NULL) = (women_signer_id IS NULL)', name=op.f('ck_assessment_women_signed_dated')),
    sa.CheckConstraint('women_signer_id <> order_signer_id', name=op.f('ck_assessment_two_signers')),
    sa.CheckConstraint('year BETWEEN 2000 AND 2100', name=op.f('ck_assessment_year_plausible')),
    sa.ForeignKeyConstraint(['checklist_id'], ['checklist.id'], name=op.f('fk_assessment_checklist_id')),
    sa.ForeignKeyConstraint(['division_code'], ['division.code'], name=op.f('fk_assessment_division_code')),
    sa.ForeignKeyConstraint(['station_id', 'division_code'], ['station.id', 'station.division_code'], name=op.f('fk_assessment_station_id_division_code')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_assessment')),
    sqlite_autoincrement=True
    )
    op.create_index(op.f('ix_assessment_checklist_id'), 'assessment', ['checklist_id'], unique=False)
    op.create_index(op.f('ix_assessment_city_code_id_ended_on'), 'assessment', ['city_code', 'id', 'ended_on'], unique=False)
    op.create_index(op.f('ix_assessment_county_code_id_ended_on'), 'assessment', ['county_code', 'id', 'ended_on'], unique=False)
    op.create_index(op.f('ix_assessment_division_code_id_ended_on'), 'assessment', ['division_code', 'id', 'ended_on'], unique=False)
    op.create_index(op.f('ix_assessment_station_id'), 'assessment', ['station_id'], unique=False)
    op.create_index(op.f('ix_assessment_station_id_checklist_id_year'), 'assessment', ['station_id', 'checklist_id', 'year'], unique=True, sqlite_where=sa.text('ended_on IS NULL'), postgresql_where=sa.text('ended_on IS NULL'))
    op.create_index(op.f('ix_assessment_township_code_id_ended_on'), 'assessment', ['township_code', 'id', 'ended_on'], unique=False)
    op.create_index(op.f('ix_assessment_uid'), 'assessment', ['uid'], unique=True)
    op.create_table('assessment_answer',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('assessment_id', sa.Integer(), nullable=False),
    sa.Column('item_id', sa.Integer(), nullable=False),
    sa.Column('label', sa.String(length=100), nullable=False),
    sa.Column('full_points', sa.Integer(), nullable=True),
    sa.Column('is_met', sa.Enum('YES', 'NO', name='met', native_enum=False, create_constraint=True, length=32), nullable=True),
    sa.Column('points', sa.Integer(), nullable=True),
    sa.Column('note', sa.String(length=200), nullable=True),
    sa.Column('created_at', sa.DateTime(), nullable=False),
    sa.Column('changed_at', sa.DateTime(), nullable=False),
    sa.Column('uid', sa.String(length=32), server_default=sa.text("''"), nullable=False),
    sa.Column('version', sa.Integer(), server_default=sa.text('1'), nullable=False),
    sa.CheckConstraint('points >= full_points OR note IS NOT NULL', name=op.f('ck_assessment_answer_deduction_explained')),
    sa.CheckConstraint('points BETWEEN 0 AND full_points', name=op.f('ck_assessment_answer_points_of_line')),
    sa.CheckConstraint('points IS NULL OR full_points IS NOT NULL', name=op.f('ck_assessment_answer_points_asked_for')),
    sa.ForeignKeyConstraint(['assessment_id'], ['assessment.id'], name=op.f('fk_assessment_answer_assessment_id'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['item_id'], ['checklist_item.id'], name=op.f('fk_assessment_answer_item_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_assessment_answer')),
    sa.UniqueConstraint('assessment_id', 'item_id', name=op.f('uq_assessment_answer_assessment_id_item_id')),
    sqlite_autoincrement=True
    )
    op.create_index(op.f('ix_assessment_answer_assessment_id'), 'assessment_answer', ['assessment_id'], unique=False)
    op.create_index(op.f('ix_assessment_answer_item_id'), 'assessment_answer', ['item_id'], unique=False)
    op.create_index(op.f('ix_assessment_answer_uid'), 'assessment_answer', ['uid'], unique=True)


def downgrade() -> None:
    op.drop_table('assessment_answer')
    op.drop_table('assessment')
