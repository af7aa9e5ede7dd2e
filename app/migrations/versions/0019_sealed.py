"""What is sealed, who is shut out or let in, and who looked."""

import sqlalchemy as sa
from alembic import op

revision = '0019'
down_revision = '0018'
branch_labels = None
depends_on = None

SEALED = sa.text('sealed_for IS NOT NULL')
CURRENT = sa.text('lifted_on IS NULL')
# Those over several columns come with the last.
COLUMNS = (
    "is_sexual BOOLEAN DEFAULT false NOT NULL",
    "sealed_for VARCHAR(32) CONSTRAINT ck_case_record_sealreason"
    " CHECK (sealed_for IN ('HIGH_RISK', 'SEXUAL', 'MINOR', 'OTHER'))",
    "sealed_on DATE CONSTRAINT ck_case_record_sealed_dated CHECK ((sealed_for IS NULL) = (sealed_on IS NULL))",
    "seal_reason VARCHAR(200) CONSTRAINT ck_case_record_sealed_for_a_reason"
    " CHECK (sealed_for <> 'OTHER' OR seal_reason IS NOT NULL)",
)
# Whoever was no adult when she came is sealed, as she would be now.
MINORS = {
    'sqlite': "date(born_on, '+18 years') > received_on",
    'postgresql': "born_on + interval '18 years' > received_on",
}


def _stamped() -> tuple[sa.Column, ...]:
    return (
        sa.Column('created_at', sa.DateTime(), nullable=False),
        sa.Column('changed_at', sa.DateTime(), nullable=False),
        sa.Column('uid', sa.String(length=32), server_default=sa.text("''"), nullable=False),
        sa.Column('version', sa.Integer(), server_default=sa.text('1'), nullable=False),
    )


