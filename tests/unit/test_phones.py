"""Telephone numbers as people type them; all of them obviously invented."""

import random

import pytest

from app.phones import LONGEST_TYPED, kind, normalise, problem

MOBILE, LANDLINE, EXTENSION = "13812345678", "0577-12345678", "0577-12345678-801"
GENERAL = "电话号码有误：请填写一个 11 位手机号码、座机（如 0577-12345678，分机 0577-12345678-801）或服务热线。"

TYPED = {
    MOBILE: [
        "13812345678", "138 1234 5678", "138-1234-5678", "138.1234.5678", " 13812345678\n", "１３８１２３４５６７８",
        "+8613812345678", "+86 138 1234 5678", "＋86 13812345678", "+86-138-1234-5678", "(+86)13812345678",
        "+(86)13812345678", "（86）13812345678", "008613812345678", "0086-13812345678", "8613812345678",
        "86 13812345678", "86-138-1234-5678", "013812345678", "\u202a13812345678\u202c", "\ufeff138\u200b12345678",
        "1381234 5678", "138\u20131234\u20145678", "138\u00b71234\u00b75678",
    ],
    LANDLINE: [
        "0577-12345678", "057712345678", "0577 12345678", "0577 1234 5678", "0577-1234-5678", "0577.12345678",
        "(0577)12345678", "（0577）12345678", "（０５７７）１２３４５６７８", "【0577】12345678", "0577－12345678",
        "0577—12345678", "0577–12345678", "0577\u221212345678", "0577 - 12345678",
        "+86 577 12345678", "+86-577-12345678", "+86 0577 12345678", "+86(0)577 12345678", "0086-577-1234-5678",
        "+8657712345678", "(0577) 1234-5678",
    ],
    EXTENSION: [
        "0577-12345678-801", "0577-12345678转801", "0577-12345678 转 801", "0577-12345678－801", "057712345678转801",
        "057712345678-801", "0577 12345678 801", "(0577)12345678-801", "0577-1234-5678-801", "0577-12345678转分机801",
        "0577-12345678分机801", "0577-12345678（分机：801）", "0577-12345678-转801", "0577-12345678 ext. 801",
        "0577-12345678EXT801", "0577-12345678x801", "0577-12345678#801", "+86-577-12345678-801",
        "+86 577 12345678转801", "０５７７－１２３４５６７８转８０１",
    ],
    "010-88880000": ["01088880000", "010-8888-0000", "+86 10 88880000", "（010）88880000"],
    "021-88880000-1": ["021-88880000-1", "02188880000转1", "021 8888 0000 ext 1"],
    "0577-8888000": ["05778888000", "0577-888-8000", "+86 577 888 8000"],
    "0577-8888000-8": ["0577-8888000-8", "(0577)8888000 转8"],
    "88880000": ["88880000", "8888-0000", "8888 0000"],
    "8888000": ["8888000", "888-8000"],
    "86880000": ["86880000", "8688-0000"],
    "86138000-12345": ["86138000-12345", "86138000转12345"],
    "88880000-8012": ["88880000-8012", "88880000转8012", "88880000 转分机 8012"],
    "12338": ["12338", "１２３３８", " 12338 ", "123 38", "+86 12338"],
    "4001234567": ["4001234567", "400-123-4567", "400 1234 567", "4001-234-567", "400-1234567"],
    "8001234567": ["800-123-4567", "800 1234567"],
}  # fmt: skip
AS_TYPED = [(text, phone) for phone, texts in TYPED.items() for text in texts]


@pytest.mark.parametrize(("text", "phone"), AS_TYPED, ids=[ascii(text) for text, _ in AS_TYPED])
def test_phone_is_written_one_way(text, phone):
    assert normalise(text) == phone
    assert normalise(phone) == phone
    assert problem(phone) is None


NOT_UNDERSTOOD = {
    "": "",
    " \n\u200b": "",
    "无": "无",
    "  没有\n电话 ": "没有 电话",
    "+852 2345 6789": "+852 2345 6789",
    "13812345678、13912345678": "13812345678、13912345678",
    "13812345678 13912345678": "13812345678 13912345678",
    "0577-88880000/88880001": "0577-88880000/88880001",
    "0577-88880000 13812345678": "0577-88880000 13812345678",
    "0577-88880000-801-5": "0577-88880000-801-5",
    "0577-88880000-123456": "0577-88880000-123456",
    "13812345678转801": "13812345678转801",
    "577-1234567转8": "577-1234567转8",
    "张三13812345678": "张三13812345678",
    "1381234567８９": "138123456789",
    "-": "-",
    "()": "()",
}


