"""What a list remembers: which search an id stands for, how many are kept."""

import pytest

from app.list_memory import SEARCHES, UNFILTERED, ListMemory


def asked(text):
    return {"q": [text]}


def test_without_an_id_the_newest_applies():
    memory = ListMemory().with_search(asked("甲")).with_search(asked("乙"))
    assert memory.search(None).inputs == asked("乙")
    assert memory.search(memory.searches[1].id).inputs == asked("甲")


@pytest.mark.parametrize("id", ["", "x", "ffffff", UNFILTERED])
def test_an_unknown_id_is_the_whole_list(id):
    found = ListMemory().with_search(asked("甲")).search(id)
    assert (found.id, found.inputs) == (UNFILTERED, {})


def test_of_many_the_newest_are_kept():
    memory = ListMemory()
    for n in range(SEARCHES + 2):
        memory = memory.with_search(asked(str(n)))
    assert [search.inputs["q"] for search in memory.searches] == [[str(n)] for n in (6, 5, 4, 3, 2)]
    assert len({search.id for search in memory.searches}) == SEARCHES
    assert all(len(search.id) == 6 for search in memory.searches)


def test_the_same_search_keeps_its_id():
    memory = ListMemory().with_search(asked("甲")).with_search(asked("乙"))
    again = memory.with_search(asked("甲"))
    assert [search.id for search in again.searches] == [search.id for search in memory.searches[::-1]]


def test_resetting_is_a_search_for_everything():
    memory = ListMemory().with_search(asked("甲")).with_search({})
    assert memory.search(None).inputs == {}
    assert memory.search(memory.searches[1].id).inputs == asked("甲"), "another window goes on"


def test_where_nothing_is_remembered_resetting_remembers_nothing():
    assert ListMemory().with_search({}) == ListMemory()


def test_page_size_and_columns_stay_with_the_next_search():
    memory = ListMemory().with_columns(("name",)).with_search(asked("甲"), 50).with_search(asked("乙"))
    assert (memory.size, memory.columns) == (50, ("name",))
