"""The workflow of cases: their numbers, states, facts and dates, what was done in them, and who was urged."""

import sqlalchemy as sa
from alembic import op

revision = '0010'
down_revision = '0009'
branch_labels = None
depends_on = None

CHANNELS = {'LETTER': '来信', 'CALL': '来电', 'VISIT': '来访'}


def _one_of(name: str, column: str, values: str) -> dict[str, str]:
    listed = ', '.join(f"'{value}'" for value in values.split())
    return {name: f'{column} IN ({listed})'}


def _only_with(name: str, states: str, columns: str) -> dict[str, str]:
    listed = ', '.join(f"'{state}'" for state in states.split())
    filled = ' AND '.join(f'{column} IS NOT NULL' for column in columns.split())
    return {name: f'state NOT IN ({listed}) OR ({filled})'}


STATES = 'APPLIED ACCEPTED INVESTIGATING HANDLING CLOSED VISITED REFUSED WITHDRAWN LOST MERGED'
# (column, its type, the rest of its definition, CHECKs that come with it: those over several columns with the last)
COLUMNS = (
    ('number', sa.String(50), "DEFAULT '' NOT NULL", {}),
    ('search_text', sa.Text(), "DEFAULT '' NOT NULL", {}),
    ('state', sa.String(32), "DEFAULT 'APPLIED' NOT NULL", _one_of('casestate', 'state', STATES)),
    ('difficulty', sa.String(32), '', _one_of('difficulty', 'difficulty', 'SIMPLE ORDINARY COMPLEX HARD')),
    ('handler', sa.String(50), '', {}),
    ('handler_id', sa.Integer(), 'ab_user', {}),
    ('accepted_on', sa.Date(), '', {'accepted_after_received': 'accepted_on >= received_on'}),
    ('investigated_on', sa.Date(), '', {}),
    ('handled_on', sa.Date(), '', {}),
    ('closed_on', sa.Date(), '', {}),
    ('answered_on', sa.Date(), '', {}),
    ('answer_way', sa.String(32), '', _one_of('answerway', 'answer_way', 'IN_PERSON CALL LETTER OTHER')),
    ('answer', sa.Text(), '', {}),
    ('visited_on', sa.Date(), '', {}),
    ('visit_way', sa.String(32), '', _one_of('visitway', 'visit_way', 'CALL HOME IN_PERSON OTHER')),
    (
        'visit_result', sa.String(32), '',
        _one_of('visitresult', 'visit_result', 'SATISFIED FAIRLY DISSATISFIED REFUSED LOST UNSAFE')
        | {'visited_some_way': "visit_way IS NOT NULL OR visit_result IS NULL OR visit_result IN ('REFUSED', 'LOST', 'UNSAFE')"},
    ),
    ('state_reason', sa.String(200), '', {}),
    ('referred_to', sa.String(100), '', {}),
    ('merged_into_id', sa.Integer(), 'case_record', {}),
    ('restarted_on', sa.Date(), '', {}),
    (
        'due_on', sa.Date(), '',
        _only_with('accepted_facts', 'ACCEPTED INVESTIGATING HANDLING CLOSED VISITED', 'difficulty handler accepted_on')
        | _only_with('closed_facts', 'CLOSED VISITED', 'answer answered_on answer_way closed_on')
        | _only_with('visited_facts', 'VISITED', 'visited_on visit_result')
        | _only_with('ended_otherwise_for_a_reason', 'REFUSED WITHDRAWN LOST MERGED', 'state_reason')
        | {'merged_into_another': "(state = 'MERGED') = (merged_into_id IS NOT NULL)"},
    ),
)
INDEXED = (('handler_id', 'ended_on'), ('merged_into_id',), ('due_on',))


def _add_columns() -> None:
    """Plain ADD COLUMN: SQLite takes a CHECK or a reference only together with a column, and rebuilds nothing."""
    dialect = op.get_bind().dialect
    for name, kind, rest, checks in COLUMNS:
        target, rest = (rest, '') if rest.isidentifier() else ('', rest)
        parts = [f'ALTER TABLE case_record ADD COLUMN {name} {kind.compile(dialect)}', rest]
        if target:
            parts.append(f'CONSTRAINT fk_case_record_{name} REFERENCES {target} (id)')
        parts += [f'CONSTRAINT ck_case_record_{check} CHECK ({rule})' for check, rule in checks.items()]
        op.execute(' '.join(part for part in parts if part))