def upgrade() -> None:
    for column in COLUMNS:
        op.execute(f'ALTER TABLE case_record ADD COLUMN {column}')
    op.execute(
        "UPDATE case_record SET sealed_for = 'MINOR', sealed_on = CURRENT_DATE"
        f" WHERE {MINORS[op.get_bind().dialect.name]}"
    )
    op.create_index(
        'ix_case_record_sealed', 'case_record', ['id', 'handler_id'], sqlite_where=SEALED, postgresql_where=SEALED
    )
    op.create_table('case_recusal',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('case_id', sa.Integer(), nullable=False),
    sa.Column('user_id', sa.Integer(), nullable=False),
    sa.Column('name', sa.String(length=64), nullable=False),
    sa.Column('reason', sa.String(length=200), nullable=False),
    sa.Column('since', sa.Date(), nullable=False),
    sa.Column('by_name', sa.String(length=64), nullable=False),
    sa.Column('lifted_on', sa.Date(), nullable=True),
    sa.Column('lifted_reason', sa.String(length=200), nullable=True),
    *_stamped(),
    sa.CheckConstraint('(lifted_on IS NULL) = (lifted_reason IS NULL)', name=op.f('ck_case_recusal_lifted_for_a_reason')),
    sa.ForeignKeyConstraint(['case_id'], ['case_record.id'], name=op.f('fk_case_recusal_case_id')),
    sa.ForeignKeyConstraint(['user_id'], ['ab_user.id'], name=op.f('fk_case_recusal_user_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_case_recusal')),
    sqlite_autoincrement=True
    )
    op.create_index(op.f('ix_case_recusal_case_id'), 'case_recusal', ['case_id'])
    op.create_index(
        op.f('ix_case_recusal_user_id_case_id'), 'case_recusal', ['user_id', 'case_id'], unique=True,
        sqlite_where=CURRENT, postgresql_where=CURRENT,
    )
    op.create_index(op.f('ix_case_recusal_uid'), 'case_recusal', ['uid'], unique=True)
    op.create_table('sealed_request',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('number', sa.String(length=50), nullable=False),
    sa.Column('reason', sa.String(length=200), nullable=False),
    sa.Column('by_id', sa.Integer(), nullable=False),
    sa.Column('by_name', sa.String(length=64), nullable=False),
    sa.Column('asked_on', sa.Date(), nullable=False),
    sa.Column('answer_by', sa.Date(), nullable=False),
    *_stamped(),
    sa.ForeignKeyConstraint(['by_id'], ['ab_user.id'], name=op.f('fk_sealed_request_by_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_sealed_request')),
    sqlite_autoincrement=True
    )
    op.create_index(op.f('ix_sealed_request_by_id_id'), 'sealed_request', ['by_id', 'id'])
    op.create_index(op.f('ix_sealed_request_number'), 'sealed_request', ['number'])
    op.create_index(op.f('ix_sealed_request_uid'), 'sealed_request', ['uid'], unique=True)
    op.create_table('sealed_opening',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('request_id', sa.Integer(), nullable=False),
    sa.Column('case_id', sa.Integer(), nullable=False),
    sa.Column('user_id', sa.Integer(), nullable=False),
    sa.Column('name', sa.String(length=64), nullable=False),
    sa.Column('asked_on', sa.Date(), nullable=False),
    sa.Column('reason', sa.String(length=200), nullable=False),
    sa.Column('opened_at', sa.DateTime(), nullable=False),
    sa.Column('closes_at', sa.DateTime(), nullable=True),
    sa.Column('decided_by', sa.String(length=64), nullable=False),
    sa.Column('decision', sa.String(length=200), nullable=False),
    *_stamped(),
    sa.CheckConstraint('closes_at > opened_at', name=op.f('ck_sealed_opening_closes_after_opening')),
    sa.ForeignKeyConstraint(['case_id'], ['case_record.id'], name=op.f('fk_sealed_opening_case_id')),
    sa.ForeignKeyConstraint(['request_id'], ['sealed_request.id'], name=op.f('fk_sealed_opening_request_id')),
    sa.ForeignKeyConstraint(['user_id'], ['ab_user.id'], name=op.f('fk_sealed_opening_user_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_sealed_opening')),
    sa.UniqueConstraint('request_id', name=op.f('uq_sealed_opening_request_id')),
    sqlite_autoincrement=True
    )
    op.create_index(op.f('ix_sealed_opening_case_id'), 'sealed_opening', ['case_id'])
    op.create_index(
        op.f('ix_sealed_opening_user_id_case_id_closes_at'), 'sealed_opening', ['user_id', 'case_id', 'closes_at']
    )
    op.create_index(op.f('ix_sealed_opening_uid'), 'sealed_opening', ['uid'], unique=True)

    op.create_table('look_entry',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('at', sa.DateTime(), nullable=False),
    sa.Column('actor_id', sa.Integer(), nullable=True),
    sa.Column('actor_name', sa.String(length=64), nullable=False),
    sa.Column('kind', sa.Enum('PAGE', 'EXPORT', name='lookkind', native_enum=False, create_constraint=True, length=32), nullable=False),
    sa.Column('register', sa.String(length=64), nullable=False),
    sa.Column('row_key', sa.String(length=64), nullable=False),
    sa.Column('division_code', sa.String(length=12), nullable=False),
    sa.Column('city_code', sa.String(length=4), nullable=True),
    sa.Column('county_code', sa.String(length=6), nullable=True),
    sa.Column('township_code', sa.String(length=9), nullable=True),
    sa.CheckConstraint("coalesce(city_code, '') = CASE WHEN length(division_code) >= 4 THEN substr(division_code, 1, 4) ELSE '' END", name=op.f('ck_look_entry_city_code_of_place')),
    sa.CheckConstraint("coalesce(county_code, '') = CASE WHEN length(division_code) >= 6 THEN substr(division_code, 1, 6) ELSE '' END", name=op.f('ck_look_entry_county_code_of_place')),
    sa.CheckConstraint("coalesce(township_code, '') = CASE WHEN length(division_code) >= 9 THEN substr(division_code, 1, 9) ELSE '' END", name=op.f('ck_look_entry_township_code_of_place')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_look_entry')),
    sqlite_autoincrement=True
    )
    for names in (('city_code', 'id'), ('county_code', 'id'), ('township_code', 'id'), ('register', 'row_key', 'id')):
        op.create_index(op.f(f'ix_look_entry_{"_".join(names)}'), 'look_entry', list(names))


def downgrade() -> None:
    for table in ('look_entry', 'sealed_opening', 'sealed_request', 'case_recusal'):
        op.drop_table(table)
    op.drop_index('ix_case_record_sealed', 'case_record')
    for name in ('seal_reason', 'sealed_on', 'sealed_for', 'is_sexual'):
        op.drop_column('case_record', name)
