"""The five registers of people and cases, files, running numbers; uid, version and ending of the older ones."""

import uuid

import sqlalchemy as sa
from alembic import op

revision = '0003'
down_revision = '0002'
branch_labels = None
depends_on = None


PLACES = ('city_code', 'county_code', 'division_code', 'township_code')
ENDED = "(ended_on IS NULL) = (ended_reason IS NULL)"


def upgrade() -> None:
    # Plain ALTERs: batch mode would build the tables again, which SQLite refuses while other rows refer to them.
    for name in ('root_register', 'root_key'):
        op.add_column('audit_entry', sa.Column(name, sa.String(length=64), server_default=sa.text("''"), nullable=False))
    op.drop_index(op.f('ix_audit_entry_register_row_key_id'), 'audit_entry')
    op.create_index(op.f('ix_audit_entry_root_register_root_key_id'), 'audit_entry', ['root_register', 'root_key', 'id'])
    op.execute("UPDATE audit_entry SET root_register = register, root_key = row_key")

    connection = op.get_bind()
    for name, key in (('division', 'code'), ('station', 'id')):
        op.add_column(name, sa.Column('uid', sa.String(length=32), server_default=sa.text("''"), nullable=False))
        op.add_column(name, sa.Column('version', sa.Integer(), server_default=sa.text('1'), nullable=False))
        table = sa.table(name, sa.column(key), sa.column('uid'))
        keys = connection.execute(sa.select(table.c[key])).scalars().all()
        fill = sa.update(table).where(table.c[key] == sa.bindparam('row')).values(uid=sa.bindparam('made'))
        if keys:
            connection.execute(fill, [{'row': k, 'made': uuid.uuid4().hex} for k in keys])
        op.create_index(op.f(f'ix_{name}_uid'), name, ['uid'], unique=True)

    op.add_column('station', sa.Column('ended_on', sa.Date(), nullable=True))
    if connection.dialect.name == 'sqlite':  # which adds a CHECK only together with a column
        op.execute(f'ALTER TABLE station ADD COLUMN ended_reason VARCHAR(200) CONSTRAINT ck_station_ended_for_a_reason CHECK ({ENDED})')
    else:
        op.add_column('station', sa.Column('ended_reason', sa.String(length=200), nullable=True))
        op.create_check_constraint(op.f('ck_station_ended_for_a_reason'), 'station', ENDED)
    op.create_index(op.f('ix_station_id_division_code'), 'station', ['id', 'division_code'], unique=True)
    for place in PLACES:  # with the ending a list counts its rows and turns its pages from the index alone
        op.create_index(op.f(f'ix_station_{place}_id_ended_on'), 'station', [place, 'id', 'ended_on'])
        op.drop_index(op.f(f'ix_station_{place}_id'), 'station')

    op.create_table('attachment',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('register', sa.String(length=64), nullable=False),
    sa.Column('row_uid', sa.String(length=32), nullable=False),
    sa.Column('row_key', sa.String(length=64), nullable=False),
    sa.Column('division_code', sa.String(length=12), nullable=False),
    sa.Column('name', sa.String(length=100), nullable=False),
    sa.Column('kind', sa.String(length=8), nullable=False),
    sa.Column('size', sa.Integer(), nullable=False),
    sa.Column('content', sa.LargeBinary(), nullable=False),
    sa.Column('city_code', sa.String(length=4), nullable=True),
    sa.Column('county_code', sa.String(length=6), nullable=True),
    sa.Column('township_code', sa.String(length=9), nullable=True),
    sa.Column('uid', sa.String(length=32), server_default=sa.text("''"), nullable=False),
    sa.Column('version', sa.Integer(), server_default=sa.text('1'), nullable=False),
    sa.Column('created_at', sa.DateTime(), nullable=False),
    sa.Column('changed_at', sa.DateTime(), nullable=False),
    sa.CheckConstraint("coalesce(city_code, '') = CASE WHEN length(division_code) >= 4 THEN substr(division_code, 1, 4) ELSE '' END", name=op.f('ck_attachment_city_code_of_place')),
    sa.CheckConstraint("coalesce(county_code, '') = CASE WHEN length(division_code) >= 6 THEN substr(division_code, 1, 6) ELSE '' END", name=op.f('ck_attachment_county_code_of_place')),
    sa.CheckConstraint("coalesce(township_code, '') = CASE WHEN length(division_code) >= 9 THEN substr(division_code, 1, 9) ELSE '' END", name=op.f('ck_attachment_township_code_of_place')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_attachment')),
    sqlite_autoincrement=True
    )
    with op.batch_alter_table('attachment', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_attachment_city_code_id'), ['city_code', 'id'], unique=False)
        batch_op.create_index(batch_op.f('ix_attachment_county_code_id'), ['county_code', 'id'], unique=False)
        batch_op.create_index(batch_op.f('ix_attachment_row_uid'), ['row_uid'], unique=False)
        batch_op.create_index(batch_op.f('ix_attachment_township_code_id'), ['township_code', 'id'], unique=False)
        batch_op.create_index(batch_op.f('ix_attachment_uid'), ['uid'], unique=True)

    op.create_table('serial',
    sa.Column('series', sa.String(length=64), nullable=False),
    sa.Column('last', sa.Integer(), nullable=False),
    sa.PrimaryKeyConstraint('series', name=op.f('pk_serial')),
    sqlite_autoincrement=True
    )
    op.create_table('member_unit',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('name', sa.String(length=50), nullable=False),
    sa.Column('aliases', sa.String(length=200), nullable=True),
    sa.Column('duties', sa.String(length=500), nullable=True),
    sa.Column('contact', sa.String(length=50), nullable=True),
    sa.Column('phone', sa.Text(), nullable=True),
    sa.Column('division_code', sa.String(length=12), nullable=False),
    sa.Column('city_code', sa.String(length=4), nullable=True),
    sa.Column('county_code', sa.String(length=6), nullable=True),
    sa.Column('township_code', sa.String(length=9), nullable=True),
    sa.Column('ended_on', sa.Date(), nullable=True),
    sa.Column('ended_reason', sa.String(length=200), nullable=True),
    sa.Column('uid', sa.String(length=32), server_default=sa.text("''"), nullable=False),
    sa.Column('version', sa.Integer(), server_default=sa.text('1'), nullable=False),
    sa.Column('created_at', sa.DateTime(), nullable=False),
    sa.Column('changed_at', sa.DateTime(), nullable=False),
    sa.CheckConstraint("coalesce(city_code, '') = CASE WHEN length(division_code) >= 4 THEN substr(division_code, 1, 4) ELSE '' END", name=op.f('ck_member_unit_city_code_of_place')),
    sa.CheckConstraint("coalesce(county_code, '') = CASE WHEN length(division_code) >= 6 THEN substr(division_code, 1, 6) ELSE '' END", name=op.f('ck_member_unit_county_code_of_place')),
    sa.CheckConstraint("coalesce(township_code, '') = CASE WHEN length(division_code) >= 9 THEN substr(division_code, 1, 9) ELSE '' END", name=op.f('ck_member_unit_township_code_of_place')),
    sa.CheckConstraint('(ended_on IS NULL) = (ended_reason IS NULL)', name=op.f('ck_member_unit_ended_for_a_reason')),
    sa.ForeignKeyConstraint(['division_code'], ['division.code'], name=op.f('fk_member_unit_division_code')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_member_unit')),
    sa.UniqueConstraint('division_code', 'name', name=op.f('uq_member_unit_division_code_name')),
    sqlite_autoincrement=True
    )
    with op.batch_alter_table('member_unit', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_member_unit_city_code_id_ended_on'), ['city_code', 'id', 'ended_on'], unique=False)
        batch_op.create_index(batch_op.f('ix_member_unit_county_code_id_ended_on'), ['county_code', 'id', 'ended_on'], unique=False)
        batch_op.create_index(batch_op.f('ix_member_unit_division_code_id_ended_on'), ['division_code', 'id', 'ended_on'], unique=False)
        batch_op.create_index(batch_op.f('ix_member_unit_township_code_id_ended_on'), ['township_code', 'id', 'ended_on'], unique=False)
        batch_op.create_index(batch_op.f('ix_member_unit_uid'), ['uid'], unique=True)

    op.create_table('training',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('name', sa.String(length=100), nullable=False),
    sa.Column('held_on', sa.Date(), nullable=False),
    sa.Column('hours', sa.Integer(), nullable=False),
    sa.Column('organizer', sa.Enum('ORDER', 'WOMEN', 'BOTH', name='organizer', native_enum=False, create_constraint=True, length=32), nullable=False),
    sa.Column('venue', sa.String(length=100), nullable=True),
    sa.Column('lecturer', sa.String(length=50), nullable=True),
    sa.Column('content', sa.String(length=1000), nullable=True),
    sa.Column('division_code', sa.String(length=12), nullable=False),
    sa.Column('city_code', sa.String(length=4), nullable=True),
    sa.Column('county_code', sa.String(length=6), nullable=True),
    sa.Column('township_code', sa.String(length=9), nullable=True),
    sa.Column('ended_on', sa.Date(), nullable=True),
    sa.Column('ended_reason', sa.String(length=200), nullable=True),
    sa.Column('uid', sa.String(length=32), server_default=sa.text("''"), nullable=False),
    sa.Column('version', sa.Integer(), server_default=sa.text('1'), nullable=False),
    sa.Column('created_at', sa.DateTime(), nullable=False),
    sa.Column('changed_at', sa.DateTime(), nullable=False),
    sa.CheckConstraint("coalesce(city_code, '') = CASE WHEN length(division_code) >= 4 THEN substr(division_code, 1, 4) ELSE '' END", name=op.f('ck_training_city_code_of_place')),
    sa.CheckConstraint("coalesce(county_code, '') = CASE WHEN length(division_code) >= 6 THEN substr(division_code, 1, 6) ELSE '' END", name=op.f('ck_training_county_code_of_place')),
    sa.CheckConstraint("coalesce(township_code, '') = CASE WHEN length(division_code) >= 9 THEN substr(division_code, 1, 9) ELSE '' END", name=op.f('ck_training_township_code_of_place')),
    sa.CheckConstraint('(ended_on IS NULL) = (ended_reason IS NULL)', name=op.f('ck_training_ended_for_a_reason')),
    sa.CheckConstraint('hours BETWEEN 1 AND 200', name=op.f('ck_training_hours_plausible')),
    sa.ForeignKeyConstraint(['division_code'], ['division.code'], name=op.f('fk_training_division_code')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_training')),
    sqlite_autoincrement=True
    )
    with op.batch_alter_table('training', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_training_city_code_id_ended_on'), ['city_code', 'id', 'ended_on'], unique=False)
        batch_op.create_index(batch_op.f('ix_training_county_code_id_ended_on'), ['county_code', 'id', 'ended_on'], unique=False)
        batch_op.create_index(batch_op.f('ix_training_division_code_id_ended_on'), ['division_code', 'id', 'ended_on'], unique=False)
        batch_op.create_index(batch_op.f('ix_training_held_on'), ['held_on'], unique=False)
        batch_op.create_index(batch_op.f('ix_training_township_code_id_ended_on'), ['township_code', 'id', 'ended_on'], unique=False)
        batch_op.create_index(batch_op.f('ix_training_uid'), ['uid'], unique=True)

    op.create_table('case_record',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('channel', sa.Enum('LETTER', 'CALL', 'VISIT', name='channel', native_enum=False, create_constraint=True, length=32), nullable=False),
    sa.Column('is_hotline', sa.Boolean(), nullable=False),
    sa.Column('received_on', sa.Date(), nullable=False),
    sa.Column('recorded_on', sa.Date(), nullable=False),
    sa.Column('is_proxy_entry', sa.Boolean(), nullable=False),
    sa.Column('applicant', sa.Enum('SELF', 'AGENT', name='applicant', native_enum=False, create_constraint=True, length=32), nullable=False),
    sa.Column('agent_name', sa.String(length=50), nullable=True),
    sa.Column('agent_relation', sa.String(length=50), nullable=True),
    sa.Column('name', sa.String(length=50), nullable=False),
    sa.Column('id_number', sa.Text(), nullable=True),
    sa.Column('id_number_index', sa.String(length=80), nullable=True),
    sa.Column('sex', sa.Enum('F', 'M', name='sex', native_enum=False, create_constraint=True, length=32), nullable=True),
    sa.Column('born_on', sa.Date(), nullable=True),
    sa.Column('ethnicity', sa.String(length=20), nullable=True),
    sa.Column('occupation', sa.String(length=50), nullable=True),
    sa.Column('education', sa.String(length=20), nullable=True),
    sa.Column('marital_status', sa.String(length=20), nullable=True),
    sa.Column('address', sa.Text(), nullable=True),
    sa.Column('phone', sa.Text(), nullable=True),
    sa.Column('safe_phone', sa.Text(), nullable=True),
    sa.Column('safe_times', sa.String(length=100), nullable=True),
    sa.Column('no_sms', sa.Boolean(), nullable=False),
    sa.Column('subject', sa.String(length=100), nullable=False),
    sa.Column('category', sa.Enum('POLITICAL', 'CULTURE', 'LABOUR', 'PROPERTY', 'PERSON', 'FAMILY', 'OTHER', name='rightscategory', native_enum=False, create_constraint=True, length=32), nullable=False),
    sa.Column('narrative', sa.Text(), nullable=True),
    sa.Column('happened_at', sa.Text(), nullable=True),
    sa.Column('went_to_office', sa.Boolean(), nullable=False),
    sa.Column('went_to_court', sa.Boolean(), nullable=False),
    sa.Column('companions', sa.String(length=100), nullable=True),
    sa.Column('receiver', sa.String(length=50), nullable=False),
    sa.Column('opinion', sa.String(length=500), nullable=True),
    sa.Column('note', sa.String(length=500), nullable=True),
    sa.Column('station_id', sa.Integer(), nullable=False),
    sa.Column('division_code', sa.String(length=12), nullable=False),
    sa.Column('city_code', sa.String(length=4), nullable=True),
    sa.Column('county_code', sa.String(length=6), nullable=True),
    sa.Column('township_code', sa.String(length=9), nullable=True),
    sa.Column('ended_on', sa.Date(), nullable=True),
    sa.Column('ended_reason', sa.String(length=200), nullable=True),
    sa.Column('uid', sa.String(length=32), server_default=sa.text("''"), nullable=False),
    sa.Column('version', sa.Integer(), server_default=sa.text('1'), nullable=False),
    sa.Column('created_at', sa.DateTime(), nullable=False),
    sa.Column('changed_at', sa.DateTime(), nullable=False),
    sa.CheckConstraint("agent_name IS NOT NULL OR applicant <> 'AGENT'", name=op.f('ck_case_record_agent_named')),
    sa.CheckConstraint("coalesce(city_code, '') = CASE WHEN length(division_code) >= 4 THEN substr(division_code, 1, 4) ELSE '' END", name=op.f('ck_case_record_city_code_of_place')),
    sa.CheckConstraint("coalesce(county_code, '') = CASE WHEN length(division_code) >= 6 THEN substr(division_code, 1, 6) ELSE '' END", name=op.f('ck_case_record_county_code_of_place')),
    sa.CheckConstraint("coalesce(township_code, '') = CASE WHEN length(division_code) >= 9 THEN substr(division_code, 1, 9) ELSE '' END", name=op.f('ck_case_record_township_code_of_place')),
    sa.CheckConstraint('(ended_on IS NULL) = (ended_reason IS NULL)', name=op.f('ck_case_record_ended_for_a_reason')),
    sa.CheckConstraint('recorded_on >= received_on', name=op.f('ck_case_record_recorded_after_received')),
    sa.ForeignKeyConstraint(['division_code'], ['division.code'], name=op.f('fk_case_record_division_code')),
    sa.ForeignKeyConstraint(['station_id', 'division_code'], ['station.id', 'station.division_code'], name=op.f('fk_case_record_station_id_division_code')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_case_record')),
    sqlite_autoincrement=True
    )
    with op.batch_alter_table('case_record', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_case_record_city_code_id_ended_on'), ['city_code', 'id', 'ended_on'], unique=False)
        batch_op.create_index(batch_op.f('ix_case_record_county_code_id_ended_on'), ['county_code', 'id', 'ended_on'], unique=False)
        batch_op.create_index(batch_op.f('ix_case_record_division_code_id_ended_on'), ['division_code', 'id', 'ended_on'], unique=False)
        batch_op.create_index(batch_op.f('ix_case_record_id_number_index'), ['id_number_index'], unique=False)
        batch_op.create_index(batch_op.f('ix_case_record_station_id'), ['station_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_case_record_township_code_id_ended_on'), ['township_code', 'id', 'ended_on'], unique=False)
        batch_op.create_index(batch_op.f('ix_case_record_uid'), ['uid'], unique=True)

    op.create_table('station_member',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('name', sa.String(length=50), nullable=False),
    sa.Column('seat', sa.Enum('DIRECTOR', 'DEPUTY_WOMEN', 'DEPUTY_ORDER', 'UNIT', 'BRANCH', 'CONGRESS', 'OFFICE', 'OTHER', name='seat', native_enum=False, create_constraint=True, length=32), nullable=False),
    sa.Column('title', sa.String(length=50), nullable=True),
    sa.Column('unit_id', sa.Integer(), nullable=True),
    sa.Column('duties', sa.String(length=500), nullable=True),
    sa.Column('sex', sa.Enum('F', 'M', name='sex', native_enum=False, create_constraint=True, length=32), nullable=True),
    sa.Column('phone', sa.Text(), nullable=True),
    sa.Column('starts_on', sa.Date(), nullable=True),
    sa.Column('station_id', sa.Integer(), nullable=False),
    sa.Column('division_code', sa.String(length=12), nullable=False),
    sa.Column('city_code', sa.String(length=4), nullable=True),
    sa.Column('county_code', sa.String(length=6), nullable=True),
    sa.Column('township_code', sa.String(length=9), nullable=True),
    sa.Column('ended_on', sa.Date(), nullable=True),
    sa.Column('ended_reason', sa.String(length=200), nullable=True),
    sa.Column('uid', sa.String(length=32), server_default=sa.text("''"), nullable=False),
    sa.Column('version', sa.Integer(), server_default=sa.text('1'), nullable=False),
    sa.Column('created_at', sa.DateTime(), nullable=False),
    sa.Column('changed_at', sa.DateTime(), nullable=False),
    sa.CheckConstraint("CASE WHEN length(division_code) = 9 THEN seat NOT IN ('BRANCH', 'CONGRESS', 'OFFICE') ELSE seat NOT IN ('DIRECTOR', 'DEPUTY_WOMEN', 'DEPUTY_ORDER', 'UNIT') END", name=op.f('ck_station_member_seat_of_level')),
    sa.CheckConstraint("coalesce(city_code, '') = CASE WHEN length(division_code) >= 4 THEN substr(division_code, 1, 4) ELSE '' END", name=op.f('ck_station_member_city_code_of_place')),
    sa.CheckConstraint("coalesce(county_code, '') = CASE WHEN length(division_code) >= 6 THEN substr(division_code, 1, 6) ELSE '' END", name=op.f('ck_station_member_county_code_of_place')),
    sa.CheckConstraint("coalesce(township_code, '') = CASE WHEN length(division_code) >= 9 THEN substr(division_code, 1, 9) ELSE '' END", name=op.f('ck_station_member_township_code_of_place')),
    sa.CheckConstraint("unit_id IS NOT NULL OR seat <> 'UNIT'", name=op.f('ck_station_member_unit_of_seat')),
    sa.CheckConstraint('(ended_on IS NULL) = (ended_reason IS NULL)', name=op.f('ck_station_member_ended_for_a_reason')),
    sa.ForeignKeyConstraint(['division_code'], ['division.code'], name=op.f('fk_station_member_division_code')),
    sa.ForeignKeyConstraint(['station_id', 'division_code'], ['station.id', 'station.division_code'], name=op.f('fk_station_member_station_id_division_code')),
    sa.ForeignKeyConstraint(['unit_id'], ['member_unit.id'], name=op.f('fk_station_member_unit_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_station_member')),
    sqlite_autoincrement=True
    )
    with op.batch_alter_table('station_member', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_station_member_city_code_id_ended_on'), ['city_code', 'id', 'ended_on'], unique=False)
        batch_op.create_index(batch_op.f('ix_station_member_county_code_id_ended_on'), ['county_code', 'id', 'ended_on'], unique=False)
        batch_op.create_index(batch_op.f('ix_station_member_division_code_id_ended_on'), ['division_code', 'id', 'ended_on'], unique=False)
        batch_op.create_index(batch_op.f('ix_station_member_station_id'), ['station_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_station_member_township_code_id_ended_on'), ['township_code', 'id', 'ended_on'], unique=False)
        batch_op.create_index(batch_op.f('ix_station_member_uid'), ['uid'], unique=True)
        batch_op.create_index(batch_op.f('ix_station_member_unit_id'), ['unit_id'], unique=False)

    op.create_table('volunteer',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('number', sa.String(length=30), nullable=False),
    sa.Column('name', sa.String(length=50), nullable=False),
    sa.Column('role', sa.Enum('INFORMANT', 'LIAISON', 'AGENT', 'MEDIATOR', 'LAWYER', name='volunteerrole', native_enum=False, create_constraint=True, length=32), nullable=False),
    sa.Column('engagement', sa.Enum('FULL_TIME', 'PART_TIME', name='engagement', native_enum=False, create_constraint=True, length=32), nullable=False),
    sa.Column('specialty', sa.Enum('LAW', 'PSYCHOLOGY', 'SOCIOLOGY', 'OTHER', name='specialty', native_enum=False, create_constraint=True, length=32), nullable=True),
    sa.Column('id_number', sa.Text(), nullable=True),
    sa.Column('id_number_index', sa.String(length=80), nullable=True),
    sa.Column('sex', sa.Enum('F', 'M', name='sex', native_enum=False, create_constraint=True, length=32), nullable=True),
    sa.Column('born_on', sa.Date(), nullable=True),
    sa.Column('education', sa.String(length=20), nullable=True),
    sa.Column('politics', sa.String(length=20), nullable=True),
    sa.Column('title', sa.String(length=50), nullable=True),
    sa.Column('phone', sa.Text(), nullable=True),
    sa.Column('address', sa.Text(), nullable=True),
    sa.Column('starts_on', sa.Date(), nullable=False),
    sa.Column('term_ends_on', sa.Date(), nullable=True),
    sa.Column('strengths', sa.String(length=100), nullable=True),
    sa.Column('service_wish', sa.String(length=100), nullable=True),
    sa.Column('service_hours', sa.Integer(), nullable=False),
    sa.Column('station_id', sa.Integer(), nullable=False),
    sa.Column('division_code', sa.String(length=12), nullable=False),
    sa.Column('city_code', sa.String(length=4), nullable=True),
    sa.Column('county_code', sa.String(length=6), nullable=True),
    sa.Column('township_code', sa.String(length=9), nullable=True),
    sa.Column('ended_on', sa.Date(), nullable=True),
    sa.Column('ended_reason', sa.String(length=200), nullable=True),
    sa.Column('uid', sa.String(length=32), server_default=sa.text("''"), nullable=False),
    sa.Column('version', sa.Integer(), server_default=sa.text('1'), nullable=False),
    sa.Column('created_at', sa.DateTime(), nullable=False),
    sa.Column('changed_at', sa.DateTime(), nullable=False),
    sa.CheckConstraint("coalesce(city_code, '') = CASE WHEN length(division_code) >= 4 THEN substr(division_code, 1, 4) ELSE '' END", name=op.f('ck_volunteer_city_code_of_place')),
    sa.CheckConstraint("coalesce(county_code, '') = CASE WHEN length(division_code) >= 6 THEN substr(division_code, 1, 6) ELSE '' END", name=op.f('ck_volunteer_county_code_of_place')),
    sa.CheckConstraint("coalesce(township_code, '') = CASE WHEN length(division_code) >= 9 THEN substr(division_code, 1, 9) ELSE '' END", name=op.f('ck_volunteer_township_code_of_place')),
    sa.CheckConstraint('(ended_on IS NULL) = (ended_reason IS NULL)', name=op.f('ck_volunteer_ended_for_a_reason')),
    sa.CheckConstraint('service_hours >= 0', name=op.f('ck_volunteer_hours_not_negative')),
    sa.CheckConstraint('term_ends_on >= starts_on', name=op.f('ck_volunteer_ends_after_start')),
    sa.ForeignKeyConstraint(['division_code'], ['division.code'], name=op.f('fk_volunteer_division_code')),
    sa.ForeignKeyConstraint(['station_id', 'division_code'], ['station.id', 'station.division_code'], name=op.f('fk_volunteer_station_id_division_code')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_volunteer')),
    sa.UniqueConstraint('number', name=op.f('uq_volunteer_number')),
    sa.UniqueConstraint('station_id', 'id_number_index', name=op.f('uq_volunteer_station_id_id_number_index')),
    sqlite_autoincrement=True
    )
    with op.batch_alter_table('volunteer', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_volunteer_city_code_id_ended_on'), ['city_code', 'id', 'ended_on'], unique=False)
        batch_op.create_index(batch_op.f('ix_volunteer_county_code_id_ended_on'), ['county_code', 'id', 'ended_on'], unique=False)
        batch_op.create_index(batch_op.f('ix_volunteer_division_code_id_ended_on'), ['division_code', 'id', 'ended_on'], unique=False)
        batch_op.create_index(batch_op.f('ix_volunteer_id_number_index'), ['id_number_index'], unique=False)
        batch_op.create_index(batch_op.f('ix_volunteer_station_id'), ['station_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_volunteer_township_code_id_ended_on'), ['township_code', 'id', 'ended_on'], unique=False)
        batch_op.create_index(batch_op.f('ix_volunteer_uid'), ['uid'], unique=True)

    op.create_table('attendance',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('training_id', sa.Integer(), nullable=False),
    sa.Column('volunteer_id', sa.Integer(), nullable=False),
    sa.Column('hours', sa.Integer(), nullable=True),
    sa.Column('is_present', sa.Boolean(), nullable=False),
    sa.Column('score', sa.Integer(), nullable=True),
    sa.Column('uid', sa.String(length=32), server_default=sa.text("''"), nullable=False),
    sa.Column('version', sa.Integer(), server_default=sa.text('1'), nullable=False),
    sa.Column('created_at', sa.DateTime(), nullable=False),
    sa.Column('changed_at', sa.DateTime(), nullable=False),
    sa.ForeignKeyConstraint(['training_id'], ['training.id'], name=op.f('fk_attendance_training_id')),
    sa.ForeignKeyConstraint(['volunteer_id'], ['volunteer.id'], name=op.f('fk_attendance_volunteer_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_attendance')),
    sa.UniqueConstraint('training_id', 'volunteer_id', name=op.f('uq_attendance_training_id_volunteer_id')),
    sqlite_autoincrement=True
    )
    with op.batch_alter_table('attendance', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_attendance_training_id'), ['training_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_attendance_uid'), ['uid'], unique=True)
        batch_op.create_index(batch_op.f('ix_attendance_volunteer_id'), ['volunteer_id'], unique=False)


def downgrade() -> None:
    op.drop_table('attendance')
    op.drop_table('volunteer')
    op.drop_table('station_member')
    op.drop_table('case_record')
    op.drop_table('training')
    op.drop_table('member_unit')
    op.drop_table('serial')
    op.drop_table('attachment')
    for place in PLACES:
        op.create_index(op.f(f'ix_station_{place}_id'), 'station', [place, 'id'])
        op.drop_index(op.f(f'ix_station_{place}_id_ended_on'), 'station')
    op.drop_index(op.f('ix_station_id_division_code'), 'station')
    op.drop_column('station', 'ended_reason')
    op.drop_column('station', 'ended_on')
    for name in ('station', 'division'):
        op.drop_index(op.f(f'ix_{name}_uid'), name)
        op.drop_column(name, 'version')
        op.drop_column(name, 'uid')
    op.execute("DELETE FROM audit_entry WHERE root_register <> register OR root_key <> row_key")
    op.drop_index(op.f('ix_audit_entry_root_register_root_key_id'), 'audit_entry')
    op.create_index(op.f('ix_audit_entry_register_row_key_id'), 'audit_entry', ['register', 'row_key', 'id'])
    for name in ('root_key', 'root_register'):
        op.drop_column('audit_entry', name)