def _number() -> None:
    """Every case of before gets the next number of its station, channel and year, in the order they were recorded."""
    connection, last = op.get_bind(), {}
    cases = sa.text('SELECT id, division_code, channel, received_on FROM case_record ORDER BY id')
    rows = []
    for key, division, channel, received_on in connection.execute(cases):
        series = f'{division}-{str(received_on)[:4]}-{CHANNELS[channel]}-'
        last[series] = last.get(series, 0) + 1
        rows.append({'key': key, 'number': f'{series}{last[series]:04}'})
    if rows:
        connection.execute(sa.text('UPDATE case_record SET number = :number WHERE id = :key'), rows)
        counted = [{'series': f'Case:{series}', 'last': n} for series, n in last.items()]
        connection.execute(sa.text('INSERT INTO serial (series, last) VALUES (:series, :last)'), counted)


def _stamped() -> tuple[sa.Column, ...]:
    return (
        sa.Column('uid', sa.String(length=32), server_default=sa.text("''"), nullable=False),
        sa.Column('version', sa.Integer(), server_default=sa.text('1'), nullable=False),
        sa.Column('created_at', sa.DateTime(), nullable=False),
        sa.Column('changed_at', sa.DateTime(), nullable=False),
    )


def upgrade() -> None:
    _add_columns()
    _number()
    op.create_index(op.f('ix_case_record_number'), 'case_record', ['number'], unique=True)
    for names in INDEXED:
        op.create_index(op.f(f'ix_case_record_{"_".join(names)}'), 'case_record', list(names))

    kinds = ('RECEPTION', 'CALL', 'HOME_VISIT', 'INVESTIGATION', 'MEDIATION', 'CONSULTATION', 'ANSWER', 'FOLLOW_UP')
    op.create_table('case_activity',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('case_id', sa.Integer(), nullable=False),
    sa.Column('kind', sa.Enum(*kinds, name='activitykind', native_enum=False, create_constraint=True, length=32), nullable=False),
    sa.Column('happened_on', sa.Date(), nullable=False),
    sa.Column('summary', sa.String(length=100), nullable=False),
    sa.Column('content', sa.Text(), nullable=True),
    sa.Column('done_by', sa.String(length=50), nullable=False),
    sa.Column('is_repeat', sa.Boolean(), nullable=False),
    *_stamped(),
    sa.ForeignKeyConstraint(['case_id'], ['case_record.id'], name=op.f('fk_case_activity_case_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_case_activity')),
    sqlite_autoincrement=True
    )
    op.create_index(op.f('ix_case_activity_case_id'), 'case_activity', ['case_id'])
    op.create_index(op.f('ix_case_activity_uid'), 'case_activity', ['uid'], unique=True)

    op.create_table('urge',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('case_id', sa.Integer(), nullable=False),
    sa.Column('kind', sa.Enum('PERSON', 'SOON', 'OVERDUE', name='urgekind', native_enum=False, create_constraint=True, length=32), nullable=False),
    sa.Column('made_for', sa.Date(), nullable=True),
    sa.Column('to_id', sa.Integer(), nullable=True),
    sa.Column('to_name', sa.String(length=50), nullable=True),
    sa.Column('by_id', sa.Integer(), nullable=True),
    sa.Column('by_name', sa.String(length=50), nullable=False),
    sa.Column('sent_on', sa.Date(), nullable=False),
    sa.Column('reason', sa.String(length=200), nullable=False),
    sa.Column('reply', sa.String(length=200), nullable=True),
    sa.Column('replied_on', sa.Date(), nullable=True),
    sa.Column('replied_by', sa.String(length=50), nullable=True),
    *_stamped(),
    sa.CheckConstraint('(replied_on IS NULL) = (reply IS NULL)', name=op.f('ck_urge_reply_dated')),
    sa.ForeignKeyConstraint(['by_id'], ['ab_user.id'], name=op.f('fk_urge_by_id')),
    sa.ForeignKeyConstraint(['case_id'], ['case_record.id'], name=op.f('fk_urge_case_id')),
    sa.ForeignKeyConstraint(['to_id'], ['ab_user.id'], name=op.f('fk_urge_to_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_urge')),
    sa.UniqueConstraint('case_id', 'kind', 'made_for', name=op.f('uq_urge_case_id_kind_made_for')),
    sqlite_autoincrement=True
    )
    op.create_index(op.f('ix_urge_case_id'), 'urge', ['case_id'])
    op.create_index(op.f('ix_urge_to_id'), 'urge', ['to_id'])
    op.create_index(op.f('ix_urge_uid'), 'urge', ['uid'], unique=True)


def downgrade() -> None:
    op.drop_table('urge')
    op.drop_table('case_activity')
    op.execute(sa.text("DELETE FROM serial WHERE series LIKE 'Case:%'"))
    for name in ('number', *map('_'.join, INDEXED)):
        op.drop_index(op.f(f'ix_case_record_{name}'), 'case_record')
    for name, *_rest in reversed(COLUMNS):  # the CHECKs over several columns go with the last
        op.drop_column('case_record', name)
