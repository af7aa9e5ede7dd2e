"""The registers of the standards: 制度, 上墙, 值班, 联席会议, 经费, 督导检查, with decisions and problems."""

import sqlalchemy as sa
from alembic import op

revision = '0012'
down_revision = '0011'
branch_labels = None
depends_on = None

REGISTERS = ('regulation', 'wall_posting', 'duty_roster', 'joint_meeting', 'budget', 'inspection')
CHILDREN = ('decision', 'problem')
PLACES = {'city_code': 4, 'county_code': 6, 'township_code': 9}
CURRENT = sa.text('ended_on IS NULL')


def _one_of(column: str, name: str, values: str, nullable: bool = False) -> sa.Column:
    kind = sa.Enum(*values.split(), name=name, native_enum=False, create_constraint=True, length=32)
    return sa.Column(column, kind, nullable=nullable)


def _stamped() -> tuple[sa.Column, ...]:
    return (
        sa.Column('uid', sa.String(length=32), server_default=sa.text("''"), nullable=False),
        sa.Column('version', sa.Integer(), server_default=sa.text('1'), nullable=False),
        sa.Column('created_at', sa.DateTime(), nullable=False),
        sa.Column('changed_at', sa.DateTime(), nullable=False),
    )


def _held(table: str, column: str, digits: int) -> sa.CheckConstraint:
    beginning = f"CASE WHEN length(division_code) >= {digits} THEN substr(division_code, 1, {digits}) ELSE '' END"
    return sa.CheckConstraint(f"coalesce({column}, '') = {beginning}", name=op.f(f'ck_{table}_{column}_of_place'))


def _create(table: str, *items: sa.Column | sa.CheckConstraint) -> None:
    """A register of a station: its columns, where it lies, how it ends."""
    op.create_table(
        table,
        sa.Column('id', sa.Integer(), nullable=False),
        *(item for item in items if isinstance(item, sa.Column)),
        sa.Column('station_id', sa.Integer(), nullable=False),
        sa.Column('division_code', sa.String(length=12), nullable=False),
        *(sa.Column(column, sa.String(length=digits), nullable=True) for column, digits in PLACES.items()),
        sa.Column('ended_on', sa.Date(), nullable=True),
        sa.Column('ended_reason', sa.String(length=200), nullable=True),
        *_stamped(),
        *(item for item in items if not isinstance(item, sa.Column)),
        *(_held(table, column, digits) for column, digits in PLACES.items()),
        sa.CheckConstraint('(ended_on IS NULL) = (ended_reason IS NULL)', name=op.f(f'ck_{table}_ended_for_a_reason')),
        sa.ForeignKeyConstraint(['division_code'], ['division.code'], name=op.f(f'fk_{table}_division_code')),
        sa.ForeignKeyConstraint(
            ['station_id', 'division_code'], ['station.id', 'station.division_code'],
            name=op.f(f'fk_{table}_station_id_division_code'),
        ),
        sa.PrimaryKeyConstraint('id', name=op.f(f'pk_{table}')),
        sqlite_autoincrement=True,
    )
    for column in (*PLACES, 'division_code'):
        op.create_index(op.f(f'ix_{table}_{column}_id_ended_on'), table, [column, 'id', 'ended_on'])
    op.create_index(op.f(f'ix_{table}_station_id'), table, ['station_id'])
    op.create_index(op.f(f'ix_{table}_uid'), table, ['uid'], unique=True)


def _create_child(table: str, parent: str, parent_table: str, *items: sa.schema.SchemaItem) -> None:
    """Rows that are kept inside their parent's form."""
    op.create_table(
        table,
        sa.Column('id', sa.Integer(), nullable=False),
        sa.Column(parent, sa.Integer(), nullable=False),
        *items,
        *_stamped(),
        sa.ForeignKeyConstraint([parent], [f'{parent_table}.id'], name=op.f(f'fk_{table}_{parent}')),
        sa.PrimaryKeyConstraint('id', name=op.f(f'pk_{table}')),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f(f'ix_{table}_{parent}'), table, [parent])
    op.create_index(op.f(f'ix_{table}_uid'), table, ['uid'], unique=True)


def _once_at_a_time(table: str, column: str) -> None:
    """One current row of a station; those that ended do not count."""
    op.create_index(
        op.f(f'ix_{table}_station_id_{column}'), table, ['station_id', column], unique=True,
        sqlite_where=CURRENT, postgresql_where=CURRENT,
    )


