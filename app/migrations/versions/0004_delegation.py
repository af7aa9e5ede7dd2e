"""Where an account belongs, copies of roles, and the cells that were shipped last."""

import uuid

import sqlalchemy as sa
from alembic import op

revision = '0004'
down_revision = '0003'
branch_labels = None
depends_on = None

LEVELS = {'city_code': 4, 'county_code': 6, 'township_code': 9}
# What 0001 was shipped with: these cells are not new, so that setup leaves them as managers made them.
SHIPPED = {
    '区划管理员': {'Division': 'view export', 'Station': 'view add edit delete export'},
    '督导员': {'Division': 'view', 'Station': 'view export'},
    '系统管理员': {'Division': 'view add edit delete export'},
}


def held(column: str, digits: int) -> str:
    beginning = f"CASE WHEN length(division_code) >= {digits} THEN substr(division_code, 1, {digits}) ELSE '' END"
    return f"coalesce({column}, '') = {beginning}"


def upgrade() -> None:
    op.create_table('role_baseline',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('role', sa.String(length=64), nullable=False),
    sa.Column('register', sa.String(length=64), nullable=False),
    sa.Column('cell', sa.String(length=64), nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_role_baseline')),
    sa.UniqueConstraint('role', 'register', 'cell', name=op.f('uq_role_baseline_role_register_cell')),
    sqlite_autoincrement=True
    )
    insert = sa.text('INSERT INTO role_baseline (role, register, cell) SELECT name, :register, :cell FROM ab_role WHERE name = :role')
    for role, registers in SHIPPED.items():
        for register, cells in registers.items():
            for cell in cells.split():
                op.execute(insert.bindparams(role=role, register=register, cell=cell))

    with op.batch_alter_table('ab_role', schema=None, table_kwargs={'sqlite_autoincrement': True}) as batch_op:
        batch_op.add_column(sa.Column('division_code', sa.String(length=12), nullable=True))
        batch_op.add_column(sa.Column('based_on_id', sa.Integer(), nullable=True))
        batch_op.create_foreign_key(batch_op.f('fk_ab_role_division_code'), 'division', ['division_code'], ['code'])
        batch_op.create_foreign_key(batch_op.f('fk_ab_role_based_on_id'), 'ab_role', ['based_on_id'], ['id'])
        batch_op.create_check_constraint(batch_op.f('ck_ab_role_copy_has_owner_and_origin'), '(division_code IS NULL) = (based_on_id IS NULL)')
        batch_op.create_check_constraint(batch_op.f('ck_ab_role_copy_named_for_owner'), "division_code IS NULL OR substr(name, 1, length(division_code) + 1) = division_code || ':'")
        batch_op.create_index(batch_op.f('ix_ab_role_division_code'), ['division_code'], unique=False)
        batch_op.create_index(batch_op.f('ix_ab_role_based_on_id'), ['based_on_id'], unique=False)

    # The columns first, filled; the CHECKs then find the rows as they should be.
    with op.batch_alter_table('ab_user', schema=None) as batch_op:
        batch_op.add_column(sa.Column('division_code', sa.String(length=12), nullable=True))
        for column, digits in LEVELS.items():
            batch_op.add_column(sa.Column(column, sa.String(length=digits), nullable=True))
    op.execute(sa.text(
        'UPDATE ab_user SET division_code = (SELECT s.division_code FROM user_scope s WHERE s.user_id = ab_user.id '
        'ORDER BY s.id LIMIT 1)'
    ))
    for column, digits in LEVELS.items():
        op.execute(sa.text(f'UPDATE ab_user SET {column} = substr(division_code, 1, {digits}) WHERE length(division_code) >= {digits}'))
    op.add_column('ab_user', sa.Column('uid', sa.String(length=32), server_default=sa.text("''"), nullable=False))
    op.add_column('ab_user', sa.Column('version', sa.Integer(), server_default=sa.text('1'), nullable=False))
    users, connection = sa.table('ab_user', sa.column('id'), sa.column('uid')), op.get_bind()
    for key in connection.execute(sa.select(users.c.id)).scalars().all():
        connection.execute(users.update().where(users.c.id == key).values(uid=uuid.uuid4().hex))
    with op.batch_alter_table('ab_user', schema=None, table_kwargs={'sqlite_autoincrement': True}) as batch_op:
        batch_op.create_index(batch_op.f('ix_ab_user_uid'), ['uid'], unique=True)
        batch_op.create_foreign_key(batch_op.f('fk_ab_user_division_code'), 'division', ['division_code'], ['code'])
        for column, digits in LEVELS.items():
            batch_op.create_check_constraint(batch_op.f(f'ck_ab_user_{column}_of_place'), held(column, digits))
        batch_op.create_index(batch_op.f('ix_ab_user_division_code'), ['division_code'], unique=False)
        for column in LEVELS:
            batch_op.create_index(batch_op.f(f'ix_ab_user_{column}_id'), [column, 'id'], unique=False)


def downgrade() -> None:
    # The older version knows no owner of a role: copies go, with the scopes that use them, before they reach too far.
    op.execute(sa.text('DELETE FROM user_scope WHERE role_id IN (SELECT id FROM ab_role WHERE division_code IS NOT NULL)'))
    op.execute(sa.text('DELETE FROM ab_permission_view_role WHERE role_id IN (SELECT id FROM ab_role WHERE division_code IS NOT NULL)'))
    op.execute(sa.text('DELETE FROM ab_role WHERE division_code IS NOT NULL'))
    with op.batch_alter_table('ab_user', schema=None, table_kwargs={'sqlite_autoincrement': True}) as batch_op:
        for column in LEVELS:
            batch_op.drop_index(batch_op.f(f'ix_ab_user_{column}_id'))
            batch_op.drop_constraint(batch_op.f(f'ck_ab_user_{column}_of_place'), type_='check')
        batch_op.drop_index(batch_op.f('ix_ab_user_division_code'))
        batch_op.drop_constraint(batch_op.f('fk_ab_user_division_code'), type_='foreignkey')
        batch_op.drop_index(batch_op.f('ix_ab_user_uid'))
        for column in ('uid', 'version', 'division_code', *LEVELS):
            batch_op.drop_column(column)
    with op.batch_alter_table('ab_role', schema=None, table_kwargs={'sqlite_autoincrement': True}) as batch_op:
        batch_op.drop_index(batch_op.f('ix_ab_role_based_on_id'))
        batch_op.drop_index(batch_op.f('ix_ab_role_division_code'))
        for rule in ('copy_has_owner_and_origin', 'copy_named_for_owner'):
            batch_op.drop_constraint(batch_op.f(f'ck_ab_role_{rule}'), type_='check')
        for column in ('based_on_id', 'division_code'):
            batch_op.drop_constraint(batch_op.f(f'fk_ab_role_{column}'), type_='foreignkey')
            batch_op.drop_column(column)
    op.drop_table('role_baseline')
