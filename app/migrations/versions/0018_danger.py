"""Dangerous cases: the questionnaire, what was assessed by it, and the risk of a case."""

import sqlalchemy as sa
from alembic import op

revision = '0018'
down_revision = '0017'
branch_labels = None
depends_on = None

KINDS = ('STATION', 'ASSESSMENT', 'INSPECTION', 'AWARD', 'FAMILY')
THRESHOLDS = (
    "kind <> 'RISK' OR (medium_from IS NOT NULL AND high_from IS NOT NULL AND 0 < medium_from"
    ' AND medium_from < high_from)'
)
PLACES = {'city_code': 4, 'county_code': 6, 'township_code': 9}
RISK = sa.Enum('LOW', 'MEDIUM', 'HIGH', name='risklevel', native_enum=False, create_constraint=True, length=32)


def _one_of(kinds: tuple[str, ...]) -> str:
    return f'kind IN ({", ".join(repr(kind) for kind in kinds)})'


def _place(table: str) -> list[sa.CheckConstraint]:
    return [
        sa.CheckConstraint(
            f"coalesce({name}, '') = CASE WHEN length(division_code) >= {n} THEN substr(division_code, 1, {n}) ELSE '' END",
            name=op.f(f'ck_{table}_{name}_of_place'),
        )
        for name, n in PLACES.items()
    ]


def _placed() -> list[sa.Column]:
    return [
        sa.Column('division_code', sa.String(length=12), nullable=False),
        *(sa.Column(name, sa.String(length=n), nullable=True) for name, n in PLACES.items()),
    ]


def _ended() -> list[sa.Column]:
    return [sa.Column('ended_on', sa.Date(), nullable=True), sa.Column('ended_reason', sa.String(length=200), nullable=True)]


def _stamped() -> list[sa.Column]:
    return [
        sa.Column('created_at', sa.DateTime(), nullable=False),
        sa.Column('changed_at', sa.DateTime(), nullable=False),
        sa.Column('uid', sa.String(length=32), server_default=sa.text("''"), nullable=False),
        sa.Column('version', sa.Integer(), server_default=sa.text('1'), nullable=False),
    ]


def _index(table: str, *names: str, unique: bool = False) -> None:
    op.create_index(op.f(f'ix_{table}_{"_".join(names)}'), table, list(names), unique=unique)


def _checklist(kinds: tuple[str, ...], columns: tuple[sa.Column, ...], checks: tuple[sa.CheckConstraint, ...]) -> list:
    return [
        sa.Column('id', sa.Integer(), nullable=False),
        sa.Column('name', sa.String(length=50), nullable=False),
        sa.Column('kind', sa.String(length=32), nullable=False),
        sa.Column('level', sa.String(length=32), nullable=False),
        sa.Column('edition', sa.Integer(), server_default=sa.text('1'), nullable=False),
        sa.Column('note', sa.String(length=500), nullable=True),
        *columns, *_placed(), *_ended(), *_stamped(), *_place('checklist'), *checks,
        sa.CheckConstraint("level IN ('TOWNSHIP', 'VILLAGE')", name=op.f('ck_checklist_stationlevel')),
        sa.CheckConstraint(_one_of(kinds), name=op.f('ck_checklist_checklistkind')),
        sa.CheckConstraint('(ended_on IS NULL) = (ended_reason IS NULL)', name=op.f('ck_checklist_ended_for_a_reason')),
        sa.ForeignKeyConstraint(['division_code'], ['division.code'], name=op.f('fk_checklist_division_code')),
        sa.PrimaryKeyConstraint('id', name=op.f('pk_checklist')),
        sa.UniqueConstraint('division_code', 'name', 'level', name=op.f('uq_checklist_division_code_name_level')),
    ]


