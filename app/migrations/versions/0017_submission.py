"""What is submitted of the statistics; cases by the day they came."""

import sqlalchemy as sa
from alembic import op

revision = '0017'
down_revision = '0016'
branch_labels = None
depends_on = None

AGAIN = sa.text('is_repeat')


def upgrade() -> None:
    op.create_table('submission',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('kind', sa.Enum('CASES', 'VISITS', name='reportkind', native_enum=False, create_constraint=True, length=32), nullable=False),
    sa.Column('first_on', sa.Date(), nullable=False),
    sa.Column('last_on', sa.Date(), nullable=False),
    sa.Column('submitted_on', sa.Date(), nullable=False),
    sa.Column('submitted_by', sa.String(length=130), nullable=False),
    sa.Column('figures', sa.JSON(), nullable=False),
    sa.Column('seal', sa.String(length=20), nullable=False),
    sa.Column('note', sa.String(length=500), nullable=True),
    sa.Column('division_code', sa.String(length=12), nullable=False),
    sa.Column('city_code', sa.String(length=4), nullable=True),
    sa.Column('county_code', sa.String(length=6), nullable=True),
    sa.Column('township_code', sa.String(length=9), nullable=True),
    sa.Column('created_at', sa.DateTime(), nullable=False),
    sa.Column('changed_at', sa.DateTime(), nullable=False),
    sa.Column('uid', sa.String(length=32), server_default=sa.text("''"), nullable=False),
    sa.Column('version', sa.Integer(), server_default=sa.text('1'), nullable=False),
    sa.CheckConstraint("coalesce(city_code, '') = CASE WHEN length(division_code) >= 4 THEN substr(division_code, 1, 4) ELSE '' END", name=op.f('ck_submission_city_code_of_place')),
    sa.CheckConstraint("coalesce(county_code, '') = CASE WHEN length(division_code) >= 6 THEN substr(division_code, 1, 6) ELSE '' END", name=op.f('ck_submission_county_code_of_place')),
    sa.CheckConstraint("coalesce(township_code, '') = CASE WHEN length(division_code) >= 9 THEN substr(division_code, 1, 9) ELSE '' END", name=op.f('ck_submission_township_code_of_place')),
    sa.CheckConstraint('last_on >= first_on', name=op.f('ck_submission_ends_after_start')),
    sa.CheckConstraint('length(division_code) <= 9', name=op.f('ck_submission_township_and_up')),
    sa.ForeignKeyConstraint(['division_code'], ['division.code'], name=op.f('fk_submission_division_code')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_submission')),
    sa.UniqueConstraint('division_code', 'kind', 'first_on', 'last_on', name=op.f('uq_submission_division_code_kind_first_on_last_on')),
    sqlite_autoincrement=True
    )
    op.create_index(op.f('ix_submission_city_code_id'), 'submission', ['city_code', 'id'], unique=False)
    op.create_index(op.f('ix_submission_county_code_id'), 'submission', ['county_code', 'id'], unique=False)
    op.create_index(op.f('ix_submission_division_code_id'), 'submission', ['division_code', 'id'], unique=False)
    op.create_index(op.f('ix_submission_township_code_id'), 'submission', ['township_code', 'id'], unique=False)
    op.create_index(op.f('ix_submission_uid'), 'submission', ['uid'], unique=True)
    op.create_index(op.f('ix_case_record_received_on'), 'case_record', ['received_on'], unique=False)
    op.create_index(
        op.f('ix_case_activity_happened_on'), 'case_activity', ['happened_on'], unique=False, sqlite_where=AGAIN,
        postgresql_where=AGAIN,
    )


def downgrade() -> None:
    op.drop_index(op.f('ix_case_activity_happened_on'), 'case_activity')
    op.drop_index(op.f('ix_case_record_received_on'), 'case_record')
    op.drop_table('submission')