def upgrade() -> None:
    _create(
        'regulation',
        _one_of('kind', 'regulationkind', 'DAILY JOINT RECEPTION FEEDBACK TRAINING APPRAISAL'),
        sa.Column('edition', sa.Integer(), nullable=False),
        sa.Column('text', sa.String(length=5000), nullable=False),
        sa.Column('effective_on', sa.Date(), nullable=False),
        sa.CheckConstraint('edition >= 1', name=op.f('ck_regulation_edition_counted')),
    )
    _once_at_a_time('regulation', 'kind')
    _create(
        'wall_posting',
        _one_of('kind', 'postingkind', 'DUTIES CONTENT ROSTER'),
        sa.Column('posted_on', sa.Date(), nullable=False),
        sa.Column('spot', sa.String(length=100), nullable=True),
    )
    _create(
        'duty_roster',
        _one_of('weekday', 'weekday', 'MONDAY TUESDAY WEDNESDAY THURSDAY FRIDAY SATURDAY SUNDAY'),
        _one_of('period', 'dutyperiod', 'MORNING AFTERNOON ALL_DAY NIGHT'),
        sa.Column('name', sa.String(length=50), nullable=False),
        sa.Column('phone', sa.Text(), nullable=True),
        sa.Column('answers_calls', sa.Boolean(), nullable=False),
        sa.Column('answers_letters', sa.Boolean(), nullable=False),
        sa.Column('receives_visitors', sa.Boolean(), nullable=False),
    )
    _create(
        'joint_meeting',
        sa.Column('held_on', sa.Date(), nullable=False),
        sa.Column('chair', sa.String(length=50), nullable=False),
        sa.Column('units_present', sa.String(length=500), nullable=True),
        sa.Column('topics', sa.String(length=1000), nullable=False),
    )
    op.create_index(op.f('ix_joint_meeting_held_on'), 'joint_meeting', ['held_on'])
    _create(
        'budget',
        sa.Column('year', sa.Integer(), nullable=False),
        sa.Column('amount_yuan', sa.Integer(), nullable=False),
        sa.Column('is_in_budget', sa.Boolean(), nullable=False),
        sa.Column('document_no', sa.String(length=50), nullable=True),
        sa.CheckConstraint('year BETWEEN 2000 AND 2100', name=op.f('ck_budget_year_plausible')),
        sa.CheckConstraint('amount_yuan >= 0', name=op.f('ck_budget_amount_not_negative')),
        sa.CheckConstraint(
            'document_no IS NOT NULL OR NOT is_in_budget', name=op.f('ck_budget_document_of_budget')
        ),
    )
    _once_at_a_time('budget', 'year')
    _create(
        'inspection',
        sa.Column('inspected_on', sa.Date(), nullable=False),
        sa.Column('inspector', sa.String(length=50), nullable=False),
        sa.Column('content', sa.String(length=1000), nullable=False),
    )
    op.create_index(op.f('ix_inspection_inspected_on'), 'inspection', ['inspected_on'])
    _create_child(
        'decision', 'meeting_id', 'joint_meeting',
        sa.Column('text', sa.String(length=500), nullable=False),
        sa.Column('unit_id', sa.Integer(), nullable=True),
        sa.Column('due_on', sa.Date(), nullable=False),
        sa.Column('done_on', sa.Date(), nullable=True),
        sa.ForeignKeyConstraint(['unit_id'], ['member_unit.id'], name=op.f('fk_decision_unit_id')),
    )
    op.create_index(op.f('ix_decision_unit_id'), 'decision', ['unit_id'])
    _create_child(
        'problem', 'inspection_id', 'inspection',
        sa.Column('text', sa.String(length=500), nullable=False),
        sa.Column('due_on', sa.Date(), nullable=False),
        sa.Column('rechecked_on', sa.Date(), nullable=True),
        _one_of('result', 'problemresult', 'FIXED OPEN', nullable=True),
        sa.CheckConstraint('(rechecked_on IS NULL) = (result IS NULL)', name=op.f('ck_problem_result_dated')),
    )


def downgrade() -> None:
    for table in (*CHILDREN, *REGISTERS):
        op.drop_table(table)