def _rebuild(kinds: tuple[str, ...], columns: tuple[sa.Column, ...], checks: tuple[sa.CheckConstraint, ...]) -> None:
    """SQLite changes no CHECK: the table is made anew, with its rows. Nothing refers to it meanwhile."""
    names = [column['name'] for column in sa.inspect(op.get_bind()).get_columns('checklist')]
    op.create_table('checklist_new', *_checklist(kinds, columns, checks), sqlite_autoincrement=True)
    kept = [name for name in names if columns or name not in ('medium_from', 'high_from')]
    listed = ', '.join(kept)
    op.execute(f'INSERT INTO checklist_new ({listed}) SELECT {listed} FROM checklist')
    op.drop_table('checklist')
    op.rename_table('checklist_new', 'checklist')
    for name in (*PLACES, 'division_code'):
        _index('checklist', name, 'id', 'ended_on')
    _index('checklist', 'uid', unique=True)


def _reconsider(kinds: tuple[str, ...]) -> None:
    op.drop_constraint(op.f('ck_checklist_checklistkind'), 'checklist', type_='check')
    op.create_check_constraint(op.f('ck_checklist_checklistkind'), 'checklist', _one_of(kinds))


def upgrade() -> None:
    thresholds = (sa.Column('medium_from', sa.Integer(), nullable=True), sa.Column('high_from', sa.Integer(), nullable=True))
    check = sa.CheckConstraint(THRESHOLDS, name=op.f('ck_checklist_thresholds_of_risk'))
    if op.get_bind().dialect.name == 'sqlite':
        _rebuild((*KINDS, 'RISK'), thresholds, (check,))
    else:
        for column in thresholds:
            op.add_column('checklist', column)
        _reconsider((*KINDS, 'RISK'))
        op.create_check_constraint(op.f('ck_checklist_thresholds_of_risk'), 'checklist', THRESHOLDS)
    op.add_column('checklist_item', sa.Column('is_prompt', sa.Boolean(), server_default=sa.text('false'), nullable=False))
    op.execute(
        "ALTER TABLE case_record ADD COLUMN risk VARCHAR(32) CONSTRAINT ck_case_record_risklevel"
        " CHECK (risk IN ('LOW', 'MEDIUM', 'HIGH'))"
    )
    table = 'dv_risk_assessment'
    op.create_table(table,
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('case_id', sa.Integer(), nullable=False),
    sa.Column('assessed_on', sa.Date(), nullable=False),
    sa.Column('assessor', sa.String(length=50), nullable=False),
    sa.Column('narrative', sa.Text(), nullable=True),
    sa.Column('checklist_id', sa.Integer(), nullable=False),
    sa.Column('edition', sa.Integer(), nullable=False),
    sa.Column('medium_from', sa.Integer(), nullable=False),
    sa.Column('high_from', sa.Integer(), nullable=False),
    sa.Column('score', sa.Integer(), server_default=sa.text('0'), nullable=False),
    sa.Column('level', RISK, nullable=True),
    sa.Column('police_on', sa.Date(), nullable=True),
    sa.Column('police_unit', sa.String(length=100), nullable=True),
    sa.Column('declined_reason', sa.String(length=200), nullable=True),
    sa.Column('told_on', sa.Date(), nullable=True),
    sa.Column('told_to', sa.String(length=100), nullable=True),
    sa.Column('station_id', sa.Integer(), nullable=False),
    *_placed(), *_ended(), *_stamped(), *_place(table),
    sa.CheckConstraint('0 < medium_from AND medium_from < high_from', name=op.f(f'ck_{table}_thresholds_in_order')),
    sa.CheckConstraint('score >= 0', name=op.f(f'ck_{table}_score_counted')),
    sa.CheckConstraint('(police_on IS NULL) = (police_unit IS NULL)', name=op.f(f'ck_{table}_police_dated')),
    sa.CheckConstraint('declined_reason IS NULL OR police_on IS NULL', name=op.f(f'ck_{table}_police_or_declined')),
    sa.CheckConstraint('(told_on IS NULL) = (told_to IS NULL)', name=op.f(f'ck_{table}_told_dated')),
    sa.CheckConstraint('(ended_on IS NULL) = (ended_reason IS NULL)', name=op.f(f'ck_{table}_ended_for_a_reason')),
    sa.ForeignKeyConstraint(['case_id', 'division_code'], ['case_record.id', 'case_record.division_code'], name=op.f(f'fk_{table}_case_id_division_code')),
    sa.ForeignKeyConstraint(['checklist_id'], ['checklist.id'], name=op.f(f'fk_{table}_checklist_id')),
    sa.ForeignKeyConstraint(['division_code'], ['division.code'], name=op.f(f'fk_{table}_division_code')),
    sa.ForeignKeyConstraint(['station_id', 'division_code'], ['station.id', 'station.division_code'], name=op.f(f'fk_{table}_station_id_division_code')),
    sa.PrimaryKeyConstraint('id', name=op.f(f'pk_{table}')),
    sqlite_autoincrement=True
    )
    for name in (*PLACES, 'division_code'):
        _index(table, name, 'id', 'ended_on')
    _index(table, 'case_id')
    _index(table, 'station_id')
    _index(table, 'uid', unique=True)
    op.create_table('dv_risk_answer',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('assessment_id', sa.Integer(), nullable=False),
    sa.Column('item_id', sa.Integer(), nullable=False),
    sa.Column('label', sa.String(length=100), nullable=False),
    sa.Column('points', sa.Integer(), nullable=False),
    sa.Column('is_prompt', sa.Boolean(), nullable=False),
    sa.Column('answer', sa.Enum('YES', 'NO', name='met', native_enum=False, create_constraint=True, length=32), nullable=True),
    *_stamped(),
    sa.CheckConstraint('points >= 0', name=op.f('ck_dv_risk_answer_points_counted')),
    sa.ForeignKeyConstraint(['assessment_id'], ['dv_risk_assessment.id'], name=op.f('fk_dv_risk_answer_assessment_id'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['item_id'], ['checklist_item.id'], name=op.f('fk_dv_risk_answer_item_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_dv_risk_answer')),
    sa.UniqueConstraint('assessment_id', 'item_id', name=op.f('uq_dv_risk_answer_assessment_id_item_id')),
    sqlite_autoincrement=True
    )
    _index('dv_risk_answer', 'assessment_id')
    _index('dv_risk_answer', 'item_id')
    _index('dv_risk_answer', 'uid', unique=True)


    _orders()
    _reports()


def _of_station(table: str) -> list:
    return [
        *_placed(), *_ended(), *_stamped(), *_place(table),
        sa.CheckConstraint('(ended_on IS NULL) = (ended_reason IS NULL)', name=op.f(f'ck_{table}_ended_for_a_reason')),
        sa.ForeignKeyConstraint(['case_id', 'division_code'], ['case_record.id', 'case_record.division_code'], name=op.f(f'fk_{table}_case_id_division_code')),
        sa.ForeignKeyConstraint(['division_code'], ['division.code'], name=op.f(f'fk_{table}_division_code')),
        sa.ForeignKeyConstraint(['station_id', 'division_code'], ['station.id', 'station.division_code'], name=op.f(f'fk_{table}_station_id_division_code')),
        sa.PrimaryKeyConstraint('id', name=op.f(f'pk_{table}')),
    ]


def _indexes(table: str, *more: str) -> None:
    for name in (*PLACES, 'division_code'):
        _index(table, name, 'id', 'ended_on')
    for name in ('case_id', 'station_id', *more):
        _index(table, name)
    _index(table, 'uid', unique=True)


def _orders() -> None:
    op.create_table('dv_order',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('case_id', sa.Integer(), nullable=False),
    sa.Column('kind', sa.Enum('WARNING', 'PROTECTION', name='orderkind', native_enum=False, create_constraint=True, length=32), nullable=False),
    sa.Column('issued_by', sa.String(length=100), nullable=False),
    sa.Column('document_no', sa.String(length=50), nullable=True),
    sa.Column('issued_on', sa.Date(), nullable=False),
    sa.Column('expires_on', sa.Date(), nullable=True),
    sa.Column('latest_on', sa.Date(), nullable=True),
    sa.Column('measures', sa.Text(), nullable=True),
    sa.Column('visit_due_on', sa.Date(), nullable=True),
    sa.Column('station_id', sa.Integer(), nullable=False),
    sa.CheckConstraint("kind <> 'PROTECTION' OR (expires_on IS NOT NULL AND latest_on IS NOT NULL AND expires_on <= latest_on)", name=op.f('ck_dv_order_six_months')),
    sa.CheckConstraint('expires_on >= issued_on', name=op.f('ck_dv_order_expires_after_issued')),
    *_of_station('dv_order'),
    sqlite_autoincrement=True
    )
    _indexes('dv_order', 'expires_on', 'visit_due_on')
    op.create_table('dv_visit',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('order_id', sa.Integer(), nullable=False),
    sa.Column('visited_on', sa.Date(), nullable=False),
    sa.Column('visitor', sa.String(length=50), nullable=False),
    sa.Column('finding', sa.Enum('KEPT', 'BROKEN', 'ABSENT', name='visitfinding', native_enum=False, create_constraint=True, length=32), nullable=False),
    sa.Column('note', sa.String(length=200), nullable=True),
    *_stamped(),
    sa.ForeignKeyConstraint(['order_id'], ['dv_order.id'], name=op.f('fk_dv_visit_order_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_dv_visit')),
    sqlite_autoincrement=True
    )
    _index('dv_visit', 'order_id')
    _index('dv_visit', 'uid', unique=True)


def _reports() -> None:
    finders = ('SCHOOL', 'KINDERGARTEN', 'MEDICAL', 'RESIDENTS', 'VILLAGERS', 'SOCIAL_WORK', 'RELIEF', 'WELFARE')
    op.create_table('mandatory_report',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('finder_kind', sa.Enum(*finders, name='finder', native_enum=False, create_constraint=True, length=32), nullable=False),
    sa.Column('finder', sa.String(length=100), nullable=False),
    sa.Column('found_on', sa.Date(), nullable=False),
    sa.Column('victim', sa.String(length=50), nullable=False),
    sa.Column('capacity', sa.Enum('NONE', 'LIMITED', name='capacity', native_enum=False, create_constraint=True, length=32), nullable=False),
    sa.Column('circumstances', sa.Text(), nullable=True),
    sa.Column('reported_on', sa.Date(), nullable=True),
    sa.Column('reported_to', sa.String(length=100), nullable=True),
    sa.Column('case_id', sa.Integer(), nullable=True),
    sa.Column('station_id', sa.Integer(), nullable=False),
    sa.CheckConstraint('(reported_on IS NULL) = (reported_to IS NULL)', name=op.f('ck_mandatory_report_report_dated')),
    sa.CheckConstraint('reported_on >= found_on', name=op.f('ck_mandatory_report_reported_after_found')),
    *_of_station('mandatory_report'),
    sqlite_autoincrement=True
    )
    _indexes('mandatory_report')


def downgrade() -> None:
    op.drop_table('mandatory_report')
    op.drop_table('dv_visit')
    op.drop_table('dv_order')
    op.drop_table('dv_risk_answer')
    op.drop_table('dv_risk_assessment')
    op.drop_column('case_record', 'risk')
    op.drop_column('checklist_item', 'is_prompt')
    op.execute("DELETE FROM checklist_edition WHERE checklist_id IN (SELECT id FROM checklist WHERE kind = 'RISK')")
    op.execute("DELETE FROM checklist_item WHERE checklist_id IN (SELECT id FROM checklist WHERE kind = 'RISK')")
    op.execute("DELETE FROM checklist WHERE kind = 'RISK'")
    if op.get_bind().dialect.name == 'sqlite':
        _rebuild(KINDS, (), ())
    else:
        op.drop_constraint(op.f('ck_checklist_thresholds_of_risk'), 'checklist', type_='check')
        op.drop_column('checklist', 'medium_from')
        op.drop_column('checklist', 'high_from')
        _reconsider(KINDS)
