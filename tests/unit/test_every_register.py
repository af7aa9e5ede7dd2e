"""Every register has every part: declaration, labels, menu, roles, pages, export, history; a missing one fails."""

import re

import pytest

from app.interface import RegisterInterface
from app.security import roles
from models import Model, Visibility
from tests import world
from tests.conftest import Browser, make_app
from tests.security import registers as known
from views.base import RegisterView
from views.menu import MENU

VIEWS = RegisterView.__subclasses__()
BY_REGISTER = {view.class_permission_name: view for view in VIEWS}
# People and roles follow the rules of delegation: tests.security.attacks says what a Spec says of the others.
DELEGATED = {"Account", "StaffRole"}


def registers(function):
    return pytest.mark.parametrize("view", VIEWS, ids=lambda v: v.class_permission_name)(function)


def specified(function):
    views = [view for view in VIEWS if view.class_permission_name not in DELEGATED]
    return pytest.mark.parametrize("view", views, ids=lambda v: v.class_permission_name)(function)


def test_models_that_are_registers_have_a_view():
    shown = {m.class_ for m in Model.registry.mappers if getattr(m.class_, "__visibility__", None) in (
        Visibility.DOWN, Visibility.REFERENCE, Visibility.ADDRESSED, Visibility.UNIT, Visibility.SHIPPED)}  # fmt: skip
    assert shown == {view.datamodel.obj for view in VIEWS}


@registers
def test_declared_in_every_place(view):
    register = view.class_permission_name
    assert register == view.datamodel.obj.__name__
    assert register in roles.MATRIX
    assert set(roles.MATRIX[register]) == set(roles.ROLES)
    assert any(entry.view is view for entry in MENU)
    assert (register in known.BY_REGISTER) != (register in DELEGATED)


def test_menu_ids_are_no_permission_names():
    taken = set(roles.MATRIX) | set(roles.VERBS) | {f"can_{verb}" for verb in roles.VERBS}
    assert not taken & {entry.id for entry in MENU}
    assert all(entry.id.isascii() for entry in MENU)


@registers
def test_columns_are_explicit_labelled_and_not_private(view):
    datamodel: RegisterInterface = view.datamodel
    lists = (view.list_columns, view.show_columns, view.add_columns, view.edit_columns, view.search_columns)
    for name in {name for columns in lists for name in columns}:
        assert re.search("[\u4e00-\u9fff]", str(datamodel.label(name))), name
    for name in (*view.search_columns, *view.order_columns, *view.quick_search):
        assert not datamodel.info(name).get("private"), name
        assert name in datamodel.list_columns, name
    for name in (*view.add_columns, *view.edit_columns):
        assert not datamodel.info(name).get("derived"), name
        assert name in datamodel.list_columns, name


@registers
def test_a_forgotten_column_list_is_an_error(view, app):
    for name in ("list_columns", "show_columns", "add_columns", "edit_columns", "search_columns", "order_columns"):
        broken = type("Broken", (view,), {name: None})
        with app.app_context(), pytest.raises(TypeError, match=name):
            broken()


def test_searching_by_a_private_column_is_an_error(app):
    division = BY_REGISTER["Division"]
    for name in ("search_columns", "order_columns", "quick_search"):
        broken = type("Broken", (division,), {name: ["note"]})
        with app.app_context(), pytest.raises(TypeError, match="note"):
            broken()


@registers
def test_permissions_are_few_verbs(view, app):
    made = next(v for v in app.appbuilder.baseviews if type(v) is view)
    assert {p.removeprefix("can_") for p in made.base_permissions} <= set(roles.VERBS)


@specified
def test_the_security_tests_know_its_actions_and_where_it_may_leak(view, app):
    spec = known.BY_REGISTER[view.class_permission_name]
    made = next(v for v in app.appbuilder.baseviews if type(v) is view)
    assert spec.actions == {name: action.func._verb for name, action in made.actions.items()}
    with app.app_context():
        stored = world.saved(spec.table.name)
    for kind, column in spec.canaries.items():
        assert all(stored[key][column] == world.canary(kind, code) for code, key in spec.keys.items())


@pytest.mark.in_turns  # make audit asks both databases
@specified
def test_every_page_answers(view, client_as):
    spec = known.BY_REGISTER[view.class_permission_name]
    browser = client_as(spec.master)
    base, key = view.route_base, spec.keys[spec.home]
    assert browser.get(f"{base}").status_code == 308
    assert browser.get(f"{base}/").location == f"{base}/list/"
    for path in ("list/", f"show/{key}", "add", f"edit/{key}", f"history/{key}", "export"):
        if path.partition("/")[0] in view.exclude_route_methods:
            continue
        answer = browser.get(f"{base}/{path}")
        assert answer.status_code == 200, path
        longest = max((part.count(b"<option") for part in answer.data.split(b"<select")[1:]), default=0)
        assert longest <= 20, "a whole table in an option list"


@pytest.mark.in_turns  # make audit asks both databases
@specified
def test_the_label_of_a_column_stands_once(view, client_as):
    """List, form and export take it from the column."""
    browser = client_as(known.BY_REGISTER[view.class_permission_name].master)
    page = browser.get(f"{view.route_base}/list/").get_data(as_text=True)
    form = browser.get(f"{view.route_base}/add").get_data(as_text=True)
    assert all(str(view.datamodel.label(name)) in page for name in (*view.list_columns, *view.search_columns))
    assert all(str(view.datamodel.label(name)) in form for name in view.add_columns)


def test_the_application_starts_twice_in_one_process(new_database):
    """Nothing of an application lives in a module: two stand beside each other."""
    first, second = (make_app(new_database(f"twice{n}")) for n in (1, 2))
    assert first.appbuilder is not second.appbuilder
    assert Browser(first).get("/login/").status_code == Browser(second).get("/login/").status_code == 200