@pytest.mark.parametrize(("text", "tidied"), NOT_UNDERSTOOD.items(), ids=map(ascii, NOT_UNDERSTOOD))
def test_what_is_no_phone_stays_as_typed_and_is_a_problem(text, tidied):
    assert normalise(text) == normalise(tidied) == tidied
    assert problem(tidied)


def test_anything_is_written_the_same_the_second_time():
    dice = random.Random(20261124)
    for _ in range(20_000):
        text = "".join(dice.choices("00111233445567788999 -.()+转x#８　", k=dice.randrange(1, 22)))
        once = normalise(text)
        assert normalise(once) == once
        assert problem(once) or kind(once)


def test_a_long_text_is_not_looked_at():
    text = "1" * (LONGEST_TYPED + 1)
    assert normalise(text) == text
    assert normalise("x" + ":" * 100_000) == "x" + ":" * 100_000


RIGHT = {
    "mobile": ["13000000000", "14700000000", "15900000000", "16600000000", "17300000000", MOBILE, "19999999999"],
    "landline": [
        LANDLINE, EXTENSION, "010-88880000", "029-88880000", "0310-8888000", "0999-8888000", "0577-88880000-1",
        "0577-88880000-12345", "88880000", "8888000", "88880000-801", "22223333",
    ],
    "hotline": [
        "110", "119", "120", "122", "12338", "12345", "12348", "12355", "10086", "11185", "95588", "951234", "96345",
        "962121", "4001234567", "8001234567",
    ],
}  # fmt: skip


@pytest.mark.parametrize(("phone", "sort"), [(phone, sort) for sort, phones in RIGHT.items() for phone in phones])
def test_kind_of_phone(phone, sort):
    assert problem(phone) is None
    assert kind(phone) == sort
    assert normalise(phone) == phone


WRONG = {
    "": "请填写电话号码。",
    "1381234567": "手机号码应为 11 位，现为 10 位。",
    "138123456789": "手机号码应为 11 位，现为 12 位。",
    "12812345678": GENERAL,
    "11111111111": GENERAL,
    "114": GENERAL,
    "999": GENERAL,
    "1234": GENERAL,
    "123456": GENERAL,
    "13338": GENERAL,
    "97123": GENERAL,
    "99999": GENERAL,
    "888800": GENERAL,
    "12345678": GENERAL,
    "888800001": GENERAL,
    "0577-123456": GENERAL,
    "0577-123456789": GENERAL,
    "0577-02345678": GENERAL,
    "0138-8888000": GENERAL,
    "057-88880000": GENERAL,
    "057712345678": GENERAL,
    "0577-88880000-": GENERAL,
    "0577-88880000-123456": GENERAL,
    "40012345678": GENERAL,
    "401-1234567": GENERAL,
    "４００": GENERAL,
    "١٣٨١٢٣٤٥٦٧٨": GENERAL,
    MOBILE + "\n": GENERAL,
    "无": GENERAL,
}


@pytest.mark.parametrize(("phone", "sentence"), WRONG.items(), ids=map(ascii, WRONG))
def test_wrong_phone_is_refused_in_words(phone, sentence):
    assert problem(phone) == sentence
    with pytest.raises(ValueError, match="not a phone"):
        kind(phone)


@pytest.mark.parametrize("phone", [MOBILE, LANDLINE, "12338", "4001234567"])
def test_a_digit_too_few_of_a_whole_phone_is_noticed(phone):
    for i in range(len(phone)):
        short = phone[:i] + phone[i + 1 :]
        understood = normalise(short)
        assert problem(understood) or understood == phone or kind(understood) == "landline"


def test_a_mobile_with_a_digit_too_few_or_too_many_is_noticed():
    for i in range(len(MOBILE)):
        assert problem(normalise(MOBILE[:i] + MOBILE[i + 1 :]))
        assert problem(normalise(MOBILE[:i] + "9" + MOBILE[i:]))
